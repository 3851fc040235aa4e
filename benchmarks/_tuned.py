"""The practices' parameters: found on a printed grid, each at its cheapest on months that are not scored, kept in a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from benchmarks import _matrix as matrix
from benchmarks._figures import say
from simulators.compare import Job, run_all
from simulators.strategies import PRACTICES, grid

PARAMETERS: Final = Path(__file__).parent / "compare_parameters.yaml"

HEAD: Final = """\
# Parameters of the practices by site (the name of its file), frozen before scoring: the cheapest of the grid in
# simulators/strategies over {days:g} days each of Sitiung in May 1981 and October 1982 and Honolulu in February, seeds 11 to 13.
# Made by: python benchmarks/compare.py --tune --tune-days {days:g}
"""


def habits(path: Path) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """The frozen parameters: site -> practice -> habit -> value; empty where nothing was tuned."""
    found = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else None
    return found or {}


def tune(sites: Sequence[str], days: float, jobs: int) -> None:
    """Try every point of every grid, print each one's cost, and keep the cheapest."""
    best = {site: dict(found) for site, found in habits(PARAMETERS).items()}
    for site in sites:
        tried: list[Job] = []
        points = [(name, point) for name in PRACTICES for point in grid(name)]
        for name, point in points:
            tried += [(named.case, name, point) for named in matrix.tuning(site, days)]
        results = run_all(tried, jobs)
        costs: dict[int, float] = defaultdict(float)
        each = len(results) // len(points)
        for index, result in enumerate(results):
            costs[index // each] += result["cost_idr"]["total"]
        for name in PRACTICES:
            own = [index for index, (found, _) in enumerate(points) if found == name]
            for index in own:
                say(f"{site} {name} {points[index][1]}: Rp {costs[index]:,.0f}")
            chosen = min(own, key=lambda index: costs[index])
            best.setdefault(site, {})[name] = points[chosen][1]
            say(f"{site} {name}: {points[chosen][1]}")
        text = yaml.safe_dump(best, sort_keys=True, default_flow_style=None, width=130)
        PARAMETERS.write_text(HEAD.format(days=days) + text, encoding="utf-8")
