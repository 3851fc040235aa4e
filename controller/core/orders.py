"""What an operator asks for, as a table: one row per order. Orders that make no sense now are told, never obeyed by half.

Writes: ``emergency``, ``zones``, ``pumps``, ``halted``, ``replan``, ``resets``, ``events``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from controller.core import runs
from controller.core.arrival import PAUSE_S
from controller.core.decision import EventKind, Level, Reason
from controller.core.draft import Draft
from controller.core.snapshot import OperatorOrder, Order
from controller.core.state import Irrigation, Phase
from schedules.frozen import replace

MINUTES_MAX = 240.0


def obey(c: Draft) -> None:
    """Carry out the orders of this snapshot, each with an ORDER event that says what became of it."""
    for order in c.snapshot.orders:
        refusal = _HANDLERS[order.order](c, order)
        key = refusal or f"order_{order.order.value}"
        level = Level.WARNING if refusal else Level.INFO
        params: dict[str, float | str] = {"who": order.who, "minutes": _minutes(order.amount)}
        subject = order.target or "site"
        figures: dict[str, float | str] = {"order": order.order.value, **params}
        c.event(EventKind.ORDER, Reason(subject, key, params, level, "manual"), figures)
    for name, pump in c.pumps.items():
        if pump.paused_until_s is not None and c.mono >= pump.paused_until_s:
            c.pumps[name] = replace(pump, paused_until_s=None)


def _minutes(amount: float) -> float:
    """1..240 minutes; what is no number counts as the least."""
    return min(max(amount, 1.0), MINUTES_MAX) if amount == amount else 1.0


def _emergency_stop(c: Draft, _: OperatorOrder) -> str:
    c.emergency = True
    for zone in c.wiring.zones:
        runs.close(c, zone, "irrigation_emergency")
    return ""


def _resume(c: Draft, _: OperatorOrder) -> str:
    c.emergency, c.replan = False, c.replan or "resumed"
    return ""


def _run_zone(c: Draft, order: OperatorOrder) -> str:
    zone = c.wiring.zone.get(order.target)
    if zone is None:
        return "order_unknown_target"
    if c.emergency:
        return "order_refused_emergency"
    runs.close(c, zone, "irrigation_replaced")
    seconds = _minutes(order.amount) * 60.0
    irrigation = Irrigation("manual", 0.0, 0.0, seconds, ordered_s=c.mono, ends_s=c.mono + runs.MANUAL_WAIT_S)
    c.zones[zone.id] = replace(c.zones[zone.id], irrigation=irrigation, paused_until_s=None)
    return ""


def _run_pump(c: Draft, order: OperatorOrder) -> str:
    pump = c.wiring.pump.get(order.target)
    if pump is None:
        return "order_unknown_target"
    if pump.tank is None:
        return "order_no_tank"
    if c.emergency:
        return "order_refused_emergency"
    state = c.pumps[pump.id]
    left = state.rest_s - (c.mono - state.since_s) if state.phase is Phase.RESTING else 0.0
    until = c.mono + max(0.0, left) + _minutes(order.amount) * 60.0
    c.pumps[pump.id] = replace(state, manual_until_s=until)
    return ""


def _stop(c: Draft, order: OperatorOrder) -> str:
    until = c.mono + PAUSE_S
    zone = c.wiring.zone.get(order.target)
    if zone is not None:
        runs.close(c, zone, "irrigation_stopped")
        c.zones[zone.id] = replace(c.zones[zone.id], paused_until_s=until)
        if zone.pump is not None:
            c.halted.add(zone.pump.id)
    pump = c.wiring.pump.get(order.target)
    if pump is not None:
        c.halted.add(pump.id)
        for fed in pump.zones:
            runs.close(c, fed, "irrigation_stopped")
        c.pumps[pump.id] = replace(c.pumps[pump.id], manual_until_s=None, paused_until_s=until)
    return "" if zone is not None or pump is not None else "order_unknown_target"


def _reset(c: Draft, order: OperatorOrder) -> str:
    pump = c.wiring.pump.get(order.target)
    if pump is None:
        return "order_unknown_target"
    c.resets.add(pump.id)
    state = c.pumps[pump.id]
    if state.fault:
        phase = Phase.RESTING if state.phase is Phase.LOCKED else state.phase
        rest = pump.entry.limits.min_rest_s
        c.replan = c.replan or "pump_reset"
        c.pumps[pump.id] = replace(
            state, phase=phase, fault="", retries=0, rest_s=rest, since_s=state.off_since_s
        )
    return ""


_HANDLERS: Mapping[Order, Callable[[Draft, OperatorOrder], str]] = {
    Order.EMERGENCY_STOP: _emergency_stop,
    Order.RESUME: _resume,
    Order.RUN_ZONE: _run_zone,
    Order.RUN_PUMP: _run_pump,
    Order.STOP: _stop,
    Order.RESET: _reset,
}
"""Each returns "" when it was carried out, else the key that says why not."""
