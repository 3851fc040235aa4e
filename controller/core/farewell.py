"""The last word of an orderly end: what was on is off from now, and told. Pure, like ``decide``; the next start goes on here."""

from __future__ import annotations

from controller.core.decision import Event, EventKind, Level, Reason
from controller.core.instant import Instant
from controller.core.site import Site
from controller.core.state import ControllerState, Phase, PumpState, ValveState
from controller.core.wiring import wiring
from schedules.frozen import replace


def farewell(site: Site, state: ControllerState, at: Instant) -> tuple[ControllerState, tuple[Event, ...]]:
    """The state with every output off at ``at``, and a STOP for each that was on: injectors, pumps, valves.

    Irrigations under way stay in the state: the next start ends them, with what is missing as the zone's debt.
    """
    w = wiring(site)
    pumps, valves, events = dict(state.pumps), dict(state.valves), []
    for name, pump in state.pumps.items():
        if name in w.pump and pump.phase in (Phase.STARTING, Phase.RUNNING, Phase.STOPPING):
            if pump.on:
                events.append(_stop(name, at.mono_s - pump.since_s))
            pumps[name] = _resting(pump, w.pump[name].entry.limits.min_rest_s, at.mono_s)
    for name, valve in state.valves.items():
        if valve.on:
            events.append(_stop(name, at.mono_s - valve.since_s))
            valves[name] = ValveState(False, at.mono_s, False)
    injectors = dict(state.injectors)
    for name, injector in state.injectors.items():
        if injector.on:
            events.insert(0, _stop(name, at.mono_s - injector.since_s))
            injectors[name] = ValveState(False, at.mono_s, False)
    return replace(state, pumps=pumps, valves=valves, injectors=injectors), tuple(events)


def _stop(subject: str, run_s: float) -> Event:
    reason = Reason(subject, "shut_down", {}, Level.INFO, "interlock")
    return Event(EventKind.STOP, subject, reason, {"run_s": run_s})


def _resting(pump: PumpState, min_rest_s: float, mono_s: float) -> PumpState:
    """Off since now, and nothing proven."""
    off_since_s = mono_s if pump.on else pump.off_since_s
    return replace(
        pump, phase=Phase.RESTING, since_s=mono_s, off_since_s=off_since_s, rest_s=max(min_rest_s, pump.rest_s),
        proven=False, short_since_s=None, probing_s=None, fed=(),
    )  # fmt: skip
