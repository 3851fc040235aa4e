"""The words of the profile language for values: how a raw number becomes a quantity, and where it stands on the wire."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

TableName = Literal["coil", "discrete", "holding", "input"]
NumberType = Literal["u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64", "acc32", "acc64"]
TextType = Literal["str"]
ValueType = NumberType | TextType | Literal["bool", "enum16", "bits16", "bits32", "bits64"]
"""``acc32``/``acc64``: unsigned counters whose 0 means "not implemented" (SunSpec). ``bool``: one coil or discrete input."""

Order = Literal["abcd", "cdab", "badc", "dcba"]
"""Bytes of a 32-bit value as they come: abcd high word first, cdab low word first, the others with bytes swapped too."""

Confidence = Literal["C2", "M", "S", "U"]
"""C2 two independent sources agree, M maker's document only, S one other source, U uncertain or in conflict."""

WORDS: dict[str, int] = {
    "u8": 1, "s8": 1, "bool": 1, "u16": 1, "s16": 1, "enum16": 1, "bits16": 1, "u32": 2, "s32": 2, "f32": 2, "acc32": 2,
    "bits32": 2, "u64": 4, "s64": 4, "f64": 4, "acc64": 4, "bits64": 4,
}  # fmt: skip
"""Registers of each type; ``str`` takes its ``count``."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\{n\}[a-z0-9_]*)?$")]
"""Names of points and quantities: lower case, digits, underscores; ``{n}`` stands for the number in a repeat."""

Address = Annotated[int, Field(ge=0, le=65535)]


class Model(BaseModel):
    """Frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Note(Model):
    """A sentence for people, in both languages."""

    en: str
    id: str


class Factor(Model):
    """A number that multiplies the value and is not known before run time.

    Exactly one of ``point`` (another point of this device, by name) and ``setting`` (asked from the site). ``how``: times,
    divide, ten_to (x 10^n, SunSpec), ten_to_minus (x 10^-n, decimal places), percent (x n/100). ``table`` maps the
    register's number or the setting's word to a factor first.
    """

    point: str | None = None
    setting: str | None = None
    how: Literal["times", "divide", "ten_to", "ten_to_minus", "percent"] = "times"
    table: dict[int | str, float] | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Factor:
        if (self.point is None) == (self.setting is None):
            raise ValueError("scale_by takes exactly one of point and setting")
        return self


class Simulate(Model):
    """What a simulator shows where the world has no own opinion: a value, noise around it, growth per hour (counters)."""

    value: float | str = 0.0
    noise: Annotated[float, Field(ge=0)] = 0.0
    per_hour: float = 0.0


class Coding(Model):
    """From raw number to quantity: ``value = (raw + pre_offset) * scale * unit * scale_by + offset``.

    ``unit`` is the unit on the maker's paper (kWh, %, L/min); the glossary's unit follows by itself. ``absent``: raw numbers
    that mean "no value now" (NaN always does). Outside ``minimum``..``maximum`` (in glossary units) the value is suspect, or
    absent with ``out_of_range: absent``. ``mask`` selects bits and shifts them down. ``enum`` maps raw to a word or number,
    ``otherwise`` is for raw numbers that it lacks. ``bits`` maps bit numbers to fault names, joined by "; ".
    """

    quantity: Name | None = None
    unit: str | None = None
    scale: float = 1.0
    offset: float = 0.0
    pre_offset: float = 0.0
    scale_by: tuple[Factor, ...] = ()
    absent: tuple[float | str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    out_of_range: Literal["suspect", "absent"] = "suspect"
    mask: Annotated[int, Field(gt=0)] | None = None
    enum: dict[int | str, float | str] | None = None
    otherwise: float | str | None = None
    bits: dict[int, str] | None = None
    optional: bool = False
    confidence: Confidence | None = None
    source: str | None = None
    note: Note | None = None
    simulate: Simulate | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_factor(cls, data: object) -> object:
        if isinstance(data, dict) and isinstance(data.get("scale_by"), dict):
            return data | {"scale_by": [data["scale_by"]]}
        return data

    @model_validator(mode="after")
    def _possible(self) -> Coding:
        if self.scale == 0:
            raise ValueError("a scale of 0 makes every value 0")
        if self.enum is not None and self.bits is not None:
            raise ValueError("enum and bits exclude each other")
        if self.minimum is not None and self.maximum is not None and self.minimum >= self.maximum:
            raise ValueError("minimum must be below maximum")
        return self


class Repeat(Model):
    """The same thing ``count`` times, ``step`` registers apart. ``{n}`` in names and quantities counts from ``first``."""

    count: Annotated[int, Field(ge=1, le=128)]
    step: Annotated[int, Field(ge=1, le=1000)]
    first: Annotated[int, Field(ge=0)] = 1

    def numbers(self) -> Iterator[tuple[int, int]]:
        """(channel number, register shift) of each copy."""
        return ((self.first + i, self.step * i) for i in range(self.count))


class Point(Coding):
    """One value in the registers of a device.

    ``address`` is what goes on the wire, from 0; ``doc`` is what the maker's paper prints (given alone, the profile's
    ``numbering`` turns it into the address; given both, they must agree). ``words`` lists the addresses of a value whose
    registers are not neighbours, most significant first. ``byte``: one half of a register. ``count``: registers of a text.
    ``together``: points with the same word here are read in one request. ``view``: this point looks at registers that
    another point already takes. A point without ``quantity`` only serves others (scale factors, decimal places).
    """

    name: Name
    doc: int | str | None = None
    table: TableName = "holding"
    address: Address | None = None
    words: Annotated[tuple[Address, ...], Field(min_length=2)] | None = None
    type: ValueType = "u16"
    count: Annotated[int, Field(ge=1, le=125)] | None = None
    order: Order | None = None
    byte: Literal["hi", "lo"] | None = None
    poll: Literal["fast", "slow", "once"] = "fast"
    together: str | None = None
    view: bool = False
    access: Literal["read", "write", "read_write"] = "read"
    repeat: Repeat | None = None

    @property
    def size(self) -> int:
        """How many registers (or coils) the value takes."""
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
        for number, shift in point.repeat.numbers():
            yield point.model_copy(update=_copy(point, number, shift))


def _copy(point: Point, number: int, shift: int) -> dict[str, object]:
    def fill(text: str | None) -> str | None:
        return text.replace("{n}", str(number)) if text else text

    def move(address: int | None) -> int | None:
        return address + shift if address is not None else None

    return {
        "name": fill(point.name),
        "quantity": fill(point.quantity),
        "together": fill(point.together),
        "address": move(point.address),
        "words": tuple(a + shift for a in point.words) if point.words else None,
        "doc": point.doc + shift if isinstance(point.doc, int) else point.doc,
        "scale_by": tuple(f.model_copy(update={"point": fill(f.point)}) for f in point.scale_by),
        "repeat": None,
    }
