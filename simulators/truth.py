"""What really happened in the world, as plain numbers: the ground truth behind a season's result."""

from __future__ import annotations

from typing import Any

from simulators.field import PaddyGround
from simulators.plant import Plant, ZoneState


def truth_of(plant: Plant) -> dict[str, Any]:
    """kWh, m3, mm since the start, JSON-ready.

    ``energy``: pv_available_kwh (could have been had), pv_used_kwh (served loads), pump_kwh, load_kwh, grid_kwh (imported),
    export_kwh, diesel_kwh (from the genset), battery_loss_kwh, unserved_kwh, pump_grid_kwh and pump_diesel_kwh (what the
    pumps caused of grid and genset). ``water``: pumped_m3, irrigated_m3, rain_mm,
    drainage_m3, overflow_m3 (tank rims), spilt_m3 (over the bunds of paddies), lost_m3 (leaks, broken
    pipes), tank_m3, useful_change_m3 and excess_m3 (see Plant.useful_m3), zones (zone_truth). ``pump``: wear of all
    pumps together, ``pumps``: of each; null where nothing was seen.
    """
    return {
        "energy": _energy(plant),
        "water": _water(plant),
        "pump": _pump(plant),
        "pumps": {ident: _wear([ident], plant) for ident in plant.pumps},
    }


def _energy(plant: Plant) -> dict[str, float]:
    energy, battery = plant.supply.energy, plant.supply.battery
    return {
        "pv_available_kwh": energy.pv_available / 1000.0,
        "pv_used_kwh": energy.pv_used / 1000.0,
        "pump_kwh": energy.pump / 1000.0,
        "load_kwh": energy.load / 1000.0,
        "grid_kwh": energy.imported / 1000.0,
        "export_kwh": energy.exported / 1000.0,
        "diesel_kwh": energy.genset / 1000.0,
        "battery_loss_kwh": battery.loss_wh / 1000.0 if battery is not None else 0.0,
        "unserved_kwh": energy.unserved / 1000.0,
        "pump_grid_kwh": energy.pump_imported / 1000.0,
        "pump_diesel_kwh": energy.pump_genset / 1000.0,
    }


def _water(plant: Plant) -> dict[str, Any]:
    zones = plant.zones.values()
    area = sum(zone.zone.area_m2 for zone in zones)
    drained = sum(zone.ground.account.drainage * zone.zone.area_m2 for zone in zones) / 1000.0
    return {
        "pumped_m3": sum(pump.volume_m3 for pump in plant.pumps.values()),
        "irrigated_m3": sum(zone.volume_m3 for zone in zones),
        "rain_mm": plant.rain_mm,
        "drainage_m3": drained,
        "overflow_m3": sum(tank.overflow_m3 for tank in plant.tanks.values()),
        "spilt_m3": sum(
            zone.ground.account.runoff * zone.zone.area_m2 / 1000.0
            for zone in zones
            if isinstance(zone.ground, PaddyGround)
        ),
        "lost_m3": sum(tank.leaked_m3 for tank in plant.tanks.values())
        + sum(pump.lost_m3 for pump in plant.pumps.values()),
        "tank_m3": sum(tank.volume_m3 for tank in plant.tanks.values()),
        "stored_change_m3": plant.stored_m3() - plant.started_m3,
        "useful_change_m3": plant.useful_m3() - plant.started_useful_m3,
        "excess_m3": sum(zone.ground.excess_mm * zone.zone.area_m2 for zone in zones) / 1000.0,
        "area_m2": area,
        "zones": {ident: zone_truth(zone) for ident, zone in plant.zones.items()},
    }


def zone_truth(zone: ZoneState) -> dict[str, float]:
    """One zone, mm over its area; ``unmet_mm``: what the crop needed and did not get."""
    account = zone.ground.account
    return {
        "irrigated_mm": account.irrigated,
        "rain_mm": account.rain,
        "etc_mm": account.etc,
        "eta_mm": account.eta,
        "bare_mm": account.bare,
        "drainage_mm": account.drainage,
        "runoff_mm": account.runoff,
        "lost_mm": account.lost,
        "stress_days": account.stress_days,
        "unmet_mm": account.etc - account.eta,
        "stored_mm": zone.ground.storage_mm,
        "area_m2": zone.zone.area_m2,
    }


def _pump(plant: Plant) -> dict[str, float | None]:
    return _wear(list(plant.pumps), plant)


def _wear(names: list[str], plant: Plant) -> dict[str, float | None]:
    wears = [plant.pumps[name].wear for name in names]
    return {
        "starts": sum(wear.starts for wear in wears),
        "run_h": sum(wear.run_s for wear in wears) / 3600.0,
        "max_starts_per_hour": max((wear.max_starts_per_hour for wear in wears), default=0),
        "shortest_run_s": min(
            (w.shortest_run_s for w in wears if w.shortest_run_s is not None), default=None
        ),
        "shortest_rest_s": min(
            (w.shortest_rest_s for w in wears if w.shortest_rest_s is not None), default=None
        ),
    }


def water_residual_m3(plant: Plant) -> float:
    """In minus out minus stored, m3: zero but for rounding, whatever happened (the world's own proof)."""
    entered = sum(p.volume_m3 for p in plant.pumps.values() if p.pump.suction_tank not in plant.tanks)
    left = sum(tank.overflow_m3 + tank.leaked_m3 for tank in plant.tanks.values())
    left += sum(pump.lost_m3 for pump in plant.pumps.values())
    for zone in plant.zones.values():
        account, area = zone.ground.account, zone.zone.area_m2
        entered += account.rain * area / 1000.0
        left += (
            (account.lost + account.eta + account.bare + account.drainage + account.runoff) * area / 1000.0
        )
    # A direct pump with no open zone moves nothing, so nothing is unaccounted for between pump and valve.
    return entered - left - (plant.stored_m3() - plant.started_m3)
