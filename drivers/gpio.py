"""The computer's own pins as a bus: relays, switches, pulses and an ADC, each device a unit of its own.

Relays are off from the first moment on and again when the bus is closed; a process that is killed leaves its pins as they are.
The library is only loaded when a site has such a bus (`tirtasurya[gpio]`).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from drivers import line
from drivers.codec_scale import Settings
from drivers.errors import Disconnected, DriverError, ExceptionReply, Refused
from drivers.heard import Heard
from drivers.profile_gpio import TABLES, GpioLine, PinError, debounce_s, is_low, pins_of
from drivers.reach import story
from drivers.transport import Read, Table, Timing, Write

if TYPE_CHECKING:
    from drivers.gpio_pins import Pins

URL = "gpio://"
_ON, _OFF = 0xFF00, 0x0000
_ILLEGAL_FUNCTION, _ILLEGAL_ADDRESS, _ILLEGAL_VALUE = 1, 2, 3

Member = tuple[Sequence[GpioLine], Settings]
"""The wiring of one device, and what the site says of it."""

Cells = dict[tuple[Table, int], Callable[[], int]]
Switches = dict[int, Callable[[bool], None]]


class GpioLink:
    """See `drivers.bus_link.Link`. ``members``: the devices by unit. Raises ``Refused`` for pins that cannot be."""

    name = URL
    frame_gap_s = 0.0
    late_replies = False
    busy_until = 0.0
    bytes_sent = 0
    bytes_received = 0

    def __init__(self, members: Mapping[int, Member]) -> None:
        self.heard = Heard()
        self._members = members
        self._pins: Pins | None = None
        self._cells: dict[int, Cells] = {}
        self._switches: dict[int, Switches] = {}
        taken: set[int] = set()
        for lines, settings in members.values():
            for one in lines:
                _check(one, settings, taken)

    @property
    def connected(self) -> bool:
        """Whether the pins are ours."""
        return self._pins is not None

    async def connect(self) -> None:
        """Take the pins, the relays of every device off first. Raises ``Disconnected``."""
        try:
            from drivers.gpio_pins import Pins
        except ImportError as error:
            raise _lost("gpio_missing", error) from None
        pins = Pins()
        try:
            order = ("output", "input", "pulses", "adc")
            wires = [
                (order.index(one.kind), unit, one)
                for unit, (lines, _) in self._members.items()
                for one in lines
            ]
            self._cells, self._switches = {u: {} for u in self._members}, {u: {} for u in self._members}
            for _, unit, one in sorted(wires, key=lambda wire: wire[0]):
                self._open(pins, unit, one, self._members[unit][1])
        except Exception as error:  # noqa: BLE001 - gpiozero and the pin libraries below it have dozens of them
            pins.close()
            raise _lost(pins.case_of(error), error) from None
        self._pins = pins

    def close(self) -> None:
        """Relays off, pins given back."""
        pins, self._pins = self._pins, None
        self._cells.clear()
        self._switches.clear()
        if pins is not None:
            pins.close()

    async def exchange(self, request: Read | Write, timing: Timing) -> tuple[int, ...]:
        """Read pins or switch one relay. Raises ``ExceptionReply`` where a device has no such pin."""
        try:
            if isinstance(request, Read):
                return self._read(request)
            self._write(request)
        except KeyError:
            raise self._refusal(_ILLEGAL_ADDRESS, request) from None
        except DriverError:
            raise
        except Exception as error:  # noqa: BLE001 - as above
            self.close()
            raise _lost("failed", error) from None
        return request.values

    def _read(self, request: Read) -> tuple[int, ...]:
        cells = self._cells[request.unit]
        places = range(request.address, request.address + request.count)
        return tuple([cells[request.table, place]() for place in places])

    def _write(self, request: Write) -> None:
        if request.function != 5:
            raise self._refusal(_ILLEGAL_FUNCTION, request)
        switch = self._switches[request.unit][request.address]
        if request.values[0] not in (_ON, _OFF):
            raise self._refusal(_ILLEGAL_VALUE, request)
        switch(request.values[0] == _ON)

    def _refusal(self, code: int, request: Read | Write) -> ExceptionReply:
        return ExceptionReply(code, bus=self.name, unit=request.unit, registers=request.registers)

    def _open(self, pins: Pins, unit: int, one: GpioLine, settings: Settings) -> None:
        cells, table, low = self._cells[unit], Table(TABLES[one.kind]), is_low(one, settings)
        for i, pin in enumerate(pins_of(one, settings)):
            place = one.address + i * one.words
            if one.kind == "output":
                self._switches[unit][place], cells[table, place] = pins.output(pin, low)
            elif one.kind == "input":
                cells[table, place] = pins.input(pin, low, one.pull)
            elif one.kind == "adc":
                cells[table, place] = pins.adc(one.chip or "", pin)
            else:
                pulses = pins.pulses(pin, low, one.pull, debounce_s(one, settings))
                _words(cells, place, lambda p=pulses: struct.pack(">I", p.count & 0xFFFF_FFFF))  # type: ignore[misc]
                _words(cells, place + 2, lambda p=pulses: struct.pack(">f", p.per_second(line.monotonic())))  # type: ignore[misc]


def _words(cells: Cells, place: int, packed: Callable[[], bytes]) -> None:
    """Two registers that belong together; both are of the moment at which the first is read."""
    now: list[bytes] = [b"\0\0\0\0"]

    def high() -> int:
        now[0] = packed()
        return int.from_bytes(now[0][:2], "big")

    cells[Table.INPUT, place] = high
    cells[Table.INPUT, place + 1] = lambda: int.from_bytes(now[0][2:], "big")


def _check(one: GpioLine, settings: Settings, taken: set[int]) -> None:
    try:
        pins = pins_of(one, settings)
        if one.kind != "adc":
            for pin in pins:
                if pin in taken:
                    raise PinError("twice", str(pin))
                taken.add(pin)
    except PinError as error:
        raise Refused(
            str(error), hint="Correct the pins in the site file: BCM numbers 0 to 27", bus=URL
        ) from None


def _lost(case: str, error: Exception) -> Disconnected:
    what, hint = story(case, error)
    return Disconnected(what, hint=hint, bus=URL, params={"case": case})
