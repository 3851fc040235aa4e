"""What every strategy may do: the minutes of a program's windows, and a battery's part."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.program import CalendarProgram, Window
from schedules.windows import DAYS, resolve
from simulators.cases import Case, open_case
from simulators.limits import Limits, Wants, open_minutes

SITES = Path(__file__).resolve().parents[2] / "simulators" / "sites"
CLOCK = st.builds(lambda h, m: f"{h:02d}:{m:02d}", st.integers(0, 23), st.integers(0, 59))
WINDOW = st.builds(
    lambda b, e, d: Window(**{"from": b, "to": e, "days": tuple(d)}),  # type: ignore[arg-type]
    CLOCK,
    CLOCK,
    st.lists(st.sampled_from(DAYS), unique=True),
)


@given(st.lists(WINDOW, min_size=1, max_size=3), st.integers(0, 7 * 1440 - 1))
def test_the_minutes_are_those_that_the_planner_resolves(windows: list[Window], minute: int) -> None:
    """A minute of the week is open exactly where the planner's own windows say so."""
    monday = datetime(2026, 11, 16, tzinfo=UTC)
    week = open_minutes(CalendarProgram(program="x", depth_mm=1.0, windows=tuple(windows)))
    at = monday.timestamp() + 60.0 * minute
    found = resolve(windows, ZoneInfo("UTC"), at, 60.0)
    assert bool(week[minute // 1440][minute % 1440]) is any(b <= at < e for b, e in found)


@pytest.mark.parametrize(
    ("soc", "power_w", "starts"), [(0.6, 1250.0, True), (0.6, 1150.0, False), (0.4, 1250.0, False)]
)
def test_a_charged_battery_helps_every_strategy(soc: float, power_w: float, starts: bool) -> None:
    """The permission of the shipped controller is everybody's: from half a charge on the pump starts at 0.8 of its need."""
    world = open_case(Case(SITES / "kutai.yaml", days=1.0)).world()
    world.supply.battery.soc = soc  # type: ignore[union-attr]
    guard = Limits(world)
    now_s = world.now_s + 3600.0
    guard.step(now_s, 1, 600, power_w, Wants(frozenset({"pompa-kolam"})))
    assert guard.is_on("pompa-kolam") is starts


def test_no_strategy_fills_a_pond_above_its_upper_level() -> None:
    """At 50 mm the gate closes whoever wishes water, and opens again when the pond has sunk; the others stay as they were."""
    world = open_case(Case(SITES / "paddy.yaml", days=1.0)).world()
    ground = world.zones["petak-hulu"].ground
    guard, wish = Limits(world), Wants(frozenset({"pompa-sungai"}), frozenset({"petak-hulu"}))
    opened = []
    for minute, water_mm in enumerate((49.5, 50.5, 49.5, 48.5)):
        ground.water_mm = water_mm  # type: ignore[attr-defined]
        guard.step(world.now_s + 60.0 * minute, 1, 600 + minute, 0.0, wish)
        guard.step(world.now_s + 60.0 * minute, 1, 600 + minute, 9000.0, wish)
        opened.append("petak-hulu" in guard._guards["pompa-sungai"].fed)
    assert opened == [True, False, False, True]
