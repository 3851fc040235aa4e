"""Reading an outlook: its courses at any moment, its rain until any moment."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.outlook import HOLDS_S, RAIN_STEPS_MM, Outlook, RainDay

DAY = RainDay(0.0, 86_400.0, 6.0, (0.5, 0.4, 0.3, 0.1, 0.0, 0.0), (0.5, 0.4, 0.3, 0.1, 0.0, 0.0))
NEXT = RainDay(86_400.0, 172_800.0, 4.0, (0.4, 0.3, 0.1, 0.1, 0.0, 0.0), (0.7, 0.6, 0.5, 0.3, 0.1, 0.0))
COURSE = tuple(float(i) for i in range(192))
SEEN = Outlook(0.0, "persistence", 0.0, COURSE, COURSE, COURSE, COURSE, (DAY, NEXT))


def test_a_course_is_read_from_any_moment() -> None:
    """The middle of each step asked for decides which value it gets; the last day goes on where the course ends."""
    assert SEEN.course(SEEN.power_w, 900.0, 3) == (1.0, 2.0, 3.0)
    assert SEEN.course(SEEN.power_w, 1300.0, 2) == (1.0, 2.0)
    assert SEEN.course(SEEN.power_w, 1400.0, 2) == (2.0, 3.0)
    assert SEEN.course(SEEN.power_w, 900.0 * 190, 4) == (190.0, 191.0, 96.0, 97.0)
    assert SEEN.course(SEEN.power_w, 900.0 * 1000, 1) == (COURSE[1000 % 96 + 96],)
    assert SEEN.course((), 0.0, 5) == ()


def test_expected_rain_is_shared_out_by_time() -> None:
    """Half a day has half of its rain; beyond the last day nothing is known."""
    assert SEEN.rain_mm(0.0, 86_400.0) == pytest.approx(6.0)
    assert SEEN.rain_mm(43_200.0, 129_600.0) == pytest.approx(3.0 + 2.0)
    assert SEEN.rain_mm(172_800.0, 500_000.0) == 0.0


@given(until=st.floats(0.0, 200_000.0), mm=st.sampled_from(RAIN_STEPS_MM), more=st.floats(1.0, 40.0))
def test_the_chance_falls_with_the_amount_and_grows_with_time(until: float, mm: float, more: float) -> None:
    """More rain is never likelier, more time never less likely."""
    assert SEEN.rain_chance(until, mm + more) <= SEEN.rain_chance(until, mm) + 1e-12
    assert SEEN.rain_chance(until + 3600.0, mm) >= SEEN.rain_chance(until, mm) - 1e-12


@given(until=st.floats(3600.0, 172_800.0), chance=st.floats(0.05, 0.95))
def test_the_quantile_is_the_chance_turned_round(until: float, chance: float) -> None:
    """The amount that falls with a chance falls with that chance; below a wet day's millimetre there is none."""
    amount = SEEN.rain_quantile(until, chance)
    if amount == 0.0:
        assert SEEN.rain_chance(until, 1.0) < chance + 1e-9
    else:
        assert SEEN.rain_chance(until, amount) == pytest.approx(chance, abs=1e-6)


def test_without_rain_nothing_is_promised_and_age_ends_it() -> None:
    """An outlook that knows no rain says 0; one that is hours old, or from the future, no longer holds."""
    bare = Outlook(0.0, "persistence", 0.0, COURSE, COURSE, COURSE)
    assert (bare.rain_chance(1e6, 1.0), bare.rain_quantile(1e6, 0.5), bare.rain_mm(0.0, 1e6)) == (0.0,) * 3
    assert bare.holds(HOLDS_S)
    assert not bare.holds(HOLDS_S + 1.0)
    assert not bare.holds(-3600.0)
