"""A season's figures from the world's truth."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from simulators.account import blocks
from simulators.world import default_world
from tests.simulators.sample import START, site


def season() -> dict[str, Any]:
    """The truth of three days with the pump on by day and the valves open for an hour."""
    world = default_world(site(), 1, START)
    for hour in range(72):
        of_day = (hour + 7) % 24
        world.apply("relay", "switch_1", 1.0 if 9 <= of_day < 14 else 0.0)
        for output in ("switch_2", "switch_3"):
            world.apply("relay", output, 1.0 if of_day == 16 else 0.0)
        world.advance(datetime.fromtimestamp(START.timestamp(), UTC) + timedelta(hours=hour + 1))
    return world.truth()


def test_the_blocks_have_the_keys_of_the_season_result() -> None:
    """All figures are there, finite, and survive JSON."""
    result = blocks(site(), season(), {"cabai": 3.0})
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert set(result["energy"]) == {
        "pv_available_kwh", "pv_used_kwh", "pump_kwh", "grid_kwh", "diesel_kwh", "battery_loss_kwh", "solar_fraction",
        "pump_grid_kwh", "pump_diesel_kwh", "pump_solar_fraction",
    }  # fmt: skip
    assert set(result["water"]["zones"]["cabai"]) == {
        "irrigated_mm", "etc_mm", "eta_mm", "drainage_mm", "stress_days", "unmet_mm", "owed_mm",
    }  # fmt: skip
    assert result["water"]["zones"]["cabai"]["owed_mm"] == 3.0
    assert result["water"]["zones"]["bibit"]["owed_mm"] is None
    assert result["pump"]["starts"] == 3
    assert set(result["cost_idr"]) == {"grid", "fuel", "unmet", "losses", "starts", "end", "total"}


def test_the_impact_is_the_controllers_own() -> None:
    """What the closings add up to, with the factor's value, name, source and year; null where nobody counted."""
    sums = {
        "solar_kwh": 10.0,
        "grid_kwh": 1.0,
        "diesel_kwh": 0.0,
        "water_m3": 40.0,
        "co2_avoided_kg": 8.6,
        "ch4_avoided_kg": 0.5,
        "saved_idr": 14447.0,
    }
    result = blocks(site(), None, impact=sums)["impact"]
    factor = site().file.impact.factor
    assert {name: result[name] for name in sums} == sums
    assert (result["factor"], result["factor_source"], result["factor_year"]) == (
        factor.value,
        factor.source,
        factor.year,
    )
    assert blocks(site(), season())["impact"]["co2_avoided_kg"] is None


def test_solar_fraction_follows_from_the_energies() -> None:
    """Share of the sun in what was used."""
    result = blocks(site(), season())
    energy = result["energy"]
    assert energy["solar_fraction"] == pytest.approx(
        energy["pv_used_kwh"] / (energy["pv_used_kwh"] + energy["grid_kwh"])
    )


@pytest.mark.parametrize(
    "truth", [None, {}, {"energy": {"pv_used_kwh": 3.0}}, {"water": {"zones": {"cabai": {}}}}]
)
def test_what_a_world_cannot_tell_is_null(truth: dict[str, Any] | None) -> None:
    """Unknown figures are null, never zero, and so is every sum that needs them."""
    result = blocks(site(), truth)
    assert result["energy"]["grid_kwh"] is None
    assert result["energy"]["solar_fraction"] is None
    assert result["water"]["zones"]["cabai"]["unmet_mm"] is None
    assert result["cost_idr"]["unmet"] is None
    assert result["cost_idr"]["total"] is None
