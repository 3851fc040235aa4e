"""One bus: one queue, one request on the wire at a time, for all devices that share a connection.

Stops overtake writes, writes overtake polls. Each unit has its own gap, quiet time and back-off, during which the bus serves
the others: a silent device costs its bus one time-out per step of 1, 2, 5, 10, 30, 60 s, and is not polled in between.
A caller that goes away never disturbs the wire: its request is finished and its answer dropped.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from drivers import line
from drivers.bus_link import Link
from drivers.bus_status import BusStatus, Share
from drivers.bus_units import OWED_S, TRIES, Doubt, Unit
from drivers.errors import (
    GATEWAY_SILENT,
    BackingOff,
    BadReply,
    Disconnected,
    DriverError,
    ExceptionReply,
    TimeOut,
)
from drivers.heard import GLITCH, PATIENCE_S
from drivers.modbus_frames import frames_in
from drivers.packing import HOLE_WORDS_RTU, HOLE_WORDS_TCP
from drivers.reach import story
from drivers.reconnect import RECONNECT_S, Reconnect
from drivers.transport import DEFAULT_TIMING, Read, Timing, Write

log = logging.getLogger(__name__)

_SETTLE_AFTER_CONNECT_S = 0.02  # bytes that the port still held are seen as stray before the first question


class Priority(IntEnum):
    """Who goes first."""

    STOP = 0
    WRITE = 1
    POLL = 2


@dataclass(slots=True)
class _Job:
    request: Read | Write
    timing: Timing
    priority: Priority
    answer: asyncio.Future[tuple[int, ...]]
    doubt: Doubt = field(default_factory=Doubt)


class Bus:
    """A ``Port`` on a real connection. ``start`` in a running loop, ``stop`` before it ends.

    It connects by itself, from the first attempt on, and again after every loss (0.2 s doubling to 10 s; ``one_client``: the
    other side takes one connection only, 2 s doubling to a minute).
    """

    def __init__(self, link: Link, *, one_client: bool = False) -> None:
        self.name = link.name
        self.hole_words = HOLE_WORDS_RTU if link.late_replies else HOLE_WORDS_TCP
        self._link = link
        self._queues: dict[Priority, deque[_Job]] = {priority: deque() for priority in Priority}
        self._units: dict[int, Unit] = {}
        self._last: Unit | None = None  # who was asked last, when that ended, and the stray bytes until then
        self._last_at, self._last_strays = 0.0, 0
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._reconnect = Reconnect(one_client)
        self._line_free_at = 0.0
        self._status = BusStatus(link.name)
        self._share = Share()

    def start(self) -> None:
        """Begin to connect and to serve. Must be called in a running event loop."""
        if self._task is None:
            self._task = asyncio.create_task(self._serve(), name=f"bus {self.name}")

    async def stop(self) -> None:
        """Finish nothing more: what waits fails as disconnected, the connection is closed."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        for job in self._waiting():
            _fail(job, Disconnected("the bus was stopped", bus=self.name, unit=job.request.unit))
        for queue in self._queues.values():
            queue.clear()
        self._link.close()

    async def read(
        self, request: Read, *, urgent: bool = False, timing: Timing = DEFAULT_TIMING
    ) -> Sequence[int]:
        """See ``Port.read``. Raises ``BackingOff`` at once while the unit is silent.

        An urgent read (the proof of a stop) goes with the writes, and is tried all the same.
        """
        if not urgent:
            self._check_back_off(request)
        return await self._submit(request, timing, Priority.WRITE if urgent else Priority.POLL)

    async def write(self, request: Write, *, urgent: bool = False, timing: Timing = DEFAULT_TIMING) -> None:
        """See ``Port.write``. Always tried, once, whatever the unit did before."""
        await self._submit(request, timing, Priority.STOP if urgent else Priority.WRITE)

    @property
    def takes_one_client(self) -> bool:
        """Whether the other side has one place only."""
        return self._reconnect.one_client

    def status(self) -> BusStatus:
        """The counters now."""
        now, status = line.monotonic(), self._status
        status.connected = self._link.connected
        status.bytes_sent, status.bytes_received = self._link.bytes_sent, self._link.bytes_received
        status.busy_share = self._share.at(now, status.busy_s)
        status.lost_s = now - self._reconnect.lost_at if status.lost is not None else 0.0
        status.waiting = sum(len(queue) for queue in self._queues.values())
        status.silent_units = tuple(sorted(unit for unit, state in self._units.items() if state.failures))
        return status

    async def _submit(self, request: Read | Write, timing: Timing, priority: Priority) -> tuple[int, ...]:
        if self._task is None:
            raise Disconnected("the bus is not started", bus=self.name, unit=request.unit)
        answer: asyncio.Future[tuple[int, ...]] = asyncio.get_running_loop().create_future()
        self._queues[priority].append(_Job(request, timing, priority, answer))
        self._wake.set()
        return await answer

    # ------------------------------------------------------------------------------------------------------ the worker

    async def _serve(self) -> None:
        while self._task is not None:  # Python 3.11's wait_for may lose a cancellation that meets an answer
            try:
                await self._serve_one()
            except (
                Exception
            ) as error:  # whatever it is, a bus never falls deaf: who waits is told, and it goes on
                log.exception("%s: unexpected", self.name)
                self._link.close()
                self._reconnect.failed(line.monotonic())
                self._lose(Disconnected(f"unexpected: {error!r}", bus=self.name))
                await line.sleep(RECONNECT_S[0])

    async def _serve_one(self) -> None:
        if not self._link.connected and self._is_due():
            await self._restore()
        job, wait_s = self._choose()
        if job is None:
            self._wake.clear()
            await line.wait_for(self._wake, wait_s)
            return
        try:
            await self._do(job)
        except BaseException as error:
            why = (
                "the bus was stopped"
                if isinstance(error, asyncio.CancelledError)
                else f"unexpected: {error!r}"
            )
            _fail(job, Disconnected(why, bus=self.name, unit=job.request.unit))
            raise

    def _choose(self) -> tuple[_Job | None, float | None]:
        """The next job that may go now (taken off its queue), or the seconds until one may; None: nothing waits."""
        now = line.monotonic()
        earliest: float | None = None
        for queue in self._queues.values():
            for job in queue:
                ready_at = now if job.answer.done() else self._ready_at(job)
                if ready_at <= now:
                    queue.remove(job)
                    return job, 0.0
                earliest = ready_at if earliest is None else min(earliest, ready_at)
        if not self._link.connected:
            earliest = self._reconnect.due_at if earliest is None else min(earliest, self._reconnect.due_at)
        return None, None if earliest is None else earliest - now

    def _ready_at(self, job: _Job) -> float:
        """Line time from which ``job`` may be sent. A write need not wait for late answers: its echo tells it apart."""
        if not self._link.connected:
            return 0.0 if job.priority is Priority.POLL else self._reconnect.tried_at + RECONNECT_S[0]
        unit = self._unit(job.request.unit)
        silent_at = min(self._link.busy_until, self._link.heard.noisy_since + PATIENCE_S)
        ready = max(self._line_free_at, silent_at, unit.free_at)
        ready = max(ready, self._reconnect.connected_at + job.timing.connect_wait_s)
        return max(ready, unit.ready_to_read(ready)) if isinstance(job.request, Read) else ready

    async def _do(self, job: _Job) -> None:
        if job.answer.done():
            return  # its caller has gone
        if not self._link.connected and job.priority is not Priority.POLL:
            await self._restore()  # a command does not wait for the next attempt, it makes one
        try:
            if job.priority is Priority.POLL:
                self._check_back_off(job.request)
            self._check_connected(job)
        except DriverError as error:
            _fail(job, error)
            return
        started = line.monotonic()
        self._note_strays(job.timing)
        self._unit(job.request.unit).owes += isinstance(job.request, Read)
        try:
            values = await self._link.exchange(job.request, job.timing)
        except DriverError as error:
            self._note(job, started, error)
            _fail(job, error)
        else:
            self._note(job, started, None)
            if self._link.late_replies and not self._believes(job):
                self._ask_again(job)
            elif not job.answer.done():
                job.answer.set_result(values)

    def _believes(self, job: _Job) -> bool:
        """Whether what was heard is the answer to this very question; see `drivers.bus_units`."""
        unit = self._unit(job.request.unit)
        if isinstance(job.request, Write):
            unit.written()
            return True
        self._listen_to_noise()  # also what came just before the question
        unit.took(self._link.heard.took_s)
        return unit.believes(job.request, self._link.heard, job.doubt, line.monotonic())

    def _ask_again(self, job: _Job) -> None:
        """Reading is harmless: when the true answer has had time to come, the question is put once more, before all others."""
        unit, now = self._unit(job.request.unit), line.monotonic()
        self._status.doubted += 1
        if job.doubt.tries < TRIES:
            unit.quiet_until = now + unit.settle_s(job.timing)
            self._queues[job.priority].appendleft(job)
            return
        unit.missed(now, job.timing.late_s)
        self._status.bad_replies += 1
        error = BadReply(
            f"{TRIES} answers in a row may have been answers to older questions",
            hint="Check the wiring, that every address exists once, and what else speaks on this line",
            bus=self.name, unit=job.request.unit, registers=job.request.registers,
        )  # fmt: skip
        self._status.last_error = str(error)
        _fail(job, error)

    def _listen_to_noise(self) -> list[Unit]:
        """Remember whole answers that came unasked, and say whose they are."""
        heard, speakers = self._link.heard, []
        if heard.noise:
            for number, said in frames_in(heard.noise, self._units):
                speakers.append(self._unit(number))
                speakers[-1].said(said, line.monotonic())
            heard.noise = b""
        return speakers

    def _note_strays(self, timing: Timing) -> None:
        """Bytes that came since the last question was done were said unasked (or are expected, after a time-out): by whom they
        name, else by the unit that was asked.
        """
        unit, heard = self._last, self._link.heard
        speakers = self._listen_to_noise()
        if unit is None or heard.strays - self._last_strays <= GLITCH or heard.stray_at <= self._last_at:
            return
        for speaker in speakers or [unit]:
            if heard.stray_at > speaker.quiet_until:
                speaker.spoke(heard.stray_at - self._last_at, line.monotonic(), timing.late_s)

    def _note(self, job: _Job, started: float, error: DriverError | None) -> None:
        """Account for one exchange: counters, gaps, quiet time, back-off."""
        now = line.monotonic()
        status, unit = self._status, self._unit(job.request.unit)
        status.requests += 1
        status.busy_s += now - started
        self._share.at(now, status.busy_s)
        self._line_free_at = now + self._link.frame_gap_s
        unit.free_at = now + job.timing.gap_s
        self._last, self._last_at, self._last_strays = unit, now, self._link.heard.strays
        if not isinstance(error, Disconnected):
            self._heard(answered=not isinstance(error, TimeOut))
        if error is None:
            unit.alive()
            return
        status.last_error = str(error)
        silent = isinstance(error, TimeOut)
        if isinstance(error, ExceptionReply):
            status.exceptions += 1
            silent = error.code in GATEWAY_SILENT
        elif silent:
            status.time_outs += 1
        elif not isinstance(error, Disconnected):
            status.bad_replies += 1
        if self._link.late_replies and not isinstance(error, ExceptionReply):
            unit.missed(now, job.timing.late_s)
        if silent and not job.timing.wakes:
            unit.silent(now)
        elif isinstance(error, ExceptionReply):
            unit.alive()
            unit.owes = max(0, unit.owes - 1)

    def _heard(self, *, answered: bool) -> None:
        """What the end of a request says of the connection."""
        if self._reconnect.heard(answered=answered):
            log.info("%s: connected again", self.name)
            self._status.lost = None
        if self._reconnect.hopeless:
            self._link.close()

    def _is_due(self) -> bool:
        """Whether it is time for the next attempt to connect; a connection that has just ended is accounted for."""
        state, now = self._reconnect, line.monotonic()
        if not state.lost and state.gone(now):
            self._lose(self._why("closed"))
        return now >= state.due_at

    def _why(self, case: str, error: Disconnected | None = None) -> Disconnected:
        """The reason of a loss; of the one place that is taken, where a refusal or a closed door means that."""
        if self._reconnect.one_client and case in ("refused", "closed"):
            case, error = "one_client", None
        if error is not None:
            return error
        what, hint = story(case)
        return Disconnected(what, hint=hint, bus=self.name, params={"case": case})

    async def _restore(self) -> None:
        """One attempt to connect. If it fails, everything that waits fails with its reason."""
        state = self._reconnect
        try:
            await self._link.connect()
        except Disconnected as error:
            state.failed(line.monotonic())
            self._lose(self._why(str(error.params.get("case", "failed")), error))
            return
        state.made(line.monotonic())
        if not state.doubtful:
            log.info("%s: connected%s", self.name, " again" if self._status.connects else "")
            self._status.lost = None
        self._line_free_at = state.connected_at + _SETTLE_AFTER_CONNECT_S
        if self._status.connects:  # a gateway may still hold answers of before
            for unit in self._units.values():
                unit.owes_until = state.connected_at + OWED_S
        self._status.connects += 1

    def _lose(self, error: Disconnected) -> None:
        """There is no connection: told when that begins, and to everybody who waits."""
        if self._status.lost is None:
            self._reconnect.lost_at = line.monotonic()
            log.warning("%s", error)
        self._status.lost, self._status.last_error = error, str(error)
        self._fail_all(error)

    # ------------------------------------------------------------------------------------------------------- the rules

    def _unit(self, number: int) -> Unit:
        return self._units.setdefault(number, Unit())

    def _check_back_off(self, request: Read | Write) -> None:
        unit = self._unit(request.unit)
        left = unit.retry_at - line.monotonic()
        if left > 0:
            raise BackingOff(
                f"silent {unit.failures} time(s), asked again in {left:.1f} s",
                hint="Check its supply and wiring",
                bus=self.name, unit=request.unit, registers=request.registers,
                params={"seconds": left, "failures": float(unit.failures)},
            )  # fmt: skip

    def _check_connected(self, job: _Job) -> None:
        if self._link.connected:
            return
        why = self._status.lost or Disconnected("not connected yet", bus=self.name)
        raise Disconnected(
            why.what, hint=why.hint, bus=self.name, unit=job.request.unit, registers=job.request.registers,
            params={"case": str(why.params.get("case", "failed"))},
        )  # fmt: skip

    def _fail_all(self, error: Disconnected) -> None:
        for job in self._waiting():
            _fail(
                job,
                Disconnected(
                    error.what, hint=error.hint, bus=self.name, unit=job.request.unit,
                    registers=job.request.registers, params={"case": str(error.params.get("case", "failed"))},
                ),
            )  # fmt: skip
        for queue in self._queues.values():
            queue.clear()

    def _waiting(self) -> Iterator[_Job]:
        for queue in self._queues.values():
            yield from queue


def _fail(job: _Job, error: DriverError) -> None:
    if not job.answer.done():
        job.answer.set_exception(error)
