"""A linear programme built row by row, and HiGHS to solve it (extra ``solver``; imported only when a solution is asked for)."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Final

from controller.commands.console import t
from controller.errors import TirtaError

INF: Final = float("inf")
Terms = list[tuple[int, float]]


class SolverMissing(TirtaError):
    """HiGHS is not installed, or could not solve the programme."""


@dataclass(frozen=True, slots=True)
class Solution:
    """``value``: least cost, offset included, or with whole variables what it is proven not to be below. ``x``: by variable.
    ``dual``: what one unit more on a row's right side costs (empty with whole variables).
    """

    value: float
    x: list[float]
    dual: list[float]


@dataclass(slots=True)
class Lp:
    """Least cost over variables within bounds and rows within bounds."""

    offset: float = 0.0
    cost: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    row_low: list[float] = field(default_factory=list)
    row_high: list[float] = field(default_factory=list)
    start: list[int] = field(default_factory=lambda: [0])
    index: list[int] = field(default_factory=list)
    coefficient: list[float] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)

    def var(self, low: float = 0.0, high: float = INF, cost: float = 0.0) -> int:
        """A new variable; returns its number."""
        self.low.append(low)
        self.high.append(max(low, high))
        self.cost.append(cost)
        return len(self.cost) - 1

    def switch(self) -> int:
        """A new variable that is 0 or 1."""
        self.whole.append(self.var(0.0, 1.0))
        return self.whole[-1]

    def row(self, low: float, terms: Terms, high: float) -> int:
        """A new row ``low <= sum <= high``; returns its number."""
        for index, coefficient in terms:
            self.index.append(index)
            self.coefficient.append(coefficient)
        self.start.append(len(self.index))
        self.row_low.append(low)
        self.row_high.append(high)
        return len(self.row_low) - 1

    def equal(self, terms: Terms, value: float) -> int:
        """A row ``sum == value``."""
        return self.row(value, terms, value)

    def most(self, terms: Terms, value: float) -> int:
        """A row ``sum <= value``."""
        return self.row(-INF, terms, value)

    def least(self, terms: Terms, value: float) -> int:
        """A row ``sum >= value``."""
        return self.row(value, terms, INF)

    def solve(self, nodes: int = 200) -> Solution:
        """The cheapest point. ``nodes``: after so many branches the proof ends where it is. Raises SolverMissing: without
        HiGHS, or when there is no cheapest point.
        """
        engine = _engine()
        highs, problem = engine.Highs(), engine.HighsLp()
        highs.setOptionValue("output_flag", False)
        highs.setOptionValue("threads", 1)
        highs.setOptionValue("mip_max_nodes", nodes)
        problem.num_col_, problem.num_row_ = len(self.cost), len(self.row_low)
        problem.offset_ = self.offset
        problem.col_cost_, problem.col_lower_, problem.col_upper_ = self.cost, self.low, self.high
        problem.row_lower_, problem.row_upper_ = self.row_low, self.row_high
        matrix = problem.a_matrix_
        matrix.format_ = engine.MatrixFormat.kRowwise
        matrix.start_, matrix.index_, matrix.value_ = self.start, self.index, self.coefficient
        if self.whole:
            kinds = [engine.HighsVarType.kContinuous] * len(self.cost)
            for index in self.whole:
                kinds[index] = engine.HighsVarType.kInteger
            problem.integrality_ = kinds
        highs.passModel(problem)
        highs.run()
        status, info, found = highs.getModelStatus(), highs.getInfo(), highs.getSolution()
        ended = status == engine.HighsModelStatus.kOptimal
        if not ended and not (self.whole and isfinite(info.mip_dual_bound)):
            raise SolverMissing(_unsolved(highs.modelStatusToString(status)))
        value = info.mip_dual_bound if self.whole else info.objective_function_value
        return Solution(value, list(found.col_value), list(found.row_dual))


def _engine() -> Any:
    try:
        import highspy
    except ImportError:
        raise SolverMissing(
            t(
                "the oracle needs the solver HiGHS, which is not installed: pip install 'tirtasurya[solver]'",
                "oracle memerlukan pemecah HiGHS yang belum terpasang: pip install 'tirtasurya[solver]'",
            )
        ) from None
    return highspy


def _unsolved(status: str) -> str:
    return t(
        f"the oracle's bound was not found (HiGHS says: {status}); try fewer days",
        f"batas oracle tidak ditemukan (kata HiGHS: {status}); coba lebih sedikit hari",
    )
