"""`tirta-sim` on the command line: exit codes, words instead of tracebacks, and no process left behind."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from simulators.cli import main
from simulators.demo import begin_anew, line_of
from simulators.serve import ServeError
from tests.end_to_end.sites import SITES, moved
from tests.end_to_end.test_demo import Demo
from tests.services import RUN_S, free_port, wait_until

CONFIG = str(SITES["nursery"])


def tirta_sim(*arguments: str, timeout: float = 60.0) -> subprocess.CompletedProcess[str]:
    """Run it as a person does."""
    return subprocess.run(
        [sys.executable, "-m", "simulators.cli", *arguments], capture_output=True, text=True, timeout=timeout
    )


def test_a_season_as_json(tmp_path: Path) -> None:
    """One JSON document on stdout, progress on stderr only, ledger and telemetry in the folder that was named."""
    result = tirta_sim("season", "-c", CONFIG, "--days", "1", "--json", "--state", str(tmp_path / "s"))
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert (document["site"], document["strategy"], document["cycles"]) == ("desa-impian", "solar", 1441)
    assert document["violations"] == []
    assert {path.name for path in (tmp_path / "s").glob("*.db")} == {"ledger.db", "telemetry.db"}


def test_a_season_never_continues_another_ledger(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that has a ledger is refused with exit 1, and left as it is."""
    (tmp_path / "ledger.db").write_text("mine")
    assert main(["season", "-c", CONFIG, "--days", "1", "--state", str(tmp_path)]) == 1
    assert "name an empty directory" in capsys.readouterr().err
    assert (tmp_path / "ledger.db").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["season", "--days", "0"], 1, "above 0"),
        (["season", "--days", "-3"], 1, "above 0"),
        (["season", "--start", "yesterday", "--days", "1"], 1, "a day is written"),
        (["season", "--weather", "/no/such.csv", "--days", "1"], 1, "such.csv"),
        (["season", "--world", "nowhere:World", "--days", "1"], 1, "MODULE:FACTORY"),
        (["season", "--world", "json:nothing", "--days", "1"], 1, "MODULE:FACTORY"),
        (["demo", "--rate", "0"], 1, "above 0"),
        (["demo", "--start", "soon"], 1, "a time is written"),
        (["serve", "--start", "soon"], 1, "a time is written"),
    ],
)
def test_wrong_input_is_told_in_words(
    arguments: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """No traceback: what is wrong and how it is written."""
    try:
        ended = main([arguments[0], "-c", CONFIG, *arguments[1:]])
    except SystemExit as error:
        ended = int(error.code or 0)
    assert ended == code
    assert words in capsys.readouterr().err


def test_a_broken_site_file_is_exit_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The problem with file, line and column."""
    path = tmp_path / "site.yaml"
    path.write_text("site: {id: x}\nbuses: 5\n")
    assert main(["season", "-c", str(path)]) == 1
    assert "site.yaml:2:" in capsys.readouterr().err


def test_somebody_elses_physics_can_be_used() -> None:
    """``--world`` takes any factory; a world without truth gives null where only truth could tell."""
    result = tirta_sim(
        "season", "-c", CONFIG, "--days", "0.1", "--json", "--world", "tests.simulators.test_cli:a_dead_world"
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["energy"]["pump_kwh"] is None


def a_dead_world(site: object, seed: int, start: object) -> object:
    """A factory of a world where nothing is known and nothing happens."""
    from tests.simulators.paper import Paper

    return Paper()


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    """Exit 2 and the bus that cannot be opened; the hint says what to do."""
    config = moved(SITES["nursery"], tmp_path, free_port())
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        text = config.read_text()
        port = text.split("tcp://127.0.0.1:")[1].split()[0]
        config.write_text(text.replace(port, str(other.getsockname()[1])))
        result = tirta_sim("serve", "-c", str(config))
    assert result.returncode == 2
    assert "another simulator" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_simulator_that_is_told_to_end_takes_its_port_along(tmp_path: Path) -> None:
    """After SIGTERM the link of the serial port is gone: it would lead to whatever terminal comes next."""
    config = moved(SITES["nursery"], tmp_path, free_port())
    link = Path(re.findall(r"rtu://([^?\s]+)\?", config.read_text())[-1])
    said = tmp_path / "said"
    with said.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "simulators.cli", "serve", "-c", str(config)], stderr=log
        )
    try:
        wait_until(lambda: "mqtt://" in said.read_text(), "the simulators serve", RUN_S)
        assert link.is_symlink()
        process.terminate()
        process.wait(30.0)
    finally:
        process.kill()
    assert (process.returncode, "Traceback" in said.read_text(), link.is_symlink()) == (0, False, False)


def test_the_demo_removes_only_its_own_files(tmp_path: Path) -> None:
    """Emptying the state directory of an earlier demonstration spares everything that no demonstration made."""
    begin_anew(tmp_path)
    mine = {path.name for path in tmp_path.iterdir()}
    for name in ("ledger.db", "ledger.db-wal", "telemetry.db", "tirta.log", "notes.txt", "config.yaml"):
        (tmp_path / name).write_text("x")
    (tmp_path / "record").mkdir()
    begin_anew(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} - mine == {"config.yaml", "notes.txt", "record"}


def test_the_demo_spares_a_real_site(tmp_path: Path) -> None:
    """A ledger that no demonstration wrote is refused and stays."""
    (tmp_path / "ledger.db").write_text("the village's")
    with pytest.raises(ServeError, match="no demonstration wrote"):
        begin_anew(tmp_path)
    assert (tmp_path / "ledger.db").read_text() == "the village's"


def demo_of(folder: Path) -> tuple[Demo, int, int]:
    """A demonstration whose page answers, its daemon's process and the page's port."""
    port = free_port()
    moved(SITES["nursery"], folder, port)
    demo = Demo(folder)
    demo.wait_for_page()
    [daemon] = psutil.Process(demo.process.pid).children()
    return demo, daemon.pid, port


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_leaves_no_process_behind(tmp_path: Path, how: signal.Signals) -> None:
    """The demo ends with 0 and its daemon has ended before it, outputs off; simulators, broker and ports are free."""
    demo, daemon, port = demo_of(tmp_path)
    try:
        demo.process.send_signal(how)
        assert demo.process.wait(30.0) == 0
        assert not psutil.pid_exists(daemon)
    finally:
        demo.kill()
    log = (demo.state / "tirta.log").read_text()
    assert "Traceback" not in log, log
    assert "could not be written off" not in log, log
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))


@pytest.mark.slow
def test_a_daemon_that_dies_ends_the_demo(tmp_path: Path) -> None:
    """When the controller falls the demo says so, shows its last words and ends with 2."""
    demo, daemon, _port = demo_of(tmp_path)
    try:
        os.kill(daemon, signal.SIGKILL)
        assert demo.process.wait(30.0) == 2
    finally:
        demo.kill()
    assert "ended by itself" in demo.said()


@pytest.mark.parametrize(
    ("language", "words"), [("C", "no demonstration"), ("id_ID.UTF-8", "bukan dari demo")]
)
def test_refusals_come_in_the_readers_language(
    tmp_path: Path,
    language: str,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the simulators refuse is said in the terminal's language, with what to do on the next line."""
    monkeypatch.setenv("LC_ALL", language)
    config = moved(SITES["nursery"], tmp_path, free_port())
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "ledger.db").write_text("the village's")
    refused = tirta_sim("demo", "-c", str(config), "--state", str(tmp_path / "s"), "--no-browser")
    assert refused.returncode == 2
    lines = refused.stderr.splitlines()
    assert words in lines[0]
    assert "--state" in lines[1]


def test_the_progress_line_names_who_it_speaks_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each sentence begins with its subject: "the pots are moist" of which plot?"""
    monkeypatch.setenv("LC_ALL", "id_ID.UTF-8")
    status = {"reasons": [{"subject": "melon", "id": "Polibag cukup air.", "en": "The pots are moist."}]}
    assert (
        line_of(status, datetime(2026, 8, 12, 9, 5, tzinfo=UTC))
        == "  12 Aug 09.05  melon: Polibag cukup air."
    )
