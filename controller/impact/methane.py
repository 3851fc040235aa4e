"""Methane that drained paddies did not give off: IPCC 2019 Refinement, volume 4, chapter 5, equations 5.1 and 5.2, Tier 1. Pure.

A day of the season counts at the water regime that the gauge has proven until that day: nothing before the first proven drainage,
then as single, from the second on as multiple drainage. The season's Tier 1 figure counts all days at its last regime; ours is
never more. No organic amendments (SFo = 1): they would raise both sides.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from controller.core.site import SiteFile
from controller.core.site_impact import Factor, Methane
from controller.impact.day import Day
from controller.impact.estimate import Estimate, product
from schedules.drained import Regime, regime

N2O_PER_N = 44.0 / 28.0


@dataclass(frozen=True, slots=True)
class PaddyDay:
    """One paddy on one day of its season. ``ch4_kg``: methane not given off; ``n2o_co2e_kg``: nitrous oxide more, as CO2, with its
    half-width.
    """

    zone: str
    planted: str
    day: str
    season_day: int
    area_ha: float
    proven_d: float
    drainages: int
    regime: Regime
    ch4_kg: float
    n2o_co2e_kg: Estimate


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
    more = n2o_kg_ha(methane) if avoided > 0.0 else Estimate()
    a_day = area_ha / methane.season_d.value * methane.gwp_n2o.value
    return PaddyDay(zone, str(told["planted"]), day.day, season_day, area_ha, _number(told.get("drained_proven_d")), drainages,
                    now, avoided, more.times(a_day))  # fmt: skip


def _number(value: float | str | None) -> float:
    return float(value) if isinstance(value, float | int) else 0.0


def regime_factor(methane: Methane, drainages: int) -> Factor:
    """SFw of so many proven drainages (table 5.12); none of them: as before."""
    return (methane.before_factor, methane.single, methane.multiple)[min(2, max(0, drainages))]


def scaling(methane: Methane, drainages: int) -> float:
    """The part of the flooded emission that is avoided: SFw before less SFw now, never below nothing."""
    return max(0.0, methane.before_factor.value - regime_factor(methane, drainages).value)


def n2o_kg_ha(methane: Methane) -> Estimate:
    """kg N2O per hectare and season that drained soil gives more of; 0 where no fertiliser is stated, or where the fields were
    drained before too. The published ranges are lopsided: the wider side of each counts both ways; the two factors err
    independently (equation 3.2), so that the difference is far less sure than either of them.
    """
    if methane.before != "flooded":
        return Estimate()
    flooded, drained = methane.n2o_flooded, methane.n2o_drained
    more = Estimate(max(0.0, drained.value - flooded.value),
                    math.hypot(drained.value * drained.relative, flooded.value * flooded.relative))  # fmt: skip
    return more.times((methane.nitrogen_kg_ha or 0.0) * N2O_PER_N)


def u95(methane: Methane, drainages: int) -> float:
    """Relative half-width at 95 % of what such a regime avoids: emission and pre-season factor, and the difference of two SFw."""
    if scaling(methane, drainages) <= 0.0:
        return 0.0
    return product(methane.emission.relative, methane.pre_season.relative, scaling_u95(methane, drainages))


def scaling_u95(methane: Methane, drainages: int) -> float:
    """Relative half-width of the difference of the two SFw; 0 where there is none."""
    difference = scaling(methane, drainages)
    if difference <= 0.0:
        return 0.0
    before, now = methane.before_factor, regime_factor(methane, drainages)
    return math.hypot(before.value * before.relative, now.value * now.relative) / difference
