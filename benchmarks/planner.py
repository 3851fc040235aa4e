"""The default planner against the exact one on the same questions, sampled from seasons of the four sites.

Needs the extra `solver`. BENCH_DAYS: length of each season (default 30); BENCH_REQUESTS: questions per site (default 40).
`--played`: instead, what seasons cost when all their plans are made by either (two to four minutes a site); with names these only.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks._figures import figure, say
from benchmarks._matrix import october
from controller import planning
from controller.config import load_site
from schedules.exact import exact_plan, solve
from schedules.objective import cost_idr
from schedules.plan import Plan, PlanRequest
from schedules.planner import plan
from simulators.cases import open_case, run
from simulators.season import Season, local_midnight
from simulators.strategies import OURS
from simulators.world import World

SITES = {"nursery": "2026-11-01", "vegetables": "2026-11-01", "kutai": "2026-11-01", "paddy": "2026-10-01"}


LIMIT_S = 2.0
"""What the solver may take for one plan of a season that is played."""


def main() -> None:
    """One season for each site, then both planners on a sample of its questions; or the season by both."""
    days, count = float(os.environ.get("BENCH_DAYS", "30")), int(os.environ.get("BENCH_REQUESTS", "40"))
    if "--played" in sys.argv:
        for name in [one for one in sys.argv[1:] if one in SITES] or SITES:
            played(name, days)
        return
    for name, start in SITES.items():
        say(name)
        asked = [r for r in questions(name, start, days) if r.demands]
        sample = asked[:: max(1, len(asked) // count)][:count]
        compare(name, sample)


def questions(name: str, day: str, days: float) -> list[PlanRequest]:
    """All that the planner was asked in a season."""
    asked: list[PlanRequest] = []

    def noted(request: PlanRequest) -> Plan:
        asked.append(request)
        return plan(request)

    site, profiles = load_site(f"simulators/sites/{name}.yaml")
    start = local_midnight(site, day)
    usual, planning.plan = planning.plan, noted
    try:
        Season(site, profiles, World(site, 1, start), start, days).run()
    finally:
        planning.plan = usual
    return asked


def played(name: str, days: float) -> None:
    """The same season twice (seeded weather of South Sumatra): by default plans, and by the better of default and exact ones."""
    opened = open_case(october(name, days))
    say(f"{name}: default plans")
    usual_idr = run(opened, OURS)["cost_idr"]["total"]
    say(f"{name}: exact plans")
    with patch.object(planning, "plan", lambda request: exact_plan(request, LIMIT_S)):
        exact_idr = run(opened, OURS)["cost_idr"]["total"]
    figure(f"{name}: a season by default plans", usual_idr, "Rp")
    figure(f"{name}: by exact plans", exact_idr - usual_idr, "Rp more")


def compare(name: str, sample: list[PlanRequest]) -> None:
    """Times of both, and what the default costs more, where the solver models the question (no back-up, nothing under way)."""
    fast, exact, usual_idr, best_idr, solved = [], [], 0.0, 0.0, 0
    for one in sample:
        request = replace(one, backup_w=0.0)
        began = time.perf_counter()
        usual = plan(request)
        fast.append(time.perf_counter() - began)
        if request.running:
            continue
        began = time.perf_counter()
        found = solve(request, 10.0)
        exact.append(time.perf_counter() - began)
        cost = cost_idr(request, usual)
        usual_idr += cost
        best_idr += cost if found is None else min(cost, cost_idr(request, found))
        solved += found is not None
    figure(f"{name}: default plan, p50", 1e3 * rank(fast, 0.50), "ms")
    figure(f"{name}: default plan, p95", 1e3 * rank(fast, 0.95), "ms")
    figure(f"{name}: exact plan, p50", 1e3 * rank(exact, 0.50), "ms")
    figure(f"{name}: exact plan, p95", 1e3 * rank(exact, 0.95), "ms")
    figure(f"{name}: questions that the solver answered", solved, f"of {len(exact)}")
    figure(f"{name}: objective of the default plans, mean", usual_idr / max(1, len(exact)), "Rp")
    figure(f"{name}: objective of the best plans, mean", best_idr / max(1, len(exact)), "Rp")


def rank(values: list[float], share: float) -> float:
    """Nearest rank; 0 of nothing."""
    ordered = sorted(values) or [0.0]
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


if __name__ == "__main__":
    main()
