"""A statement in sentences: complete in both languages, every figure with its gas, unit and half-width."""

from __future__ import annotations

import pytest

from controller.core.instant import Instant
from controller.i18n.numbers import Language
from controller.impact.entries import indicator_note
from controller.impact.estimate import Estimate
from controller.impact.statement import Statement
from controller.impact.words import BASELINES, mass, percent, sentences
from controller.store.ledger import Ledger
from tests.controller.impact.test_baselines import GRID, site
from tests.controller.impact.test_statement import closings, told, verified, week


@pytest.fixture
def whole() -> Statement:
    """A week with everything: diesel by the litre, a drained paddy, the panels, a part verified, a number entered."""
    at_site = site(
        baseline="diesel-generator", factor="diesel-ipcc-2006", litres_per_kwh=0.4, life_cycle="pv-life-cycle",
        methane={"zones": ["cabai"], "nitrogen_kg_ha": 120}, evidence="receipts",
        prices=[{"since": "2026-01-01", "fuel_idr_per_litre": 6800, "source": "Biosolar"}],
    )  # fmt: skip
    paddy: dict[str, float | str] = {
        "cabai.planted": "2026-08-01",
        "cabai.drainages": 2,
        "cabai.drained_proven_d": 9,
    }
    with Ledger() as ledger:
        closings(ledger, at_site, week()[:3], **paddy)
        verified(ledger, told(ledger, at_site))
        closings(ledger, at_site, week()[3:], **paddy)
        note = indicator_note("harvest", 1250.0, "kg", "2026-09-05", "weighing list", "Siti")
        ledger.commit([note], None, Instant(1_791_000_000.0, 0.0, "c"))
        return told(ledger, at_site)


def test_both_languages_say_the_same(whole: Statement) -> None:
    """As many sentences, and every one of them another text in the other language."""
    english, indonesian = (list(sentences(whole, language)) for language in ("en", "id"))
    assert len(english) == len(indonesian) == 14
    assert not set(english) & set(indonesian)
    assert not [text for text in indonesian if "solar" in text.lower() and "biosolar" not in text.lower()]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("biodiesel 40 %, biogenic", "Making of the panels", "multiple drainage, 7 of 7 days count", "GWP 28",
                "nitrous oxide", "was verified by Siti Rahma", "not metered", "harvest: 1,250 kg (5 September 2026; weighing")),
        ("id", ("biodiesel 40 %, biogenik", "Pembuatan panel", "7 dari 7 hari dihitung", "GWP 28", "dinitrogen oksida",
                "diverifikasi oleh Siti Rahma", "bukan dari meter", "panen: 1.250 kg (5 September 2026; weighing")),
    ],
)  # fmt: skip
def test_what_has_to_be_told_is_told(whole: Statement, language: Language, words: tuple[str, ...]) -> None:
    """Blend, panels, regime, GWP, nitrous oxide, who verified which part, and what people entered."""
    text = "\n".join(sentences(whole, language))
    for one in words:
        assert one in text


def test_masses_and_shares() -> None:
    """Kilograms below a tonne, tonnes with two decimals above; an unknown share is a dash."""
    assert mass(Estimate(412.4, 45.2), "en") == "412 ± 45 kg CO2"
    assert mass(Estimate(2280.0, 250.0), "id", "CO2e") == "2,28 ± 0,25 ton CO2e"
    assert mass(Estimate(1.834, 0.2), "id") == "1,83 ± 0,20 kg CO2"
    assert (percent(None, "en"), percent(0.5, "id", 1)) == ("–", "50,0 %")


def test_every_baseline_has_words(whole: Statement) -> None:
    """Water for a pump, litres for a history, kilowatt-hours for the rest."""
    pump = site(baseline="diesel-pump", factor="diesel-heat-ipcc-2006", head_m=15, efficiency=0.1)
    history = site(baseline="history", factor="diesel-ipcc-2006", litres_per_season=900, served_then_ha=1.0,
                   seasons=[{"first": "2026-09-01", "last": "2026-11-29"}])  # fmt: skip
    for at_site, basis in (
        (pump, "210.0 m3 x 74.10 kg CO2/GJ"),
        (history, " l x 2.676 kg CO2/l"),
        (site(factor=GRID), "56.0 kWh"),
    ):
        with Ledger() as ledger:
            closings(ledger, at_site, week())
            text = "\n".join(sentences(told(ledger, at_site), "en"))
        assert basis in text
        assert BASELINES[at_site.file.impact.baseline][0] in text
