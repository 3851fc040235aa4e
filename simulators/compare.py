"""Strategies side by side on one case, run in niced processes, and what the comparison says (docs/compare.md)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from functools import lru_cache
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import Any, Final

from simulators.cases import Case, Opened, Result, open_case, run
from simulators.strategies import ORACLE, OURS, PRACTICES

SMALL_GAP: Final = 0.05
"""A gap between the best practice and the oracle below this share of that practice's cost says nothing about a strategy."""

NICENESS: Final = 10

Job = tuple[Case, str, Mapping[str, Any] | None]
Told = Callable[[str, float | None], None]


def jobs_of(case: Case, strategies: Iterable[str], habits: Mapping[str, Mapping[str, Any]]) -> list[Job]:
    """The seasons of a comparison; ``habits``: tuned parameters by practice."""
    return [(case, name, habits if name == ORACLE else habits.get(name)) for name in strategies]


_opened = lru_cache(maxsize=4)(open_case)
"""A worker's latest cases: reading a year of minutes takes longer than playing a week of it."""


def season_of(job: Job) -> Result:
    """One season, as a worker runs it."""
    case, name, habits = job
    return run(_opened(case), name, habits)


def run_all(jobs: Sequence[Job], workers: int | None = None, told: Told | None = None) -> list[Result]:
    """All seasons, in the order of ``jobs``, over ``workers`` niced processes (default: the processors; 1: here, one by one).

    ``told``: called with each strategy's name and, in this process, the day reached; None when it is done.
    """
    workers = min(len(jobs), workers or os.cpu_count() or 1)
    if workers <= 1:
        return [_here(job, told) for job in jobs]
    with ProcessPoolExecutor(workers, get_context("spawn"), _as_worker) as pool:
        futures: dict[Future[Result], Job] = {pool.submit(season_of, job): job for job in jobs}
        try:
            for future in as_completed(futures):
                future.result()
                if told is not None:
                    told(futures[future][1], None)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        return [future.result() for future in futures]


def _as_worker() -> None:
    """A worker leaves room for others, and ends with whoever started it: a killed comparison would leave its seasons running."""
    os.nice(NICENESS)
    Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _here(job: Job, told: Told | None) -> Result:
    case, name, habits = job

    def progress(day: float) -> None:
        if told is not None:
            told(name, day)

    result = run(open_case(case), name, habits, progress)
    if told is not None:
        told(name, None)
    return result


def verdict(results: Sequence[Result], area_m2: float, ours_name: str = OURS) -> dict[str, Any]:
    """``best_practice, oracle_bound_idr, share, regret_idr_ha, gap_share``; None where what they need was not compared.

    share = (cost of the best practice - ours) / (cost of the best practice - the oracle's): 1 is perfect foresight, 0 the best
    practice, below 0 worse than it. ``regret_idr_ha``: ours less the oracle's, per hectare. ``gap_share``: that gap over the best
    practice's cost; below SMALL_GAP the share is None, because it would be noise. ``ours_name``: whose share it is.
    """
    costs = {result["strategy"]: result["cost_idr"]["total"] for result in results}
    bounds = [result["bound_idr"] for result in results if result.get("bound_idr") is not None]
    practices = {name: costs[name] for name in PRACTICES if costs.get(name) is not None}
    best = min(practices, key=lambda name: practices[name]) if practices else None
    ours, oracle = costs.get(ours_name), costs.get(ORACLE)
    share = gap_share = regret = None
    if ours is not None and oracle is not None:
        regret = round((ours - oracle) / (area_m2 / 10_000.0), 2)
    if best is not None and oracle is not None:
        gap = practices[best] - oracle
        gap_share = round(gap / abs(practices[best]), 6) if practices[best] else None
        if ours is not None and gap_share is not None and gap_share >= SMALL_GAP:
            share = round((practices[best] - ours) / gap, 6)
    return {
        "best_practice": best,
        "oracle_bound_idr": round(bounds[0], 2) if bounds else None,
        "share": share,
        "regret_idr_ha": regret,
        "gap_share": gap_share,
    }


def comparison(opened: Opened, results: Sequence[Result]) -> dict[str, Any]:
    """The JSON of ``tirta-sim compare``."""
    case = opened.case
    area_m2 = sum(zone.area_m2 for zone in opened.site.file.zones)
    return {
        "site": opened.site.file.site.id,
        "weather": case.weather.name if case.weather is not None else "generated",
        "seed": case.seed,
        "from": results[0]["from"],
        "to": results[0]["to"],
        "results": list(results),
        **verdict(results, area_m2),
    }
