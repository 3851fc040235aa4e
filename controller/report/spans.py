"""Days that follow each other as one line: ``3–21 Agustus 2026, 19 hari`` instead of nineteen rows of dashes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from controller.impact.day import Day
from controller.report.page import Row
from controller.report.say import Say

FEWEST = 3
"""So many unseen days in a row, or more, are one line of a table by days."""


@dataclass(frozen=True, slots=True)
class Span:
    """Unseen days one after the other; ``first`` and ``last``: YYYY-MM-DD."""

    first: str
    last: str
    days: int
    length_s: float


def spans(days: Iterable[Day]) -> Iterator[Day | Span]:
    """The days in order, each run of at least ``FEWEST`` without a closing as one span."""
    for closed, group in groupby(days, key=lambda day: day.closed):
        run = tuple(group)
        if closed or len(run) < FEWEST:
            yield from run
        else:
            yield Span(run[0].day, run[-1].day, len(run), sum(day.length_s for day in run))


def span_row(span: Span, say: Say, cells: Sequence[str], short: bool = True) -> Row:
    """The line of a span: its days and how many, ``3–21 Agu 2026, 19 hari``, and the other ``cells``."""
    words = say("span", days=say.days(span.first, span.last, short), count=str(span.days))
    return Row((words, *cells), "muted")
