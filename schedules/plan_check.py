"""Whether a plan asks of the pumps what they can do: looked at before a plan of the solver's is believed.

The solver counts in whole steps; a run has one flow from its begin to its end: steps that fit one by one may not fit as runs.
"""

from __future__ import annotations

from itertools import pairwise

from schedules.plan import Plan, PlanRequest, PumpLimits
from schedules.timeline import mean_flow
from schedules.windows import Interval, join

DAY_S = 86400.0
SLACK_S = 1e-3
SLACK = 1.0 + 1e-6


def is_possible(request: PlanRequest, plan: Plan) -> bool:
    """True if no pump is asked for more flow than its rated one, nor for shorter runs or rests or more starts than it stands."""
    return all(_keeps(request, plan, limits) for limits in request.pumps)


def _keeps(request: PlanRequest, plan: Plan, limits: PumpLimits) -> bool:
    mine = {zone.zone for zone in request.zones if zone.source == limits.pump}
    runs = [run for run in plan.runs if run.zone in mine]
    if not runs:
        return True
    for run in runs:
        together = [one for one in runs if one.start_s <= run.start_s < one.end_s]
        if sum(mean_flow(one) for one in together) > limits.rated_flow_m3_h * SLACK:
            return False
    return not limits.locked and _spans_keep(
        request.now_s, limits, [(run.start_s, run.end_s) for run in runs]
    )


def _spans_keep(now_s: float, limits: PumpLimits, runs: list[Interval]) -> bool:
    running = limits.running_s > 0.0
    spans = list(join([(now_s - limits.running_s, now_s), *runs] if running else runs))
    if not running and spans[0][0] < now_s + limits.min_rest_s - limits.resting_s - SLACK_S:
        return False
    if any(end - begin < limits.min_run_s - SLACK_S for begin, end in spans if end > now_s):
        return False
    if any(b[0] - a[1] < limits.min_rest_s - SLACK_S for a, b in pairwise(spans)):
        return False
    return sum(1 for begin, _ in spans if now_s <= begin < now_s + DAY_S) <= limits.starts_left
