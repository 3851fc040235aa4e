"""The exact planner keeps every rule of the default one, and is never dearer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings

from schedules.objective import UNMET_IDR_L, cost_idr, delay_idr_l, weight
from schedules.plan import PlanRequest, Run
from schedules.planner import plan
from tests.schedules import test_planner as rules
from tests.schedules.test_planner import HOUR, NOW, STEPS, ask, requests, sun, want, zone

pytest.importorskip("highspy", reason="the extra `solver` is not installed")

from schedules.exact import exact_plan, solve

RULES = (
    rules.test_runs_keep_to_windows_rain_and_run_lengths,
    rules.test_volumes_never_exceed_the_demand_and_nothing_is_lost,
    rules.test_pumps_are_never_asked_for_more_than_they_can,
    rules.test_pumps_keep_their_run_rest_and_starts,
    rules.test_tanks_never_run_dry,
)


@settings(max_examples=40, deadline=None)
@given(requests())
def test_what_the_solver_finds_keeps_the_rules(request: PlanRequest) -> None:
    """Windows, run lengths, volumes, capacity, rest, starts and tanks: the same claims as for the default planner."""
    zones = tuple(replace(one, source="p") if one.source == "q" else one for one in request.zones)
    request = replace(request, backup_w=0.0, zones=zones)  # one pump on the sun is what it models
    found = solve(request, 2.0)
    assume(found is not None)
    usual = rules.plan
    rules.plan = lambda _request: found  # type: ignore[assignment, return-value]
    try:
        for rule in RULES:
            rule.hypothesis.inner_test(request)  # type: ignore[attr-defined]
    finally:
        rules.plan = usual


@settings(max_examples=15, deadline=None)
@given(requests())
def test_the_exact_plan_is_never_dearer(request: PlanRequest) -> None:
    """By the yardstick of both planners."""
    assert cost_idr(request, exact_plan(request, 2.0)) <= cost_idr(request, plan(request)) + 0.02


def test_a_case_that_greed_gets_wrong() -> None:
    """An urgent zone that could run at any hour must not take the only hour of another: the exact plan waters both."""
    zones = [zone("a", 5.0, (0.0, 4.0)), zone("b", 5.0, (0.0, 1.0))]
    request = ask([want("a", 5000.0, 0.6), want("b", 5000.0, 0.5)], zones, (1500.0,) * STEPS)
    one = exact_plan(request)
    assert one.unmet == ()
    assert {run.zone: (run.start_s - NOW) / HOUR for run in one.runs} == {"a": 1.0, "b": 0.0}


def test_runs_under_way_are_left_to_the_default() -> None:
    """What the model does not know it does not touch."""
    running = (Run("a", NOW - HOUR, NOW + HOUR, 5000.0, True),)
    request = ask([want("a", 9000.0)], [zone("a", 5.0)], sun(1600.0), running=running)
    assert solve(request, 1.0) is None
    assert exact_plan(request) == plan(request)


def test_late_water_is_never_dearer_than_none() -> None:
    """Whatever the urgency, a litre at the end of the horizon that was due at its begin costs less than an unmet one."""
    for urgency in (0.0, 0.5, 1.0):
        demand = want("a", 1.0, urgency, 0.0)
        assert delay_idr_l(demand, NOW, NOW + 48 * HOUR) < UNMET_IDR_L * weight(demand)
