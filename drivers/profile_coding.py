"""The words of the profile language for meaning: how a raw number becomes a quantity, and when it may be believed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from drivers.profile_base import Confidence, Model, Name, Note, When, listed


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


class UnitBy(Model):
    """The unit is told by another point or by the site, instead of ``unit``.

    ``table`` maps what the point decodes to (or the setting's word) to a unit; without it the setting's word is the unit. A
    unit that cannot become this quantity's makes the value absent: a level transmitter that says bar has no level.
    """

    point: str | None = None
    setting: str | None = None
    table: dict[int | str, str] | None = None

    @model_validator(mode="after")
    def _one_source(self) -> UnitBy:
        if (self.point is None) == (self.setting is None):
            raise ValueError("unit_by takes exactly one of point and setting")
        if self.point is not None and not self.table:
            raise ValueError("unit_by with a point needs table: which number means which unit")
        return self


class SignBy(Model):
    """The value is negative while another point decodes to one of ``negative``; ``positive`` is what simulators show there
    otherwise.
    """

    point: str
    negative: Annotated[tuple[float | str, ...], Field(min_length=1)]
    positive: float | str = 0

    @model_validator(mode="before")
    @classmethod
    def _lists(cls, data: object) -> object:
        return listed(data, "negative")


class BitTest(Model):
    """One line of ``first``: when the bits of ``mask`` read ``is`` (default: all of them set), the value is ``value``."""

    mask: Annotated[int, Field(gt=0)]
    is_: Annotated[int | None, Field(alias="is", ge=0)] = None
    value: float | str

    @property
    def wanted(self) -> int:
        """What the masked bits must be."""
        return self.mask if self.is_ is None else self.is_

    @model_validator(mode="after")
    def _possible(self) -> BitTest:
        if self.wanted & ~self.mask:
            raise ValueError("is has bits that the mask lacks: it can never be")
        return self


class Counter(Model):
    """A number that only grows, made one total that goes on over what the device does to it.

    ``resets``: never; daily (at the device's own midnight), restart (when it loses power) or command: it begins again at 0;
    as_told: hand it on as it comes. ``rolls_at``: the raw number at which it begins again at 0. ``max_step``: the most that it
    can grow from one reading to the next (glossary units); more is another meter or a bad packet, and is not counted.
    """

    resets: Literal["never", "daily", "restart", "command", "as_told"] = "never"
    rolls_at: Annotated[float, Field(gt=0)] | None = None
    max_step: Annotated[float, Field(gt=0)] | None = None


class Simulate(Model):
    """What a simulator shows where the world has no own opinion: a value, noise around it, growth per hour (counters)."""

    value: float | str = 0.0
    noise: Annotated[float, Field(ge=0)] = 0.0
    per_hour: float = 0.0


CurvePoint = tuple[float | str, float | str]
"""(raw number, value in ``unit``); instead of either the name of the site's setting that holds it."""


class Coding(Model):
    """From raw number to quantity: ``value = (raw + pre_offset) * scale * unit * scale_by + offset``.

    ``unit`` is the unit on the maker's paper (kWh, %, L/min); the glossary's unit follows by itself. ``absent``: raw numbers
    that mean "no value now" (NaN always does). Outside ``minimum``..``maximum`` (in glossary units) the value is suspect, or
    absent with ``out_of_range: absent``. ``mask`` selects bits and shifts them down. ``enum`` maps raw to a word or number,
    ``otherwise`` is for raw numbers that it lacks (the word ``raw``: the number itself). ``bits`` maps bit numbers to fault
    names, joined by "; ". All keys, one line each: docs/devices.md.
    """

    quantity: Name | None = None
    unit: str | None = None
    unit_by: UnitBy | None = None
    scale: float = 1.0
    offset: float = 0.0
    pre_offset: float = 0.0
    scale_by: tuple[Factor, ...] = ()
    curve: Annotated[tuple[CurvePoint, ...], Field(min_length=2)] | None = None
    polynomial: Annotated[tuple[float, ...], Field(min_length=2, max_length=8)] | None = None
    absolute: bool = False
    sign_by: SignBy | None = None
    absent: tuple[int | float | str, ...] = ()
    absent_at_first: tuple[float, ...] = ()
    when: When | None = None
    minimum: float | None = None
    maximum: float | None = None
    out_of_range: Literal["suspect", "absent"] = "suspect"
    max_step: Annotated[float, Field(gt=0)] | None = None
    reject: Literal["value", "packet"] = "value"
    warm_up_s: Annotated[float, Field(gt=0, le=3600)] | None = None
    counter: Counter | None = None
    active_low: Annotated[int, Field(gt=0)] | None = None
    mask: Annotated[int, Field(gt=0)] | None = None
    enum: dict[int | str, float | str] | None = None
    first: Annotated[tuple[BitTest, ...], Field(min_length=1)] | None = None
    otherwise: float | str | None = None
    bits: dict[int, str] | None = None
    version: Annotated[str, Field(pattern=r"^(#+(\.#+)*|x(\.x)*|b(\.b)*)$")] | None = None
    optional: bool = False
    confidence: Confidence | None = None
    source: str | None = None
    note: Note | None = None
    simulate: Simulate | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, data: object) -> object:
        if isinstance(data, dict):
            if isinstance(data.get("scale_by"), dict):
                data = data | {"scale_by": [data["scale_by"]]}
            if isinstance(data.get("counter"), str):
                data = data | {"counter": {"resets": data["counter"]}}
        return data

    @model_validator(mode="after")
    def _possible(self) -> Coding:
        if self.scale == 0:
            raise ValueError("a scale of 0 makes every value 0")
        words = [k for k in ("enum", "first", "bits", "version") if getattr(self, k) is not None]
        if len(words) > 1:
            raise ValueError(f"{' and '.join(words)} exclude each other")
        if self.minimum is not None and self.maximum is not None and self.minimum >= self.maximum:
            raise ValueError("minimum must be below maximum")
        if self.curve is not None and self.polynomial is not None:
            raise ValueError("curve and polynomial exclude each other")
        if (self.curve or self.polynomial) and (self.scale != 1 or self.offset or self.scale_by or words):
            raise ValueError("curve and polynomial take the raw number: no scale, offset, scale_by or words")
        if self.unit is not None and self.unit_by is not None:
            raise ValueError("unit and unit_by exclude each other")
        return self

    @property
    def helpers(self) -> tuple[str, ...]:
        """Names of the other points that must be known before this one means anything."""
        names = [f.point for f in self.scale_by]
        names += [link.point for link in (self.unit_by, self.sign_by, self.when) if link is not None]
        return tuple(dict.fromkeys(name for name in names if name is not None))
