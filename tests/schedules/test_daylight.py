"""The course of a crop's use over the day: nothing by night, most of it around noon."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.daylight import DAWN_H, DAY_S, lasts_s, use_d, used_d
from schedules.program import Program
from schedules.prospect import Prospect
from schedules.zone import demand, initial
from tests.schedules.zones import AREA_M2, CATALOG, FIELD, POTS, days

HOURS = st.floats(0.0, 24.0)


@given(hour=HOURS, left_d=st.floats(0.01, 9.0))
def test_what_is_left_is_used_when_it_is_said_to_be(hour: float, left_d: float) -> None:
    """Between now and the hour that is told lies just the use that was left, at any hour and for any amount."""
    ends_h = hour + lasts_s(hour, left_d) / 3600.0
    assert used_d(ends_h) - used_d(hour) == pytest.approx(left_d, abs=1e-6)


@given(hour=HOURS, more_h=st.floats(0.0, 72.0))
def test_use_is_never_negative_and_a_day_uses_a_day(hour: float, more_h: float) -> None:
    """Later is never less; 24 hours from any hour on use one day; by night nothing is used."""
    begin = (hour - DAWN_H) * 3600.0
    assert use_d(0.0, begin, begin + more_h * 3600.0) >= 0.0 == use_d(0.0, begin + 1.0, begin)
    assert use_d(0.0, begin, begin + DAY_S) == pytest.approx(1.0)
    assert use_d(0.0, 12.5 * 3600.0, 23.5 * 3600.0) == 0.0


def test_a_field_at_dawn_is_dry_by_noon_and_in_the_evening_not_before_the_morning() -> None:
    """0.4 days of use last five and a half hours from half past five, and from six in the evening as long as from the next dawn."""
    assert lasts_s(5.5, 0.4) / 3600.0 == pytest.approx(0.5 + 5.23, abs=0.02)
    assert lasts_s(18.0, 0.4) == pytest.approx(12 * 3600.0 + lasts_s(6.0, 0.4))
    assert lasts_s(None, 0.4) == 0.4 * DAY_S
    assert lasts_s(11.0, -1.0) == 0.0


@pytest.mark.parametrize("program", [FIELD, POTS])
def test_who_is_hurt_by_noon_says_so(program: Program) -> None:
    """The latest start of field and pots is when what is left is used by the course of the day, not by the clock."""
    fresh = days(program, initial(program, CATALOG, AREA_M2), 60, 1)
    used = replace(fresh, depletion_mm=0.95 * fresh.raw_mm, doubt_mm=0.0, doses_today=0)

    def latest(hour: float | None) -> float:
        wanted = demand(program, used, "z", AREA_M2, 0.0, None, CATALOG, Prospect(hour=hour))
        assert wanted is not None
        assert wanted.latest_start_s is not None
        return wanted.latest_start_s

    assert latest(None) > 0.0
    for hour in (6.0, 11.0, 20.0):
        assert latest(hour) == pytest.approx(lasts_s(hour, latest(None) / DAY_S))
