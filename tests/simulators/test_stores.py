"""Tank and battery: what goes in comes out or is counted as lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.battery import Battery
from simulators.supply import Supply
from simulators.tank import TankState
from tests.simulators.sample import site

TANK = site().file.tanks[0]


def test_the_rim_spills() -> None:
    """Water above the rim is overflow, and nothing else is lost."""
    tank = TankState(TANK, 5.0)
    tank.volume_m3 += 1.0
    tank.settle(60.0)
    assert tank.level_m == pytest.approx(2.2)
    assert tank.volume_m3 + tank.overflow_m3 == pytest.approx(6.0)


def test_an_empty_tank_gives_nothing() -> None:
    """Below the outlet there is no gravity and nothing available, and a leak ends there too."""
    tank = TankState(TANK, 0.06, leak_m3_h=1.0)
    tank.settle(3600.0)
    assert tank.gravity == 0.0
    assert tank.available_m3 == 0.0
    assert tank.volume_m3 + tank.leaked_m3 == pytest.approx(0.06)


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 5000), st.floats(1, 60)), max_size=40))
def test_the_battery_conserves_energy(steps: list[tuple[bool, float, float]]) -> None:
    """Charged minus discharged minus losses is what the state of charge gained; it stays between floor and full."""
    battery = Battery(5000.0, 2500.0)
    gained = 0.0
    for charging, watts, dt_s in steps:
        flow = battery.charge(watts, dt_s) if charging else -battery.discharge(watts, dt_s)
        gained += flow * dt_s / 3600.0
        assert abs(flow) <= watts + 1e-9
    assert (battery.soc - 0.6) * 5000.0 == pytest.approx(gained - battery.loss_wh, abs=1e-6)
    assert 0.15 - 1e-9 <= battery.soc <= 1.0 + 1e-9


@given(
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.floats(0, 3000),
    st.floats(0, 3000),
    st.floats(1, 60),
)
def test_power_is_balanced(
    grid: bool, export: bool, stored: bool, genset: bool, potential: float, load: float, dt_s: float
) -> None:
    """In every step sun, grid, genset and battery together give exactly the load, and the sun no more than it can."""
    supply = Supply(grid, export, Battery(5000.0, 2500.0) if stored else None, genset_on=genset)
    supply.balance(potential, load, 0.0, dt_s)
    assert supply.pv_w + supply.grid_w + supply.genset_w - supply.battery_w == pytest.approx(
        supply.load_w, abs=1e-6
    )
    assert supply.pv_w <= potential + 1e-9
    unserved = supply.energy.unserved * 3600.0 / dt_s
    assert supply.load_w + unserved == pytest.approx(load, abs=1e-6)
    if not export:
        assert supply.grid_w >= 0.0
