"""Requests, and what carries them. Modbus words as they are on the wire; no scale, no meaning.

``Port`` is what a device talks to: ``drivers.bus.Bus`` on real wires, the simulators' loopback in process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Table(StrEnum):
    """The four address spaces of Modbus; each has its own read function."""

    COIL = "coil"  # function 1
    DISCRETE = "discrete"  # function 2
    HOLDING = "holding"  # function 3
    INPUT = "input"  # function 4

    __hash__ = str.__hash__  # equal to its text, so alike in hash; and in C: it is part of many keys

    @property
    def function(self) -> int:
        """Function code that reads this table."""
        return _READ_FUNCTION[self]

    @property
    def is_bits(self) -> bool:
        """True where a value is one bit, not a 16-bit word."""
        return self in (Table.COIL, Table.DISCRETE)


_READ_FUNCTION = {Table.COIL: 1, Table.DISCRETE: 2, Table.HOLDING: 3, Table.INPUT: 4}


@dataclass(frozen=True, slots=True)
class Read:
    """Read ``count`` values from wire address ``address`` (0-based) of unit ``unit``. Limits: 125 words, 2000 bits."""

    unit: int
    table: Table
    address: int
    count: int

    @property
    def registers(self) -> str:
        """For messages: ``holding 12288..12289``."""
        last = self.address + self.count - 1
        return f"{self.table} {self.address}" if self.count == 1 else f"{self.table} {self.address}..{last}"


@dataclass(frozen=True, slots=True)
class Write:
    """Write ``values`` from ``address`` on, with function 5, 6, 15 or 16.

    Values are raw: words (0..65535) for 6, 16 and also 5 (0xFF00 on, 0x0000 off, or what a board takes there, as a timed-on
    delay); bits (0 or 1) for 15. Any other function code is sent alone, without address and values (energy reset 0x42).
    """

    unit: int
    function: int
    address: int
    values: tuple[int, ...]

    @property
    def registers(self) -> str:
        """For messages: ``write(6) 8192 = 1``."""
        return f"write({self.function}) {self.address} = {', '.join(map(str, self.values))}"


@dataclass(frozen=True, slots=True)
class Timing:
    """A device's line time, seconds. ``gap_s``: least time from an answer of this unit to the next question to it.

    ``connect_wait_s``: from connecting to the first question. ``quiet_s``: how long after a time-out a late answer may
    still come on a line without transaction numbers; None: as long as the time-out. ``wakes``: the request only wakes the
    device up, so that its silence is no failure.
    """

    timeout_s: float = 1.0
    gap_s: float = 0.0
    connect_wait_s: float = 0.0
    quiet_s: float | None = None
    wakes: bool = False

    @property
    def late_s(self) -> float:
        """Seconds after a time-out in which the unit may still answer the old question."""
        return self.timeout_s if self.quiet_s is None else self.quiet_s


DEFAULT_TIMING = Timing()


class Port(Protocol):
    """Something that answers reads and takes writes; raises ``drivers.errors.DriverError`` and nothing else.

    Urgent writes (stops) overtake everything that waits, other writes overtake reads.
    """

    async def read(self, request: Read, *, timing: Timing = DEFAULT_TIMING) -> Sequence[int]:
        """The ``request.count`` values, words or bits."""
        ...

    async def write(self, request: Write, *, urgent: bool = False, timing: Timing = DEFAULT_TIMING) -> None:
        """Return when the device has confirmed the write with the right echo."""
        ...
