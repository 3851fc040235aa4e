"""A recorded day decides the same again, bit for bit, by the command that an auditor would use; a changed one is noticed."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.living import Daemon, Devices, local, until
from tests.end_to_end.sites import ROOT
from tests.end_to_end.small_site import REST_S, SmallSite
from tests.fixtures_mqtt import Mosquitto

RATE = 240.0
TWO_HOURS_S = 7200.0


def tirta(*arguments: str, module: str = "controller.cli") -> subprocess.CompletedProcess[str]:
    """One command as its own process."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120
    )


def replay(config: Path, *what: str) -> tuple[int, dict[str, Any]]:
    """Exit code and answer of ``tirta ledger replay``."""
    done = tirta("ledger", "replay", "-c", str(config), "--json", *what)
    assert "Traceback" not in done.stderr
    answer: dict[str, Any] = json.loads(done.stdout) if done.stdout else {}
    return done.returncode, answer


def lines_of(file: Path) -> list[str]:
    """A whole recording's lines, the header first."""
    return gzip.decompress(file.read_bytes()).decode("ascii").splitlines()


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder with a recorded day of the example site."""
    folder = tmp_path_factory.mktemp("season")
    done = tirta(
        "season", "--start", "2026-10-30", "--days", "1", "--state", str(folder), "--record", "--json", module="simulators.cli"
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def recording(season: Path, tmp_path: Path) -> Path:
    """A copy of the recording of the day's larger part (a file is begun at 00:00 UTC, 7 in the morning here)."""
    largest = max(season.rglob("*.jsonl.gz"), key=lambda path: path.stat().st_size)
    return Path(shutil.copy(largest, tmp_path / largest.name))


def test_a_recorded_day_decides_the_same(season: Path) -> None:
    """Every decision of the day comes out bit for bit, over both files, and the day had something to decide."""
    code, answer = replay(ROOT / "config.yaml", "--state", str(season))
    assert (code, answer["ok"]) == (0, True)
    assert [one["mismatches"] for one in answer["recordings"]] == [0, 0]
    assert not any(one["torn"] for one in answer["recordings"])
    assert sum(one["cycles"] for one in answer["recordings"]) == 24 * 60 + 1
    lines = [json.loads(text) for file in season.rglob("*.jsonl.gz") for text in lines_of(file)]
    events = [
        kind
        for line in lines
        if isinstance(line, list) and len(line) > 4
        for kind, *_ in line[4].get("v", ())
    ]
    assert {"start", "stop", "plan", "close"} <= set(events)


def test_a_changed_value_is_noticed(recording: Path) -> None:
    """One reading that somebody improved gives another decision, and the first such cycle is named."""
    lines = lines_of(recording)
    number, line = next(
        (n, json.loads(text))
        for n, text in enumerate(lines[1:], 1)
        if n > 300 and len(json.loads(text)[2]) > 2
    )
    line[2] = [value * 1.01 if index % 2 else value for index, value in enumerate(line[2])]
    lines[number] = json.dumps(line)
    with gzip.open(recording, "wt") as file:
        file.write("\n".join(lines) + "\n")
    code, answer = replay(ROOT / "config.yaml", str(recording))
    assert (code, answer["ok"]) == (1, False)
    assert answer["recordings"][0]["first"]["cycle"] == number


def test_a_damaged_byte_is_noticed(recording: Path) -> None:
    """A byte that changed on the disk is told, with the file's name, and nothing is claimed about its decisions."""
    data = bytearray(recording.read_bytes())
    data[len(data) // 2] ^= 0x10
    recording.write_bytes(bytes(data))
    done = tirta("ledger", "replay", "-c", str(ROOT / "config.yaml"), "--json", str(recording))
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert recording.name in done.stderr + done.stdout
    assert "damaged" in done.stderr or not json.loads(done.stdout)["ok"]


def test_a_changed_site_is_noticed(season: Path, tmp_path: Path) -> None:
    """The same recording on a site whose file says something else is no proof, and is told so."""
    text = (ROOT / "config.yaml").read_text(encoding="utf-8")
    changed = text.replace("rated_power_w: 750 ", "rated_power_w: 700 ").replace(
        "programs: schedules/programs", f"programs: {ROOT / 'schedules/programs'}"
    )
    assert changed.count("rated_power_w: 700 ") == 1
    config = tmp_path / "config.yaml"
    config.write_text(changed, encoding="utf-8")
    code, answer = replay(config, "--state", str(season))
    assert (code, answer["ok"]) == (1, False)
    assert {one["same_config"] for one in answer["recordings"]} == {False}
    assert sum(one["mismatches"] for one in answer["recordings"]) > 0


@pytest.mark.slow
def test_what_the_daemon_recorded_decides_the_same(tmp_path: Path, own_mosquitto: Mosquitto) -> None:
    """Two hours of the real daemon on real wires, with orders and a restart, decide the same again; after kill -9 the part that
    reached the disk does.
    """
    config = SmallSite().write(tmp_path, own_mosquitto.port)
    devices = Devices(config, local("2026-11-14T08:00"), RATE)
    devices.start()
    daemon = Daemon(config, devices, "--record")
    try:
        daemon.start()
        began_s = devices.now_s()
        daemon.order("run_zone", "kebun", 60.0)
        until(
            "the pump starts",
            lambda: any((r.kind, r.subject) == ("start", "pompa") for r in daemon.rows()),
            30.0,
        )
        until("two hours", lambda: devices.now_s() > began_s + TWO_HOURS_S, 60.0)
        daemon.stop()
        daemon.start()
        daemon.order("run_zone", "kebun", 10.0)
        until("a rest", lambda: devices.now_s() > daemon.rows()[-1].epoch_s + REST_S)
        daemon.kill()
    finally:
        daemon.kill()
        devices.stop()
    code, answer = replay(config, "--state", str(daemon.state_folder))
    assert (code, answer["ok"]) == (0, True), answer
    whole, torn = sorted(answer["recordings"], key=lambda one: one["torn"])
    assert (whole["torn"], torn["torn"]) == (False, True)
    assert whole["cycles"] > 100
    first, *_, last = lines_of(Path(whole["file"]))[1:]
    assert json.loads(last)[0] - json.loads(first)[0] >= TWO_HOURS_S - 60.0


def test_a_recording_of_a_moment_is_a_recording(tmp_path: Path, own_mosquitto: Mosquitto) -> None:
    """Killed within its first seconds the daemon leaves a file that can be replayed: nothing in it yet, and nothing wrong."""
    config = SmallSite().write(tmp_path, own_mosquitto.port)
    devices = Devices(config, local("2026-11-14T08:00"), RATE)
    devices.start()
    daemon = Daemon(config, devices, "--record")
    try:
        daemon.start()
        daemon.kill()
    finally:
        daemon.kill()
        devices.stop()
    (file,) = daemon.state_folder.rglob("*.jsonl.gz")
    header = zlib.decompressobj(31).decompress(file.read_bytes()).splitlines()[0]
    assert json.loads(header)["cycle_s"] == 6.0
    code, answer = replay(config, str(file))
    assert (code, answer["recordings"][0]["torn"], answer["recordings"][0]["mismatches"]) == (0, True, 0)
