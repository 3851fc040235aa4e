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
from drivers.errors import Disconnected, DriverError
from drivers.reading import GOOD, Command

log = logging.getLogger(__name__)

Key = tuple[str, str]

RESEND_S = 2.0
"""An output that did not follow, or whose write failed, is written again after so many plant seconds, not every cycle."""

RESEND_MAX_S = 30.0
"""A device that takes no writes is tried less and less often, up to this (plant seconds): a dead board with many outputs must
not fill its bus with time-outs. When its readings come again it is tried at once.
"""

RENEWALS_PER_LEASE = 3.0


@dataclass(slots=True)
class _Sent:
    """The last write of an output. ``wait_s``: after a failure, until the next try. ``told``: the failure is in the log."""

    value: float
    at_s: float
    failed: bool = False
    wait_s: float = RESEND_S
    told: bool = False


@dataclass(slots=True)
class _Bus:
    """What waits for one bus: one command per output, with the moment it was last decided.

    ``stopping``: outputs whose stop is on the wire; ``start``: the start that is, if any.
    """

    waiting: dict[Key, tuple[Command, float]] = field(default_factory=dict)
    stopping: set[Key] = field(default_factory=set)
    start: tuple[Key, asyncio.Task[None]] | None = None
    stops: asyncio.Event = field(default_factory=asyncio.Event)
    others: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, *, stop: bool) -> tuple[Key, Command, float] | None:
        """The next command that may go now; a start waits for the stop of its own output."""
        for key, (command, decided_s) in self.waiting.items():
            if command.is_stop is stop and key not in self.stopping:
                del self.waiting[key]
                return key, command, decided_s
        return None


@dataclass(slots=True)
class Actuator:
    """Writes commands. ``feedback``: output -> the signal key that proves it (absent where nothing does)."""

    devices: Mapping[str, Device]
    bus_of: Mapping[str, str]
    feedback: Mapping[Key, Key]
    now: Callable[[], Instant]
    _sent: dict[Key, _Sent] = field(default_factory=dict)
    _buses: dict[str, _Bus] = field(default_factory=dict)
    _pressed: set[Key] = field(default_factory=set)
    _bad: bool = False
    writes: int = 0

    def __post_init__(self) -> None:
        self._buses = {bus: _Bus() for bus in dict.fromkeys(self.bus_of.values())}

    @property
    def failed(self) -> frozenset[Key]:
        """Outputs whose last command could not be written."""
        if not self._bad:
            return _NONE
        bad = frozenset(key for key, sent in self._sent.items() if sent.failed and key not in self._pressed)
        self._bad = bool(bad)
        return bad

    def apply(self, commands: Iterable[Command], snapshot: Snapshot) -> None:
        """Queue what has to be written for these wanted values; never waits."""
        for command in commands:
            key = (command.device, command.quantity)
            bus = self._buses[self.bus_of[command.device]]
            queued = bus.waiting.get(key)
            if queued is not None and queued[0] == command:
                bus.waiting[key] = (command, snapshot.at.mono_s)
            elif queued is not None or self._is_due(key, command, snapshot):
                bus.waiting.pop(key, None)
                bus.waiting[key] = (command, snapshot.at.mono_s)
                (bus.stops if command.is_stop else bus.others).set()

    def press(self, commands: Iterable[Command], snapshot: Snapshot) -> None:
        """Queue commands that have no state, each once: whether one that failed is pressed again is for others to decide."""
        for command in commands:
            key = (command.device, command.quantity)
            bus = self._buses[self.bus_of[command.device]]
            self._pressed.add(key)
            bus.waiting[key] = (command, snapshot.at.mono_s)
            bus.others.set()

    def forget(self) -> None:
        """Take nothing for granted: whatever is applied next is written."""
        self._sent.clear()

    async def run(self) -> None:
        """Two writers per bus until cancelled: a stop never waits behind the steps of a start."""
        async with asyncio.TaskGroup() as group:
            for name, bus in self._buses.items():
                group.create_task(self._serve_stops(bus), name=f"stop {name}")
                group.create_task(self._serve_others(bus), name=f"write {name}")

    async def flush(self) -> None:
        """Write everything that is queued and wait for it (stepped time, shutdown); no bus waits for another."""
        busy = [bus for bus in self._buses.values() if bus.waiting]
        if len(busy) == 1:
            await self._drain(busy[0])
        elif busy:
            await asyncio.gather(*(self._drain(bus) for bus in busy))

    async def _drain(self, bus: _Bus) -> None:
        for stop in (True, False):
            while (taken := bus.take(stop=stop)) is not None:
                await self._write(taken[0], taken[1])

    async def _serve_stops(self, bus: _Bus) -> None:
        while True:
            await bus.stops.wait()
            bus.stops.clear()
            while (taken := bus.take(stop=True)) is not None:
                key, command, _decided_s = taken
                if bus.start is not None and bus.start[0] == key:
                    # A start that still waits for the wire must not follow its own stop.
                    bus.start[1].cancel()
                bus.stopping.add(key)
                try:
                    await self._write(key, command)
                finally:
                    bus.stopping.discard(key)
                    bus.others.set()

    async def _serve_others(self, bus: _Bus) -> None:
        while True:
            await bus.others.wait()
            bus.others.clear()
            while (taken := bus.take(stop=False)) is not None:
                key, command, decided_s = taken
                if 0.0 < command.lease_s < self.now().mono_s - decided_s:
                    continue  # it would be over by now; what is still wanted is decided again
                task = asyncio.create_task(self._write(key, command), name=f"write {key[0]}")
                bus.start = (key, task)
                try:
                    await task
                except asyncio.CancelledError:
                    if (own := asyncio.current_task()) is None or own.cancelling():
                        raise
                finally:
                    bus.start = None

    async def _write(self, key: Key, command: Command) -> None:
        before = self._sent.get(key)
        sent = self._sent[key] = _Sent(command.value, self.now().mono_s)
        self.writes += 1
        try:
            await self.devices[command.device].command(command)
        except DriverError as error:
            self._failed(sent, before)
            sent.told = before is not None and before.told
            if not sent.told and not isinstance(
                error, Disconnected
            ):  # a wire that is cut is told by the wire
                sent.told = True
                log.warning("%s", error)
        except Exception:
            # A mistake of ours about one device must not stop the writes to the others.
            self._failed(sent, before)
            log.exception("writing %s.%s = %g failed", *key, command.value)
        else:
            if before is not None and before.told:
                log.info("%s.%s = %g is written again", *key, command.value)

    def _failed(self, sent: _Sent, before: _Sent | None) -> None:
        sent.failed = self._bad = True
        if before is not None and before.failed and before.value == sent.value:
            sent.wait_s = min(2.0 * before.wait_s, RESEND_MAX_S)

    def _is_due(self, key: Key, command: Command, snapshot: Snapshot) -> bool:
        sent = self._sent.get(key)
        if sent is None or sent.value != command.value:
            return True
        age_s = snapshot.at.mono_s - sent.at_s
        if sent.failed:
            answers = self._proof(key, sent, snapshot) is not None
            return age_s >= (RESEND_S if answers else sent.wait_s)
        if command.lease_s > 0:
            return age_s >= command.lease_s / RENEWALS_PER_LEASE
        return age_s >= RESEND_S and key in self.feedback and bool(self._proof(key, sent, snapshot))

    def _proof(self, key: Key, sent: _Sent, snapshot: Snapshot) -> float | None:
        """What the output's read-back has said since the write; None when it has said nothing."""
        proof = self.feedback.get(key)
        sample: Sample | None = snapshot.readings.get(proof) if proof else None
        if sample is None or sample.quality is not GOOD or isinstance(sample.value, str):
            return None
        return sample.value if sample.mono_s > sent.at_s else None


_NONE: frozenset[Key] = frozenset()
