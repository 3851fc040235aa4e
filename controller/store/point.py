"""A point of telemetry and its text in InfluxDB line protocol, fixed once at capture. Pure.

Field types never change: numbers are always floats, texts always strings, NaN and infinity are no values.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

FieldValue = float | str

_NAME = str.maketrans({",": "\\,", " ": "\\ ", "\n": "\\n", "\t": "\\t", "\r": "\\r"})
_KEY = str.maketrans({",": "\\,", "=": "\\=", " ": "\\ ", "\n": "\\n", "\t": "\\t", "\r": "\\r"})
_TEXT = str.maketrans({'"': '\\"', "\\": "\\\\"})


@dataclass(frozen=True)
class Series:
    """A measurement and its tags. Empty tag values are left out, as InfluxDB has none."""

    measurement: str
    tags: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, measurement: str, **tags: str) -> Series:
        """A series with its tags in InfluxDB's order (sorted by name)."""
        return cls(measurement, tuple(sorted(tags.items())))

    @cached_property
    def key(self) -> str:
        """Measurement and tags as line protocol: ``pump,device=drive,site=demo``."""
        parts = [self.measurement.translate(_NAME)]
        parts += [f"{escape_key(name)}={_tag_value(value)}" for name, value in self.tags if value and name]
        return ",".join(parts)


class Point(NamedTuple):
    """One row, as a tuple because a season makes millions. ``fields``: line protocol text of the fields
    (``level_m=1.2,status="running"``); ``epoch_s``, ``mono_s``: when it was measured, on the clocks of the Instant that it
    is appended with.
    """

    series: Series
    fields: str
    epoch_s: float
    mono_s: float

    @property
    def line(self) -> str:
        """The whole line with its time in milliseconds."""
        return f"{self.series.key} {self.fields} {milliseconds(self.epoch_s)}"


def milliseconds(seconds: float) -> int:
    """Seconds to whole milliseconds, the precision that every sink is told."""
    return round(seconds * 1000.0)


@lru_cache(maxsize=1024)
def escape_key(name: str) -> str:
    """A tag name, tag value or field name in line protocol."""
    return name.translate(_KEY)


def _tag_value(value: str) -> str:
    escaped = escape_key(value)
    return escaped + " " if escaped.endswith("\\") else escaped


def number(value: float) -> str:
    """A float as line protocol writes it: shortest exact form, whole numbers without ``.0``."""
    text = repr(float(value))
    return text[:-2] if text[-2:] == ".0" else text  # removesuffix takes twice as long


def quoted(text: str) -> str:
    """A string field's value."""
    return f'"{text.translate(_TEXT)}"'


def render_fields(fields: Mapping[str, FieldValue | None]) -> str:
    """Fields sorted by name; None, NaN and infinities are left out. Empty when nothing remains (then there is no point)."""
    return ",".join(filter(None, [_field(name, fields[name]) for name in sorted(fields)]))


def _field(name: str, value: FieldValue | None) -> str:
    """One field, "" for no value."""
    if isinstance(value, str):
        return f"{escape_key(name)}={quoted(value)}"
    if value is None or not math.isfinite(value):
        return ""
    return f"{escape_key(name)}={number(value)}"


class Fields:
    """``render_fields`` for the same names (sorted) again and again: what says the same is not written anew."""

    __slots__ = ("_names", "_parts", "_values")

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._values: list[FieldValue | None] = [None] * len(names)
        self._parts = [""] * len(names)

    def of(self, *values: FieldValue | None) -> str:
        """The text of these values, one for each name."""
        for i, value in enumerate(values):
            if value != self._values[i]:
                self._values[i], self._parts[i] = value, _field(self._names[i], value)
        return ",".join(filter(None, self._parts))


def parse_fields(text: str) -> dict[str, FieldValue]:
    """The inverse of ``render_fields`` (for exports and comparisons). Raises ValueError for what it did not write."""
    fields: dict[str, FieldValue] = {}
    position = 0
    while position < len(text):
        name, position = _parse_name(text, position)
        if text[position : position + 1] == '"':
            fields[name], position = _parse_text(text, position + 1)
        else:
            end = text.find(",", position)
            end = len(text) if end < 0 else end
            fields[name], position = float(text[position:end]), end
        if position < len(text) and text[position] != ",":
            raise ValueError(f"no comma at {position} of {text!r}")
        position += 1
    return fields


_UNESCAPED = {"n": "\n", "t": "\t", "r": "\r"}


def _parse_name(text: str, position: int) -> tuple[str, int]:
    name = []
    while position < len(text) and text[position] != "=":
        if text[position] == "\\" and text[position + 1 : position + 2] in tuple(",= ntr"):
            position += 1
            name.append(_UNESCAPED.get(text[position], text[position]))
        else:
            name.append(text[position])
        position += 1
    if position >= len(text):
        raise ValueError(f"no value after {text!r}")
    return "".join(name), position + 1


def _parse_text(text: str, position: int) -> tuple[str, int]:
    value = []
    while position < len(text) and text[position] != '"':
        if text[position] == "\\":
            position += 1
        value.append(text[position : position + 1])
        position += 1
    if position >= len(text):
        raise ValueError(f"no closing quote in {text!r}")
    return "".join(value), position + 1
