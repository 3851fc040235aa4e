"""What leaves the controller: telemetry and its sink, the recording, the page. Each may fail while the pumps are looked after."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from controller.assembly import Controller
from controller.clock import Clock, real_mono_s, real_sleep, settled
from controller.core.accounts import figures
from controller.core.decision import Decision
from controller.core.instant import Instant
from controller.core.site import Site
from controller.core.snapshot import Snapshot
from controller.cycle import Observer
from controller.heads import HeadKeeper
from controller.memory import Figures
from controller.options import RunOptions
from controller.store.audit import verify_file
from controller.store.chain import Note
from controller.store.journal import LedgerWriter
from controller.store.lock import holder
from controller.store.notes import Noted
from controller.store.outbox import Outbox
from controller.store.problem import Problem
from controller.store.record import Recorder
from controller.store.telemetry import Telemetry
from controller.telemetry.capture import Capture, Vitals
from controller.telemetry.drain import Drain
from controller.telemetry.points import Render
from controller.telemetry.sink import InfluxSink
from controller.upkeep import HEAD_MINUTE, VERIFY_HOUR, Job, Upkeep, hourly, nightly
from controller.watchers import FELL, Days, Guarded, rss_mb
from controller.web.context import WebContext
from controller.web.server import WebServer
from controller.wires import WireState
from drivers.mqtt import MqttPort
from drivers.profile_base import UNVERIFIED

log = logging.getLogger(__name__)

CURSOR_EVERY = 20
"""The sink's cursor is written with every so-manieth answer: its own commits were a fifth of all that went to the card."""

ACKS_HELD = 8
"""MQTT measurements held unacknowledged before the queue is committed early (a broker stops at 20 by default)."""

NOTE_WAIT_S = 3.0
"""How long a person's row is waited for, real seconds, before the answer says that the disk has not taken it."""

FALLEN_S = 60.0
"""How long the sink rests after a mistake of ours, real seconds."""

LEDGER_WRONG = (
    "Buku besar tidak utuh: {id}. Hubungi pengelola data. / "
    "The ledger is not whole: {en}. Call whoever keeps the data."
)


class Outlets:
    """Opened after the controller is assembled, closed after it has stopped."""

    def __init__(
        self,
        options: RunOptions,
        site: Site,
        clock: Clock,
        journal: LedgerWriter,
        render: Render,
        closings: Sequence[Figures] = (),
    ) -> None:
        self._options, self._site, self._clock, self._journal = options, site, clock, journal
        entry = site.file.telemetry
        self.pool = ThreadPoolExecutor(2, "worker")
        self._path = options.state / "telemetry.db"
        self._telemetry = Telemetry(self._path, clock.now(), int(entry.max_mb * 1e6), entry.commit_s)
        self._sink = _sink(site, options)
        self._drain: Drain | None = None
        self._backlog = 0
        self._days = Days(site, closings)
        self._recorder = Recorder(options.state / "record", site) if options.record else None
        self._controller: Controller | None = None
        ident = site.file.site
        self.heads = HeadKeeper(ident.id, ident.timezone, journal, options.state, self.pool.submit)
        self._web: WebServer | None = None
        self.wires: Callable[[], Mapping[str, WireState]] | None = None
        self.observers = self._watchers(Capture(site, self._telemetry, render, journal, self._vitals))

    def _watchers(self, capture: Capture) -> tuple[Observer, ...]:
        watched: dict[str, Observer] = {
            "Telemetry": capture,
            "Impact": self._days,
            "Heads": self.heads,
            "MQTT": Acknowledger(self),
        }
        timezone = self._site.file.site.timezone
        jobs = (
            Job("head", hourly(HEAD_MINUTE, timezone), self.heads.tell),
            Job("verify", nightly(VERIFY_HOUR, timezone), self._verify),
        )
        watched["Upkeep"] = Upkeep(jobs, timezone)
        if self._recorder is not None:
            watched["Recording"] = self._recorder
        return tuple(Guarded(name, observer, self._tell) for name, observer in watched.items())

    def _tell(self, text: str) -> None:
        if self._controller is not None:
            self._controller.live.notice(text)

    def tasks(self, controller: Controller, brokers: Sequence[MqttPort] = ()) -> list[asyncio.Task[None]]:
        """What runs beside the cycle; none of it ever ends the daemon. ``brokers`` are told the ledger's head."""
        self._controller, self.heads.brokers = controller, tuple(brokers)
        for text in self._telemetry.notices:
            self._tell(text)
        tasks = [asyncio.create_task(self._open_page(controller), name="page")]
        if self._sink is not None:
            self._drain = Drain(Outbox(self._path, self._sink.name, CURSOR_EVERY), self._sink)
            tasks.append(asyncio.create_task(self._drained(self._drain, controller), name="sink"))
        return tasks

    async def close(self) -> None:
        """Commit what is left; the page goes last. One that fails does not keep the others open."""
        closers = [self._close_telemetry, *([self._recorder.close] if self._recorder is not None else [])]
        for close in closers:
            try:
                close()
            except Exception:
                log.exception("closing failed")
        if self._web is not None:
            await self._web.stop()
        self.pool.shutdown(wait=False, cancel_futures=True)
        if self._drain is not None:
            self._drain.close()
        if self._sink is not None:
            with contextlib.suppress(Exception):
                self._sink.close()

    def _close_telemetry(self) -> None:
        self._telemetry.close(self._clock.now())

    def acknowledge(self, at: Instant) -> None:
        """Commit early when many MQTT measurements wait, and tell the brokers what is on the disk.

        ``at``: the moment of the snapshot that the telemetry of this cycle was made of, no later.
        """
        if self._controller is None:
            return
        poller = self._controller.poller
        if poller.unacknowledged >= ACKS_HELD:
            self._telemetry.flush(at)
        poller.acknowledge(self._telemetry.committed_s)

    async def _open_page(self, controller: Controller) -> None:
        """Decisions first: the web framework takes seconds to load on a small computer, so that is done beside the cycle."""
        await controller.live.changed()
        try:
            for module in ("uvicorn", "controller.web.app"):
                await asyncio.get_running_loop().run_in_executor(self.pool, importlib.import_module, module)
            self._web = WebServer(self._context(controller))
            await self._web.start()
        except Exception:
            log.exception("the page cannot be opened")
            self._tell(FELL.format(what="Web"))

    async def _drained(self, drain: Drain, controller: Controller) -> None:
        """Empty the queue into the sink for ever, one step in a worker at a time."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                result = await loop.run_in_executor(self.pool, drain.drain_once, real_mono_s())
            except Exception:
                log.exception("the sink failed")
                self._tell(FELL.format(what="InfluxDB"))
                await real_sleep(FALLEN_S)
                continue
            self._backlog = result.pending
            controller.live.sink_alarm = result.alarm
            await real_sleep(max(0.05, result.next_in_s))

    def _verify(self, at: Instant) -> None:
        """Check the whole chain in a worker; what is wrong is told to people."""
        path = self._options.state / "ledger.db"
        checked = asyncio.get_running_loop().run_in_executor(
            self.pool, verify_file, path, self._journal.head()
        )
        checked.add_done_callback(self._verified)

    def _verified(self, checked: asyncio.Future[tuple[Problem, ...]]) -> None:
        if checked.cancelled() or checked.exception() is not None or self._controller is None:
            return
        for problem in checked.result():
            log.error("ledger: %s", problem.text)
            self._tell(LEDGER_WRONG.format(id=problem.said("id"), en=problem.said("en")))

    async def _note(self, note: Note) -> Noted | None:
        """A person's row goes the way of all rows; the new head is told outside at once."""
        at = self._clock.now()
        ticket = self._journal.note(note, at)
        done = asyncio.wrap_future(ticket.done)
        if not await settled(NOTE_WAIT_S, done):
            done.add_done_callback(_looked_at)
            return None
        self.heads.tell(at)
        return Noted(ticket.first_seq, done.result())

    def _vitals(self) -> Vitals:
        return Vitals(self._backlog, self._telemetry.counts()["lost"], rss_mb(), self.heads.now())

    def _context(self, controller: Controller) -> WebContext:
        return WebContext(
            live=controller.live,
            health=controller.poller.health,
            rate=self._clock.rate,
            now=self._clock.now,
            pin_hash=_pin(self._site, self._options),
            backlog=lambda: {"points": self._backlog, "dropped": self._telemetry.dropped},
            ledger_head=lambda: self._journal.head().hash,
            impact_totals=self._totals(controller),
            forecasts=lambda: controller.planning.outlooks.kept,
            forecast_trouble=lambda: controller.planning.outlooks.trouble,
            wires=self.wires,
            note=self._note,
            holder=holder(self._options.state),
            report=report_command(self._options),
            unverified=frozenset(
                name
                for name, one in controller.poller.devices.items()
                if one.profile.confidence in UNVERIFIED
            ),
        )

    def _totals(self, controller: Controller) -> Callable[[], dict[str, Any]]:
        def totals() -> dict[str, Any]:
            return self._days.totals(figures(controller.cycle.state.accounts))

        return totals


@dataclass(slots=True)
class Acknowledger:
    """An observer that lets the outlets look after acknowledgements once a cycle."""

    outlets: Outlets

    def cycle(self, snapshot: Snapshot, decision: Decision, cycle_ms: float) -> None:
        """See `Outlets.acknowledge`."""
        self.outlets.acknowledge(snapshot.at)


def report_command(options: RunOptions) -> tuple[str, ...]:
    """What the page starts, as a niced process of its own, for the report of the last month."""
    words = ("report", "--low-priority", "-c", str(options.config), "--state", str(options.state), "-o", "-")
    return (sys.executable, "-m", "controller.cli", *words)


def _looked_at(done: asyncio.Future[Any]) -> None:
    """The writer has told already what the disk says; nobody waits for this future any more."""
    if not done.cancelled():
        done.exception()


def _sink(site: Site, options: RunOptions) -> InfluxSink | None:
    entry = site.file.telemetry.influx
    if entry is None:
        return None
    folder = options.config.parent
    files = {
        name: str(folder / value)
        for name in ("token_file", "password_file")
        if (value := getattr(entry, name)) is not None
    }
    return InfluxSink(entry.model_copy(update=files))


def _pin(site: Site, options: RunOptions) -> str | None:
    """The PIN's hash; None where the site wants no PIN. A file that cannot be used locks: no PIN matches ""."""
    name = site.file.web.pin_file
    if name is None:
        return None
    path = options.config.parent / name
    try:
        line = path.read_text().strip()
    except OSError as error:
        log.error("the PIN file %s cannot be read (%s): nobody can sign in", path, error.strerror)
        return ""
    if not line:
        log.error("the PIN file %s is empty: nobody can sign in; set a PIN with `tirta pin`", path)
    return line
