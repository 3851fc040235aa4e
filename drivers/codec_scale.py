"""One value, compiled: raw number <-> quantity, in both directions, from the profile language's `Coding`."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from drivers.codec_curves import Bend, CurveError, bend_of
from drivers.codec_forms import Form
from drivers.codec_words import Answer, WordError, Words, words_of
from drivers.profile_coding import Coding, Factor
from drivers.quantities import Conversion, conversion, quantity
from drivers.reading import GOOD, Quality, Value

Settings = Mapping[str, float | str]
"""What the site told the profile, complete (`drivers.codec.settings_for`)."""

Context = MutableMapping[str, Value]
"""Values of points that others need (scale factors, conditions, parts of derived quantities), by point name; per device."""

_ABSENT: Answer = (None, Quality.ABSENT)
_EXACT = 2**53
_SAME: Conversion = (1.0, 1.0, 0.0)


class CodecError(ValueError):
    """A value that cannot be coded: outside the type, no such word, no such setting."""


@dataclass(frozen=True, slots=True)
class Coder:
    """A compiled coding. ``value = (raw + pre) * num / den * (factors) + offset``; num and den keep decimal scales exact.

    ``low``, ``high``: where the value is plausible, glossary units. ``outside``: what it is elsewhere. ``simple``: nothing
    but this arithmetic is needed, so that a block may do it inline. ``units``: conversions by what another point says.
    """

    coding: Coding
    pre: float
    num: float
    den: float
    offset: float
    low: float
    high: float
    absent: frozenset[Value]
    factors: tuple[Factor, ...]
    shift: int
    signed_byte: bool
    words: Words | None
    outside: Quality
    form: Form | None = None
    bend: Bend | None = None
    units: Mapping[Value, Conversion | None] | None = None
    unit: Conversion = _SAME
    plain: bool = False
    """Whether nothing but its own four numbers stands between raw and value: no factor, no other point, no curve, no words."""

    @property
    def simple(self) -> bool:
        """True when decoding is arithmetic and a range check only."""
        entry = self.coding
        return not (
            self.factors or entry.mask or entry.active_low or self.words or self.form or self.bend or self.signed_byte
            or entry.helpers or entry.absolute or entry.absent_at_first
        )  # fmt: skip

    @property
    def factored(self) -> str | None:
        """The point that scales it, when that is all that arithmetic needs to know; else None."""
        entry, helpers = self.coding, self.coding.helpers
        if entry.mask or entry.active_low or entry.absolute or entry.absent_at_first or self.signed_byte:
            return None
        if self.words or self.form or self.bend or len(self.factors) != 1 or len(helpers) != 1:
            return None
        return helpers[0]

    def ratio(self, context: Mapping[str, Value]) -> tuple[float, float] | None:
        """(times, divided by) from raw to value with the factor as it is now, without offsets; None while it is not known."""
        factor = self._factor(context)
        if factor is None:
            return None
        return self.num * factor[0] * self.unit[0], self.den * factor[1] * self.unit[1]

    def decode(self, raw: Value | bytes, context: Mapping[str, Value]) -> Answer:
        """Value and quality of a raw number (or of the bytes of a form)."""
        entry = self.coding
        if isinstance(raw, bytes):
            found = self.form.unpack(raw) if self.form is not None else None
            if found is None:
                return _ABSENT
            raw = found
        if raw != raw or raw in self.absent:
            return _ABSENT
        if entry.when is not None and not entry.when.holds(context.get(entry.when.point)):
            return _ABSENT
        if isinstance(raw, str):
            return self.words.decode(raw) if self.words is not None else (raw, Quality.GOOD)
        raw = self._bits(raw)
        if self.words is not None:
            return self.words.decode(raw)
        value = self._number(raw, context)
        return _ABSENT if value is None else self.judge(value)

    def _bits(self, raw: float) -> float:
        """The raw number without the bits that do not belong to it."""
        entry = self.coding
        if entry.active_low:
            raw = int(raw) ^ entry.active_low
        if entry.mask:
            raw = (int(raw) & entry.mask) >> self.shift
        return raw - 256 if self.signed_byte and raw > 127 else raw

    def _number(self, raw: float, context: Mapping[str, Value]) -> float | None:
        """The number in glossary units, None while something that it depends on is not known."""
        if self.plain:
            return (raw + self.pre) * self.num / self.den + self.offset
        factor, unit, sign = self._factor(context), self._unit(context), self._sign(context)
        if factor is None or unit is None or sign is None:
            return None
        x = raw + self.pre
        if self.bend is not None:
            value = self.bend.forward(x) * unit[0] / unit[1]
        else:
            value = x * (self.num * factor[0] * unit[0]) / (self.den * factor[1] * unit[1])
        value += unit[2] + self.offset
        return sign * (abs(value) if self.coding.absolute else value)

    def judge(self, value: float) -> Answer:
        """A number with its quality."""
        if self.low <= value <= self.high:
            return value, GOOD
        if value != value or self.outside is Quality.ABSENT:
            return _ABSENT
        return value, self.outside

    def _factor(self, context: Mapping[str, Value]) -> tuple[float, float] | None:
        """(times, divided by) of all run-time factors, None when one is unknown."""
        times, by = 1.0, 1.0
        for factor in self.factors:
            known = context.get(factor.point or "")
            pair = None if known is None else factor_pair(factor, known)
            if pair is None:
                return None
            times, by = times * pair[0], by * pair[1]
        return times, by

    def _unit(self, context: Mapping[str, Value]) -> Conversion | None:
        link = self.coding.unit_by
        if link is None or self.units is None:
            return self.unit
        known = context.get(link.point or "")
        return None if known is None else self.units.get(known)

    def _sign(self, context: Mapping[str, Value]) -> float | None:
        link = self.coding.sign_by
        if link is None:
            return 1.0
        known = context.get(link.point)
        return None if known is None else -1.0 if known in link.negative else 1.0

    def encode(self, value: Value, context: Mapping[str, Value]) -> Value:
        """The raw number (or text) of a value: not rounded, not shifted into its mask, not checked against the type.

        Raises CodecError.
        """
        if self.words is not None:
            try:
                return self.words.encode(value)
            except WordError as e:
                raise CodecError(str(e)) from None
        if self.form is not None and self.form.is_text:
            return str(value)
        if isinstance(value, str):
            raise CodecError(f"{self.coding.quantity} takes a number, not {value!r}")
        if self.plain:
            return (value - self.offset) * self.den / self.num - self.pre
        factor, unit, sign = self._factor(context), self._unit(context), self._sign(context)
        if factor is None or unit is None or sign is None:
            raise CodecError(f"{self.coding.quantity}: what it is scaled by is not known")
        value = sign * value - self.offset - unit[2]
        if self.bend is not None:
            return self.bend.back(value * unit[1] / unit[0]) - self.pre
        return value * (self.den * factor[1] * unit[1]) / (self.num * factor[0] * unit[0]) - self.pre

    def whole(self, raw: Value, bounds: tuple[int, int], *, clamp: bool) -> int:
        """The register's integer of a raw number: rounded, checked against the type (or clamped into it, then never a number
        that means "absent"), shifted into the mask. Raises CodecError.
        """
        if isinstance(raw, str) or not math.isfinite(raw):
            raise CodecError(f"{self.coding.quantity}: {raw} cannot be written")
        low, high = bounds
        mask = self.coding.mask
        if mask:
            low, high = (-128, 127) if self.signed_byte else (0, mask >> self.shift)
        number = round(raw)
        if not low <= number <= high:
            if not clamp:
                raise CodecError(f"{self.coding.quantity}: {raw:g} does not fit into {low}..{high}")
            number = max(low, min(high, number))
        if clamp and number in self.absent:
            inwards, outwards = (range(number, -1, -1), range(number + 1, high + 1)) if number > 0 else (
                range(number, high + 1), range(number - 1, low - 1, -1))  # fmt: skip
            number = next((n for n in itertools.chain(inwards, outwards) if n not in self.absent), number)
        number = (number & (mask >> self.shift)) << self.shift if mask else number
        return number ^ self.coding.active_low if self.coding.active_low else number


def compile_coding(
    coding: Coding, settings: Settings, *, form: Form | None = None, signed_byte: bool = False
) -> Coder:
    """The coder of a point or field. Factors and units from settings are folded in. Raises CodecError for unusable settings."""
    known = quantity(coding.quantity) if coding.quantity else None
    low = coding.minimum if coding.minimum is not None else known.minimum if known else -math.inf
    high = coding.maximum if coding.maximum is not None else known.maximum if known else math.inf
    try:
        bend = bend_of(coding, settings)
    except CurveError as e:
        raise CodecError(str(e)) from None
    unit = _unit(coding, settings, known.unit if known else "")
    factors = tuple(f for f in coding.scale_by if f.point is not None)
    links = (coding.unit_by is not None and coding.unit_by.point is not None) or coding.sign_by is not None
    times, by = _static(coding, settings, None if bend else unit)
    return Coder(
        coding=coding, pre=coding.pre_offset, num=times, den=by, offset=coding.offset + (0.0 if bend else unit[2]),
        low=low, high=high, absent=frozenset(coding.absent),  # whole numbers stay whole: 64 ones are no float
        factors=factors,
        shift=mask_shift(coding.mask), signed_byte=signed_byte, words=words_of(coding),
        outside=Quality.ABSENT if coding.out_of_range == "absent" else Quality.SUSPECT, form=form,
        bend=bend, units=_units(coding, known.unit if known else ""), unit=unit if bend else _SAME,
        plain=not (factors or links or bend or coding.absolute),
    )  # fmt: skip


def mask_shift(mask: int | None) -> int:
    """How far the masked bits are shifted down."""
    return (mask & -mask).bit_length() - 1 if mask else 0


def _unit(coding: Coding, settings: Settings, target: str) -> Conversion:
    """The conversion that is known before run time: of ``unit``, or of what the site's setting says."""
    link = coding.unit_by
    if link is None or link.setting is None:
        return conversion(coding.unit, target) or _SAME
    word = settings.get(link.setting)
    if word is None:
        raise CodecError(f"the setting '{link.setting}' is not known")
    unit = link.table.get(int(word) if isinstance(word, float) else word) if link.table else str(word)
    found = conversion(unit, target) if unit is not None else None
    if found is None:
        raise CodecError(
            f"the setting '{link.setting}' cannot be {word!r}: that is no unit of {target or 'a plain number'}"
        )
    return found


def _units(coding: Coding, target: str) -> Mapping[Value, Conversion | None] | None:
    """What each number of the other point means; None for a unit that this quantity cannot have."""
    link = coding.unit_by
    if link is None or link.point is None or link.table is None:
        return None
    return {k if isinstance(k, str) else float(k): conversion(unit, target) for k, unit in link.table.items()}


def _static(coding: Coding, settings: Settings, unit: Conversion | None) -> tuple[float, float]:
    """Scale, unit and settings as one fraction (numerator, denominator), so that 0.1 steps stay decimal."""
    total = Fraction(str(coding.scale))
    if unit is not None:
        total *= Fraction(unit[0]) / Fraction(unit[1])
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


@lru_cache(maxsize=1024)
def exact(scale: float) -> tuple[float, float]:
    """A decimal number as (numerator, denominator): 0.01 -> (1, 100)."""
    return _as_floats(Fraction(str(scale)))


def _as_floats(total: Fraction) -> tuple[float, float]:
    if abs(total.numerator) < _EXACT and total.denominator < _EXACT:
        return float(total.numerator), float(total.denominator)
    return float(total), 1.0


def factor_pair(factor: Factor, known: Value) -> tuple[float, float] | None:
    """(times, divided by) of a factor whose source has the value ``known``; None when that means nothing."""
    if factor.table is not None:
        entry = factor.table.get(int(known) if isinstance(known, float | int) else known)
        if entry is None:
            return None
        known = entry
    if isinstance(known, str) or not math.isfinite(known):
        return None
    if factor.how in ("ten_to", "ten_to_minus"):
        return _power_of_ten(known if factor.how == "ten_to" else -known)
    if factor.how == "divide":
        return (1.0, float(known)) if known else None
    return (float(known), 100.0) if factor.how == "percent" else (float(known), 1.0)


@lru_cache(maxsize=128)
def _power_of_ten(power: float) -> tuple[float, float] | None:
    if abs(power) > 30:
        return None
    return (10.0**power, 1.0) if power >= 0 else (1.0, 10.0**-power)
