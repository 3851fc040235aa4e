"""The methane of a period by paddy and season, with its uncertainty. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from controller.core.site import SiteFile
from controller.core.site_impact import Methane
from controller.impact.day import Day
from controller.impact.estimate import Estimate, together
from controller.impact.methane import PaddyDay, paddy_days, scaling, scaling_u95, u95
from schedules.drained import Regime


@dataclass(frozen=True, slots=True)
class MethaneLine:
    """A paddy's season as far as it lies in the period. ``counted_d``: days after the first proven drainage, the only ones that
    count; ``proven_d``, ``drainages``: proven by the gauge in the season until ``last``. ``tier1_kg``: what the ``lived_d`` days of
    the season so far make with its last regime on all of them (IPCC Tier 1), told for comparison. ``scaling``: SFw before less SFw
    now; ``parts``: how many days count at which such difference, and its relative half-width. ``n2o_co2e_kg``: nitrous oxide more.
    """

    zone: str
    planted: str
    first: str
    last: str
    days: int
    counted_d: int
    proven_d: float
    drainages: int
    regime: Regime
    area_ha: float
    scaling: float
    ch4_kg: Estimate
    ch4_co2e_kg: Estimate
    n2o_co2e_kg: Estimate
    tier1_kg: float
    parts: tuple[tuple[int, float, float], ...] = ()
    lived_d: float = 0.0


def methane_lines(file: SiteFile, days: Iterable[Day]) -> tuple[MethaneLine, ...]:
    """One line for each paddy and season; empty where the site file has no ``methane``."""
    methane = file.impact.methane
    if methane is None:
        return ()
    found = sorted(
        (one for day in days for one in paddy_days(file, day)),
        key=lambda one: (one.zone, one.planted, one.day),
    )
    return tuple(
        _line(methane, tuple(group)) for _, group in groupby(found, key=lambda one: (one.zone, one.planted))
    )


def _line(methane: Methane, group: Sequence[PaddyDay]) -> MethaneLine:
    last, kg = group[-1], sum(one.ch4_kg for one in group)
    ch4 = Estimate(kg, sum(one.ch4_kg * u95(methane, one.drainages) for one in group))
    lived = min(last.season_day + 1, methane.season_d.value)
    tier1 = (
        methane.emission.value
        * methane.pre_season.value
        * scaling(methane, last.drainages)
        * last.area_ha
        * lived
    )
    return MethaneLine(
        last.zone, last.planted, group[0].day, last.day, len(group), sum(one.ch4_kg > 0.0 for one in group), last.proven_d,
        last.drainages, last.regime, last.area_ha, scaling(methane, last.drainages), ch4, ch4.times(methane.gwp.value),
        together(one.n2o_co2e_kg for one in group), tier1, _parts(methane, group), lived,
    )  # fmt: skip


def _parts(methane: Methane, group: Sequence[PaddyDay]) -> tuple[tuple[int, float, float], ...]:
    counted = [min(2, one.drainages) for one in group if one.ch4_kg > 0.0]
    return tuple(
        (counted.count(drainages), scaling(methane, drainages), scaling_u95(methane, drainages))
        for drainages in sorted(set(counted))
    )
