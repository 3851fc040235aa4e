"""The colours of the report: neighbours differ in lightness, so that a grey print keeps them apart; hatching helps where not."""

from __future__ import annotations

from typing import NamedTuple

BRAND = "#0b5563"
PALE = "#eef4f5"
AMBER_TEXT = "#8a5a00"
MISSING = "#c9d1d4"


class Ink(NamedTuple):
    """A fill and whether it is hatched."""

    fill: str
    hatched: bool = False


SUN, GRID, GENSET = Ink("#f0b429"), Ink("#33505e"), Ink("#8c3f23", hatched=True)
COVERED = Ink("#4d8d9a")
WATERS = (
    Ink("#0b5563"), Ink("#a8d5dc"), Ink("#3a8fa0"), Ink("#d9b35c", True), Ink("#6b7d3a", True), Ink("#c8d9a3", True),
)  # fmt: skip


def water(index: int) -> Ink:
    """The ink of the zone with this place in the site file; from the seventh on the same again, hatched the other way round."""
    ink = WATERS[index % len(WATERS)]
    return Ink(ink.fill, hatched=ink.hatched != ((index // len(WATERS)) % 2 == 1))
