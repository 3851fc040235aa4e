"""From wanted values to writes: changes at once, leases renewed in time, stops first, nothing repeated blindly.

A lease is renewed only when a new decision asks for it, so that a dead cycle lets every lease run out.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from controller.core.instant import Instant
from controller.core.snapshot import Sample, Snapshot
from drivers.device import Device
from drivers.errors import DriverError
from drivers.reading import Command, Quality

log = logging.getLogger(__name__)

Key = tuple[str, str]

RESEND_S = 2.0
"""An output that did not follow, or whose write failed, is written again after so many plant seconds, not every cycle."""

RENEWALS_PER_LEASE = 3.0


@dataclass(slots=True)
class _Sent:
    value: float
    at_s: float
    failed: bool = False


@dataclass(slots=True)
class Actuator:
    """Writes commands. ``feedback``: output -> the signal key that proves it (absent where nothing does)."""

    devices: Mapping[str, Device]
    bus_of: Mapping[str, str]
    feedback: Mapping[Key, Key]
    now: Callable[[], Instant]
    _sent: dict[Key, _Sent] = field(default_factory=dict)
    _pending: dict[str, dict[Key, Command]] = field(default_factory=dict)
    _wake: dict[str, asyncio.Event] = field(default_factory=dict)
    writes: int = 0

    def __post_init__(self) -> None:
        for bus in dict.fromkeys(self.bus_of.values()):
            self._pending[bus] = {}
            self._wake[bus] = asyncio.Event()

    @property
    def failed(self) -> frozenset[Key]:
        """Outputs whose last command could not be written."""
        bad = [key for key, sent in self._sent.items() if sent.failed]
        return frozenset(bad) if bad else _NONE

    def apply(self, commands: Iterable[Command], snapshot: Snapshot) -> None:
        """Queue what has to be written for these wanted values; never waits."""
        for command in commands:
            key = (command.device, command.quantity)
            if self._is_due(key, command, snapshot):
                queue = self._pending[self.bus_of[command.device]]
                queue.pop(key, None)
                queue[key] = command
                self._wake[self.bus_of[command.device]].set()

    def forget(self) -> None:
        """Take nothing for granted: whatever is applied next is written."""
        self._sent.clear()

    async def run(self) -> None:
        """One writer per bus until cancelled."""
        async with asyncio.TaskGroup() as group:
            for bus in self._pending:
                group.create_task(self._serve(bus), name=f"write {bus}")

    async def flush(self) -> None:
        """Write everything that is queued and wait for it (stepped time, shutdown)."""
        for bus in self._pending:
            await self._drain(bus)

    async def _serve(self, bus: str) -> None:
        while True:
            await self._wake[bus].wait()
            self._wake[bus].clear()
            await self._drain(bus)

    async def _drain(self, bus: str) -> None:
        queue = self._pending[bus]
        while queue:
            key = next((k for k, c in queue.items() if c.is_stop), next(iter(queue)))
            await self._write(key, queue.pop(key))

    async def _write(self, key: Key, command: Command) -> None:
        sent = _Sent(command.value, self.now().mono_s)
        self._sent[key] = sent
        self.writes += 1
        try:
            await self.devices[command.device].command(command)
        except DriverError as error:
            sent.failed = True
            log.warning("%s", error)

    def _is_due(self, key: Key, command: Command, snapshot: Snapshot) -> bool:
        queued = self._pending[self.bus_of[command.device]].get(key)
        if queued is not None:
            return queued.value != command.value
        sent = self._sent.get(key)
        if sent is None or sent.value != command.value:
            return True
        age_s = snapshot.at.mono_s - sent.at_s
        if command.lease_s > 0 and age_s >= command.lease_s / RENEWALS_PER_LEASE:
            return True
        if age_s < RESEND_S:
            return False
        return sent.failed or (command.is_stop and self._still_on(key, sent, snapshot))

    def _still_on(self, key: Key, sent: _Sent, snapshot: Snapshot) -> bool:
        proof = self.feedback.get(key)
        sample: Sample | None = snapshot.readings.get(proof) if proof else None
        if sample is None or sample.quality is not Quality.GOOD or isinstance(sample.value, str):
            return False
        return bool(sample.value) and sample.mono_s > sent.at_s


_NONE: frozenset[Key] = frozenset()
