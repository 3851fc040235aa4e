"""Interlocks of pumps; how to read a row: `controller.core.interlock`."""

from __future__ import annotations

from controller.core import surplus
from controller.core.decision import Level
from controller.core.draft import Params
from controller.core.facts import PumpFacts
from controller.core.interlock import (
    Effect,
    Interlock,
    emergency,
    grace,
    leak_after,
    low,
    proving,
    stale_decision,
    write_failed,
)
from controller.core.metering import rise_key
from controller.core.speeds import expected_w
from controller.core.state import Phase
from controller.core.wiring import PumpWiring, Reader, ValveWiring
from schedules.solar import is_low

HOUR_S = 3600.0
SUCTION_M = 0.1
"""The least suction level, m, where the site states none; also right for a float switch (0 or 1)."""

STANDS_L = 200.0
"""A meter whose flow claims so many litres while its volume stands still is stuck: two steps of the coarsest counter."""

NO_RISE_M = 0.15
"""Water that should have raised the tank by so much, and did not, went elsewhere, or the level sensor is stuck."""

FRESH_S = 60.0
"""Both are judged by a value that is no older than this: it still speaks, but does not move."""

FED_SHARE, STALLED_SHARE = 0.3, 1.5
FED_S = 10.0
"""A pump that draws between these shares of its rated power by a meter that spoke so lately (s; two cycles where those are slower)
is fed. One that draws more may stall: a grid that sags puts the inverter to sleep and the motor's rotor to a stand.
"""

FAULTY = frozenset({"fault"})
ABSENT = frozenset({"fault", "off", "standby", "waiting"})


def _locked(f: PumpFacts) -> Params | None:
    return {"cause": f.state.fault} if f.state.phase is Phase.LOCKED else None


def _min_rest(f: PumpFacts) -> Params | None:
    left = f.w.entry.limits.min_rest_s - f.off_s
    return {"left_s": left} if not f.on and left > 0.0 else None


def _starts_hour(f: PumpFacts) -> Params | None:
    if f.on:
        return None
    recent = [start for start in f.state.starts if f.c.mono - start < HOUR_S]
    if len(recent) < f.w.entry.limits.starts_per_hour:
        return None
    return {"starts": len(recent), "left_s": HOUR_S - (f.c.mono - recent[0])}


def _starts_day(f: PumpFacts) -> Params | None:
    starts = f.state.starts_today
    return {"starts": starts} if not f.on and starts >= f.w.entry.limits.starts_per_day else None


def _max_run(f: PumpFacts) -> Params | None:
    return {"run_s": f.on_s} if f.on_s >= f.w.entry.limits.max_run_s else None


def _tank_full(f: PumpFacts) -> Params | None:
    tank = f.w.tank
    if tank is None or f.level is None or f.level < tank.entry.full_m:
        return None
    return {"level_m": f.level, "full_m": tank.entry.full_m}


def _suction_empty(f: PumpFacts) -> Params | None:
    least = f.w.entry.min_suction_m
    limit = SUCTION_M if least is None else least
    return low(f.suction, limit, f.fired("suction_empty"))


def _source_empty(f: PumpFacts) -> Params | None:
    tank = f.w.suction_tank
    return None if tank is None else low(f.source_m, tank.entry.empty_m, f.fired("source_empty"))


def _settled(f: PumpFacts) -> bool:
    return f.on and f.on_s >= f.w.entry.protect.settle_s


def _full_speed(f: PumpFacts) -> bool:
    """A drive on the inverter's side that a person or a back-up runs turns at 50 Hz, whatever the sun."""
    if f.w.entry.supply == "pv":
        return False
    return f.group == "manual" or surplus.carried(f.c, f.w, f.group)


def _too_slow(f: PumpFacts) -> bool:
    """A pump whose speed follows the sun lifts nothing when the sun is short: that is for the surplus rule to end, no fault."""
    budget = f.c.power.budget_w
    return f.w.follows and not _full_speed(f) and budget is not None and budget < f.w.need_w


def _no_flow(f: PumpFacts) -> Params | None:
    if f.flow is None or not _settled(f) or f.flow >= f.w.min_flow_m3_h or _too_slow(f):
        return None
    return {"flow_m3_h": f.flow, "limit_m3_h": f.w.min_flow_m3_h}


def _meter_stands(f: PumpFacts) -> Params | None:
    """The meter shows flow but counts nothing: it cannot tell a dry pump any more."""
    volume = f.w.volume
    if volume is None or f.flow is None or f.flow < f.w.min_flow_m3_h or not _settled(f):
        return None
    counter = f.c.counters.get(volume.name)
    if counter is None or not _fresh(f, volume):
        return None
    stands_s = f.c.mono - max(counter.seen_s, f.state.since_s)
    return {"flow_m3_h": f.flow, "stands_s": stands_s} if f.flow / 3.6 * stands_s >= STANDS_L else None


def _no_rise(f: PumpFacts) -> Params | None:
    """Water was pumped into the tank, yet its level stands."""
    tank = f.w.tank
    risen = None if tank is None else f.c.counters.get(rise_key(tank))
    if tank is None or risen is None or not f.on or risen.assumed < NO_RISE_M * tank.entry.area_m2 * 1000.0:
        return None
    return {"volume_l": risen.assumed, "level_m": risen.value} if _fresh(f, tank.level) else None


def _fresh(f: PumpFacts, reader: Reader) -> bool:
    """True if the signal has spoken just now: that it has not moved then means something."""
    sample = f.c.readings.get(reader.key)
    return sample is not None and f.c.mono - sample.mono_s <= FRESH_S


def _dry_power(f: PumpFacts) -> Params | None:
    """A pump without water draws far less than it should at the power that the sun gives it."""
    if f.power is None or not _settled(f) or _too_slow(f):
        return None
    expected = f.w.entry.rated_power_w
    if f.w.follows and not _full_speed(f) and f.c.power.potential_w is not None:
        expected = min(expected, f.c.power.potential_w)
    if f.state.hertz > 0.0:
        expected = min(expected, expected_w(f.w.speeds, f.state.hertz))
    limit = f.w.entry.protect.dry_power_share * expected
    return {"power_w": f.power, "limit_w": limit} if f.power < limit else None


def _over_pressure(f: PumpFacts) -> Params | None:
    limit = f.w.entry.protect.max_pressure_bar
    if f.pressure is None or limit is None or f.pressure <= limit:
        return None
    return {"pressure_bar": f.pressure, "limit_bar": limit}


def _under_pressure(f: PumpFacts) -> Params | None:
    limit = f.w.entry.protect.min_pressure_bar
    if f.pressure is None or limit is None or not _settled(f) or f.pressure >= limit:
        return None
    return {"pressure_bar": f.pressure, "limit_bar": limit}


def _drive_fault(f: PumpFacts) -> Params | None:
    return {"code": f.fault} if f.fault is not None and f.fault != 0.0 else None


def _drive_status(f: PumpFacts) -> Params | None:
    return {"status": f.status} if f.status in FAULTY else None


def _inverter(f: PumpFacts) -> Params | None:
    """The inverter must be there while it feeds the pump; a back-up that carries the pump does not need it."""
    power = f.c.wiring.power
    if power.backup != "none" and (f.group == "manual" or (f.group == "forced" and power.backup_for_forced)):
        return None
    status = None if f.w.inverter is None else f.w.inverter.text(f.c.readings, f.c.mono)
    carried = _by_night(f) or (_begun_without(f) if status is None else _fed(f))
    if status not in FAULTY and carried and _short_run(f):
        return None
    return {"status": status or "-"} if status is None or status in ABSENT else None


def _short_run(f: PumpFacts) -> bool:
    """A run within its minimum at a site with a back-up, which may carry its rest: no chopped start for a passing darkness."""
    return f.on and f.on_s < f.w.entry.limits.min_run_s and f.c.wiring.power.backup != "none"


def _by_night(f: PumpFacts) -> bool:
    """The back-up started it while the inverter slept: at dawn no sun came or went."""
    place = f.c.wiring.site.file.site
    allowed = f.c.wiring.power.backup_for_forced and f.c.trusted
    return allowed and is_low(f.c.epoch, place.latitude, place.longitude)


def _begun_without(f: PumpFacts) -> bool:
    """The inverter was silent before this run began, so only a back-up can have carried it so far, and it carries its rest: a dead
    data logger at a site with a grid would chop every forced run.
    """
    reader = f.w.inverter
    sample = None if reader is None else f.c.readings.get(reader.key)
    return reader is not None and (sample is None or sample.mono_s + reader.stale_s < f.state.since_s)


def _fed(f: PumpFacts) -> bool:
    """By day the pump itself must prove that something feeds it: its own meter shows, just now, that it draws its power. After a
    cut of the grid, which sends the inverter to stand by as a black storm does, it shows nothing.
    """
    meter = f.w.power
    sample = None if meter is None else f.c.readings.get(meter.key)
    rated = f.w.entry.rated_power_w
    if sample is None or f.power is None or not FED_SHARE * rated <= f.power <= STALLED_SHARE * rated:
        return False
    return f.c.mono - sample.mono_s <= max(FED_S, 2.0 * f.c.cycle_s)


def _no_answer(f: PumpFacts) -> Params | None:
    """Commanded on, yet the read-back says off."""
    late = f.on and f.on_s >= f.w.entry.run.verify_s and f.feedback is False
    return {"verify_s": f.w.entry.run.verify_s} if late else None


def _stuck_valve(f: PumpFacts) -> Params | None:
    """A valve that lets water through though it should not: neither its zone nor the tank before it is filled any further."""
    trips = f.c.trips
    if not trips:
        return None
    for zone in f.w.zones if f.w.tank is None else f.w.tank.zones:
        for valve in zone.valves:
            if f"{valve.id}/valve_stuck_open" in trips or f"{zone.id}/leak" in trips:
                return {"valve": valve.id}
    return None


def _no_path(f: PumpFacts) -> Params | None:
    """No zone whose valves are all open. While starting it is enough that they are opening."""
    starting = f.asked is Phase.STARTING
    for name in f.c.pumps[f.w.id].fed:
        ways = f.c.wiring.zone[name].valves
        if all(_open(f, valve, starting) for valve in ways):
            return None
    return {}


def _open(f: PumpFacts, valve: ValveWiring, starting: bool) -> bool:
    if valve.id not in f.c.opened:
        return False
    state = f.c.valves[valve.id]
    if starting:
        return True
    if not state.on or f.c.mono - state.since_s < valve.open_s:
        return False
    return valve.feedback is None or valve.feedback.switch(f.c.readings, f.c.mono) is True


def _verify_pump(w: PumpWiring) -> float:
    return w.entry.protect.no_flow_after_s


PUMPS: tuple[Interlock[PumpFacts, PumpWiring], ...] = (
    Interlock("emergency_stop", Effect.REFUSE, emergency, level=Level.ALARM),
    Interlock("stale_decision", Effect.REFUSE, stale_decision),
    Interlock("proving_off", Effect.REFUSE, proving),
    Interlock("pump_locked", Effect.REFUSE, _locked, level=Level.ALARM),
    Interlock("min_rest", Effect.REFUSE, _min_rest),
    Interlock("starts_per_hour", Effect.REFUSE, _starts_hour),
    Interlock("starts_per_day", Effect.REFUSE, _starts_day),
    Interlock("max_run", Effect.STOP, _max_run),
    Interlock("tank_full", Effect.STOP, _tank_full, ("level",), lambda w: w.tank is not None, level=Level.INFO),
    Interlock("suction_empty", Effect.STOP, _suction_empty, ("suction",), lambda w: w.suction is not None),
    Interlock("source_empty", Effect.STOP, _source_empty, ("source_m",), lambda w: w.suction_tank is not None),
    Interlock("no_flow", Effect.RETRY, _no_flow, ("flow",), lambda w: w.flow is not None, _verify_pump, Level.ALARM),
    Interlock(
        "dry_power", Effect.RETRY, _dry_power, ("power",),
        lambda w: w.power is not None and w.entry.protect.dry_power_share > 0.0,
        _verify_pump, Level.ALARM, second=lambda w: w.flow is not None,
    ),
    Interlock("meter_stands", Effect.RETRY, _meter_stands, (), lambda w: w.volume is not None, level=Level.ALARM),
    Interlock("no_rise", Effect.RETRY, _no_rise, (), lambda w: w.tank is not None, level=Level.ALARM),
    Interlock(
        "over_pressure", Effect.RETRY, _over_pressure, ("pressure",),
        lambda w: w.pressure is not None and w.entry.protect.max_pressure_bar is not None, level=Level.ALARM,
    ),
    Interlock(
        "under_pressure", Effect.RETRY, _under_pressure, ("pressure",),
        lambda w: w.pressure is not None and w.entry.protect.min_pressure_bar is not None, _verify_pump, Level.ALARM,
    ),
    Interlock("drive_fault", Effect.RETRY, _drive_fault, ("fault",), lambda w: w.fault is not None, level=Level.ALARM),
    Interlock("drive_status", Effect.RETRY, _drive_status, ("status",), lambda w: w.status is not None, level=Level.ALARM),
    Interlock("inverter_absent", Effect.STOP, _inverter, (), lambda w: w.inverter is not None),
    Interlock("write_failed", Effect.STOP, write_failed, hold=grace, level=Level.ALARM),
    Interlock("no_answer", Effect.RETRY, _no_answer, ("feedback",), lambda w: w.feedback is not None, level=Level.ALARM),
    Interlock("stuck_valve", Effect.STOP, _stuck_valve, (), level=Level.ALARM),
    Interlock("no_path", Effect.RETRY, _no_path, (), lambda w: w.tank is None, late=True, level=Level.ALARM),
)  # fmt: skip
"""Looked at for a pump that is on or about to be."""


def _still_on(f: PumpFacts) -> Params | None:
    late = not f.on and f.c.mono - f.state.since_s >= f.w.entry.run.verify_s and f.feedback is True
    return {"verify_s": f.w.entry.run.verify_s} if late else None


def _leak(f: PumpFacts) -> Params | None:
    """Water flows though the pump is off and all its valves are closed."""
    if f.on or f.flow is None or f.flow < f.w.min_flow_m3_h:
        return None
    if any(f.c.valves[valve.id].on for zone in f.w.zones for valve in zone.valves):
        return None
    return {"flow_m3_h": f.flow}


WATCHED_PUMPS: tuple[Interlock[PumpFacts, PumpWiring], ...] = (
    Interlock("still_on", Effect.ALARM, _still_on, (), lambda w: w.feedback is not None, level=Level.ALARM),
    Interlock("leak", Effect.ALARM, _leak, (), lambda w: w.flow is not None, leak_after, Level.ALARM),
)
"""Looked at for a pump that stands."""
