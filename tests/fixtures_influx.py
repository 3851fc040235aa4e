"""Real time-series databases on 127.0.0.1: Debian's InfluxDB 1.6.7 and VictoriaMetrics, shared or a test's own."""

from __future__ import annotations

import itertools
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.services import Program, free_port, require

CONFIG = """\
reporting-disabled = true
bind-address = "127.0.0.1:{rpc_port}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[subscriber]
  enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
  log-enabled = false
"""


class _Http(Program):
    """A program behind an HTTP address."""

    def __init__(self, name: str, command: list[str], folder: Path, port: int, health: str) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._numbers = itertools.count(1)
        super().__init__(name, command, folder / f"{name}.log", lambda: self._is_up(health))

    def request(self, path: str, body: bytes | None = None, **query: str) -> bytes:
        """The answer's body; GET without a body, else POST. Raises `urllib.error.HTTPError` for 4xx and 5xx."""
        address = f"{self.url}{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(urllib.request.Request(address, data=body), timeout=30) as answer:
            content: bytes = answer.read()
        return content

    def _is_up(self, health: str) -> bool:
        try:
            self.request(health)
        except (urllib.error.URLError, OSError):
            return False
        return True


class Influx(_Http):
    """InfluxDB 1.6.7: `url`, `port`, `fresh_database()`, `write(...)`, `query(...)` and what `Program` can do."""

    def __init__(self, folder: Path) -> None:
        port, config = free_port(), folder / "influxdb.conf"
        config.write_text(CONFIG.format(folder=folder, port=port, rpc_port=free_port()))
        super().__init__(
            "influxd", [require("influxd"), "run", "-config", str(config)], folder, port, "/ping"
        )

    def fresh_database(self) -> str:
        """Creates an empty database and returns its name."""
        name = f"test_{next(self._numbers)}"
        self.request("/query", b"", q=f'CREATE DATABASE "{name}"')
        return name

    def write(self, database: str, lines: str, precision: str = "ns") -> None:
        """Line protocol, straight past our own sink."""
        self.request("/write", lines.encode(), db=database, precision=precision)

    def query(self, database: str, statement: str) -> list[dict[str, Any]]:
        """Rows of the first statement as dictionaries, tags of each series included; `time` in nanoseconds."""
        answer = json.loads(self.request("/query", db=database, q=statement, epoch="ns"))
        result = answer["results"][0]
        if "error" in result:
            raise ValueError(result["error"])
        return [
            {**series.get("tags", {}), **dict(zip(series["columns"], values, strict=True))}
            for series in result.get("series", [])
            for values in series["values"]
        ]


class VictoriaMetrics(_Http):
    """VictoriaMetrics: `url`, `port`, `export(...)` and what `Program` can do. It drops strings without a word."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        command = [
            require("victoria-metrics"),
            f"-storageDataPath={folder / 'data'}",
            f"-httpListenAddr=127.0.0.1:{port}",
            "-retentionPeriod=100y",
            "-search.latencyOffset=0s",
        ]
        super().__init__("victoria-metrics", command, folder, port, "/health")

    def export(self, match: str) -> list[dict[str, Any]]:
        """Every stored sample of the series that match, as `{"metric": {...}, "values": [...], "timestamps": [ms, ...]}`."""
        self.request("/internal/force_flush")
        answer = self.request("/api/v1/export", **{"match[]": match})
        return [json.loads(line) for line in answer.splitlines()]


@pytest.fixture(scope="session")
def influxdb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influx]:
    """One InfluxDB 1.6.7 for all tests of this process: take a `fresh_database()`, and do not stop it."""
    yield from _running(Influx(tmp_path_factory.mktemp("influxdb")))


@pytest.fixture
def own_influxdb(tmp_path: Path) -> Iterator[Influx]:
    """An InfluxDB 1.6.7 of this test's own: stop it, kill it, start it again with what it had stored."""
    yield from _running(Influx(_folder(tmp_path / "influxdb")))


@pytest.fixture(scope="session")
def victoria_metrics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VictoriaMetrics]:
    """One VictoriaMetrics for all tests of this process: use tags of your own, and do not stop it."""
    yield from _running(VictoriaMetrics(tmp_path_factory.mktemp("victoria")))


@pytest.fixture
def own_victoria_metrics(tmp_path: Path) -> Iterator[VictoriaMetrics]:
    """A VictoriaMetrics of this test's own."""
    yield from _running(VictoriaMetrics(_folder(tmp_path / "victoria")))


Server = TypeVar("Server", bound=_Http)


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def _running(server: Server) -> Iterator[Server]:
    server.start()
    yield server
    server.stop()
