"""CO2 avoided is used PV energy times the site's one factor, a closing carries its paper trail, and totals are sums."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.decision import Event, EventKind, Reason
from controller.core.instant import Instant
from controller.core.site import Site
from controller.impact.co2 import STATEMENT, Impact, closing_note, day_impact, in_force, total
from controller.store.audit import closings
from controller.store.ledger import Ledger
from tests.controller.impact.test_baselines import GRID, site
from tests.controller.little_world import demo_site


def closing(**figures: float | str) -> Event:
    return Event(EventKind.DAY, "site", Reason("site", "day_closed"), figures)


def diesel_site() -> Site:
    site = demo_site()
    power = site.file.power.model_copy(update={"backup": "diesel"})
    return site.model_copy(update={"file": site.file.model_copy(update={"power": power})})


def test_the_worked_example() -> None:
    """8 kWh used of which 1 from the grid: 7 kWh of sun at 0.86 kg/kWh are 6.02 kg, and 7 times the tariff saved."""
    figures = {
        "pv_wh": 11_000.0,
        "used_wh": 8000.0,
        "grid_wh": 1000.0,
        "water_m3": 31.5,
        "covered_s": 43_200.0,
    }
    impact = day_impact(demo_site(), figures)
    assert impact.solar_kwh == 7.0
    assert impact.co2_avoided_kg == pytest.approx(6.02)
    assert impact.saved_idr == pytest.approx(7.0 * 1444.70)
    assert (impact.grid_kwh, impact.diesel_kwh, impact.water_m3, impact.coverage) == (1.0, 0.0, 31.5, 0.5)


def test_energy_that_nobody_used_avoids_nothing() -> None:
    """Production without use counts zero; so does a pump that ran on the grid alone."""
    assert day_impact(demo_site(), {"pv_wh": 9000.0}).co2_avoided_kg == 0.0
    assert day_impact(demo_site(), {"used_wh": 5000.0, "grid_wh": 5000.0}).co2_avoided_kg == 0.0


def test_a_gensets_energy_is_diesel() -> None:
    """With diesel as back-up what was not sun is diesel energy, and never both."""
    impact = day_impact(diesel_site(), {"used_wh": 4000.0, "grid_wh": 1500.0})
    assert (impact.solar_kwh, impact.grid_kwh, impact.diesel_kwh) == (2.5, 0.0, 1.5)


@given(st.floats(-1e7, 1e7), st.floats(-1e7, 1e7))
def test_never_more_than_was_used_and_never_negative(used_wh: float, grid_wh: float) -> None:
    """Whatever meters claim, sun is between nothing and what was used, and sun plus grid is what was used."""
    impact = day_impact(demo_site(), {"used_wh": used_wh, "grid_wh": grid_wh})
    assert 0.0 <= impact.solar_kwh <= max(0.0, used_wh) / 1000.0
    assert impact.solar_kwh + impact.grid_kwh == pytest.approx(max(0.0, used_wh) / 1000.0)


def test_the_ledger_row_names_factor_source_and_year() -> None:
    """The row beside a closing holds every number that is needed to compute it again; other events have none."""
    site, event = demo_site(), closing(used_wh=8000.0, grid_wh=1000.0)
    note = closing_note(site, event)
    assert note is not None
    factor = site.file.impact.factor
    assert note.figures["factor_source"] == factor.source
    assert note.figures["factor_year"] == factor.year
    solar, per_kwh = note.figures["solar_kwh"], note.figures["factor_kg_per_kwh"]
    assert isinstance(solar, float)
    assert isinstance(per_kwh, float)
    assert note.figures["co2_avoided_kg"] == solar * per_kwh
    assert note.figures["statement"] == "estimated, unverified"
    assert set(STATEMENT) == {"id", "en"}
    assert closing_note(site, Event(EventKind.STOP, "pompa", Reason("pompa", "x"))) is None


def test_the_ledger_row_tells_how_much_was_seen_and_measured() -> None:
    """Beside the figure stands the share of the day that the controller saw, and how much of that had meters."""
    note = closing_note(demo_site(), closing(used_wh=8000.0, covered_s=43_200.0, measured_s=21_600.0))
    assert note is not None
    assert (note.figures["coverage"], note.figures["measured_share"]) == (0.5, 0.5)
    blind = closing_note(demo_site(), closing(used_wh=8000.0))
    assert blind is not None
    assert (blind.figures["coverage"], blind.figures["measured_share"]) == (0.0, 0.0)


def test_other_loads_count_where_they_were_measured() -> None:
    """What a load meter tells beside the pumps is used energy too; the import is taken off both."""
    impact = day_impact(demo_site(), {"used_wh": 3000.0, "other_wh": 2000.0, "grid_wh": 1500.0})
    assert (impact.solar_kwh, impact.grid_kwh) == (3.5, 1.5)


def test_another_factor_does_not_revalue_the_past() -> None:
    """A closing keeps the factor and the price that its ledger row was written with, whatever the site file says later."""
    site = demo_site()
    event = closing(used_wh=8000.0, grid_wh=0.0)
    note = closing_note(site, event)
    assert note is not None
    with Ledger() as ledger:
        ledger.commit([event, note], None, Instant(1_790_000_000.0, 0.0, "b"))
        ledger.commit([event], None, Instant(1_790_086_400.0, 86_400.0, "b"))
        found = [row.figures for row in closings(ledger._connection)]
    factor = site.file.impact.factor.model_copy(update={"value": 0.77})
    entry = site.file.impact.model_copy(update={"factor": factor, "price_idr_per_kwh": 1000.0})
    later = site.model_copy(update={"file": site.file.model_copy(update={"impact": entry})})
    old, unvalued = (day_impact(later, figures) for figures in found)
    assert old.co2_avoided_kg == day_impact(site, event.figures).co2_avoided_kg
    assert old.saved_idr == day_impact(site, event.figures).saved_idr
    assert unvalued.co2_avoided_kg == pytest.approx(8.0 * 0.77), (
        "a closing without its row has only today's factor"
    )


def test_the_total_is_the_sum_of_the_closings_in_the_ledger() -> None:
    """What is shown as accumulated is the sum over the ledger's daily closings, nothing else."""
    site = demo_site()
    with Ledger() as ledger:
        for day in range(30):
            at = Instant(1_790_000_000.0 + day * 86_400.0, day * 86_400.0, "b")
            ledger.commit(
                [closing(used_wh=8000.0 + day, grid_wh=100.0, water_m3=3.0, covered_s=86_400.0)], None, at
            )
        impacts = [day_impact(site, row.figures) for row in closings(ledger._connection)]
    overall = total(impacts)
    assert overall.days == 30
    assert overall.solar_kwh == pytest.approx(sum(8000.0 + day - 100.0 for day in range(30)) / 1000.0)
    assert overall.co2_avoided_kg == pytest.approx(overall.solar_kwh * site.file.impact.factor.value)
    assert overall.water_m3 == pytest.approx(90.0)
    assert overall.coverage == 1.0
    assert total([]) == Impact()


def test_methane_is_told_beside_co2_and_stays_as_closed() -> None:
    """The row and the fields of the database carry the same kilograms; a site file without methane does not undo a closed day."""
    told = site(factor=GRID, methane={"zones": ["cabai"]})
    event = closing(day="2026-09-30", used_wh=0.0)
    event = Event(
        event.kind,
        event.subject,
        event.reason,
        {**event.figures, "cabai.planted": "2026-09-01", "cabai.drainages": 2},
    )
    area_ha = next(zone.area_m2 for zone in told.file.zones if zone.id == "cabai") / 1e4
    note = closing_note(told, event)
    assert note is not None
    assert note.figures["ch4_avoided_kg"] == pytest.approx(1.22 * 0.45 * area_ha)
    assert day_impact(told, event.figures).fields()["ch4_avoided_kg"] == note.figures["ch4_avoided_kg"]
    with Ledger() as ledger:
        ledger.commit([event, note], None, Instant(1_790_000_000.0, 0.0, "b"))
        (closed,) = (row.figures for row in closings(ledger._connection))
    assert day_impact(site(factor=GRID), closed).fields()["ch4_avoided_kg"] == note.figures["ch4_avoided_kg"]
    assert day_impact(site(factor=GRID), event.figures).ch4_avoided_kg == 0.0


def test_a_day_is_told_under_the_baseline_of_its_day() -> None:
    """The tags of the database follow the baseline in force on the day; a day without a name has the newest."""
    both = site(baseline="diesel-generator", factor="diesel-ams-i-a",
                later=[{"factor": GRID, "since": "2026-08-01"}])  # fmt: skip
    found = [
        in_force(both, figures).baseline for figures in ({"day": "2026-07-31"}, {"day": "2026-08-01"}, {})
    ]
    assert found == ["diesel-generator", "grid", "grid"]
