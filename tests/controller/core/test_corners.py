"""Corners that the diagrams do not pass: restarts in the middle of things, odd orders, silent sensors at rest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core.decision import EventKind
from controller.core.site import Signal
from controller.core.snapshot import Order
from controller.core.state import initial_state
from schedules.plan import Fill
from tests.controller.core.sites import direct_site, tank_site
from tests.controller.core.timeline import SILENT, Plant, at, fill_plan, play, runs_plan

SUN = 1200.0
LIMITS = {"min_run_s": 60.0, "min_rest_s": 120.0}


def test_a_restart_in_the_middle_of_an_irrigation_owes_the_rest():
    """What was delivered stays credited, what was not is owed; the pause of another zone is served again in full."""
    plant = Plant(direct_site({"limits": LIMITS}))
    plant.plan = runs_plan(("a", 400.0, 1000.0, 2000.0))
    play(plant, at(0, sun=SUN), at(500).order(Order.STOP, "b").on("va", "sungai"), at(700).on("va", "sungai"))
    had = plant.state.zones["a"].credit_l
    plant.reboot(dark_s=20.0)
    play(plant, at(plant.t).on())
    close = plant.events(EventKind.CLOSE)[0][1]
    assert close.reason.key == "irrigation_restarted"
    assert close.figures["run_s"] == pytest.approx(295.0, abs=1.0)
    assert close.figures["delivered_l"] == pytest.approx(had)
    assert close.figures["delivered_l"] + close.figures["owed_l"] == pytest.approx(2000.0)
    assert plant.state.zones["a"].balance.owed_mm > 0.0
    left = plant.state.zones["b"].paused_until_s - (plant.t - 1.0 + plant.offset)
    assert left == pytest.approx(3600.0)


def test_a_restart_between_valve_and_pump():
    """An irrigation that had not begun when the controller went down ends with everything owed."""
    plant = Plant(direct_site({"limits": LIMITS}))
    plant.plan = runs_plan(("a", 400.0, 1000.0, 2000.0))
    play(plant, at(0, sun=SUN), at(402).on("va"))
    plant.reboot()
    play(plant, at(plant.t).on())
    close = plant.events(EventKind.CLOSE)[0][1]
    assert (close.figures["run_s"], close.figures["owed_l"]) == (0.0, 2000.0)


def test_the_planned_start_of_a_filling_pump_is_refused_in_an_emergency():
    """RUN_PUMP during an emergency stop is told why not."""
    plant = Plant(tank_site())
    play(
        plant,
        at(0, sun=SUN, level=0.5),
        at(700).order(Order.EMERGENCY_STOP).order(Order.RUN_PUMP, "sumur", 5.0),
    )
    assert [e.reason.key for _, e in plant.events(EventKind.ORDER)][-1] == "order_refused_emergency"


def test_a_silent_level_at_rest_is_told():
    """A tank whose level is unknown while nothing runs: the pump says so and stays off."""
    plant = Plant(tank_site())
    play(
        plant,
        at(0, sun=SUN, level=1.75),
        at(700, level=SILENT),
        at(800).on().why("sumur", "pump_tank_unknown"),
    )


def test_a_plan_for_another_tank_does_not_matter():
    """Only a fill that names the tank sets its target."""
    plant = Plant(tank_site())
    plan = fill_plan(100.0)
    plant.plan = replace(plan, fills=(Fill("other", "sumur", 100.0),))
    play(plant, at(0, sun=SUN, level=0.5), at(700).on("sumur"))


def test_a_drive_in_half_sun_is_judged_by_half_its_power():
    """The power of a dry pump is compared with what the sun lets it draw."""
    entry = {
        "supply": "pv",
        "flow": None,
        "power": "meter.power_w",
        "protect": {"dry_power_share": 0.5},
        "limits": LIMITS,
    }
    plant = Plant(direct_site(entry))
    plant.plan = runs_plan(("a", 400.0, 9000.0, 90_000.0))
    play(
        plant,
        at(0, sun=SUN),
        at(500).on("va", "sungai"),
        at(501, sun=450.0, power=380.0),
        at(700).on("va", "sungai"),
    )
    play(plant, at(701, power=350.0), at(760), at(770).why("sungai", "pump_retry"))


def test_a_person_gets_full_speed():
    """A manual run is not throttled to the sun; many speeds do not pile up in memory."""
    entry = {"frequency": "drive.frequency_set_hz", "limits": LIMITS}
    plant = Plant(direct_site(entry, {"backup": "grid"}))
    play(plant, at(0, sun=500.0), at(300).order(Order.RUN_ZONE, "a", 5.0), at(310).on("va", "sungai"))
    assert [c.value for c in plant.last.commands if c.quantity == "frequency_set_hz"] == [50.0]
    memo = {("commands", i): () for i in range(600)}
    from controller.core.wiring import wiring

    wiring(plant.site).memo.update(memo)
    play(plant, at(700).order(Order.RUN_ZONE, "b", 5.0), at(740).on("vb", "sungai"))
    assert len(wiring(plant.site).memo) < 20


def test_a_closed_way_without_flow_credits_nothing():
    """The minimum run's last litres are credited; a dry one credits nothing and ends nothing."""
    plant = Plant(
        direct_site(
            {"limits": {"min_run_s": 300.0, "min_rest_s": 120.0}, "protect": {"no_flow_after_s": 600.0}}
        )
    )
    plant.plan = runs_plan(("a", 400.0, 460.0, 100.0))
    play(plant, at(0, sun=SUN), at(450, flow=0.0), at(460))
    before = plant.state.zones["a"].credit_l
    play(plant, at(461, flow=12.0), at(465, flow=0.0).order(Order.RUN_ZONE, "b", 1.0), at(480))
    assert plant.state.zones["a"].credit_l >= before


def test_a_pump_that_came_with_a_new_site_file_meters_from_its_first_cycle():
    """A state without this pump does not stop the decision."""
    plant = Plant(tank_site())
    plant.state = replace(initial_state(plant.site), pumps={})
    play(plant, at(0, sun=SUN, level=0.5).on(), at(700).on("sumur"))


def test_an_irrigation_that_never_began_within_its_hour_is_dropped():
    """A manual run whose pump cannot start for an hour ends by itself."""
    plant = Plant(direct_site({"limits": LIMITS}))
    play(
        plant, at(0, sun=0.0).order(Order.RUN_ZONE, "a", 5.0), at(3599).why("a", "zone_waits_pump"), at(3601)
    )
    assert plant.state.zones["a"].irrigation is None


def test_the_pause_of_a_zone_ends():
    """An hour after a person stopped a zone the automatic may water it again."""
    plant = Plant(tank_site())
    plant.plan = runs_plan(("z1", 100.0, 9000.0, 400.0))
    play(plant, at(0, sun=0.0, level=1.5).order(Order.STOP, "z1"), at(3599).on(), at(3601).on("v1"))


def test_a_zone_with_its_own_meter_tells_a_leak():
    """The zone's meter is credited instead of the nominal flow, and water behind a closed valve is alarmed after five minutes."""
    site = tank_site(zones=1)
    zone = site.file.zones[0].model_copy(update={"flow": Signal.model_validate("meter.flow_m3_h")})
    plant = Plant(site.model_copy(update={"file": site.file.model_copy(update={"zones": (zone,)})}))
    plant.plan = runs_plan(("z1", 100.0, 1000.0, 200.0))
    play(plant, at(0, sun=0.0, level=1.5, flow=0.0), at(100, flow=0.9), at(700).on("v1"), at(902).on())
    assert plant.events(EventKind.CLOSE)[0][1].figures["delivered_l"] == pytest.approx(200.0, abs=1.0)
    play(plant, at(1180).on(), at(1210).why("z1", "leak"), at(1211, flow=0.0))
    assert [e.kind for _, e in plant.events() if e.subject == "z1"][-2:] == [EventKind.TRIP, EventKind.CLEAR]


def test_two_decisions_of_one_moment_do_not_hide_a_gap():
    """A second decision at the very moment of the start leaves no unknown cycle: the pause that follows is a gap."""
    plant = Plant(tank_site())
    play(plant, at(0, sun=SUN, level=0.5))
    plant.t = 0.0
    plant.step()
    plant.t = 100.0
    play(plant, at(100).on().why("site", "stale_decision"))
