"""What the first start makes: secrets of its own each time, kept afterwards, and a broker that lets in only who has them."""

from __future__ import annotations

import getpass
import json
import os
import socket
import ssl
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import pytest

from controller.config import load_site
from tests.deploy.schemas import ROOT
from tests.services import RUN_S, Program, answers, free_port, require

SCRIPT = ROOT / "deploy" / "first_start.py"


def first_start(folder: Path, *words: str) -> str:
    """Run it from a copy beside the example site, as the image holds it; what it says."""
    source = folder.parent / "source"
    if not source.exists():
        (source / "schedules").mkdir(parents=True)
        (source / "schedules" / "programs").symlink_to(ROOT / "schedules" / "programs")
        for path in (SCRIPT, ROOT / "config.yaml"):
            (source / path.name).write_bytes(path.read_bytes())
    command = [sys.executable, str(source / SCRIPT.name), *words]
    environment = {**os.environ, "TIRTA_SECRETS": str(folder)}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=RUN_S
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def contents(folder: Path) -> dict[str, bytes]:
    """Every file."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """What one first start left, and what it said."""
    require("openssl")
    folder = tmp_path_factory.mktemp("first") / "secrets"
    return folder, first_start(folder, "secrets")


def test_secrets_are_its_own_and_stay(made: tuple[Path, str], tmp_path: Path) -> None:
    """A second start changes nothing; another installation shares no secret with this one; nobody else may read them."""
    folder, said = made
    before = contents(folder)
    assert "PIN" in said
    assert first_start(folder, "secrets") == ""
    assert contents(folder) == before
    first_start(tmp_path / "secrets", "secrets")
    other = contents(tmp_path / "secrets")
    secret = {name for name in before if not name.startswith("demo/")}
    assert {
        "broker/server.key",
        "broker/passwords",
        "grafana/admin-password",
        "influxdb/admin-token",
        "tirta/pin",
    } <= secret
    assert not {name for name in secret if before[name] == other[name]}
    for name in secret - {"broker/ca.crt", "broker/server.crt", "tirta/ca.crt"}:
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o400, name
    assert len(before["grafana/admin-password"]) > 30


def test_the_demos_site_is_one(made: tuple[Path, str], tmp_path: Path) -> None:
    """The demo's site file loads, sends to the compose file's InfluxDB, and its page wants the PIN."""
    folder, _ = made
    text = (folder / "demo" / "config.yaml").read_text("utf-8")
    copy = tmp_path / "site"
    (copy / "schedules").mkdir(parents=True)
    (copy / "schedules" / "programs").symlink_to(folder / "demo" / "schedules" / "programs")
    (folder / "tirta" / "influx-token").write_text("a token\n")
    (copy / "config.yaml").write_text(text.replace("/run/tirta/", f"{folder}/tirta/"))
    site, _profiles = load_site(copy / "config.yaml")
    sink = site.file.telemetry.influx
    assert sink is not None
    assert (sink.url, sink.org, sink.bucket) == ("http://influxdb:8086", "desa", "tirtasurya")
    assert (site.file.web.host, bool(site.file.web.pin_file)) == ("0.0.0.0", True)
    (folder / "tirta" / "influx-token").unlink()


# ---------------------------------------------------------------------------------------------------------- the broker


class Broker(Program):
    """A real Mosquitto with the shipped configuration; only its paths and ports are this test's."""

    def __init__(self, secrets: Path, folder: Path) -> None:
        self.secrets, self.plain, self.tls = secrets, free_port(), free_port()
        text = (ROOT / "deploy" / "mosquitto" / "mosquitto.conf").read_text("utf-8")
        for old, new in {
            "/run/tirta/": f"{secrets}/broker/",
            "/mosquitto/config/acl": str(ROOT / "deploy" / "mosquitto" / "acl"),
            "/mosquitto/data/": f"{folder}/",
            "listener 1883": f"listener {self.plain} 127.0.0.1",
            "listener 8883": f"listener {self.tls} 127.0.0.1",
        }.items():
            assert old in text, old
            text = text.replace(old, new)
        config = folder / "mosquitto.conf"
        config.write_text(f"{text}user {getpass.getuser()}\n")
        command = [require("mosquitto"), "-c", str(config)]
        super().__init__(
            "mosquitto", command, folder / "log", lambda: answers(self.plain) and answers(self.tls)
        )

    def say(self, name: str, word: str, topic: str, *, tls: bool = True) -> int:
        """The exit code of publishing as somebody."""
        port = self.tls if tls else self.plain
        with_tls = ["--cafile", str(self.secrets / "broker" / "ca.crt")] if tls else []
        command = [
            require("mosquitto_pub"),
            "-h",
            "127.0.0.1",
            "-p",
            str(port),
            *with_tls,
            "-u",
            name,
            "-P",
            word,
        ]
        done = subprocess.run(
            [*command, "-t", topic, "-m", "1", "-q", "1", "-r"], capture_output=True, check=False, timeout=20
        )
        return done.returncode

    def kept(self, topic: str, word: str) -> bool:
        """Whether the controller finds a retained message there."""
        command = [
            require("mosquitto_sub"),
            "-h",
            "127.0.0.1",
            "-p",
            str(self.plain),
            "-u",
            "tirta",
            "-P",
            word,
        ]
        done = subprocess.run(
            [*command, "-t", topic, "-C", "1", "-W", "1"], capture_output=True, check=False, timeout=20
        )
        return done.stdout == b"1\n"


@pytest.fixture
def broker(made: tuple[Path, str], tmp_path: Path) -> Iterator[Broker]:
    """It runs with a device `pompa-1` that was added by hand."""
    folder, _ = made
    said = first_start(folder, "device", "pompa-1")
    running = Broker(folder, tmp_path)
    running.device_word = said.splitlines()[0].partition(": ")[2]  # type: ignore[attr-defined]
    running.start()
    yield running
    running.stop()


@pytest.mark.slow
def test_the_broker_lets_in_who_has_a_password_and_no_further(broker: Broker) -> None:
    """The controller is let in everywhere, a gateway and a device on their own topics, nobody with a wrong or no password."""
    tirta = (broker.secrets / "tirta" / "mqtt-password").read_text().strip()
    gateway = (broker.secrets / "broker" / "gateway-password").read_text().strip()
    device = broker.device_word  # type: ignore[attr-defined]
    assert broker.say("tirta", tirta, "a/b") == 0
    assert broker.kept("a/b", tirta)
    assert broker.say("tirta", "wrong", "a/c") != 0
    assert broker.say("nobody", "", "a/c", tls=False) != 0
    assert broker.say("pompa-1", device, "pompa-1/status") == 0
    assert broker.kept("pompa-1/status", tirta)
    broker.say("pompa-1", device, "pompa-2/status")
    broker.say("gateway", gateway, "pompa-1/command")
    assert not broker.kept("pompa-2/status", tirta)
    assert not broker.kept("pompa-1/command", tirta)
    assert broker.say("gateway", gateway, "zigbee2mqtt/tanah") == 0
    assert broker.kept("zigbee2mqtt/tanah", tirta)


@pytest.mark.slow
def test_the_certificate_is_the_brokers(broker: Broker) -> None:
    """A client that knows the authority accepts the broker by name and by address, and one that does not refuses it."""
    trusting = ssl.create_default_context(cafile=str(broker.secrets / "broker" / "ca.crt"))
    for name in ("localhost", "mosquitto", "127.0.0.1"):
        with (
            socket.create_connection(("127.0.0.1", broker.tls), timeout=10) as raw,
            trusting.wrap_socket(raw, server_hostname=name) as tls,
        ):
            assert tls.version() in {"TLSv1.2", "TLSv1.3"}
    stranger = ssl.create_default_context()
    with (
        socket.create_connection(("127.0.0.1", broker.tls), timeout=10) as raw,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        stranger.wrap_socket(raw, server_hostname="localhost")


# ------------------------------------------------------------------------------------------------------------ InfluxDB


def _action(body: Any) -> str:
    """The first right that is asked for."""
    return str((body or {}).get("permissions", [{"action": ""}])[0]["action"])


class Api(BaseHTTPRequestHandler):
    """The few answers of InfluxDB 2 that are needed; what it was asked is kept."""

    asked: ClassVar[list[tuple[str, str, Any]]] = []
    dbrps: ClassVar[list[dict[str, Any]]] = [{"virtual": True, "database": "tirtasurya"}]

    def do_GET(self) -> None:
        """Organizations, buckets, mappings."""
        self._answer(None)

    def do_POST(self) -> None:
        """A token, a mapping."""
        self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _answer(self, body: Any) -> None:
        path = urlsplit(self.path).path.removeprefix("/api/v2/")
        self.asked.append((path, self.headers["Authorization"], body))
        if path == "dbrps" and body:
            self.dbrps.append({**body, "virtual": False})
        answer = {
            "orgs": {"orgs": [{"id": "o1"}]},
            "buckets": {"buckets": [{"id": "b1"}]},
            "dbrps": {"content": self.dbrps},
            "authorizations": {"token": f"token-{_action(body)}"},
        }[path]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: object) -> None:
        """Silent."""


def test_tokens_may_only_what_they_must(made: tuple[Path, str]) -> None:
    """The controller's token only writes, Grafana's only reads; the mapping for InfluxQL is made once."""
    folder, _ = made
    server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        for _ in range(2):
            first_start(folder, "tokens", f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()
    admin = (folder / "influxdb" / "admin-token").read_text().strip()
    assert {heads for _, heads, _ in Api.asked} == {f"Token {admin}"}
    rights = [body["permissions"] for path, _, body in Api.asked if path == "authorizations"]
    bucket = {"type": "buckets", "id": "b1", "orgID": "o1"}
    assert rights == [[{"action": "write", "resource": bucket}], [{"action": "read", "resource": bucket}]]
    assert (folder / "tirta" / "influx-token").read_text() == "token-write\n"
    assert (folder / "grafana" / "influx-token").read_text() == "token-read\n"
    mapped = [body for path, _, body in Api.asked if path == "dbrps" and body]
    assert [(one["database"], one["bucketID"], one["default"]) for one in mapped] == [
        ("tirtasurya", "b1", True)
    ]
