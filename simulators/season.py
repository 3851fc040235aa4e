"""A season in minutes: the shipped controller in stepped time, on simulated devices in process, with nothing left out but
the sockets, the waiting and the page.
"""

from __future__ import annotations

import asyncio
import gc
import resource
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from controller.assembly import Controller, assemble
from controller.clock import real_mono_s
from controller.core.instant import Instant
from controller.core.site import Site
from controller.core.state import initial_state
from controller.cycle import Observer
from controller.i18n import render
from controller.impact.co2 import closing_note
from controller.planning import inline
from controller.store.journal import SteppedJournal
from controller.store.ledger import Ledger
from controller.store.record import Recorder
from controller.store.telemetry import Telemetry
from controller.telemetry.capture import Capture, Vitals
from controller.watchers import Days
from drivers.profile import Profile
from simulators.clock import SteppedClock
from simulators.forecaster import Forecaster, Telling
from simulators.outputs import World
from simulators.rig import loopback_ports, make_rig

GC_THRESHOLD = (50_000, 20, 50)
"""A season makes few cycles of references: looking for them every 700 objects costs a twentieth of the time."""

COMMIT_S = 3600.0
"""Telemetry and a state without events are committed once an hour of plant time: a season that is cut off is run again."""

CYCLE_S = 60.0
"""One-minute cycles: what a season is counted in."""


@dataclass(slots=True)
class Season:
    """``world``: the physics; ``folder``: where ledger.db and telemetry.db are kept (None: nowhere). ``record``: keep
    what ``ledger replay`` needs, in the folder. ``forecaster``: a provider with a stated error (None: the site's
    own forecast only). ``days_seen``: the impact of its daily closings, as the daemon's page adds it up. ``vitals``: told
    with the telemetry, from the ledger (None: nothing is, and the points are the smaller).
    """

    site: Site
    profiles: Mapping[str, Profile]
    world: World
    start: datetime
    days: float
    folder: Path | None = None
    record: bool = False
    cycle_s: float = CYCLE_S
    progress: Callable[[float], None] | None = None
    forecaster: Forecaster | None = None
    vitals: Callable[[Ledger], Vitals] | None = None
    cycles: int = 0
    wall_s: float = 0.0
    controller: Controller | None = field(default=None)
    days_seen: Days = field(init=False)

    def __post_init__(self) -> None:
        self.days_seen = Days(self.site)

    def run(self) -> Controller:
        """Run to the end and return the controller as it then stands."""
        gc.collect()
        gc.freeze()  # what is loaded stays: only the season's own garbage is looked at, and not too often
        usual = gc.get_threshold()
        gc.set_threshold(*GC_THRESHOLD)
        began = real_mono_s()
        try:
            with ExitStack() as stack:
                asyncio.run(self._run(stack))
        finally:
            gc.set_threshold(*usual)
            gc.unfreeze()
        self.wall_s = real_mono_s() - began
        assert self.controller is not None
        return self.controller

    async def _run(self, stack: ExitStack) -> None:
        site = with_cycle(self.site, self.cycle_s)
        clock = SteppedClock(self.start.timestamp(), self.days * 86400.0)
        rig = make_rig(site, self.profiles, self.world, clock.now)
        clock.advance = rig.advance
        ledger = stack.enter_context(Ledger(self._path("ledger.db"), durable=False))
        journal = SteppedJournal(ledger, lambda event: closing_note(site, event))
        vitals = Vitals if self.vitals is None else partial(self.vitals, ledger)
        observers = self._observers(site, journal, vitals, clock.now(), stack)
        controller = assemble(
            site,
            initial_state(site),
            self.profiles,
            loopback_ports(rig),
            clock.now,
            journal,
            inline,
            observers,
        )
        if self.forecaster is not None:
            controller.cycle.observers += (Telling(self.forecaster, controller.planning.outlooks),)
        controller.poller.listen()
        clock.barrier, clock.settle = controller.poller.poll_due, controller.actuator.flush
        controller.cycle.save_every_s = COMMIT_S
        self.controller = controller
        once = controller.cycle.once
        async for at in clock.every(self.cycle_s):
            await once(at)
            self.cycles += 1
            if self.progress is not None and self.cycles % 1440 == 0:
                self.progress(self.cycles * self.cycle_s / 86400.0)

    def _observers(
        self,
        site: Site,
        journal: SteppedJournal,
        vitals: Callable[[], Vitals],
        at: Instant,
        stack: ExitStack,
    ) -> tuple[Observer, ...]:
        telemetry = Telemetry(
            self._path("telemetry.db"), at, int(site.file.telemetry.max_mb * 1e6), COMMIT_S, background=False
        )
        end = Instant(at.epoch_s + self.days * 86400.0, self.days * 86400.0, at.boot)
        stack.callback(telemetry.close, end)
        capture = Capture(site, telemetry, render, journal, vitals)
        if not self.record or self.folder is None:
            return (capture, self.days_seen)
        recorder = stack.enter_context(
            Recorder(self.folder / "record", site, initial_state(site), background=False)
        )
        return (capture, self.days_seen, recorder)

    def _path(self, name: str) -> Path | None:
        if self.folder is None:
            return None
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / name


def with_cycle(site: Site, cycle_s: float) -> Site:
    """The site with another cycle; nothing else differs."""
    identity = site.file.site.model_copy(update={"cycle_s": cycle_s})
    return site.model_copy(update={"file": site.file.model_copy(update={"site": identity})})


def local_midnight(site: Site, day: str) -> datetime:
    """The aware start of a local day YYYY-MM-DD. Raises ValueError."""
    return datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(site.file.site.timezone))


def measured(season: Season) -> dict[str, Any]:
    """What the run itself took: cycles, wall seconds, cycles per second, peak resident memory in MB."""
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    rate = season.cycles / season.wall_s if season.wall_s else 0.0
    return {"cycles": season.cycles, "wall_s": season.wall_s, "cycles_per_s": rate, "peak_rss_mb": peak_mb}
