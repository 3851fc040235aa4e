"""What every part of the profile language is made of: a frozen model, names, addresses, types, sentences for people."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

TableName = Literal["coil", "discrete", "holding", "input"]
NumberType = Literal["u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64", "acc32", "acc64"]
FormType = Literal["str", "bcd16", "bcd32", "clock", "hhmm", "bits80"]
"""Types whose registers are not one binary number: texts, decimal digits in half bytes, clocks, 80 bits."""

ValueType = NumberType | FormType | Literal["bool", "enum16", "enum32", "bits16", "bits32", "bits64"]
"""``acc32``/``acc64``: unsigned counters whose 0 means "not implemented" (SunSpec). ``bool``: one coil or discrete input."""

Order = Literal["abcd", "cdab", "badc", "dcba"]
"""Bytes of a 32-bit value as they come: abcd high word first, cdab low word first, the others with bytes swapped too."""

Confidence = Literal["C2", "M", "S", "U"]
"""C2 two independent sources agree, M maker's document only, S one other source, U uncertain or in conflict."""

CONFIDENCE: dict[Confidence, tuple[str, str]] = {
    "C2": ("two independent sources agree", "dua sumber mandiri sepakat"),
    "M": ("the maker's document", "dokumen pembuat"),
    "S": (
        "unverified: one source that is not the maker",
        "belum terverifikasi: satu sumber, bukan pembuatnya",
    ),
    "U": (
        "unverified: uncertain, or sources disagree",
        "belum terverifikasi: tidak pasti, atau sumber bertentangan",
    ),
}
"""What each letter means to people: English, Indonesian."""

UNVERIFIED: tuple[Confidence, ...] = ("S", "U")
"""What a site should compare with the device's own display before anything depends on it."""

WORDS: dict[str, int] = {
    "u8": 1, "s8": 1, "bool": 1, "u16": 1, "s16": 1, "enum16": 1, "bits16": 1, "bcd16": 1, "hhmm": 1, "u32": 2, "s32": 2,
    "f32": 2, "acc32": 2, "bits32": 2, "enum32": 2, "bcd32": 2, "u64": 4, "s64": 4, "f64": 4, "acc64": 4, "bits64": 4,
    "bits80": 5,
}  # fmt: skip
"""Registers of each type; ``str`` takes its ``count``, ``clock`` what its parts need."""

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


class When(Model):
    """A condition on another point of the same device, by what that point decodes to (its word, if it has an enum).

    ``is``: one of these; ``is_not``: none of these; ``at_least``, ``below``: a number in these bounds. All that are given must
    hold. As long as the other point has no value the condition does not hold.
    """

    point: str
    is_: Annotated[tuple[float | str, ...], Field(alias="is")] = ()
    is_not: tuple[float | str, ...] = ()
    at_least: float | None = None
    below: float | None = None

    @model_validator(mode="before")
    @classmethod
    def _lists(cls, data: object) -> object:
        return listed(data, "is", "is_not")

    @model_validator(mode="after")
    def _says_something(self) -> When:
        if not self.is_ and not self.is_not and self.at_least is None and self.below is None:
            raise ValueError("a condition needs is, is_not, at_least or below")
        return self

    def holds(self, value: float | str | None) -> bool:
        """Whether a value of the other point meets the condition."""
        if value is None or value in self.is_not or (self.is_ and value not in self.is_):
            return False
        if self.at_least is None and self.below is None:
            return True
        if isinstance(value, str):
            return False
        return (self.at_least is None or value >= self.at_least) and (
            self.below is None or value < self.below
        )


def listed(data: object, *keys: str) -> object:
    """The mapping with single values of these keys made lists of one: ``is: 3`` is ``is: [3]``."""
    if not isinstance(data, dict):
        return data
    single = {k: [data[k]] for k in keys if k in data and not isinstance(data[k], list | tuple)}
    return data | single
