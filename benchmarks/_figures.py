"""What the benchmarks share: one JSON line per figure, and what the kernel says of a process."""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


def figure(what: str, value: float, unit: str, budget: float | None = None, better: str = "") -> None:
    """Print one figure as `make bench` reads it."""
    row: dict[str, object] = {"what": what, "value": value, "unit": unit}
    row |= {"budget": budget} if budget is not None else {}
    row |= {"better": better} if better else {}
    print(json.dumps(row), flush=True)


def say(text: str) -> None:
    """Progress."""
    print(text, file=sys.stderr, flush=True)


def middle(values: Iterable[float]) -> float:
    """The median."""
    return statistics.median(list(values))


@dataclass(frozen=True)
class Use:
    """What a process has used so far. ``cpu_s``: user and system. ``written``: bytes for the disk, ``None`` where not told."""

    at_s: float
    cpu_s: float
    rss_mb: float
    peak_mb: float
    written: int

    def cpu_share(self, before: Use) -> float:
        """Per cent of one core since ``before``."""
        return 100.0 * (self.cpu_s - before.cpu_s) / (self.at_s - before.at_s)


def use_of(pid: int) -> Use:
    """Read /proc (Linux)."""
    folder = Path(f"/proc/{pid}")
    ticks = folder.joinpath("stat").read_text().rpartition(")")[2].split()
    status = dict(line.split(":", 1) for line in folder.joinpath("status").read_text().splitlines())
    io = dict(line.split(":", 1) for line in folder.joinpath("io").read_text().splitlines())
    return Use(
        at_s=time.monotonic(),
        cpu_s=(int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK"),
        rss_mb=int(status["VmRSS"].split()[0]) / 1024.0,
        peak_mb=int(status["VmHWM"].split()[0]) / 1024.0,
        written=int(io["write_bytes"]),
    )
