"""The pump of the world."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.site import Pump
from simulators.pump import Curve, PumpState, Wear
from tests.simulators.sample import pump

PUMP = Pump.model_validate(pump())
CURVE = Curve(PUMP)


def test_rated_point() -> None:
    """At rated speed the pump takes its rated power and gives its rated flow."""
    assert CURVE.power_w(1.0) == pytest.approx(750)
    assert CURVE.flow_share(1.0) == pytest.approx(1.0)


@pytest.mark.parametrize("threshold", [None, 200.0, 400.0])
def test_nothing_flows_below_the_threshold(threshold: float | None) -> None:
    """Below the threshold power nothing is lifted, 5 % above it something is."""
    curve = Curve(Pump.model_validate(pump(threshold_w=threshold)))
    stated = threshold or 0.38 * 750
    assert curve.flow_share(curve.speed(0.97 * stated)) == 0.0
    assert curve.flow_share(curve.speed(1.05 * stated)) > 0.0


@given(st.floats(0, 800), st.floats(0, 800))
def test_more_power_never_gives_less(one: float, other: float) -> None:
    """Speed and flow do not fall with power, and the power at the speed found is the power given."""
    low, high = sorted((one, other))
    assert CURVE.speed(low) <= CURVE.speed(high)
    assert CURVE.flow_share(CURVE.speed(low)) <= CURVE.flow_share(CURVE.speed(high))
    assert CURVE.power_w(CURVE.speed(high)) == pytest.approx(high, abs=8.0)


def test_affinity_without_lift() -> None:
    """Below the speed that lifts, power falls with the cube of the speed (0.64 to 0.512 of it at 0.8)."""
    slow, slower = 0.5, 0.4
    assert CURVE.power_w(slower) / CURVE.power_w(slow) == pytest.approx((slower / slow) ** 3)


def test_a_drive_follows_the_sun_and_its_set_point() -> None:
    """The drive takes what there is up to its set frequency, and sleeps below a tenth of its rating."""
    state = PumpState(PUMP, CURVE, wanted=True)
    assert state.draw(10_000) == pytest.approx(750)
    assert state.draw(500) == 500
    assert state.draw(60) == 0
    state.set_hz = 40.0
    assert state.draw(10_000) == pytest.approx(CURVE.power_w(0.8))
    state.fault = 7
    assert state.draw(10_000) == 0


def test_wear_counts_starts_in_any_hour_and_finished_spans() -> None:
    """Starts are counted in a sliding hour; the shortest run and rest are of finished ones only."""
    wear = Wear()
    for at, turning in ((0, True), (600, False), (900, True), (1000, False), (3700, True)):
        wear.note(turning, float(at))
    assert (wear.starts, wear.max_starts_per_hour) == (3, 2)
    assert (wear.shortest_run_s, wear.shortest_rest_s) == (100.0, 300.0)


def test_the_well_recovers() -> None:
    """Pumping draws the water down by the stated depth; resting brings it back."""
    state = PumpState(PUMP, CURVE, flow_m3_h=4.5)
    for _ in range(200):
        state.recover(60.0)
    assert state.suction_m == pytest.approx(state.rest_m - state.drawdown_m, abs=0.01)
    state.flow_m3_h = 0.0
    for _ in range(200):
        state.recover(60.0)
    assert state.suction_m == pytest.approx(state.rest_m, abs=0.01)
