"""The words of the profile language for SunSpec: models whose place is only known after walking the device's chain."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from drivers.profile_points import Address, Model, Point


class ModelLayout(Model):
    """One SunSpec model. Addresses of its points count from the block's ID register (ID 0, L 1).

    ``lengths``: its L without repeated groups; shorter blocks are read as far as they reach. Points with ``repeat`` are repeated
    as often as the register ``count_at`` says, whatever their own count.
    """

    ids: Annotated[tuple[int, ...], Field(min_length=1)]
    name: str
    lengths: tuple[int, ...] = ()
    count_at: Annotated[int, Field(ge=2)] | None = None
    points: Annotated[tuple[Point, ...], Field(min_length=1)]


class SunSpec(Model):
    """``bases``: where the marker "SunS" may stand, in order. ``models`` in order of preference: a quantity that two of them
    give is taken from the first.
    """

    bases: tuple[Address, ...] = (40000, 0, 50000)
    models: Annotated[tuple[ModelLayout, ...], Field(min_length=1)]
