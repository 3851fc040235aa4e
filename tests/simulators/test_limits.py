"""The allowed minutes of a program's windows."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from schedules.program import CalendarProgram, Window
from schedules.windows import DAYS, resolve
from simulators.limits import open_minutes

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
