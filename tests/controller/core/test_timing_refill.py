"""Timing diagrams of a filling that a cloud interrupts: it goes on only where the tank has room for a shortest run."""

from __future__ import annotations

import pytest

from controller.core.decision import EventKind
from tests.controller.core.sites import tank_site
from tests.controller.core.timeline import Plant, at, play

LIMITS = {
    "limits": {"min_run_s": 300.0, "min_rest_s": 600.0}
}  # 4 m3/h: 333 l, 0.083 m of the tank; with the margin 0.092 m
SUN, CLOUD = 900.0, 100.0


def interrupted(level: float) -> Plant:
    """A filling that began at t=600 with room enough, and that a cloud ends at this level by t=1200."""
    plant = play(Plant(tank_site(LIMITS)), at(0, sun=SUN, level=0.5, frozen=("level",)), at(600).on("sumur"))
    return play(plant, at(950, sun=CLOUD, level=level).on("sumur"), at(1200).on(), at(1300, sun=SUN).on())


@pytest.mark.parametrize(("level", "starts"), [(1.72, 1), (1.70, 2), (1.0, 2)])
def test_the_sun_comes_back_over_an_almost_full_tank(level, starts):
    """With less room than a shortest run fills, the pump stays off until the tank is used; with more it goes on."""
    plant = interrupted(level)
    plant.until(2200.0)
    assert len(plant.events(EventKind.START)) == starts


def test_it_waits_for_the_refill_mark_then():
    """A filling that was given up so begins anew like any other, at the refill mark."""
    plant = interrupted(1.72)
    mark = tank_site().file.tanks[0].refill_m or 1.0
    plant.until(4000.0)
    plant.inputs["level"] = mark - 0.1
    plant.until(4400.0)
    assert len(plant.events(EventKind.START)) == 2


def test_a_running_pump_fills_to_the_brim():
    """What runs is not ended for want of room: it runs to the target."""
    plant = play(Plant(tank_site(LIMITS)), at(0, sun=SUN, level=0.5, frozen=("level",)), at(600).on("sumur"))
    play(plant, at(1000, level=1.75).on("sumur"), at(1500, level=1.79).on("sumur"), at(1600, level=1.8).on())


@pytest.mark.parametrize("first", [True, False])
def test_a_larger_pump_without_room_does_not_end_the_smaller_ones_run(first):
    """Two pumps into one tank: the small one fills it to the brim, though the large one, which lacks sun, has no more room."""
    site = tank_site(LIMITS)
    (small,) = site.file.pumps
    large = small.model_copy(
        update={"id": "besar", "rated_power_w": 5000.0, "rated_flow_m3_h": 20.0, "flow": None}
    )
    pumps = [large, small] if first else [small, large]
    plant = Plant(site.model_copy(update={"file": site.file.model_copy(update={"pumps": pumps})}))
    play(plant, at(0, sun=SUN, level=0.5, frozen=("level",)), at(600).on("sumur"))
    play(plant, at(1000, level=1.6).on("sumur"), at(1500, level=1.79).on("sumur"), at(1600, level=1.8).on())
