"""One cycle: freeze, decide, act, record. Only this file knows the order.

A stop is acted before it is recorded; a start or a press is recorded first, with a bounded wait. Nothing here awaits a bus, and a
disk only for that bounded wait.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from controller.actuator import Actuator
from controller.clock import real_mono_s, settled
from controller.core.decide import decide
from controller.core.decision import Decision, Event, EventKind
from controller.core.instant import Instant
from controller.core.site import Site
from controller.core.snapshot import Snapshot
from controller.core.state import ControllerState
from controller.core.state_json import to_json
from controller.live import Live
from controller.planning import Planning
from controller.poller import Poller
from controller.store.chain import Head
from drivers.reading import Command

log = logging.getLogger(__name__)

RECORD_WAIT_S = 1.0
"""The longest a start waits for its row in the ledger, real seconds; a dead disk must not leave a field dry."""

LEDGER_SLOW = (
    "Buku besar lambat: pompa dinyalakan sebelum tercatat. Periksa kartu SD. / The ledger is slow: a start was acted before it was "
    "recorded. Check the SD card."
)
LEDGER_FAILED = (
    "Buku besar tidak dapat ditulis; catatan menunggu di memori. Periksa kartu SD. / The ledger cannot be written; its rows wait "
    "in memory. Check the SD card."
)

FIRST = (EventKind.START, EventKind.PRESS)
"""What is on the disk before it is acted: a start, and a press, of which a restart must not make two."""

SAVE_EVERY_S = 600.0
"""The state row is saved at least this often, plant seconds."""


class Journal(Protocol):
    """Where events and the state row go; both are durable when the future is done."""

    def commit(self, events: Sequence[Event], state_json: str, at: Instant, /) -> asyncio.Future[Head]:
        """Queue one transaction: rows for the events and the one state row."""
        ...


class Observer(Protocol):
    """Who wants to know of every cycle: telemetry, recording."""

    def cycle(self, snapshot: Snapshot, decision: Decision, cycle_ms: float) -> None:
        """Take what this cycle saw and decided; never waits."""
        ...


@dataclass(slots=True)
class Cycle:
    """Joins the stations. ``state`` is the controller's only memory between cycles."""

    site: Site
    state: ControllerState
    poller: Poller
    actuator: Actuator
    planning: Planning
    journal: Journal
    live: Live
    observers: tuple[Observer, ...] = ()
    save_every_s: float = SAVE_EVERY_S
    _saved_s: float = field(default=float("-inf"))
    _wanted: tuple[Command, ...] | None = None
    _stops: list[Command] = field(default_factory=list)
    _others: list[Command] = field(default_factory=list)

    async def once(self, at: Instant) -> Decision:
        """Run one cycle at ``at`` and return its decision."""
        began = real_mono_s()
        orders, failed = self.live.take_orders(), self.actuator.failed
        snapshot = self.poller.snapshot(at, self.planning.plan, orders, failed, self.planning.outlook)
        decision = decide(self.site, self.state, snapshot)
        self.state = decision.state
        if decision.commands is not self._wanted:  # mostly the very same ones
            self._wanted = decision.commands
            self._stops = [command for command in decision.commands if command.is_stop]
            self._others = [command for command in decision.commands if not command.is_stop]
        self.actuator.apply(self._stops, snapshot)
        await self._record(decision, at)
        self.actuator.apply(self._others, snapshot)
        self.actuator.press(decision.presses, snapshot)
        cycle_ms = (real_mono_s() - began) * 1000.0
        for observer in self.observers:
            observer.cycle(snapshot, decision, cycle_ms)
        self.live.publish(snapshot, decision, cycle_ms)
        self.planning.consider(self.state, snapshot)
        return decision

    async def _record(self, decision: Decision, at: Instant) -> None:
        if not decision.events and at.mono_s - self._saved_s < self.save_every_s:
            return
        self._saved_s = at.mono_s
        written = self.journal.commit(decision.events, to_json(decision.state), at)
        written.add_done_callback(self._recorded)
        if not any(event.kind in FIRST for event in decision.events):
            return
        if not await settled(RECORD_WAIT_S, written):
            self.live.notice(LEDGER_SLOW)
            log.error("the ledger did not take a start within %.0f s: acting without it", RECORD_WAIT_S)

    def _recorded(self, written: asyncio.Future[Head]) -> None:
        if not written.cancelled() and written.exception() is not None:
            self.live.notice(LEDGER_FAILED)
            log.error("the ledger could not be written: %s", written.exception())
