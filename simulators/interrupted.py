"""A season through the shipped code with what happens to a real one: the controller is killed, loses its power, is away for days;
devices fall silent, are reset and replaced. Ledger, totals, sign of life and restored state are the daemon's own, in a folder.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from controller.assembly import Controller, assemble
from controller.core.decision import Decision
from controller.core.farewell import farewell
from controller.core.instant import Instant
from controller.core.site import Site
from controller.core.snapshot import Snapshot
from controller.core.state_json import to_json
from controller.impact.co2 import closing_note
from controller.memory import remember
from controller.planning import inline
from controller.store.chain import Note
from controller.store.journal import SteppedJournal
from controller.store.point import Point, Series
from controller.store.telemetry import Telemetry
from controller.store.totals import Totals
from drivers.profile import Profile
from simulators.meters import MeteredWorld
from simulators.rig import Rig, loopback_ports, make_rig
from simulators.season import GC_THRESHOLD

CYCLE_S = 60.0
BOOTED_S = 30.0
"""Monotonic seconds at the first decision of a computer that was just turned on."""


@dataclass(frozen=True, slots=True)
class Outage:
    """The controller is away from ``from_s`` to ``until_s``, seconds since the start, whole minutes. ``how``: ``kill`` (the
    process), ``power`` (the computer: another boot, whose clock is not trusted for ``unsure_s``) or ``stop`` (in good order).
    """

    from_s: float
    until_s: float
    how: str
    unsure_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Mishap:
    """What befalls a device: silent from ``from_s`` to ``until_s``; reset or replaced in the middle of it if ``what`` says so."""

    device: str
    from_s: float
    until_s: float
    what: str = "silent"


@dataclass(slots=True)
class Interrupted:
    """``run`` goes to the end; ``covered``: POSIX spans in which the controller was there, first decision to last."""

    site: Site
    profiles: Mapping[str, Profile]
    world: MeteredWorld
    start: datetime
    days: float
    folder: Path
    outages: tuple[Outage, ...] = ()
    mishaps: tuple[Mishap, ...] = ()
    covered: list[tuple[float, float]] = field(default_factory=list)
    controller: Controller | None = None
    _true: Instant = field(init=False)
    rig: Rig = field(init=False)
    _boots: int = field(init=False, default=0)
    _origin_s: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self._true = Instant(self.start.timestamp(), 0.0, "devices")

    def run(self) -> None:
        """Run to the end of the last day."""
        gc.collect()
        usual = gc.get_threshold()
        gc.set_threshold(*GC_THRESHOLD)
        try:
            asyncio.run(self._run())
        finally:
            gc.set_threshold(*usual)

    async def _run(self) -> None:
        self.rig = make_rig(self.site, self.profiles, self.world, lambda: self._true)
        begins, end = 0.0, self.days * 86400.0
        back = Outage(0.0, 0.0, "power")
        for outage in (*self.outages, Outage(end, end, "stop")):
            await self._session(begins, outage, back)
            self._alone(outage.from_s, outage.until_s)
            begins, back = outage.until_s, outage

    def _at(self, since_s: float) -> None:
        """Time, the world and the devices up to so many seconds since the start."""
        before_s = self._true.mono_s
        self._true = Instant(self.start.timestamp() + since_s, since_s, "devices")
        for mishap in self.mishaps:
            self._befall(mishap, before_s, since_s)
        self.rig.advance(self._true)

    def _befall(self, mishap: Mishap, before_s: float, now_s: float) -> None:
        middle_s = 0.5 * (mishap.from_s + mishap.until_s)
        if before_s < middle_s <= now_s and mishap.what != "silent":
            self.rig.advance(self._true)
            (self.world.reset if mishap.what == "reset" else self.world.replace)(mishap.device)
        for bank in self.rig.banks.values():
            if before_s < mishap.from_s <= now_s:
                bank.silent.add(mishap.device)
            if before_s < mishap.until_s <= now_s:
                bank.silent.discard(mishap.device)

    def _alone(self, from_s: float, until_s: float) -> None:
        """The world without a controller."""
        since_s = from_s + CYCLE_S
        while since_s < until_s:
            self._at(since_s)
            since_s += CYCLE_S

    async def _session(self, begins_s: float, ends: Outage, back: Outage) -> None:
        """One life of the controller, from its start to how it ends."""
        instants = self._instants(begins_s, ends.from_s, back)
        self._at(begins_s)
        at = next(instants)
        now = [at]
        with closing(_Life(self, at, lambda: now[0])) as life:
            controller = self.controller = life.controller
            controller.poller.listen()
            first_s = last_s = self._true.epoch_s
            while True:
                await controller.poller.poll_due(at)
                await controller.cycle.once(at)
                await controller.actuator.flush()
                last_s = self._true.epoch_s
                if last_s + CYCLE_S > self.start.timestamp() + ends.from_s:
                    break
                self._at(self._true.mono_s + CYCLE_S)
                at = now[0] = next(instants)
            self.covered.append((first_s, last_s))
            if ends.how == "stop":
                await controller.all_off()
                life.end_well(at)

    def _instants(self, begins_s: float, ends_s: float, back: Outage) -> Iterator[Instant]:
        """What this life's clock shows, cycle by cycle."""
        another = back.how == "power"
        self._boots += another
        boot, wrong_s = f"boot-{self._boots}", back.until_s - back.from_s
        since_s = begins_s
        origin_s = begins_s - BOOTED_S if another else self._origin_s
        self._origin_s = origin_s
        while since_s <= ends_s:
            unsure = another and since_s < begins_s + back.unsure_s
            epoch_s = self.start.timestamp() + since_s - (wrong_s if unsure else 0.0)
            yield Instant(epoch_s, since_s - origin_s, boot, not unsure)
            since_s += CYCLE_S


@dataclass(slots=True)
class Pulse:
    """The newest point of telemetry.db, which is all that a start needs of it: the last sign of life. It is written when a life is
    over, since the points before it do not matter; a daemon commits every 30 s, so it would be there in a one-minute cycle.
    """

    series: Series
    telemetry: Telemetry
    last: Instant | None = None

    def cycle(self, snapshot: Snapshot, decision: Decision, cycle_ms: float) -> None:
        """Observe one cycle."""
        self.last = snapshot.at

    def write(self) -> None:
        """Leave the last sign of life on the disk."""
        if self.last is not None:
            point = Point(self.series, "cycle_ms=0", self.last.epoch_s, self.last.mono_s)
            self.telemetry.append([point], self.last)
            self.telemetry.flush(self.last)


class _Life:
    """What the daemon opens at a start, and closes at its end."""

    def __init__(self, season: Interrupted, at: Instant, now: Callable[[], Instant]) -> None:
        site, folder = season.site, season.folder
        self._site = site
        self._memory = remember(folder, site, at)
        self._journal = SteppedJournal(self._memory.ledger, lambda event: closing_note(site, event))
        self._telemetry = Telemetry(
            folder / "telemetry.db", at, int(site.file.telemetry.max_mb * 1e6), background=False
        )
        self._pulse = pulse = Pulse(Series.of("controller", site=site.file.site.id), self._telemetry)
        ports = loopback_ports(season.rig)
        state, profiles = self._memory.state, season.profiles
        self.controller = assemble(site, state, profiles, ports, now, self._journal, inline, (pulse,))
        devices = self.controller.poller.devices
        self._totals = Totals(folder / "totals.json", devices, lambda write: write())
        self._totals.go_on(self._memory.gap_s)
        self.controller.cycle.observers += (self._totals,)

    def end_well(self, at: Instant) -> None:
        """As the daemon ends when it is asked to."""
        state, stops = farewell(self._site, self.controller.cycle.state, at)
        self._journal.submit((*stops, Note("halt", "site")), to_json(state), at)
        self._totals.close()

    def close(self) -> None:
        """Let go of the files, as a killed process does: nothing more is written but what a daemon had written before."""
        self._pulse.write()
        self._memory.ledger.close()
        self._telemetry.abandon()
