"""One day valued against the baseline in force: CO2 avoided, fuel not burnt, money saved. Pure; docs/impact.md works it by hand.

Only energy that was used counts (``solar_wh`` of the accounts). A diesel baseline counts the fossil part of the fuel alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from controller.core.site import SiteFile
from controller.core.site_impact import Baseline, Factor, Price
from controller.impact.day import Day
from controller.impact.estimate import product

LIFT_KWH = 2.725e-3
"""kWh to lift one m3 by one metre without loss: 1000 kg x 9.81 m/s2 / 3.6e6 J."""

KWH_PER_GJ = 277.8
MJ_PER_LITRE = 43.0 * 0.84
"""Heat of a litre of diesel: net calorific value (IPCC 2006, volume 2, table 1.2) x density in kg/l."""

HEAT_U95 = product((43.0 - 41.4) / 43.0, 0.02 / 0.84)
"""Its relative half-width: the wider sides of 41.4-43.3 MJ/kg and 0.82-0.86 kg/l. Counts in money only: CO2 goes by the heat."""

ASSUMED = {
    "kg_co2_per_kwh": 0.10,
    "kg_co2_per_litre": 0.05,
    "kg_co2_per_gj": 0.02,
}
"""Relative half-width of a factor whose entry tells none."""

LAST = date(9999, 12, 31)
"""Stands for a day that has no name yet (an uncertain clock): what is in force now."""


@dataclass(frozen=True, slots=True)
class Valued:
    """A day against a baseline. ``litres``: fuel not burnt, as sold (biodiesel within), None where the factor is not by fuel.
    ``method_u95``: relative half-width of all of the CO2 that is not metered; ``assumed_u95``: of litres per kWh, efficiency or
    litres a season alone, which the litres rest on, and the money with them; ``price_u95``: of the price. ``saved_idr``: None where
    no price fits. ``counted``: m3 that the sun lifted (diesel-pump), days of the season, by the sun's share and the time seen
    (history); None where the used energy is what counts.
    """

    day: str
    baseline: str
    factor: Factor
    method_u95: float
    co2_kg: float
    litres: float | None = None
    biogenic_kg: float = 0.0
    fossil_share: float = 1.0
    saved_idr: float | None = None
    price: float | None = None
    price_source: str = ""
    evidence: str = ""
    evidence_date: str = ""
    parameters: Mapping[str, float] = field(default_factory=dict)
    assumed_u95: float = 0.0
    price_u95: float = 0.0
    counted: float | None = None


def value_day(file: SiteFile, day: Day) -> Valued:
    """The day against the baseline, the fuel and the prices that the site file has in force on it."""
    when = _date(day.day)
    base, price = file.impact.on(when), file.impact.price_on(when)
    if base.baseline == "history":
        kg, litres, parameters = _history(file, base, day, when)
    else:
        kg, litres, parameters = RECKONED[base.baseline](base, day)
    fossil = base.fossil_share(when)
    blended = base.biodiesel != () and base.factor.unit != "kg_co2_per_kwh"
    share = fossil if blended or base.biodiesel else 1.0
    saved, paid = _saved(base, day, litres, price)
    return Valued(
        day.day, base.baseline, base.factor, method_u95(base), kg * share, litres, kg * (1.0 - share), share, saved, paid,
        price.source, base.evidence, base.evidence_date.isoformat() if base.evidence_date else "", parameters,
        assumed_u95(base), price.uncertainty, counted_of(base.baseline, day, in_season=bool(litres)),
    )  # fmt: skip


def method_u95(base: Baseline) -> float:
    """Relative half-width at 95 % of factor and assumptions together, without the meters'."""
    factor = base.factor.relative or ASSUMED.get(base.factor.unit, 0.0)
    return factor if base.factor.unit == "kg_co2_per_kwh" else product(factor, assumed_u95(base))


def assumed_u95(base: Baseline) -> float:
    """Relative half-width at 95 % of what litres are reckoned with, without the factor; 0 where none are."""
    if base.baseline == "diesel-generator" and base.litres_per_kwh is not None:
        return base.litres_per_kwh_uncertainty
    return {"diesel-pump": base.efficiency_uncertainty, "history": base.litres_uncertainty}.get(
        base.baseline, 0.0
    )


def left_of(whole: float, part: float) -> float:
    """What a relative half-width holds beside one of its parts (equation 3.1 the other way round), to six digits."""
    return round(math.sqrt(max(0.0, whole * whole - part * part)), 6)


def counted_of(baseline: str, day: Day, *, in_season: bool) -> float | None:
    """See ``Valued.counted``."""
    if baseline == "diesel-pump":
        return max(0.0, day.water_m3 or 0.0) * solar_share(day)
    if baseline == "history":
        return solar_share(day) * (1.0 if day.coverage is None else day.coverage) if in_season else 0.0
    return None


Reckoned = tuple[float, float | None, dict[str, float]]
"""kg CO2 of pure diesel or of the grid, litres, and the parameters that a reader needs to reckon it again."""


def _grid(base: Baseline, day: Day) -> Reckoned:
    told = {"grid_loss": base.grid_loss} if base.grid_loss else {}
    return solar_kwh(day) * base.factor.value / (1.0 - base.grid_loss), None, told


def _generator(base: Baseline, day: Day) -> Reckoned:
    per_kwh = base.litres_per_kwh
    litres = None if per_kwh is None else solar_kwh(day) * per_kwh
    told = {} if per_kwh is None else {"litres_per_kwh": per_kwh}
    if base.factor.unit == "kg_co2_per_litre":
        return (litres or 0.0) * base.factor.value, litres, told
    return solar_kwh(day) * base.factor.value, litres, told


def _pump(base: Baseline, day: Day) -> Reckoned:
    """The fuel that an engine pump would have burnt for the water that the sun lifted."""
    head_m, efficiency = base.head_m or 0.0, base.efficiency or 1.0
    heat_kwh = (counted_of("diesel-pump", day, in_season=True) or 0.0) * head_m * LIFT_KWH / efficiency
    told = {"head_m": head_m, "efficiency": efficiency}
    return heat_kwh * base.factor.value / KWH_PER_GJ, heat_kwh * 3.6 / MJ_PER_LITRE, told


def _history(file: SiteFile, base: Baseline, day: Day, when: date) -> Reckoned:
    """A day's part of the fuel that a season took, for the area that is served now, as far as the sun and the controller worked."""
    served_ha = sum(zone.area_m2 for zone in file.zones) / 10_000.0
    then_ha, per_season = base.served_then_ha or served_ha or 1.0, base.litres_per_season or 0.0
    told = {"litres_per_season": per_season, "served_ha": served_ha, "served_then_ha": then_ha}
    season = next((one for one in base.seasons if one.first <= when <= one.last), None)
    if season is None:
        return 0.0, 0.0, told
    days = (season.last - season.first).days + 1
    litres = per_season / days * served_ha / then_ha * (counted_of("history", day, in_season=True) or 0.0)
    return litres * base.factor.value, litres, told | {"season_d": float(days)}


RECKONED = {"grid": _grid, "diesel-generator": _generator, "diesel-pump": _pump}


def solar_kwh(day: Day) -> float:
    """Used PV energy, never below nothing."""
    return max(0.0, day.solar_wh or 0.0) / 1000.0


def solar_share(day: Day) -> float:
    """The sun's share of the energy that the site used, 0..1; 1 where nothing was used: nothing else was bought."""
    other = max(0.0, day.grid_wh or 0.0) + max(0.0, day.genset_wh or 0.0)
    sun = max(0.0, day.solar_wh or 0.0)
    return sun / (sun + other) if other > 0.0 else 1.0


def _saved(base: Baseline, day: Day, litres: float | None, price: Price) -> tuple[float | None, float | None]:
    """Rupiah saved and the price it was reckoned at: electricity against the grid, fuel against diesel."""
    if base.baseline == "grid":
        per_kwh = price.electricity_idr_per_kwh
        return (None, None) if per_kwh is None else (solar_kwh(day) * per_kwh, per_kwh)
    per_litre = price.fuel_idr_per_litre
    return (None, None) if per_litre is None or litres is None else (litres * per_litre, per_litre)


def _date(name: str) -> date:
    try:
        return date.fromisoformat(name)
    except ValueError:
        return LAST
