"""What a whole day of 40 devices writes to the disk: every 1 s cycle through the shipped code, in process, as fast as it goes.

Ledger and telemetry are opened as the daemon opens them, a sink takes the points every half minute, and the files are synced
after each commit, as the kernel does within the 30 s that really lie between them: else a page that two commits touch would
count once, and SQLite's shared index beside the file is such a page too. What Linux says that this process has written is the
figure. BENCH_DAYS: part of a day; scaled.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks._figures import figure, say, use_of
from benchmarks._forty import ROOT, forty
from controller.assembly import assemble
from controller.config import load_site
from controller.core.decision import Decision
from controller.core.snapshot import Snapshot
from controller.core.state import initial_state
from controller.i18n import render
from controller.impact.co2 import closing_note
from controller.outlets import CURSOR_EVERY
from controller.planning import inline
from controller.store.journal import SteppedJournal
from controller.store.ledger import Ledger
from controller.store.outbox import Outbox
from controller.store.telemetry import Telemetry
from controller.telemetry.answers import Answer
from controller.telemetry.capture import Capture
from controller.telemetry.drain import Drain
from simulators.clock import SteppedClock
from simulators.rig import loopback_ports, make_rig
from simulators.season import local_midnight
from simulators.world import World

SINK_S = 30.0


class Taken:
    """A sink that stores everything at once."""

    name = "v1 http://127.0.0.1 tirta"

    def send(self, body: bytes) -> Answer:
        """See `controller.telemetry.sink.Sink`."""
        return Answer(204)

    def healthy(self) -> bool:
        """See `controller.telemetry.sink.Sink`."""
        return True


@dataclass
class Kernel:
    """An observer that does what happens between the commits on a site: the sink empties the queue, the pages go out."""

    telemetry: Telemetry
    drain: Drain
    files: list[int]
    points: int = 0
    _next_s: float = 0.0
    _seen_s: float = field(default=-1.0)

    def cycle(self, snapshot: Snapshot, decision: Decision, cycle_ms: float) -> None:
        """See `controller.cycle.Observer`."""
        now_s = snapshot.at.mono_s
        if self.telemetry.committed_s != self._seen_s:
            self._seen_s = self.telemetry.committed_s
            self._sync()
        if now_s >= self._next_s:
            self._next_s = now_s + SINK_S
            self.points += self.drain.drain_once(now_s).sent
            self._sync()

    def _sync(self) -> None:
        for file in self.files:
            os.fdatasync(file)


def main() -> None:
    """One day."""
    folder = ROOT / ".cache" / "bench" / "disk"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    days = float(os.environ.get("BENCH_DAYS", "1"))
    with ExitStack() as stack:
        asyncio.run(_day(forty(folder), folder, days, stack))
    sizes = {path.name: path.stat().st_size / 1e6 for path in folder.iterdir()}
    say(f"files: {', '.join(f'{name} {size:.1f} MB' for name, size in sorted(sizes.items()))}")


async def _day(config: Path, folder: Path, days: float, stack: ExitStack) -> None:
    site, profiles = load_site(config)
    start = local_midnight(site, "2026-08-12")
    clock, world = SteppedClock(start.timestamp(), days * 86400.0), World(site, 1, start)
    rig = make_rig(site, profiles, world, clock.now)
    clock.advance = rig.advance
    ledger = stack.enter_context(Ledger(folder / "ledger.db"))
    telemetry = Telemetry(folder / "telemetry.db", clock.now(), background=False)
    journal = SteppedJournal(ledger, lambda event: closing_note(site, event))
    names = [f"{name}.db{tail}" for name in ("telemetry", "ledger") for tail in ("", "-wal", "-shm")]
    files = [os.open(folder / name, os.O_RDWR) for name in names]
    kernel = Kernel(
        telemetry, Drain(Outbox(folder / "telemetry.db", Taken.name, CURSOR_EVERY), Taken()), files
    )
    capture = Capture(site, telemetry, render, journal)
    controller = assemble(
        site,
        initial_state(site),
        profiles,
        loopback_ports(rig),
        clock.now,
        journal,
        inline,
        (capture, kernel),
    )
    controller.poller.listen()
    clock.barrier, clock.settle = controller.poller.poll_due, controller.actuator.flush
    before, cycles = use_of(os.getpid()), 0
    async for at in clock.every(site.file.site.cycle_s):
        await controller.cycle.once(at)
        cycles += 1
        if cycles % 7200 == 0:
            say(f"{cycles / 3600:.0f} h, {(use_of(os.getpid()).written - before.written) / 1e6:.1f} MB")
    after = use_of(os.getpid())
    figure("written to disk in a day, 40 devices", (after.written - before.written) / 1e6 / days, "MB", 60.0)
    figure("points sent in a day", kernel.points / days, "points")
    figure("ledger rows in a day", ledger.head().seq / days, "rows")
    telemetry.close(clock.now())


if __name__ == "__main__":
    main()
