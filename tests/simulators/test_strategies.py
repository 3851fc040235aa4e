"""The practices: what each one waters by, and that all of them obey."""

from __future__ import annotations

import pytest

from controller.config import load_site
from simulators.field import PaddyGround
from simulators.play import play
from simulators.season import local_midnight
from simulators.strategies import GRIDS, PRACTICES, grid, make
from simulators.truth import truth_of, water_residual_m3
from simulators.world import World

DAYS = 4.0


def _played(kind: str, name: str, **habits: object) -> World:
    site, _ = load_site(f"simulators/sites/{kind}.yaml")
    world = World(site, 5, local_midnight(site, "2026-11-10"))
    for zone in world.zones.values():
        if isinstance(zone.ground, PaddyGround):
            zone.ground.water_mm = -30.0  # dry enough for whoever waits for a level
    world.started_m3 = world.stored_m3()
    play(world, make(name, site, habits), DAYS)
    return world


@pytest.mark.parametrize("kind", ["nursery", "paddy"])
@pytest.mark.parametrize("name", PRACTICES)
def test_each_practice_waters_conserves_and_obeys(name: str, kind: str) -> None:
    """Every practice pumps and irrigates, no water is made or lost, and no pump starts more often than its limits allow."""
    world = _played(kind, name)
    truth = truth_of(world)
    assert truth["water"]["irrigated_m3"] > 0.0
    assert abs(water_residual_m3(world)) < 1e-6
    for pump in world.pumps.values():
        assert pump.wear.max_starts_per_hour <= pump.pump.limits.starts_per_hour


@pytest.mark.parametrize("name", ["dawn-to-dusk", "surplus"])
def test_practices_of_the_sun_buy_almost_nothing(name: str) -> None:
    """Those that follow the sun draw the grid only while a cloud passes."""
    assert truth_of(_played("nursery", name))["energy"]["pump_grid_kwh"] < 0.8


def test_a_threshold_waters_at_once_and_a_timer_by_the_clock() -> None:
    """A wetter threshold gives more water than a dry one; twice the minutes give about twice the water."""
    dry, wet = (_played("nursery", "threshold", dry=at, wet=0.95) for at in (0.3, 0.8))
    half, full = (_played("nursery", "timer", share=share) for share in (0.3, 0.6))
    litres = [truth_of(world)["water"]["irrigated_m3"] for world in (dry, wet, half, full)]
    assert litres[0] < litres[1]
    assert litres[3] == pytest.approx(2.0 * litres[2], rel=0.15)


def test_grids_are_of_the_habits() -> None:
    """Every point of every grid makes its practice, and no practice has a grid that is empty or one-pointed."""
    site, _ = load_site("simulators/sites/nursery.yaml")
    assert set(GRIDS) == set(PRACTICES)
    for name in PRACTICES:
        points = list(grid(name))
        assert len(points) > 5
        for point in points:
            assert make(name, site, point).name == name
