"""A year's report of the four-zone site: 365 days and thousands of events, each format in a process of its own.

Budgets: 10 s and 150 MB each. Seconds are processor time of the child, user and system: other processes do not count.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks._figures import figure, say
from controller.commands.report import FORMATS
from tests.controller.report.ledgers import MEMBERS, site_of, write_ledger

ROOT = Path(__file__).resolve().parents[1]
TRIPS_A_DAY = 9
"""With start, stop and clearing about 13,000 rows a year, 3,300 of them listed one by one: a bad year."""

BUDGET_S, BUDGET_MB = 10.0, 150.0


def main() -> int:
    """Make the ledger, then each report."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        gaps, without = ["2026-03-05", "2026-03-06"], ["2026-04-03", "2026-04-04"]
        write_ledger(
            state, site_of("vegetables"), "2026-01-01", "2026-12-31", gaps, without, TRIPS_A_DAY, [MEMBERS]
        )
        for kind in FORMATS:
            seconds, peak_mb, size = measured(state, kind)
            say(f"{kind}: {seconds:.1f} s, {peak_mb:.0f} MB, file {size / 1e6:.2f} MB")
            figure(f"report of a year, {kind}: processor time", seconds, "s", BUDGET_S, "lower")
            figure(f"report of a year, {kind}: peak memory", peak_mb, "MB", BUDGET_MB, "lower")
    return 0


def measured(state: Path, kind: str) -> tuple[float, float, int]:
    """Processor seconds, peak resident memory in MB and the size of the file in bytes."""
    file, site = state / f"report.{kind}", ROOT / "simulators/sites/vegetables.yaml"
    words = [
        "report",
        "-c",
        str(site),
        "--state",
        str(state),
        "--year",
        "2026",
        "--format",
        kind,
        "-o",
        str(file),
    ]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-m", "controller.cli", *words], env=environment, stderr=subprocess.DEVNULL
    ) as child:
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"{kind}: exit {child.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024.0, file.stat().st_size


if __name__ == "__main__":
    sys.exit(main())
