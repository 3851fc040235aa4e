"""A season's account: from the world's truth and the site's prices to the figures of ``tirta-sim season --json``.

What a world cannot tell is None all the way: a foreign world without ``truth()`` gets a result of nulls, never of zeros. The
impact is the controller's own: the sum of its daily closings and of the day that runs, as the page and the ledger tell it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from controller.core.site import Site
from simulators.cost import Prices, cost_of, prices_of

__all__ = ["Prices", "Truth", "blocks", "prices_of"]

Truth = Mapping[str, Any]

ENERGY = ("pv_available_kwh", "pv_used_kwh", "pump_kwh", "grid_kwh", "diesel_kwh", "battery_loss_kwh")
PUMPING = ("pump_grid_kwh", "pump_diesel_kwh")
WATER = ("pumped_m3", "irrigated_m3", "rain_mm", "drainage_m3", "overflow_m3", "spilt_m3")
ZONE = ("irrigated_mm", "etc_mm", "eta_mm", "drainage_mm", "stress_days", "unmet_mm")
IMPACT = ("solar_kwh", "grid_kwh", "diesel_kwh", "water_m3", "co2_avoided_kg", "ch4_avoided_kg", "saved_idr")
PUMP = ("starts", "run_h", "max_starts_per_hour", "shortest_run_s", "shortest_rest_s")


def blocks(
    site: Site,
    truth: Truth | None,
    owed_mm: Mapping[str, float] | None = None,
    impact: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """The blocks ``energy, water, pump, impact, cost_idr`` of a season result (design of the JSON: docs/architecture.md).

    ``truth``: World.truth(), or None for a world that has none; parts of it may be missing. ``owed_mm``: the controller's
    own debts by zone, and ``impact`` the sums of its closings (``Impact.fields()``), which the world cannot know.
    """
    energy = _section(truth, "energy", ENERGY + PUMPING)
    energy["solar_fraction"] = _share(energy)
    energy["pump_solar_fraction"] = _pump_share(energy)
    water = _section(truth, "water", WATER)
    water["zones"] = _zones(site, truth, owed_mm or {})
    pump = _section(truth, "pump", PUMP)
    return {
        "energy": energy,
        "water": water,
        "pump": pump,
        "impact": _impact(site, impact or {}),
        "cost_idr": cost_of(prices_of(site), energy, water, pump, truth),
    }


def _number(value: object) -> float | None:
    """Rounded to nine digits after the point; None stays None (and so does what is no number)."""
    return round(float(value), 9) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _section(truth: Truth | None, name: str, keys: tuple[str, ...]) -> dict[str, Any]:
    found = (truth or {}).get(name) or {}
    return {key: _number(found.get(key)) for key in keys}


def _zones(
    site: Site, truth: Truth | None, owed_mm: Mapping[str, float]
) -> dict[str, dict[str, float | None]]:
    found = ((truth or {}).get("water") or {}).get("zones") or {}
    return {
        zone.id: {key: _number((found.get(zone.id) or {}).get(key)) for key in ZONE}
        | {"owed_mm": _number(owed_mm.get(zone.id))}
        for zone in site.file.zones
    }


def _share(energy: Mapping[str, float | None]) -> float | None:
    """Share of the used energy that came from the sun; None when nothing was used or a part is unknown."""
    used, bought, burnt = energy["pv_used_kwh"], energy["grid_kwh"], energy["diesel_kwh"]
    if used is None or bought is None or burnt is None or used + bought + burnt <= 0.0:
        return None
    return round(used / (used + bought + burnt), 9)


def _pump_share(energy: Mapping[str, float | None]) -> float | None:
    """Share of the pumps' own energy that came from the sun: other loads burn by night whoever irrigates."""
    pumped, bought, burnt = energy["pump_kwh"], energy["pump_grid_kwh"], energy["pump_diesel_kwh"]
    if pumped is None or bought is None or burnt is None or pumped <= 0.0:
        return None
    return round(1.0 - (bought + burnt) / pumped, 9)


def _impact(site: Site, sums: Mapping[str, float]) -> dict[str, Any]:
    """CO2 avoided as the controller counted it from its meters, with the one factor, its source and year."""
    factor = site.file.impact.factor
    return {
        "baseline": site.file.impact.baseline,
        "factor": factor.value,
        "factor_name": factor.name,
        "factor_source": factor.source,
        "factor_year": factor.year,
        **{key: _number(sums.get(key)) for key in IMPACT},
    }
