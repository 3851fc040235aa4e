"""One sentence for everything: why each zone, pump and the site are as they are. Reads the draft; writes ``reasons``."""

from __future__ import annotations

from controller.core.balances import rained
from controller.core.decision import Level, Reason
from controller.core.draft import Draft, Params
from controller.core.enforce import Fired
from controller.core.pump import rests
from controller.core.state import Phase, ZoneState
from controller.core.wiring import PumpWiring, ZoneWiring


def explain(c: Draft, fired: dict[str, Fired]) -> tuple[Reason, ...]:
    """All reasons of this decision: the site's first, then pumps, then zones."""
    reasons = c.reasons
    if c.emergency:
        reasons.append(Reason("site", "emergency_stop", {}, Level.ALARM, "emergency"))
    if not c.trusted:
        reasons.append(Reason("site", "clock_untrusted", {}, Level.WARNING, "interlock"))
    for pump in c.wiring.pumps:
        found = fired.get(pump.id)
        reasons.append(_pump(c, pump) if found is None else found.reason)
    for zone in c.wiring.zones:
        reasons.append(_zone(c, zone))
    return tuple(reasons)


def _pump(c: Draft, pump: PumpWiring) -> Reason:
    state = c.pumps[pump.id]
    phase = state.phase
    if phase is Phase.LOCKED:
        return Reason(pump.id, "pump_locked", {"cause": state.fault}, Level.ALARM, "interlock")
    waits = c.waits.get(pump.id)
    if waits is not None:
        return waits
    if phase is Phase.RUNNING:
        params: Params = {"power_w": c.power.budget_w or 0.0, "run_s": c.mono - state.since_s}
        return Reason(pump.id, f"pump_runs_{state.group}", params, group=state.group)
    if phase is Phase.STOPPING and not state.fault:
        return Reason(pump.id, "pump_stopping", group=state.group)
    return rests(c, pump, state)


def _zone(c: Draft, zone: ZoneWiring) -> Reason:
    state = c.zones[zone.id]
    waits = c.waits.get(zone.id)
    if waits is not None:
        return waits
    irrigation = state.irrigation
    if irrigation is None:
        return _resting(c, zone, state)
    group = c.wanted.get(zone.id, irrigation.group)
    if not all(valve.id in c.opened for valve in zone.valves):
        if zone.pump is None:
            return Reason(zone.id, "zone_waits_valve", group=group)
        return Reason(zone.id, "zone_waits_pump", {"pump": zone.pump.id}, group=group)
    params: Params = {
        "delivered_l": irrigation.delivered_l,
        "target_l": irrigation.target_l,
        "left_s": max(0.0, irrigation.ends_s - c.mono),
    }
    return Reason(zone.id, "zone_waters_manual" if group == "manual" else "zone_waters", params, group=group)


def _resting(c: Draft, zone: ZoneWiring, state: ZoneState) -> Reason:
    """A zone without an irrigation: paused, planned for later, unplaced, waiting for its plan, or content."""
    if state.paused_until_s is not None:
        return Reason(
            zone.id, "paused_by_operator", {"left_s": state.paused_until_s - c.mono}, group="manual"
        )
    plan = c.plan
    if plan is not None and c.trusted:
        for run in plan.runs:
            if run.zone == zone.id and run.start_s > c.epoch and run.start_s > state.done_s:
                return Reason(
                    zone.id,
                    "zone_planned",
                    {"in_s": run.start_s - c.epoch, "volume_l": run.volume_l},
                    group="plan",
                )
    for wanted in c.demands:
        if wanted.zone == zone.id:
            for unmet in () if plan is None else plan.unmet:
                if unmet.zone == zone.id:
                    return Reason(zone.id, unmet.key, unmet.params, Level.WARNING, "plan")
            return Reason(zone.id, wanted.key, wanted.params, group="plan")
    balance = state.balance
    if rained(c, zone):
        return Reason(zone.id, "zone_rained", {"rain_mm": balance.rain_24h_mm})
    if balance.raw_mm > 0.0:
        return Reason(zone.id, "zone_moist", {"depletion_mm": balance.depletion_mm, "raw_mm": balance.raw_mm})
    return Reason(zone.id, "zone_idle")
