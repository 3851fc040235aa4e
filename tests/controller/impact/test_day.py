"""A closing of any age reads back as a day; days that nobody saw stand between those that have a closing."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.core.decision import Event, EventKind, Reason
from controller.core.instant import Instant
from controller.impact.day import day_of, read_days
from controller.impact.day_sums import Amount, amount_of, coverage, sums
from controller.store.ledger import Ledger

OLD: dict[str, float | str] = {
    "day": "2026-01-02", "pv_wh": 11_000.0, "used_wh": 8000.0, "other_wh": 1000.0, "grid_wh": 1500.0, "water_m3": 31.5,
    "starts": 3, "run_s": 7200.0, "covered_s": 86_400.0, "measured_s": 86_400.0, "sawah.planted": "2025-12-20",
    "sawah.drained_proven_d": 4.0,
}  # fmt: skip


def closing(**figures: float | str) -> Event:
    return Event(EventKind.DAY, "site", Reason("site", "day_closed"), figures)


def test_a_closing_of_an_older_version_reads_back_with_none_for_what_it_does_not_tell() -> None:
    """``used_wh`` and ``other_wh`` are the pumps' and the other loads'; nothing is invented for export."""
    day = day_of(OLD)
    assert day is not None
    assert (day.pumps_wh, day.aux_wh, day.solar_wh, day.grid_wh) == (8000.0, 1000.0, 7500.0, 1500.0)
    assert (day.export_wh, day.genset_wh, day.gaps, day.unexplained_m3) == (None, None, None, None)
    assert day.paddies == {"sawah": {"planted": "2025-12-20", "drained_proven_d": 4.0}}
    assert day.coverage == 1.0


def test_figures_without_a_day_are_no_day() -> None:
    """Without a calendar day nothing can be asked for."""
    assert day_of({"pv_wh": 1.0}) is None
    assert day_of({"day": "yesterday"}) is None


def test_groups_and_margins_find_their_way() -> None:
    """Zones, meters and tanks by name; half-widths by figure and source, those of parts too."""
    day = day_of({
        "day": "2026-01-02", "zones.cabai": 2.0, "tanks.tandon": -1.0, "meters.meter-air.volume_m3": 3.0,
        "u95.water_m3.meter-air.volume_m3": 0.06, "u95.water_m3": 0.01, "u95.zones.cabai/meter-air.volume_m3": 0.04,
    })  # fmt: skip
    assert day is not None
    assert (day.zones, day.tanks, day.meters) == (
        {"cabai": 2.0},
        {"tandon": -1.0},
        {"meter-air.volume_m3": 3.0},
    )
    assert day.margins["water_m3"] == {"meter-air.volume_m3": 0.06, "": 0.01}
    assert sums([day])["zones.cabai"] == Amount(2.0, 0.04, 1)


def test_days_that_nobody_saw_stand_between_those_that_have_a_closing(tmp_path: Path) -> None:
    """Closings of the 2nd and the 5th: four days, two of them with no coverage; the range is respected."""
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        ledger.commit((closing(**OLD),), None, Instant(1.0, 1.0, "a"))
        ledger.commit((closing(**OLD | {"day": "2026-01-05"}),), None, Instant(2.0, 2.0, "a"))
        connection = ledger._connection
        days = read_days(connection)
        assert [day.day for day in days] == ["2026-01-02", "2026-01-03", "2026-01-04", "2026-01-05"]
        assert [day.closed for day in days] == [True, False, False, True]
        assert coverage(days) == 0.5
        asked = read_days(connection, "2026-01-03", "2026-01-04")
        assert [day.day for day in asked] == ["2026-01-03", "2026-01-04"]


def test_two_closings_of_one_day_are_one_day() -> None:
    """A clock that was set back closes a day twice: both parts count."""
    with Ledger() as ledger:
        for wh in (100.0, 50.0):
            figures: dict[str, float | str] = {
                "day": "2026-01-02",
                "pumps_wh": wh,
                "u95.pumps_wh": wh / 10.0,
                "zones.a": 1.0,
            }
            ledger.commit((closing(**figures),), None, Instant(wh, 1.0, "a"))
        (day,) = read_days(ledger._connection)
    assert (day.pumps_wh, day.zones, day.grid_wh) == (150.0, {"a": 2.0}, None)
    assert day.margins["pumps_wh"][""] == pytest.approx((10.0**2 + 5.0**2) ** 0.5)


def test_a_meters_error_adds_up_over_the_days_and_what_is_independent_does_not() -> None:
    """Ten days of 100 Wh with 2 Wh of one meter and 3 Wh by chance each: 20 and 9.5 in quadrature."""
    days = [
        day_of({"day": f"2026-01-{d:02}", "pumps_wh": 100.0, "u95.pumps_wh.m.e": 2.0, "u95.pumps_wh": 3.0})
        for d in range(1, 11)
    ]
    amount = amount_of([day for day in days if day is not None], "pumps_wh")
    assert amount is not None
    assert (amount.value, amount.days) == (1000.0, 10)
    assert amount.half_width == pytest.approx((20.0**2 + 10 * 3.0**2) ** 0.5)


def test_meters_that_push_a_figure_both_ways_take_each_other_away() -> None:
    """The sun's part is pumps plus others minus grid: with one meter for load and pumps its error counts once."""
    day = day_of({"day": "2026-01-02", "solar_wh": 900.0, "u95.solar_wh.a": 20.0, "u95.solar_wh.b": -15.0})
    assert day is not None
    amount = amount_of([day, day], "solar_wh")
    assert amount is not None
    assert amount.half_width == pytest.approx((40.0**2 + 30.0**2) ** 0.5)


def test_a_closing_without_uncertainty_is_taken_as_wide() -> None:
    """Fifteen in a hundred of the sum, no less for many days; nobody is told a certainty that nobody has."""
    day = day_of(OLD)
    assert day is not None
    amount = amount_of([day] * 30, "pumps_wh")
    assert amount is not None
    assert amount.share == pytest.approx(0.15)
    assert amount_of([day], "export_wh") is None
    assert coverage([]) is None


def test_a_part_of_another_figure_has_no_margin_of_its_own() -> None:
    """A meter's row and what was filled stand within the water and the energy: 15 % beside their 5 % would be a second truth."""
    told: dict[str, float | str] = {
        "day": "2026-03-01",
        "water_m3": 10.0,
        "u95.water_m3.m": 0.5,
        "meters.m": 10.0,
        "filled_wh": 40.0,
    }
    day = day_of(told)
    assert day is not None
    found = sums([day])
    assert (found["water_m3"].half_width, found["meters.m"].half_width, found["filled_wh"].half_width) == (
        0.5,
        0.0,
        0.0,
    )
