"""Zones and the plan as JSON values."""

from __future__ import annotations

from typing import Any

from controller.core.balances import URGENT
from controller.core.runs import COMPLETE
from controller.core.snapshot import Snapshot
from controller.core.state import ControllerState, Irrigation, ZoneState
from controller.core.wiring import ZoneWiring
from controller.web.status_demand import demand
from schedules.balance import ZoneBalance
from schedules.container import easy_mm
from schedules.program import ContainerProgram, PaddyProgram, Program

Json = dict[str, Any]


def zone(entry: ZoneWiring, snapshot: Snapshot, state: ControllerState) -> Json:
    """One zone. ``stored_share``: water that plants can take, 0..1 of all that the root zone holds, with what came since the last
    step of the account; ``stress_share``: below that they begin to suffer; both None where the program keeps no such account.
    ``mood``: the zone in one word, see ``_mood``.
    """
    now: ZoneState = state.zones[entry.id]
    balance, area = now.balance, entry.entry.area_m2
    taw = balance.taw_mm
    modelled = taw > 0.0
    depletion = max(0.0, balance.depletion_mm - now.credit_l / area * entry.program.efficiency)
    return {
        "id": entry.id,
        "name": entry.entry.name or entry.id,
        "kind": entry.program.kind,
        "source": entry.entry.source,
        "watering": watering(entry, now, state),
        "irrigation": None if now.irrigation is None else _irrigation(now.irrigation, snapshot),
        "valves_open": all(state.valves[valve.id].on for valve in entry.valves),
        "paused_s": None
        if now.paused_until_s is None
        else round(max(0.0, now.paused_until_s - snapshot.at.mono_s), 1),
        "mood": _mood(entry, now, state, depletion),
        "depletion_mm": round(depletion, 2) if modelled else None,
        "raw_mm": round(balance.raw_mm, 2) if modelled else None,
        "taw_mm": round(taw, 2) if modelled else None,
        "stored_share": round(1.0 - min(1.0, depletion / taw), 3) if modelled else None,
        "stress_share": round(1.0 - min(1.0, balance.raw_mm / taw), 3) if modelled else None,
        "ks": round(balance.ks, 3),
        "etc_mm_d": round(balance.etc_mm_d, 2),
        "ponding_mm": None if balance.ponding_mm is None else round(balance.ponding_mm, 1),
        **_ponding(entry.program),
        "level": balance.level,
        "probe_spread": None if balance.probe_spread is None else round(balance.probe_spread, 3),
        "stage": balance.stage,
        "rain_24h_mm": round(balance.rain_24h_mm, 1),
        "irrigated_mm": round(balance.irrigated_mm + now.credit_l / area, 3),
        "irrigated_l": round(balance.irrigated_mm * area + now.credit_l, 1),
        "doses_today": balance.doses_today if isinstance(entry.program, ContainerProgram) else None,
        "owed_mm": round(balance.owed_mm, 2),
        "owed_l": round(balance.owed_mm * area / entry.program.efficiency, 1),
        "demand": demand(entry.id, snapshot, state),
        "next": _next(entry.id, now, state, snapshot.at.epoch_s)
        if snapshot.at.trusted and not state.emergency
        else None,
    }


SUFFERS = 0.95
"""Below this water stress coefficient plants show it."""


def _pots(program: Program, balance: ZoneBalance) -> tuple[float, bool] | None:
    """(depletion from which on pots suffer, mm; whether they may wait for their dose on purpose), None for other zones."""
    if not isinstance(program, ContainerProgram):
        return None
    return easy_mm(balance.taw_mm, balance.raw_mm), balance.doses_today < program.max_doses_per_day


def _mood(entry: ZoneWiring, now: ZoneState, state: ControllerState, depletion_mm: float) -> str:
    """watering, waiting (its irrigation has begun to wait), held (emergency stop), paused, unplanted, over (season), calendar,
    stress (dry for so long that it shows), due or good: never another than its sentence says.
    """
    balance = now.balance
    mine = [one for one in state.demands if one.zone == entry.id and now.credit_l < COMPLETE * one.volume_l]
    raw_mm = balance.raw_mm if balance.ponding_mm is None else 0.0
    dry = depletion_mm >= raw_mm > 0.0
    suffers_mm, waits = _pots(entry.program, balance) or (raw_mm, False)
    ks = (balance.taw_mm - depletion_mm) / max(1e-9, balance.taw_mm - suffers_mm)
    due = (dry and not waits) or any(one.urgency >= URGENT or one.key == "demand_owed" for one in mine)
    checks = (
        ("watering", watering(entry, now, state)),
        ("waiting", now.irrigation is not None),
        ("held", state.emergency),
        ("paused", now.paused_until_s is not None),
        ("unplanted", balance.stage == "before"),
        ("over", balance.stage == "over" and dry and not mine),
        ("calendar", balance.taw_mm <= 0.0 and balance.ponding_mm is None),
        ("stress", dry and ks < SUFFERS),
        ("due", due),
    )
    return next((word for word, holds in checks if holds), "good")


def watering(entry: ZoneWiring, now: ZoneState, state: ControllerState) -> bool:
    """True while water can flow to the zone: its irrigation has begun, its valves are open, its pump runs (or a tank feeds it)."""
    if now.irrigation is None or now.irrigation.began_s is None:
        return False
    if not all(state.valves[valve.id].on for valve in entry.valves):
        return False
    return entry.pump is None or state.pumps[entry.pump.id].on


def _irrigation(irrigation: Irrigation, snapshot: Snapshot) -> Json:
    mono_s = snapshot.at.mono_s
    began = irrigation.began_s
    return {
        "group": irrigation.group,
        "began": began is not None,
        "run_s": None if began is None else round(max(0.0, mono_s - began), 1),
        "left_s": None if began is None else round(max(0.0, irrigation.ends_s - mono_s), 1),
        "delivered_l": round(irrigation.delivered_l, 1),
        "target_l": round(irrigation.target_l, 1) or None,
    }


def _ponding(program: Program) -> Json:
    if isinstance(program, PaddyProgram):
        return {"upper_mm": program.upper_mm, "lower_mm": program.lower_mm}
    return {"upper_mm": None, "lower_mm": None}


def _next(zone: str, now: ZoneState, state: ControllerState, epoch_s: float) -> Json | None:
    """The zone's next planned irrigation, None when there is none ahead."""
    if state.plan is None:
        return None
    runs = [
        run
        for run in state.plan.runs
        if run.zone == zone and run.end_s > epoch_s and run.start_s > now.done_s
    ]
    if not runs or now.irrigation is not None:
        return None
    run = min(runs, key=lambda one: one.start_s)
    return {
        "start_epoch_s": run.start_s,
        "volume_l": round(run.volume_l, 1),
        "needs_sun": run.needs_sun,
        "latest_epoch_s": run.latest_start_s,
    }


def plan(state: ControllerState) -> Json | None:
    """The latched plan, None before the first."""
    if state.plan is None:
        return None
    return {
        "ident": state.plan.ident,
        "made_epoch_s": state.plan.made_s,
        "until_epoch_s": state.plan.until_s,
        "runs": [
            {
                "zone": run.zone,
                "start_epoch_s": run.start_s,
                "end_epoch_s": run.end_s,
                "volume_l": round(run.volume_l, 1),
                "latest_epoch_s": run.latest_start_s,
            }
            for run in state.plan.runs
        ],
        "unmet": [
            {"zone": one.zone, "volume_l": round(one.volume_l, 1), "key": one.key} for one in state.plan.unmet
        ],
    }
