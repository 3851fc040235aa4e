"""Timing diagrams of a pump that fills a tank, and of zones that drink from it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core.decision import EventKind
from controller.core.snapshot import Order
from tests.controller.core.sites import tank_site
from tests.controller.core.timeline import AUTO, NOON, SILENT, Plant, at, fill_plan, play, runs_plan

SUN = 900.0  # 1440 W of 750 W needed
REST, LOW_SUN = 600.0, 300.0


def running(site=None, **inputs) -> Plant:
    """A plant whose pump has just started at t=600 (first rest over)."""
    plant = Plant(site or tank_site())
    play(
        plant,
        at(0, sun=SUN, level=0.5, **inputs).on(),
        at(599).on().why("sumur", "pump_rests"),
        at(600).on("sumur"),
    )
    return plant


def test_first_start_waits_for_the_whole_rest():
    """After the controller starts, the pump serves its full rest before it runs, however much sun there is."""
    plant = running()
    start = plant.events(EventKind.START)
    assert [(t, e.subject, e.reason.key) for t, e in start] == [(600, "sumur", "pump_start_plan")]


def test_sun_must_hold_on_average_and_now():
    """The pump starts when the five-minute mean reaches 1.26 times its need and the present power 1.1 times."""
    play(
        Plant(tank_site()),
        at(0, sun=LOW_SUN, level=0.5).on(),
        at(700).on().why("sumur", "pump_waits_sun"),
        at(701, sun=SUN).on(),
        at(701 + 100).on().why("sumur", "pump_waits_sun"),
        at(701 + 190).on("sumur"),
    )


def test_a_tank_that_is_short_starts_its_pump_with_less_margin():
    """With 1.17 times the need the pump waits for more sun, unless the plan says that its tank cannot serve all that is wanted."""
    plan = fill_plan(3200.0)
    short = replace(plan, fills=tuple(replace(fill, short=True) for fill in plan.fills))
    waits, starts = Plant(tank_site()), Plant(tank_site())
    waits.plan, starts.plan = plan, short
    play(waits, at(0, sun=550.0, level=0.5).on(), at(1200).on().why("sumur", "pump_waits_sun"))
    play(
        starts, at(0, sun=550.0, level=0.5).on(), at(600).on("sumur"), at(660).why("sumur", "pump_runs_plan")
    )


def test_a_plan_that_stays_the_same_stays_in_force():
    """A plan made again with nothing changed is the same plan, yet it holds beyond the first one's end."""
    plan = fill_plan(6400.0)
    fill = replace(plan.fills[0], refill_l=6000.0)
    first = replace(plan, fills=(fill,), until_s=plan.made_s + 900.0)
    plant = Plant(tank_site())
    plant.plan = first
    play(plant, at(0, sun=0.0, level=1.75, frozen=("level",)))
    plant.plan = replace(first, made_s=first.made_s + 890.0, until_s=first.until_s + 86400.0)
    play(plant, at(1000, sun=900.0, level=1.62).on(), at(1700).on("sumur"))
    assert len(plant.events(EventKind.PLAN)) == 1


def test_a_short_cloud_does_not_stop_it_a_long_one_does():
    """Power below the need for less than three minutes changes nothing; for longer it stops the pump, which then rests."""
    play(
        running(),
        at(1000, sun=LOW_SUN).on("sumur"),
        at(1170).on("sumur").why("sumur", "pump_sun_short"),
        at(1171, sun=SUN).on("sumur").why("sumur", "pump_runs_plan"),
        at(1300, sun=LOW_SUN).on("sumur"),
        at(1479).on("sumur"),
        at(1480).on(),
        at(1500, sun=SUN).on().why("sumur", "pump_rests"),
        at(2079).on(),
        at(2080).on("sumur"),
    )


def test_the_minimum_run_outranks_a_cloud():
    """A cloud that comes right after the start does not stop the pump before its minimum run is over."""
    play(running(), at(610, sun=0.0), at(899).on("sumur"), at(900).on())


def test_tank_full_outranks_the_minimum_run():
    """A full tank stops the pump at once, even inside its minimum run."""
    plant = play(running(), at(700, level=1.8).on().why("sumur", "tank_full"), at(701).on())
    assert [(e.kind, e.reason.key) for t, e in plant.events() if t == 700][-2:] == [
        (EventKind.TRIP, "tank_full"),
        (EventKind.STOP, "tank_full"),
    ]
    assert plant.events(EventKind.CLEAR)[0][0] == 701


def test_filling_has_a_band():
    """A tank that is filled is only filled again below its refill mark."""
    play(
        running(),
        at(1000, level=1.799).on("sumur"),
        at(1001, level=1.8).on(),
        at(2000, level=1.7).on().why("sumur", "pump_tank_enough"),
        at(2100, level=1.55).on("sumur"),
    )


def test_a_planned_target_ends_the_filling_early():
    """The pump fills to the plan's target only, and starts for it only when a band is missing."""
    plant = Plant(tank_site())
    plant.plan = fill_plan(3200.0)  # 0.2 m + 0.8 m
    play(
        plant,
        at(0, sun=SUN, level=0.95, frozen=("level",)),
        at(700).on(),
        at(701, level=0.9).on("sumur"),
        at(1010, level=1.0).on(),
    )


def timed(plant, **changes):
    """A plan of one filling of the whole tank with these hours and marks."""
    base = fill_plan(6400.0)
    plant.plan = replace(base, ident=repr(changes), fills=(replace(base.fills[0], **changes),))
    return plant


def test_filling_waits_for_its_planned_hour():
    """Before the plan's hour the pump waits although the sun shines; from then on it fills; a filling under way goes on."""
    plant = timed(Plant(tank_site()), from_s=NOON + 2000.0)
    play(
        plant,
        at(0, sun=SUN, level=0.5),
        at(1900).on().why("sumur", "pump_fill_waits"),
        at(2001).on("sumur"),
    )
    timed(plant, from_s=NOON + 9000.0)
    play(plant, at(2600).on("sumur"))


def test_the_plans_hour_binds_only_with_a_trusted_clock():
    """While the clock cannot be trusted the sun fills the tank at once, whatever the plan says."""
    plant = timed(Plant(tank_site(), trusted=False), from_s=NOON + 20_000.0)
    play(plant, at(0, sun=SUN, level=0.5).on(), at(700).on("sumur"))


def test_the_plan_may_fill_above_the_refill_mark():
    """A tank above its own mark is filled when the plan says that more is needed."""
    play(Plant(tank_site()), at(0, sun=SUN, level=1.6), at(900).on().why("sumur", "pump_tank_enough"))
    plant = timed(Plant(tank_site()), refill_l=6000.0)  # 1.7 m
    play(plant, at(0, sun=SUN, level=1.6), at(900).on("sumur"))


def test_a_forced_filling_runs_without_sun_where_the_site_allows_it():
    """In the dark the pump starts at the forced hour on the grid, and a cloud's grace (70 Wh) after the tank holds what
    is needed it stops.
    """
    site = tank_site(power={"backup": "grid", "backup_for_forced": True})
    forced = {"forced_from_s": NOON + 1000.0, "forced_until_s": NOON + 5000.0, "forced_l": 2000.0}  # 0.7 m
    plant = timed(Plant(site), **forced)
    play(
        plant,
        at(0, sun=0.0, level=0.5, frozen=("level",)),
        at(990).on(),
        at(1001).on("sumur"),
        at(1400, level=0.71).on("sumur").why("sumur", "pump_sun_short"),
        at(1740).on(),
    )
    start = plant.events(EventKind.START)[0][1]
    assert start.reason.key == "pump_start_forced"
    over = timed(Plant(site), **(forced | {"forced_until_s": NOON + 900.0}))
    play(over, at(0, sun=0.0, level=0.5), at(2000).on())
    alone = timed(Plant(tank_site()), **forced)
    play(alone, at(0, sun=0.0, level=0.5), at(2000).on().why("sumur", "pump_waits_power"))


@pytest.mark.parametrize("forced", [True, False])
def test_no_start_into_a_tank_without_room_for_a_shortest_run(forced):
    """A tank that five minutes of the pump would fill is not begun, by the plan or by force: its float would cut the run short."""
    site = tank_site(power={"backup": "grid", "backup_for_forced": True})
    now = {"forced_from_s": NOON, "forced_until_s": NOON + 9000.0, "forced_l": 7100.0} if forced else {}
    plant = timed(Plant(site), refill_l=7100.0, **now)
    play(
        plant,
        at(0, sun=0.0 if forced else SUN, level=1.72, frozen=("level",)),
        at(1500).on(),
        at(1501, level=1.70),
        at(1510).on("sumur"),
        at(1600, level=1.75).on("sumur"),
    )


@pytest.mark.parametrize("level", [SILENT, float("nan"), "text", 1e13])
def test_no_fresh_level_stops_the_tank_pump(level):
    """A level that is silent beyond its age limit, or no number, stops the pump within the limit."""
    plant = play(running(), at(700, level=level), at(762).on().why("sumur", "pump_rests"))
    stop = plant.events(EventKind.STOP)[0]
    assert stop[1].reason.key == "sensor_missing"
    assert stop[0] == (760.0 if level is SILENT else 700.0)
    assert plant.last.state.pumps["sumur"].rest_s == REST


def test_no_flow_is_retried_then_locked_until_reset():
    """No flow for 45 s after 30 s of settling trips; three retries 20 minutes apart; the fourth trip locks until RESET."""
    plant = running()
    play(plant, at(601, flow=0.0), at(674).on("sumur"), at(675).on().why("sumur", "no_flow"))
    play(plant, at(700).on().why("sumur", "pump_retry"), at(1874).on(), at(1875).on("sumur"))
    play(
        plant,
        at(10_000).on().why("sumur", "pump_locked"),
        at(20_000, flow=AUTO).on().why("sumur", "pump_locked"),
    )
    trips = [e.reason.key for _, e in plant.events(EventKind.TRIP)]
    assert trips == ["no_flow"], "the trip holds through its retries and is told once"
    assert plant.last.state.accounts.starts == 4
    play(plant, at(20_001).order(Order.RESET, "sumur"), at(20_002).on("sumur"))
    assert [e.reason.key for _, e in plant.events(EventKind.CLEAR)] == ["trip_cleared"]


def test_a_stop_that_went_well_forgets_the_retries():
    """After a trip, a run that ends as it should begins the count of retries anew."""
    plant = play(
        running(), at(601, flow=0.0), at(700, flow=AUTO), at(1900).on("sumur"), at(2500, level=1.8).on()
    )
    assert plant.last.state.pumps["sumur"].retries in (0, 1)
    play(plant, at(2501, level=1.5), at(3200).on("sumur"), at(3600, sun=0.0), at(4000).on())
    assert plant.last.state.pumps["sumur"].retries == 0


def test_maximum_run_then_rest():
    """A pump that has run for its maximum rests, and runs again."""
    site = tank_site({"limits": {"max_run_s": 1200.0}})
    play(
        running(site),
        at(1799).on("sumur"),
        at(1800).on().why("sumur", "max_run"),
        at(2399).on(),
        at(2401).on("sumur"),
    )


def test_starts_per_hour():
    """No more starts within an hour than the motor stands."""
    site = tank_site({"limits": {"min_run_s": 0.0, "min_rest_s": 10.0, "starts_per_hour": 2}})
    plant = Plant(site)
    play(
        plant,
        at(0, sun=SUN, level=0.5),
        at(400).on("sumur"),
        at(500, level=1.8).on(),
        at(600, level=0.5).on("sumur"),
    )
    play(plant, at(700, level=1.8).on(), at(800, level=0.5).on().why("sumur", "pump_starts_hour"))
    starts = [t for t, e in plant.events(EventKind.START)]
    play(plant, at(starts[0] + 3599).on(), at(starts[0] + 3601).on("sumur"))


def test_starts_per_day_renew_at_local_midnight_or_after_24_h():
    """The daily limit of starts is renewed by a trusted clock at midnight, by an untrusted one after 24 h of operation."""
    for trusted, renewed in ((True, 12 * 3600.0), (False, 24 * 3600.0)):
        site = tank_site({"limits": {"min_run_s": 0.0, "min_rest_s": 10.0, "starts_per_day": 1}})
        plant = Plant(site, cycle_s=60.0, trusted=trusted)
        play(
            plant, at(0, sun=SUN, level=0.5), at(600).on("sumur"), at(900, level=1.8).on(), at(960, level=0.5)
        )
        play(plant, at(renewed - 120).on().why("sumur", "pump_starts_day"), at(renewed + 120).on("sumur"))


def test_gravity_zone_drinks_its_volume_and_closes():
    """A planned irrigation opens at its time, is credited by nominal flow, and closes when its litres have flowed."""
    plant = Plant(tank_site())
    plant.plan = runs_plan(("z1", 100.0, 1060.0, 400.0))
    play(
        plant,
        at(0, sun=0.0, level=1.5),
        at(99).on(),
        at(100).on("v1").why("z1", "zone_waters"),
        at(1059).on("v1"),
    )
    play(plant, at(1061).on())
    close = plant.events(EventKind.CLOSE)[0][1]
    assert close.figures["delivered_l"] == pytest.approx(400.0, abs=0.5)
    assert close.figures["owed_l"] == 0.0
    plant.until(2000)
    assert plant.state.zones["z1"].balance.irrigated_mm == pytest.approx(4.0, abs=0.01)
    assert plant.state.zones["z2"].balance.irrigated_mm == 0.0


def test_an_empty_tank_stops_a_gravity_zone_and_the_rest_is_owed():
    """A tank at its reserve closes the zone; the irrigation ends short and its missing litres are the zone's debt."""
    plant = Plant(tank_site())
    plant.plan = runs_plan(("z1", 0.0, 960.0, 400.0))
    play(plant, at(0, sun=0.0, level=1.5), at(500, level=0.2).on().why("z1", "tank_empty"))
    play(plant, at(510, level=0.24).on(), at(511, level=0.3).on("v1"), at(520, level=SILENT), at(581).on())
    plant.until(1400)
    close = plant.events(EventKind.CLOSE)[0][1]
    assert close.figures["owed_l"] == pytest.approx(400.0 - close.figures["delivered_l"])
    assert plant.state.zones["z1"].balance.owed_mm > 0.0


def test_emergency_stop_takes_everything_and_is_latched_over_a_restart():
    """EMERGENCY_STOP ends all irrigations and pumps at once and survives a new boot; RESUME gives the outputs back."""
    plant = running()
    plant.plan = runs_plan(("z1", 650.0, 3000.0, 900.0))
    play(
        plant,
        at(700).on("sumur", "v1"),
        at(701).order(Order.EMERGENCY_STOP).on().why("site", "emergency_stop"),
    )
    assert plant.events(EventKind.CLOSE)[0][1].figures["owed_l"] > 0.0
    play(plant, at(1500).on())
    plant.reboot()
    play(
        plant, at(3000).on().why("site", "emergency_stop"), at(3001).order(Order.RESUME), at(3002).on("sumur")
    )


def test_a_person_runs_and_stops():
    """RUN_PUMP fills the tank without waiting for the mean; STOP ends it at once and keeps the automatic away for an hour."""
    plant = Plant(tank_site())
    play(
        plant, at(0, sun=500.0, level=1.7), at(700).order(Order.RUN_PUMP, "sumur", 30.0), at(701).on("sumur")
    )
    play(plant, at(702).why("sumur", "pump_runs_manual"), at(720).order(Order.STOP, "sumur").on())
    play(
        plant,
        at(721, level=0.5, sun=SUN),
        at(4319).on().why("sumur", "paused_by_operator"),
        at(4321).on("sumur"),
    )


def test_manual_filling_ends_by_time_and_when_full():
    """A manual filling ends after its minutes, or when the tank is full."""
    plant = Plant(tank_site())
    play(plant, at(0, sun=SUN, level=1.7), at(700).order(Order.RUN_PUMP, "sumur", 10.0), at(1299).on("sumur"))
    play(
        plant,
        at(1301).on(),
        at(2500).order(Order.RUN_PUMP, "sumur", 10.0).on("sumur"),
        at(2900, level=1.8).on(),
    )


def test_a_manual_zone_replaces_a_planned_one():
    """RUN_ZONE ends the planned irrigation with its figures, waters for its minutes, and is credited like any other."""
    plant = Plant(tank_site())
    plant.plan = runs_plan(("z1", 0.0, 960.0, 400.0))
    play(plant, at(0, sun=0.0, level=1.5), at(300).order(Order.RUN_ZONE, "z1", 10.0).on("v1"))
    play(plant, at(301).why("z1", "zone_waters_manual"), at(898).on("v1"), at(905).on())
    first, second = (e for _, e in plant.events(EventKind.CLOSE))
    assert (first.reason.key, second.reason.key) == ("irrigation_replaced", "irrigation_manual_over")
    assert second.figures["delivered_l"] == pytest.approx(250.0, abs=2.0)
    play(plant, at(1000).on().order(Order.STOP, "z1").on().why("z1", "paused_by_operator"))


def test_sun_fills_the_tank_without_a_trusted_clock_but_no_calendar_runs():
    """While the clock cannot be trusted no planned irrigation begins, but the sun fills the tank."""
    plant = Plant(tank_site(), trusted=False)
    plant.plan = runs_plan(("z1", 100.0, 960.0, 400.0))
    play(plant, at(0, sun=SUN, level=0.5).why("site", "clock_untrusted"), at(700).on("sumur"))


def test_a_gap_starts_from_off():
    """A pause of more than three cycles means that the leases have lapsed: outputs begin from off, proven, and the pump rests."""
    plant = running()
    plant.until(700)
    plant.t += 10.0
    play(plant, at(710).on().why("site", "stale_decision"), at(712).on(), at(1309).on(), at(1311).on("sumur"))
    assert [(e.kind, e.reason.key) for t, e in plant.events() if t == 710] == [
        (EventKind.STOP, "stale_decision")
    ]


def test_one_late_cycle_is_no_gap():
    """Up to three cycles late is jitter."""
    plant = running()
    plant.until(700)
    plant.t += 1.5
    play(plant, at(701.5).on("sumur"))


def test_restart_serves_rests_again_and_keeps_counts():
    """A new boot while the pump runs: off, proven, the whole rest again; starts of the hour and of the day still count."""
    plant = running()
    plant.until(800)
    plant.reboot(dark_s=30.0)
    play(plant, at(830).on().why("site", "restarted"), at(831).on().why("sumur", "pump_rests"), at(1429).on())
    assert len(plant.state.pumps["sumur"].starts) == plant.state.pumps["sumur"].starts_today == 1
    play(plant, at(1430).on("sumur"))
    assert plant.events(EventKind.STOP)[0][1].reason.key == "restarted"


def test_no_start_before_the_read_back_proves_off():
    """After a start of the controller no output goes on before its read-back has shown that it is off."""
    plant = Plant(tank_site())
    play(plant, at(0, sun=SUN, level=0.5, running_1=1.0), at(700).on().why("sumur", "proving_off"))
    play(plant, at(701, running_1=AUTO), at(703).on("sumur"))


def test_a_pump_that_does_not_answer_and_one_that_does_not_stop():
    """Commanded on but read back off trips within verify_s; commanded off but read back on is an alarm, and OFF is repeated."""
    plant = play(running(), at(601, running_1=0.0), at(610).on().why("sumur", "no_answer"))
    play(plant, at(700, running_1=1.0).on().why("sumur", "still_on"))
    off = [c for c in plant.last.commands if (c.device, c.quantity) == ("relay", "switch_1")]
    assert [c.value for c in off] == [0.0]


def test_an_output_that_cannot_be_written_stops_its_pump():
    """One failed write is weather; ten seconds of them stop the pump."""
    plant = running()
    plant.failed = frozenset({("relay", "switch_1")})
    play(plant, at(610).on("sumur"), at(611).on().why("sumur", "write_failed"))


def test_water_that_flows_while_everything_is_closed_is_a_leak():
    """Flow with the pump off and nothing open is told after five minutes, and cleared when it ends."""
    plant = Plant(tank_site())
    play(plant, at(0, sun=0.0, level=1.8, flow=1.0), at(299), at(301).why("sumur", "leak"), at(302, flow=0.0))
    assert [e.kind for _, e in plant.events()] == [EventKind.TRIP, EventKind.CLEAR]


def test_a_meter_that_shows_flow_but_counts_nothing_stops_the_pump():
    """A flow that stands at a plausible value would hide a dry pump: 200 litres that the counter does not see end it."""
    plant = running(tank_site({"volume": "meter.volume_m3"}), volume=4.0)
    play(plant, at(700, volume=4.1, frozen=("volume",)), at(1200))
    stop = plant.events(EventKind.STOP)[0]
    assert stop[1].reason.key == "meter_stands"
    flow = plant.site.file.pumps[0].rated_flow_m3_h
    assert stop[0] - 700.0 == pytest.approx(200.0 / (flow / 3.6), abs=2.0)


def test_a_tank_that_does_not_rise_stops_the_pump():
    """Water for 15 cm went in and the level has not moved: the sensor is stuck, the tank leaks or the pipe is off."""
    plant = play(running(), at(601, frozen=("level",)), at(1800))
    stop = plant.events(EventKind.STOP)[0]
    assert stop[1].reason.key == "no_rise"
    tank, flow = plant.site.file.tanks[0], plant.site.file.pumps[0].rated_flow_m3_h
    assert stop[0] - 600.0 == pytest.approx(0.15 * tank.area_m2 * 3600.0 / flow, abs=3.0)


@pytest.mark.parametrize("status", ["standby", "waiting", "off", "fault", SILENT])
def test_an_inverter_that_does_not_feed_carries_no_pump(status):
    """Sunshine is no power while the inverter stands by, waits or is silent: no contactor closes on a dead line."""
    site = {"inverter_status": {"signal": "inverter.status", "stale_s": 5.0}}
    plant = play(Plant(tank_site(power=site)), at(0, sun=SUN, level=0.5), at(700).on("sumur"))
    play(plant, at(710, inverter=status), at(720).on())
    assert plant.events(EventKind.STOP)[0][1].reason.key == "inverter_absent"
    play(plant, at(2000).on().why("sumur", "inverter_absent"))


@pytest.mark.parametrize(("status", "ran_s"), [("standby", 300.0), ("fault", 11.0)])
def test_a_minimum_run_from_the_grid_ends_though_the_inverter_sleeps(status, ran_s):
    """At night a forced filling that is done after ten seconds runs its five minutes on the grid; a faulty inverter stops it."""
    site = tank_site(
        power={"backup": "grid", "backup_for_forced": True, "inverter_status": {"signal": "inverter.status"}}
    )
    night = NOON + 12 * 3600.0
    plant = Plant(site, epoch_s=night)
    plant.plan = timed(plant, forced_from_s=night + 10.0, forced_until_s=night + 5000.0, forced_l=2000.0).plan
    play(plant, at(0, sun=0.0, level=0.5, inverter="standby", frozen=("level",)))
    while not plant.outputs():
        plant.until(plant.t + 1.0)
    start = plant.t
    play(plant, at(start + 9.0), at(start + 10.0, level=0.71, inverter=status), at(start + 700.0).on())
    assert plant.events(EventKind.STOP)[0][0] - start == pytest.approx(ran_s, abs=2.0)
