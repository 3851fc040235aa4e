"""The pump as a state machine: a table of (phase, move) -> phase, and the conditions of the moves.

STOPPED -start-> STARTING -ready-> RUNNING -cancel-> STOPPING -quiet-> RESTING -rested-> STOPPED; a trip leads from RUNNING to
STOPPING and from STARTING to RESTING (from STOPPED too, for a drive's fault that can be reset); too many lock the pump until a
person resets it. Valves open in STARTING, before
the pump; they close after STOPPING, when the water stands still. This module asks; the interlocks refuse; ``settle`` writes
what came out.

Writes: ``pumps``, ``waits``, ``events``, ``accounts`` (starts), ``sun`` (probes).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from controller.core import battery, probing, resets, surplus, valves
from controller.core.decision import EventKind, Level, Reason
from controller.core.draft import Draft, Params
from controller.core.state import Phase, PumpState
from controller.core.wiring import PumpWiring
from schedules.frozen import replace
from schedules.solar import is_low

HOUR_S = 3600.0


class Move(StrEnum):
    """What can happen to a pump."""

    START = "start"  # wanted, rested, and the sun pays
    READY = "ready"  # a way for the water is open
    CANCEL = "cancel"  # no longer wanted, or no sun for too long
    TRIP = "trip"  # an interlock took it off
    LOCK = "lock"  # ... once too often
    QUIET = "quiet"  # the valves' closing lag is over
    RESTED = "rested"  # the rest is over


TABLE: Mapping[tuple[Phase, Move], Phase] = {
    (Phase.STOPPED, Move.START): Phase.STARTING,
    (Phase.STOPPED, Move.TRIP): Phase.RESTING,
    (Phase.STOPPED, Move.LOCK): Phase.LOCKED,
    (Phase.STARTING, Move.READY): Phase.RUNNING,
    (Phase.STARTING, Move.CANCEL): Phase.STOPPED,
    (Phase.STARTING, Move.TRIP): Phase.RESTING,
    (Phase.STARTING, Move.LOCK): Phase.LOCKED,
    (Phase.RUNNING, Move.CANCEL): Phase.STOPPING,
    (Phase.RUNNING, Move.TRIP): Phase.STOPPING,
    (Phase.RUNNING, Move.LOCK): Phase.LOCKED,
    (Phase.STOPPING, Move.QUIET): Phase.RESTING,
    (Phase.RESTING, Move.RESTED): Phase.STOPPED,
}
"""Every move that is not listed leaves the phase as it is."""


def propose(c: Draft, pump: PumpWiring) -> Phase:
    """The phase that the machine asks for in this decision. At most one change of the output."""
    state = c.pumps[pump.id]
    phase = state.phase
    while (move := _MOVES[phase](c, pump, state)) is not None:
        phase = TABLE[phase, move]
        if phase in (Phase.RUNNING, Phase.STOPPING, Phase.RESTING):
            break
    return phase


def _stopped(c: Draft, pump: PumpWiring, state: PumpState) -> Move | None:
    reason = hindrance(c, pump, state)
    if reason is None:
        return Move.START
    c.waits[pump.id] = reason
    return None


def hindrance(c: Draft, pump: PumpWiring, state: PumpState) -> Reason | None:
    """Why a rested pump does not start, or None if it may."""
    group = c.wanted.get(pump.id)
    if group is None:
        return _idle(c, pump, state)
    if pump.tank is None and not any(zone.id in c.wanted and valves.usable(c, zone) for zone in pump.zones):
        return Reason(pump.id, "pump_no_way", group=group)
    limits = pump.entry.limits
    recent = [start for start in state.starts if c.mono - start < HOUR_S]
    if len(recent) >= limits.starts_per_hour:
        left = HOUR_S - (c.mono - recent[0])
        return Reason(pump.id, "pump_starts_hour", {"starts": len(recent), "left_s": left}, group=group)
    if state.starts_today >= limits.starts_per_day:
        return Reason(pump.id, "pump_starts_day", {"starts": state.starts_today}, group=group)
    if not surplus.enough_to_start(c, pump, group):
        return no_sun(c, pump, group)
    return probing.hindrance(c, pump, state, group) if _tries(c, pump, group) else None


def _tries(c: Draft, pump: PumpWiring, group: str) -> bool:
    """True if a start would be a probe: nobody but an estimate promises the sun."""
    if group == "manual" or surplus.carried(c, pump, group):
        return False
    return probing.is_probe(c, pump, surplus.reserved_w(c, pump, starting=True))


def _idle(c: Draft, pump: PumpWiring, state: PumpState) -> Reason:
    if state.paused_until_s is not None:
        return Reason(
            pump.id, "paused_by_operator", {"left_s": state.paused_until_s - c.mono}, group="manual"
        )
    if pump.tank is not None:
        if pump.id in c.waits:  # its tank says why
            return c.waits[pump.id]
        level = pump.tank.level.read(c.readings, c.mono)
        if level is None:
            return Reason(pump.id, "pump_tank_unknown", {"signal": pump.tank.level.name}, Level.WARNING)
        return Reason(pump.id, "pump_tank_enough", {"level_m": level, "refill_m": pump.tank.refill_m})
    return Reason(pump.id, "pump_not_wanted")


def no_sun(c: Draft, pump: PumpWiring, group: str) -> Reason:
    """The sentence of a pump that waits for the sun, with the power that it sees and needs."""
    power = c.power
    if power.budget_w is None:
        place = c.wiring.site.file.site
        if c.trusted and is_low(c.epoch, place.latitude, place.longitude):  # what measures the sun may sleep
            return Reason(pump.id, "pump_waits_morning", group=group)
        return Reason(pump.id, "pump_power_unknown", {}, Level.WARNING, group)
    reserved = surplus.reserved_w(c, pump, starting=True)
    now = max(0.0, power.budget_w - reserved)
    if probing.is_probe(c, pump, reserved):
        most = max(0.0, surplus.hope_w(c) - reserved)
        return Reason(
            pump.id, "pump_waits_guess", {"power_w": now, "most_w": most, "need_w": pump.hold_w}, group=group
        )
    mean = now if power.mean_w is None else max(0.0, power.mean_w - reserved)
    if surplus.needs_no_mean(c, pump, group):
        need = battery.least_sun_w(c, pump)
        return Reason(pump.id, "pump_waits_power", {"power_w": now, "need_w": need}, group=group)
    if power.mean_w is not None and mean >= surplus.start_w(c, pump):  # the mean would do: a cloud is passing
        return Reason(pump.id, "pump_waits_power", {"power_w": now, "need_w": pump.hold_w}, group=group)
    average_s = c.wiring.power.surplus.average_s
    params: Params = {"power_w": mean, "need_w": surplus.start_w(c, pump), "average_s": average_s}
    return Reason(pump.id, "pump_waits_sun", params, group=group)


def seen(c: Draft, key: str, unseen: str, params: Params) -> tuple[str, Params]:
    """The sentence with the sun's power among its numbers, or the one for a sun that nobody measures: unknown is never 0 W."""
    if c.power.budget_w is None:
        return unseen, params
    return key, params | {"power_w": c.power.budget_w}


def _starting(c: Draft, pump: PumpWiring, _: PumpState) -> Move | None:
    if pump.id not in c.wanted:
        return Move.CANCEL
    if pump.tank is not None or valves.any_ready(c, pump):
        return Move.READY
    c.waits[pump.id] = Reason(pump.id, "pump_valves_opening", group=c.wanted[pump.id])
    return None


def _running(c: Draft, pump: PumpWiring, state: PumpState) -> Move | None:
    group = c.wanted.get(pump.id)
    ran = c.mono - state.since_s
    if group is None:
        if pump.id in c.halted or c.emergency or ran >= pump.entry.limits.min_run_s:
            return Move.CANCEL
        c.waits[pump.id] = Reason(pump.id, "pump_min_run", {"left_s": pump.entry.limits.min_run_s - ran})
        return None
    enough = surplus.enough_to_go_on(c, pump, group)
    if state.probing_s is not None:
        left = probing.judge(c, pump, state, group, enough)
        return Move.CANCEL if left is not None and left <= 0.0 else None
    since = state.short_since_s
    if enough:
        if since is not None and _lifts(c, pump):
            c.pumps[pump.id] = replace(state, short_since_s=None)
        return None
    since = c.mono if since is None else since + (c.dt * _sunny_share(c, pump) if pump.buys else 0.0)
    if since != state.short_since_s:
        c.pumps[pump.id] = replace(state, short_since_s=since)
    left = max(pump.ride_s - (c.mono - since), pump.entry.limits.min_run_s - ran)
    if left <= 0.0:
        return Move.CANCEL
    need = battery.least_sun_w(c, pump)
    key, params = seen(c, "pump_sun_short", "pump_sun_unseen", {"need_w": need, "left_s": left})
    c.waits[pump.id] = Reason(pump.id, key, params, group=group)
    return None


def _sunny_share(c: Draft, pump: PumpWiring) -> float:
    """The part of the pump's need that the sun still brings, 0..1."""
    left_w = (c.power.budget_w or 0.0) - surplus.reserved_w(c, pump, starting=False)
    return min(1.0, max(0.0, left_w / pump.need_w))


def _lifts(c: Draft, pump: PumpWiring) -> bool:
    """False while its meter shows no water: a flickering sky must not begin the wait of a dry pump again and again."""
    flow = c.number(pump.flow)
    return flow is None or flow >= pump.min_flow_m3_h


def _stopping(c: Draft, pump: PumpWiring, state: PumpState) -> Move | None:
    return Move.QUIET if c.mono - state.since_s >= pump.lag_s else None


def _resting(c: Draft, pump: PumpWiring, state: PumpState) -> Move | None:
    if c.mono - state.off_since_s >= state.rest_s:
        return Move.RESTED
    c.waits[pump.id] = rests(c, pump, state)
    return None


def rests(c: Draft, pump: PumpWiring, state: PumpState) -> Reason:
    """The sentence of a pump that rests: for its own good, or after a trip."""
    params: Params = {"left_s": max(0.0, state.rest_s - (c.mono - state.off_since_s))}
    if state.fault:
        params |= {"cause": state.fault, "retry": state.retries, "retries": pump.entry.protect.retries}
    key = "pump_retry" if state.fault else "pump_rests"
    return Reason(pump.id, key, params, group=c.wanted.get(pump.id, "idle"))


def _locked(_c: Draft, _pump: PumpWiring, _: PumpState) -> Move | None:
    return None


_MOVES = {
    Phase.STOPPED: _stopped,
    Phase.STARTING: _starting,
    Phase.RUNNING: _running,
    Phase.STOPPING: _stopping,
    Phase.RESTING: _resting,
    Phase.LOCKED: _locked,
}


def settle(c: Draft, pump: PumpWiring, phase: Phase, fired: Reason | None, retry: bool) -> None:
    """Write the pump's next state: the phase that was asked for, or what an interlock (``fired``) made of it.

    ``retry``: the interlock counts towards the lock-out, and its rest is the protection's retry time.
    """
    state = c.pumps[pump.id]
    refused = fired is not None and phase in (Phase.STARTING, Phase.RUNNING)
    if refused:
        phase, state = _refused(c, pump, state, fired.key if retry and fired is not None else "")
    if phase is state.phase and not refused:
        if pump.id in c.wanted and state.group != c.wanted[pump.id]:
            c.pumps[pump.id] = replace(state, group=c.wanted[pump.id])
        return
    if phase is state.phase:
        return
    changes: dict[str, object] = {"phase": phase, "since_s": c.mono, "short_since_s": None, "probing_s": None}
    if phase is Phase.RUNNING:
        changes |= _started(c, pump, state)
    elif state.on:
        changes["off_since_s"] = c.mono
        if not refused:
            changes |= {"rest_s": pump.entry.limits.min_rest_s, "fault": "", "retries": 0}
        _stopped_event(c, pump, state, fired)
    elif phase is Phase.STOPPED:
        changes["fault"] = ""
    c.pumps[pump.id] = replace(state, **changes)  # type: ignore[arg-type]


def _refused(c: Draft, pump: PumpWiring, state: PumpState, cause: str) -> tuple[Phase, PumpState]:
    """The phase instead of the one that an interlock refuses, with the rest that it costs. A pump that was neither on nor
    starting only stays where it is, unless its drive's fault counts.
    """
    counts = state.phase is Phase.STOPPED and resets.counts(c, pump, state, cause)
    if state.phase not in (Phase.STARTING, Phase.RUNNING) and not counts:
        return (Phase.STOPPED if state.phase is Phase.RESTING else state.phase), state
    protect, limits = pump.entry.protect, pump.entry.limits
    earlier = 0 if state.on and c.mono - state.since_s >= HOUR_S else state.retries
    retries = earlier + 1 if cause else earlier
    locked = cause != "" and retries > protect.retries
    if locked:
        c.replan = c.replan or "pump_locked"
    rest = protect.retry_after_s if cause else limits.min_rest_s
    off_since = c.mono if cause or state.on else state.off_since_s
    owed = pump.reset is not None and cause in resets.CAUSES and not locked if cause else state.press_owed
    state = replace(
        state, rest_s=max(rest, limits.min_rest_s), retries=retries, fault=cause, off_since_s=off_since,
        press_owed=owed, pressed_s=None,
    )  # fmt: skip
    return TABLE[state.phase, Move.LOCK if locked else Move.TRIP], state


def _started(c: Draft, pump: PumpWiring, state: PumpState) -> dict[str, object]:
    group = c.wanted.get(pump.id, "idle")
    c.accounts = replace(c.accounts, starts=c.accounts.starts + 1)
    tries = _tries(c, pump, group)
    need: Params = {"need_w": battery.least_sun_w(c, pump)}
    key, params = seen(c, f"pump_start_{group}", "pump_start_unseen", need)
    started = Reason(pump.id, "pump_start_probe" if tries else key, params, group=group)
    c.event(EventKind.START, started, {"group": group})
    recent = tuple(start for start in state.starts if c.mono - start < HOUR_S)
    once: dict[str, object] = {"press_owed": False, "pressed_s": None, "probing_s": c.mono if tries else None}
    return once | {"starts": (*recent, c.mono), "starts_today": state.starts_today + 1, "group": group}


def _stopped_event(c: Draft, pump: PumpWiring, state: PumpState, fired: Reason | None) -> None:
    """Why it stopped: an interlock, a person, no sun, or nothing left to do."""
    ran = c.mono - state.since_s
    if fired is not None:
        reason = fired
        if state.probing_s is not None and not c.emergency:
            probing.note_failed(
                c
            )  # a trial that trips the inverter is the worst one: it waits and counts too
    elif c.emergency:
        reason = Reason(pump.id, "emergency_stop", {}, group="emergency")
    elif pump.id in c.halted:
        reason = Reason(pump.id, "stopped_by_operator", {}, group="manual")
    elif pump.id in c.wanted and state.probing_s is not None:
        reason = probing.failed(c, pump)
    elif pump.id in c.wanted:
        need: Params = {"need_w": battery.least_sun_w(c, pump)}
        key, params = seen(c, "pump_stop_no_sun", "pump_stop_unseen", need)
        reason = Reason(pump.id, key, params, group=state.group)
    else:
        reason = Reason(pump.id, "pump_stop_done", {"run_s": ran}, group=state.group)
    c.event(EventKind.STOP, reason, {"run_s": ran})
