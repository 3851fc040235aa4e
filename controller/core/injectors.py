"""The last word on injectors: a table of interlocks, looked at when pumps and valves of this decision are settled.

An injector is on only while water flows past it to zones that want its solution. Writes: ``injectors``, ``events``, ``reasons``.
"""

from __future__ import annotations

from controller.core.decision import EventKind, Level, Reason
from controller.core.draft import Draft, Params
from controller.core.enforce import Bound, Watch
from controller.core.facts import InjectorFacts
from controller.core.interlock import (
    Effect,
    Interlock,
    emergency,
    grace,
    proving,
    stale_decision,
    write_failed,
)
from controller.core.state import Phase, ValveState
from controller.core.valves import passes, ready
from controller.core.wiring import InjectorWiring, Key, Reader, ZoneWiring
from schedules.frozen import replace

FLOW_SHARE = 0.2
"""Less than this share of a zone's nominal flow dilutes nothing."""


def _no_flow(f: InjectorFacts) -> Params | None:
    """A zone behind it is open without water that flows, or none is open; unknown never means that it does."""
    ways = [zone for zone in f.w.zones if passes(f.c, zone)]
    still = [zone for zone in ways if not flows(f.c, zone)]
    if ways and not still:
        return None
    return {"zone": ", ".join(zone.id for zone in still or f.w.zones)}


def flows(c: Draft, zone: ZoneWiring) -> bool:
    """True if water is known to flow to the zone now and after this decision."""
    if not ready(c, zone) or not all(
        c.old.valves[valve.id].on for valve in zone.valves if valve.id in c.old.valves
    ):
        return False
    least = FLOW_SHARE * zone.entry.flow_m3_h
    if not _seen(c, zone.flow, least):
        return False
    if zone.tank is not None:
        level = zone.tank.level.read(c.readings, c.mono)
        return level is not None and level > zone.tank.entry.empty_m
    pump = zone.pump
    if pump is None or c.pumps[pump.id].phase is not Phase.RUNNING:
        return False
    was = c.old.pumps.get(pump.id)
    return was is not None and was.on and _seen(c, pump.flow, least)


def _seen(c: Draft, meter: Reader | None, least_m3_h: float) -> bool:
    """A meter that is there must show the flow."""
    if meter is None:
        return True
    flow = meter.read(c.readings, c.mono)
    return flow is not None and flow >= least_m3_h


def _stuck_on(f: InjectorFacts) -> Params | None:
    verify_s = f.w.entry.command.verify_s
    return {"verify_s": verify_s} if not f.on and f.feedback and f.since_s >= verify_s else None


INJECTORS: tuple[Interlock[InjectorFacts, InjectorWiring], ...] = (
    Interlock("emergency_stop", Effect.REFUSE, emergency, level=Level.ALARM),
    Interlock("stale_decision", Effect.REFUSE, stale_decision),
    Interlock("proving_off", Effect.REFUSE, proving),
    Interlock("injector_no_flow", Effect.REFUSE, _no_flow),
    Interlock("write_failed", Effect.STOP, write_failed, hold=grace, level=Level.ALARM, latch_s=600.0),
)
"""Looked at for an injector that is on or about to be."""

WATCHED_INJECTORS: tuple[Interlock[InjectorFacts, InjectorWiring], ...] = (
    Interlock(
        "injector_stuck_on", Effect.ALARM, _stuck_on, (), lambda w: w.feedback is not None, level=Level.ALARM
    ),
)
"""Looked at for an injector that is off."""


Table = tuple[Interlock[InjectorFacts, InjectorWiring], ...]


def _bound(table: Table, w: InjectorWiring) -> tuple[Bound[InjectorFacts], ...]:
    return tuple(
        Bound(row, row.fires, w.id, f"{w.id}/{row.name}", row.hold(w), ()) for row in table if row.applies(w)
    )


def settle(c: Draft, watch: Watch) -> None:
    """Prove, refuse, and write the injectors' next states."""
    for w in c.wiring.injectors:
        state = c.injectors[w.id]
        if not state.on and not state.proven and not c.restarted and _off(c, w.feedback, w.key):
            state = c.injectors[w.id] = replace(state, proven=True)
        asked = w.id in c.injected
        found = watch.first(_bound(INJECTORS if asked else WATCHED_INJECTORS, w), InjectorFacts(c, w))
        if found is not None:
            c.reasons.append(found.reason)
        on = asked and found is None
        if on is state.on:
            continue
        c.injectors[w.id] = ValveState(on, c.mono, state.proven)
        reason = found.reason if found is not None and asked else _reason(w, on)
        run_s = 0.0 if on else c.mono - state.since_s
        c.event(EventKind.START if on else EventKind.STOP, reason, {"run_s": run_s})


def _reason(w: InjectorWiring, on: bool) -> Reason:
    zones = ", ".join(zone.id for zone in w.zones)
    return Reason(w.id, "injector_on" if on else "injector_off", {"zone": zones}, group="plan")


def _off(c: Draft, feedback: Reader | None, key: Key) -> bool:
    if feedback is None:
        return key not in c.failed
    sample = c.readings.get(feedback.key)
    return sample is not None and sample.mono_s > c.began_s and feedback.switch(c.readings, c.mono) is False
