"""When another plan is due, and what the planner is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core.arrival import PAUSE_S
from controller.core.decision import EventKind
from controller.core.planning_request import STEP_S, plan_due, plan_request
from controller.core.snapshot import Order, Snapshot
from controller.core.state import Irrigation, initial_state
from schedules.plan import Demand
from schedules.planner import plan as make_plan
from tests.controller.core.sites import ALL_DAY, direct_site, program, tank_site
from tests.controller.core.timeline import NOON, SILENT, Plant, at, play, runs_plan

THIRSTY = program("calendar", windows=ALL_DAY, depth_mm=8.0)
POWER = [1500.0] * 40 + [-1.0] * 8


def ask(plant):
    """The request after the newest decision."""
    at_now = plant.decisions[-1]
    instant = plant.epoch_s + at_now[0]
    snapshot = Snapshot(
        type("I", (), {"epoch_s": instant, "mono_s": at_now[0] + plant.offset, "trusted": plant.trusted})(), plant.readings
    )  # fmt: skip
    return plan_request(plant.site, plant.state, snapshot, POWER)


def test_nothing_is_asked_while_the_plan_holds():
    """Between grid points, with nothing new, no plan is due."""
    plant = Plant(tank_site())
    play(plant, at(0, sun=900.0, level=1.5), at(5))
    assert not plan_due(plant.state)
    assert ask(plant) is None


def test_the_grid_asks_with_demands_and_limits():
    """At a grid point with a demand the planner gets demands, windows, pump and tank as they are."""
    plant = Plant(tank_site({"limits": {"starts_per_day": 7}}, {"other_load_w": 100.0}, prog=THIRSTY))
    play(plant, at(0, sun=900.0, level=1.0, frozen=("level",)), at(700).on("sumur"), at(900))
    request = ask(plant)
    assert request is not None
    assert plant.state.replan == "grid"
    assert [one.zone for one in request.demands] == ["z1", "z2"]
    assert request.power_w == (1400.0,) * 40 + (0.0,) * 8
    assert request.step_s == STEP_S
    assert request.zones[0].windows[0][0] == NOON + 900.0
    pump, tank = request.pumps[0], request.tanks[0]
    assert (pump.starts_left, pump.running_s, pump.resting_s, pump.threshold_w) == (6, 300.0, 0.0, 750.0)
    assert tank.volume_l == pytest.approx(3200.0)
    assert tank.capacity_l == pytest.approx(6400.0)
    assert make_plan(request).runs


def test_no_plan_is_asked_for_without_a_trusted_clock_or_a_horizon():
    """Windows need a clock; when it comes to be trusted, a plan is due at once."""
    plant = Plant(tank_site(prog=THIRSTY), trusted=False)
    play(plant, at(0, sun=0.0, level=1.0), at(910))
    assert ask(plant) is None
    plant.trusted = True
    play(plant, at(911))
    assert plant.state.replan == "clock"
    assert plan_request(plant.site, plant.state, Snapshot(plant.decisions[-1][1].state, {}), []) is None


def test_running_irrigations_are_told_and_paused_zones_are_not():
    """What runs goes along as it was planned, manual runs by nominal flow; a paused zone and a paused pump are left out."""
    plant = Plant(direct_site({"limits": {"min_rest_s": 60.0}}, prog=THIRSTY))
    plant.plan = runs_plan(("a", 400.0, 4000.0, 9000.0))
    play(plant, at(0, sun=1200.0), at(500).on("va", "sungai"), at(501).order(Order.STOP, "b"), at(900))
    request = ask(plant)
    run = request.running[0]
    assert (run.zone, run.start_s, run.volume_l) == ("a", NOON + 400.0, 9000.0)
    assert [one.zone for one in request.demands] == ["a"]
    plant = Plant(
        direct_site(
            {"limits": {"min_rest_s": 60.0}}, {"backup": "grid", "backup_for_forced": True}, prog=THIRSTY
        )
    )
    play(plant, at(0, sun=1200.0), at(800).order(Order.RUN_ZONE, "a", 30.0), at(900))
    request = ask(plant)
    assert request.running[0].volume_l == pytest.approx(3000.0)
    assert request.running[0].start_s == pytest.approx(NOON + 805.0, abs=2.0)
    assert request.backup_w == 1000.0
    play(plant, at(901).order(Order.STOP, "sungai"))
    assert ask(plant).pumps[0].locked


@pytest.mark.parametrize(("kind", "left_s"), [("paddy", 1800.0), ("field", 9000.0)])
def test_the_overtime_of_a_paddy_is_not_told_as_its_need(kind, left_s):
    """A paddy that had half of its water in half an hour is told to end in another; pipes keep all the time they may take."""
    plant = Plant(direct_site(prog=program(kind, windows=ALL_DAY)))
    play(plant, at(0, sun=1200.0), at(910))
    now = 910.0 + plant.offset
    under_way = Irrigation(
        "plan", 0.0, 6000.0, 0.0, now, now + 9000.0, began_s=now - 1800.0, delivered_l=3000.0
    )
    zones = plant.state.zones | {"a": replace(plant.state.zones["a"], irrigation=under_way)}
    plant.state = replace(plant.state, zones=zones, replan="demands")
    (run,) = ask(plant).running
    assert run.end_s == pytest.approx(plant.epoch_s + 910.0 + left_s)


def test_a_tank_that_changed_much_asks():
    """A quarter of its capacity more or less deserves another plan; an unknown level counts as empty."""
    plant = Plant(tank_site())
    play(plant, at(0, sun=0.0, level=1.0))
    assert plant.state.replan == "clock"
    play(plant, at(10, level=0.65))
    assert plant.state.replan == ""
    play(plant, at(20, level=0.55))
    assert plant.state.replan == "tank"
    play(plant, at(30, level=1.2))
    plant.readings.clear()
    assert ask(plant).tanks[0].volume_l == 0.0


def test_lock_and_reset_ask():
    """A pump that is locked, and one that is reset, change what can be planned."""
    plant = Plant(tank_site({"protect": {"retries": 0}}))
    play(plant, at(0, sun=900.0, level=0.5), at(700, flow=0.0), at(774))
    seen = [d.state.replan for _, d in plant.decisions]
    assert "pump_locked" in seen
    assert plant.state.pumps["sumur"].phase == "locked"
    play(plant, at(775).order(Order.RESET, "sumur"))
    assert plant.state.replan == "pump_reset"


def test_a_plan_that_ran_out_asks():
    """With a demand and a plan whose horizon is over (or not yet begun: the clock went back), another is due."""
    plant = Plant(tank_site(prog=THIRSTY))
    plant.plan = runs_plan(until_s=NOON + 1000.0)
    play(plant, at(0, sun=0.0, level=1.0), at(950))
    assert plant.state.replan == ""
    play(plant, at(1000))
    assert plant.state.replan == "plan_over"


def test_an_exhausted_hour_counts_as_no_rest():
    """A pump that has used its starts of the hour is told as just stopped, so that the planner does not expect it at once."""
    limits = {"min_run_s": 0.0, "min_rest_s": 10.0, "starts_per_hour": 1}
    plant = Plant(tank_site({"limits": limits}, prog=THIRSTY))
    play(plant, at(0, sun=900.0, level=0.5), at(400).on("sumur"), at(500, level=1.8), at(900, level=SILENT))
    assert ask(plant).pumps[0].resting_s == 0.0
    assert initial_state(plant.site).replan == ""


def test_what_was_given_since_the_grid_is_not_asked_again():
    """Demands are as old as the grid: what an irrigation gave since then is taken off, and a served zone is left out."""
    plant = Plant(tank_site(prog=program("calendar", windows=ALL_DAY, depth_mm=2.0)))
    play(plant, at(0, sun=900.0, level=1.8), at(900))
    wanted = {one.zone: one.volume_l for one in ask(plant).demands}
    plant.plan = runs_plan(("z1", 901.0, 1500.0, wanted["z1"]), ("z2", 901.0, 1500.0, 0.5 * wanted["z2"]))
    play(plant, at(1600))
    assert {event.subject for _, event in plant.events(EventKind.CLOSE)} == {"z1", "z2"}
    assert [one.zone for one in plant.state.demands] == ["z1", "z2"]
    plant.state = replace(plant.state, replan="tank")
    left = ask(plant).demands
    assert [one.zone for one in left] == ["z2"]
    assert left[0].volume_l == pytest.approx(0.5 * wanted["z2"], rel=0.05)
    assert left[0].net_mm == pytest.approx(0.5 * plant.state.demands[1].net_mm, rel=0.05)


def test_a_zone_that_soaks_is_told():
    """After an irrigation that brought water the request says until when it soaks; before, and without a pause, it does not."""
    soaking = program("calendar", windows=ALL_DAY, depth_mm=8.0, soak_s=3600.0)
    plant = Plant(tank_site(prog=soaking))
    plant.plan = runs_plan(("z1", 30.0, 230.0, 50.0))
    play(plant, at(0, sun=900.0, level=1.0, frozen=("level",)), at(900))
    request = ask(plant)
    assert request is not None
    ended = plant.state.zones["z1"].ended_s
    assert NOON + 30.0 < ended <= NOON + 600.0
    told = {zone.zone: (zone.soak_s, zone.soaks_until_s) for zone in request.zones}
    assert told == {"z1": (3600.0, ended + 3600.0), "z2": (3600.0, 0.0)}


def demand_of(net_mm: float = 3.0, urgency: float = 0.2, latest_s: float | None = None) -> Demand:
    """What a zone wants."""
    return Demand("z1", net_mm, 100.0 * net_mm, urgency, None if latest_s is None else NOON + latest_s, "")


def grid_asks(monkeypatch: pytest.MonkeyPatch, course: list[tuple[Demand, ...]]) -> list[bool]:
    """Whether each grid point asks for a plan, when the zones' demands take this course from a quarter past noon on."""
    plant, left = Plant(tank_site()), iter(course)
    play(plant, at(0, sun=0.0, level=1.0))
    monkeypatch.setattr("controller.core.balances.demands", lambda _draft: next(left))
    asked = []
    for number in range(len(course)):
        play(plant, at(900.0 * (number + 1)))
        asked.append(plant.state.replan == "grid")
    return asked


def test_a_demand_that_stays_asks_once_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the same zones want by less than a step more, or may begin a little later, is no reason for a plan before the hour."""
    course = [(demand_of(3.001 + 0.001 * n, latest_s=7300.0 + 100.0 * n),) for n in range(8)]
    assert grid_asks(monkeypatch, course) == [True, False, False, True, False, False, False, True]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (demand_of(3.001), demand_of(3.012)),
        (demand_of(3.001), demand_of(2.989)),
        (demand_of(urgency=0.201), demand_of(urgency=0.207)),
        (demand_of(latest_s=7300.0), demand_of(latest_s=3500.0)),
        (demand_of(latest_s=7300.0), demand_of()),
        (demand_of(), None),
    ],
)
def test_a_demand_that_moved_asks(
    monkeypatch: pytest.MonkeyPatch, before: Demand, after: Demand | None
) -> None:
    """More or less water, more urgent, due earlier or later by an hour, or no longer wanted: the next grid point asks."""
    course = [(before,), (before,), (after,) if after is not None else ()]
    assert grid_asks(monkeypatch, course) == [True, False, True]


def test_small_changes_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A demand that grows by a two-hundredth of a millimetre each quarter of an hour asks every other one."""
    course = [(demand_of(3.001 + 0.005 * n),) for n in range(4)]
    assert grid_asks(monkeypatch, [course[0], *course[:3]]) == [True, False, False, True]


def test_the_end_of_a_pause_asks() -> None:
    """A zone whose pause is over, and a site after an emergency stop, can take water again: another plan is due at once."""
    plant = Plant(tank_site(prog=THIRSTY))
    play(plant, at(0, sun=900.0, level=1.0).order(Order.EMERGENCY_STOP), at(10))
    assert plant.state.replan == ""
    play(plant, at(11).order(Order.RESUME))
    assert plant.state.replan == "resumed"
    play(plant, at(12).order(Order.STOP, "z1"), at(12.0 + PAUSE_S - 1.0))
    asked = len([d for _, d in plant.decisions if d.state.replan == "resumed"])
    play(plant, at(12.0 + PAUSE_S + 1.0))
    assert len([d for _, d in plant.decisions if d.state.replan == "resumed"]) == asked + 1
