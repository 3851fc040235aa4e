"""One sentence for everything: why each zone, pump and the site are as they are. Reads the draft; writes ``reasons``."""

from __future__ import annotations

from collections.abc import Mapping

from controller.core.balances import rained
from controller.core.decision import Level, Reason
from controller.core.draft import Draft, Params
from controller.core.enforce import Fired
from controller.core.lasting import lasts
from controller.core.potential import weak
from controller.core.probes import doubt
from controller.core.pump import rests, seen
from controller.core.runs import COMPLETE
from controller.core.state import Phase, PumpState, ZoneState
from controller.core.turns import tell
from controller.core.wiring import PumpWiring, ZoneWiring
from schedules.container import easy_mm
from schedules.dosing import blind
from schedules.program import ContainerProgram

PATIENT = frozenset({"plan_too_small"})
"""What found no place in the plan but mends itself: nobody needs to look."""


def explain(c: Draft, fired: dict[str, Fired]) -> tuple[Reason, ...]:
    """All reasons of this decision: the site's first, then pumps, then zones."""
    reasons = c.reasons
    if c.emergency:
        reasons.append(Reason("site", "emergency_stop", {}, Level.ALARM, "emergency"))
    if weak(c.sun):
        params: Params = {"now_pct": 100.0 * c.sun.ratio, "usual_pct": 100.0 * c.sun.usual}
        reasons.append(Reason("site", "pv_weak", params, Level.WARNING))
    if not c.trusted:
        reasons.append(Reason("site", "clock_untrusted", {}, Level.WARNING, "interlock"))
    tell(c)
    for pump in c.wiring.pumps:
        found = fired.get(pump.id)
        reasons.append(_pump(c, pump) if found is None else found.reason)
    for zone in c.wiring.zones:
        reasons.append(_zone(c, zone))
        unsure = doubt(c, zone)
        if unsure is not None:
            reasons.append(unsure)
    return tuple(reasons)


def _pump(c: Draft, pump: PumpWiring) -> Reason:
    state = c.pumps[pump.id]
    phase = state.phase
    if phase is Phase.LOCKED:
        return Reason(pump.id, "pump_locked", {"cause": state.fault}, Level.ALARM, "interlock")
    waits = c.waits.get(pump.id)
    if phase in (Phase.STOPPED, Phase.RESTING) and pump.id not in c.wanted:
        waits = _held(c, pump.id, state) or waits
    if waits is not None:
        return waits
    if phase is Phase.RUNNING:
        return _runs(c, pump, state)
    if phase is Phase.STOPPING and not state.fault:
        return Reason(pump.id, "pump_stopping", group=state.group)
    return rests(c, pump, state)


def _runs(c: Draft, pump: PumpWiring, state: PumpState) -> Reason:
    """What a running pump takes and, apart from it, what the sun offers. Without a meter its rated power stands in."""
    draw = c.draws.get(pump.id, pump.entry.rated_power_w)
    params: Params = {"pump_w": draw, "run_s": c.mono - state.since_s}
    key, params = seen(c, f"pump_runs_{state.group}", "pump_runs_unseen", params)
    return Reason(pump.id, key, params, group=state.group)


def _held(c: Draft, subject: str, state: PumpState | ZoneState) -> Reason | None:
    """A person holds it: by the emergency stop, or by stopping it for a while."""
    if c.emergency:
        return Reason(subject, "held_by_emergency", {}, group="emergency")
    if state.paused_until_s is not None and not (isinstance(state, PumpState) and state.fault):
        return Reason(
            subject, "paused_by_operator", {"left_s": state.paused_until_s - c.mono}, group="manual"
        )
    return None


def _zone(c: Draft, zone: ZoneWiring) -> Reason:
    state = c.zones[zone.id]
    waits = c.waits.get(zone.id)
    if waits is not None:
        return waits
    irrigation = state.irrigation
    if irrigation is None:
        return _held(c, zone.id, state) or _planned(c, zone, state) or _wanted(c, zone) or _rests(c, zone)
    group = c.wanted.get(zone.id, irrigation.group)
    if not all(valve.id in c.opened for valve in zone.valves):
        if zone.pump is None:
            return Reason(zone.id, "zone_waits_valve", group=group)
        return Reason(zone.id, "zone_waits_pump", {"pump": _name(c, zone.pump.id)}, group=group)
    if zone.id in c.mists and group != "manual":
        return Reason(zone.id, "zone_mists", {"left_s": max(0.0, irrigation.ends_s - c.mono)}, group=group)
    params: Params = {
        "delivered_l": irrigation.delivered_l,
        "target_l": irrigation.target_l,
        "left_s": max(0.0, irrigation.ends_s - c.mono),
    }
    if zone.injector is None and lasts(c, zone, irrigation):
        del params["left_s"]
        return Reason(zone.id, "zone_waters_on", params, group=group)
    return Reason(zone.id, "zone_waters_manual" if group == "manual" else "zone_waters", params, group=group)


def _planned(c: Draft, zone: ZoneWiring, state: ZoneState) -> Reason | None:
    """Its next run of the plan."""
    if c.plan is None or not c.trusted:
        return None
    for run in c.plan.runs:
        if run.zone == zone.id and run.start_s > c.epoch and run.start_s > state.done_s:
            params: Params = {"in_s": run.start_s - c.epoch, "volume_l": run.volume_l}
            return Reason(zone.id, "zone_planned", params, group="plan")
    return None


def _wanted(c: Draft, zone: ZoneWiring) -> Reason | None:
    """It wants water: why it found no place in the plan, or what it waits to have planned."""
    for wanted in c.demands:
        if wanted.zone != zone.id or c.zones[zone.id].credit_l >= COMPLETE * wanted.volume_l:
            continue  # demands are as old as the grid: what came since then is not wanted again
        for unmet in () if c.plan is None else c.plan.unmet:
            if unmet.zone == zone.id:
                level = Level.INFO if unmet.key in PATIENT else Level.WARNING
                return Reason(zone.id, unmet.key, _named(c, unmet.params), level, "plan")
        return Reason(zone.id, wanted.key, wanted.params, group="plan")
    return None


def _rests(c: Draft, zone: ZoneWiring) -> Reason:
    """What ``_content`` says of this very balance, which stands for a quarter of an hour."""
    balance = c.zones[zone.id].balance
    if zone.content[0] is not balance:
        zone.content = (balance, _content(c, zone))
    return zone.content[1]  # type: ignore[return-value]


def _content(c: Draft, zone: ZoneWiring) -> Reason:
    """It wants nothing: not in season, its doses are used up, it has rained, or it has enough."""
    balance, program = c.zones[zone.id].balance, zone.program
    dry = balance.depletion_mm >= balance.raw_mm > 0.0
    pots = isinstance(program, ContainerProgram)
    if balance.stage == "before":
        return Reason(zone.id, "zone_not_planted")
    if balance.stage == "over" and dry:
        return Reason(zone.id, "zone_season_over")
    if isinstance(program, ContainerProgram) and dry and balance.doses_today >= program.max_doses_per_day:
        return Reason(zone.id, "zone_doses_done", {"doses": float(balance.doses_today)})
    if rained(c, zone):
        return Reason(zone.id, "zone_rained", {"rain_mm": balance.rain_24h_mm})
    if balance.ponding_mm is not None:
        return Reason(zone.id, "zone_flooded", {"ponding_mm": balance.ponding_mm})
    if balance.raw_mm > 0.0 and not dry:
        params: Params = {"depletion_mm": balance.depletion_mm, "raw_mm": balance.raw_mm}
        if isinstance(program, ContainerProgram) and blind(program, balance):
            return Reason(zone.id, "zone_pots_blind", params, Level.WARNING)
        return Reason(zone.id, "zone_pots_moist" if pots else "zone_moist", params)
    easy = easy_mm(balance.taw_mm, balance.raw_mm)
    if pots and dry and balance.depletion_mm < easy:
        return Reason(zone.id, "zone_pots_wait", {"depletion_mm": balance.depletion_mm, "easy_mm": easy})
    return Reason(zone.id, "zone_idle")


def _named(c: Draft, params: Mapping[str, float | str]) -> Mapping[str, float | str]:
    """The numbers with people's name of the source."""
    source = params.get("source")
    return params if not isinstance(source, str) else {**params, "source": _name(c, source)}


def _name(c: Draft, ident: str) -> str:
    """What people call this pump or tank."""
    file = c.wiring.site.file
    names = {pump.id: pump.name for pump in file.pumps} | {tank.id: tank.name for tank in file.tanks}
    return names.get(ident) or ident
