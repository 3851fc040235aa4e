"""Every interlock does its work in closed loop: something breaks in the world of a shipped site (or a small variant of one), the
controller sees it only through its devices, the pump stands or the valve shuts in time, and a person is told why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from controller.core.interlocks_land import VALVES, WATCHED_VALVES, WATCHED_ZONES, ZONES
from controller.core.interlocks_pumps import PUMPS, WATCHED_PUMPS
from controller.core.snapshot import Order
from tests.end_to_end.closed_loop import Loop
from tests.end_to_end.faults import FAULTS, order
from tests.end_to_end.scenes import (
    from_a_pond,
    limits,
    metered_zone,
    protect,
    running,
    scene,
    with_positions,
    with_pressure,
    without_fault_code,
)

Act = Callable[[Loop], None]


@dataclass(frozen=True)
class Case:
    """``begin`` breaks something on a site whose pump runs; ``key`` is told within ``within_s``, and ``off`` (the first pump, or
    a valve) is off in the world by then.
    """

    kind: str
    begin: Act
    key: str
    within_s: float
    change: Any = None
    off: str = "pump"


def fault(*names: str) -> Act:
    """Begin these faults."""

    def act(loop: Loop) -> None:
        for name in names:
            FAULTS[name].begin(loop)

    return act


def brimming(loop: Loop) -> None:
    """The tank is suddenly full (a neighbour's hose)."""
    for tank in loop.world.tanks.values():
        tank.volume_m3 = 1.005 * tank.tank.full_m * tank.tank.area_m2


def emptying(loop: Loop) -> None:
    """The tank is nearly empty while a person waters the first zone."""
    loop.order(Order.RUN_ZONE, loop.site.file.zones[0].id, 120.0)
    loop.run(60.0)
    loop.order(Order.STOP, loop.site.file.pumps[0].id)
    for tank in loop.world.tanks.values():
        tank.volume_m3 = (tank.tank.empty_m + 0.05) * tank.tank.area_m2


def liar(device: str, quantity: str, value: float) -> Act:
    """A read-back that says this, whatever is true."""

    def act(loop: Loop) -> None:
        loop.world.lies[device, quantity] = lambda _true: value

    return act


def stop_then(act: Act) -> Act:
    """A person stops the pump; a minute later something happens."""

    def both(loop: Loop) -> None:
        loop.order(Order.STOP, loop.site.file.pumps[0].id)
        loop.run(60.0)
        act(loop)

    return both


def shut_in_flow(loop: Loop) -> None:
    """The only open valve falls shut while the pump runs."""
    for valve in loop.world.valves.values():
        valve.stuck = 0.0


def leaking_zone(loop: Loop) -> None:
    """A valve does not close when a person ends its irrigation (and no plan opens it again meanwhile)."""
    zone = loop.site.file.zones[0].id
    loop.order(Order.RUN_ZONE, zone, 2.0)
    loop.run(60.0)
    loop.world.zones[zone].valves[0].stuck = 1.0
    loop.order(Order.STOP, zone)


def hanging(loop: Loop) -> None:
    """The cycle stands still for a minute."""
    FAULTS["cycles hang"].begin(loop)
    loop.run(60.0)
    FAULTS["cycles hang"].end(loop)


def pond_falls(loop: Loop) -> None:
    """Somebody else drains the pond."""
    loop.world.tanks["kolam"].volume_m3 = 40.0


def dead_with(act: Act) -> Act:
    """Something happens while the controller is dead."""

    def both(loop: Loop) -> None:
        loop.kill()
        act(loop)
        loop.run(60.0)

    return both


HIDDEN = ("suction stuck plausible", "well runs dry")
DIRECT_S = 60.0 + 240.0
CASES: dict[str, Case] = {
    "dry run": Case("nursery", fault("well runs dry"), "dry_power", 98.0),
    "no flow": Case("nursery", fault("intake blocked"), "no_flow", 98.0),
    "no flow, direct": Case("paddy", fault("intake blocked"), "no_flow", DIRECT_S + 23.0),
    "dry run that the flow meter hides": Case("nursery", fault("flow stuck plausible", "well runs dry"), "dry_power", 98.0),
    "a meter that stands": Case("nursery", fault("flow stuck plausible", "intake blocked"), "meter_stands", 233.0),
    "a tank that does not rise": Case("kutai", fault("level frozen"), "no_rise", 360.0),
    "water low at the source": Case("kutai", fault("well runs dry"), "suction_empty", 25.0),
    "tank full": Case("vegetables", brimming, "tank_full", 15.0),
    "tank empty": Case("nursery", emptying, "tank_empty", 600.0, off="katup-bibit"),
    "no open path": Case("paddy", shut_in_flow, "no_path", 23.0, with_positions("relay", 4)),
    "a valve that stays shut": Case("paddy", shut_in_flow, "valve_stays_shut", 60.0, with_positions("relay", 4)),
    "a valve that stays open": Case("nursery", leaking_zone, "valve_stuck_open", 300.0, with_positions("relay", 5)),
    "the tank behind a stuck valve": Case("nursery", leaking_zone, "stuck_valve", 300.0, with_positions("relay", 5)),
    "over-pressure": Case("paddy", shut_in_flow, "over_pressure", 23.0, with_pressure(max_pressure_bar=1.8)),
    "under-pressure": Case("paddy", fault(*HIDDEN), "under_pressure", DIRECT_S + 23.0, with_pressure(min_pressure_bar=0.5)),
    "locked": Case("nursery", fault("well runs dry"), "pump_locked", 98.0, protect(retries=0)),
    "maximum run": Case("kutai", lambda _: None, "max_run", 900.0, limits(max_run_s=600.0)),
    "minimum rest": Case("nursery", stop_then(order(Order.RUN_PUMP)), "pump_rests", 5.0),
    "starts per hour": Case("kutai", stop_then(order(Order.RUN_PUMP)), "pump_starts_hour", 600.0, limits(starts_per_hour=1)),
    "starts per day": Case("kutai", stop_then(order(Order.RUN_PUMP)), "pump_starts_day", 600.0, limits(starts_per_day=1)),
    "stale level": Case("nursery", fault("level dead"), "sensor_missing", 66.0),
    "impossible level": Case("nursery", fault("level impossible"), "sensor_missing", 15.0),
    "stale flow": Case("nursery", fault("flow meter dead"), "sensor_missing", 45.0),
    "stale suction": Case("kutai", fault("suction dead"), "sensor_missing", 130.0),
    "drive fault": Case("paddy", fault("motor fault"), "drive_fault", 15.0),
    "drive state": Case("paddy", fault("motor fault"), "drive_status", 15.0, without_fault_code),
    "source tank empty": Case("kutai", pond_falls, "source_empty", 15.0, from_a_pond),
    "a zone that its meter sees leaking": Case("nursery", leaking_zone, "leak", 600.0, metered_zone, off=""),
    "the tank behind a leaking zone": Case("nursery", leaking_zone, "stuck_valve", 600.0, metered_zone),
    "not proven off": Case("nursery", dead_with(liar("relay", "switch_1", 1.0)), "proving_off", 700.0),
    "drive silent": Case("paddy", fault("drive silent"), "sensor_missing", 66.0),
    "inverter silent": Case("nursery", fault("inverter silent"), "inverter_absent", 75.0),
    "grid outage": Case("nursery", fault("grid outage"), "inverter_absent", 15.0),
    "flow with everything closed": Case("nursery", stop_then(fault("flow stuck plausible")), "leak", 420.0),
    "told to run, reads off": Case("nursery", liar("relay", "switch_1", 0.0), "no_answer", 15.0),
    "told to stop, reads on": Case("nursery", stop_then(liar("relay", "switch_1", 1.0)), "still_on", 15.0),
    "commands do not arrive": Case("nursery", fault("relay silent"), "write_failed", 33.0),
    "untrusted clock": Case("nursery", fault("clock untrusted"), "clock_untrusted", 5.0, off=""),
    "a person stops the pump": Case("nursery", order(Order.STOP), "stopped_by_operator", 5.0),
    "emergency stop": Case("paddy", order(Order.EMERGENCY_STOP, ""), "emergency_stop", 5.0),
    "stale decision": Case("nursery", hanging, "stale_decision", 70.0),
    "restart": Case("nursery", fault("killed, same boot"), "restarted", 40.0),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_it_fires_stops_what_it_protects_and_says_why(name: str) -> None:
    """The interlock is told by its own sentence in time, and in the world what it protects has stopped."""
    case = CASES[name]
    loop, referee = running(case.kind, change=case.change)
    try:
        case.begin(loop)
        if loop.controller is None:
            loop.run(10.0)
            loop.begin()
        loop.until(lambda: case.key in referee.keys and not is_on(loop, case.off), case.within_s)
        referee.excuse("drain")
        referee.assert_clean(expect=[case.key])
    finally:
        loop.close()


def is_on(loop: Loop, what: str) -> bool:
    """Whether the first pump, or a valve, is on in the world."""
    if what == "pump":
        return next(iter(loop.world.pumps.values())).power_w > 0.0
    return bool(what) and loop.world.valves[what].wanted


def test_a_planned_zone_waits_for_a_trusted_clock() -> None:
    """A field that the plan wants watered and whose pump waits for its drive does not begin when the clock loses its trust."""
    loop, referee = scene("paddy", cycle_s=10.0, at="2026-12-01T07:00")
    try:
        for device in ("pipa-hulu", "pipa-tengah", "pipa-hilir"):
            liar(device, "level_m", 0.02)(loop)
        FAULTS["drive silent"].begin(loop)
        loop.until(lambda: "zone_waits_pump" in referee.keys, 4 * 3600.0)
        loop.run(120.0)
        FAULTS["clock untrusted"].begin(loop)
        FAULTS["drive silent"].end(loop)
        loop.run(4 * 3600.0)
        assert referee.motors["pompa-sungai"].starts == []
        referee.assert_clean(expect=["untrusted_clock"])
        FAULTS["clock untrusted"].end(loop)
        loop.until(lambda: loop.world.pumps["pompa-sungai"].wanted, 7200.0)
    finally:
        loop.close()


def test_a_calendar_waits_for_a_trusted_clock_and_a_tank_does_not() -> None:
    """Six years off and untrusted, no zone is watered, but the sun fills the tank; when the clock is right the zones are served,
    and stepping over the years repeats nothing."""
    loop, referee = scene("nursery", cycle_s=10.0, at="2026-12-01T06:00")
    try:
        FAULTS["clock untrusted"].begin(loop)
        loop.run(5 * 3600.0)
        assert sum(zone.volume_m3 for zone in loop.world.zones.values()) == 0.0
        assert loop.world.pumps["pompa"].volume_m3 > 0.0
        FAULTS["clock untrusted"].end(loop)
        loop.run(6 * 3600.0)
        assert loop.world.zones["melon"].volume_m3 > 0.0
        referee.floods()
        referee.assert_clean(expect=["clock_untrusted"])
    finally:
        loop.close()


def test_a_valve_that_does_not_close_is_named_and_its_pump_stays_off() -> None:
    """The alarm names the valve; neither the sun nor a person fills the tank behind it before it is shut; then all is well."""
    loop, referee = running("nursery", change=with_positions("relay", 5))
    try:
        referee.excuse("drain")
        leaking_zone(loop)
        loop.until(lambda: "stuck_valve" in referee.keys, 300.0)
        assert "katup-bibit" in referee.sentences["stuck_valve"]
        starts = len(referee.motors["pompa"].starts)
        loop.order(Order.RUN_PUMP, "pompa", 30.0)
        loop.run(3600.0)
        assert len(referee.motors["pompa"].starts) == starts
        loop.world.zones["bibit"].valves[0].stuck = None
        loop.until(lambda: loop.world.pumps["pompa"].wanted, 3600.0)
        referee.assert_clean()
    finally:
        loop.close()


def test_no_row_is_missing_here() -> None:
    """Every row of the tables is shown to fire in closed loop, or is one that the asking layer always forestalls: then what that
    layer says is shown."""
    told = {case.key for case in CASES.values()} | {"untrusted_clock"}
    forestalled = {
        "min_rest": "pump_rests",
        "starts_per_hour": "pump_starts_hour",
        "starts_per_day": "pump_starts_day",
    }
    for table in (PUMPS, WATCHED_PUMPS, VALVES, WATCHED_VALVES, ZONES, WATCHED_ZONES):
        for row in table:
            assert forestalled.get(row.name, row.name) in told, row.name
