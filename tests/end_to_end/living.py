"""A small site that lives: simulated devices on real wires in a thread, the real daemon in a process, both on one plant time."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from controller.clock import PlantClock, real_ticks
from controller.config import load_site
from controller.core.site import Site
from controller.core.state import ControllerState
from controller.core.state_json import from_json
from controller.store.audit import verify_rows
from controller.store.chain import Row
from controller.store.database import connect_readonly
from simulators.serve import Served, serve
from simulators.world import World
from tests.services import START_S, Program

STEP_REAL_S = 0.02
"""How often the simulated devices look at their timers."""


@dataclass(frozen=True, slots=True)
class Switched:
    """An output of a simulated device took a value: by a command, or by its own timer."""

    at_s: float
    device: str
    quantity: str
    value: float


class WatchedWorld(World):
    """The world, with a note of every switching (``at_s``: plant time, POSIX seconds)."""

    def __init__(self, site: Site, seed: int, start: datetime) -> None:
        super().__init__(site, seed, start)
        self.switched: list[Switched] = []

    def apply(self, device: str, quantity: str, value: float, at: datetime | None = None) -> None:
        """As World."""
        assert at is not None
        self.switched.append(Switched(at.timestamp(), device, quantity, value))
        super().apply(device, quantity, value, at)

    def since(self, at_s: float, device: str, quantity: str) -> list[Switched]:
        """What happened to one output from ``at_s`` on."""
        key = (device, quantity)
        return [one for one in list(self.switched) if (one.device, one.quantity) == key and one.at_s >= at_s]


class Devices:
    """All simulated devices of a site on their real wires. ``power_cut`` takes the electricity from them, with their timers."""

    def __init__(self, config: Path, start: datetime, rate: float) -> None:
        self.config = config
        self.site, self.profiles = load_site(config)
        self.start_time, self.rate = start, rate
        self.clock = PlantClock(start.timestamp(), rate)
        self.world = WatchedWorld(self.site, 1, start)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stop: asyncio.Event | None = None

    def now_s(self) -> float:
        """Plant time, POSIX seconds."""
        return self.clock.now().epoch_s

    def start(self) -> None:
        """Open all wires; returns when they are open."""
        opened = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._main(opened)), name="devices", daemon=True
        )
        self._thread.start()
        assert opened.wait(START_S), "the simulated devices did not start"

    def stop(self) -> None:
        """Close all wires; the world stays."""
        if self._loop is not None and self._stop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(10.0)
            self._thread = None

    def power_cut(self) -> None:
        """No device answers any more; every output falls, and every timer is forgotten."""
        self.stop()
        at = self.clock.now().utc
        for (device, quantity), value in list(self.world.latches.items()):
            if value:
                self.world.apply(device, quantity, 0.0, at)

    def power_back(self) -> None:
        """The same devices again, as they come up: everything off."""
        self.start()

    async def _main(self, opened: threading.Event) -> None:
        served: Served = serve(self.site, self.profiles, self.world, self.clock, paced=False)
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        await served.start()
        moving = asyncio.create_task(real_ticks(STEP_REAL_S, served.advance))
        opened.set()
        await self._stop.wait()
        moving.cancel()
        await asyncio.gather(moving, return_exceptions=True)
        await served.stop()


class Daemon(Program):
    """`tirta run` on the plant time of the devices."""

    def __init__(self, config: Path, devices: Devices, *more: str) -> None:
        self.config, self.state_folder = config, config.parent / "state"
        self.port = devices.site.file.web.port
        self._devices = devices
        command = [
            sys.executable, "-m", "controller.cli", "run", "-c", str(config), "--state", str(self.state_folder),
            "--plant-start", devices.start_time.isoformat(), "--plant-rate", str(devices.rate),
            "--plant-anchor", repr(devices.clock.anchor_mono_s), *more,
        ]  # fmt: skip
        super().__init__("tirta run", command, config.parent / "tirta.log", self._answers)

    def fetch(self, path: str) -> bytes:
        """A page of the daemon's."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5.0) as answer:
            body: bytes = answer.read()
        return body

    def status(self) -> dict[str, Any]:
        """/api/status."""
        found: dict[str, Any] = json.loads(self.fetch("/api/status"))
        return found

    def order(self, order: str, target: str, minutes: float = 0.0) -> None:
        """An operator's wish."""
        body = json.dumps({"order": order, "target": target, "amount": minutes}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/orders", body, {"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=5.0) as answer:
            assert answer.status == 202

    def rows(self) -> list[Row]:
        """The ledger as it stands on the disk, checked."""
        connection = connect_readonly(self.state_folder / "ledger.db")
        try:
            problems = verify_rows(connection)
            assert problems == (), problems
            found = connection.execute("SELECT * FROM ledger ORDER BY seq").fetchall()
        finally:
            connection.close()
        return [Row(*row[:4], bool(row[4]), *row[5:]) for row in found]

    def saved(self) -> tuple[ControllerState, float]:
        """The state row on the disk, and when it was saved (plant time, POSIX seconds)."""
        connection = connect_readonly(self.state_folder / "ledger.db")
        try:
            state, at_s = connection.execute("SELECT state, epoch_s FROM state").fetchone()
        finally:
            connection.close()
        return from_json(state), at_s

    def _answers(self) -> bool:
        try:
            return bool(self.fetch("/health"))
        except OSError:
            return False


def until(what: str, seen: Any, seconds: float = 45.0, why: Callable[[], object] | None = None) -> Any:
    """Wait (real seconds) until ``seen()`` is true and return it; fails the test after that, with what ``why`` tells."""
    end = time.monotonic() + seconds
    while True:
        try:
            found = seen()
        except (OSError, sqlite3.OperationalError):
            found = None
        if found:
            return found
        if time.monotonic() > end:
            pytest.fail(f"{what}: not within {seconds:g} s{'' if why is None else f'; {why()}'}")
        time.sleep(0.01)


def local(text: str) -> datetime:
    """A local moment in Jakarta."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Jakarta"))
