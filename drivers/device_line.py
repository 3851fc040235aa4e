"""One unit on its bus: asks and writes in its name, wakes it up, and knows since when it is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from drivers import line
from drivers.device_steps import pause_of
from drivers.errors import GATEWAY_SILENT, Disconnected, DriverError, ExceptionReply
from drivers.profile_limits import Limits
from drivers.reach import ONE_CLIENT
from drivers.transport import Port, Read, Table, Timing, Write

SILENCE_S = 10.0
"""Who did not answer for longer may have lost its supply: its settings and its warmth are not taken for granted any more."""


def clock_of(port: object) -> Callable[[], float]:
    """Seconds for what belongs to the device, not to the copper (warm-up, wear a day): a port without wires brings its own."""
    clock: Callable[[], float] = getattr(port, "monotonic", line.monotonic)
    return clock


class UnitLine:
    """``appearances`` counts how often it came (back); ``timed``: whether anybody wants to know times (they cost on every read)."""

    def __init__(self, device: str, port: Port, unit: int, limits: Limits, *, timed: bool) -> None:
        self.device, self.unit, self.port = device, unit, port
        self.timing = Timing(
            timeout_s=limits.timeout_ms / 1000,
            gap_s=limits.gap_ms / 1000,
            connect_wait_s=limits.connect_wait_ms / 1000,
        )
        self.clock = clock_of(port)
        self.appearances = 0
        self._wake, self._single = limits.wake_up, limits.single_client
        self._timed = timed or limits.wake_up is not None
        self._appeared_s = self._answered_s = 0.0
        self._silent = True

    async def ask(self, table: Table, address: int, count: int) -> tuple[int, ...]:
        """The words or bits at a place. Raises DriverError with the device's name."""
        return await self.read(Read(self.unit, table, address, count))

    async def read(self, request: Read) -> tuple[int, ...]:
        """The answer to a request. Raises DriverError with the device's name."""
        try:
            if self._wake is not None:
                await self._wake_up(request)
            words = tuple(await self.port.read(request, timing=self.timing))
        except DriverError as error:
            self._failed(error)
            raise
        if self._timed or self._silent:
            self._answered()
        return words

    async def write(self, request: Write, urgent: bool) -> None:
        """Write and return when the device has confirmed. Raises DriverError with the device's name."""
        try:
            await self.port.write(request, urgent=urgent, timing=self.timing)
        except DriverError as error:
            self._failed(error)
            raise
        if self._timed or self._silent:
            self._answered()

    @property
    def silent(self) -> bool:
        """Whether it left the last question without an answer, or was never asked."""
        return self._silent

    @property
    def awake_s(self) -> float:
        """Seconds since it appeared."""
        return self.clock() - self._appeared_s if self.appearances else 0.0

    async def _wake_up(self, request: Read) -> None:
        """After a long silence the first request only wakes it; it may answer all the same."""
        if self._wake is None or (self.appearances and self.clock() - self._answered_s < self._wake.after_s):
            return
        try:
            await self.port.read(request, timing=replace(self.timing, wakes=True))
        except DriverError as error:
            if isinstance(error, Disconnected):
                raise
        await pause_of(self.port)(self._wake.wait_ms / 1000)

    def _answered(self) -> None:
        now = self.clock()
        if self._silent and (not self.appearances or now - self._answered_s > SILENCE_S):
            self._appeared_s = now
            self.appearances += 1
        self._silent, self._answered_s = False, now

    def _failed(self, error: DriverError) -> None:
        error.device = self.device
        if isinstance(error, ExceptionReply) and error.code not in GATEWAY_SILENT:
            if self._timed or self._silent:
                self._answered()
            return
        self._silent = True
        if self._single and isinstance(error, Disconnected) and ONE_CLIENT not in error.hint:
            error.hint = ". ".join(part for part in (error.hint, ONE_CLIENT) if part)
