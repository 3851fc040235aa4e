"""The words of the profile language for places: where a value stands in the registers of a device."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr, model_validator

from drivers.profile_base import (
    WORDS,
    Address,
    Confidence,
    Model,
    Name,
    Note,
    NumberType,
    Order,
    TableName,
    ValueType,
)
from drivers.profile_coding import Coding, Factor, Simulate

__all__ = [
    "WORDS", "Address", "Coding", "Confidence", "Factor", "Model", "Name", "Note", "NumberType", "Order", "Point", "Repeat",
    "Simulate", "TableName", "ValueType", "expand", "fill",
]  # fmt: skip

ClockPart = Literal["yy", "yyyy", "mo", "dd", "hh", "mi", "ss", "-"]
"""A byte of a clock: yy is the year since 2000, yyyy takes two bytes, "-" is a byte that says something else."""

CLOCK: tuple[ClockPart, ...] = ("yy", "mo", "dd", "hh", "mi", "ss")


class Repeat(Model):
    """The same thing ``count`` times, ``step`` registers apart. ``{n}`` in names and quantities counts from ``first``.

    ``count_from``: a point of the device that says how many there really are, at most ``count``; read at first contact.
    """

    count: Annotated[int, Field(ge=1, le=128)]
    step: Annotated[int, Field(ge=0, le=1000)]
    first: Annotated[int, Field(ge=0)] = 1
    count_from: str | None = None

    def numbers(self) -> Iterator[tuple[int, int]]:
        """(channel number, register shift) of each copy."""
        return ((self.first + i, self.step * i) for i in range(self.count))


class Point(Coding):
    """One value in the registers of a device.

    ``address`` is what goes on the wire, from 0; ``doc`` is what the maker's paper prints (given alone, the profile's
    ``numbering`` turns it into the address; given both, they must agree). ``words`` lists the addresses of a value whose
    registers are not neighbours, most significant first. ``byte``: one half of a register. ``count``: registers of a text.
    ``weights``: each register counts so much (a x 1000 + b x 0.1; hours, minutes, seconds), largest first; ``type`` is then
    that of each register. ``clock``: which byte is what. ``together``: points with the same word here are read in one
    request. ``view``: this point looks at registers that another point already takes. A point without ``quantity`` only
    serves others (scale factors, decimal places, conditions).
    """

    name: Name
    doc: int | str | None = None
    table: TableName = "holding"
    address: Address | None = None
    words: Annotated[tuple[Address, ...], Field(min_length=2)] | None = None
    type: ValueType = "u16"
    count: Annotated[int, Field(ge=1, le=125)] | None = None
    weights: Annotated[tuple[float, ...], Field(min_length=2, max_length=8)] | None = None
    clock: Annotated[tuple[ClockPart, ...], Field(min_length=2)] | None = None
    clock_bcd: bool = False
    order: Order | None = None
    byte: Literal["hi", "lo"] | None = None
    poll: Literal["fast", "slow", "once", "on_demand"] = "fast"
    together: str | None = None
    view: bool = False
    access: Literal["read", "write", "read_write"] = "read"
    repeat: Repeat | None = None

    _counted: tuple[str, int] | None = PrivateAttr(default=None)

    @property
    def counted_by(self) -> tuple[str, int] | None:
        """(the point that says how many there are, which of them this one is, from 1), for a copy of a group that varies."""
        return self._counted

    def numbered(self, count_from: str | None, place: int) -> Point:
        """This copy, told which of its group it is."""
        if count_from is not None:
            self._counted = (count_from, place)
        return self

    @model_validator(mode="after")
    def _clocks(self) -> Point:
        if (self.clock is not None or self.clock_bcd) and self.type != "clock":
            raise ValueError("clock and clock_bcd need type: clock")
        if self.type == "clock" and self.clock_bytes % 2:
            raise ValueError(
                "the parts of a clock must fill whole registers: put - where a byte says something else"
            )
        return self

    @property
    def clock_bytes(self) -> int:
        """How many bytes the parts of a clock take."""
        return sum(2 if part == "yyyy" else 1 for part in self.clock or CLOCK)

    @property
    def size(self) -> int:
        """How many registers (or coils) the value takes."""
        if self.weights is not None:
            return len(self.weights)
        if self.type == "clock":
            return self.clock_bytes // 2
        return WORDS.get(self.type) or self.count or 1

    @property
    def start(self) -> int:
        """Its lowest address. Only for resolved points (`expand`)."""
        return min(self.addresses)

    @property
    def addresses(self) -> tuple[int, ...]:
        """Every address that it takes, in the order of reading. Only for resolved points (`expand`)."""
        if self.words is not None:
            return self.words
        first = self.address or 0
        return tuple(range(first, first + self.size))

    @property
    def bit_table(self) -> bool:
        """True for coils and discrete inputs."""
        return self.table in ("coil", "discrete")


def expand(points: Iterable[Point]) -> Iterator[Point]:
    """Each point once per repetition, with ``{n}`` filled in and addresses shifted."""
    for point in points:
        if point.repeat is None:
            yield point
            continue
        for place, (number, shift) in enumerate(point.repeat.numbers(), 1):
            copy = point.model_copy(update=_copy(point, number, shift))
            yield copy.numbered(point.repeat.count_from, place)


_NUMBER = re.compile(r"\{n\}")


def fill(text: str, number: int) -> str:
    """``{n}`` filled in."""
    return _NUMBER.sub(str(number), text)


def _copy(point: Point, number: int, shift: int) -> dict[str, object]:
    links = {
        key: link.model_copy(update={"point": fill(link.point, number)})
        for key in ("unit_by", "sign_by", "when")
        if (link := getattr(point, key)) is not None and link.point is not None
    }
    factors = (
        f.model_copy(update={"point": fill(f.point, number) if f.point else None}) for f in point.scale_by
    )
    return {
        "name": fill(point.name, number),
        "quantity": fill(point.quantity, number) if point.quantity else None,
        "together": fill(point.together, number) if point.together else None,
        "address": point.address + shift if point.address is not None else None,
        "words": tuple(a + shift for a in point.words) if point.words else None,
        "doc": point.doc + shift if isinstance(point.doc, int) else point.doc,
        "scale_by": tuple(factors),
        "repeat": None,
        **links,
    }
