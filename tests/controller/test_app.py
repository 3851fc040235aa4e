"""The daemon as a whole: orderly starts and ends, and outputs off whatever part of it dies."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from controller import app
from controller.app import DIED, Daemon
from controller.clock import PlantClock
from controller.config import load_site
from controller.core.site import Site
from controller.core.snapshot import OperatorOrder, Order
from controller.memory import remember
from controller.options import RunOptions
from controller.store.ledger import Ledger
from drivers.mqtt import MqttPort
from drivers.transport import Port
from simulators.rig import Rig, loopback_ports, make_rig
from simulators.world import World
from tests.end_to_end.sites import SITES, moved
from tests.services import free_port, wait_until

START = datetime(2026, 8, 12, 3, 0, tzinfo=UTC)  # 10.00 in Palembang
RATE = 300.0


@dataclass
class InProcess:
    """Stands for the site's buses: the loopback ports of a simulated rig."""

    ports: Mapping[str, Port | MqttPort]
    mqtt: dict[str, object] = field(default_factory=dict)

    def start(self) -> None:
        """Nothing to connect."""

    async def stop(self) -> None:
        """Nothing to close."""

    def states(self) -> dict[str, object]:
        """No wire is ever cut."""
        return {}


class Station:
    """A daemon of the demo site on a rig in this process."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        config = moved(SITES["nursery"], folder, free_port())
        self.site, self.profiles = load_site(config)
        self.options = RunOptions(config, folder / "state", START, RATE)
        self.clock = PlantClock(START.timestamp(), RATE)
        self.world = World(self.site, 1, START)
        self.rig: Rig = make_rig(self.site, self.profiles, self.world, self.clock.now)
        ports = InProcess(loopback_ports(self.rig))
        monkeypatch.setattr(app, "open_wires", lambda *_: ports)
        self.stack = AsyncExitStack()

    def build(self) -> Daemon:
        """Everything but running it."""
        memory = remember(self.options.state, self.site, self.clock.now())
        return app._build(self.options, self.site, self.profiles, self.clock, memory, self.stack)

    async def turn(self, seconds: float) -> None:
        """Let the world move for real seconds."""
        for _ in range(int(seconds / 0.05)):
            self.rig.advance(self.clock.now())
            await asyncio.sleep(0.05)

    def running(self) -> list[tuple[str, str]]:
        """Outputs of the plant that are on."""
        return [key for key, value in self.world.latches.items() if value]

    def kinds(self) -> list[str]:
        """What the ledger tells, in order."""
        with Ledger(self.options.state / "ledger.db") as ledger:
            assert ledger.verify() == ()
            return [row.kind for row in ledger.rows()]


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Station:
    """A daemon ready to be built."""
    return Station(tmp_path, monkeypatch)


async def pumping(station: Station, daemon: Daemon) -> asyncio.Task[int]:
    """The daemon at work with its pump running by hand."""
    running = asyncio.create_task(daemon.run())
    await station.turn(1.0)
    daemon.controller.live.order(OperatorOrder(Order.RUN_PUMP, "pompa", 60.0))
    for _ in range(60):
        await station.turn(0.5)
        if ("relay", "switch_1") in station.running():
            return running
    raise AssertionError([reason.key for reason in daemon.controller.live.decision.reasons])  # type: ignore[union-attr]


async def test_a_stop_switches_everything_off_and_tells_the_ledger(station: Station) -> None:
    """With the pump running, the end writes every output off, returns 0, and the ledger ends with the halt."""
    daemon = station.build()
    running = await pumping(station, daemon)
    daemon.stop.set()
    assert await running == 0
    assert station.running() == []
    await station.stack.aclose()
    kinds = station.kinds()
    assert (kinds[0], kinds[-1]) == ("boot", "halt")
    assert kinds.count("start") == kinds.count("stop") >= 1


@pytest.mark.parametrize("part", ["cycles", "poller", "actuator", "watchdog"])
async def test_a_part_that_dies_stops_the_daemon_with_outputs_off(
    station: Station, part: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whichever vital part dies: exit code 2, outputs off, and one line of the log names the part and why."""
    daemon = station.build()
    running = await pumping(station, daemon)
    victim = next(task for task in asyncio.all_tasks() if task.get_name() == part)
    with caplog.at_level(logging.CRITICAL):
        victim.cancel()
        assert await running == DIED
    assert station.running() == []
    assert f"{part} died" in caplog.text
    await station.stack.aclose()


async def test_a_decision_that_raises_stops_the_daemon_with_outputs_off(
    station: Station, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A mistake in the decision ends the daemon in order: outputs off, ledger closed, traceback in the log."""
    daemon = station.build()
    running = await pumping(station, daemon)

    def broken(*_arguments: object) -> None:
        raise ZeroDivisionError("mistake")

    monkeypatch.setattr("controller.cycle.decide", broken)
    with caplog.at_level(logging.CRITICAL):
        assert await running == DIED
    assert station.running() == []
    assert "cycles died" in caplog.text
    assert "mistake" in caplog.text
    await station.stack.aclose()
    assert station.kinds()[-1] == "halt"


@pytest.mark.parametrize("outlet", ["drain", "page", "telemetry"])
async def test_an_outlet_that_falls_stops_nothing(
    station: Station, outlet: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sink, page and telemetry may fail in ways that nobody thought of: cycles go on and the technician is told."""

    def broken(*_arguments: object, **_named: object) -> None:
        raise RuntimeError("mistake")

    if outlet == "drain":
        influx = station.site.file.telemetry.model_copy(
            update={"influx": _sink_entry(station.site, free_port())}
        )
        file = station.site.file.model_copy(update={"telemetry": influx})
        station.site = station.site.model_copy(update={"file": file})
        monkeypatch.setattr("controller.outlets.Drain.drain_once", broken)
    elif outlet == "page":
        monkeypatch.setattr("controller.outlets.WebServer", broken)
    else:
        monkeypatch.setattr("controller.telemetry.capture.Capture.cycle", broken)
    daemon = station.build()
    running = asyncio.create_task(daemon.run())
    await station.turn(2.0)
    live = daemon.controller.live
    assert any("because of an error" in text for text in live.notices)
    cycles = live.cycles
    await station.turn(1.0)
    assert live.cycles > cycles
    daemon.stop.set()
    assert await running == 0
    await station.stack.aclose()


def _sink_entry(site: Site, port: int) -> object:
    from controller.core.site import Sink

    return Sink.model_validate({"url": f"http://127.0.0.1:{port}", "api": "v1", "database": "x"})


async def test_nothing_of_a_daemon_stays_behind(station: Station) -> None:
    """After the end no task and no thread of it is left."""
    import threading

    before = {thread.name for thread in threading.enumerate()}
    daemon = station.build()
    running = asyncio.create_task(daemon.run())
    await station.turn(2.0)
    daemon.stop.set()
    await running
    await station.stack.aclose()
    await asyncio.sleep(0.1)
    assert len(asyncio.all_tasks()) == 1
    left = {thread.name for thread in threading.enumerate()} - before
    assert not {name for name in left if not name.startswith("asyncio")}, left


# ------------------------------------------------------------------------------------------------- as its own process


class Process:
    """`tirta run` as systemd starts it, on buses where nothing answers."""

    def __init__(self, folder: Path, config: Path, *options: str) -> None:
        self.folder, self.config, self.options = folder, config, options
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.manager.bind(str(folder / "notify"))
        self.manager.settimeout(20.0)
        self.log = folder / "log"

    def start(self) -> None:
        """Start it."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "controller.cli", "run", "-c", str(self.config),
                 "--state", str(self.folder / "state"), *self.options],
                stderr=log, env={**os.environ, "NOTIFY_SOCKET": str(self.folder / "notify")},
            )  # fmt: skip

    def heard(self) -> str:
        """The next word to the service manager."""
        return self.manager.recv(64).decode()

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end; the exit code."""
        self.process.send_signal(how)
        return self.process.wait(20.0)

    def close(self) -> None:
        """Nothing stays."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.manager.close()


MakeProcess = Callable[..., Process]


@pytest.fixture
def make_process(tmp_path: Path) -> Iterator[MakeProcess]:
    """A daemon of the nursery on free ports, started."""
    made: list[Process] = []

    def make(change: Callable[[dict], None] = lambda _: None, *options: str) -> Process:  # type: ignore[type-arg]
        config = moved(SITES["nursery"], tmp_path, free_port(), change)
        process = Process(tmp_path, config, *options)
        made.append(process)
        process.start()
        return process

    yield make
    for process in made:
        process.close()


def test_systemd_is_told_and_sigterm_ends_it_well(make_process: MakeProcess) -> None:
    """READY after the first decision though no device answers, WATCHDOG while decisions are made, STOPPING and exit 0."""
    began = time.monotonic()
    process = make_process()
    assert process.heard() == "READY=1"
    ready_s = time.monotonic() - began
    assert process.heard() == "WATCHDOG=1"
    assert process.end() == 0
    heard = process.heard()
    while heard == "WATCHDOG=1":
        heard = process.heard()
    assert heard == "STOPPING=1"
    assert "Traceback" not in process.log.read_text()
    with Ledger(process.folder / "state" / "ledger.db") as ledger:
        assert ledger.verify() == ()
        assert [row.kind for row in ledger.rows()][-1] == "halt"
    assert ready_s < 10.0


def test_a_taken_port_never_stops_control(make_process: MakeProcess) -> None:
    """While another program has the page's port the daemon decides all the same, and says so; it ends well."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        process = make_process(lambda file: file["web"].update(port=port))
        assert process.heard() == "READY=1"
        wait_until(lambda: "uses port" in process.log.read_text(), "the log says that the port is taken")
        assert process.heard() == "WATCHDOG=1"
    assert process.end(signal.SIGINT) == 0


def test_a_second_daemon_is_refused(make_process: MakeProcess) -> None:
    """Another controller on the same state directory ends at once with words and exit 2; the first goes on."""
    first = make_process()
    assert first.heard() == "READY=1"
    second = subprocess.run(
        [
            sys.executable,
            "-m",
            "controller.cli",
            "run",
            "-c",
            str(first.config),
            "--state",
            str(first.folder / "state"),
        ],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert second.returncode == 2
    assert "another controller is running" in second.stderr
    assert "Traceback" not in second.stderr
    assert first.process.poll() is None


def boots(folder: Path) -> int:
    """Boot rows that are on the disk."""
    with contextlib.closing(sqlite3.connect(folder / "state" / "ledger.db")) as db:
        return int(db.execute("SELECT count(*) FROM ledger WHERE kind = 'boot'").fetchone()[0])


def test_a_killed_daemon_starts_again_and_knows(make_process: MakeProcess) -> None:
    """After SIGKILL the next start takes up the ledger where it stood, and its boot row tells."""
    process = make_process()
    assert process.heard() == "READY=1"
    wait_until(
        lambda: boots(process.folder) == 1, "the first boot row"
    )  # ready is told before the disk has it
    assert process.end(signal.SIGKILL) == -signal.SIGKILL
    process.start()
    while process.heard() != "READY=1":
        pass
    assert process.end() == 0
    with Ledger(process.folder / "state" / "ledger.db") as ledger:
        assert ledger.verify() == ()
        assert [row.kind for row in ledger.rows()].count("boot") == 2


def test_a_server_that_never_answers_does_not_keep_the_daemon(make_process: MakeProcess) -> None:
    """With an InfluxDB that takes connections and says nothing, SIGTERM ends the daemon within its request's time-out."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(16)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"

        def change(file: dict) -> None:  # type: ignore[type-arg]
            file["site"]["clock"] = "trusted"
            file["telemetry"].update(influx={"url": url, "api": "v1", "database": "x"}, commit_s=1)

        process = make_process(change)
        assert process.heard() == "READY=1"
        silent.settimeout(20.0)
        connection, _ = silent.accept()
        began = time.monotonic()
        assert process.end() == 0
        assert time.monotonic() - began < 15.0
        connection.close()


def test_a_broken_site_file_is_told_and_nothing_starts(tmp_path: Path) -> None:
    """Exit 1, the problem with its line on stderr, no state directory."""
    config = tmp_path / "site.yaml"
    config.write_text("site: {id: x\n")
    result = subprocess.run(
        [
            sys.executable,
            "-m",
            "controller.cli",
            "run",
            "-c",
            str(config),
            "--state",
            str(tmp_path / "state"),
        ],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert result.returncode == 1
    assert "site.yaml:" in result.stderr
    assert not (tmp_path / "state").exists()
