"""Totals: they only grow, whatever the device does, and lose nothing that was counted."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from drivers.counters import CONFIRMED, Total
from drivers.profile_coding import Counter


def total(**rule: object) -> Total:
    """A total by this rule; ``width`` goes to the total."""
    width = rule.pop("width", None)
    return Total(Counter.model_validate(rule), width if isinstance(width, float) else None)


def run(it: Total, *values: float) -> list[float]:
    """The totals after each value."""
    return [it.take(value)[0] for value in values]


@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_a_total_never_falls(values: list[float]) -> None:
    """Whatever comes, no total is below the one before, by any rule."""
    for resets in ("never", "daily", "restart", "command"):
        told = run(total(resets=resets, rolls_at=65536, width=65536.0), *values)
        assert all(b >= a - 1e-9 * a for a, b in pairwise(told))


@given(st.lists(st.floats(0.01, 100), min_size=1), st.lists(st.integers(0, 20)))
def test_restarts_lose_nothing_but_the_gap(growth: list[float], restarts: list[int]) -> None:
    """A counter that begins again at 0 at some readings: the total is the sum of all that it showed growing."""
    it = total(resets="restart")
    shown, counted = 1000.0, 0.0
    it.take(shown)
    for i, step in enumerate(growth):
        if i in restarts and shown > 2 * step:
            shown = 0.0
        shown, counted = shown + step, counted + step
        it.take(shown)
    assert it.total == pytest.approx(1000.0 + counted)


@given(st.lists(st.integers(0, 20_000), min_size=1, max_size=50))
@example([5536])
@example([5534, 1, 1, 3])
def test_roll_over(growth: list[int]) -> None:
    """A 16-bit counter of tips counts on over 65536."""
    it = total(rolls_at=65536, width=65536.0)
    shown = 60_000
    it.take(float(shown))
    if (shown + sum(growth)) % 65536 == 0:
        growth = [*growth, 1]  # a 0 is only understood with the number after it
    for step in growth:
        shown += step
        it.take(float(shown % 65536))
    assert it.total == shown


def test_midnight() -> None:
    """A counter of the day begins at 0 at midnight; the total goes on."""
    assert run(total(resets="daily"), 4.0, 5.0, 0.0, 0.5, 2.0) == [4.0, 5.0, 5.0, 5.5, 7.0]


def test_a_zero_at_night_is_not_believed() -> None:
    """Some inverters answer 0 for their totals when the sun sets: the total stays, and the value is not trusted."""
    it = total()
    it.take(1234.0)
    assert it.take(0.0) == (1234.0, False)
    assert it.in_doubt
    assert it.take(1234.5) == (1234.5, True)
    assert not it.in_doubt


def test_another_meter_is_a_step_and_no_jump() -> None:
    """A replaced meter shows another number: after some readings the total goes on from where it was."""
    it = total(max_step=10)
    it.take(5000.0)
    assert [it.take(v) for v in (70.0, 70.5)] == [(5000.0, False), (5000.0, False)]
    assert it.take(71.0) == (5000.0, True)
    assert it.take(72.0) == (5001.0, True)


def test_a_larger_number_of_another_meter_is_no_energy() -> None:
    """With a largest step a jump upwards is not counted either."""
    it = total(max_step=10)
    assert run(it, 5000.0, 91_000.0, 91_001.0, 91_002.0, 91_004.0) == [5000, 5000, 5000, 5000, 5002]


def test_a_spike_is_forgotten() -> None:
    """One impossible number between good ones changes nothing."""
    it = total(max_step=10)
    assert run(it, 5000.0, 64_000.0, 5001.0, 65_000.0, 5002.0) == [5000, 5000, 5001, 5001, 5002]


def test_a_long_gap_allows_more() -> None:
    """After ten polls without an answer the counter may have grown ten times as much."""
    it = total(max_step=10)
    it.take(100.0)
    assert it.take(190.0, turns=10.0) == (190.0, True)


def test_rounding_is_no_reset() -> None:
    """A float meter that falls by a millionth is neither distrusted nor counted twice."""
    it = total(resets="restart")
    it.take(1000.0)
    assert it.take(999.999) == (1000.0, True)
    assert it.take(1000.5) == (1000.5, True)


def test_a_reset_in_the_gap_is_believed_when_it_stays() -> None:
    """A daily counter that came back at more than half: it grows, so it was reset, and what it shows was counted."""
    it = total(resets="daily")
    assert run(it, 5.0, 3.0, 3.1, 3.2) == [5.0, 5.0, 5.0, pytest.approx(8.2)]
    assert CONFIRMED == 3


@pytest.mark.parametrize("resets", ["never", "restart"])
def test_a_new_meter_is_no_roll_over(resets: str) -> None:
    """A display of 1,000 kWh stands at 995.46; another meter is put in, shows 0 for a night, and counts: 4.54 kWh never passed."""
    it = total(resets=resets, rolls_at=100_000, width=1_000_000.0)
    run(it, *(995_000.0 + 10.0 * n for n in range(46)), 995_450.0, *[0.0] * 500)
    before = it.total
    run(it, 10.0, 20.0, 30.0, 40.0, 50.0)
    assert before <= it.total <= before + 50.0


@pytest.mark.parametrize("resets", ["never", "restart"])
def test_a_coarse_counter_stands_at_0_after_its_end(resets: str) -> None:
    """Whole kWh: 99,998, 99,999, 0 for an hour, 1: three kWh have passed."""
    it = total(resets=resets, rolls_at=100_000, width=100_000.0)
    run(it, 99_997.0, 99_998.0, 99_999.0, *[0.0] * 60, 1.0)
    assert it.total == 100_001.0


def test_a_reset_near_the_end_is_a_reset() -> None:
    """A pulse counter that is lost with its supply stands at 640 of 655.36 m3, begins again at 0 and shows 0.05 next."""
    it = total(resets="restart", rolls_at=65_536, width=655.36)
    run(it, 639.9, 639.95, 640.0, 0.05)
    assert it.total == pytest.approx(640.05)
