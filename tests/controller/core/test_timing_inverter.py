"""Timing diagrams of a pump on the inverter's side with the grid behind it: a black cloud puts the inverter to sleep at noon."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core.decision import EventKind
from tests.controller.core.sites import tank_site
from tests.controller.core.timeline import NOON, SILENT, Plant, at, fill_plan, play

GRID = {"backup": "grid", "backup_for_forced": True, "inverter_status": "inverter.status"}
METERED = {"power": "meter.power_w"}
MIN_RUN = 300.0


def begun(power=GRID, pump=METERED, cycle_s: float = 1.0) -> Plant:
    """A pump that the sun started at t=600."""
    return play(
        Plant(tank_site(pump, power=power), cycle_s), at(0, sun=900.0, level=0.5), at(600).on("sumur")
    )


def ended(plant: Plant) -> tuple[float, str]:
    """When its first run ended, seconds after its start, and why."""
    plant.until(2000.0)
    t, event = plant.events(EventKind.STOP)[0]
    return t - 600.0, event.reason.key


@pytest.mark.parametrize("status", ["standby", "waiting", "off"])
def test_a_run_that_the_grid_carries_through_a_storm_lasts_its_minimum(status):
    """The inverter drops off two minutes after the start, the pump's meter shows that it draws on: it runs out its minimum."""
    plant = begun()
    play(plant, at(720, sun=2.0, inverter=status).on("sumur"), at(899).on("sumur"), at(901).on())
    assert ended(plant) == (MIN_RUN, "inverter_absent"), "the dark goes on, and the minimum is over"


def test_a_run_beyond_its_minimum_ends_at_once():
    """The exception is for the minimum run only: what has run longer stops in the cycle in which the inverter drops off."""
    plant = play(begun(), at(1000, sun=2.0, inverter="standby").on())
    assert ended(plant) == (400.0, "inverter_absent")


def test_the_storm_never_starts_a_pump():
    """A sleeping inverter refuses a start by the plan as before, whatever a meter shows."""
    plant = Plant(tank_site(METERED, power=GRID))
    play(plant, at(0, sun=900.0, level=0.5, inverter="standby", power=750.0), at(1500).on())
    assert not plant.events(EventKind.START)


@pytest.mark.parametrize(
    ("change", "after_s"),
    [
        ({"inverter": "fault"}, 120.0),
        ({"inverter": "standby", "power": 0.0}, 120.0),
        ({"inverter": "standby", "power": 200.0}, 120.0),
        ({"inverter": "standby", "power": 1200.0}, 120.0),
        ({"inverter": "standby", "power": SILENT}, 130.0),
    ],
)
def test_nothing_is_excused_that_the_pumps_meter_does_not_prove(change, after_s):
    """A fault, a dead line (the grid was cut), a pump that hardly draws or stalls, a silent meter: the interlock stops it."""
    plant = play(begun(), at(720, **change))
    assert ended(plant) == (pytest.approx(after_s, abs=1.0), "inverter_absent")


def test_a_silent_inverter_is_not_excused_by_day():
    """An inverter that says nothing may have any fault: silence by day ends the run, short or not."""
    status = {"signal": "inverter.status", "stale_s": 5.0}
    plant = play(begun(GRID | {"inverter_status": status}), at(720, inverter=SILENT))
    assert ended(plant) == (pytest.approx(125.0, abs=1.5), "inverter_absent")


@pytest.mark.parametrize(("before", "ran_s"), [(True, MIN_RUN), (False, 10.0)])
def test_a_forced_run_lasts_its_minimum_though_the_inverter_was_silent_before(before, ran_s):
    """The data logger died long ago, and the grid fills the tank at the last hour: the run that has its water after ten seconds
    runs out its minimum, for the pump's sake. Silence that begins within the run is no excuse.
    """
    plant = Plant(
        tank_site(METERED, power=GRID | {"inverter_status": {"signal": "inverter.status", "stale_s": 5.0}})
    )
    fill = replace(
        fill_plan(2000.0).fills[0], forced_from_s=NOON + 590.0, forced_until_s=NOON + 5000.0, forced_l=2000.0
    )
    plant.plan = replace(fill_plan(2000.0), fills=(fill,))
    play(plant, at(0, sun=0.0, level=0.5, frozen=("level",), **({"inverter": SILENT} if before else {})))
    while not plant.outputs():
        plant.until(plant.t + 1.0)
    start = plant.t
    play(plant, at(start + 2.0, inverter=SILENT), at(start + 9.0).on("sumur"))
    play(plant, at(start + 10.0, level=0.71), at(start + 700.0).on())
    assert plant.events(EventKind.STOP)[0][0] - start == pytest.approx(ran_s, abs=2.0)


@pytest.mark.parametrize(("power", "pump"), [({"inverter_status": "inverter.status"}, METERED), (GRID, {})])
def test_without_a_back_up_or_a_meter_the_interlock_stands(power, pump):
    """Off grid nothing else can feed the pump; without a meter on the pump nothing proves that anything does."""
    plant = play(begun(power, pump), at(720, sun=2.0, inverter="standby").on())
    assert ended(plant) == (120.0, "inverter_absent")


def test_a_slow_cycle_knows_a_fresh_meter_too():
    """At one decision a minute a value of the last minute is as fresh as any."""
    plant = play(begun(cycle_s=60.0), at(720, sun=2.0, inverter="standby").on("sumur"))
    assert ended(plant) == (MIN_RUN, "inverter_absent")
