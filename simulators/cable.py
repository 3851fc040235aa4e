"""A serial cable as it is at commissioning: devices as they come from the factory, on any address, several on the same one.

`simulators.registers.RegisterBank` is a finished site, one device an address. Here devices are stations with an address that a
master can change, a speed of their own, and the address at which they always answer (`find_unit`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from drivers.codec_point import encode_number
from drivers.transport import Table
from simulators.frames import Garbled, Silent
from simulators.pty_server import Format
from simulators.registers import RegisterDevice

BROADCAST = 0


@dataclass(slots=True)
class Station:
    """One device on the cable. ``unit`` is its address now; ``saved``: what it has after its supply was off.

    ``format``: what it understands, None: anything (a network gateway, or a device that finds out by itself).
    """

    device: RegisterDevice
    unit: int
    format: Format | None = None
    powered: bool = True
    saved: int = field(init=False)

    def __post_init__(self) -> None:
        self.saved = self.unit

    def hears(self, unit: int, now: Format | None) -> bool:
        """Whether it takes a request to ``unit`` in the line's format for its own."""
        if not self.powered or (now is not None and self.format is not None and now != self.format):
            return False
        return unit in (self.unit, BROADCAST, self.device.profile.serial.find_unit)

    def written(self, function: int, address: int, values: Sequence[int]) -> None:
        """A write has been taken: is it the one that moves it, or the one that saves the move?"""
        recipe = self.device.profile.readdress
        if recipe is None:
            return
        if address == recipe.address and function == recipe.function:
            self._move(next((n for n in range(256) if self._coded(n) == tuple(values)), BROADCAST))
        elif any(address == step.address for step in recipe.save):
            self.saved = self.unit

    def shown(self, table: Table, address: int, count: int) -> Sequence[int]:
        """What it answers; the register that takes its address shows it. Raises RefusedByDevice."""
        recipe = self.device.profile.readdress
        if recipe is not None and table is Table.HOLDING and address == recipe.address:
            coded = self._coded(self.unit)
            if len(coded) == count:
                return coded
        return self.device.read(table, address, count)

    def _coded(self, unit: int) -> tuple[int, ...]:
        recipe = self.device.profile.readdress
        order = self.device.profile.order if recipe is None else recipe.order or self.device.profile.order
        return encode_number("u16" if recipe is None else recipe.type, unit, order)

    def _move(self, new: int) -> None:
        recipe = self.device.profile.readdress
        if recipe is None or not recipe.minimum <= new <= recipe.maximum:
            return
        if recipe.power_cycle:
            self.saved = new
            return
        self.unit = new
        if not recipe.save:
            self.saved = new

    def cut(self) -> None:
        """Take its supply away."""
        self.powered = False

    def restore(self) -> None:
        """Give its supply back: it has the address that was saved."""
        self.powered, self.unit = True, self.saved


@dataclass(slots=True)
class Cable:
    """A `simulators.frames.Bank` of stations. ``format``: the line's own, where it is known (`PtyServer.format`)."""

    stations: list[Station]
    writes: list[tuple[int, int, int, tuple[int, ...]]] = field(default_factory=list)
    now: Format | None = None

    def hears(self, unit: int, now: Format) -> bool:
        """For `PtyServer`: remember the format, somebody may understand it."""
        self.now = now
        return any(one.hears(unit, now) for one in self.stations)

    def read(self, unit: int, table: Table, address: int, count: int) -> Sequence[int]:
        """The answer of the one who hears it; of several nobody can read it."""
        return self._only(unit).shown(table, address, count)

    def write(self, unit: int, function: int, address: int, values: Sequence[int]) -> None:
        """All who hear it obey; a broadcast is not confirmed."""
        self.writes.append((unit, function, address, tuple(values)))
        hearing = self._hearing(unit)
        for one in hearing:
            one.device.write(function, address, values)
            one.written(function, address, values)
        if unit == BROADCAST or not hearing:
            raise Silent
        if len(hearing) > 1:
            raise Garbled

    def _hearing(self, unit: int) -> list[Station]:
        return [one for one in self.stations if one.hears(unit, self.now)]

    def _only(self, unit: int) -> Station:
        hearing = self._hearing(unit)
        if unit == BROADCAST:
            hearing = [one for one in hearing if one.device.profile.serial.find_unit == BROADCAST]
        if not hearing:
            raise Silent
        if len(hearing) > 1:
            raise Garbled
        return hearing[0]
