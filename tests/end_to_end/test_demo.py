"""The demonstration as somebody sees it who has just cloned this: one command, a page, a pump that runs for a reason, Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from controller.config import load_site
from controller.core.decision import Level, Reason
from controller.i18n import render
from simulators.cli import _parser, _site_file
from tests.end_to_end.living import until
from tests.end_to_end.sites import ROOT, loaded, moved
from tests.services import free_port

PAGE_S = 15.0
END_S = 15.0
FIVE_MINUTES_S = 300.0


class Demo:
    """`tirta-sim demo` on ports of its own, in a terminal of its own."""

    def __init__(self, folder: Path, cwd: Path | None = None, config: str | None = None, *more: str) -> None:
        self.folder, self.state = folder, folder / "state"
        self.file = loaded(folder / "site.yaml")
        self.words = folder / "words.txt"
        command = [
            sys.executable, "-m", "simulators.cli", "demo", "--no-browser", "-c", config or str(folder / "site.yaml"),
            "--state", str(self.state), *more,
        ]  # fmt: skip
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
        with self.words.open("ab") as words:
            self.process = subprocess.Popen(
                command,
                cwd=cwd or folder,
                env=environment,
                stdout=words,
                stderr=words,
                start_new_session=True,
            )

    def said(self) -> str:
        """What it has printed."""
        return self.words.read_text(encoding="utf-8")

    def status(self) -> dict[str, Any]:
        """/api/status."""
        with urllib.request.urlopen(
            f"http://127.0.0.1:{self.file['web']['port']}/api/status", timeout=5.0
        ) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def order(self, order: str, target: str, minutes: float) -> None:
        """An operator's wish."""
        body = json.dumps({"order": order, "target": target, "amount": minutes}).encode()
        address = f"http://127.0.0.1:{self.file['web']['port']}/api/orders"
        urllib.request.urlopen(
            urllib.request.Request(address, body, {"content-type": "application/json"}), timeout=5.0
        ).close()

    def rows(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Kind, subject and payload of every row of the ledger."""
        connection = sqlite3.connect(f"file:{self.state / 'ledger.db'}?mode=ro", uri=True)
        try:
            found = connection.execute("SELECT kind, subject, payload FROM ledger ORDER BY seq").fetchall()
        finally:
            connection.close()
        return [(kind, subject, json.loads(payload)) for kind, subject, payload in found]

    def of(self, kind: str, subject: str) -> list[dict[str, Any]]:
        """Payloads of the rows of one kind about one subject."""
        return [payload for k, s, payload in self.rows() if (k, s) == (kind, subject)]

    def wait_for_page(self) -> float:
        """Real seconds until the page answered."""
        began = time.monotonic()
        until("the page answers", self.status, PAGE_S)
        return time.monotonic() - began

    def end(self, how: signal.Signals = signal.SIGINT) -> float:
        """Ctrl-C; real seconds until everything has ended."""
        family = [
            self.process.pid,
            *(child.pid for child in psutil.Process(self.process.pid).children(recursive=True)),
        ]
        assert len(family) == 2, "the simulators and the daemon"
        began = time.monotonic()
        self.process.send_signal(how)
        self.process.wait(END_S)
        assert not [pid for pid in family if psutil.pid_exists(pid)], "a process is left"
        return time.monotonic() - began

    def kill(self) -> None:
        """For the end of a test that failed."""
        if self.process.poll() is None:
            for one in psutil.Process(self.process.pid).children(recursive=True):
                one.kill()
            self.process.kill()
        self.process.wait()


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Demo]]:
    """Starts a demonstration of the example site in ``tmp_path``."""
    moved(ROOT / "config.yaml", tmp_path, free_port())
    demos: list[Demo] = []

    def start(*more: str, cwd: Path | None = None, config: str | None = None) -> Demo:
        demos.append(Demo(tmp_path, cwd, config, *more))
        return demos[-1]

    yield start
    for demo in demos:
        demo.kill()


def sentence(payload: dict[str, Any]) -> str:
    """The reason of a row in English."""
    level = Level(payload["level"])
    return render(
        Reason(payload["reason_subject"], payload["key"], payload["params"], level, payload["group"]), "en"
    )


def check_ended_off(demo: Demo) -> None:
    """In the ledger every output that was started has stopped, and the controller has said goodbye."""
    rows = demo.rows()
    on: dict[str, int] = {}
    for kind, subject, _ in rows:
        if kind in ("start", "stop"):
            on[subject] = on.get(subject, 0) + (1 if kind == "start" else -1)
    assert set(on.values()) <= {0}, on
    assert rows[-1][:2] == ("halt", "site")


@pytest.mark.slow
def test_five_minutes_at_the_default_settings(run: Callable[..., Demo]) -> None:
    """Rate, start and seed as they are: the page answers in seconds, and within five minutes the pump has started and stopped for
    stated reasons, the tank has moved and points exist; Ctrl-C ends all of it.
    """
    demo = run()
    began = time.monotonic()
    print(f"\npage after {demo.wait_for_page():.1f} s")
    levels = [demo.status()["tanks"][0]["level_m"]]
    while not demo.of("stop", "pompa"):
        assert time.monotonic() - began < FIVE_MINUTES_S, demo.rows()
        levels.append(demo.status()["tanks"][0]["level_m"])
        time.sleep(1.0)
    print(f"pump started and stopped after {time.monotonic() - began:.0f} s")
    started, stopped = demo.of("start", "pompa")[0], demo.of("stop", "pompa")[0]
    print(sentence(started), "/", sentence(stopped))
    assert "sun" in sentence(started)
    assert "sun" in sentence(stopped) or "done" in sentence(stopped)
    known = [level for level in levels if level is not None]
    assert max(known) - min(known) >= 0.1
    points = sqlite3.connect(f"file:{demo.state / 'telemetry.db'}?mode=ro", uri=True)
    query = "SELECT measurement, count(*) FROM points JOIN series ON series.id = points.series GROUP BY measurement"
    counts = dict(points.execute(query).fetchall())
    points.close()
    assert all(
        counts.get(name, 0) > 10 for name in ("pv", "power", "pump", "tank", "soil", "zone", "weather")
    ), counts
    assert "Plant time runs 60x" in demo.said()
    print(f"ended within {demo.end():.1f} s")
    assert demo.process.returncode == 0
    check_ended_off(demo)


def test_ctrl_c_while_the_pump_runs(run: Callable[..., Demo]) -> None:
    """Everything that runs is off in the ledger, in the order that is safe, and no process is left; the next run begins anew."""
    demo = run("--rate", "120", "--start", "2026-11-14T10:00")
    demo.wait_for_page()
    demo.order("run_pump", "pompa", 120.0)
    until("the pump runs", lambda: demo.of("start", "pompa"), 30.0)
    took_s = demo.end()
    assert demo.process.returncode == 0, demo.said()
    assert took_s < END_S
    assert demo.of("stop", "pompa")[-1]["key"] == "shut_down"
    check_ended_off(demo)
    assert "Traceback" not in demo.said()
    assert "Traceback" not in (demo.state / "tirta.log").read_text(encoding="utf-8")

    again = run()
    again.wait_for_page()
    assert [row[:2] for row in again.rows()].count(("boot", "site")) == 1
    assert again.of("start", "pompa") == []
    again.end(signal.SIGHUP)
    check_ended_off(again)


@pytest.mark.parametrize("what", ["tcp", "mqtt", "web"])
def test_a_busy_port_is_told(what: str, run: Callable[..., Demo], tmp_path: Path) -> None:
    """The taken port is named with what to do, exit 2, no traceback, and an earlier demonstration's records are still there."""
    file = loaded(tmp_path / "site.yaml")
    urls = [bus["url"] for bus in file["buses"] if bus["url"].startswith(what)]
    port = int(urls[0].rsplit(":", 1)[1]) if urls else int(file["web"]["port"])
    (tmp_path / "state").mkdir()
    for name in ("demonstration", "ledger.db"):
        (tmp_path / "state" / name).write_text("earlier")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        demo = run()
        assert demo.process.wait(20.0) == 2
    assert str(port) in demo.said()
    assert "End it, or change" in demo.said()
    assert "Traceback" not in demo.said()
    assert (tmp_path / "state" / "ledger.db").read_text() == "earlier"


def test_real_records_are_not_touched(run: Callable[..., Demo], tmp_path: Path) -> None:
    """A state directory that a real site has written is refused, and so is one in which a controller runs now."""
    (tmp_path / "state").mkdir()
    ledger = tmp_path / "state" / "ledger.db"
    ledger.write_text("real")
    demo = run()
    assert demo.process.wait(20.0) == 2
    assert "no demonstration wrote" in demo.said()
    assert ledger.read_text() == "real"
    ledger.unlink()
    first = run()
    first.wait_for_page()
    moved(ROOT / "config.yaml", tmp_path, free_port())
    second = run()
    assert second.process.wait(20.0) == 2
    assert "another controller is running" in second.said()
    first.wait_for_page()
    assert first.rows()
    first.end(signal.SIGTERM)


def test_it_works_from_anywhere(
    run: Callable[..., Demo], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative path from another directory will do; without a config.yaml the packaged example is taken, and it is sound."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    demo = run(cwd=elsewhere, config="../site.yaml")
    demo.wait_for_page()
    demo.end()
    monkeypatch.chdir(elsewhere)
    packaged = _site_file(_parser().parse_args(["demo"]))
    site, _ = load_site(packaged)
    assert site.file.site.id == "desa-impian"
    monkeypatch.chdir(ROOT)
    assert _site_file(_parser().parse_args(["demo"])) == Path("config.yaml")
    ours, _ = load_site(Path("config.yaml"))
    assert site.programs == ours.programs
    assert site.file.model_copy(update={"programs": ""}) == ours.file.model_copy(update={"programs": ""})
