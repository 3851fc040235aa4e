"""The report's charts: stacked columns and the calendar of coverage. Numbers in, marks out; nothing here knows a site."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from controller.i18n.numbers import Language, number
from controller.report.colours import Ink
from controller.report.draw import INK, RULE, SOFT, Box, Drawing, Line, Mark, Words

WIDTH = 174.0
"""Of an A4 page between its margins, mm."""

LEFT, TOP, BOTTOM = 13.0, 9.0, 6.0
NO_DATA = "#e3e8ea"
LEAST = 1e-9
"""A highest value below this is nothing, in any unit."""


@dataclass(frozen=True, slots=True)
class Series:
    """One part of the columns: its name in the legend, its ink, and a value per column (None: not told)."""

    name: str
    ink: Ink
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Columns:
    """Stacked columns. ``labels``: below each column; ``unit``: of the axis; ``most``: the axis ends there, None: as it fits.
    ``unseen``: name of columns without any value in the legend.
    """

    labels: Sequence[str]
    series: Sequence[Series]
    unit: str
    language: Language
    unseen: str
    told: str
    height: float = 56.0
    most: float | None = None


def stacked(chart: Columns) -> Drawing:
    """The columns with axis, grid and legend."""
    count = len(chart.labels)
    top = chart.most if chart.most is not None else _highest(chart)
    step, ceiling = axis(top)
    base, room = chart.height - BOTTOM, chart.height - BOTTOM - TOP
    marks: list[Mark] = []
    for tick in range(round(ceiling / step) + 1):
        value = tick * step
        y = base - room * value / ceiling
        marks.append(Line(LEFT, y, WIDTH, y, RULE, 0.15))
        marks.append(Words(LEFT - 1.5, y + 0.9, number(value, chart.language, _decimals(step)), anchor="end"))
    marks.append(Words(0.0, TOP - 4.2, chart.unit, color=SOFT))
    slot = (WIDTH - LEFT) / max(1, count)
    width = min(9.0, 0.74 * slot)
    for index in range(count):
        x = LEFT + slot * (index + 0.5) - width / 2.0
        marks += _column(chart, index, x, width, base, room / ceiling)
    marks.append(Line(LEFT, base, WIDTH, base, INK, 0.2))
    marks += _labels(chart.labels, slot, base + 4.0)
    marks += _legend(chart)
    return Drawing(WIDTH, chart.height, tuple(marks), chart.told)


def _column(chart: Columns, index: int, x: float, width: float, base: float, scale: float) -> list[Mark]:
    told = [series for series in chart.series if series.values[index] is not None]
    if not told:
        return [Box(x, base - 2.4, width, 2.4, NO_DATA)]
    marks: list[Mark] = []
    y = base
    for series in told:
        height = scale * max(0.0, series.values[index] or 0.0)
        if height > 0.05:
            y -= height
            marks.append(Box(x, y, width, height, series.ink.fill, series.ink.hatched))
    return marks


def _labels(labels: Sequence[str], slot: float, y: float) -> list[Mark]:
    """Every label, or every second, fifth ... where they would touch."""
    longest = max((len(label) for label in labels), default=1)
    every = next((n for n in (1, 2, 5, 10, 30) if n * slot >= 1.5 * longest + 1.2), 60)
    shown = (i for i in range(len(labels)) if every == 1 or i == 0 or (i + 1) % every == 0)
    return [Words(LEFT + slot * (i + 0.5), y, labels[i], anchor="middle") for i in shown]


def _legend(chart: Columns) -> list[Mark]:
    """Names with their ink, from the right edge, in the order of the stack."""
    entries = [(series.name, series.ink) for series in chart.series]
    if any(all(series.values[i] is None for series in chart.series) for i in range(len(chart.labels))):
        entries.append((chart.unseen, Ink(NO_DATA)))
    widths = [5.0 + 1.32 * len(name) + 3.0 for name, _ in entries]
    marks: list[Mark] = []
    x = max(LEFT, WIDTH - sum(widths))
    for (name, ink), width in zip(entries, widths, strict=True):
        marks.append(Box(x, TOP - 6.6, 3.0, 2.6, ink.fill, ink.hatched))
        marks.append(Words(x + 4.0, TOP - 4.4, name, color=INK))
        x += width
    return marks


def _highest(chart: Columns) -> float:
    sums = (
        math.fsum(max(0.0, series.values[i] or 0.0) for series in chart.series)
        for i in range(len(chart.labels))
    )
    return max(sums, default=0.0)


def axis(top: float) -> tuple[float, float]:
    """(step, end) of an axis from 0 that holds ``top`` in three to six steps of 1, 2 or 5 times a power of ten."""
    if not top > LEAST:
        return 1.0, 1.0
    power = 10.0 ** math.floor(math.log10(top / 5.0))
    step = next(power * n for n in (1.0, 2.0, 5.0, 10.0) if top <= 5.0 * power * n * (1.0 + 1e-9))
    return step, step * max(1, math.ceil(top / step - 1e-9))


def _decimals(step: float) -> int:
    return max(0, -math.floor(math.log10(step) + 1e-9))


def calendar(
    rows: Sequence[tuple[str, Sequence[float | None]]], ink: Ink, scale: tuple[str, str], told: str
) -> Drawing:
    """One row per month, one cell per day: the darker the more was seen. ``scale``: what stands at 0 and at 100 %.

    A cell's value is a share 0..1; None stands outside the period. Cells carry a stroke that grows with the share, so that a
    copy in black and white keeps it.
    """
    left, cell, gap, top = 13.0, 5.15, 0.6, 9.0
    marks: list[Mark] = [
        Words(left + cell * (day - 0.5), top - 1.6, str(day), 6.5, anchor="middle")
        for day in (1, 5, 10, 15, 20, 25, 31)
    ]
    for row, (name, shares) in enumerate(rows):
        y = top + row * cell
        marks.append(Words(left - 1.5, y + 3.4, name, anchor="end"))
        marks += [
            Box(
                left + cell * day,
                y,
                cell - gap,
                cell - gap,
                mixed(ink.fill, share),
                edge=SOFT if share < 0.995 else "",
            )
            for day, share in enumerate(shares)
            if share is not None
        ]
    y = top + len(rows) * cell + 3.5
    for index in range(5):
        marks.append(
            Box(
                left + 12.0 + index * cell, y, cell - gap, cell - gap, mixed(ink.fill, index / 4.0), edge=SOFT
            )
        )
    marks.append(Words(left + 10.5, y + 3.3, scale[0], anchor="end"))
    marks.append(Words(left + 13.0 + 5.0 * cell, y + 3.3, scale[1]))
    return Drawing(WIDTH, y + cell + 1.0, tuple(marks), told)


def mixed(fill: str, share: float) -> str:
    """The colour between paper and ``fill``."""
    share = min(1.0, max(0.0, share))
    parts = (int(fill[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 + (part - 255) * share):02x}" for part in parts)
