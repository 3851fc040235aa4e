"""What leaves the controller: telemetry and its sink, the recording, the page. Each may fail while the pumps are looked after."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from controller.assembly import Controller
from controller.clock import Clock, real_mono_s, real_sleep
from controller.core.decision import Decision, EventKind
from controller.core.site import Site
from controller.core.snapshot import Snapshot
from controller.cycle import Observer
from controller.impact.co2 import Impact, day_impact, total
from controller.options import RunOptions
from controller.store.journal import LedgerWriter
from controller.store.outbox import Outbox
from controller.store.record import Recorder
from controller.store.telemetry import Telemetry
from controller.telemetry.capture import Capture, Vitals
from controller.telemetry.drain import Drain
from controller.telemetry.points import Render
from controller.telemetry.sink import InfluxSink
from controller.web.context import WebContext
from controller.web.server import WebServer

log = logging.getLogger(__name__)

ACKS_HELD = 8
"""MQTT measurements held unacknowledged before the queue is committed early (a broker stops at 20 by default)."""

STATM = Path("/proc/self/statm")
PAGE_KB = 4


@dataclass(slots=True)
class Days:
    """The impact of the closings since the start and of the day that runs, for the page."""

    site: Site
    closed: list[Impact] = field(default_factory=list)

    def cycle(self, snapshot: Snapshot, decision: Decision, cycle_ms: float) -> None:
        """Keep each daily closing."""
        for event in decision.events:
            if event.kind is EventKind.DAY:
                self.closed.append(day_impact(self.site, event.figures))

    def totals(self, today: dict[str, float | str]) -> dict[str, Any]:
        """``today`` and ``total`` as the page wants them."""
        now = day_impact(self.site, today)
        return {"today": now.fields(), "total": total([*self.closed, now]).fields()}


class Outlets:
    """Opened after the controller is assembled, closed after it has stopped."""

    def __init__(
        self, options: RunOptions, site: Site, clock: Clock, journal: LedgerWriter, render: Render
    ) -> None:
        self._options, self._site, self._clock, self._journal = options, site, clock, journal
        entry = site.file.telemetry
        self.pool = ThreadPoolExecutor(2, "worker")
        self._path = options.state / "telemetry.db"
        self._telemetry = Telemetry(self._path, clock.now(), int(entry.max_mb * 1e6), entry.commit_s)
        self._drain = Drain(Outbox(self._path, sink.name), sink) if (sink := _sink(site, options)) else None
        self._backlog = 0
        self._days = Days(site)
        self._recorder = Recorder(options.state / "record.db", site) if options.record else None
        self._controller: Controller | None = None
        self._web: WebServer | None = None
        capture = Capture(site, self._telemetry, render, journal, self._vitals)
        watched: list[Observer] = [capture, self._days, _Acknowledger(self)]
        self.observers: tuple[Observer, ...] = tuple(watched + ([self._recorder] if self._recorder else []))

    async def open(self, controller: Controller) -> None:
        """Open the page, now that there is something to show."""
        self._controller = controller
        for text in self._telemetry.notices:
            controller.live.notice(text)
        self._web = WebServer(self._context(controller))
        await self._web.start()

    def tasks(self) -> list[asyncio.Task[None]]:
        """What runs beside the cycle."""
        if self._drain is None:
            return []
        return [asyncio.create_task(self._drained(self._drain), name="sink")]

    async def close(self) -> None:
        """Commit what is left; the page goes last."""
        self._telemetry.close(self._clock.now())
        if self._recorder is not None:
            self._recorder.close()
        if self._web is not None:
            await self._web.stop()
        self.pool.shutdown(wait=False, cancel_futures=True)

    def acknowledge(self) -> None:
        """Commit early when many MQTT measurements wait, and tell the brokers what is on the disk."""
        if self._controller is None:
            return
        poller = self._controller.poller
        if poller.unacknowledged >= ACKS_HELD:
            self._telemetry.flush(self._clock.now())
        poller.acknowledge(self._telemetry.committed_s)

    async def _drained(self, drain: Drain) -> None:
        """Empty the queue into the sink for ever, one step in a worker at a time."""
        loop = asyncio.get_running_loop()
        while True:
            result = await loop.run_in_executor(self.pool, drain.drain_once, real_mono_s())
            self._backlog = result.pending
            if result.alarm is not None and self._controller is not None:
                self._controller.live.sink_alarm = result.alarm
            elif self._controller is not None:
                self._controller.live.sink_alarm = None
            await real_sleep(max(0.05, result.next_in_s))

    def _vitals(self) -> Vitals:
        head = self._journal.head()
        lost = self._telemetry.counts()["lost"]
        return Vitals(self._backlog, lost, rss_mb(), f"{head.seq}:{head.hash}")

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
        )

    def _totals(self, controller: Controller) -> Callable[[], dict[str, Any]]:
        def totals() -> dict[str, Any]:
            accounts = controller.cycle.state.accounts
            return self._days.totals({"pv_wh": accounts.pv_wh, "used_wh": accounts.used_wh,
                                      "grid_wh": accounts.grid_wh, "water_m3": accounts.water_m3})  # fmt: skip

        return totals


@dataclass(slots=True)
class _Acknowledger:
    """An observer that lets the outlets look after acknowledgements once a cycle."""

    outlets: Outlets

    def cycle(self, snapshot: Snapshot, decision: Decision, cycle_ms: float) -> None:
        """See `Outlets.acknowledge`."""
        self.outlets.acknowledge()


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
    name = site.file.web.pin_file
    if name is None:
        return None
    try:
        return (options.config.parent / name).read_text().strip() or None
    except OSError as error:
        log.error("the PIN file cannot be read: %s", error)
        return None


def rss_mb() -> float | None:
    """Resident memory of this process, MB; None where the kernel does not tell."""
    try:
        return int(STATM.read_text().split()[1]) * PAGE_KB / 1024.0
    except (OSError, IndexError, ValueError):
        return None
