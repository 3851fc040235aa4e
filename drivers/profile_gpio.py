"""The words of the profile language for pins: what hangs on the computer's own GPIO, as if it were a small Modbus device.

Each line of ``gpio:`` is one kind of wiring and takes a table as its own: outputs are coils, inputs are discrete inputs, pulses
and ADC channels are input registers. Points, commands and simulators then need nothing new.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from drivers.profile_base import Address, Model, TableName

PINS = range(28)
"""BCM numbers that the 40-pin header of a Raspberry Pi has."""

PULSE_WORDS = 4
"""Registers of a pulse input: two for the count (u32), two for pulses a second (f32), high word first."""

TABLES: Mapping[str, TableName] = {
    "output": "coil",
    "input": "discrete",
    "pulses": "input",
    "adc": "input",
}

Chip = Literal["mcp3002", "mcp3004", "mcp3008", "mcp3202", "mcp3204", "mcp3208"]


class GpioLine(Model):
    """Some pins that are wired alike. ``pins``: BCM numbers (channels of the chip for ``adc``), or the name of a setting that lists
    them as text ("5 6 13"). ``address``: of the first; the others follow. ``active_low``: on is 0 V; or the name of a setting with
    the choices high and low. ``pull``: the pin's own resistor, up closes to ground. ``debounce_ms``: pulses that follow
    faster are one; or a setting.
    """

    kind: Literal["output", "input", "pulses", "adc"]
    address: Address = 0
    pins: Annotated[tuple[int, ...], Field(min_length=1)] | str
    active_low: bool | str = False
    pull: Literal["up", "down", "none"] = "none"
    debounce_ms: Annotated[float, Field(ge=0, le=1000)] | str = 0.0
    chip: Chip | None = None

    @model_validator(mode="after")
    def _fits(self) -> GpioLine:
        if (self.chip is not None) != (self.kind == "adc"):
            raise ValueError("chip belongs to kind: adc, and it needs one")
        if self.kind != "pulses" and self.debounce_ms:
            raise ValueError("debounce_ms belongs to kind: pulses")
        if self.kind in ("output", "adc") and self.pull != "none":
            raise ValueError(f"kind: {self.kind} takes no pull")
        return self

    @property
    def words(self) -> int:
        """Registers, coils or inputs of one pin."""
        return PULSE_WORDS if self.kind == "pulses" else 1

    @property
    def asked(self) -> tuple[str, ...]:
        """The settings that it needs."""
        return tuple(x for x in (self.pins, self.active_low, self.debounce_ms) if isinstance(x, str))


def is_gpio(url: str) -> bool:
    """Whether a bus of the site file is the computer's own pins."""
    return url.partition(":")[0] == "gpio"


class PinError(ValueError):
    """The pins of a site cannot be: ``case`` is word, number, twice."""

    def __init__(self, case: str, what: str) -> None:
        super().__init__(
            {
                "word": f"'{what}' is no list of pin numbers",
                "number": f"there is no pin {what}",
                "twice": f"pin {what} is used twice",
            }[case]
        )
        self.case, self.what = case, what


def pins_of(line: GpioLine, settings: Mapping[str, float | str]) -> tuple[int, ...]:
    """The pins of a line at this site. Raises PinError."""
    if not isinstance(line.pins, str):
        return line.pins
    told = settings.get(line.pins, "")
    words = [f"{told:g}"] if isinstance(told, float | int) else told.replace(",", " ").split()
    if not words or not all(word.isascii() and word.isdecimal() for word in words):
        raise PinError("word", str(told))
    pins = tuple(int(word) for word in words)
    most = int((line.chip or "")[-1:] or len(PINS))
    for i, pin in enumerate(pins):
        if pin >= most:
            raise PinError("number", str(pin))
        if pin in pins[:i]:
            raise PinError("twice", str(pin))
    return pins


def is_low(line: GpioLine, settings: Mapping[str, float | str]) -> bool:
    """Whether "on" is 0 V at this site."""
    return settings.get(line.active_low) == "low" if isinstance(line.active_low, str) else line.active_low


def debounce_s(line: GpioLine, settings: Mapping[str, float | str]) -> float:
    """Seconds within which a second pulse is the bounce of the first."""
    told = settings.get(line.debounce_ms) if isinstance(line.debounce_ms, str) else line.debounce_ms
    return float(told or 0.0) / 1000.0
