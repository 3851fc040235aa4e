"""Days that were valued alike, added up with their uncertainty: the lines of a statement. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from controller.core.site_impact import Factor
from controller.impact.baselines import Valued
from controller.impact.day import Day
from controller.impact.day_sums import amount_of
from controller.impact.estimate import Estimate, product


@dataclass(frozen=True, slots=True)
class Line:
    """One baseline with one factor, from ``first`` to ``last`` (days with a closing: ``days``).

    ``energy_kwh``: used PV energy; ``water_m3``: pumped; ``litres``: fuel not burnt, biodiesel within, None where not by fuel;
    ``co2_kg``: fossil CO2 avoided, ``biogenic_kg``: told apart, not in it. ``meter_u95``, ``method_u95``: relative half-widths of
    what is metered and of the rest. ``saved_idr`` at ``price`` (per kWh against the grid, per litre against diesel).
    """

    baseline: str
    factor: Factor
    first: str
    last: str
    days: int
    energy_kwh: Estimate
    water_m3: Estimate
    litres: float | None
    co2_kg: Estimate
    biogenic_kg: float
    fossil_share: float
    meter_u95: float
    method_u95: float
    saved_idr: Estimate | None
    price: float | None
    price_source: str
    evidence: str
    evidence_date: str
    parameters: Mapping[str, float]


def lines_of(days: Mapping[str, Day], valued: Iterable[Valued]) -> tuple[Line, ...]:
    """The lines, in the order of the days that they begin with."""
    ordered = sorted(valued, key=lambda one: (_alike(one), one.day))
    lines = (_line(days, tuple(group)) for _, group in groupby(ordered, key=_alike))
    return tuple(sorted(lines, key=lambda line: (line.first, line.baseline, line.factor.name)))


def _alike(one: Valued) -> tuple[object, ...]:
    factor = one.factor
    return (one.baseline, factor.name, factor.value, factor.unit, factor.source, factor.year, one.method_u95, one.fossil_share,
            -1.0 if one.price is None else one.price, one.price_source, sorted(one.parameters.items()))  # fmt: skip


def _line(days: Mapping[str, Day], group: Sequence[Valued]) -> Line:
    first, last = group[0], group[-1]
    names = dict.fromkeys(one.day for one in group)
    known = [days[name] for name in names if name in days]
    energy, water = _sum(known, "solar_wh", 1000.0), _sum(known, "water_m3", 1.0)
    metered = {"diesel-pump": water, "history": Estimate()}.get(first.baseline, energy)
    meter = metered.relative or 0.0
    kg = sum(one.co2_kg for one in group)
    litres = [one.litres for one in group if one.litres is not None]
    saved = [one.saved_idr for one in group if one.saved_idr is not None]
    fuel_u95 = meter if first.baseline == "grid" else product(meter, first.method_u95)
    return Line(
        first.baseline, first.factor, first.day, last.day, len(names), energy, water, sum(litres) if litres else None,
        Estimate(kg, kg * product(meter, first.method_u95)), sum(one.biogenic_kg for one in group), first.fossil_share, meter,
        first.method_u95, Estimate(sum(saved), sum(saved) * fuel_u95) if saved else None, first.price, first.price_source,
        first.evidence, first.evidence_date, first.parameters,
    )  # fmt: skip


def _sum(days: Sequence[Day], name: str, per: float) -> Estimate:
    amount = amount_of(days, name)
    return Estimate() if amount is None else Estimate(amount.value / per, amount.half_width / per)


def added(lines: Sequence[Line]) -> Estimate:
    """All CO2 of the lines. Meters err alike in all of them, a factor alike in all that use it: those half-widths add up; different
    factors err independently.
    """
    meters = sum(line.co2_kg.value * line.meter_u95 for line in lines)
    factors: dict[tuple[str, str, str], float] = {}
    for line in lines:
        key = (line.baseline, line.factor.name, line.factor.unit)
        factors[key] = factors.get(key, 0.0) + line.co2_kg.value * line.method_u95
    half = (meters**2 + sum(one**2 for one in factors.values())) ** 0.5
    return Estimate(sum(line.co2_kg.value for line in lines), half)
