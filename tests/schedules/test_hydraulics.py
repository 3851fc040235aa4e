"""Pumps in their pipes: the rated point, the affinity laws, the threshold, and what physics forbids."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.hydraulics import WH_PER_M3_M, Pump, make_pump

PLATE = make_pump(1500.0, 6.0, 30.0)

pumps = st.builds(
    lambda kw, efficiency, head, lift, threshold: make_pump(
        1000 * kw, 1000 * kw * efficiency / (WH_PER_M3_M * head), head, lift * head, threshold * 1000 * kw
    ),
    st.floats(0.1, 40.0), st.floats(0.15, 0.6), st.floats(3.0, 120.0), st.floats(0.0, 1.0), st.floats(0.1, 0.9),
)  # fmt: skip


def test_energy_to_lift_water() -> None:
    """20 l/s at 15 m are 2,943 W hydraulic and 6,540 W electric at 0.45: 90.8 Wh/m3."""
    pump = make_pump(6540.0, 72.0, 15.0)
    hydraulic = WH_PER_M3_M * 72.0 * 15.0
    assert hydraulic == pytest.approx(2943.0, abs=1.0)
    assert pump.wire_to_water() == pytest.approx(0.45, abs=0.001)
    assert pump.rated_power_w / pump.rated_flow_m3_h == pytest.approx(90.8, abs=0.1)


def test_rated_point_and_threshold() -> None:
    """Rated power gives rated flow; below 0.38 of it nothing flows; just above, a little does."""
    assert PLATE.flow_m3_h(1500.0) == pytest.approx(6.0)
    assert PLATE.flow_m3_h(3000.0) == pytest.approx(6.0)
    assert PLATE.threshold_w == 570.0
    assert PLATE.flow_m3_h(569.0) == 0.0
    assert 0.0 < PLATE.flow_m3_h(580.0) < 1.0


def test_affinity() -> None:
    """Against no static head flow follows speed and power its cube: 40 of 50 Hz give 0.80 and 0.512."""
    free = Pump(1000.0, 10.0, 10.0, 0.0, 0.0)
    assert free.flow_at_speed(0.8) == pytest.approx(8.0)
    assert free.power_at_speed(0.8) == pytest.approx(512.0)


def test_flow_stops_where_the_head_is_held() -> None:
    """At the speed n0 = sqrt(Hstatic/Hshutoff) nothing flows, a little above something does; here it is about 39 of 50 Hz."""
    speed = PLATE.speed_at_zero_flow()
    assert speed == pytest.approx(math.sqrt(24.0 / 39.0))
    assert 38.0 < 50.0 * speed < 40.0
    assert PLATE.flow_at_speed(speed) == 0.0
    assert PLATE.flow_at_speed(speed + 0.01) > 0.0
    assert PLATE.head_at_flow(0.0) == 24.0
    assert PLATE.head_at_flow(6.0) == pytest.approx(30.0)


def test_published_maxima_that_cannot_hold_together() -> None:
    """11 kW cannot lift 50 l/s by 50 m (24.5 kW hydraulic): named as impossible; 30 l/s x 30 m on 16.5 kW can."""
    talawi = make_pump(11_000.0, 180.0, 50.0)
    assert not talawi.is_possible()
    assert talawi.wire_to_water() == pytest.approx(24.5 / 11.0, rel=0.01)
    assert talawi.most_flow_m3_h() < 60.0
    assert make_pump(16_500.0, 108.0, 30.0).is_possible()
    assert not make_pump(1500.0, 6.0, 30.0, static_head_m=35.0).is_possible()


@given(pumps, st.floats(0.0, 1.5), st.floats(0.0, 0.5))
def test_more_power_never_less_water(pump: Pump, share: float, more: float) -> None:
    """Flow never falls as power rises, is zero below the threshold and at most rated; the table follows the curve."""
    power = share * pump.rated_power_w
    flow, above = pump.flow_m3_h(power), pump.flow_m3_h(power + more * pump.rated_power_w)
    assert 0.0 <= flow <= above <= pump.rated_flow_m3_h * (1 + 1e-9)
    if power < pump.threshold_w:
        assert flow == 0.0
    if share >= 1.0:
        assert flow == pytest.approx(pump.rated_flow_m3_h)


@given(pumps, st.floats(0.05, 1.0))
def test_power_for_flow_is_the_inverse(pump: Pump, share: float) -> None:
    """The power for a flow gives at least that flow back (more where the threshold lies above the curve)."""
    flow = share * pump.rated_flow_m3_h
    back = pump.flow_m3_h(pump.power_w(flow) * (1 + 1e-12))
    assert back >= flow * (1 - 1e-6)
    assert pump.power_w(0.0) == 0.0


@given(pumps, st.floats(0.01, 1.0))
def test_interpolation_is_close(pump: Pump, part: float) -> None:
    """Between the points of the table, flow at a power is within 1 % of rated of the exact curve."""
    low = pump.speed_at_zero_flow()
    speed = low + part * (1.0 - low)
    power = pump.power_at_speed(speed)
    if power >= pump.threshold_w and low < 0.999:
        assert pump.flow_m3_h(power) == pytest.approx(
            pump.flow_at_speed(speed), abs=0.01 * pump.rated_flow_m3_h
        )
