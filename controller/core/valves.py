"""Which zones have their way open. A valve opens before its pump starts and closes after it stopped; a running pump is handed
from zone to zone without ever losing its way. Writes: ``pumps`` (``fed``, ``proven``, ``off_since_s``), ``valves``, ``events``.
"""

from __future__ import annotations

from controller.core.decision import EventKind, Reason
from controller.core.draft import Draft
from controller.core.state import Phase, PumpState, ValveState
from controller.core.wiring import Key, PumpWiring, Reader, ZoneWiring
from schedules.frozen import replace


def ready(c: Draft, zone: ZoneWiring) -> bool:
    """True if all valves of the zone were commanded open long enough, and each that can tell says so."""
    for valve in zone.valves:
        state = c.valves[valve.id]
        if not state.on or c.mono - state.since_s < valve.open_s:
            return False
        if valve.feedback is not None and not valve.feedback.switch(c.readings, c.mono):
            return False
    return True


def passes(c: Draft, zone: ZoneWiring) -> bool:
    """True if water may reach the zone: none of its valves is known to be shut. One that was told to close needs its time, and one
    whose read-back says open is open, whatever it was told.
    """
    for valve in zone.valves:
        state = c.valves[valve.id]
        if state.on or c.mono - state.since_s < valve.open_s:
            continue
        if valve.feedback is None or not valve.feedback.switch(c.readings, c.mono):
            return False
    return True


HELD = ("write_failed", "valve_stays_shut")


def usable(c: Draft, zone: ZoneWiring) -> bool:
    """True if nothing is known to keep the zone's valves from opening: proven shut once, read back, not held by an interlock."""
    if held_shut(c, zone):
        return False
    for valve in zone.valves:
        if not c.valves[valve.id].proven:
            return False
        if valve.feedback is not None and valve.feedback.switch(c.readings, c.mono) is None:
            return False
    return True


def held_shut(c: Draft, zone: ZoneWiring) -> bool:
    """True while an interlock holds a valve of the zone that did not open, or whose relay cannot be told to."""
    return any(f"{valve.id}/{row}" in c.held for valve in zone.valves for row in HELD)


def any_ready(c: Draft, pump: PumpWiring) -> bool:
    """True if a zone that wants this pump's water has its way open."""
    return any(zone.id in c.wanted and ready(c, zone) for zone in pump.zones)


def feed(c: Draft, pump: PumpWiring, phase: Phase) -> tuple[str, ...]:
    """The zones whose valves this pump needs open in ``phase``: those that want water, and while none of them is ready, or the
    water still moves, those that had it before.
    """
    before = c.pumps[pump.id].fed
    wanted = tuple(zone.id for zone in pump.zones if zone.id in c.wanted and usable(c, zone))
    if phase is Phase.STARTING:
        return wanted
    if phase is Phase.RUNNING:
        if not wanted:
            return before
        if before == wanted or any_ready(c, pump):
            return wanted
        return (*wanted, *(zone for zone in before if zone not in wanted))
    state = c.pumps[pump.id]
    stopped = state.phase in (Phase.STOPPING, Phase.LOCKED) and c.mono - state.since_s < pump.lag_s
    return before if stopped or state.on else ()


def settle(c: Draft, opened: set[str], refused: dict[str, Reason]) -> None:
    """Write the valves' next states: ``opened`` are those that stay or become open."""
    for valve in c.wiring.valves:
        state = c.valves[valve.id]
        on = valve.id in opened
        if on is state.on:
            continue
        c.valves[valve.id] = ValveState(on, c.mono, state.proven)
        reason = refused.get(valve.id) or _reason(c, valve.id, [zone.id for zone in valve.zones], on)
        c.event(
            EventKind.START if on else EventKind.STOP,
            reason,
            {"run_s": 0.0 if on else c.mono - state.since_s},
        )


def _reason(c: Draft, valve: str, zones: list[str], on: bool) -> Reason:
    served = [zone for zone in zones if zone in c.wanted]
    zone = (served or zones or [""])[0]
    group = c.wanted.get(zone, "idle")
    return Reason(valve, "valve_opens" if on else "valve_closes", {"zone": zone}, group=group)


def prove(c: Draft) -> None:
    """Note which outputs have shown that they are off since this controller started, and pumps also since their last stop: by
    read-back where there is one, else by having taken an OFF command. Values from before prove nothing.
    """
    if c.restarted:
        return
    for pump in c.wiring.pumps:
        if not c.pumps[pump.id].on:
            _prove_pump(c, pump)
    for valve in c.wiring.valves:
        state_v = c.valves[valve.id]
        if not state_v.proven and _off(c, valve.feedback, valve.key):
            c.valves[valve.id] = replace(state_v, proven=True)


def _prove_pump(c: Draft, pump: PumpWiring) -> None:
    """A stop that has not reached the motor is no stop: its rest begins when it is proven off."""
    state = c.pumps[pump.id]
    since_stop = state.off_since_s > c.began_s
    if state.proven:
        if not _stands(c, pump, state):
            c.pumps[pump.id] = replace(state, proven=False, off_since_s=c.mono)
    elif _off(c, pump.feedback, pump.key):
        c.pumps[pump.id] = replace(
            state, proven=True, off_since_s=c.mono if since_stop else state.off_since_s
        )
    elif since_stop:
        c.pumps[pump.id] = replace(state, off_since_s=c.mono)


def _stands(c: Draft, pump: PumpWiring, state: PumpState) -> bool:
    """False when OFF could not be written, or when the read-back after it says otherwise or nothing for too long."""
    if pump.feedback is None or pump.key in c.failed:
        return pump.key not in c.failed
    sample = c.readings.get(pump.feedback.key)
    if sample is None or sample.mono_s <= state.off_since_s:
        return c.mono - state.off_since_s < pump.entry.run.verify_s
    return pump.feedback.switch(c.readings, sample.mono_s) is False


def _off(c: Draft, feedback: Reader | None, key: Key) -> bool:
    if feedback is None:
        return key not in c.failed
    sample = c.readings.get(feedback.key)
    fresh = sample is not None and sample.mono_s > c.began_s
    return fresh and feedback.switch(c.readings, c.mono) is False
