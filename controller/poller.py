"""The table of latest values: who is asked when, what came back, and who is silent.

In real time one task per bus keeps the table fresh (``run``); in stepped time the clock asks for what is due
(``poll_due``). The cycle only ever reads a frozen copy.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from controller.clock import Clock
from controller.core.instant import Instant
from controller.core.snapshot import OperatorOrder, Sample, Snapshot
from drivers.device import Device
from drivers.errors import BackingOff, Disconnected, DriverError
from drivers.reading import Quality, Reading, Value
from schedules.outlook import Outlook
from schedules.plan import Plan

log = logging.getLogger(__name__)

RETRY_ONCE_S = 60.0
"""A point that is read once is asked again after so many seconds when it did not answer."""

LOST_TURNS = 2.0
"""After so many time-outs in a row a device is silent, whatever its other poll classes brought before."""

SPOKEN = 64
"""So many messages are kept taken apart."""

IDLE_S, BUSY_S = 0.25, 0.01
"""The longest and the shortest that a bus task sleeps before it looks again, real seconds."""


@dataclass(slots=True)
class Health:
    """How one device answers: ``ok`` while any of its readings come, ``error`` the text of what failed last ("" when nothing
    does), ``key`` its kind, ``failures`` in a row, ``since_mono_s`` when ``ok`` last changed. ``heard_mono_s``: the last message
    of a device that speaks by itself, None before the first. ``registers``: what of a device that answers fails. ``waived``: it
    may sleep, and the sun is down or the hour unknown: its silence says nothing. ``asleep``: it is silent, and the sun is down.
    """

    ok: bool = False
    error: str = ""
    key: str = ""
    since_mono_s: float = 0.0
    failures: int = 0
    heard_mono_s: float | None = None
    registers: str = ""
    waived: bool = False
    asleep: bool = False


_bare = object.__new__

_quantity, _value, _quality, _time = map(attrgetter, ("quantity", "value", "quality", "measured_at"))


class _Rows:
    """The last answer of a poll, taken apart for the table. ``timed``: some of it has a time of its own."""

    __slots__ = ("keys", "quantities", "readings", "said", "timed")

    def __init__(self) -> None:
        self.readings: Sequence[Reading] = ()
        self.quantities: list[str] = []
        self.keys: list[tuple[str, str]] = []
        self.said: list[tuple[tuple[str, str], Value | None, Quality]] = []
        self.timed = False

    def take(self, readings: Sequence[Reading]) -> None:
        """Another answer."""
        quantities = [*map(_quantity, readings)]
        if quantities != self.quantities:
            self.quantities, self.keys = quantities, [(one.device, one.quantity) for one in readings]
        self.readings, self.timed = readings, any(map(_time, readings))
        self.said = [*zip(self.keys, map(_value, readings), map(_quality, readings), strict=True)]

    def stamp(self, table: dict[tuple[str, str], Sample], mono_s: float) -> None:
        """Put the answer into the table as of now."""
        for key, value, quality in self.said:
            sample = _bare(Sample)  # without the detour of its __init__: a minute makes some seventy
            sample.value, sample.quality, sample.mono_s = value, quality, mono_s  # type: ignore[misc]
            table[key] = sample


@dataclass(slots=True)
class _Job:
    """One poll class of one device. ``failed``: its last poll brought nothing. ``rows``: the last answer."""

    device: Device
    poll_class: str
    period_s: float
    health: Health
    due_s: float = float("-inf")
    failed: bool = False
    rows: _Rows = field(default_factory=_Rows)


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
    _jobs_of: dict[str, list[_Job]] = field(default_factory=dict)
    _acks: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    _spoken: dict[int, _Rows] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, device in self.devices.items():
            health = self.health[name] = Health()
            own = [_Job(device, kind, period, health) for kind, period in device.polls.items()]
            self._jobs_of[name] = own
            self._jobs.setdefault(self.bus_of[name], []).extend(own)

    def listen(self) -> None:
        """Let devices that speak by themselves (MQTT) deliver into the table."""
        for device in self.devices.values():
            device.listen(self.deliver)

    def deliver(self, readings: Sequence[Reading], ack: Callable[[], None] | None = None) -> None:
        """Take readings as of now; ``ack`` is called once they are committed (``acknowledge``)."""
        at = self.now()
        rows = self._rows(readings)
        if rows.timed:
            self._take(readings, at)
        else:
            rows.stamp(self._table, at.mono_s)
            self._dirty = True
        if ack is not None:
            self._acks.append((at.mono_s, ack))
        if not readings:
            return
        device = readings[0].device
        health = self.health[device]
        health.heard_mono_s = at.mono_s
        if readings[0].quality is Quality.ABSENT and all(one.quality is Quality.ABSENT for one in readings):
            self.silence(device, "offline, or without any value", "Offline", at)
        elif not health.ok or health.error or self.devices[device].problems:
            self._answered(device, at)

    def _rows(self, readings: Sequence[Reading]) -> _Rows:
        """A message taken apart; a device that says the same again delivers the very same readings."""
        rows = self._spoken.get(id(readings))
        if rows is None or rows.readings is not readings:
            if len(self._spoken) >= SPOKEN:
                self._spoken.clear()
            rows = self._spoken[id(readings)] = _Rows()
            rows.take(readings)
        return rows

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
                    await self._poll(job, at)

    async def run(self, clock: Clock) -> None:
        """Serve every bus until cancelled, also when there is none to serve (all devices speak by themselves)."""
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.Event().wait(), name="poll nothing")
            for bus, jobs in self._jobs.items():
                if jobs:
                    group.create_task(self._serve(jobs, clock), name=f"poll {bus}")

    def snapshot(
        self,
        at: Instant,
        plan: Plan | None,
        orders: tuple[OperatorOrder, ...],
        failed: frozenset[tuple[str, str]],
        outlook: Outlook | None = None,
    ) -> Snapshot:
        """A frozen picture of the table with what else the decision may know."""
        if self._dirty:
            self._frozen = dict(self._table)
            self._dirty = False
        return Snapshot(at, self._frozen, plan, orders, failed, outlook)

    async def _serve(self, jobs: list[_Job], clock: Clock) -> None:
        while True:
            for job in jobs:
                if job.due_s <= (at := clock.now()).mono_s:
                    await self._poll(job, at)
            wait = min(job.due_s for job in jobs) - clock.now().mono_s
            await clock.sleep(min(max(wait, BUSY_S * clock.rate), IDLE_S * clock.rate))

    async def _poll(self, job: _Job, at: Instant) -> None:
        once = job.poll_class == "once"
        job.due_s = at.mono_s + (RETRY_ONCE_S if once else job.period_s)
        try:
            readings = await job.device.read(job.poll_class)
        except DriverError as error:
            self._failed(job, error, at)
            return
        except Exception as error:
            # A mistake of ours about one device must not stop the polls of the others.
            if not job.failed:
                log.exception("reading %s (%s) failed", job.device.id, job.poll_class)
            self._failed(job, error, at)
            return
        if once:
            job.due_s = float("inf")
        at, rows, health = self.now(), job.rows, job.health
        if readings is not rows.readings:
            rows.take(readings)
        if rows.timed:
            self._take(readings, at)
        else:
            rows.stamp(self._table, at.mono_s)
            self._dirty = True
        if job.failed or not health.ok or health.error or job.device.problems:
            job.failed = False
            self._answered(job.device.id, at)

    def _take(self, readings: Sequence[Reading], at: Instant) -> None:
        """Put readings into the table; those that carry a time of their own at that time, and never over newer ones."""
        table = self._table
        for reading in readings:
            mono_s, key = at.mono_s, (reading.device, reading.quantity)
            if reading.measured_at is not None and at.trusted:
                mono_s -= max(0.0, at.epoch_s - reading.measured_at.timestamp())
                before = table.get(key)
                if before is not None and before.mono_s > mono_s:
                    continue  # an old uplink that came late
            table[key] = Sample(reading.value, reading.quality, mono_s)
        self._dirty = True

    def _answered(self, device: str, at: Instant) -> None:
        """The device speaks; what of it still fails stays in ``error``."""
        health = self.health[device]
        if not health.ok:
            if health.failures:
                log.info("%s answers again", device)
            health.ok, health.since_mono_s = True, at.mono_s
        health.failures = 0
        problems = self.devices[device].problems
        if problems:
            health.error, health.key = str(problems[0]), type(problems[0]).__name__
            health.registers = ", ".join(dict.fromkeys(one.registers for one in problems if one.registers))
        elif not any(job.failed for job in self._jobs_of[device]):
            health.error = health.key = health.registers = ""

    def _failed(self, job: _Job, error: Exception, at: Instant) -> None:
        device, health = job.device.id, job.health
        told = isinstance(error, Disconnected | BackingOff)  # by the bus, or with the time-out before
        quiet = told and float(getattr(error, "params", {}).get("failures", LOST_TURNS)) >= LOST_TURNS
        if not job.failed and not told and isinstance(error, DriverError):
            log.log(logging.DEBUG if health.waived else logging.WARNING, "%s", error)
        job.failed = True
        health.error, health.key = str(error) or repr(error), type(error).__name__
        if quiet or all(one.failed for one in self._jobs_of[device]) or not health.ok:
            self.silence(device, health.error, health.key, at)

    def silence(self, device: str, error: str, key: str, at: Instant) -> None:
        """Nothing comes from the device (any more), for the reason given."""
        health = self.health[device]
        if health.ok or not health.failures:
            health.since_mono_s = at.mono_s
        health.ok, health.error, health.key = False, error, key
        health.failures += 1
