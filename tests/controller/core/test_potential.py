"""The estimate of what the plant could give: its sources, what it learns, and that it tells people of a weak plant."""

from __future__ import annotations

import csv

import pytest

from controller.core.potential import RATIO, WEAK
from tests.controller.core.sites import tank_site
from tests.controller.core.timeline import Plant, at, play
from tests.services import shared_data

METERED = {"grid_power": "grid.power_w", "pv_power": "inverter.power_w"}


def shone(plant: Plant, hours: float, sun: float, pv: float, grid: float | None = None) -> Plant:
    """So many hours of this irradiance and power; what nobody takes is exported."""
    return play(
        plant,
        at(plant.t, level=1.8, sun=sun, pv=pv, grid=-pv if grid is None else grid),
        at(plant.t + 3600.0 * hours),
    )


def test_the_sensor_is_calibrated_against_what_the_plant_gives():
    """After hours of proven power the potential is what the plant gives at this sun, not its nameplate; before one hour it is."""
    plant = Plant(tank_site(power=METERED), cycle_s=60.0)
    shone(plant, 0.5, 500.0, 640.0)
    assert plant.state.power.potential_w == pytest.approx(800.0)
    shone(plant, 12.0, 500.0, 640.0)
    assert plant.state.power.potential_w == pytest.approx(640.0, rel=0.03)
    assert plant.state.power.source == "irradiance"
    assert plant.state.power.spread < 0.1


def test_a_throttled_plant_does_not_look_weak():
    """Power without import or export is only the least: nothing is unlearned from it."""
    plant = Plant(tank_site(power=METERED), cycle_s=60.0)
    shone(plant, 8.0, 900.0, 150.0, grid=0.0)
    assert plant.state.sun.ratio == 1.0
    assert "pv_weak" not in plant.reasons("site")


@pytest.mark.parametrize(("share", "told"), [(0.5, True), (0.8, False)])
def test_a_dead_string_is_told(share, told):
    """Half of the plant gone for a day is told; a fifth less (dust) is not. The performance stays within its bounds."""
    plant = Plant(tank_site(power=METERED), cycle_s=60.0)
    shone(plant, 8.0, 800.0, 1280.0)
    shone(plant, 10.0, 800.0, 1280.0 * share)
    assert ("pv_weak" in plant.reasons("site")) is told
    assert RATIO[0] <= plant.state.sun.ratio <= RATIO[1]


def test_half_of_a_real_array_is_dead_and_it_shows():
    """Measured: in October 2023 an array in Bangkok gave about half of its June power at the same sun. Its own history tells."""
    folder = shared_data("weather")
    plant = Plant(tank_site(power=METERED | {"pv_kwp": 5.25}), cycle_s=300.0)
    ratios = {}
    for month in ("2023-06", "2023-10"):
        with (folder / f"bangkok_cuee_1min_{month}.csv").open(encoding="utf-8") as file:
            for row in list(csv.DictReader(file))[: 8 * 1440 : 5]:
                pv = 1000.0 * float(row["ac_power_kw"] or 0.0)
                plant.inputs.update(level=1.8, sun=float(row["ghi_w_m2"] or 0.0), pv=pv, grid=-pv)
                plant.step()
                plant.t += 300.0
        ratios[month] = plant.state.sun.ratio
    assert ratios["2023-06"] == pytest.approx(1.0, abs=0.15)
    assert ratios["2023-10"] < WEAK * ratios["2023-06"]
    assert "pv_weak" in plant.reasons("site")
