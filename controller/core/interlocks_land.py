"""Interlocks of valves and zones; how to read a row: `controller.core.interlock`."""

from __future__ import annotations

from controller.core.decision import Level
from controller.core.draft import Params
from controller.core.facts import ValveFacts, ZoneFacts
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
from controller.core.wiring import ValveWiring, ZoneWiring

LEAK_SHARE = 0.05
"""... if it is at least this share of the zone's nominal flow."""


def _stays_shut(f: ValveFacts) -> Params | None:
    late = f.on and f.since_s >= f.w.verify_s + f.w.open_s and f.feedback is False
    return {"verify_s": f.w.verify_s + f.w.open_s} if late else None


def _stuck_open(f: ValveFacts) -> Params | None:
    late = not f.on and f.since_s >= f.w.verify_s + f.w.open_s and f.feedback is True
    return {"verify_s": f.w.verify_s + f.w.open_s} if late else None


VALVES: tuple[Interlock[ValveFacts, ValveWiring], ...] = (
    Interlock("emergency_stop", Effect.REFUSE, emergency, level=Level.ALARM),
    Interlock("stale_decision", Effect.REFUSE, stale_decision),
    Interlock("proving_off", Effect.REFUSE, proving),
    Interlock("write_failed", Effect.STOP, write_failed, hold=grace, level=Level.ALARM, latch_s=600.0),
    Interlock(
        "valve_stays_shut", Effect.STOP, _stays_shut, ("feedback",), lambda w: w.feedback is not None,
        level=Level.ALARM, latch_s=600.0,
    ),
)  # fmt: skip
"""Looked at for a valve that is open or about to be."""

WATCHED_VALVES: tuple[Interlock[ValveFacts, ValveWiring], ...] = (
    Interlock(
        "valve_stuck_open", Effect.ALARM, _stuck_open, (), lambda w: w.feedback is not None, level=Level.ALARM
    ),
)
"""Looked at for a valve that is shut."""


def _tank_empty(f: ZoneFacts) -> Params | None:
    tank = f.w.tank
    return None if tank is None else low(f.level, tank.entry.empty_m, f.fired("tank_empty"))


def _untrusted_clock(f: ZoneFacts) -> Params | None:
    """Nothing that a calendar asked for begins while the clock may be wrong; what runs is timed by elapsed seconds."""
    return {} if not f.c.trusted and f.group in ("plan", "forced") and not f.began else None


ZONES: tuple[Interlock[ZoneFacts, ZoneWiring], ...] = (
    Interlock("emergency_stop", Effect.REFUSE, emergency, level=Level.ALARM),
    Interlock("untrusted_clock", Effect.REFUSE, _untrusted_clock),
    Interlock("tank_empty", Effect.STOP, _tank_empty, ("level",), lambda w: w.tank is not None),
)
"""Looked at for a zone whose valves are open or about to be."""


def _zone_leak(f: ZoneFacts) -> Params | None:
    """The zone's own meter shows water though its valves are closed."""
    if f.flow is None or f.flow < LEAK_SHARE * f.w.entry.flow_m3_h:
        return None
    return {"flow_m3_h": f.flow} if not any(f.c.valves[valve.id].on for valve in f.w.valves) else None


WATCHED_ZONES: tuple[Interlock[ZoneFacts, ZoneWiring], ...] = (
    Interlock("leak", Effect.ALARM, _zone_leak, (), lambda w: w.flow is not None, leak_after, Level.ALARM),
)
"""Looked at for a zone that is closed."""
