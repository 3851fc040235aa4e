"""What each thing says of itself: the sentence fits what it does, in every situation that a person may meet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core.decision import EventKind, Level, Reason
from controller.core.snapshot import Order
from schedules.plan import Demand, Unmet
from schedules.zone import ZoneBalance
from tests.controller.core.sites import direct_site, program, tank_site
from tests.controller.core.timeline import NOON, SILENT, Plant, at, play, runs_plan

POWER = {"power": "meter.power_w"}


def reason_of(plant: Plant, subject: str) -> Reason:
    """The subject's one reason now."""
    (found,) = (one for one in plant.last.reasons if one.subject == subject)
    return found


def with_balance(plant: Plant, zone: str, **changes: object) -> Plant:
    """The plant with another account of a zone, so that it may say something else."""
    state = plant.state.zones[zone]
    balance: ZoneBalance = replace(state.balance, **changes)  # type: ignore[arg-type]
    plant.state = replace(plant.state, zones={**plant.state.zones, zone: replace(state, balance=balance)})
    return plant


def test_a_running_pump_tells_its_own_power_and_the_sun_s() -> None:
    """What the pump takes is its meter's; what the sun offers is told beside it, never as if it were the pump's."""
    plant = Plant(tank_site(POWER))
    play(plant, at(0, level=0.5, sun=900.0), at(700).on("sumur"), at(710, power=742.0))
    reason = reason_of(plant, "sumur")
    assert (reason.key, reason.params["pump_w"], reason.params["power_w"]) == (
        "pump_runs_plan",
        742.0,
        1440.0,
    )


def test_a_pump_without_a_meter_tells_its_rated_power() -> None:
    """Where nobody measures the pump its nameplate stands in, also in the moment of its start."""
    plant = Plant(tank_site())
    play(plant, at(0, level=0.5, sun=900.0), at(700).on("sumur"))
    assert reason_of(plant, "sumur").params["pump_w"] == 750.0


def test_an_unseen_sun_is_not_zero_watts() -> None:
    """Without a power signal no sentence says 0 W: start, run, want of sun and stop say that nobody measures it."""
    plant = Plant(tank_site())
    play(plant, at(0, level=0.5), at(700).why("sumur", "pump_power_unknown"))
    assert reason_of(plant, "sumur").level is Level.WARNING
    play(plant, at(701).order(Order.RUN_PUMP, "sumur", 5.0).on("sumur").why("sumur", "pump_runs_unseen"))
    assert plant.events(EventKind.START)[-1][1].reason.key == "pump_start_unseen"
    plant = Plant(tank_site())
    play(
        plant,
        at(0, level=0.5, sun=900.0),
        at(1000, sun=SILENT).on("sumur"),
        at(1070).why("sumur", "pump_sun_unseen"),
    )
    play(plant, at(1400).on())
    assert plant.events(EventKind.STOP)[-1][1].reason.key == "pump_stop_unseen"


def test_a_passing_cloud_and_a_weak_morning_are_told_apart() -> None:
    """A mean that is too low is told with its span; a mean that would do waits for the power of this moment."""
    plant = Plant(tank_site())
    play(plant, at(0, level=1.8, sun=900.0), at(700, level=0.5, sun=100.0).why("sumur", "pump_waits_power"))
    reason = reason_of(plant, "sumur")
    assert reason.params["power_w"] == pytest.approx(160.0)
    play(plant, at(1100).why("sumur", "pump_waits_sun"))
    assert reason_of(plant, "sumur").params["average_s"] == 300.0


def test_a_person_s_stop_is_told_while_the_pump_rests() -> None:
    """A pump that a person stopped says so, with the time until it is automatic again; not only that it rests."""
    plant = Plant(tank_site())
    play(plant, at(0, level=0.5, sun=900.0), at(1000).order(Order.STOP, "sumur").on())
    play(plant, at(1010).why("sumur", "paused_by_operator"), at(2000).why("sumur", "paused_by_operator"))
    play(plant, at(2001).order(Order.RUN_PUMP, "sumur", 5.0).on("sumur").why("sumur", "pump_runs_manual"))


def test_a_trip_is_told_before_a_person_s_stop() -> None:
    """A pump that tripped and was stopped by a person besides tells the trip: that is what has to be looked at."""
    plant = Plant(tank_site())
    play(
        plant,
        at(0, level=0.5, sun=900.0),
        at(1000, flow=0.0).on("sumur"),
        at(1100).on().why("sumur", "pump_retry"),
    )
    play(plant, at(1101).order(Order.STOP, "sumur").why("sumur", "pump_retry"))


def test_the_emergency_stop_promises_nothing() -> None:
    """While it is latched neither pump nor zone speaks of rests or of its next run: nothing will start by itself."""
    plant = Plant(tank_site(zones=2))
    plant.plan = runs_plan(("z1", 3000.0, 4000.0, 300.0))
    play(plant, at(0, level=0.5, sun=900.0), at(1000).on("sumur").why("z1", "zone_planned"))
    play(plant, at(1001).order(Order.EMERGENCY_STOP).on())
    play(
        plant,
        at(1100)
        .why("sumur", "held_by_emergency")
        .why("z1", "held_by_emergency")
        .why("z2", "held_by_emergency"),
    )
    play(plant, at(1101).order(Order.RESUME).why("z1", "zone_planned"))


@pytest.mark.parametrize(
    ("kind", "changes", "key"),
    [
        ("field", {"depletion_mm": 3.0}, "zone_moist"),
        ("field", {"stage": "before", "depletion_mm": 90.0}, "zone_not_planted"),
        ("field", {"stage": "over", "depletion_mm": 90.0}, "zone_season_over"),
        ("field", {"stage": "over", "depletion_mm": 3.0}, "zone_moist"),
        ("field", {"rain_24h_mm": 12.0}, "zone_rained"),
        ("field", {"depletion_mm": 90.0}, "zone_idle"),
        ("container", {"depletion_mm": 1.0}, "zone_pots_moist"),
        ("container", {"depletion_mm": 2.5}, "zone_pots_wait"),
        ("container", {"depletion_mm": 6.0}, "zone_idle"),
        ("container", {"depletion_mm": 6.0, "doses_today": 4}, "zone_doses_done"),
        ("paddy", {"ponding_mm": 40.0}, "zone_flooded"),
        ("calendar", {}, "zone_idle"),
    ],
)
def test_a_zone_that_wants_nothing_says_why(kind: str, changes: dict[str, object], key: str) -> None:
    """Fallow land, used-up doses, rain, a flooded field and moist ground each have their own words: dry is never called moist."""
    plant = play(Plant(tank_site(prog=program(kind))), at(0, level=1.0, sun=0.0))
    plant.state = replace(plant.state, demands=())
    with_balance(plant, "z1", **changes)
    play(plant, at(1))
    assert reason_of(plant, "z1").key == key


def test_water_that_came_since_the_grid_is_not_wanted_again() -> None:
    """A zone that has just had its water does not say that it is dry until the next grid step."""
    plant = play(Plant(tank_site()), at(0, level=1.0, sun=0.0))
    wanted = Demand(
        "z1", 5.0, 400.0, 0.6, None, "demand_field_due", {"depletion_mm": 30.0, "raw_mm": 24.0, "net_mm": 5.0}
    )
    plant.state = replace(plant.state, demands=(wanted,))
    play(plant, at(1).why("z1", "demand_field_due"))
    zone = replace(plant.state.zones["z1"], credit_l=398.0)
    plant.state = replace(plant.state, zones={**plant.state.zones, "z1": zone})
    play(plant, at(2).why("z1", "zone_moist"))


def test_what_found_no_place_names_its_source_and_how_much_it_matters() -> None:
    """A pump in a sentence has people's name; what mends itself is no warning, what does not is one."""
    plant = Plant(direct_site({"name": "Pompa sungai"}))
    wanted = tuple(Demand(name, 5.0, 400.0, 0.6, None, "demand_field_due") for name in ("a", "b"))
    plan = runs_plan()
    unmet = (
        Unmet("a", 400.0, "plan_no_power", {"source": "sungai"}),
        Unmet("b", 9.0, "plan_too_small", {"volume_l": 9.0}),
    )
    plant.plan = replace(plan, unmet=unmet)
    play(plant, at(0, sun=0.0))
    plant.state = replace(plant.state, demands=wanted)
    play(plant, at(1))
    first, second = reason_of(plant, "a"), reason_of(plant, "b")
    assert (first.params["source"], first.level) == ("Pompa sungai", Level.WARNING)
    assert (second.key, second.level) == ("plan_too_small", Level.INFO)


def test_a_waiting_zone_names_its_pump_as_people_do() -> None:
    """A zone waits for "Pompa sungai", or for the pump's id where it has no name."""
    for pump, name in (({"name": "Pompa sungai"}, "Pompa sungai"), ({}, "sungai")):
        plant = Plant(direct_site(pump))
        plant.plan = runs_plan(("a", 100.0, 9000.0, 500.0))
        play(plant, at(0, sun=0.0), at(200).why("a", "zone_waits_pump"))
        assert reason_of(plant, "a").params["pump"] == name


def test_an_irrigation_by_time_is_not_told_by_volume() -> None:
    """The end of a manual watering tells what it gave; nothing "of 0 litres" and nothing owed."""
    plant = Plant(tank_site(), epoch_s=NOON)
    play(plant, at(0, level=1.0, sun=0.0).order(Order.RUN_ZONE, "z1", 2.0), at(200))
    close = plant.events(EventKind.CLOSE)[0][1]
    assert (close.reason.key, set(close.reason.params)) == ("irrigation_manual_over", {"delivered_l"})
    assert close.figures["owed_l"] == 0.0
