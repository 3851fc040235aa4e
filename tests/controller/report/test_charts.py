"""Charts draw what the numbers say: heights in proportion, nothing outside the sheet, gaps told apart from nothing."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.report.charts import (
    BOTTOM,
    LEFT,
    NO_DATA,
    TOP,
    WIDTH,
    Columns,
    Series,
    axis,
    calendar,
    stacked,
)
from controller.report.colours import SUN, Ink, water
from controller.report.draw import STRIPE_MM, Box, Drawing, stripes
from controller.report.svg import svg

VALUES = st.lists(st.one_of(st.none(), st.floats(0.0, 1e6)), min_size=1, max_size=40)


def chart(*series: list[float | None]) -> Drawing:
    """Columns of these series."""
    parts = tuple(Series(f"s{i}", water(i), values) for i, values in enumerate(series))
    labels = [str(i + 1) for i in range(len(series[0]))]
    return stacked(Columns(labels, parts, "m³", "id", "tidak tercatat", "told"))


def bars(drawing: Drawing) -> list[Box]:
    """The boxes of the plot, without the legend's."""
    return [mark for mark in drawing.marks if isinstance(mark, Box) and mark.y + mark.height > TOP]


@given(VALUES)
def test_heights_are_in_proportion(values: list[float | None]) -> None:
    """A column is as high as its share of the axis; what is not told is a grey foot, and 0 is nothing."""
    drawing = chart(values)
    _, end = axis(max((value for value in values if value is not None), default=0.0))
    room = drawing.height - BOTTOM - TOP
    expected = [room * value / end for value in values if value is not None and room * value / end > 0.05]
    drawn = [box for box in bars(drawing) if box.fill != NO_DATA]
    assert [box.height for box in drawn] == pytest.approx(expected)
    assert len(bars(drawing)) - len(drawn) == values.count(None)


@given(VALUES, st.integers(1, 8))
def test_nothing_leaves_the_sheet(values: list[float | None], parts: int) -> None:
    """Every box stands on the sheet, right of the axis, whatever is stacked."""
    for box in bars(chart(*([values] * parts))):
        assert LEFT <= box.x <= box.x + box.width <= WIDTH + 1e-9
        assert box.y >= TOP - 1e-6


@given(st.floats(1e-6, 1e9))
def test_the_axis_holds_the_highest(top: float) -> None:
    """The axis ends at or above the highest value, in one to six steps of 1, 2 or 5 times a power of ten."""
    step, end = axis(top)
    assert end >= top * (1.0 - 1e-9)
    assert 1 <= round(end / step) <= 6
    assert round(step / 10.0 ** math.floor(math.log10(step) + 1e-9), 6) in (1.0, 2.0, 5.0, 10.0)


def test_neighbours_differ_in_grey() -> None:
    """Two zones that stand on each other differ by a sixth of the grey scale, or one of them is hatched."""

    def grey(ink: Ink) -> float:
        red, green, blue = (int(ink.fill[i : i + 2], 16) / 255.0 for i in (1, 3, 5))
        return 0.3 * red + 0.59 * green + 0.11 * blue

    for place in range(11):
        one, other = water(place), water(place + 1)
        assert abs(grey(one) - grey(other)) > 1.0 / 6.0 or one.hatched != other.hatched, place


def test_six_zones_are_told_apart_in_grey() -> None:
    """Any two of the first six zones differ by a twelfth of the grey scale, or one is hatched: the legend holds in print."""

    def grey(ink: Ink) -> float:
        red, green, blue = (int(ink.fill[i : i + 2], 16) / 255.0 for i in (1, 3, 5))
        return 0.3 * red + 0.59 * green + 0.11 * blue

    for one, other in combinations(map(water, range(6)), 2):
        assert abs(grey(one) - grey(other)) > 1.0 / 12.0 or one.hatched != other.hatched, (one, other)


def test_the_calendar_has_a_cell_for_each_day() -> None:
    """Days of the period have a cell each, as dark as their share; days before it have none."""
    drawing = calendar([("Jan", [None, 0.0, 0.5, 1.0])], SUN, ("0 %", "100 %"), "told")
    cells = [mark for mark in drawing.marks if isinstance(mark, Box)]
    assert [box.fill for box in cells[:3]] == ["#ffffff", "#f8da94", SUN.fill]
    assert len(cells) == 3 + 5  # and the scale


def test_stripes_stay_inside() -> None:
    """The stripes of a hatched box lie within it; a plain one has none."""
    box = Box(10.0, 3.1, 5.0, 4.0, "#000000", hatched=True)
    assert all(box.y < line.y1 < box.y + box.height for line in stripes(box))
    assert len(stripes(box)) == pytest.approx(box.height / STRIPE_MM, abs=1.0)
    assert stripes(Box(0.0, 0.0, 5.0, 5.0, "#000000")) == ()


def test_svg_has_every_mark_and_escapes() -> None:
    """The SVG has one element per mark (and one per hatching), and texts cannot become tags."""
    text = svg(stacked(Columns(["<b>"], (Series("a&b", SUN, [1.0]),), "kWh", "en", "", 'say "x"')))
    assert "<b>" not in text
    assert "a&amp;b" in text
    assert 'aria-label="say &quot;x&quot;"' in text
