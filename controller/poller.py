"""The table of latest values: who is asked when, what came back, and who is silent.

In real time one task per bus keeps the table fresh (``run``); in stepped time the clock asks for what is due
(``poll_due``). The cycle only ever reads a frozen copy.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from controller.clock import Clock
from controller.core.instant import Instant
from controller.core.snapshot import OperatorOrder, Sample, Snapshot
from drivers.device import Device
from drivers.errors import DriverError
from drivers.reading import Quality, Reading
from schedules.plan import Plan

log = logging.getLogger(__name__)

RETRY_ONCE_S = 60.0
"""A point that is read once is asked again after so many seconds when it did not answer."""

IDLE_S = 0.25
"""The longest a bus task sleeps without looking again, plant seconds."""


@dataclass(slots=True)
class Health:
    """How one device answers: ``error`` is the last failure's text ("" when it answers), since ``since_mono_s``."""

    ok: bool = False
    error: str = ""
    key: str = ""
    since_mono_s: float = 0.0
    failures: int = 0


@dataclass(slots=True)
class _Job:
    device: Device
    poll_class: str
    period_s: float
    due_s: float = float("-inf")


@dataclass(slots=True)
class Poller:
    """Owns the table. ``devices`` by id, ``bus_of``: device id -> bus id, ``now``: the plant clock."""

    devices: Mapping[str, Device]
    bus_of: Mapping[str, str]
    now: Callable[[], Instant]
    health: dict[str, Health] = field(default_factory=dict)
    _table: dict[tuple[str, str], Sample] = field(default_factory=dict)
    _frozen: Mapping[tuple[str, str], Sample] = field(default_factory=dict)
    _dirty: bool = True
    _jobs: dict[str, list[_Job]] = field(default_factory=dict)
    _acks: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name, device in self.devices.items():
            self.health[name] = Health()
            jobs = self._jobs.setdefault(self.bus_of[name], [])
            jobs.extend(_Job(device, kind, period) for kind, period in device.polls.items())

    def listen(self) -> None:
        """Let devices that speak by themselves (MQTT) deliver into the table."""
        for device in self.devices.values():
            device.listen(self.deliver)

    def deliver(self, readings: Iterable[Reading], ack: Callable[[], None] | None = None) -> None:
        """Take readings as of now; ``ack`` is called once they are committed (``acknowledge``)."""
        at = self.now()
        for reading in readings:
            self._accept(reading, at)
        if ack is not None:
            self._acks.append((at.mono_s, ack))

    @property
    def unacknowledged(self) -> int:
        """Messages whose broker still waits for our word."""
        return len(self._acks)

    def acknowledge(self, committed_s: float) -> None:
        """What was delivered before ``committed_s`` (monotonic) is on disk: tell the brokers."""
        while self._acks and self._acks[0][0] < committed_s:
            self._acks.pop(0)[1]()

    async def poll_due(self, at: Instant) -> None:
        """Ask everything that is due at ``at``, bus by bus, and wait for the answers."""
        for jobs in self._jobs.values():
            for job in jobs:
                if job.due_s <= at.mono_s:
                    await self._poll(job)

    async def run(self, clock: Clock) -> None:
        """Serve every bus until cancelled."""
        async with asyncio.TaskGroup() as group:
            for bus, jobs in self._jobs.items():
                if jobs:
                    group.create_task(self._serve(jobs, clock), name=f"poll {bus}")

    def snapshot(
        self,
        at: Instant,
        plan: Plan | None,
        orders: tuple[OperatorOrder, ...],
        failed: frozenset[tuple[str, str]],
    ) -> Snapshot:
        """A frozen picture of the table with what else the decision may know."""
        if self._dirty:
            self._frozen = dict(self._table)
            self._dirty = False
        return Snapshot(at, self._frozen, plan, orders, failed)

    async def _serve(self, jobs: list[_Job], clock: Clock) -> None:
        while True:
            for job in jobs:
                if job.due_s <= clock.now().mono_s:
                    await self._poll(job)
            wait = min(job.due_s for job in jobs) - clock.now().mono_s
            await clock.sleep(min(max(wait, 0.01 * clock.rate), IDLE_S * clock.rate))

    async def _poll(self, job: _Job) -> None:
        at = self.now()
        job.due_s = at.mono_s + (RETRY_ONCE_S if job.poll_class == "once" else job.period_s)
        try:
            readings = await job.device.read(job.poll_class)
        except DriverError as error:
            self._failed(job.device.id, error, at)
            return
        if job.poll_class == "once":
            job.due_s = float("inf")
        at = self.now()
        for reading in readings:
            self._accept(reading, at)
        self._answered(job.device.id, at)

    def _accept(self, reading: Reading, at: Instant) -> None:
        mono_s = at.mono_s
        if reading.measured_at is not None and at.trusted:
            mono_s -= max(0.0, at.epoch_s - reading.measured_at.timestamp())
        key = (reading.device, reading.quantity)
        before = self._table.get(key)
        if before is not None and before.mono_s > mono_s:
            return  # an old uplink that came late
        if reading.quality is Quality.GOOD or before is None or before.quality is not Quality.GOOD:
            self._table[key] = Sample(reading.value, reading.quality, mono_s)
        else:
            self._table[key] = Sample(before.value, reading.quality, mono_s)
        self._dirty = True
        health = self.health[reading.device]
        if not health.ok:
            self._answered(reading.device, at)

    def _answered(self, device: str, at: Instant) -> None:
        health = self.health[device]
        if not health.ok:
            if health.failures:
                log.info("%s answers again", device)
            health.ok, health.error, health.key, health.failures = True, "", "", 0
            health.since_mono_s = at.mono_s

    def _failed(self, device: str, error: DriverError, at: Instant) -> None:
        health = self.health[device]
        if health.ok or not health.failures:
            log.warning("%s", error)
            health.since_mono_s = at.mono_s
        health.ok, health.error, health.key = False, str(error), type(error).__name__
        health.failures += 1
