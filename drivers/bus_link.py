"""What a bus drives: one connection, one request at a time. `drivers.modbus.ModbusLink` is the real one."""

from __future__ import annotations

from typing import Protocol

from drivers.heard import Heard
from drivers.transport import Read, Timing, Write


class Link(Protocol):
    """``late_replies``: no transaction numbers, so that an answer of before may pass for the answer; ``heard`` then tells what
    else was on the line. ``frame_gap_s``: silence between frames; ``busy_until``: line time until which somebody else speaks.
    """

    name: str
    frame_gap_s: float
    late_replies: bool
    busy_until: float
    bytes_sent: int
    heard: Heard

    @property
    def connected(self) -> bool:
        """Whether a request can be sent now."""
        ...

    @property
    def bytes_received(self) -> int:
        """Over all connections."""
        ...

    async def connect(self) -> None:
        """Raises ``Disconnected``."""
        ...

    def close(self) -> None:
        """At once; a request in flight fails as disconnected."""
        ...

    async def exchange(self, request: Read | Write, timing: Timing) -> tuple[int, ...]:
        """One request, one answer, once. Raises ``DriverError``."""
        ...
