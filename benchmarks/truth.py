"""The truth test (docs/accounts.md): thirty-day seasons with erring meters and a controller that dies; accounts beside the truth.

    nice -n 10 .venv/bin/python benchmarks/truth.py --seeds 200 --jobs 2 --out benchmarks/results/truth.jsonl

One line of JSON a seed; seeds that are in the file already are not run again. Without --seeds: three, for `make bench`.
"""

from __future__ import annotations

import argparse
import json
import logging
import multiprocessing
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks._figures import figure, say  # noqa: E402
from controller.config import load_site  # noqa: E402
from simulators.season import local_midnight  # noqa: E402
from simulators.truth_test import FIGURES, run  # noqa: E402

START = "2026-08-01"
ENERGY_OFF, WATER_OFF = 0.005, 0.01
MEMORY = Path("/dev/shm")


def main() -> None:
    """Run what is not there yet, then judge all of it."""
    options = _options()
    done = {row["seed"]: row for row in _rows(options.out)}
    wanted = [seed for seed in range(1, options.seeds + 1) if seed not in done]
    with multiprocessing.get_context("spawn").Pool(options.jobs, maxtasksperchild=10) as pool:
        for row in pool.imap_unordered(_one, ((seed, options.days) for seed in wanted)):
            done[row["seed"]] = row
            say(f"seed {row['seed']}: {len(done)} of {options.seeds}")
            if options.out is not None:
                with options.out.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(row) + "\n")
    judge([row for seed, row in sorted(done.items()) if seed <= options.seeds])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--days", type=float, default=30.0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


def _rows(path: Path | None) -> Iterator[dict[str, Any]]:
    if path is not None and path.exists():
        yield from map(json.loads, path.read_text("utf-8").splitlines())


def _one(asked: tuple[int, float]) -> dict[str, Any]:
    """One seed as a row: figure -> [told, half-width, counted, true]."""
    seed, days = asked
    logging.disable(logging.CRITICAL)
    site, profiles = load_site(ROOT / "benchmarks/truth/site.yaml")
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        verdict = run(site, profiles, seed, local_midnight(site, START), days, Path(folder))
    rows = {
        name: [one.told.value, one.told.half_width, one.counted, one.true]
        for name, one in verdict.figures.items()
    }
    return {"seed": seed, "days": days, "minutes": verdict.minutes, "figures": rows}


def judge(rows: Iterable[dict[str, Any]]) -> None:
    """What was asked: how far from the meters, how often the truth lies within, how wide that is, coverage by the minute."""
    rows = list(rows)
    figure("truth: seeds", len(rows), "")
    figure("truth: coverage of a day off by at most", max(row["minutes"] for row in rows), "min", 1.0)
    for name in FIGURES:
        told = [row["figures"][name] for row in rows]
        off = max(abs(value - counted) / counted for value, _, counted, _ in told)
        inside = sum(abs(value - true) <= half for value, half, _, true in told) / len(told)
        wide = sum(half / value for value, half, _, _ in told) / len(told)
        figure(
            f"truth: {name} from the meters, worst",
            100.0 * off,
            "%",
            100.0 * (WATER_OFF if name == "water_m3" else ENERGY_OFF),
        )
        figure(f"truth: {name}, truth within 95 %", 100.0 * inside, "%", 93.0, better="more")
        figure(f"truth: {name}, mean half-width", 100.0 * wide, "%")


if __name__ == "__main__":
    main()
