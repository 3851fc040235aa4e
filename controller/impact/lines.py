"""Days that were valued alike, added up with their uncertainty: the lines of a statement. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from controller.core.site_impact import Factor
from controller.impact.baselines import ASSUMED, HEAT_U95, Valued
from controller.impact.day import Day
from controller.impact.day_sums import amount_of, sources_of
from controller.impact.estimate import Estimate, product, total

SHOWN = 5e-4
"""A meter's part of a margin below this is not told by itself."""


@dataclass(frozen=True, slots=True)
class Line:
    """One baseline with one factor, from ``first`` to ``last`` (days with a closing: ``days``).

    ``energy_kwh``: used PV energy; ``water_m3``: pumped; ``litres``: fuel not burnt, biodiesel within, None where not by fuel;
    ``co2_kg``: fossil CO2 avoided, ``biogenic_kg``: told apart, not in it. ``meter_u95``, ``method_u95``: relative half-widths of
    what is metered and of the rest; ``share_u95``: of the sun's share alone, which is in ``meter_u95``; ``meters``: what each meter
    has in it. ``assumed_u95``: of litres per kWh, efficiency or litres a season. ``counted``: see ``Valued``. ``saved_idr`` at
    ``price`` (per kWh against the grid, per litre against diesel), with the half-widths of the meters, of what the litres rest on
    and of the price, never the CO2 factor's.
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
    assumed_u95: float = 0.0
    price_u95: float = 0.0
    share_u95: float = 0.0
    counted: float | None = None
    meters: tuple[tuple[str, float], ...] = ()

    @property
    def factor_u95(self) -> float:
        """Relative half-width of the factor, assumed where its entry tells none."""
        return self.factor.relative or ASSUMED.get(self.factor.unit, 0.0)

    @property
    def heat_u95(self) -> float:
        """Relative half-width of the heat in a litre, where litres are reckoned from heat."""
        return HEAT_U95 if self.baseline == "diesel-pump" else 0.0


def lines_of(days: Mapping[str, Day], valued: Iterable[Valued]) -> tuple[Line, ...]:
    """The lines, in the order of the days that they begin with."""
    ordered = sorted(valued, key=lambda one: (_alike(one), one.day))
    lines = (_line(days, tuple(group)) for _, group in groupby(ordered, key=_alike))
    return tuple(sorted(lines, key=lambda line: (line.first, line.baseline, line.factor.name)))


def _alike(one: Valued) -> tuple[object, ...]:
    factor = one.factor
    return (one.baseline, factor.name, factor.value, factor.unit, factor.source, factor.year, one.method_u95, one.fossil_share,
            -1.0 if one.price is None else one.price, one.price_source, one.price_u95, one.assumed_u95,
            sorted(one.parameters.items()))  # fmt: skip


def _line(days: Mapping[str, Day], group: Sequence[Valued]) -> Line:
    first, last = group[0], group[-1]
    names = dict.fromkeys(one.day for one in group)
    known = [days[name] for name in names if name in days]
    energy, water = _sum(known, "solar_wh", 1000.0), _sum(known, "water_m3", 1.0)
    share = share_u95(known) if first.baseline in ("diesel-pump", "history") else 0.0
    metered = {"diesel-pump": water, "history": Estimate()}.get(first.baseline, energy)
    meter = product(metered.relative or 0.0, share)
    kg = sum(one.co2_kg for one in group)
    litres = [one.litres for one in group if one.litres is not None]
    counted = [one.counted for one in group if one.counted is not None]
    return Line(
        first.baseline, first.factor, first.day, last.day, len(names), energy, water, sum(litres) if litres else None,
        Estimate(kg, kg * product(meter, first.method_u95)), sum(one.biogenic_kg for one in group), first.fossil_share, meter,
        first.method_u95, _saved(group, meter), first.price, first.price_source, first.evidence, first.evidence_date,
        first.parameters, first.assumed_u95, first.price_u95, share, sum(counted) if counted else None,
        _meters(first.baseline, known),
    )  # fmt: skip


def _meters(baseline: str, days: Sequence[Day]) -> tuple[tuple[str, float], ...]:
    """Relative half-width by meter of the figure that a baseline goes by, the largest first; nothing of a measured history."""
    name = {"diesel-pump": "water_m3", "history": ""}.get(baseline, "solar_wh")
    amount = amount_of(days, name) if name else None
    if amount is None or not amount.value:
        return ()
    found = ((source, abs(half / amount.value)) for source, half in sources_of(days, name).items())
    return tuple(sorted((one for one in found if one[1] >= SHOWN), key=lambda one: -one[1]))


def _saved(group: Sequence[Valued], meter: float) -> Estimate | None:
    """Rupiah: as sure as the meters, what the litres rest on and the price; None where no day has a price."""
    first, saved = group[0], [one.saved_idr for one in group if one.saved_idr is not None]
    if not saved:
        return None
    heat = HEAT_U95 if first.baseline == "diesel-pump" else 0.0
    return Estimate(sum(saved), sum(saved) * product(meter, first.assumed_u95, heat, first.price_u95))


def share_u95(days: Sequence[Day]) -> float:
    """Relative half-width of the sun's share of the energy used on these days: s = S / (S + B) errs by (1 - s) times what sun and
    bought energy err by together; 0 where nothing was bought.
    """
    sun = _sum(days, "solar_wh", 1.0)
    bought = total((_sum(days, "grid_wh", 1.0), _sum(days, "genset_wh", 1.0)))
    if sun.value <= 0.0 or bought.value <= 0.0:
        return 0.0
    other = bought.value / (sun.value + bought.value)
    return other * product(sun.relative or 0.0, bought.relative or 0.0)


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
