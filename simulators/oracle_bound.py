"""What nobody can do better than: the bound of a case, printed beside the oracle."""

from __future__ import annotations

from simulators.oracle_model import Case, build
from simulators.world import World

STEP_MIN = 60
LONG_D = 45
"""Longer cases are solved in longer steps: a looser bound, never a wrong one."""

ROUNDING_IDR, ROUNDING = 0.01, 1e-7
"""What the account and the solver round: a schedule that reaches the bound must not seem to beat it."""

EXACT_STEP_MIN = 240
EXACT_D = 35


def bound_of(world: World, days: float) -> float:
    """Rupiah, as ``cost_idr.total`` counts: no control of this world for ``days`` from its start costs less. Paddies are proven
    once more with switches, in longer steps; the better of both counts. Raises SolverMissing.
    """
    case = Case(world, days)
    step = STEP_MIN if days <= LONG_D else 3 * STEP_MIN
    best = build(case, world, 0, case.traces.minutes, step).lp.solve().value
    if days <= EXACT_D and case.has_paddy:
        case.exact = True
        best = max(best, build(case, world, 0, case.traces.minutes, EXACT_STEP_MIN).lp.solve().value)
    return best - ROUNDING_IDR - ROUNDING * abs(best)
