"""Timing diagrams of a pump that feeds zones directly: valves before the pump, the pump before valves."""

from __future__ import annotations

import pytest

from controller.core.decision import EventKind
from controller.core.snapshot import Order
from tests.controller.core.sites import direct_site, program
from tests.controller.core.timeline import AUTO, SILENT, Plant, at, play, runs_plan

SUN = 1200.0  # 1920 W of 1000 W needed
LIMITS = {"min_run_s": 60.0, "min_rest_s": 120.0}


def plant_of(*runs, site=None, **changes) -> Plant:
    """A plant with these planned runs."""
    plant = Plant(site or direct_site({"limits": LIMITS}))
    plant.plan = runs_plan(*runs, **changes)
    return plant


def test_valve_before_pump_and_pump_before_valve():
    """Start: the valve opens, five seconds and its read-back later the pump runs. End: the pump stops, five seconds later the
    valve closes."""
    plant = plant_of(("a", 400.0, 1000.0, 2000.0))
    play(
        plant,
        at(0, sun=SUN),
        at(399).on(),
        at(400).on("va").why("sungai", "pump_valves_opening"),
        at(404).on("va"),
    )
    play(
        plant,
        at(405).on("va", "sungai").why("a", "zone_waters"),
        at(1004).on("va", "sungai"),
        at(1005).on("va"),
    )
    play(plant, at(1009).on("va"), at(1010).on().why("sungai", "pump_rests"))
    close = plant.events(EventKind.CLOSE)[0][1]
    assert close.figures["delivered_l"] == pytest.approx(2000.0, abs=4.0), "12 m3/h for 10 minutes"


def test_a_running_pump_is_handed_from_zone_to_zone():
    """The next zone's valve opens and proves itself before the last one closes; the pump never stops nor pumps against closed
    valves. A zone that ends a little early does not stop the pump either."""
    plant = plant_of(("a", 400.0, 1000.0, 1950.0), ("b", 1000.0, 1600.0, 2000.0))
    play(plant, at(0, sun=SUN), at(989).on("va", "sungai"), at(991).on("va", "vb", "sungai"))
    play(plant, at(994).on("va", "vb", "sungai"), at(1006).on("vb", "sungai"), at(1500).on("vb", "sungai"))
    assert sum(e.subject == "sungai" for _, e in plant.events(EventKind.START)) == 1


def test_two_zones_share_the_pump():
    """Zones that are open together share the metered water by their nominal flows."""
    plant = plant_of(("a", 400.0, 1000.0, 1000.0), ("b", 400.0, 1000.0, 1000.0))
    play(plant, at(0, sun=SUN), at(500).on("va", "vb", "sungai"), at(1006).on("va", "vb"))
    figures = [e.figures["delivered_l"] for _, e in plant.events(EventKind.CLOSE)]
    assert figures == [pytest.approx(1000.0, abs=4.0)] * 2


def test_no_sun_no_valve():
    """A zone whose pump waits for the sun keeps its valve shut; when the sun never comes it ends with everything owed."""
    plant = plant_of(("a", 400.0, 1000.0, 2000.0))
    play(plant, at(0, sun=100.0), at(700).on().why("sungai", "pump_waits_sun").why("a", "zone_waits_pump"))
    plant.until(1400)
    assert plant.events(EventKind.CLOSE)[0][1].figures["owed_l"] == 2000.0
    assert plant.state.zones["a"].balance.owed_mm == pytest.approx(2000.0 / 500.0 * 0.85, rel=0.01)


def test_overtime_ends_with_the_window():
    """A run that began late may run over to deliver its water, but not beyond its window."""
    late = program(windows=[{"from": "12:00", "to": "12:12"}])
    plant = plant_of(("a", 0.0, 600.0, 2000.0), site=direct_site({"limits": LIMITS}, prog=late))
    play(plant, at(0, sun=SUN), at(700).on("va", "sungai"), at(719).on("va", "sungai"), at(721).on("va"))


def test_a_forced_start_does_not_wait_for_the_mean():
    """Past its latest start an irrigation takes the first power that lifts water, and the back-up where the site allows it."""
    plant = Plant(direct_site({"limits": LIMITS}))
    plan = runs_plan(("a", 400.0, 2000.0, 2000.0))
    run = plan.runs[0]
    late = type(run)(run.zone, run.start_s, run.end_s, run.volume_l, True, latest_start_s=run.start_s + 200.0)
    plant.plan = type(plan)("late", plan.made_s, plan.until_s, (late,))
    play(plant, at(0, sun=0.0), at(599).on(), at(610).on().why("sungai", "pump_waits_power"))
    play(plant, at(611, sun=700.0).on("va"), at(617).on("va", "sungai").why("sungai", "pump_runs_forced"))
    backed = Plant(direct_site({"limits": LIMITS}, {"backup": "grid", "backup_for_forced": True}))
    backed.plan = plant.plan
    play(backed, at(0, sun=0.0), at(599).on(), at(607).on("va", "sungai").why("sungai", "pump_runs_forced"))
    assert backed.state.accounts.grid_wh > 0.0


def test_a_person_waters_by_the_grid_at_night():
    """RUN_ZONE starts at once where a back-up can carry the pump; its minutes count from the first water."""
    plant = Plant(direct_site({"limits": LIMITS}, {"backup": "grid"}))
    play(plant, at(0, sun=0.0), at(300).order(Order.RUN_ZONE, "b", 5.0).on("vb"), at(306).on("vb", "sungai"))
    play(plant, at(604).on("vb", "sungai"), at(607).on("vb"), at(612).on())
    assert plant.state.zones["b"].credit_l > 900.0


def test_stop_ends_a_zone_inside_the_minimum_run():
    """STOP outranks the minimum run: pump off at once, then its valve; the rest of the water is owed."""
    plant = plant_of(("a", 400.0, 1000.0, 2000.0), site=direct_site())
    play(
        plant,
        at(0, sun=SUN),
        at(610).on("va", "sungai"),
        at(620).order(Order.STOP, "a").on("va"),
        at(625).on(),
    )
    assert plant.events(EventKind.CLOSE)[0][1].reason.key == "irrigation_stopped"
    play(plant, at(630).why("a", "paused_by_operator"), at(900).on())


def test_stopping_the_pump_pauses_its_zones():
    """STOP on a pump ends its irrigations and keeps planned ones away for an hour; a person may still water."""
    plant = plant_of(("a", 400.0, 1000.0, 2000.0), ("b", 800.0, 4000.0, 2000.0))
    play(plant, at(0, sun=SUN), at(500).on("va", "sungai"), at(501).order(Order.STOP, "sungai").on("va"))
    play(
        plant,
        at(900).on().why("b", "paused_by_operator"),
        at(910).order(Order.RUN_ZONE, "a", 2.0),
        at(917).on("va", "sungai"),
    )


def test_min_run_holds_the_last_zone_open():
    """A pump whose irrigations are over before its minimum run keeps its last zone open until then; that water is credited."""
    plant = plant_of(
        ("a", 400.0, 460.0, 100.0), site=direct_site({"limits": {"min_run_s": 120.0, "min_rest_s": 120.0}})
    )
    play(
        plant,
        at(0, sun=SUN),
        at(460).on("va", "sungai").why("sungai", "pump_min_run"),
        at(524).on("va", "sungai"),
    )
    play(plant, at(525).on("va"), at(530).on())
    assert plant.state.zones["a"].credit_l == pytest.approx(400.0, abs=8.0)


def test_a_valve_that_stays_shut_never_meets_the_pump():
    """A valve whose read-back never opens is given up and alarmed; the pump does not start, and comes back for another zone."""
    plant = plant_of(("a", 400.0, 3000.0, 2000.0))
    play(
        plant,
        at(0, sun=SUN, running_2=0.0),
        at(405).on("va"),
        at(414).on("va"),
        at(415).on().why("va", "valve_stays_shut"),
    )
    assert {e.reason.key for _, e in plant.events(EventKind.TRIP)} == {"valve_stays_shut", "no_path"}
    assert not any(e.subject == "sungai" for _, e in plant.events(EventKind.START))
    play(plant, at(900).on().why("sungai", "pump_retry"))


def test_a_valve_that_closes_by_itself_stops_the_pump():
    """A read-back that loses the only open valve stops the pump in the same cycle."""
    plant = plant_of(("a", 400.0, 1000.0, 2000.0))
    play(
        plant,
        at(0, sun=SUN),
        at(600).on("va", "sungai"),
        at(601, running_2=0.0).on().why("sungai", "no_path"),
    )


def test_a_valve_that_fails_to_close_is_alarmed_and_blocks_its_pump():
    """Commanded shut but read back open: an alarm, and the pump does not run into it."""
    plant = plant_of(("a", 400.0, 1000.0, 1000.0), ("b", 2000.0, 2600.0, 1000.0))
    play(plant, at(0, sun=SUN), at(600, running_2=1.0), at(1050).why("va", "valve_stuck_open"))
    play(plant, at(2300).on().why("sungai", "stuck_valve"))


@pytest.mark.parametrize(
    ("entry", "bad", "key"),
    [
        (
            {"pressure": "meter.pressure_bar", "protect": {"max_pressure_bar": 4.0}},
            {"pressure": 4.5},
            "over_pressure",
        ),
        (
            {"pressure": "meter.pressure_bar", "protect": {"min_pressure_bar": 1.0}},
            {"pressure": 0.2},
            "under_pressure",
        ),
        ({"fault": "drive.fault_code"}, {"fault": 13.0}, "drive_fault"),
        ({"status": "drive.status"}, {"status": "fault"}, "drive_status"),
        ({"suction": "well.level_m", "min_suction_m": 1.0}, {"suction": 0.9}, "suction_empty"),
        ({"suction": "well.level_m"}, {"suction": 0.0}, "suction_empty"),
        ({}, {"flow": 0.1}, "no_flow"),
        (
            {"flow": None, "power": "meter.power_w", "protect": {"dry_power_share": 0.5}},
            {"power": 200.0},
            "dry_power",
        ),
    ],
)
def test_every_protection_stops_the_pump_and_a_silent_sensor_does_too(entry, bad, key):
    """Each protection trips on its condition, and on the silence of the sensor that it needs."""
    good = {"pressure": 2.0, "suction": 3.0}
    for silent in (False, True):
        site = direct_site({"limits": LIMITS} | entry)
        plant = plant_of(("a", 400.0, 4000.0, 9000.0), site=site)
        play(plant, at(0, sun=SUN, **good), at(500).on("va", "sungai"))
        plant.inputs.update({name: SILENT if silent else value for name, value in bad.items()})
        plant.until(700)
        stops = [e.reason.key for _, e in plant.events(EventKind.STOP) if e.subject == "sungai"]
        assert stops[0] == ("sensor_missing" if silent else key)
        assert "sungai" not in plant.outputs()


def test_inverter_fault_or_silence_stops_what_it_feeds():
    """A pump on the inverter stops when the inverter reports a fault, is off, or falls silent; a back-up carries a person's run."""
    power = {"inverter_status": "inverter.status"}
    for status in ("fault", "off", SILENT):
        plant = plant_of(("a", 400.0, 4000.0, 9000.0), site=direct_site({"limits": LIMITS}, power))
        play(plant, at(0, sun=SUN), at(500, inverter=status), at(570).on().why("sungai", "pump_rests"))
        assert [e.reason.key for _, e in plant.events(EventKind.TRIP)] == ["inverter_absent"]
    plant = Plant(direct_site({"limits": LIMITS}, power | {"backup": "grid"}))
    play(
        plant,
        at(0, sun=SUN, inverter="off"),
        at(300).order(Order.RUN_ZONE, "a", 5.0),
        at(310).on("va", "sungai"),
    )


def test_a_solar_drive_in_low_sun_is_slow_not_dry():
    """A drive that follows the sun lifts nothing below its threshold: no trip, the surplus rule ends it; with sun it is dry."""
    entry = {"supply": "pv", "limits": {"min_run_s": 60.0, "min_rest_s": 120.0}}
    plant = plant_of(("a", 400.0, 9000.0, 9000.0), site=direct_site(entry))
    play(
        plant,
        at(0, sun=SUN),
        at(500).on("va", "sungai"),
        at(501, sun=200.0, flow=0.0),
        at(1099).on("va", "sungai"),
    )
    play(plant, at(1110).on().why("sungai", "pump_rests"), at(1111, sun=SUN), at(1270).on("va", "sungai"))
    plant.until(1600)
    assert [e.reason.key for _, e in plant.events(EventKind.TRIP)] == ["no_flow"]


def test_leases_and_their_order():
    """Stops come first, pump before valve; starts last, valve before pump; a valve's lease outlives its pump's; the device's
    own limit caps a lease; the site's wish wins."""
    site = direct_site({"limits": LIMITS}, fail_safe_s={("relay", "switch_1"): 20.0})
    plant = plant_of(("a", 400.0, 4000.0, 9000.0), site=site)
    play(plant, at(0, sun=SUN), at(500).on("va", "sungai"))
    assert [(c.quantity, c.value, c.lease_s) for c in plant.last.commands] == [
        ("switch_3", 0.0, 0.0), ("switch_2", 1.0, 40.0), ("switch_1", 1.0, 20.0)
    ]  # fmt: skip
    site = direct_site({"limits": LIMITS, "lease_s": 45.0})
    plant = plant_of(("a", 400.0, 4000.0, 9000.0), site=site)
    play(plant, at(0, sun=SUN), at(500).on("va", "sungai"))
    assert [c.lease_s for c in plant.last.commands] == [0.0, 90.0, 45.0]
    site = direct_site({"limits": LIMITS}, valve={"lease_s": 3600.0})
    plant = Plant(site, cycle_s=20.0)
    plant.plan = runs_plan(("a", 400.0, 4000.0, 9000.0))
    play(plant, at(0, sun=SUN), at(600).on("va", "sungai"))
    assert [c.lease_s for c in plant.last.commands] == [0.0, 3600.0, 60.0], "three cycles of 20 s"
    assert plant.last.commands[0].is_stop


def test_a_valve_that_cannot_be_renewed_in_seconds_is_opened_for_its_longest_run():
    """A battery valve gets one lease as long as its zone's program may run, not a renewal every ten seconds."""
    site = direct_site({"limits": LIMITS})
    site = site.model_copy(update={"whole_run": frozenset({("relay", "switch_2")})})
    plant = plant_of(("a", 400.0, 4000.0, 9000.0), site=site)
    play(plant, at(0, sun=SUN), at(500).on("va", "sungai"))
    longest = max(one.max_run_s for one in site.programs.values())
    lease = next(c.lease_s for c in plant.last.commands if c.quantity == "switch_2")
    assert longest <= lease <= longest + 60.0


def test_another_plan_never_chops_a_run():
    """A run under way lives on when another plan is latched, and its echo in that plan is not repeated."""
    plant = plant_of(("a", 400.0, 1000.0, 2000.0))
    play(plant, at(0, sun=SUN), at(600).on("va", "sungai"))
    plant.plan = runs_plan(("b", 2000.0, 2600.0, 500.0))
    play(plant, at(601).on("va", "sungai"))
    plant.plan = runs_plan(("a", 400.0, 1000.0, 2000.0), ("b", 2000.0, 2600.0, 500.0))
    play(plant, at(602).on("va", "sungai"), at(1050).on(), at(1500).on(), at(2010).on("vb", "sungai"))
    assert len(plant.events(EventKind.PLAN)) == 3


def test_a_waiting_run_gives_way_to_another_plan():
    """A planned run that only waits for the sun is dropped with its plan, without a debt."""
    plant = plant_of(("a", 400.0, 1000.0, 2000.0))
    play(plant, at(0, sun=0.0), at(500).why("a", "zone_waits_pump"))
    plant.plan = runs_plan(("b", 5000.0, 6000.0, 500.0))
    play(plant, at(501).why("b", "zone_planned"))
    assert plant.state.zones["a"].irrigation is None
    assert plant.events(EventKind.CLOSE) == []


def test_a_clock_step_neither_stretches_nor_repeats_a_run():
    """The wall clock jumps back and forth during a run: its length is the same, and it runs once."""
    plant = plant_of(("a", 400.0, 1000.0, 2000.0))
    play(plant, at(0, sun=SUN), at(600).on("va", "sungai"))
    plant.epoch_s -= 7200.0
    play(plant, at(700).on("va", "sungai"))
    plant.epoch_s += 10_000.0
    play(plant, at(1004).on("va", "sungai"), at(1006).on("va"), at(1011).on())
    plant.epoch_s -= 2800.0
    plant.until(3000)
    assert sum(e.subject == "sungai" for _, e in plant.events(EventKind.START)) == 1


def test_the_meter_volume_is_credited_first():
    """Litres come from the volume counter; what it shows late belongs to the zone that was fed last; its reset is no flood."""
    plant = plant_of(
        ("a", 400.0, 1000.0, 900.0), site=direct_site({"limits": LIMITS, "volume": "meter.volume_m3"})
    )
    still = ("volume",)
    play(
        plant,
        at(0, sun=SUN, volume=100.0, flow=1.0, frozen=still),
        at(500).on("va", "sungai"),
        at(501, volume=100.4),
    )
    assert plant.state.zones["a"].irrigation.delivered_l == pytest.approx(400.0)
    play(plant, at(560, volume=100.9), at(561).on("va"), at(580, volume=100.92))
    assert plant.state.zones["a"].credit_l == pytest.approx(920.0)
    play(plant, at(600, volume=0.01), at(620, volume=5000.0))
    assert plant.state.zones["a"].credit_l == pytest.approx(930.0)
    assert plant.state.accounts.water_m3 == pytest.approx(0.93)


def test_a_silent_meter_is_stood_in_for_and_not_doubled():
    """While the volume counter is silent flow times time stands in; when it returns, only the difference is added."""
    site = direct_site({"limits": LIMITS, "volume": {"signal": "meter.volume_m3", "stale_s": 5.0}})
    plant = plant_of(("a", 400.0, 4000.0, 9000.0), site=site)
    play(plant, at(0, sun=SUN, volume=100.0), at(500).on("va", "sungai"))
    plant.inputs["volume"] = SILENT
    play(plant, at(560))
    before = plant.state.zones["a"].irrigation.delivered_l
    assert before == pytest.approx((560 - 505) * 12.0 / 3.6, abs=8.0)
    play(plant, at(561, volume=100.25))
    assert plant.state.zones["a"].irrigation.delivered_l == pytest.approx(250.0, abs=4.0)


def test_untrusted_clock_lets_a_run_end_but_none_begin():
    """A run under way goes on by elapsed time when the clock loses its trust; one that only waits does not begin."""
    plant = plant_of(("a", 400.0, 1000.0, 2000.0), ("b", 2000.0, 2600.0, 500.0))
    play(plant, at(0, sun=SUN), at(600).on("va", "sungai"))
    plant.trusted = False
    play(plant, at(900).on("va", "sungai"), at(2100).on())
    waits = plant_of(("a", 400.0, 1000.0, 2000.0))
    play(waits, at(0, sun=0.0), at(500).on())
    waits.trusted = False
    play(waits, at(501, sun=SUN).on().why("a", "untrusted_clock"), at(900).on())


def test_orders_that_make_no_sense_are_told():
    """Unknown targets, a filling without a tank, and manual runs during an emergency stop are refused with a reason."""
    plant = Plant(direct_site())
    play(
        plant,
        at(0, sun=0.0)
        .order(Order.RUN_ZONE, "x")
        .order(Order.RUN_PUMP, "x")
        .order(Order.STOP, "x")
        .order(Order.RESET, "x"),
    )
    play(
        plant,
        at(1)
        .order(Order.RUN_PUMP, "sungai")
        .order(Order.EMERGENCY_STOP)
        .order(Order.RUN_ZONE, "a", float("nan")),
    )
    keys = [e.reason.key for _, e in plant.events(EventKind.ORDER)]
    assert keys == ["order_unknown_target"] * 4 + [
        "order_no_tank",
        "order_emergency_stop",
        "order_refused_emergency",
    ]


def test_auto_is_the_plant():
    """The plant of the diagrams answers: read-backs follow commands one cycle later."""
    plant = plant_of(("a", 400.0, 1000.0, 2000.0))
    play(plant, at(0, sun=SUN, flow=AUTO), at(401))
    assert plant.readings["relay", "running_2"].value == 1.0
