"""A statement of a period: closed beside recomputed, uncertainty, who verified exactly what, and what people entered apart."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.decision import Event, EventKind, Reason
from controller.core.instant import Instant
from controller.core.site import Site
from controller.impact.co2 import closing_note
from controller.impact.day import read_days
from controller.impact.entries import Entries, indicator_note, read_entries
from controller.impact.statement import Statement, impact_of, plain, verification_note
from controller.impact.words import sentences
from controller.store.chain import Note
from controller.store.ledger import Ledger
from tests.controller.impact.test_baselines import GRID, site

OM = "grid-sumatera-om-2019"
DAY_S = 86_400.0
METER = {"u95.solar_wh.meter": 160.0}
"""A class 2 meter: 2 % of 8 kWh, the same way every day."""


def closings(ledger: Ledger, at_site: Site, days: Sequence[str], **more: float | str) -> None:
    """A closing of 8 kWh with its impact row for each day."""
    for i, day in enumerate(days):
        figures = {"day": day, "solar_wh": 8000.0, "pumps_wh": 8000.0, "grid_wh": 0.0, "genset_wh": 0.0, "water_m3": 30.0,
                   "covered_s": DAY_S, "pv_wh": 11_000.0, **METER, **more}  # fmt: skip
        event = Event(EventKind.DAY, "site", Reason("site", "day_closed"), figures)
        note = closing_note(at_site, event)
        assert note is not None
        ledger.commit([event, note], None, Instant(1_790_000_000.0 + DAY_S * i, DAY_S * i, "b"))


def week(month: str = "2026-09") -> list[str]:
    return [f"{month}-{day:02d}" for day in range(1, 8)]


def told(ledger: Ledger, at_site: Site) -> Statement:
    connection = ledger._connection
    return impact_of(at_site, read_days(connection), read_entries(connection))


def test_a_week_by_hand() -> None:
    """7 x 8 kWh x 0.86 = 48.16 kg; 2 % of the meter and 10 % of the factor make 10.2 %, 4.91 kg."""
    at_site = site(factor=GRID, price_idr_per_kwh=1444.70)
    with Ledger() as ledger:
        closings(ledger, at_site, week())
        one = told(ledger, at_site)
    assert one.co2_kg.value == pytest.approx(48.16)
    assert one.co2_kg.half == pytest.approx(48.16 * (0.02**2 + 0.10**2) ** 0.5)
    assert one.saved_idr.value == pytest.approx(56.0 * 1444.70)
    assert one.saved_idr.half == pytest.approx(0.02 * 56.0 * 1444.70)
    assert (one.days, one.closed_days, one.coverage, one.differs) == (7, 7, 1.0, False)
    assert one.status["en"] == "estimated, unverified"


def test_another_factor_shows_both() -> None:
    """Closed with 0.86, recomputed with 0.77: the headline stays, the other stands beside it."""
    then, now = site(factor=GRID), site(factor=OM)
    with Ledger() as ledger:
        closings(ledger, then, week())
        one = told(ledger, now)
    assert (one.lines[0].factor.value, one.recomputed[0].factor.value) == (0.86, 0.77)
    assert one.co2_kg.value == pytest.approx(48.16)
    assert one.recomputed_kg.value == pytest.approx(56.0 * 0.77)
    assert one.differs
    assert any("Recomputed" in text and "43" in text for text in sentences(one, "en"))


def test_baselines_of_a_period_are_lines_of_their_own() -> None:
    """Diesel until the grid came: two lines, two factors that err independently, one meter that errs alike in both."""
    entry = {"baseline": "diesel-generator", "factor": "diesel-ams-i-a", "evidence": "receipts"}
    at_site = site(
        **entry, later=[{"baseline": "grid", "factor": GRID, "since": "2026-09-05", "evidence": "PLN"}]
    )
    with Ledger() as ledger:
        closings(ledger, at_site, week())
        one = told(ledger, at_site)
    diesel, grid = one.lines
    assert (diesel.days, grid.days, diesel.last, grid.first) == (4, 3, "2026-09-04", "2026-09-05")
    assert (diesel.evidence, grid.evidence) == ("receipts", "PLN")
    assert diesel.co2_kg.value == pytest.approx(32.0 * 0.8)
    parts = (0.02 * one.co2_kg.value, 0.2 * diesel.co2_kg.value, 0.1 * grid.co2_kg.value)
    assert one.co2_kg.half == pytest.approx(sum(part * part for part in parts) ** 0.5)


def test_evidence_stays_with_the_day_and_money_needs_a_price() -> None:
    """A closed day keeps the evidence that it was closed with; without a price nothing is said to be saved."""
    then = site(factor=GRID, evidence="PLN bill of June", evidence_date="2026-06-30")
    with Ledger() as ledger:
        closings(ledger, then, week())
        one = told(ledger, site(factor=GRID, evidence="another"))
    assert (one.lines[0].evidence, one.lines[0].evidence_date) == ("PLN bill of June", "2026-06-30")
    assert one.lines[0].saved_idr is None
    assert any("not reckoned" in text for text in sentences(one, "en"))


@given(st.lists(st.floats(0.0, 1e5), min_size=1, max_size=20), st.sampled_from([GRID, OM, "diesel-ams-i-a"]))
@settings(max_examples=25, deadline=None)
def test_a_period_is_the_sum_of_its_rows(energies: list[float], ident: str) -> None:
    """Whatever the days used, the headline is the sum of what the ledger's rows say, no surer than its factor."""
    kind = "diesel-generator" if ident.startswith("diesel") else "grid"
    at_site = site(baseline=kind, factor=ident)
    with Ledger() as ledger:
        for day, solar_wh in enumerate(energies, start=1):
            closings(ledger, at_site, [f"2026-09-{day:02d}"], solar_wh=solar_wh)
        rows = [row.impact["co2_avoided_kg"] for row in ledger.closings()]
        one = told(ledger, at_site)
    assert one.co2_kg.value == pytest.approx(sum(float(row) for row in rows))
    assert one.co2_kg.half >= 0.1 * one.co2_kg.value * (1.0 - 1e-9)


def test_the_panels_are_taken_off_only_where_asked() -> None:
    """11 kWh made a day x 45 g: 3.465 kg in a week, off the 48.16."""
    with Ledger() as ledger:
        plain_site = site(factor=GRID)
        closings(ledger, plain_site, week())
        assert told(ledger, plain_site).life_cycle_kg is None
        one = told(ledger, site(factor=GRID, life_cycle="pv-life-cycle"))
    assert one.life_cycle_kg is not None
    assert one.life_cycle_kg.value == pytest.approx(77.0 * 0.045)
    assert one.net_kg.value == pytest.approx(48.16 - 3.465)
    assert one.co2_kg.value == pytest.approx(48.16), "the gross figure stays"


def verified(ledger: Ledger, one: Statement) -> None:
    note = verification_note(one, "Siti Rahma", "auditor", "meters read")
    ledger.commit([note], None, Instant(1_791_000_000.0, 0.0, "c"))


def test_a_verification_holds_for_its_period_and_its_figures_only() -> None:
    """It names who, what and when; another period is not verified by it, and a figure that changes afterwards shows."""
    at_site = site(factor=GRID)
    with Ledger() as ledger:
        closings(ledger, at_site, week())
        verified(ledger, told(ledger, at_site))
        one = told(ledger, at_site)
        assert one.standing.verification is not None
        assert "Siti Rahma (auditor)" in one.status["en"]
        assert one.status["id"].startswith("diverifikasi oleh Siti Rahma")
        connection = ledger._connection
        days = read_days(connection)
        part = impact_of(at_site, days[:3], read_entries(connection))
        assert part.status["en"] == "estimated, unverified"
        longer = impact_of(at_site, days, read_entries(connection), "2026-08-01", "2026-09-30")
        assert (longer.standing.verification, len(longer.standing.parts)) == (None, 1)
        closings(ledger, at_site, ["2026-09-07"], water_m3=31.0)
        changed = told(ledger, at_site)
    assert changed.standing.verification is None
    assert changed.standing.changed is not None
    assert any("others now" in text for text in sentences(changed, "en"))


def test_indicators_stand_apart() -> None:
    """What people entered for days within the period, with evidence and name; no figure of the meters changes by it."""
    at_site = site(factor=GRID)
    with Ledger() as ledger:
        closings(ledger, at_site, week())
        before = told(ledger, at_site)
        for day in ("2026-09-03", "2026-12-03"):
            note = indicator_note("members", 60.0, "orang", day, "attendance list", "Siti")
            ledger.commit([note], None, Instant(1_791_000_000.0, 0.0, "c"))
        one = told(ledger, at_site)
    assert [(item.name, item.value, item.day) for item in one.indicators] == [("members", 60.0, "2026-09-03")]
    assert (one.co2_kg, one.digest) == (before.co2_kg, before.digest)


def test_a_ledger_from_before_the_baselines_reads_back() -> None:
    """Old rows know a factor per kWh and nothing else; their figures stand as they were."""
    old = {"used_wh": 8000.0, "grid_wh": 1000.0, "water_m3": 3.0, "covered_s": DAY_S, "day": "2026-09-01"}
    valued = {"co2_avoided_kg": 6.02, "factor_kg_per_kwh": 0.86, "factor": "Sumatera", "factor_source": "Kepmen",
              "factor_year": 2019, "baseline": "grid", "price_idr_per_kwh": 900.0, "saved_idr": 6300.0}  # fmt: skip
    with Ledger() as ledger:
        event = Event(EventKind.DAY, "site", Reason("site", "day_closed"), old)
        ledger.commit([event, Note("impact", "site", valued)], None, Instant(1_790_000_000.0, 0.0, "b"))
        one = told(ledger, site(factor=GRID))
    assert (one.co2_kg.value, one.saved_idr.value) == (6.02, 6300.0)
    assert (one.lines[0].factor.value, one.lines[0].factor.source) == (0.86, "Kepmen")
    assert one.lines[0].meter_u95 == pytest.approx(0.15), "an old closing tells no meter"


def test_a_statement_of_nothing_is_nothing() -> None:
    """No days: no lines, no figures, no failure; and it is JSON in both cases."""
    one = impact_of(site(factor=GRID), (), Entries())
    assert (one.lines, one.co2_kg.value, one.days) == ((), 0.0, 0)
    assert json.loads(json.dumps(plain(one)))["status"]["id"] == "perkiraan, belum diverifikasi"


def test_what_is_taken_off_is_verified_too() -> None:
    """Panels that are reckoned only after the verification make another net figure: it holds no longer."""
    then = site(factor=GRID)
    with Ledger() as ledger:
        closings(ledger, then, week())
        verified(ledger, told(ledger, then))
        assert told(ledger, then).standing.verification is not None
        now = told(ledger, site(factor=GRID, life_cycle="pv-life-cycle"))
    assert (now.standing.verification, now.standing.changed is None) == (None, False)
    assert any("net" in text and text.endswith("kg CO2e") for text in sentences(now, "en"))


def test_methane_that_was_closed_otherwise_is_shown_beside() -> None:
    """A ``methane`` section that came after the days were closed: both figures, as for CO2."""
    more: dict[str, float | str] = {"cabai.planted": "2026-08-01", "cabai.drainages": 2}
    methane = {"zones": ["cabai"]}
    then, now = site(factor=GRID), site(factor=GRID, methane=methane)
    with Ledger() as ledger:
        closings(ledger, then, week(), **more)
        one = told(ledger, now)
        assert (one.ch4_closed_kg, one.methane_differs) == (0.0, True)
        assert any("As the days were closed: 0.00 kg CH4" in text for text in sentences(one, "en"))
    assert any("IPCC Tier 1" in text for text in sentences(one, "id"))
    with Ledger() as ledger:
        closings(ledger, now, week(), **more)
        assert not told(ledger, now).methane_differs


def test_a_line_by_the_litre_names_its_litres() -> None:
    """56 kWh at 0.4 l are 22.4 l: what is multiplied is what stands there."""
    entry = {"baseline": "diesel-generator", "factor": "diesel-ipcc-2006", "litres_per_kwh": 0.4}
    at_site = site(**entry, evidence="receipts")
    with Ledger() as ledger:
        closings(ledger, at_site, week())
        assert any("22.4 l x 2.676 kg CO2/l" in text for text in sentences(told(ledger, at_site), "en"))


DIESEL: dict[str, Any] = {"baseline": "diesel-generator", "factor": "diesel-ipcc-2006", "litres_per_kwh": 0.4}
FUEL = {"since": "2026-01-01", "fuel_idr_per_litre": 6800, "source": "Biosolar"}


def test_money_does_not_carry_the_factors_margin() -> None:
    """Diesel by the litre: 2 % of the meter and 20 % of the litres per kWh make 20.1 %; the 5 % of the CO2 factor are the CO2's."""
    at_site = site(**DIESEL, prices=[FUEL])
    with Ledger() as ledger:
        closings(ledger, at_site, week())
        one = told(ledger, at_site)
    assert one.saved_idr.value == pytest.approx(56.0 * 0.4 * 6800.0)
    assert one.saved_idr.relative == pytest.approx((0.02**2 + 0.2**2) ** 0.5)
    assert one.co2_kg.relative == pytest.approx((0.02**2 + 0.2**2 + 0.05**2) ** 0.5)


def test_money_carries_the_litres_and_the_price() -> None:
    """A default per kWh needs no litres for its CO2, the rupiah do: 30 % of them and 10 % of the price."""
    entry = {
        "baseline": "diesel-generator",
        "factor": "diesel-ams-i-a",
        "litres_per_kwh": 0.4,
        "litres_per_kwh_uncertainty": 0.3,
    }
    at_site = site(**entry, prices=[FUEL | {"uncertainty": 0.1}])
    with Ledger() as ledger:
        closings(ledger, at_site, week())
        one = told(ledger, at_site)
    assert one.saved_idr.relative == pytest.approx((0.02**2 + 0.3**2 + 0.1**2) ** 0.5)
    assert one.co2_kg.relative == pytest.approx((0.02**2 + 0.2**2) ** 0.5)


def test_a_pump_carries_the_suns_share() -> None:
    """8 of 10 kWh from the sun: the share errs by 0.2 x (2 % and 3 %) beside the 5 % of the water meter, in CO2 and in money; money
    also carries the heat of a litre, 4.4 %.
    """
    entry = {"baseline": "diesel-pump", "factor": "diesel-heat-ipcc-2006", "head_m": 15, "efficiency": 0.1}
    at_site = site(**entry, prices=[FUEL])
    with Ledger() as ledger:
        closings(
            ledger, at_site, week(), grid_wh=2000.0, **{"u95.grid_wh.pln": 60.0, "u95.water_m3.meter": 1.5}
        )
        one = told(ledger, at_site)
    (line,) = one.lines
    share = 0.2 * (0.02**2 + 0.03**2) ** 0.5
    assert line.share_u95 == pytest.approx(share)
    assert line.counted == pytest.approx(7 * 30.0 * 0.8)
    assert one.co2_kg.relative == pytest.approx((0.05**2 + share**2 + 0.4**2 + 0.02**2) ** 0.5)
    heat = ((1.6 / 43.0) ** 2 + (0.02 / 0.84) ** 2) ** 0.5
    assert one.saved_idr.relative == pytest.approx((0.05**2 + share**2 + 0.4**2 + heat**2) ** 0.5)


def test_a_price_for_a_part_of_the_period_says_which() -> None:
    """No price before 5 September: three of seven days, with the share of the energy that they used, and the days without."""
    at_site = site(
        factor=GRID, prices=[{"since": "2026-09-05", "electricity_idr_per_kwh": 1000, "source": "PLN"}]
    )
    with Ledger() as ledger:
        closings(ledger, at_site, week()[:6])
        closings(ledger, at_site, week()[6:], solar_wh=16_000.0)
        one = told(ledger, at_site)
    assert (one.priced_days, one.unpriced) == (3, ("2026-09-01", "2026-09-02", "2026-09-03", "2026-09-04"))
    assert one.priced_share == pytest.approx(0.5)
    said = "of 3 of 7 closed days with 50.0 % of the used energy; no price in force: 1 September 2026 to 4 September 2026"
    assert any(
        text.startswith("Cost saved: Rp32,000 ± ") and text.endswith(said) for text in sentences(one, "en")
    )
    assert any("dari 3 di antara 7 hari tertutup dengan 50,0 %" in text for text in sentences(one, "id"))


def test_all_gases_are_no_surer_than_nitrous_oxide() -> None:
    """120 kg N on a paddy: what is taken off has a half-width of 652 % and widens the sum of all gases by it."""
    paddy: dict[str, float | str] = {
        "cabai.planted": "2026-08-01",
        "cabai.drainages": 2,
        "cabai.drained_proven_d": 9,
    }
    alone, with_n = (
        site(factor=GRID, methane={"zones": ["cabai"], **more}) for more in ({}, {"nitrogen_kg_ha": 120})
    )
    with Ledger() as ledger:
        closings(ledger, alone, week(), **paddy)
        without, one = told(ledger, alone), told(ledger, with_n)
    assert one.n2o_co2e_kg.relative == pytest.approx(6.519, abs=1e-3)
    assert one.co2e_kg.half == pytest.approx((without.co2e_kg.half**2 + one.n2o_co2e_kg.half**2) ** 0.5)
    assert one.co2e_kg.value == pytest.approx(without.co2e_kg.value - one.n2o_co2e_kg.value)
    assert any("(± 651.9 %: difference of EF1FR 651.9 %)" in text for text in sentences(one, "en"))
    assert any("not taken off" in text for text in sentences(without, "en"))


def test_a_factor_that_was_changed_keeps_its_validity_and_margin() -> None:
    """Closed with a factor of the site's own, 12 % and valid for a year; the site file names another one today: both are whole."""
    own = {"value": 0.9, "name": "own study", "source": "letter", "year": 2024, "uncertainty": 0.12, "scope": "Sumatera",
           "valid_from": "2026-01-01", "valid_to": "2026-12-31"}  # fmt: skip
    with Ledger() as ledger:
        closings(ledger, site(factor=own), week())
        one = told(ledger, site(factor=GRID))
    factor = one.lines[0].factor
    assert (factor.relative, factor.valid_from, factor.valid_to, factor.scope) == (
        0.12,
        "2026-01-01",
        "2026-12-31",
        "Sumatera",
    )
    text = "\n".join(sentences(one, "en"))
    assert "own study; letter; data of 2024; valid from 1 January 2026 to 31 December 2026; ± 12 %" in text
    assert "56 kWh x 0.86 kg CO2/kWh = 48 ± 5 kg CO2" in text.partition("Recomputed")[2]


def test_a_factor_that_nobody_read_in_its_document_says_so() -> None:
    """TOOL33's defaults could not be opened: whoever signs reads that beside them, as closed and in both languages."""
    at_site = site(baseline="diesel-generator", factor="diesel-tool33-below-15kw-pump")
    with Ledger() as ledger:
        closings(ledger, at_site, week())
        one = told(ledger, at_site)
    assert any(
        "section 5.1" in text and text.endswith("not checked against the document")
        for text in sentences(one, "en")
    )
    assert any(text.endswith("belum dicocokkan dengan dokumennya") for text in sentences(one, "id"))
