"""A drawing as SVG inside a page: no script, no style sheet of its own, one user unit is one millimetre."""

from __future__ import annotations

from html import escape

from controller.report.draw import Box, Drawing, Line, Mark, Words, stripes

MM_PER_PT = 25.4 / 72.0


def svg(drawing: Drawing) -> str:
    """The ``<svg>`` element."""
    inside = "".join(_mark(mark) for mark in drawing.marks)
    return (
        f'<svg viewBox="0 0 {_n(drawing.width)} {_n(drawing.height)}" role="img" aria-label="{escape(drawing.told)}">'
        f"{inside}</svg>"
    )


def _mark(mark: Mark) -> str:
    if isinstance(mark, Box):
        return _box(mark)
    if isinstance(mark, Line):
        return _line(mark)
    return _words(mark)


def _box(box: Box) -> str:
    edge = f' stroke="{box.edge}" stroke-width=".15"' if box.edge else ""
    text = f'<rect x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.width)}" height="{_n(box.height)}" fill="{box.fill}"{edge}/>'
    lines = stripes(box)
    if not lines:
        return text
    way = "".join(f"M{_n(line.x1)} {_n(line.y1)}H{_n(line.x2)}" for line in lines)
    return f'{text}<path d="{way}" stroke="{lines[0].color}" stroke-width="{_n(lines[0].width)}"/>'


def _line(line: Line) -> str:
    return (
        f'<path d="M{_n(line.x1)} {_n(line.y1)}L{_n(line.x2)} {_n(line.y2)}" '
        f'stroke="{line.color}" stroke-width="{_n(line.width)}"/>'
    )


def _words(words: Words) -> str:
    weight = ' font-weight="700"' if words.bold else ""
    return (
        f'<text x="{_n(words.x)}" y="{_n(words.y)}" font-size="{_n(words.size * MM_PER_PT)}" fill="{words.color}" '
        f'text-anchor="{words.anchor}"{weight}>{escape(words.text)}</text>'
    )


def _n(value: float) -> str:
    """A number with at most two decimals and no useless zeros."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
