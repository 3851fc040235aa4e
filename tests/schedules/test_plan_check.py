"""What a pump cannot do is seen before a plan is believed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from schedules.plan import Plan, PlanRequest, PumpLimits, Run
from schedules.plan_check import is_possible
from schedules.planner import plan
from tests.schedules.test_planner import HOUR, NOW, STEPS, ask, requests, zone

ZONES = [zone("a", 4.0, (0.0, 12.0)), zone("b", 4.0, (0.0, 12.0))]
REQUEST = ask([], ZONES, (1500.0,) * STEPS)
PUMP: PumpLimits = next(one for one in REQUEST.pumps if one.pump == ZONES[0].source)


def made(*runs: tuple[str, float, float, float]) -> Plan:
    """A plan of runs: zone, begin and end in hours from now, m3/h."""
    found = (Run(z, NOW + a * HOUR, NOW + b * HOUR, flow * 1000.0 * (b - a), True) for z, a, b, flow in runs)
    return Plan("", NOW, NOW + 48 * HOUR, tuple(found))


def judged(plan: Plan, **pump: float) -> bool:
    """The verdict with the pump's limits changed."""
    pumps = tuple(replace(one, **pump) if one.pump == PUMP.pump else one for one in REQUEST.pumps)  # type: ignore[arg-type]
    return is_possible(replace(REQUEST, pumps=pumps), plan)


@pytest.mark.parametrize(
    ("plan", "pump", "good"),
    [
        (made(("a", 1, 2, 4.0), ("b", 2, 3, 4.0)), {"starts_left": 1}, True),
        (made(("a", 1, 2, 4.0), ("b", 1.5, 3, 4.0)), {"rated_flow_m3_h": 7.9}, False),
        (made(("a", 1, 2, 4.0), ("b", 3, 4, 4.0)), {"starts_left": 1}, False),
        (made(("a", 1, 2, 4.0), ("b", 3, 4, 4.0)), {"starts_left": 2, "min_rest_s": 7200.0}, False),
        (made(("a", 1, 1.5, 4.0)), {"min_run_s": 3600.0}, False),
        (made(("a", 1, 2, 4.0)), {"locked": True}, False),
    ],
)
def test_what_a_pump_stands(plan: Plan, pump: dict[str, float], good: bool) -> None:
    """Runs that touch are one start; flows together, short runs, short rests, too many starts and a locked pump are refused."""
    assert judged(plan, **({"rated_flow_m3_h": 9.0, "resting_s": 99999.0} | pump)) is good


@settings(max_examples=60, deadline=None)
@given(requests())
def test_the_default_plan_is_always_possible(request: PlanRequest) -> None:
    """Without back-up power (whose forced runs outrank rests) the checker has nothing against the default planner."""
    request = replace(request, backup_w=0.0)
    assert is_possible(request, plan(request))
