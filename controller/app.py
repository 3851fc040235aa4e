"""The daemon: everything is opened, joined, run and closed in this order. Pumps off first, the page last."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Mapping, Set
from concurrent.futures import Executor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from controller.assembly import Controller, assemble
from controller.clock import Clock, PlantClock, SystemClock, real_ticks, settled
from controller.config import load_site
from controller.core.farewell import farewell
from controller.core.instant import Instant
from controller.core.site import Site
from controller.core.state_json import to_json
from controller.forecasts import Forecasts
from controller.hearing import Hearing
from controller.i18n import render
from controller.impact.co2 import closing_note
from controller.memory import Memory, newest_epoch_s, remember
from controller.notify import notify
from controller.options import RunOptions
from controller.outlets import Outlets
from controller.planning import in_worker
from controller.solver import maker
from controller.store.chain import Note
from controller.store.journal import LedgerWriter
from controller.store.lock import claim
from controller.store.outside import noted_of
from controller.store.totals import Totals
from controller.watchers import Guarded
from controller.wires import Wires, open_wires
from drivers.profile import Profile

log = logging.getLogger(__name__)

OFF_WAIT_S = 5.0
"""How long a stop waits for outputs to be written off, real seconds; leases end them anyway."""

WATCHDOG_CYCLES = 10.0
"""The watchdog is fed while the last cycle is not older than so many cycles."""

DIED = 2
"""Exit code when a part of the controller died."""


@dataclass(slots=True)
class Daemon:
    """One site's running controller. ``run`` is the straight path: the clock says when, the cycle does the rest."""

    site: Site
    clock: Clock
    controller: Controller
    wires: Wires
    outlets: Outlets
    forecasts: Forecasts
    stop: asyncio.Event

    async def run(self) -> int:
        """Run until ``stop`` is set or a vital part dies; then switch everything off. Returns the exit code."""
        self.wires.start()
        self.controller.poller.listen()
        vital = {
            asyncio.create_task(self._cycles(), name="cycles"),
            asyncio.create_task(self.controller.poller.run(self.clock), name="poller"),
            asyncio.create_task(self.controller.actuator.run(), name="actuator"),
            asyncio.create_task(real_ticks(1.0, self._alive), name="watchdog"),
        }
        stopped = asyncio.create_task(self.stop.wait(), name="stop")
        beside = self.outlets.tasks(self.controller, tuple(self.wires.mqtt.values()))
        beside.append(asyncio.create_task(self.forecasts.run(), name="forecast"))
        parts: set[asyncio.Task[Any]] = {*vital, stopped, *beside}
        try:
            done, _running = await asyncio.wait({*vital, stopped}, return_when=asyncio.FIRST_COMPLETED)
            return DIED if _died(done - {stopped}) else 0
        finally:
            notify("STOPPING=1")
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
            await self._switch_off()

    async def _cycles(self) -> None:
        first = True
        async for at in self.clock.every(self.site.file.site.cycle_s):
            await self.controller.cycle.once(at)
            if first:
                notify("READY=1")
                first = False

    def _alive(self) -> None:
        """Feed the watchdog only while decisions are made."""
        snapshot = self.controller.live.snapshot
        limit_s = WATCHDOG_CYCLES * self.site.file.site.cycle_s + 10.0 * self.clock.rate
        if snapshot is not None and self.clock.now().mono_s - snapshot.at.mono_s < limit_s:
            notify("WATCHDOG=1")

    async def _switch_off(self) -> None:
        off: asyncio.Future[None] = asyncio.ensure_future(self.controller.all_off())
        if not await settled(OFF_WAIT_S, off):
            log.error("some outputs could not be written off; their leases end them")
            off.cancel()
            await asyncio.gather(off, return_exceptions=True)
        for device, quantity in sorted(self.controller.actuator.failed):
            log.error("%s.%s could not be written off; its lease ends it", device, quantity)


def _died(done: Set[asyncio.Task[Any]]) -> bool:
    """Say what died and why; True when anything did. None of these parts ever ends by itself."""
    for part in done:
        error = None if part.cancelled() else part.exception()
        log.critical("%s died, stopping with all outputs off", part.get_name(), exc_info=error)
    return bool(done)


def run(options: RunOptions) -> int:
    """Run the daemon until SIGTERM or SIGINT. Returns the exit code. Raises ConfigError, StoreError, OSError, DriverError."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    site, profiles = load_site(options.config)
    lock = claim(options.state)
    try:
        return asyncio.run(_main(options, site, profiles))
    finally:
        os.close(lock)


async def _main(options: RunOptions, site: Site, profiles: Mapping[str, Profile]) -> int:
    clock = _clock(options, site)
    memory = remember(options.state, site, clock.now())
    async with AsyncExitStack() as stack:
        daemon = _build(options, site, profiles, clock, memory, stack)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, daemon.stop.set)
        return await daemon.run()


def _build(
    options: RunOptions,
    site: Site,
    profiles: Mapping[str, Profile],
    clock: Clock,
    memory: Memory,
    stack: AsyncExitStack,
) -> Daemon:
    """Everything that has to be closed again goes on ``stack``, last opened first closed."""
    journal = LedgerWriter(memory.ledger, lambda event: closing_note(site, event))
    stack.callback(_tell_last_head, journal, site)
    stack.callback(journal.close)
    outlets = Outlets(options, site, clock, journal, render, memory.closings)
    stack.push_async_callback(outlets.close)
    wires = open_wires(site, profiles, options.config.parent)
    stack.push_async_callback(wires.stop)
    pool = outlets.pool
    controller = assemble(
        site,
        memory.state,
        profiles,
        wires.ports,
        clock.now,
        journal,
        in_worker(pool, maker(site, stack.callback)),
        outlets.observers,
    )
    stack.callback(_note_end, journal, controller, clock)
    outlets.wires = wires.states
    hearing = Hearing(site, profiles, controller.poller, wires.states, clock.rate)
    totals = _totals(options, controller, memory, pool)
    stack.callback(totals.close)
    controller.cycle.observers += (
        Guarded("Hearing", hearing, controller.live.notice),
        Guarded("Totals", totals, controller.live.notice),
    )
    controller.live.gap_s = memory.gap_s or 0.0
    for text in memory.notices:
        controller.live.notice(text)
    _note_start(journal, site, memory, clock.now())
    forecasts = Forecasts(site, controller.planning.outlooks, clock.now, options.state / "forecast.json")
    forecasts.listen(wires.mqtt)
    return Daemon(site, clock, controller, wires, outlets, forecasts, asyncio.Event())


def _totals(options: RunOptions, controller: Controller, memory: Memory, pool: Executor) -> Totals:
    """The counters' totals go on from where the controller before left them."""
    totals = Totals(options.state / "totals.json", controller.poller.devices, pool.submit)
    totals.go_on(memory.gap_s)
    return totals


def _clock(options: RunOptions, site: Site) -> Clock:
    if options.plant_start is not None:
        return PlantClock(options.plant_start.timestamp(), options.plant_rate, options.plant_anchor)
    return SystemClock(newest_epoch_s(options.state), site.file.site.clock == "trusted")


def _note_start(journal: LedgerWriter, site: Site, memory: Memory, at: Instant) -> None:
    """The ledger says that the controller began, on which configuration, and how long it was away."""
    ident = site.file.site
    figures: dict[str, float | str] = {
        "config": site.config_hash, "site": ident.id, "timezone": ident.timezone,
    }  # fmt: skip
    if memory.gap_s is not None:
        figures["gap_s"] = memory.gap_s
    journal.submit((Note("boot", "site", figures),), None, at)


def _tell_last_head(journal: LedgerWriter, site: Site) -> None:
    """The log says where the ledger ended."""
    log.info("%s", noted_of(journal.head(), ZoneInfo(site.file.site.timezone)).text)


def _note_end(journal: LedgerWriter, controller: Controller, clock: Clock) -> None:
    """The ledger says that everything was turned off and that the controller ended; the state is saved like that."""
    at = clock.now()
    state, stops = farewell(controller.site, controller.cycle.state, at)
    journal.submit((*stops, Note("halt", "site")), to_json(state), at)
