"""What a plan costs on paper, Rp: the yardstick between planners. Only what a plan can decide is counted."""

from __future__ import annotations

from schedules.plan import Demand, Plan, PlanRequest
from schedules.windows import join

UNMET_IDR_L = 5.0
"""A litre that plants lack, Rp (5,000 per m3)."""

START_IDR = 100.0
"""Wear of one start, Rp."""

LATE_IDR_L_H = 0.09
"""A litre that comes an hour after its latest start, Rp: two days late cost nearly as much as none at all, never more."""

WAIT_IDR_L_H = 0.002
"""A litre that waits an hour although it could have come, Rp: between equals the earlier plan."""


def weight(demand: Demand) -> float:
    """How much of its price a litre of this demand counts, 0.2 (it can wait) .. 1 (hurt now)."""
    return 0.2 + 0.8 * min(1.0, max(0.0, demand.urgency))


def delay_idr_l(demand: Demand, now_s: float, start_s: float) -> float:
    """Rp for each litre of a run that starts then."""
    late_s = 0.0 if demand.latest_start_s is None else max(0.0, start_s - max(demand.latest_start_s, now_s))
    return weight(demand) * (WAIT_IDR_L_H * (start_s - now_s) + LATE_IDR_L_H * late_s) / 3600.0


def cost_idr(request: PlanRequest, plan: Plan) -> float:
    """Unmet water by its urgency, lateness, and the starts of pumps that feed zones directly, Rp. Grid energy of forced starts is
    not in it: compare plans with the same back-up only.
    """
    demands = {demand.zone: demand for demand in request.demands}
    total = sum(
        UNMET_IDR_L * weight(demands[one.zone]) * one.volume_l for one in plan.unmet if one.zone in demands
    )
    for run in plan.runs:
        if run.zone in demands and run not in request.running:
            total += delay_idr_l(demands[run.zone], request.now_s, run.start_s) * run.volume_l
    for pump in request.pumps:
        mine = {zone.zone for zone in request.zones if zone.source == pump.pump}
        busy = join([(run.start_s, run.end_s) for run in plan.runs if run.zone in mine])
        total += START_IDR * sum(1 for begin, _ in busy if begin > request.now_s or pump.running_s <= 0.0)
    return total
