"""A shipped site moved to ports and paths of a test's own, and run as processes: `tirta-sim demo` or `tirta-sim serve`."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from tests.services import Program, free_port

ROOT = Path(__file__).parents[2]
SITES = {
    "nursery": ROOT / "config.yaml",
    "vegetables": ROOT / "simulators/sites/vegetables.yaml",
    "paddy": ROOT / "simulators/sites/paddy.yaml",
    "kutai": ROOT / "simulators/sites/kutai.yaml",
}

Document = dict[str, Any]


def moved(
    config: Path, folder: Path, mqtt_port: int, change: Callable[[Document], None] = lambda _: None
) -> Path:
    """A copy of a site file in ``folder`` whose buses and page are ours alone; ``change`` may alter it further."""
    file: Document = yaml.safe_load(config.read_text(encoding="utf-8"))
    for bus in file["buses"]:
        scheme, _, rest = bus["url"].partition("://")
        if scheme == "mqtt":
            bus["url"] = f"mqtt://127.0.0.1:{mqtt_port}"
        elif scheme == "rtu":
            bus["url"] = f"rtu://{folder / bus['id']}?{rest.partition('?')[2]}"
        else:
            bus["url"] = f"{scheme}://127.0.0.1:{free_port()}"
    file["programs"] = str(config.parent / file.get("programs", "schedules/programs"))
    file["web"] = {**file.get("web", {}), "port": free_port()}
    change(file)
    copy = folder / "site.yaml"
    copy.write_text(yaml.safe_dump(file, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return copy


def loaded(config: Path) -> Document:
    """The site file as plain data."""
    document: Document = yaml.safe_load(config.read_text(encoding="utf-8"))
    return document


SUNNY = "2026-08-12T10:00"
"""Local time on a day when, with seed 1, the sun drives the nursery's pump."""


def lately(days: int = 2) -> str:
    """Local 09.00 some days ago, for databases that only take young points."""
    return (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%dT09:00")


class Demo(Program):
    """`tirta-sim demo`: simulators in one process, the real daemon in another, both stopped with the test."""

    def __init__(self, config: Path, rate: float = 60.0, start: str = SUNNY) -> None:
        self.config, self.folder = config, config.parent
        self.state = self.folder / "state"
        self.port = int(loaded(config)["web"]["port"])
        self._daemon = 0
        command = [
            sys.executable, "-m", "simulators.cli", "demo", "-c", str(config), "--state", str(self.state),
            "--no-browser", "--rate", str(rate), "--start", start,
        ]  # fmt: skip
        super().__init__("tirta-sim demo", command, self.folder / "demo.log", self._is_up)

    @property
    def daemon_pid(self) -> int:
        """The daemon's own process: the only child of the demo."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        assert len(children) == 1, children
        return int(children[0])

    def start(self) -> None:
        """See `Program.start`; remembers the daemon, so that nothing outlives the test."""
        super().start()
        self._daemon = self.daemon_pid

    def stop(self) -> None:
        """Ctrl-C: the daemon is asked to end and has ended when this returns."""
        super().stop()
        self._end_daemon()

    def kill(self) -> None:
        """Both processes at once."""
        super().kill()
        self._end_daemon()

    def get(self, path: str) -> Document:
        """JSON from the daemon's page."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            document: Document = json.loads(answer.read())
        return document

    def _is_up(self) -> bool:
        try:
            return bool(self.get("/health"))
        except (urllib.error.URLError, OSError, ValueError):
            return False

    def _end_daemon(self) -> None:
        if self._daemon and str(self.state).encode() in _command_line(self._daemon):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._daemon, signal.SIGKILL)
        self._daemon = 0


class Devices(Program):
    """`tirta-sim serve`: only the simulated devices of a moved site. ``rate`` near 0 makes the world almost stand still."""

    def __init__(self, config: Path, start: str, rate: float = 1e-3, world: str | None = None) -> None:
        self.config, self.folder, self.site = config, config.parent, loaded(config)
        command = [
            sys.executable, "-m", "simulators.cli", "serve", "-c", str(config), "--rate", str(rate), "--start", start,
            *(["--world", world] if world else []),
        ]  # fmt: skip
        super().__init__("tirta-sim serve", command, self.folder / "serve.log", self._is_up)

    def _is_up(self) -> bool:
        """It says what it serves when everything is open; serial ends are links."""
        return self.log.exists() and self.log.read_text().count("://") >= len(self.site["buses"])


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
