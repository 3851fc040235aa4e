"""Runs straight from a pump: when a zone opens for the sun that is expected."""

from __future__ import annotations

from schedules.plan import OPEN_FLOW_SHARE, Run
from schedules.planner import plan
from schedules.planner_direct import EARLY_S
from tests.schedules.test_planner import HOUR, NOW, ask, at, sun, want, zone

LITRES = 6000.0


def run_of(share: float, rise_h: float, *window: tuple[float, float], most_h: float = 12.0) -> Run:
    """The first run of one zone of 6 m3/h under a sun that rises so many hours from now."""
    one = zone("sawah", 6.0, *window, least_share=share, max_run_s=most_h * HOUR)
    return plan(ask([want("sawah", LITRES)], [one], sun(1600.0, rise_h))).runs[0]


def test_the_gate_of_an_open_channel_opens_before_the_sun_that_is_expected() -> None:
    """It opens up to an hour before, but not before its window; pipes open when the expected sun fills them."""
    piped, late = run_of(0.6, 5.0), run_of(OPEN_FLOW_SHARE, 5.0)
    expected = run_of(OPEN_FLOW_SHARE, 5.0, (6.5, 24.0))
    assert at(expected)[0] == 6.5
    assert at(piped)[0] > 5.5
    assert 5.0 < at(late)[0] + EARLY_S / HOUR < at(piped)[0]
    assert run_of(OPEN_FLOW_SHARE, 0.0, (0.5, 24.0)).start_s == NOW + 0.5 * HOUR
    assert late.volume_l == LITRES


def test_a_gate_that_opens_early_keeps_its_longest_run() -> None:
    """What the expected sun brings after the longest run is not promised."""
    short = run_of(OPEN_FLOW_SHARE, 5.0, most_h=2.0)
    assert short.end_s - short.start_s <= 2.0 * HOUR
    assert short.start_s < run_of(OPEN_FLOW_SHARE, 5.0, most_h=1.9).start_s
    assert 0.0 < short.volume_l < LITRES


def test_a_short_longest_run_is_not_spent_waiting_for_the_sun() -> None:
    """Of little more than an hour two minutes were left, 29 litres; then the field had its pause."""
    short = run_of(OPEN_FLOW_SHARE, 5.0, most_h=1.02)
    assert short.start_s == run_of(OPEN_FLOW_SHARE, 5.0).start_s + EARLY_S
    assert short.volume_l > 2000.0
