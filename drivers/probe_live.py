"""One device as a table: every point with its raw words beside its value, both numbers, quality and age. Nothing is written."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol, get_args

from drivers import line
from drivers.codec import CodecError
from drivers.device import make_device
from drivers.device_modbus import ModbusDevice
from drivers.errors import BackingOff, Disconnected, DriverError, TimeOut
from drivers.probe_bus import bus_for
from drivers.profile_model import Poll, Profile
from drivers.profile_points import Point
from drivers.quantities import quantity
from drivers.reading import Reading, Value
from drivers.tap import Tap
from drivers.transport import Table

_RAW_LENGTH = 60
Settings = Mapping[str, float | str]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. ``doc``: the number on the maker's paper; ``place``: table and wire address, or the topic.

    ``raw``: words as they came, or a piece of the payload; None when it was not read. ``age_s``: since when, None: never.
    ``confidence``: of the point, else of the profile.
    """

    name: str
    quantity: str
    doc: str
    place: str
    raw: tuple[int, ...] | str | None
    value: Value | None
    unit: str
    quality: str
    age_s: float | None
    confidence: str


class Live(Protocol):
    """A device that is being watched."""

    errors: list[DriverError]

    @property
    def profile(self) -> Profile:
        """As it was found."""
        ...

    async def look(self) -> list[Row]:
        """Ask (or wait for messages) once, and the whole table."""
        ...


@dataclass(slots=True)
class ModbusLive:
    """See `Live`. The slow classes are asked again when their time has come, the fast one at every look.

    ``everything``: points that are only read when a command needs them too.
    """

    device: ModbusDevice
    tap: Tap
    everything: bool = False
    errors: list[DriverError] = field(default_factory=list)
    _readings: dict[str, tuple[Reading, float]] = field(default_factory=dict)
    _asked_s: dict[str, float] = field(default_factory=dict)

    @property
    def profile(self) -> Profile:
        """As it was found: its variant, its models, its groups."""
        return self.device.profile

    async def look(self) -> list[Row]:
        """See `Live.look`. Errors are kept in ``errors``; rows are what is known."""
        self.errors.clear()
        self.tap.exchanges.clear()
        more = ("on_demand",) if self.everything else ()
        for poll in (*(p for p in get_args(Poll) if p in self.device.polls), *more):
            now = line.monotonic()
            period_s = self.device.polls.get(poll, self.profile.poll_s.slow)
            if poll != "fast" and now - self._asked_s.get(poll, -1e9) < period_s:
                continue
            try:
                readings = await self.device.read(poll)
            except DriverError as error:
                self.errors.append(error)
                if isinstance(error, TimeOut | Disconnected | BackingOff):
                    break
                continue
            self._asked_s[poll] = now
            self._readings |= {reading.quantity: (reading, line.monotonic()) for reading in readings}
        self.errors += [error for error in self.device.problems if error not in self.errors]
        return self._rows()

    def _rows(self) -> list[Row]:
        points = [p for p in self.profile.points if p.access != "write"]
        rows = [self._row(point) for point in points]
        told = {point.quantity for point in points}
        return rows + [self._derived(name) for name in self._readings if name not in told]

    def _row(self, point: Point) -> Row:
        cells = [self.tap.cells.get((Table(point.table), a)) for a in point.addresses]
        known = [cell for cell in cells if cell is not None]
        raw = tuple(word for word, _ in known) if len(known) == len(cells) else None
        age = None if raw is None else line.monotonic() - min(at for _, at in known)
        value, quality, unit = self._value(point, raw)
        confidence = point.confidence or self.profile.confidence
        return Row(point.name, point.quantity or "", _doc(point), f"{point.table} {point.start}", raw, value, unit,
                   quality, age, confidence)  # fmt: skip

    def _value(self, point: Point, raw: tuple[int, ...] | None) -> tuple[Value | None, str, str]:
        row = quantity(point.quantity or "")
        unit = "" if row is None or row.is_text else row.unit
        reading = self._readings.get(point.quantity or "")
        if reading is not None:
            return reading[0].value, str(reading[0].quality), unit
        if raw is None:
            return None, "on_demand" if point.poll == "on_demand" else "unread", unit
        try:
            value, quality = self.device.decoded(point, raw)
        except CodecError:
            return None, "unread", unit
        return value, str(quality), unit

    def _derived(self, name: str) -> Row:
        reading, at = self._readings[name]
        row = quantity(name)
        unit = "" if row is None or row.is_text else row.unit
        age = line.monotonic() - at
        return Row(
            name, name, "", "", None, reading.value, unit, str(reading.quality), age, self.profile.confidence
        )


def _doc(point: Point) -> str:
    return "" if point.doc is None or point.doc == point.address else str(point.doc)


@asynccontextmanager
async def watch_modbus(
    profile: Profile, url: str, unit: int | None, settings: Settings, *, everything: bool = False
) -> AsyncIterator[ModbusLive]:
    """The device on its own connection, closed afterwards. ``everything``: see `ModbusLive`.

    Raises Refused for an impossible URL or settings.
    """
    bus = bus_for(profile, url, unit, settings)
    tap = Tap(bus, bus.hole_words)
    device = make_device(profile.name, profile, tap, unit, settings)
    assert isinstance(device, ModbusDevice)
    bus.start()
    try:
        yield ModbusLive(device, tap, everything)
    finally:
        await bus.stop()
