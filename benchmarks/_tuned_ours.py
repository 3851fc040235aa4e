"""Ours on a printed grid: its constants, one at a time around the shipped values, on the months that the practices are tuned on."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from benchmarks import _matrix as matrix
from benchmarks._figures import say
from controller.core.site_power import Surplus
from simulators.compare import run_all
from simulators.constants import SURPLUS
from simulators.strategies import OURS

TABLE: Final = Path(__file__).parent / "results" / "tuned-solar.jsonl"

MONTHS: Final = 3
"""Of the matrix's tuning months."""

GRID: Final[Mapping[str, tuple[tuple[Any, ...], tuple[str, ...]]]] = {
    "schedules.water_balance.SAFE": ((0.75, 0.9, 1.0), ("nursery", "vegetables")),
    "schedules.container.RAINED_DOUBT": ((0.0, 0.08, 0.15), ("nursery",)),
    "schedules.container.PROBED_DOUBT": ((0.0, 0.06, 0.12), ("nursery",)),
    "schedules.prospect.DRY_D": ((5.0, 10.0, 15.0), ("kutai",)),
    "schedules.prospect.POND_D": ((14.0, 60.0, 120.0), ("paddy", "paddy-short")),
    "schedules.prospect.POND_POOR": ((0.7, 0.8, 0.9), ("paddy", "paddy-short")),
    "schedules.prospect.RELY": ((0.55, 0.7, 0.85), ("paddy",)),
    "schedules.water_balance.LEFT_MM": ((0.0, 4.0, 8.0), ("kutai",)),
    "schedules.container.SLACK": ((0.4, 0.6, 0.8), ("nursery",)),
    "surplus.ride_wh": ((30.0, 70.0, 140.0), ("nursery", "vegetables")),
}
"""Constant -> (values, sites on which it does something)."""


def shipped(name: str) -> Any:
    """The value in the code."""
    module, _, key = name.rpartition(".")
    return (
        getattr(Surplus(), key) if name.startswith(SURPLUS) else getattr(importlib.import_module(module), key)
    )


def points(sites: Sequence[str]) -> Iterator[tuple[dict[str, Any], tuple[str, ...]]]:
    """What is tried, and where: the shipped constants first."""
    yield {}, tuple(sites)
    for name, (values, where) in GRID.items():
        for value in values:
            if value != shipped(name):
                yield {name: value}, tuple(site for site in where if site in sites)


def tune_ours(sites: Sequence[str], days: float, jobs: int, table: Path = TABLE) -> None:
    """Run what is missing in the table and print it: each value's cost over the shipped one's, and the days of stress. What is
    cheapest is written into the code by hand, with its reason.
    """
    done = {(json.dumps(row["tried"]), row["case"], row["days"]) for row in _rows(table)}
    for month in range(MONTHS):
        for tried, where in points(sites):
            named = [matrix.tuning(site, days)[month] for site in where]
            missing = [one for one in named if (json.dumps(tried), one.name, days) not in done]
            results = run_all([(one.case, OURS, tried) for one in missing], jobs) if missing else []
            with table.open("a", encoding="utf-8") as file:
                for one, result in zip(missing, results, strict=True):
                    file.write(json.dumps(_row(tried, one.name, days, result)) + "\n")
    _print(_rows(table), days)


def _rows(table: Path) -> list[dict[str, Any]]:
    return (
        [json.loads(line) for line in table.read_text(encoding="utf-8").splitlines()]
        if table.exists()
        else []
    )


def _row(tried: Mapping[str, Any], case: str, days: float, result: Mapping[str, Any]) -> dict[str, Any]:
    zones = result["water"]["zones"].values()
    return {
        "tried": dict(tried),
        "case": case,
        "days": days,
        "cost_idr": result["cost_idr"],
        "stress_days": sum(zone["stress_days"] for zone in zones),
        "violations": len(result["violations"]),
    }


def _print(rows: Sequence[Mapping[str, Any]], days: float) -> None:
    told = [row for row in rows if row["days"] == days]
    base = {row["case"]: row for row in told if not row["tried"]}
    for name in GRID:
        for value in GRID[name][0]:
            wanted = {} if value == shipped(name) else {name: value}
            cases = [row for row in told if row["tried"] == {name: value} and row["case"] in base]
            if not wanted:
                cases = [row for row in base.values() if row["case"].split("/")[0] in GRID[name][1]]
            if cases:
                ratio = fmean(
                    row["cost_idr"]["total"] / base[row["case"]]["cost_idr"]["total"] for row in cases
                )
                more = sum(row["cost_idr"]["total"] - base[row["case"]]["cost_idr"]["total"] for row in cases)
                stress = sum(row["stress_days"] for row in cases)
                say(f"{name} = {value}{'' if wanted else ' (shipped)'}: {ratio:.4f} of its cost, Rp {more:+,.0f} "
                    f"over {len(cases)} months, {stress:.0f} days of stress")  # fmt: skip
