"""What a tank's own fall says of the water that its zones take."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core import falls
from controller.core.wiring import wiring
from tests.controller.core.sites import tank_site
from tests.controller.core.timeline import SILENT, Plant, at, play, runs_plan

AREA_M2, NOMINAL_M3_H = 4.0, 1.5
DARK = 0.0
"""No sun: the pump stays off and nothing disturbs the fall."""


def watered(real_m3_h: float, step_m: float = 0.001) -> Plant:
    """Zone z1 waters for an hour and a half while the tank really loses ``real_m3_h``, told in steps of ``step_m``."""
    plant = Plant(tank_site(zones=2), cycle_s=10.0)
    level = 1.7
    plant.plan = runs_plan(("z1", 700.0, 6100.0, 9000.0))
    for t in range(0, 6200, 10):
        if "v1" in plant.outputs():
            level -= real_m3_h * 10.0 / 3600.0 / AREA_M2
        shown = round(round(level / step_m) * step_m, 4)
        play(plant, at(float(t), sun=DARK, level=max(shown, 0.21)))
    return plant


def share(plant: Plant) -> float | None:
    """What is known of the tank."""
    found = plant.state.counters.get("toren/share")
    return None if found is None else found.value


def test_a_low_tank_gives_less_and_the_credit_follows():
    """Zones that really take 70 % of their nominal flow are credited 70 % after some falls, not 100 %."""
    plant = watered(0.7 * NOMINAL_M3_H)
    assert share(plant) == pytest.approx(0.7, abs=0.03)


def test_a_true_nominal_flow_stays_as_it_is():
    """A tank that falls as its zones' flows say changes nothing."""
    assert share(watered(NOMINAL_M3_H)) == pytest.approx(1.0, abs=0.02)


def test_whole_centimetres_measure_well_too():
    """A fall counted from step to step of a coarse sensor tells the same."""
    assert share(watered(0.8 * NOMINAL_M3_H, step_m=0.01)) == pytest.approx(0.8, abs=0.05)


def test_a_share_holds_for_the_level_at_which_it_was_found():
    """A tank that pushes less the lower it stands, drained six times: what its zones take is known at each level."""
    plant = drained(1.8, 0.3, pushed)
    for metres in (1.1, 1.4, 1.7):
        assert share_at(plant, metres) == pytest.approx(pushed(metres), abs=0.025)
    assert share_at(plant, None) == share(plant)


def test_a_level_at_which_nothing_ever_fell_takes_what_falls_told_elsewhere():
    """Emitters pass half of their nominal flow, and the tank only ever falls about its middle: a dose at noon from the full
    tank is credited a half as well, not the whole nominal flow that stood there before anything was known.
    """
    plant = drained(1.15, 0.85, lambda _: 0.5)
    for metres in (0.3, 1.0, 1.8):
        assert share_at(plant, metres) == pytest.approx(0.5, abs=0.02)


def drained(full_m: float, low_m: float, push: Callable[[float], float]) -> Plant:
    """A plant whose tank was filled to ``full_m`` six times by night and ran through zone z1 down to ``low_m`` at most."""
    plant, level = Plant(tank_site(zones=2), cycle_s=10.0), full_m
    for t in range(0, 6 * 9000, 10):
        if t % 9000 == 0:
            level = full_m
            plant.plan = runs_plan(("z1", t + 700.0, t + 8500.0, 9000.0))
        if "v1" in plant.outputs() and level > low_m:
            level -= push(level) * NOMINAL_M3_H * 10.0 / 3600.0 / AREA_M2
        play(plant, at(float(t), sun=DARK, level=round(level, 3)))
    return plant


def share_at(plant: Plant, level_m: float | None) -> float:
    """What is credited at this level."""
    return falls.share(plant.state.counters, wiring(plant.site).tanks[0], level_m)


def pushed(level_m: float) -> float:
    """What a tank two metres above its fields pushes, by the share of its nominal flow."""
    return float(((level_m + 2.0) / 3.8) ** 0.5)


def test_without_a_level_nothing_is_learned():
    """A silent level sensor leaves the nominal flow."""
    plant = Plant(tank_site(zones=2), cycle_s=10.0)
    plant.plan = runs_plan(("z1", 700.0, 4300.0, 1500.0))
    play(plant, at(0, sun=DARK, level=1.7), at(1000).on("v1"), at(1010, level=SILENT), at(1100))
    assert share(plant) is None


def test_a_pump_that_fills_disturbs_the_measurement():
    """While a pump fills the tank, and two minutes after, no fall is counted."""
    plant = Plant(tank_site(zones=2), cycle_s=10.0)
    plant.plan = runs_plan(("z1", 700.0, 4300.0, 1500.0))
    play(plant, at(0, sun=900.0, level=0.8))
    for t in range(10, 4300, 10):
        play(plant, at(float(t), level=0.8 - 0.0001 * t))
    assert "sumur" in plant.outputs()
    assert share(plant) is None


@settings(max_examples=10, deadline=None)
@given(st.floats(0.0, 3.0))
def test_no_leak_and_no_blockage_is_believed_beyond_its_bounds(real: float):
    """Whatever the tank does, 0.3 to 1.3 of the nominal flow is credited."""
    found = share(watered(real * NOMINAL_M3_H, step_m=0.005))
    assert found is None or 0.3 <= found <= 1.3


def test_a_fall_that_nobody_saw_teaches_nothing():
    """The controller stands still for two hours while somebody takes 20 cm: that is no zone's water."""
    plant = watered(NOMINAL_M3_H)
    plant.plan = runs_plan(("z2", 6300.0, 11_700.0, 9000.0))
    play(plant, at(6300.0, level=1.2), at(6600.0, level=1.19))
    before = share(plant)
    plant.t += 7200.0
    play(plant, at(plant.t, level=0.99), at(plant.t + 30.0))
    assert "toren/fall" not in plant.state.counters or plant.state.counters["toren/fall"].value == 0.99
    assert share(plant) == before
