"""A statement in sentences: complete in both languages, every figure with its gas, unit and half-width."""

from __future__ import annotations

import re
from typing import Any

import pytest

from controller.core.instant import Instant
from controller.i18n.numbers import Language
from controller.impact.entries import indicator_note
from controller.impact.estimate import Estimate
from controller.impact.line_words import BASELINES
from controller.impact.phrases import mass, percent, signal_words
from controller.impact.statement import Statement
from controller.impact.words import sentences
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
    assert len(english) == len(indonesian)
    assert not {text for text in set(english) & set(indonesian) if "valid" in text or "kg" in text}
    without = [text.lower().replace("biosolar", "").replace("solar (bbm)", "") for text in indonesian]
    assert not [text for text in without if "solar" in text]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Biodiesel 40 %: 23.98 kg CO2 biogenic", "Making of the panels", "multiple drainage, 7 of 7 days count",
                "kg CH4 x 28 (",
                "nitrous oxide", "was verified by Siti Rahma", "not metered", "harvest: 1,250 kg (5 September 2026; weighing")),
        ("id", ("Biodiesel 40 %: 23,98 kg CO2 biogenik", "Pembuatan panel", "7 dari 7 hari dihitung",
                "kg CH4 x 28 (", "dinitrogen oksida",
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
        (
            pump,
            "210 m3 x 15 m x 0.002725 kWh/m3/m / 0.1 / 277.8 kWh/GJ x 74.1 kg CO2/GJ x 0.6 = 14 ± 6 kg CO2",
        ),
        (history, " l x 2.676 kg CO2/l"),
        (site(factor=GRID), "56 kWh x 0.86 kg CO2/kWh = 48 ± 5 kg CO2 (± 10.2 %: meters 2 %, factor 10 %)"),
    ):
        with Ledger() as ledger:
            closings(ledger, at_site, week())
            text = "\n".join(sentences(told(ledger, at_site), "en"))
        assert basis in text
        assert BASELINES[at_site.file.impact.baseline][0] in text


UNIT = re.compile(
    r"kg CO2e?/(?:kWh|liter|l|GJ|kg)|kg CH4/ha/(?:d|hari)|kWh/m3/m|kWh/GJ|MJ/(?:kWh|liter|l)|(?:liter|l)/kWh"
    r"|/(?:kWh|liter|l)\b|kg N/ha|kg CH4|Rp|kWh|m3|liter|days|hari|\b(?:ha|l|d|m)\b"
)
WORDS = re.compile(r" ?\([A-Za-z][^()]*(?:\([^()]*\)[^()]*)*\)")
"""What stands in brackets and begins with a letter: an explanation, no part of a sum."""


def sums(text: str, language: Language) -> list[tuple[float, float, float]]:
    """(left side, right side, half of the right side's last digit) of every sum in a sentence."""
    found = []
    for part in re.split("[;:] ", WORDS.sub("", text)):
        left, equals, right = part.partition(" = ")
        if not equals:
            continue
        if language == "id":
            left, right = (side.translate(str.maketrans(",.", ".,")) for side in (left, right))
        left, right = (
            UNIT.sub("", left).replace(",", "").replace(" x ", " * "),
            right.removeprefix("Rp").replace(",", ""),
        )
        value = right.split(" ± ")[0].split()[0]
        per = 1000.0 if right.split()[3:4] in (["t"], ["ton"]) else 1.0
        found.append((eval(left), float(value) * per, 0.5 * per * 10.0 ** -len(value.partition(".")[2])))
    return found


PRICES = [{"since": "2026-01-01", "fuel_idr_per_litre": 6800, "electricity_idr_per_kwh": 1444.70, "source": "Biosolar; PLN",
           "uncertainty": 0.05}]  # fmt: skip
EVERY: dict[str, tuple[dict[str, Any], int]] = {
    "grid": ({"factor": GRID}, 2),
    "grid with losses": ({"factor": GRID, "grid_loss": 0.087, "life_cycle": "pv-life-cycle"}, 3),
    "litres": ({"baseline": "diesel-generator", "factor": "diesel-ipcc-2006", "litres_per_kwh": 0.37}, 4),
    "default": ({"baseline": "diesel-generator", "factor": "diesel-ams-i-a", "litres_per_kwh": 0.4}, 3),
    "pump": ({"baseline": "diesel-pump", "factor": "diesel-heat-ipcc-2006", "head_m": 15, "efficiency": 0.1}, 3),
    "history": ({"baseline": "history", "factor": "diesel-ipcc-2006", "litres_per_season": 900, "served_then_ha": 1.0,
                 "seasons": [{"first": "2026-09-01", "last": "2026-11-29"}]}, 4),
    "paddy": ({"factor": GRID, "methane": {"zones": ["cabai"], "nitrogen_kg_ha": 120}}, 6),
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("solar_wh", [7631.4, 211.337])
@pytest.mark.parametrize("name", EVERY)
def test_every_sum_can_be_reckoned_again_by_hand(name: str, solar_wh: float, language: Language) -> None:
    """Each multiplication printed gives the figure printed behind it, to its last digit, in both languages: CO2, litres, rupiah,
    panels, methane, nitrous oxide; of days that also bought energy from the grid.
    """
    entry, most = EVERY[name]
    at_site = site(**entry, prices=PRICES)
    paddy: dict[str, float | str] = {"cabai.planted": "2026-08-01", "cabai.drained_proven_d": 9}
    with Ledger() as ledger:
        for n, day in enumerate(week()):
            closings(
                ledger,
                at_site,
                [day],
                grid_wh=2000.0,
                solar_wh=7631.4,
                **paddy,
                **{"cabai.drainages": 1 + (n > 2)},
            )
        texts = list(sentences(told(ledger, at_site), language))
    found = [one for text in texts for one in sums(text, language)]
    assert len(found) == most
    for left, right, half in found:
        assert left == pytest.approx(right, abs=half * 1.01 + 1e-5 * abs(right)), texts


@pytest.mark.parametrize(("language", "unknown"), [("en", "none states"), ("id", "anggapan kami")])
def test_a_factor_without_a_margin_of_its_own_says_so(language: Language, unknown: str) -> None:
    """A site's own factor gets the margin that is usual for its unit; that this is our assumption stands beside it."""
    own = {"value": 0.9, "name": "own", "source": "letter", "year": 2024}
    with Ledger() as ledger:
        closings(ledger, site(factor=own), week())
        text = "\n".join(sentences(told(ledger, site(factor=own)), language))
    assert ("our assumption" if language == "en" else unknown) in text
    assert "10 %" in text


def test_the_meters_of_a_margin_are_named() -> None:
    """An estimate that stands in for a meter, a meter, steps and what no closing tells, the largest first, in both languages."""
    margins = {"u95.solar_wh.potential": -800.0, "u95.solar_wh.beban.power_w": 400.0, "u95.solar_wh": 240.0}
    with Ledger() as ledger:
        closings(ledger, site(factor=GRID), ["2026-09-01"], **margins)
        one = told(ledger, site(factor=GRID))
    parts = {"potential": 0.1, "beban.power_w": 0.05, "": 0.03, "meter": 0.02}
    assert list(dict(one.lines[0].meters)) == list(parts)
    assert dict(one.lines[0].meters) == pytest.approx(parts)
    said = "Meters: the plant's potential, an estimate 10 %, beban (active power) 5 %, steps and readings day by day 3 %, meter 2 %"
    assert any(said in text for text in sentences(one, "en"))
    assert any(
        "Meter: potensi PLTS, perkiraan 10 %, beban (daya aktif) 5 %" in text for text in sentences(one, "id")
    )


def test_out_of_season_and_without_drainage_nothing_is_reckoned() -> None:
    """A line in words instead of sums of noughts; one day is no period from itself to itself."""
    entry: dict[str, Any] = EVERY["history"][0] | {"seasons": [{"first": "2026-09-02", "last": "2026-11-29"}]}
    paddy: dict[str, float | str] = {"cabai.planted": "2026-08-01", "cabai.drainages": 0}
    at_site = site(**entry, methane={"zones": ["cabai"]})
    with Ledger() as ledger:
        closings(ledger, at_site, week(), **paddy)
        texts = list(sentences(told(ledger, at_site), "en"))
    assert "  Instead of the fuel measured before, 1 September 2026, 1 day:" in texts
    assert "    Out of season: no fuel would have been burnt, nothing counts" in texts
    assert "Methane avoided: none, no drainage is proven" in texts


def test_single_and_multiple_drainage_are_told_apart() -> None:
    """Days of both in one season: each difference of SFw with its own margin, and both factors among those that are named."""
    at_site = site(factor=GRID, methane={"zones": ["cabai"]})
    paddy: dict[str, float | str] = {"cabai.planted": "2026-08-01", "cabai.drained_proven_d": 9}
    with Ledger() as ledger:
        for n, day in enumerate(week()):
            closings(ledger, at_site, [day], **paddy, **{"cabai.drainages": 1 + (n > 2)})
        text = "\n".join(sentences(told(ledger, at_site), "en"))
    assert "x (3 d x 0.29 + 4 d x 0.45) = " in text
    assert "EFc 48.4 %, SFp 12 %, SFw difference (0.29) 122.3 %, SFw difference (0.45) 70.9 %)" in text
    assert all(f"  SFw {value}: " in text for value in ("1", "0.71", "0.55"))


@pytest.mark.parametrize(
    ("name", "english", "indonesian"),
    [
        ("inverter.load_w", "inverter (power of the loads)", "inverter (daya beban)"),
        ("hibrida.import_wh", "hibrida (energy taken from the grid)", "hibrida (energi diambil dari jaringan)"),
        ("panel.pv_current_a_2", "panel (current of one PV string, no. 2)", "panel (arus satu string surya, no. 2)"),
        ("aneh.unheard_of", "aneh.unheard_of", "aneh.unheard_of"),
    ],
)  # fmt: skip
def test_a_signal_is_called_by_the_glossary(name: str, english: str, indonesian: str) -> None:
    """A meter is its label and the glossary's words without remarks; what the glossary does not know stays as it is."""
    assert (signal_words(name, "en"), signal_words(name, "id")) == (english, indonesian)
