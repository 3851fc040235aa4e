"""Totals of counters over a restart of the controller: one small file, written anew while the plant runs, read at the start.

Devices count on while we are away, begin again at 0, or are replaced; the drivers know what that means, but only while they know
what was shown last. Without it the totals in the databases would fall at every restart, and the books count a day's energy twice.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from controller.core.decision import Decision
from controller.core.snapshot import Snapshot
from drivers.device import Counting, Device

log = logging.getLogger(__name__)

SAVE_S = 600.0
"""The file is written so often while totals grow, plant seconds. An older one loses nothing but a reset in between."""

UNKNOWN_S = 86_400.0
"""How long we were away when nobody can tell (a clock that is not trusted)."""

Later = Callable[[Callable[[], None]], object]
"""Runs something beside the cycle."""


class Totals:
    """An observer of every cycle that keeps what ``devices`` have counted in ``path``. ``later``: who writes the file."""

    def __init__(self, path: Path, devices: Mapping[str, Device], later: Later) -> None:
        self._path, self._later = path, later
        self._devices = {name: one for name, one in devices.items() if isinstance(one, Counting)}
        self._profiles = {name: one.profile.name for name, one in devices.items()}
        self._saved: dict[str, Any] = {}
        self._due_s = float("-inf")

    def go_on(self, away_s: float | None) -> None:
        """Let the devices go on from the file. What cannot be read, or is of another profile, begins anew; never raises for it."""
        try:
            told = json.loads(self._path.read_text("utf-8"))
            for name, device in self._devices.items():
                entry = told.get(name)
                if entry is not None and entry["profile"] == self._profiles[name]:
                    kept = {
                        what: (float(last), float(plus)) for what, (last, plus) in entry["totals"].items()
                    }
                    device.go_on(kept, UNKNOWN_S if away_s is None else away_s)
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("%s cannot be read, totals go on from what the devices show: %r", self._path, error)
            return
        self._saved = self._now()

    def cycle(self, snapshot: Snapshot, decision: Decision, cycle_ms: float) -> None:
        """Write what has changed, now and then."""
        if snapshot.at.mono_s >= self._due_s:
            self._due_s = snapshot.at.mono_s + SAVE_S
            if (now := self._now()) != self._saved:
                self._later(lambda: self._write(now))

    def close(self) -> None:
        """Write what has changed, here and now."""
        if (now := self._now()) != self._saved:
            self._write(now)

    def _now(self) -> dict[str, Any]:
        counted = ((name, device.totals) for name, device in self._devices.items())
        return {name: {"profile": self._profiles[name], "totals": kept} for name, kept in counted if kept}

    def _write(self, told: dict[str, Any]) -> None:
        """Whole or not at all: a power cut leaves the old file."""
        fresh = self._path.with_suffix(".new")
        try:
            with fresh.open("w", encoding="utf-8") as file:
                json.dump(told, file)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)
        except OSError as error:
            log.warning("%s cannot be written: %s", self._path, error)
        else:
            self._saved = told
