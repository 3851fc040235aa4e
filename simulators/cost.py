"""What a season cost, in Rupiah, by one rule for whoever irrigates (docs/compare.md argues it).

grid and fuel: what the pumps caused, at the site's prices; other loads burn whoever irrigates and are left out.
unmet: crop water need that was not met (ETc - ETa). losses: drained below the roots, over tank rims and bunds.
starts: of the pumps' motors. end: the water that the season took from tanks and ground (less: what it left there), at what it
costs to bring it again by the site's own pump, and what stands to drain yet, as lost. That price depends on the site alone, so
nobody buys the end cheaper than another, and it is above nothing, so a field left dry is never a gain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from controller.core.site import Pump, Site, SiteFile


@dataclass(frozen=True, slots=True)
class Prices:
    """Rupiah. ``grid``: per kWh; ``fuel``: per litre of diesel (subsidised Biosolar 2025) at ``litre_per_kwh`` of a small
    genset; ``unmet``: per m3 of crop water need that was not met; ``loss``: per m3 drained or spilt (fertiliser, worn pump);
    ``start``: each; ``water``: per m3 that has to be pumped again (see water_price).
    """

    grid: float
    fuel: float = 6800.0
    litre_per_kwh: float = 0.40
    unmet: float = 5000.0
    loss: float = 500.0
    start: float = 100.0
    water: float = 0.0


def prices_of(site: Site) -> Prices:
    """The site's grid price, what its water is worth, and the defaults for the rest."""
    prices = Prices(grid=site.file.impact.price_idr_per_kwh)
    return Prices(grid=prices.grid, water=water_price(site.file, prices))


def water_price(file: SiteFile, prices: Prices) -> float:
    """Rupiah to pump one m3 at the rated point of the site's pumps: with the grid where forced starts may use it, else with a
    diesel genset, the supply that replaces a sun that was not used.
    """
    firm = file.power.backup == "grid" and file.power.backup_for_forced
    per_kwh = prices.grid if firm else prices.fuel * prices.litre_per_kwh
    sucked = {pump.suction_tank for pump in file.pumps}
    last = [pump for pump in file.pumps if pump.into not in sucked]
    if not last:
        return 0.0
    return per_kwh * sum(_kwh_per_m3(file, pump, 0) for pump in last) / len(last)


def _kwh_per_m3(file: SiteFile, pump: Pump, depth: int) -> float:
    """Of a pump and of the one that fills the tank it draws from."""
    own = pump.rated_power_w / 1000.0 / pump.rated_flow_m3_h
    before = next((p for p in file.pumps if p.into == pump.suction_tank), None)
    return own if before is None or depth > len(file.pumps) else own + _kwh_per_m3(file, before, depth + 1)


def cost_of(
    prices: Prices,
    energy: Mapping[str, float | None],
    water: Mapping[str, Any],
    pump: Mapping[str, float | None],
    truth: Mapping[str, Any] | None,
) -> dict[str, float | None]:
    """The block ``cost_idr``: grid, fuel, unmet, losses, starts, end, total; None where a world cannot tell."""
    bought = energy["pump_grid_kwh"] if energy["pump_grid_kwh"] is not None else energy["grid_kwh"]
    burnt = energy["pump_diesel_kwh"] if energy["pump_diesel_kwh"] is not None else energy["diesel_kwh"]
    drained, spilt = water["drainage_m3"], water["overflow_m3"]
    lost = None if drained is None or spilt is None else drained + spilt + (water.get("spilt_m3") or 0.0)
    cost = {
        "grid": _times(bought, prices.grid),
        "fuel": _times(burnt, prices.fuel * prices.litre_per_kwh),
        "unmet": _times(_unmet_m3(truth), prices.unmet),
        "losses": _times(lost, prices.loss),
        "starts": _times(pump["starts"], prices.start),
        "end": _end(prices, truth),
    }
    known = [value for value in cost.values() if value is not None]
    return cost | {"total": round(sum(known), 2) if len(known) == len(cost) else None}


def _times(amount: float | None, price: float) -> float | None:
    return None if amount is None else round(amount * price, 2)


def _unmet_m3(truth: Mapping[str, Any] | None) -> float | None:
    zones = ((truth or {}).get("water") or {}).get("zones") or {}
    volumes = [
        None
        if zone.get("unmet_mm") is None or zone.get("area_m2") is None
        else zone["unmet_mm"] * zone["area_m2"] / 1000.0
        for zone in zones.values()
    ]
    known = [volume for volume in volumes if volume is not None]
    return sum(known) if truth is not None and zones and len(known) == len(volumes) else None


def _end(prices: Prices, truth: Mapping[str, Any] | None) -> float | None:
    """Of worlds that do not tell what of their water is useful: the change of all that they store."""
    water = (truth or {}).get("water") or {}
    change: float | None = water.get("useful_change_m3", water.get("stored_change_m3"))
    if change is None:
        return None
    excess: float = water.get("excess_m3") or 0.0
    return round(-change * prices.water + excess * prices.loss, 2)
