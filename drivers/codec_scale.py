"""One value, compiled: raw number <-> quantity, in both directions, from the profile language's `Coding`."""

from __future__ import annotations

import math
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from drivers.profile_points import Coding, Factor
from drivers.quantities import quantity, unit_factor
from drivers.reading import Quality, Value

Settings = Mapping[str, float | str]
"""What the site told the profile, complete (`drivers.codec.settings_for`)."""

Context = MutableMapping[str, float]
"""Values of points that others need (scale factors, parts of derived quantities), by point name; kept per device."""

Answer = tuple[Value | None, Quality]

_ABSENT: Answer = (None, Quality.ABSENT)
_EXACT = 2**53
_NEAREST_STATE: Mapping[Value, Value] = {
    # what a simulated device shows for a normal state that its maker does not tell apart
    "derated": "running", "off_grid": "running", "waiting": "standby", "starting": "standby", "off": "standby", "standby": "off",
}  # fmt: skip


class CodecError(ValueError):
    """A value that cannot be coded: outside the type, no such word, no such setting."""


@dataclass(frozen=True, slots=True)
class Coder:
    """A compiled coding. ``value = (raw + pre) * num / den * (factors) + offset``; num and den keep decimal scales exact.

    ``low``, ``high``: where the value is plausible, glossary units. ``outside``: what it is elsewhere. ``simple``: nothing
    but this arithmetic is needed, so that a block may do it inline.
    """

    coding: Coding
    pre: float
    num: float
    den: float
    offset: float
    low: float
    high: float
    absent: frozenset[float]
    factors: tuple[Factor, ...]
    shift: int
    signed_byte: bool
    words: Mapping[Value, float] | None  # enum backwards
    outside: Quality
    text: bool

    @property
    def simple(self) -> bool:
        """True when decoding is arithmetic and a range check only."""
        return not (
            self.factors
            or self.coding.mask
            or self.coding.enum
            or self.coding.bits
            or self.text
            or self.signed_byte
        )

    def decode(self, raw: float | bytes, context: Mapping[str, float]) -> Answer:
        """Value and quality of a raw number (or of a text's bytes)."""
        if isinstance(raw, bytes):
            return _text(raw)
        if raw != raw or raw in self.absent:
            return _ABSENT
        if self.coding.mask:
            raw = (int(raw) & self.coding.mask) >> self.shift
        if self.signed_byte and raw > 127:
            raw -= 256
        if self.coding.enum is not None:
            return self._word(raw)
        if self.coding.bits is not None:
            return "; ".join(_fault_names(int(raw), self.coding.bits)), Quality.GOOD
        factor = self._factor(context)
        if factor is None:
            return _ABSENT
        value = (raw + self.pre) * (self.num * factor[0]) / (self.den * factor[1]) + self.offset
        return self.judge(value)

    def judge(self, value: float) -> Answer:
        """A number with its quality."""
        if self.low <= value <= self.high:
            return value, Quality.GOOD
        if value != value or self.outside is Quality.ABSENT:
            return _ABSENT
        return value, self.outside

    def _word(self, raw: float) -> Answer:
        word = self.coding.enum.get(int(raw)) if self.coding.enum else None
        if word is None:
            word = self.coding.otherwise
        if word is None:
            return raw, Quality.SUSPECT
        return (word if isinstance(word, str) else float(word)), Quality.GOOD

    def _factor(self, context: Mapping[str, float]) -> tuple[float, float] | None:
        """(times, divided by) of all run-time factors, None when one is unknown."""
        times, by = 1.0, 1.0
        for factor in self.factors:
            known = context.get(factor.point or "")
            pair = None if known is None else factor_pair(factor, known)
            if pair is None:
                return None
            times, by = times * pair[0], by * pair[1]
        return times, by

    def encode(self, value: Value, context: Mapping[str, float]) -> float:
        """The raw number of a value: not rounded, not shifted into its mask, not checked against the type. Raises CodecError."""
        if self.words is not None:
            return self._raw_word(value)
        if self.coding.bits is not None:
            return _fault_bits(value, self.coding.bits)
        if isinstance(value, str):
            raise CodecError(f"{self.coding.quantity} takes a number, not {value!r}")
        factor = self._factor(context)
        if factor is None:
            raise CodecError(f"{self.coding.quantity}: the factor it is scaled by is not known")
        return (value - self.offset) * (self.den * factor[1]) / (self.num * factor[0]) - self.pre

    def whole(self, raw: float, bounds: tuple[int, int], *, clamp: bool) -> int:
        """The register's integer of a raw number: rounded, checked against the type (or clamped into it, then never a number
        that means "absent"), shifted into the mask. Raises CodecError.
        """
        if not math.isfinite(raw):
            raise CodecError(f"{self.coding.quantity}: {raw} cannot be written")
        low, high = bounds
        if self.coding.mask:
            low, high = (-128, 127) if self.signed_byte else (0, self.coding.mask >> self.shift)
        number = round(raw)
        if not low <= number <= high:
            if not clamp:
                raise CodecError(f"{self.coding.quantity}: {raw:g} does not fit into {low}..{high}")
            number = max(low, min(high, number))
        while clamp and number in self.absent:
            number -= 1 if number > 0 else -1
        return (number & (self.coding.mask >> self.shift)) << self.shift if self.coding.mask else number

    def _raw_word(self, value: Value) -> float:
        words = self.words or {}
        raw = words.get(value, words.get(_NEAREST_STATE.get(value, value)))
        if raw is None:
            raise CodecError(f"{self.coding.quantity} has no {value!r}")
        return raw


def compile_coding(
    coding: Coding, settings: Settings, *, text: bool = False, signed_byte: bool = False
) -> Coder:
    """The coder of a point or field. Factors from settings are folded in. Raises CodecError for unusable settings."""
    times, by = _static(coding, settings)
    known = quantity(coding.quantity) if coding.quantity else None
    low = coding.minimum if coding.minimum is not None else known.minimum if known else -math.inf
    high = coding.maximum if coding.maximum is not None else known.maximum if known else math.inf
    words: dict[Value, float] | None = None
    if coding.enum is not None:
        words = {}
        for raw, word in coding.enum.items():
            if isinstance(raw, int):
                words.setdefault(word if isinstance(word, str) else float(word), float(raw))
    return Coder(
        coding=coding, pre=coding.pre_offset, num=times, den=by, offset=coding.offset, low=low, high=high,
        absent=frozenset(float(a) for a in coding.absent if not isinstance(a, str)),
        factors=tuple(f for f in coding.scale_by if f.point is not None),
        shift=mask_shift(coding.mask), signed_byte=signed_byte, words=words,
        outside=Quality.ABSENT if coding.out_of_range == "absent" else Quality.SUSPECT, text=text,
    )  # fmt: skip


def mask_shift(mask: int | None) -> int:
    """How far the masked bits are shifted down."""
    return (mask & -mask).bit_length() - 1 if mask else 0


def _static(coding: Coding, settings: Settings) -> tuple[float, float]:
    """Scale, unit and settings as one fraction (numerator, denominator), so that 0.1 steps stay decimal."""
    total = Fraction(str(coding.scale))
    known = quantity(coding.quantity) if coding.quantity else None
    if known is not None:
        total *= unit_factor(coding.unit, known.unit) or 1
    for factor in coding.scale_by:
        if factor.setting is None:
            continue
        if factor.setting not in settings:
            raise CodecError(f"the setting '{factor.setting}' is not known")
        pair = factor_pair(factor, settings[factor.setting])
        if pair is None or 0 in pair:
            raise CodecError(f"the setting '{factor.setting}' cannot be {settings[factor.setting]!r}")
        total *= Fraction(str(pair[0])) / Fraction(str(pair[1]))
    return _as_floats(total)


def exact(scale: float) -> tuple[float, float]:
    """A decimal number as (numerator, denominator): 0.01 -> (1, 100)."""
    return _as_floats(Fraction(str(scale)))


def _as_floats(total: Fraction) -> tuple[float, float]:
    if abs(total.numerator) < _EXACT and total.denominator < _EXACT:
        return float(total.numerator), float(total.denominator)
    return float(total), 1.0


def factor_pair(factor: Factor, known: float | str) -> tuple[float, float] | None:
    """(times, divided by) of a factor whose source has the value ``known``; None when that means nothing."""
    if factor.table is not None:
        entry = factor.table.get(int(known) if isinstance(known, float | int) else known)
        if entry is None:
            return None
        known = entry
    if isinstance(known, str) or not math.isfinite(known):
        return None
    if factor.how in ("ten_to", "ten_to_minus"):
        power = known if factor.how == "ten_to" else -known
        if abs(power) > 30:
            return None
        return (10.0**power, 1.0) if power >= 0 else (1.0, 10.0**-power)
    if factor.how == "divide":
        return (1.0, float(known)) if known else None
    return (float(known), 100.0) if factor.how == "percent" else (float(known), 1.0)


def _text(raw: bytes) -> Answer:
    """ASCII padded with NUL or blanks; all NUL is no value."""
    text = raw.split(b"\0", 1)[0].decode("ascii", "replace").strip()
    return (text, Quality.GOOD) if text else _ABSENT


def _fault_names(raw: int, table: Mapping[int, str]) -> Sequence[str]:
    """Names of the set bits, lowest first; bits without a name are told as such."""
    names = []
    bit = 0
    while raw:
        if raw & 1:
            names.append(table.get(bit, f"bit {bit}"))
        raw >>= 1
        bit += 1
    return names


def _fault_bits(value: Value, table: Mapping[int, str]) -> int:
    if not isinstance(value, str):
        return int(value)
    numbers = {name: bit for bit, name in table.items()}
    raw = 0
    for name in filter(None, (part.strip() for part in value.split(";"))):
        tail = name.removeprefix("bit ")
        bit = numbers.get(name, int(tail) if tail.isdecimal() else -1)
        if not 0 <= bit < 64:
            raise CodecError(f"there is no fault {name!r}")
        raw |= 1 << bit
    return raw
