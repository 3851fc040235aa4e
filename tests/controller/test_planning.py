"""When a plan is asked for, that it is made beside the cycle, and that a planner that fails does not stop planning."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from controller import planning as module
from controller.core.decide import decide
from controller.core.planning_request import STEP_S
from controller.core.snapshot import Snapshot
from controller.core.state import ControllerState
from controller.core.wiring import array_of, wiring
from controller.outlooks import Outlooks
from controller.planning import PLAIN_SHARE, RETRY_S, Done, Planning, in_worker, inline, plain_day
from schedules.daylight import hour_of
from schedules.forecast import HORIZON_S
from schedules.plan import Plan, PlanRequest
from tests.controller.little_world import LittleWorld, demo_site
from tests.controller.stations import EPOCH, HandClock


def morning() -> tuple[ControllerState, Snapshot]:
    """A state that asks for a plan, and what was seen then."""
    world = LittleWorld(demo_site())
    for snapshot, decision in world.run(6.0):
        if decision.state.replan:
            return decision.state, snapshot
    raise AssertionError("nothing was ever to plan")


class Hand:
    """A planner that answers when told."""

    def __init__(self) -> None:
        self.asked: list[PlanRequest] = []
        self.done: list[Done] = []

    def __call__(self, request: PlanRequest, done: Done) -> None:
        self.asked.append(request)
        self.done.append(done)


def later(snapshot: Snapshot, seconds: float) -> Snapshot:
    """The same, later."""
    clock = HandClock(snapshot.at.mono_s + seconds)
    return Snapshot(clock.now(), snapshot.readings)


def test_one_request_at_a_time() -> None:
    """While a plan is being made no other is asked for; its result is handed over and the next may be asked."""
    state, snapshot = morning()
    hand = Hand()
    planning = Planning(demo_site(), hand)
    for _ in range(3):
        planning.consider(state, snapshot)
    assert len(hand.asked) == 1
    plan = Plan("x", EPOCH, EPOCH + 1.0)
    hand.done[0](plan)
    assert planning.plan is plan
    planning.consider(state, snapshot)
    assert len(hand.asked) == 2


def test_nothing_is_asked_without_need_or_trust() -> None:
    """No plan while none is due, and none while the wall clock is not trusted."""
    state, snapshot = morning()
    hand = Hand()
    planning = Planning(demo_site(), hand)
    blind = Snapshot(HandClock(snapshot.at.mono_s, trusted=False).now(), snapshot.readings)
    planning.consider(state, blind)
    planning.consider(LittleWorld(demo_site()).state, snapshot)
    assert hand.asked == []


def test_without_any_outlook_plans_go_by_a_plain_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """A forecast that fails from the first hour on keeps no zone dry: half of the plant's peak at noon, none at night."""
    state, snapshot = morning()
    hand, site = Hand(), demo_site()
    monkeypatch.setattr(Outlooks, "consider", lambda *_: None)
    Planning(site, hand).consider(state, snapshot)
    (request,) = hand.asked
    day = int(86_400.0 / STEP_S)
    assert len(request.power_w) == HORIZON_S / STEP_S
    assert request.power_w[day:] == request.power_w[:-day]
    told = plain_day(site, snapshot.at.epoch_s, day)
    hours = [
        (hour_of(snapshot.at.epoch_s, wiring(site).zoneinfo) + (i + 0.5) / 4.0) % 24.0 for i in range(day)
    ]
    assert max(told) == pytest.approx(PLAIN_SHARE * wiring(site).peak_w, rel=0.01)
    assert hours[told.index(max(told))] == pytest.approx(12.0, abs=0.25)
    assert all((watts > 0.0) is (6.0 < hour < 18.0) for hour, watts in zip(hours, told, strict=True))


def test_a_planner_that_fails_is_asked_again_after_a_while() -> None:
    """After a failure the old plan stays, the planner rests five minutes, and then is asked again."""
    state, snapshot = morning()
    hand = Hand()
    planning = Planning(demo_site(), hand)
    planning.plan = old = Plan("old", EPOCH, EPOCH + 1.0)
    planning.consider(state, snapshot)
    hand.done[0](None)
    assert planning.plan is old
    for second in (1.0, 60.0, RETRY_S - 1.0):
        planning.consider(state, later(snapshot, second))
    assert len(hand.asked) == 1
    planning.consider(state, later(snapshot, RETRY_S + 2.0))
    assert len(hand.asked) == 2


def test_what_was_due_meanwhile_is_asked_afterwards() -> None:
    """A plan that fell due while another was made, or that failed, is asked for as soon as it can be, with nothing new."""
    state, snapshot = morning()
    quiet = replace(state, replan="")
    hand = Hand()
    planning = Planning(demo_site(), hand)
    planning.consider(state, snapshot)
    planning.consider(quiet, snapshot)
    hand.done[0](Plan("x", EPOCH, EPOCH + 1.0))
    planning.consider(quiet, snapshot)
    assert len(hand.asked) == 1
    planning.consider(state, snapshot)
    planning.consider(state, snapshot)
    hand.done[1](None)
    planning.consider(quiet, snapshot)
    assert len(hand.asked) == 2
    planning.consider(quiet, later(snapshot, RETRY_S + 2.0))
    assert len(hand.asked) == 3


def test_a_mistake_in_asking_does_not_reach_the_cycle(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An exception while the request is made is logged, not raised into the cycle."""
    state, snapshot = morning()

    def broken(*_arguments: object) -> None:
        raise ValueError("mistake")

    monkeypatch.setattr(module, "plan_request", broken)
    Planning(demo_site(), inline).consider(state, snapshot)
    assert "mistake" in caplog.text


async def test_the_worker_does_not_hold_up_the_loop(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A planner that takes a quarter of a second runs beside the loop; one that raises hands over None and says why."""
    state, snapshot = morning()
    answers: list[Callable[[], Plan]] = []

    def slow(_request: PlanRequest) -> Plan:
        time.sleep(0.25)
        return answers.pop(0)()

    monkeypatch.setattr(module, "plan", slow)
    with ThreadPoolExecutor(1) as pool:
        planning = Planning(demo_site(), in_worker(pool))
        answers.append(lambda: Plan("new", EPOCH, EPOCH + 1.0))
        planning.consider(state, snapshot)
        turns = 0
        while planning.plan is None and turns < 1000:
            await asyncio.sleep(0.01)
            turns += 1
        assert planning.plan is not None
        assert turns > 5
        answers.append(lambda: 1 // 0)  # type: ignore[arg-type, return-value]
        with caplog.at_level(logging.ERROR):
            planning.consider(state, snapshot)
            await asyncio.sleep(0.5)
        assert "the planner failed" in caplog.text
        assert planning.plan.ident == "new"


def test_the_plan_that_comes_is_the_one_that_decide_latches() -> None:
    """In stepped time the plan that was asked for at a cycle stands in the next snapshot and is latched there."""
    state, snapshot = morning()
    planning = Planning(demo_site(), inline)
    planning.consider(state, snapshot)
    assert planning.plan is not None
    at = HandClock(snapshot.at.mono_s + 10.0).now()
    decision = decide(demo_site(), state, Snapshot(at, snapshot.readings, planning.plan))
    assert decision.state.plan == planning.plan


def test_the_array_is_the_sites() -> None:
    """Size, tilt, azimuth and place are those of the site file, and the inverter limits it."""
    array, power = array_of(demo_site()), demo_site().file.power
    assert (array.pv_kwp, array.tilt_deg, array.azimuth_deg) == (
        power.pv_kwp,
        power.tilt_deg,
        power.azimuth_deg,
    )
    assert (array.latitude_deg, array.limit_w) == (demo_site().file.site.latitude, power.inverter_w)
