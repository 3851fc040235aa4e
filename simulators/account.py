"""A season's account: from the world's truth and the site's prices to the figures of ``tirta-sim season --json``.

What a world cannot tell is None all the way: a foreign world without ``truth()`` gets a result of nulls, never of zeros. The
impact is the controller's own: the sum of its daily closings and of the day that runs, as the page and the ledger tell it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from controller.core.site import Site

Truth = Mapping[str, Any]

ENERGY = ("pv_available_kwh", "pv_used_kwh", "pump_kwh", "grid_kwh", "diesel_kwh", "battery_loss_kwh")
WATER = ("pumped_m3", "irrigated_m3", "rain_mm", "drainage_m3", "overflow_m3")
ZONE = ("irrigated_mm", "etc_mm", "eta_mm", "drainage_mm", "stress_days", "unmet_mm")
IMPACT = ("solar_kwh", "grid_kwh", "diesel_kwh", "water_m3", "co2_avoided_kg", "saved_idr")
PUMP = ("starts", "run_h", "max_starts_per_hour", "shortest_run_s", "shortest_rest_s")


@dataclass(frozen=True, slots=True)
class Prices:
    """Rupiah. ``grid``: per kWh; ``fuel``: per litre of diesel (subsidised Biosolar 2025) at ``litre_per_kwh`` of a small
    genset; ``unmet``: per m3 of crop water need that was not met; ``loss``: per m3 drained or spilt (fertiliser, worn pump);
    ``start``: each.
    """

    grid: float
    fuel: float = 6800.0
    litre_per_kwh: float = 0.40
    unmet: float = 5000.0
    loss: float = 500.0
    start: float = 100.0


def prices_of(site: Site) -> Prices:
    """The site's grid price and the defaults for the rest."""
    return Prices(grid=site.file.impact.price_idr_per_kwh)


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
    energy = _section(truth, "energy", ENERGY)
    energy["solar_fraction"] = _share(energy)
    water = _section(truth, "water", WATER)
    water["zones"] = _zones(site, truth, owed_mm or {})
    pump = _section(truth, "pump", PUMP)
    return {
        "energy": energy,
        "water": water,
        "pump": pump,
        "impact": _impact(site, impact or {}),
        "cost_idr": _cost(prices_of(site), energy, water, pump, truth),
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


def _times(amount: float | None, price: float) -> float | None:
    return None if amount is None else round(amount * price, 2)


def _cost(
    prices: Prices,
    energy: Mapping[str, float | None],
    water: Mapping[str, Any],
    pump: Mapping[str, float | None],
    truth: Truth | None,
) -> dict[str, float | None]:
    """Rupiah; ``end``: what it takes to refill soil and tanks to where they began (negative: more water than at first)."""
    drained, spilt = water["drainage_m3"], water["overflow_m3"]
    cost = {
        "grid": _times(energy["grid_kwh"], prices.grid),
        "fuel": _times(energy["diesel_kwh"], prices.fuel * prices.litre_per_kwh),
        "unmet": _times(_unmet_m3(truth), prices.unmet),
        "losses": _times(None if drained is None or spilt is None else drained + spilt, prices.loss),
        "starts": _times(pump["starts"], prices.start),
        "end": _end(prices, energy["pump_kwh"], water["pumped_m3"], truth),
    }
    known = [value for value in cost.values() if value is not None]
    return cost | {"total": round(sum(known), 2) if len(known) == len(cost) else None}


def _unmet_m3(truth: Truth | None) -> float | None:
    zones = ((truth or {}).get("water") or {}).get("zones") or {}
    volumes = [
        None
        if zone.get("unmet_mm") is None or zone.get("area_m2") is None
        else zone["unmet_mm"] * zone["area_m2"] / 1000.0
        for zone in zones.values()
    ]
    known = [volume for volume in volumes if volume is not None]
    return sum(known) if truth is not None and zones and len(known) == len(volumes) else None


def _end(
    prices: Prices, pump_kwh: float | None, pumped_m3: float | None, truth: Truth | None
) -> float | None:
    """The water missing at the end, at the grid's price of pumping it (6 Wh/m3/m at 20 m where nothing was pumped)."""
    change = _number(((truth or {}).get("water") or {}).get("stored_change_m3"))
    if change is None or pump_kwh is None or pumped_m3 is None:
        return None
    kwh_per_m3 = pump_kwh / pumped_m3 if pumped_m3 > 0.0 else 0.12
    return round(-change * kwh_per_m3 * prices.grid, 2)
