"""A yardstick for speed that holds on any computer: the time of a fixed piece of plain Python, taken beside what is measured."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

ROUNDS = 1000


def _loop() -> float:
    total, table = 0.0, {"a": 1.0, "b": 2.0}
    for i in range(ROUNDS):
        total += table["a"] * i - table["b"]
    return total


def ratio(work: Callable[[], object], times: int = 1, series: int = 5) -> float:
    """How many rounds of the loop (a dictionary twice, three sums) one ``work()`` takes: best of ``series``, each beside its own
    loop, ``times`` calls a series.
    """
    best_work = best_loop = float("inf")
    for _ in range(series):
        begin = process_time()
        for _ in range(10):
            _loop()
        middle = process_time()
        for _ in range(times):
            work()
        best_loop = min(best_loop, (middle - begin) / (10 * ROUNDS))
        best_work = min(best_work, (process_time() - middle) / times)
    return best_work / best_loop
