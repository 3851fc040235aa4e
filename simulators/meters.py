"""Meters as they are: each with its own gain, a display that begins again at 0 after its last digit, resets, another one one day.

A world whose counters and powers are seen through such meters; what they counted in all is known, whatever they showed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from controller.core.site import Site
from drivers.reading import Value
from simulators.roles import Key
from simulators.weather import WeatherSource
from simulators.world import World

WANDERS_S = 600.0
"""A meter's reading of power or flow wanders about so slowly."""


@dataclass(slots=True)
class Register:
    """One counter of a meter. ``true``: what really passed; ``gain``: what it makes of it; ``width``: what its display holds."""

    true: Callable[[], float]
    gain: float
    width: float
    resolution: float
    shown: float = 0.0
    _since: float = field(init=False)
    _before: float = 0.0

    def __post_init__(self) -> None:
        self._since = self.true()

    @property
    def passed(self) -> float:
        """What it and those before it at this place have counted in all."""
        return self._before + self.gain * (self.true() - self._since)

    def show(self) -> float:
        """The display now."""
        counted = self.shown + self.gain * (self.true() - self._since)
        return (counted // self.resolution * self.resolution) % self.width

    def begin(self, shown: float, gain: float) -> None:
        """Reset, or another meter: it shows this and counts with that gain from now on."""
        self._before, self._since, self.shown, self.gain = self.passed, self.true(), shown, gain


@dataclass(frozen=True, slots=True)
class Make:
    """What meters a device is one of. ``accuracy``: half-width at 95 % of its gain; ``noise``: standard deviation of a power or
    flow reading, a share. ``width``, ``resolution`` of its counters by quantity, in glossary units.
    """

    accuracy: float
    noise: float
    counters: Mapping[str, tuple[float, float]]
    rates: tuple[str, ...]

    def drawn(self, chance: Random) -> float:
        """The gain of one meter of this make."""
        return 1.0 + chance.gauss(0.0, self.accuracy / 1.96)


class MeteredWorld(World):
    """``makes``: by device. Everything that the devices there show of their counters and rates goes through a meter."""

    def __init__(
        self, site: Site, seed: int, start: datetime, makes: Mapping[str, Make], *, weather: WeatherSource | None = None,
        export: bool | None = None,
    ) -> None:  # fmt: skip
        """As World. Displays begin anywhere, some near their end."""
        super().__init__(site, seed, start, weather=weather, export=export)
        self._chance = Random(seed * 1_000_003 + 17)
        self._makes = makes
        self.registers: dict[Key, Register] = {}
        for device, make in makes.items():
            gain = make.drawn(self._chance)
            for quantity, (width, resolution) in make.counters.items():
                near_end = self._chance.random() < 0.5
                shown = (
                    width * self._chance.uniform(0.97, 0.999) if near_end else width * self._chance.random()
                )
                true = self._numbers(device, quantity)
                self.registers[device, quantity] = Register(true, gain, width, resolution, shown)

    def reader(self, device: str, quantity: str) -> Callable[[], Value | None]:
        """See ``World.reader``: through the meter where there is one."""
        register = self.registers.get((device, quantity))
        if register is not None:
            return register.show
        make = self._makes.get(device)
        if make is None or quantity not in make.rates:
            return super().reader(device, quantity)
        true, noise, chance = self._numbers(device, quantity), make.noise, self._chance
        lead = next(one for key, one in self.registers.items() if key[0] == device)
        state = [float("-inf"), 1.0]

        def read() -> float:
            if self.now_s - state[0] >= WANDERS_S:
                state[:] = self.now_s, 1.0 + noise * chance.gauss(0.0, 1.0)
            return true() * lead.gain * state[1]

        return read

    def _numbers(self, device: str, quantity: str) -> Callable[[], float]:
        read = super().reader(device, quantity)

        def number() -> float:
            value = read()
            assert isinstance(value, float | int)
            return float(value)

        return number

    def reset(self, device: str) -> None:
        """The device loses its counters."""
        for (name, _), register in self.registers.items():
            if name == device:
                register.begin(0.0, register.gain)

    def replace(self, device: str) -> None:
        """Another meter of the same make, used or new."""
        gain = self._makes[device].drawn(self._chance)
        used = self._chance.random() < 0.5
        for (name, _), register in self.registers.items():
            if name == device:
                register.begin(register.width * self._chance.random() if used else 0.0, gain)
