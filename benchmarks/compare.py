"""Ours, the practices and perfect foresight over sites and weathers: shares, regret, limits kept, as the goals ask.

    python benchmarks/compare.py --tune [--tune-days 20]     finds the practices' parameters on months that are not scored
    python benchmarks/compare.py --tune-ours                 prints what other constants of ours would cost on those months
    python benchmarks/compare.py --sampled [--jobs 2]        four weathers a site, one seed, a shorter search of the oracle
    python benchmarks/compare.py --rains [--jobs 2]          both Bangkok months with each of five rains, the same search
    python benchmarks/compare.py --years [--jobs 2]          Sitiung's season of each year, one seed each, the same search
    ... --forecast provider:0.25                             beside it: ours with a provider of that error, as solar+provider
    python benchmarks/compare.py --full                      all cases and seeds (a day of computing)
    python benchmarks/compare.py                             ten days of each: what `make bench` runs

Each season is one JSON line in --out (default benchmarks/results/compare-KIND.jsonl); lines that are there are not run again. The
weather itself is not part of this repository: without ../shared/data/weather there is nothing to run.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import _matrix as matrix
from benchmarks._figures import say
from benchmarks._tuned import PARAMETERS, habits, tune
from benchmarks._tuned_ours import tune_ours
from benchmarks._verdicts import summarise
from simulators.cli_options import forecast
from simulators.compare import jobs_of, run_all
from simulators.strategies import ORACLE, OURS, PROVIDED, STRATEGIES

RESULTS = Path(__file__).parent / "results"
KEPT = (
    "energy", "pump", "cost_idr", "violations", "water_residual_m3", "bound_idr", "way", "wall_s", "from", "to",
)  # fmt: skip


def main() -> None:
    """See the module."""
    args = _arguments()
    if not args.report and not matrix.WEATHER.is_dir():
        say(f"skipped: no weather files in {matrix.WEATHER}")
        return
    sites = tuple(args.site or matrix.SITES)
    if args.tune:
        tune(sites, args.tune_days, args.jobs)
        return
    if args.tune_ours:
        tune_ours(sites, args.tune_days, args.jobs)
        return
    kinds = {
        "full": matrix.full, "rains": matrix.rains, "years": matrix.years, "sampled": matrix.sampled, "quick": matrix.quick,
    }  # fmt: skip
    kind = next((name for name in kinds if getattr(args, name, False)), "quick")
    cases = kinds[kind](sites)
    without = {*args.without, *(() if has_oracle() else (ORACLE,))}
    strategies = tuple(args.strategy or [name for name in STRATEGIES if name not in without])
    with tempfile.TemporaryDirectory() as fresh:
        folder = Path(fresh) if kind == "quick" else RESULTS  # a quick look is never kept
        out = args.out or folder / f"compare-{kind}.jsonl"
        if not args.report:
            _score(cases, strategies, out, args.jobs, args.forecast)
        _sum_up(out)


def has_oracle() -> bool:
    """Whether the oracle and its solver are installed (extra ``compare``)."""
    return all(importlib.util.find_spec(name) is not None for name in ("simulators.oracle", "highspy"))


def _sum_up(out: Path) -> None:
    summarise([json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tune", action="store_true")
    parser.add_argument("--tune-ours", action="store_true")
    parser.add_argument("--tune-days", type=float, default=20.0)
    parser.add_argument("--sampled", action="store_true")
    parser.add_argument("--rains", action="store_true")
    parser.add_argument("--years", action="store_true")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--report", action="store_true", help="only sum up what is there")
    parser.add_argument("--site", action="append", choices=matrix.SITES)
    parser.add_argument("--strategy", action="append", choices=STRATEGIES)
    parser.add_argument("--without", action="append", choices=STRATEGIES, default=[])
    parser.add_argument("--forecast", type=forecast, help="beside it: ours with a provider, as provider:0.25")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


def _score(
    cases: Sequence[matrix.Named], strategies: Sequence[str], out: Path, jobs: int, error: float | None
) -> None:
    """Run what is missing, case by case, so that whatever is cut off can go on. ``error``: of a provider that ours is given in rows
    of its own, None for none.
    """
    wanted = (*strategies, *(() if error is None else (PROVIDED,)))
    out.parent.mkdir(parents=True, exist_ok=True)
    lines = out.read_text(encoding="utf-8").splitlines() if out.exists() else []
    done = {(row["case"], row["strategy"]) for row in map(json.loads, lines)}
    tuned = habits(PARAMETERS)
    for index, named in enumerate(cases):
        missing = [name for name in wanted if (named.name, name) not in done]
        say(f"{index + 1}/{len(cases)} {named.name}: {len(missing)} seasons")
        own = [name for name in missing if name != PROVIDED]
        seasons = jobs_of(named.case, own, tuned.get(named.name.split("/")[0], {}))
        if PROVIDED in missing:
            seasons.append((replace(named.case, forecast=error), OURS, None))
        results = run_all(seasons, jobs)
        with out.open("a", encoding="utf-8") as file:
            for name, result in zip((*own, PROVIDED), results, strict=False):
                told = {"forecast": error} if name == PROVIDED else {}
                file.write(json.dumps(row_of(named, result | {"strategy": name}) | told) + "\n")


def row_of(named: matrix.Named, result: dict[str, Any]) -> dict[str, Any]:
    """What is kept of a season: rounded, a line of a few hundred bytes."""
    row = {"case": named.name, "strategy": result["strategy"]}
    row |= {key: result[key] for key in KEPT if key in result}
    zones = result["water"]["zones"].values()
    water = {key: value for key, value in result["water"].items() if key != "zones"}
    water["stress_days"] = sum(zone["stress_days"] for zone in zones)
    water["unmet_mm"] = sum(zone["unmet_mm"] for zone in zones)
    rounded: dict[str, Any] = json.loads(
        json.dumps(row | {"water": water}), parse_float=lambda text: round(float(text), 4)
    )
    return rounded


if __name__ == "__main__":
    main()
