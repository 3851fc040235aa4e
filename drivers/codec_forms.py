"""Values that are not one binary number: texts, digits in half bytes, clocks, HHMM, eighty bits, weighted registers.

A form turns the bytes of a value's registers (most significant first) into a number or a text, and back.
"""

from __future__ import annotations

import calendar
import math
import re
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from drivers.profile_base import FormType
from drivers.profile_points import CLOCK, Point
from drivers.reading import Value

Unpacked = float | str | None
"""None: the bytes mean nothing (a digit above 9, the thirteenth month)."""


@dataclass(frozen=True, slots=True)
class Form:
    """``char`` for struct; ``unpack`` and ``pack`` are each other's reverse. ``pack`` of what does not fit clamps."""

    char: str
    unpack: Callable[[bytes], Unpacked]
    pack: Callable[[Value], bytes]
    is_text: bool = False

    @property
    def nothing(self) -> bytes:
        """Bytes that mean "no value": all ones where that is no number, else all zero."""
        size = struct.calcsize(f">{self.char}")
        ones = b"\xff" * size
        return ones if self.unpack(ones) is None else b"\0" * size


def form_of(point: Point) -> Form | None:
    """The form of a point's type, None where struct alone does it."""
    if point.weights is not None:
        return _weighted(point.weights, signed=point.type == "s16")
    if point.type == "clock":
        return _clock(point)
    make = _MAKERS.get(point.type)
    return make(2 * point.size) if make is not None else None


def _text(size: int) -> Form:
    def unpack(raw: bytes) -> Unpacked:
        """ASCII padded with NUL or blanks; all NUL is no value."""
        return raw.split(b"\0", 1)[0].decode("ascii", "replace").strip() or None

    def pack(value: Value) -> bytes:
        return str(value).encode("ascii", "replace")[:size]

    return Form(f"{size}s", unpack, pack, is_text=True)


def _bcd(size: int) -> Form:
    def unpack(raw: bytes) -> Unpacked:
        digits = raw.hex()
        return int(digits) if digits.isdecimal() else None

    def pack(value: Value) -> bytes:
        number = min(max(0, round(float(value))), 10 ** (2 * size) - 1)
        return bytes.fromhex(f"{number:0{2 * size}d}")

    return Form(f"{size}s", unpack, pack)


def _hhmm(size: int) -> Form:
    """1830 is half past six in the evening: 1110 minutes after midnight."""

    def unpack(raw: bytes) -> Unpacked:
        hours, minutes = divmod(int.from_bytes(raw, "big"), 100)
        return 60 * hours + minutes if hours <= 24 and minutes < 60 else None

    def pack(value: Value) -> bytes:
        hours, minutes = divmod(min(max(0, round(float(value))), 24 * 60), 60)
        return (100 * hours + minutes).to_bytes(size, "big")

    return Form(f"{size}s", unpack, pack)


def _bits(size: int) -> Form:
    def pack(value: Value) -> bytes:
        number = int(float(value)) if isinstance(value, str) else int(value)
        return min(max(0, number), (1 << 8 * size) - 1).to_bytes(size, "big")

    return Form(f"{size}s", lambda raw: int.from_bytes(raw, "big"), pack)


_MAKERS: dict[str, Callable[[int], Form]] = {
    "str": _text,
    "bcd16": _bcd,
    "bcd32": _bcd,
    "hhmm": _hhmm,
    "bits80": _bits,
}
TEXT_FORMS: tuple[FormType, ...] = ("str", "clock")
"""Types whose values are texts."""


def _weighted(weights: Sequence[float], *, signed: bool) -> Form:
    """Registers that count so much each; a negative total makes every register negative."""
    count = len(weights)
    layout = struct.Struct(f">{count}{'h' if signed else 'H'}")
    exact = [Fraction(str(w)) for w in weights]
    whole = math.lcm(*(w.denominator for w in exact))
    factors = [int(w * whole) for w in exact]
    most = 0x7FFF if signed else 0xFFFF

    def unpack(raw: bytes) -> Unpacked:
        parts: tuple[int, ...] = layout.unpack(raw)
        return sum(f * r for f, r in zip(factors, parts, strict=True)) / whole

    def pack(value: Value) -> bytes:
        left = round(abs(float(value)) * whole / factors[-1]) * factors[-1]
        parts = []
        for factor in factors:
            part = min(left // factor, most)
            left -= part * factor
            parts.append(part)
        sign = -1 if float(value) < 0 and signed else 1
        return layout.pack(*(sign * p for p in parts))

    return Form(f"{2 * count}s", unpack, pack)


_PLACES = ("yyyy", "mo", "dd", "hh", "mi", "ss")
_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)")


def _clock(point: Point) -> Form:
    """The device's own local time as ``2021-09-06T06:56:01``; what the parts lack is that of 2000-01-01T00:00:00."""
    parts, bcd, size = point.clock or CLOCK, point.clock_bcd, point.clock_bytes

    def read(raw: bytes) -> int | None:
        if not bcd:
            return int.from_bytes(raw, "big")
        return int(raw.hex()) if raw.hex().isdecimal() else None

    def write(number: int, width: int) -> bytes:
        return bytes.fromhex(f"{number:0{2 * width}d}") if bcd else number.to_bytes(width, "big")

    def unpack(raw: bytes) -> Unpacked:
        found = {"yyyy": 2000, "mo": 1, "dd": 1, "hh": 0, "mi": 0, "ss": 0}
        at = 0
        for part in parts:
            width = 2 if part == "yyyy" else 1
            number = read(raw[at : at + width]) if part != "-" else 0
            at += width
            if number is None:
                return None
            if part != "-":
                found["yyyy" if part == "yy" else part] = number + (2000 if part == "yy" else 0)
        return _stamp(*found.values())

    def pack(value: Value) -> bytes:
        match = _TIME.match(str(value))
        known = (
            dict(zip(_PLACES, map(int, match.groups()), strict=True))
            if match
            else {"yyyy": 2000, "mo": 1, "dd": 1}
        )
        out = b""
        for part in parts:
            number = known.get("yyyy", 2000) - 2000 if part == "yy" else known.get(part, 0)
            out += write(max(0, number), 2 if part == "yyyy" else 1)
        return out

    return Form(f"{size}s", unpack, pack, is_text=True)


def _stamp(year: int, month: int, day: int, hour: int, minute: int, second: int) -> str | None:
    if not (1 <= year <= 9999 and 1 <= month <= 12 and hour < 24 and minute < 60 and second < 60):
        return None
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    return f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}"
