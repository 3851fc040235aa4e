"""One day of the accounts as its closing in the ledger tells it: what reports, charts and verifications are made of.

Tolerant: a figure that a closing does not tell is None, whoever wrote it. A day without a closing between two that have one was not
seen at all; it stands there as ``closed=False``, with nothing in it: what counters passed in it is told by the day of the return.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from controller.store.audit import VALUED, closings

Figures = Mapping[str, float | str]

ENERGY = (
    "pv_wh", "pumps_wh", "aux_wh", "solar_wh", "grid_wh", "genset_wh", "export_wh", "curtailed_wh", "battery_loss_wh", "filled_wh",
    "spanning_wh",
)  # fmt: skip
WATER = ("water_m3", "water_filled_m3", "spanning_m3", "unexplained_m3")
TIMES = ("covered_s", "gap_s", "run_s")
COUNTS = ("gaps", "starts")
GROUPS = ("zones", "meters", "tanks")

DAY_S = 86_400.0
MARGIN = "u95."
ANY = ""
"""The source of an uncertainty that is independent from day to day."""


@dataclass(frozen=True, slots=True)
class Day:
    """One local day (``day``: YYYY-MM-DD). Wh, m3 and s; None: not told. ``length_s``: of the day, 86,400 where not told.

    ``covered_s``: seen by the controller; ``gaps``, ``gap_s``: times that it did not see, and how long they were together;
    ``run_s``: of all pumps. ``pv_wh``: made by the plant. ``pumps_wh``, ``aux_wh``: electric input of the pumps, and of everything
    else that the load meter tells. ``solar_wh``: the part of both that the sun paid; ``grid_wh``, ``genset_wh``: the other parts
    (in closings before the split all of it is in ``grid_wh``). ``export_wh``: given to the grid. ``curtailed_wh``: potential that
    nobody took, an estimate. ``filled_wh``: what of pumps and PV came from power times time because no counter told it.
    ``spanning_wh``, ``spanning_m3``: what counters of pumps passed while nobody looked for a time that began on an earlier day; it
    is within the figures of this day.

    ``water_m3``: pumped; ``water_filled_m3``: the part of it that no counter told. ``zones``, ``meters``: m3 by zone and by meter;
    ``tanks``: what each tank gained, m3 (negative: gave). ``unexplained_m3``: pumped less what zones got and tanks gained.
    ``paddies``: what each paddy's season has come to (planted, drained_proven_d, drained_estimated_d, drainages).
    ``margins``: figure -> source -> half-width at 95 %, in the figure's unit: of one meter ("" : independent from day to day). A
    meter's is signed: it pushes figures together. ``valued``: the factor and price that the closing was valued at.
    ``seq``: its row in the ledger, 0 where it has none.
    """

    day: str
    length_s: float = DAY_S
    covered_s: float | None = None
    gaps: int | None = None
    gap_s: float | None = None
    run_s: float | None = None
    starts: int | None = None
    pv_wh: float | None = None
    pumps_wh: float | None = None
    aux_wh: float | None = None
    solar_wh: float | None = None
    grid_wh: float | None = None
    genset_wh: float | None = None
    export_wh: float | None = None
    curtailed_wh: float | None = None
    battery_loss_wh: float | None = None
    filled_wh: float | None = None
    spanning_wh: float | None = None
    water_m3: float | None = None
    water_filled_m3: float | None = None
    spanning_m3: float | None = None
    unexplained_m3: float | None = None
    zones: Mapping[str, float] = field(default_factory=dict)
    meters: Mapping[str, float] = field(default_factory=dict)
    tanks: Mapping[str, float] = field(default_factory=dict)
    paddies: Mapping[str, Mapping[str, float | str]] = field(default_factory=dict)
    margins: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    valued: Mapping[str, float] = field(default_factory=dict)
    closed: bool = True
    seq: int = 0

    @property
    def coverage(self) -> float | None:
        """Share of the day that the controller saw, 0..1; None where it was not told."""
        return None if self.covered_s is None else min(1.0, self.covered_s / self.length_s)


def read_days(connection: sqlite3.Connection, first_day: str = "", last_day: str = "9999") -> tuple[Day, ...]:
    """The days of the ledger from ``first_day`` to ``last_day`` (YYYY-MM-DD, both included), in order, days that nobody saw between
    them. Closings that name the same day (a clock that was set back) are one day.
    """
    found: dict[str, Day] = {}
    for closing in closings(connection):
        day = day_of(closing.figures, closing.seq)
        if day is not None:
            found[day.day] = joined(found[day.day], day) if day.day in found else day
    days = _without_holes(sorted(found.values(), key=lambda one: one.day))
    return tuple(day for day in days if first_day <= day.day <= last_day)


def _without_holes(days: Iterable[Day]) -> Iterator[Day]:
    last: date | None = None
    for day in days:
        this = date.fromisoformat(day.day)
        while last is not None and (last := last + timedelta(days=1)) < this:
            yield Day(last.isoformat(), covered_s=0.0, gaps=1, gap_s=DAY_S, closed=False)
        last = this
        yield day


def with_unseen(closed: Sequence[Day], first: str, last: str, today: date) -> tuple[Day, ...]:
    """Every day from ``first`` to ``last`` that is over (``today`` is not): those without a closing stand as not seen."""
    known = {day.day: day for day in closed}
    end = max(min(last, (today - timedelta(days=1)).isoformat()), *known)
    count = (date.fromisoformat(end) - date.fromisoformat(first)).days + 1
    names = ((date.fromisoformat(first) + timedelta(days=place)).isoformat() for place in range(count))
    blank = Day("", covered_s=0.0, gaps=1, gap_s=DAY_S, closed=False)
    return tuple(known.get(name) or replace(blank, day=name) for name in names)


def day_of(figures: Figures, seq: int = 0) -> Day | None:
    """The day of a closing's figures; None when they name none."""
    name = figures.get("day")
    if not isinstance(name, str) or not _is_day(name):
        return None
    numbers = {key: float(value) for key, value in figures.items() if isinstance(value, float | int)}
    told = {key: numbers[key] for key in (*ENERGY, *WATER, *TIMES, "length_s") if key in numbers}
    counts = {key: int(numbers[key]) for key in COUNTS if key in numbers}
    groups = {group: _group(numbers, group) for group in GROUPS}
    fields: dict[str, Any] = {**_older(numbers), **told, **counts, **groups}
    valued = {key: numbers[key] for key in VALUED if key in numbers}
    margins, paddies = _margins(numbers), _paddies(figures)
    return Day(name, **fields, margins=margins, paddies=paddies, valued=valued, seq=seq)


def _is_day(name: str) -> bool:
    try:
        date.fromisoformat(name)
    except ValueError:
        return False
    return len(name) == len("2026-01-31")


def _older(numbers: Mapping[str, float]) -> dict[str, float]:
    """What a closing before the accounts says in today's names."""
    if "used_wh" not in numbers or "pumps_wh" in numbers:
        return {}
    pumps, other = numbers["used_wh"], numbers.get("other_wh", 0.0)
    bought = min(max(0.0, numbers.get("grid_wh", 0.0)), pumps + other)
    return {"pumps_wh": pumps, "aux_wh": other, "solar_wh": pumps + other - bought}


def _group(numbers: Mapping[str, float], group: str) -> dict[str, float]:
    return {key[len(group) + 1 :]: value for key, value in numbers.items() if key.startswith(f"{group}.")}


def _margins(numbers: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """``u95.FIGURE`` and ``u95.FIGURE.SOURCE``."""
    found: dict[str, dict[str, float]] = {}
    for key, value in numbers.items():
        if key.startswith(MARGIN):
            figure, _, source = key[len(MARGIN) :].partition(".")
            found.setdefault(figure, {})[source] = value
    return found


def _paddies(figures: Figures) -> dict[str, dict[str, float | str]]:
    zones = [key.removesuffix(".planted") for key in figures if key.endswith(".planted")]
    return {
        zone: {
            key[len(zone) + 1 :]: value if isinstance(value, str) else float(value)
            for key, value in figures.items()
            if key.startswith(f"{zone}.")
        }
        for zone in zones
    }


def joined(one: Day, other: Day) -> Day:
    """Two closings of the same day as one: what they hold adds up; what only one tells is told."""
    names = (*ENERGY, *WATER, *TIMES)
    told: dict[str, Any] = {
        name: _plus(getattr(one, name), getattr(other, name)) for name in (*names, *COUNTS)
    }
    groups: dict[str, Any] = {name: _sum(getattr(one, name), getattr(other, name)) for name in GROUPS}
    figures = {*one.margins, *other.margins}
    margins = {name: _margin(one.margins.get(name, {}), other.margins.get(name, {})) for name in figures}
    paddies, valued = {**one.paddies, **other.paddies}, other.valued or one.valued
    length = max(one.length_s, other.length_s)
    return Day(
        one.day, length, **told, **groups, margins=margins, paddies=paddies, valued=valued, seq=other.seq
    )


def _plus(one: float | None, other: float | None) -> float | None:
    return other if one is None else one if other is None else one + other


def _sum(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    return {name: one.get(name, 0.0) + other.get(name, 0.0) for name in {**one, **other}}


def _margin(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    both = _sum(one, other)
    for source in both:
        if source == ANY or source.endswith("/"):  # independent: in quadrature
            both[source] = math.hypot(one.get(source, 0.0), other.get(source, 0.0))
    return both
