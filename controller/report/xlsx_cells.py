"""A spreadsheet as plain values: cells with the way they are shown, sheets with headings and rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple, TypeAlias

from controller.impact.estimate import Estimate
from controller.report.say import Say

Shape = Literal["text", "number", "small", "plain", "whole", "share", "day", "moment"]

SMALL = 0.1
"""A figure below this shows four decimals, others two."""


class Cell(NamedTuple):
    """One value and how it is shown; None stays empty."""

    value: str | float | date | None
    shape: Shape = "text"


Line: TypeAlias = "Sequence[Cell]"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name, its headings with the width of their column in letters, and its rows."""

    name: str
    heads: Sequence[tuple[str, float]]
    rows: Iterable[Line]


def heads(say: Say, *keys: tuple[str, float]) -> list[tuple[str, float]]:
    """Headings from the keys of their texts."""
    return [(say(key), width) for key, width in keys]


def figure(value: float | None) -> Cell:
    """A measured or reckoned number in full, shown with two decimals, or four where two would show nothing."""
    small = value is not None and 0.0 < abs(value) < SMALL
    return Cell(value, "small" if small else "number")


def estimate(told: Estimate | None, unit: str) -> tuple[Cell, Cell, Cell]:
    """Value, unit and margin; the margin stays empty where there is none."""
    if told is None:
        return Cell(None), Cell(unit), Cell(None)
    return figure(told.value), Cell(unit), figure(told.half or None)


def day(iso: str | None) -> Cell:
    """YYYY-MM-DD as a date; nothing for an empty one."""
    return Cell(date.fromisoformat(iso) if iso else None, "day")
