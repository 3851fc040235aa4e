"""A drawing as marks on paper, in millimetres from the upper left: the same marks become SVG and PDF."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Anchor = Literal["start", "middle", "end"]

INK = "#1f2d33"
SOFT = "#66757c"
RULE = "#d5dcdf"
PAPER = "#ffffff"


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle. ``hatched``: with fine white stripes, so that two fills differ on a grey print too."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    hatched: bool = False
    edge: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line; ``width`` in mm."""

    x1: float
    y1: float
    x2: float
    y2: float
    color: str = RULE
    width: float = 0.2


@dataclass(frozen=True, slots=True)
class Words:
    """Text whose base line begins (or is centred, or ends) at the point; ``size`` in points."""

    x: float
    y: float
    text: str
    size: float = 7.0
    color: str = SOFT
    anchor: Anchor = "start"
    bold: bool = False


Mark: TypeAlias = "Box | Line | Words"

STRIPE_MM = 0.7
"""Distance of the white stripes of a hatched box; each is a third of it wide."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Marks on a sheet of so many millimetres. ``told``: what it shows, for who cannot see it."""

    width: float
    height: float
    marks: tuple[Mark, ...]
    told: str = ""


def stripes(box: Box) -> tuple[Line, ...]:
    """The white lines of a hatched box; they lie on a grid of the sheet, so that neighbours agree."""
    if not box.hatched:
        return ()
    first = int(box.y / STRIPE_MM) + 1
    last = int((box.y + box.height) / STRIPE_MM)
    return tuple(
        Line(box.x, i * STRIPE_MM, box.x + box.width, i * STRIPE_MM, PAPER, STRIPE_MM / 3.0)
        for i in range(first, last + 1)
        if i * STRIPE_MM < box.y + box.height
    )
