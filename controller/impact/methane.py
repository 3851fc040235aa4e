"""Methane that drained paddies did not give off: IPCC 2019 Refinement, volume 4, chapter 5, equations 5.1 and 5.2, Tier 1. Pure.

A day of the season counts at the water regime that the gauge has proven until that day: nothing before the first proven drainage,
then as single, from the second on as multiple drainage. The season's Tier 1 figure counts all days at its last regime; ours is
never more. No organic amendments (SFo = 1): they would raise both sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from controller.core.site import SiteFile
from controller.core.site_impact import Factor, Methane
from controller.impact.day import Day
from schedules.drained import Regime, regime

N2O_PER_N = 44.0 / 28.0


@dataclass(frozen=True, slots=True)
class PaddyDay:
    """One paddy on one day of its season. ``ch4_kg``: methane not given off; ``n2o_co2e_kg``: nitrous oxide more, as CO2."""

    zone: str
    planted: str
    day: str
    season_day: int
    area_ha: float
    proven_d: float
    drainages: int
    regime: Regime
    ch4_kg: float
    n2o_co2e_kg: float


def paddy_days(file: SiteFile, day: Day) -> tuple[PaddyDay, ...]:
    """What each paddy avoided on the day; empty where the site file has no ``methane``, or no season runs."""
    methane = file.impact.methane
    if methane is None:
        return ()
    found = (
        _paddy(methane, zone.id, zone.area_m2 / 1e4, day)
        for zone in file.zones
        if not methane.zones or zone.id in methane.zones
    )
    return tuple(one for one in found if one is not None)


def ch4_kg(file: SiteFile, day: Day) -> float:
    """kg CH4 that the site's paddies avoided on the day."""
    return sum((one.ch4_kg for one in paddy_days(file, day)), 0.0)


def _paddy(methane: Methane, zone: str, area_ha: float, day: Day) -> PaddyDay | None:
    told = day.paddies.get(zone, {})
    try:
        season_day = (date.fromisoformat(day.day) - date.fromisoformat(str(told["planted"]))).days
    except (KeyError, ValueError):
        return None
    if not 0 <= season_day < methane.season_d.value:
        return None
    drainages = int(_number(told.get("drainages")))
    now = regime(drainages)
    avoided = methane.emission.value * methane.pre_season.value * scaling(methane, drainages) * area_ha
    more = n2o_kg_ha(methane) * area_ha / methane.season_d.value if avoided > 0.0 else 0.0
    return PaddyDay(zone, str(told["planted"]), day.day, season_day, area_ha, _number(told.get("drained_proven_d")), drainages,
                    now, avoided, more * methane.gwp_n2o.value)  # fmt: skip


def _number(value: float | str | None) -> float:
    return float(value) if isinstance(value, float | int) else 0.0


def regime_factor(methane: Methane, drainages: int) -> Factor:
    """SFw of so many proven drainages (table 5.12); none of them: as before."""
    return (methane.before_factor, methane.single, methane.multiple)[min(2, max(0, drainages))]


def scaling(methane: Methane, drainages: int) -> float:
    """The part of the flooded emission that is avoided: SFw before less SFw now, never below nothing."""
    return max(0.0, methane.before_factor.value - regime_factor(methane, drainages).value)


def n2o_kg_ha(methane: Methane) -> float:
    """kg N2O per hectare and season that drained soil gives more of; 0 where no fertiliser is stated."""
    more = methane.n2o_drained.value - methane.n2o_flooded.value
    return (methane.nitrogen_kg_ha or 0.0) * max(0.0, more) * N2O_PER_N


def u95(methane: Methane, drainages: int) -> float:
    """Relative half-width at 95 % of what such a regime avoids: emission and pre-season factor, and the difference of two SFw."""
    difference = scaling(methane, drainages)
    if difference <= 0.0:
        return 0.0
    now = regime_factor(methane, drainages)
    half = (methane.before_factor.value * methane.before_factor.relative) ** 2 + (
        now.value * now.relative
    ) ** 2
    return float(
        (methane.emission.relative**2 + methane.pre_season.relative**2 + half / difference**2) ** 0.5
    )
