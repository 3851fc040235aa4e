"""Clouds: a solar drive rides through the short ones, a pump on the inverter does not."""

from __future__ import annotations

import pytest

from tests.controller.core.sites import tank_site
from tests.controller.core.timeline import Plant, at, play


@pytest.mark.parametrize(("supply", "sun", "rides_s"), [("pv", 185.0, 600.0), ("inverter", 400.0, 180.0)])
def test_how_long_a_cloud_is_waited_for(supply, sun, rides_s):
    """A drive on its own panels waits ten minutes for the sun to come back, a pump on the inverter three; then it stops."""
    plant = Plant(
        tank_site({"supply": supply, "threshold_w": 300.0 if supply == "pv" else None}), cycle_s=10.0
    )
    play(
        plant, at(0, level=0.5, sun=900.0), at(1300, sun=sun, flow=0.0 if supply == "pv" else 4.0).on("sumur")
    )
    play(plant, at(1300 + rides_s - 20.0).on("sumur").why("sumur", "pump_sun_short"))
    play(plant, at(1300 + rides_s + 10.0).on())


def test_a_cloud_that_passes_costs_no_start():
    """Nine minutes below the threshold and then sun again: the drive has started once."""
    plant = Plant(tank_site({"supply": "pv"}), cycle_s=10.0)
    play(
        plant,
        at(0, level=0.5, sun=900.0),
        at(1300, sun=100.0, flow=0.0),
        at(1840, sun=900.0, flow=4.0),
        at(3000).on("sumur"),
    )
    assert len(plant.state.pumps["sumur"].starts) == 1


def test_a_drive_starts_nearer_to_its_threshold():
    """The margin of a solar drive is its own: 310 W start one with a threshold of 285 W, and no pump on the inverter with it."""
    for supply, on in (("pv", {"sumur"}), ("inverter", set())):
        plant = Plant(tank_site({"supply": supply, "threshold_w": 285.0}), cycle_s=10.0)
        play(plant, at(0, level=0.5, sun=200.0), at(1300).on(*on))
