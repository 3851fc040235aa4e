"""`make bench`: runs each benchmark by itself and prints one table; exit code 1 when a budget is missed or one fails."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def main(names: list[str]) -> int:
    """Runs those named (all when none is), each in its own process, one after the other."""
    found = sorted(path for path in (ROOT / "benchmarks").glob("*.py") if not path.name.startswith("_"))
    unknown = set(names) - {path.stem for path in found}
    if unknown:
        print(
            f"no such benchmark: {', '.join(sorted(unknown))}; there are: {', '.join(path.stem for path in found)}"
        )
        return 1
    rows, failed = [], False
    for path in (path for path in found if not names or path.stem in names):
        print(f"{path.stem} ...", file=sys.stderr)
        begun = time.perf_counter()
        result = subprocess.run(
            [sys.executable, path], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
        )
        rows += [(path.stem, json.loads(line)) for line in result.stdout.splitlines() if line.startswith("{")]
        failed |= result.returncode != 0
        print(f"{path.stem}: exit {result.returncode}, {time.perf_counter() - begun:.1f} s", file=sys.stderr)
    verdicts = [verdict(row) for _, row in rows]
    for (name, row), said in zip(rows, verdicts, strict=True):
        print(f"{name:20} {row['what']:48} {row['value']:>14,.4g} {row.get('unit', ''):10} {said}")
    if not rows:
        print("There are no benchmarks yet.")
    return int(failed or any(said.startswith("MISSED") for said in verdicts))


def verdict(row: dict[str, Any]) -> str:
    """How a figure stands to its budget: at most, or at least when `better` is `more`."""
    budget = row.get("budget")
    if budget is None:
        return ""
    more = row.get("better") == "more"
    met = row["value"] >= budget if more else row["value"] <= budget
    return f"{'ok' if met else 'MISSED'} ({'>=' if more else '<='} {budget:g})"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
