"""`tirta` as people and programs meet it: exit codes, JSON shapes, one sentence instead of a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from controller.core.decision import Event, EventKind, Reason
from controller.core.instant import Instant
from controller.pin import write_pin
from controller.store.ledger import Ledger
from controller.web.access import pin_matches
from tests.controller.site_files import ROOT, copy_site, edit


def tirta(*args: str | Path, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as its own process, in English."""
    env = (
        {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "TIRTA"))}
        | {"LANG": "C.UTF-8"}
        | environment
    )
    command = [sys.executable, "-m", "controller.cli", *map(str, args)]
    done = subprocess.run(command, cwd=ROOT, env=env, input=stdin, capture_output=True, text=True, timeout=60)
    assert "Traceback" not in done.stderr
    return done


def test_check_good_file() -> None:
    """The shipped file is good: exit 0, an empty list of problems, and no warning but of unverified profiles."""
    done = tirta("check", "-c", "config.yaml", "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == 0
    assert (answer["ok"], answer["problems"], answer.keys()) == (
        True,
        [],
        {"ok", "problems", "warnings", "stops"},
    )
    assert all(w["path"].endswith(".profile") and "tirta probe" in w["hint"] for w in answer["warnings"])


def test_check_bad_file(tmp_path: Path) -> None:
    """A wrong file: exit 1, and each problem has file, line, column, path, message and hint."""
    path = copy_site(ROOT / "config.yaml", tmp_path)
    line = edit(path, "rated_power_w: 750 ", "rated_power_w: 30000 ")
    done = tirta("check", "-c", path, "--json", "--language", "en")
    answer = json.loads(done.stdout)
    assert done.returncode == 1
    assert answer["ok"] is False
    problem = answer["problems"][0]
    assert set(problem) == {"file", "line", "column", "path", "message", "hint"}
    assert (problem["file"], problem["line"], problem["column"]) == (str(path), line, 20)
    assert problem["path"] == "pumps[0].rated_power_w"
    assert problem["hint"]


def test_check_for_people(tmp_path: Path) -> None:
    """Without --json the problems come as file:line:column on standard error, in the site's language."""
    path = copy_site(ROOT / "config.yaml", tmp_path)
    line = edit(path, "rated_power_w: 750 ", "rated_power_w: 30000 ")
    done = tirta("check", "-c", path)
    assert done.returncode == 1
    assert f"{path}:{line}:20: pumps[0].rated_power_w: pompa perlu" in done.stderr


def test_check_no_file() -> None:
    """A file that is not there is wrong input, told in one line."""
    done = tirta("check", "-c", "/nonexistent.yaml", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["problems"][0]["file"] == "/nonexistent.yaml"


@pytest.mark.parametrize("what", ["site", "program", "profile"])
def test_schema(what: str) -> None:
    """The schema is JSON of draft 2020-12 and knows the keys of its file."""
    schema = json.loads(tirta("schema", what).stdout)
    assert schema["$schema"].endswith("2020-12/schema")
    known = json.dumps(schema)
    assert {"site": "pv_kwp", "program": "max_doses_per_day", "profile": "golden"}[what] in known


def test_devices() -> None:
    """The library as JSON: name, maker, kind, transport, confidence for each profile file."""
    devices = json.loads(tirta("devices", "--json").stdout)
    assert {d["name"] for d in devices} == {p.stem for p in (ROOT / "drivers/profiles").glob("*.yaml")}
    assert all({"name", "maker", "kind", "transport", "confidence"} <= set(d) for d in devices)


def test_wrong_command_line() -> None:
    """A wrong command line is wrong input: exit 1."""
    assert tirta("chekc").returncode == 1
    assert tirta("manual", "run").returncode == 1
    assert tirta().returncode == 1


def test_daemon_not_there() -> None:
    """No daemon: exit 2, and JSON for those who asked for it."""
    done = tirta("status", "--url", "http://127.0.0.1:9", "--json")
    assert done.returncode == 2
    assert "127.0.0.1:9" in json.loads(done.stdout)["error"]


def test_messages_in_indonesian() -> None:
    """An Indonesian terminal gets Indonesian messages."""
    assert (
        "layanan tidak menjawab" in tirta("status", "--url", "http://127.0.0.1:9", LANG="id_ID.UTF-8").stderr
    )


class Daemon(BaseHTTPRequestHandler):
    """Answers as the daemon does, on the two routes that the command line uses."""

    seen: ClassVar[list[tuple[str, str, dict[str, Any], str | None]]] = []

    def do_GET(self) -> None:
        self._answer(200, {"site": {"name": "Desa"}, "reasons": [
            {"subject": "pompa", "key": "x", "level": "alarm", "en": "no flow", "id": "tidak ada aliran"},
            {"subject": "kebun", "key": "wire_lost", "level": "alarm", "en": "cut", "id": "putus",
             "params": {"cause": "port_missing"}}],
            "devices": [
                {"id": "meter", "bus": "panel", "ok": False, "since_s": 300.0,
                 "said": {"en": "No answer.", "id": "Tidak menjawab."}, "help": {"en": "Look.", "id": "Lihat."}},
                {"id": "surya", "bus": "kebun", "ok": False, "since_s": 300.0, "said": None, "help": None},
                {"id": "tanah", "bus": "panel", "ok": None, "since_s": None}]})  # fmt: skip

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        pin = self.headers.get("X-Tirta-Pin")
        self.seen.append(("POST", self.path, body, pin))
        self._answer(200 if pin == "2468" else 403, {"en": "taken", "id": "diterima"})

    def _answer(self, status: int, body: Mapping[str, object]) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def daemon() -> Iterator[str]:
    """The URL of an answering daemon."""
    server = HTTPServer(("127.0.0.1", 0), Daemon)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    Daemon.seen.clear()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_status(daemon: str) -> None:
    """Status shows one sentence for each subject, or the daemon's own JSON."""
    assert "! pompa: no flow" in tirta("status", "--url", daemon).stdout
    assert "! pompa: tidak ada aliran" in tirta("status", "--url", daemon, LANG="id_ID.UTF-8").stdout
    assert json.loads(tirta("status", "--url", daemon, "--json").stdout)["site"] == {"name": "Desa"}


def test_a_wrong_pin_is_not_a_missing_pin(daemon: str) -> None:
    """Who gave a PIN is told that it is wrong, who gave none that one is needed; exit 1 both times."""
    none = tirta("manual", "stop", "cabai", "--url", daemon)
    wrong = tirta("manual", "stop", "cabai", "--url", daemon, TIRTA_PIN="1111", LANG="id_ID.UTF-8")
    assert (none.returncode, wrong.returncode) == (1, 1)
    assert "wants the PIN" in none.stderr
    assert "PIN itu salah" in wrong.stderr


@pytest.mark.parametrize(
    ("words", "english", "indonesian"),
    [
        (("sdm120", "tcp://127.0.0.1:9"), "nothing listens there", "sambungan ditolak"),
        (("sdm120", "rtu:///dev/nowhere?baud=9600"), "the port is not there", "port-nya tidak ada"),
        (("tasmota-relay", "mqtt://127.0.0.1:9/x"), "cannot be reached", "sambungan ditolak"),
    ],
)
def test_probe_says_why_nothing_came(words: tuple[str, str], english: str, indonesian: str) -> None:
    """A device that cannot be reached is told once, with what to do, in the reader's language."""
    profile, connection = words
    command = ("probe", "--profile", profile, "--connection", connection, "--wait", "1")
    for language, says in (("C.UTF-8", english), ("id_ID.UTF-8", indonesian)):
        done = tirta(*command, LANG=language)
        assert done.returncode == 2
        message, hint = done.stderr.splitlines()
        assert says in message
        assert hint.startswith("       ")


def test_status_says_who_is_silent_and_what_to_do(daemon: str) -> None:
    """A silent device has its reason, its duration and a way out in the reader's language; what hangs on a cut wire is told by the
    wire alone, and a device that has not spoken yet is no news.
    """
    lines = tirta("status", "--url", daemon, LANG="id_ID.UTF-8").stdout.splitlines()
    assert lines[2] == "! kebun: putus"
    assert "adaptor USB-RS485" in lines[3]
    assert lines[4:] == ["* meter: Tidak menjawab. (5 menit)", "    -> Lihat."]
    assert "* meter: No answer. (5 min)" in tirta("status", "--url", daemon).stdout


@pytest.mark.parametrize(
    ("words", "body"),
    [
        (["run", "cabai", "--minutes", "5"], {"order": "run_zone", "target": "cabai", "amount": 5.0}),
        (["fill", "pompa"], {"order": "run_pump", "target": "pompa", "amount": 15.0}),
        (["stop", "cabai"], {"order": "stop", "target": "cabai", "amount": 0.0}),
        (["emergency-stop"], {"order": "emergency_stop", "target": "", "amount": 0.0}),
        (["resume"], {"order": "resume", "target": "", "amount": 0.0}),
        (["reset", "pompa"], {"order": "reset", "target": "pompa", "amount": 0.0}),
    ],
)
def test_manual(words: list[str], body: dict[str, Any], daemon: str) -> None:
    """Each wish arrives as order, target and amount, with the PIN in its header."""
    done = tirta("manual", *words, "--url", daemon, TIRTA_PIN="2468")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "taken\n"
    assert Daemon.seen == [("POST", "/api/orders", body, "2468")]


def test_manual_needs_the_pin(daemon: str) -> None:
    """Without the PIN the wish is refused, and the message says how to give it."""
    done = tirta("manual", "stop", "cabai", "--url", daemon)
    assert done.returncode == 1
    assert "--pin-file" in done.stderr


def test_manual_minutes_are_bounded(daemon: str) -> None:
    """Nobody runs a zone for a day by a slip of the finger."""
    assert tirta("manual", "run", "cabai", "--minutes", "1440", "--url", daemon).returncode == 1
    assert Daemon.seen == []


def test_pin(tmp_path: Path) -> None:
    """The PIN is kept as a salted hash that only its owner may read."""
    path = tmp_path / "pin"
    assert tirta("pin", "--file", path, "--stdin", stdin="135790\n").returncode == 0
    text = path.read_text()
    assert text.startswith("scrypt$")
    assert "135790" not in text
    assert path.stat().st_mode & 0o777 == 0o600
    assert pin_matches("135790", text)
    assert not pin_matches("135791", text)
    assert tirta("pin", "--file", path, "--stdin", stdin="1\n").returncode == 1
    assert path.read_text() == text


def make_ledger(state: Path) -> None:
    """A ledger with three rows."""
    state.mkdir()
    with Ledger(state / "ledger.db") as ledger:
        for i in range(3):
            reason = Reason("pompa", "=key", {"power_w": 100.0 * i})
            ledger.commit(
                [Event(EventKind.START, "pompa", reason)], None, Instant(1.8e9 + i, float(i), "boot")
            )


def test_ledger_verify_and_export(tmp_path: Path) -> None:
    """A whole ledger verifies and is exported row by row; a cut one is refused with exit 1."""
    make_ledger(tmp_path / "state")
    answer = json.loads(tirta("ledger", "verify", "--state", tmp_path / "state", "--json").stdout)
    assert (answer["ok"], answer["rows"]) == (True, 3)
    lines = tirta("ledger", "export", "--state", tmp_path / "state", "--json").stdout.splitlines()
    rows = [json.loads(line) for line in lines]
    assert [row["seq"] for row in rows] == [1, 2, 3]
    assert rows[1]["payload"]["params"] == {"power_w": 100.0}
    table = tirta("ledger", "export", "--state", tmp_path / "state", "--since", "2").stdout.splitlines()
    assert table[0].startswith("seq,time,trusted,kind")
    assert len(table) == 2
    seq, _, digest = answer["head"].partition(":")
    beyond = tirta(
        "ledger", "verify", "--state", tmp_path / "state", "--head", f"{int(seq) + 1}:{digest}", "--json"
    )
    assert beyond.returncode == 1
    assert json.loads(beyond.stdout)["problems"]


def test_ledger_not_there(tmp_path: Path) -> None:
    """No ledger: exit 2 with what to do."""
    done = tirta("ledger", "verify", "--state", tmp_path)
    assert done.returncode == 2
    assert "state directory" in done.stderr


def test_ledger_replay_without_recordings(tmp_path: Path) -> None:
    """Nothing to replay is wrong input, with the way to a recording."""
    done = tirta("ledger", "replay", "--state", tmp_path, "-c", "config.yaml")
    assert done.returncode == 1
    assert "--record" in done.stderr


def test_ledger_replay_of_a_damaged_file(tmp_path: Path) -> None:
    """A file that is no recording is told as such."""
    (tmp_path / "x.jsonl.gz").write_bytes(b"no gzip")
    done = tirta("ledger", "replay", "--state", tmp_path, "-c", "config.yaml", "--json")
    assert done.returncode == 2
    assert "x.jsonl.gz" in json.loads(done.stdout)["error"]


def test_run_refuses_what_check_refuses(tmp_path: Path) -> None:
    """The daemon does not start half: a wrong file ends it with exit 1 and the same problems."""
    path = copy_site(ROOT / "config.yaml", tmp_path)
    edit(path, "rated_power_w: 750 ", "rated_power_w: 30000 ")
    done = tirta("run", "-c", path, "--state", tmp_path / "state", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["problems"][0]["path"] == "pumps[0].rated_power_w"


@pytest.mark.parametrize("words", [["--plant-rate", "60"], ["--plant-start", "yesterday"], ["--plant-start", "2026-07-01T05:00:00"],
                                   ["--plant-start", "2026-07-01T05:00:00+07:00", "--plant-rate", "0"]])  # fmt: skip
def test_run_refuses_impossible_plant_time(words: list[str]) -> None:
    """Plant time needs a start with its offset and a positive rate."""
    assert tirta("run", *words).returncode == 1


def test_a_mistake_of_ours_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever goes wrong inside, people get a sentence and a file to report, never a traceback."""
    from controller import cli
    from controller.commands import files

    def broken(args: object) -> int:
        raise RuntimeError("boom")

    monkeypatch.setattr(files, "run_devices", broken)
    monkeypatch.setenv("LC_ALL", "C")
    assert cli.main(["devices"]) == 2
    told = capsys.readouterr().err
    assert "RuntimeError: boom" in told
    log = Path(told.split("report it with ")[1].strip())
    assert "Traceback" in log.read_text()
    log.unlink()


def test_status_starts_fast() -> None:
    """`tirta status` imports no heavy package (a Pi should answer at once)."""
    heavy = ("pydantic", "yaml", "asyncio", "sqlite3")
    code = f"import sys, controller.cli as c; c.parser(); print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_a_new_pin_keeps_the_rights_of_the_old_file(tmp_path: Path) -> None:
    """After `tirta pin` by root the service's group can still read what the installer let it read."""
    path = tmp_path / "pin"
    write_pin(path, "123456")
    path.chmod(0o640)
    write_pin(path, "654321")
    assert path.stat().st_mode & 0o777 == 0o640
