"""The time that a report is about: whole local days of the site."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

PeriodKind = Literal["month", "year", "range"]


@dataclass(frozen=True, slots=True)
class Period:
    """From ``first`` to ``last``, both days included (YYYY-MM-DD)."""

    kind: PeriodKind
    first: str
    last: str

    @property
    def days(self) -> tuple[str, ...]:
        """Every day of it."""
        return tuple(days_between(self.first, self.last))


def days_between(first: str, last: str) -> Iterator[str]:
    """The days from ``first`` to ``last``, YYYY-MM-DD, both included."""
    day, end = date.fromisoformat(first), date.fromisoformat(last)
    while day <= end:
        yield day.isoformat()
        day += timedelta(days=1)


def month(text: str) -> Period:
    """``2026-11``. Raises ValueError."""
    year_, _, month_ = text.partition("-")
    first = date(_whole(year_, 4), _whole(month_, 2), 1)
    length = calendar.monthrange(first.year, first.month)[1]
    return Period("month", first.isoformat(), first.replace(day=length).isoformat())


def year(text: str) -> Period:
    """``2026``. Raises ValueError."""
    first = date(_whole(text, 4), 1, 1)
    return Period("year", first.isoformat(), first.replace(month=12, day=31).isoformat())


def between(first: str, last: str) -> Period:
    """``2026-11-01`` and ``2026-11-20``. Raises ValueError, also when the last comes before the first or ten years later."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    if not 0 <= (end - start).days < 3660:
        raise ValueError(first)
    return Period("range", start.isoformat(), end.isoformat())


def _whole(text: str, digits: int) -> int:
    if len(text) != digits or not text.isdecimal():
        raise ValueError(text)
    return int(text)
