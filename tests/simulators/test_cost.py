"""What a season cost."""

from __future__ import annotations

from typing import Any

import pytest

from controller.config import load_site
from simulators.account import blocks
from simulators.cost import Prices, prices_of, water_price
from simulators.play import play
from simulators.season import local_midnight
from simulators.truth import truth_of
from simulators.world import World
from tests.simulators.sample import site
from tests.simulators.test_play import Always

RATED_KWH_M3 = 0.75 / 4.5


def _truth() -> dict[str, Any]:
    return {
        "energy": {"pv_available_kwh": 9.0, "pv_used_kwh": 6.0, "pump_kwh": 8.0, "grid_kwh": 5.0, "diesel_kwh": 1.0,
                   "battery_loss_kwh": 0.0, "pump_grid_kwh": 1.0, "pump_diesel_kwh": 1.0},
        "water": {"pumped_m3": 40.0, "irrigated_m3": 38.0, "rain_mm": 0.0, "drainage_m3": 3.0, "overflow_m3": 1.0,
                  "spilt_m3": 2.0, "stored_change_m3": -9.0, "useful_change_m3": -2.0, "excess_m3": 1.0,
                  "zones": {"cabai": {"unmet_mm": 2.5, "area_m2": 400.0}}},
        "pump": {"starts": 4},
    }  # fmt: skip


def test_costs_by_hand() -> None:
    """Each cost is its amount times its price, only the pumps' own grid counts, and the total is their sum."""
    cost = blocks(site(), _truth())["cost_idr"]
    end = 2.0 * RATED_KWH_M3 * 2720.0 + 500.0
    assert cost == {
        "grid": 1444.7,
        "fuel": 2720.0,
        "unmet": 5000.0,
        "losses": 3000.0,
        "starts": 400.0,
        "end": pytest.approx(end, abs=0.01),
        "total": pytest.approx(12564.7 + end, abs=0.01),
    }


def test_a_world_that_tells_less_is_still_priced() -> None:
    """Without the pumps' own share the whole grid counts; without useful water the change of all that is stored."""
    truth = _truth()
    for key in ("pump_grid_kwh", "pump_diesel_kwh"):
        del truth["energy"][key]
    for key in ("useful_change_m3", "excess_m3", "spilt_m3"):
        del truth["water"][key]
    cost = blocks(site(), truth)["cost_idr"]
    assert cost["grid"] == pytest.approx(5.0 * 1444.7)
    assert cost["losses"] == 2000.0
    assert cost["end"] == pytest.approx(9.0 * RATED_KWH_M3 * 2720.0, abs=0.01)


def test_prices_are_the_sites() -> None:
    """The grid price comes from the site file; a m3 is worth what its rated pump takes, of diesel where no grid may carry it."""
    assert prices_of(site()) == Prices(grid=1444.7, water=pytest.approx(RATED_KWH_M3 * 2720.0))


@pytest.mark.parametrize(("kind", "idr"), [("vegetables", 1.1 / 4.8 * 900.0), ("paddy", 7.5 / 72.0 * 2720.0)])
def test_a_site_without_grid_replaces_water_with_diesel(kind: str, idr: float) -> None:
    """Where no grid may carry the pump a m3 is priced by a small genset."""
    file = load_site(f"simulators/sites/{kind}.yaml")[0].file
    assert water_price(file, Prices(grid=file.impact.price_idr_per_kwh)) == pytest.approx(idr)


@pytest.mark.parametrize("kind", ["nursery", "vegetables", "paddy", "kutai"])
def test_water_left_in_the_ground_is_worth_its_pumping_and_no_more(kind: str) -> None:
    """Dry fields at the end are charged, wet ones credited up to what they hold; what stands above it is charged as lost."""
    config, _ = load_site(f"simulators/sites/{kind}.yaml")
    start = local_midnight(config, "2026-11-10")
    dry, wet = World(config, 1, start), World(config, 1, start)
    play(dry, Always(config, backup=False), 0.0)
    for world in (dry, wet):
        for tank in world.tanks.values():
            tank.volume_m3 = (0.2 if world is dry else 0.5) * tank.tank.full_m * tank.tank.area_m2
    ends = [blocks(config, truth_of(world))["cost_idr"]["end"] for world in (dry, wet)]
    assert not dry.tanks or ends[0] > ends[1] > 0.0
    for zone in wet.zones.values():
        zone.ground.step(60.0, 0.0, 0.0, 400.0)
    flooded = truth_of(wet)
    assert flooded["water"]["useful_change_m3"] < wet.stored_m3() - wet.started_m3
    if kind != "paddy":
        assert flooded["water"]["excess_m3"] > 0.0
