"""What the CO2 is reckoned with: values without a table, factors of another place or time, baselines without evidence."""

from __future__ import annotations

from collections.abc import Iterator

from controller.check_base import Finding, Subject, error, warning
from controller.core.site_impact import Baseline, Factor, Impact
from controller.factors import suspects
from drivers.marked_yaml import Loc

BOUNDS = {"kg_co2_per_kwh": (0.01, 3.0), "kg_co2_per_litre": (1.0, 4.0), "kg_co2_per_gj": (40.0, 120.0)}
"""Smallest and largest of any fuel or grid, by unit."""

AREAS = {"Sumatera": (-6.2, 6.0, 95.0, 106.2), "Jamali": (-8.9, -5.7, 105.0, 115.8)}
"""South, north, west and east of the two large grids, degrees."""

PRICES = ("electricity_idr_per_kwh", "fuel_idr_per_litre")
LEAST_IDR = 50.0
"""Less than any kWh or litre costs, subsidised ones too; what is below is a point that was meant to part thousands."""

SAME = 5e-4


def check(subject: Subject) -> Iterator[Finding]:
    """All findings about the ``impact`` section."""
    impact = subject.file.impact
    yield from _baseline(subject, impact, ("impact",))
    for i, one in enumerate(impact.later):
        yield from _baseline(subject, one, ("impact", "later", i))
    if impact.life_cycle is not None and not 0.005 <= impact.life_cycle.value <= 0.3:
        loc: Loc = ("impact", "life_cycle")
        yield error(loc, "implausible", name="life_cycle", value=impact.life_cycle.value, low=0.005, high=0.3)
    yield from _prices(impact)
    for i, (old, new) in enumerate(zip(impact.prices, impact.prices[1:], strict=False)):
        if new.since <= old.since:
            yield error(("impact", "prices", i + 1, "since"), "impact-price-order", day=new.since.isoformat())


def _prices(impact: Impact) -> Iterator[Finding]:
    """A price above nothing that is a thousand times too small: 1.444 for 1,444."""
    told: list[tuple[Loc, float | None]] = [(("impact", "price_idr_per_kwh"), impact.price_idr_per_kwh)]
    for i, one in enumerate(impact.prices):
        told += [(("impact", "prices", i, name), getattr(one, name)) for name in PRICES]
    for loc, price in told:
        if price is not None and 0.0 < price < LEAST_IDR:
            yield error(loc, "impact-price-small", price=price, whole=round(1000.0 * price))


def _baseline(subject: Subject, base: Baseline, loc: Loc) -> Iterator[Finding]:
    factor, at = base.factor, (*loc, "factor")
    low, high = BOUNDS.get(factor.unit, (0.0, 1e9))
    if not low <= factor.value <= high:
        yield error((*at, "value"), "implausible", name="value", value=factor.value, low=low, high=high)
    yield from _suspect(base, (*at, "value"))
    yield from _place(subject, factor, at)
    until = factor.valid_to or "9999"
    if base.since is not None and until < base.since.isoformat():
        yield error(at, "impact-factor-never", name=factor.name, day=until)
    elif subject.today is not None and until < subject.today.isoformat():
        yield warning(at, "impact-factor-old", name=factor.name, day=until)
    for i, season in enumerate(base.seasons):
        if season.last < season.first:
            yield error((*loc, "seasons", i, "last"), "impact-season-order", day=season.last.isoformat())
    if base.baseline != "grid" and not base.evidence:
        yield warning((*loc, "baseline"), "impact-evidence", baseline=base.baseline)


def _suspect(base: Baseline, loc: Loc) -> Iterator[Finding]:
    """Only factors per kWh that the site spells out itself: those by id have their table."""
    if base.factor.id or base.factor.unit != "kg_co2_per_kwh":
        return
    for one in suspects():
        if abs(one.value - base.factor.value) < SAME:
            if one.refused:
                yield error(loc, "impact-factor-refused", value=one.value, why=one.why)
            elif base.baseline == "grid":
                yield warning(loc, "impact-factor-doubted", value=one.value, why=one.why)


def _place(subject: Subject, factor: Factor, loc: Loc) -> Iterator[Finding]:
    area = AREAS.get(factor.scope)
    if area is None:
        return
    where = subject.file.site
    south, north, west, east = area
    if not (south <= where.latitude <= north and west <= where.longitude <= east):
        yield warning(loc, "impact-factor-elsewhere", name=factor.name, area=factor.scope)
