"""A shipped site moved to ports and paths of a test's own, and run as processes: `tirta-sim serve` and `tirta run`."""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

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


class Station:
    """`tirta-sim serve` and `tirta run`, each its own process, on one plant time, at a broker that is somebody else's."""

    def __init__(self, config: Path, rate: float = 60.0, start: str = SUNNY) -> None:
        document = loaded(config)
        self.state, self.port = config.parent / "state", int(document["web"]["port"])
        moment = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(document["site"]["timezone"]))
        anchor = time.monotonic()
        self.devices = Devices(config, start, rate, anchor=anchor)
        command = [
            sys.executable, "-m", "controller.cli", "run", "-c", str(config), "--state", str(self.state),
            "--plant-start", moment.isoformat(), "--plant-rate", str(rate), "--plant-anchor", repr(anchor),
        ]  # fmt: skip
        self.daemon = Program("tirta run", command, config.parent / "tirta.log", self._is_up)

    def start(self) -> None:
        """First the devices, then the daemon; returns when its page answers."""
        self.devices.start()
        self.daemon.start()

    def stop(self) -> None:
        """The daemon is asked to end and has ended when this returns, then the devices."""
        self.daemon.stop()
        self.devices.stop()

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


class Devices(Program):
    """`tirta-sim serve`: only the simulated devices of a moved site. ``rate`` near 0 makes the world almost stand still."""

    def __init__(
        self,
        config: Path,
        start: str,
        rate: float = 1e-3,
        world: str | None = None,
        anchor: float | None = None,
    ) -> None:
        self.config, self.folder, self.site = config, config.parent, loaded(config)
        command = [
            sys.executable, "-m", "simulators.cli", "serve", "-c", str(config), "--rate", str(rate), "--start", start,
            *(["--world", world] if world else []), *(["--anchor", repr(anchor)] if anchor is not None else []),
        ]  # fmt: skip
        super().__init__("tirta-sim serve", command, self.folder / "serve.log", self._is_up)

    def _is_up(self) -> bool:
        """It says what it serves when everything is open; serial ends are links."""
        return self.log.exists() and self.log.read_text().count("://") >= len(self.site["buses"])
