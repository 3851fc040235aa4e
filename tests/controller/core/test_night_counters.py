"""The books and a counter that lies at night: what the driver tells of it is what the day's accounts are made of."""

from __future__ import annotations

import pytest

from controller.core.state import restored
from controller.core.state_json import from_json, to_json
from drivers.device_guard import Guard
from drivers.profile_coding import Coding
from drivers.reading import Quality
from tests.controller.core.sites import tank_site
from tests.controller.core.timeline import SILENT, Plant, at, play

HOUR = 3600.0


def inverter(resets: str = "never") -> Guard:
    """What believes or doubts the inverter's total."""
    return Guard([Coding.model_validate({"quantity": "energy_wh", "counter": resets})], {}, 0.0)


def shows(guard: Guard, value: float) -> object:
    """The signal that the controller sees."""
    ((_, told, quality),), _ = guard.judge([("energy_wh", value, Quality.GOOD)])
    return told if quality is Quality.GOOD else SILENT


def plant_of(guard: Guard, shown: float) -> Plant:
    """A plant whose PV energy is this total."""
    plant = Plant(
        tank_site({}, {"pv_power": "inverter.power_w", "pv_energy": "inverter.energy_wh"}), cycle_s=60.0
    )
    play(plant, at(0, level=0.5, sun=900.0, pv=0.0, pv_wh=shows(guard, shown)), at(HOUR))
    return plant


@pytest.mark.parametrize("resets", ["never", "restart"])
def test_zeros_at_night_are_no_energy(resets: str) -> None:
    """
    ::

        h         0       1       2    3    4    5..8     9
        shown     4 kWh   4.5     0    0    0    4.5      5
        counted   -       0.5     0    0    0    0        0.5    (not 4.5 once more, though a whole night allows that)
    """
    guard = inverter(resets)
    plant = plant_of(guard, 4_000.0)
    for hour, shown in enumerate((4_500.0, 0.0, 0.0, 0.0, 4_500.0, 4_500.0, 5_000.0), start=1):
        play(plant, at(hour * HOUR, pv_wh=shows(guard, shown)), at(hour * HOUR + HOUR))
    assert plant.state.accounts.pv_wh == pytest.approx(1000.0, abs=1.0)


def test_a_restart_of_ours_counts_nothing_twice() -> None:
    """A counter of the day is at 800 Wh, its total at 90.8 kWh: after a restart the 800 Wh are not counted again."""
    guard = inverter("daily")
    plant = plant_of(guard, 90_000.0)
    for step, shown in enumerate((400.0, 800.0), start=1):
        play(plant, at(step * HOUR, pv_wh=shows(guard, shown)), at(step * HOUR + HOUR))
    before = plant.state.accounts.pv_wh
    assert before == pytest.approx(800.0, abs=1.0)
    plant.state = restored(from_json(to_json(plant.state)), 0.0)
    again = inverter("daily")
    again.go_on(guard.totals)
    play(plant, at(plant.t + 60.0, pv_wh=shows(again, 850.0)), at(plant.t + 600.0))
    assert plant.state.accounts.pv_wh == pytest.approx(before + 50.0, abs=1.0)
