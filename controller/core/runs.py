"""The life of one irrigation: it begins when its planned time has come or a person says so, and ends when the water or the
time is used up. What is missing then is told with the CLOSE event and becomes the zone's debt.

Writes: ``plan``, ``due_s``, ``zones``, ``wanted``, ``replan``, ``mists`` (a pulse without water).
"""

from __future__ import annotations

from controller.core import fertigation
from controller.core.decision import EventKind, Level, Reason
from controller.core.draft import Draft
from controller.core.lasting import brims, goes_on, passed_s
from controller.core.state import Irrigation, ZoneState
from controller.core.wiring import ZoneWiring
from schedules.frozen import replace
from schedules.plan import Run
from schedules.windows import resolve
from schedules.zone import owe

OVERTIME_SHARE = 0.25
OVERTIME_MIN_S = 300.0
"""A planned irrigation may run over by the larger of these to deliver its volume, but never beyond its window."""

COMPLETE = 0.97
"""From this share of the planned volume on an irrigation counts as complete."""

EARLY_S = 300.0
"""A planned irrigation may begin this much early when its pump would otherwise stop just before it."""

DAY_S = 86400.0

FULL = 1.0 - 1e-6
"""Sums of litres are never quite even."""

MANUAL_WAIT_S = 3600.0
"""A manual irrigation that its pump could not begin within this time is dropped."""

RANK = {"idle": 0, "plan": 1, "forced": 2, "manual": 3}


TANK_CHANGE = 0.25
"""A tank that changed by this share of its capacity since the last plan was asked for deserves another."""


def ask(c: Draft) -> None:
    """Say why another plan is due now: an irrigation is over, the plan ran out (or lies in the future: the clock was set
    back), a tank changed much. Demands ask on their own grid, pumps when they are locked or reset.
    """
    plan = c.plan
    if c.trusted and not c.old.trusted:
        c.replan = c.replan or "clock"
    if plan is not None and c.demands and not plan.made_s - 3600.0 <= c.epoch < plan.until_s:
        c.replan = c.replan or "plan_over"
    for tank in c.wiring.tanks:
        level = tank.level.read(c.readings, c.mono)
        if level is None:
            continue
        litres, state = tank.litres(level), c.tanks[tank.id]
        if state.planned_l is None or abs(litres - state.planned_l) > TANK_CHANGE * tank.capacity_l:
            c.replan = c.replan or "tank"
        if c.replan and litres != state.planned_l:
            c.tanks[tank.id] = replace(state, planned_l=litres)


def latch(c: Draft) -> None:
    """Adopt the plan on offer when it is another one. Irrigations under way stay; those that only waited give way to it. The same
    one made again takes over silently where the old one ran out.
    """
    offered = c.snapshot.plan
    if offered is None:
        return
    if c.plan is not None and offered.ident == c.plan.ident:
        if c.plan.until_s <= c.epoch < offered.until_s:
            c.plan = offered
        return
    c.plan, c.due_s = offered, 0.0
    for name, zone in c.zones.items():
        irrigation = zone.irrigation
        if irrigation is not None and irrigation.began_s is None and irrigation.target_l > 0.0:
            c.zones[name] = replace(zone, irrigation=None)
    figures: dict[str, float | str] = {
        "ident": offered.ident,
        "runs": len(offered.runs),
        "fills": len(offered.fills),
        "unmet": len(offered.unmet),
        "volume_l": sum(run.volume_l for run in offered.runs),
    }
    c.event(EventKind.PLAN, Reason("site", "plan_latched", {"runs": figures["runs"]}, group="plan"), figures)


def begin(c: Draft) -> None:
    """Take up the planned runs whose time has come. Needs a trusted clock: without one no calendar is obeyed."""
    plan = c.plan
    if plan is None or not c.trusted or c.emergency or c.epoch < c.due_s:
        return
    due = plan.until_s
    for run in plan.runs:
        zone = c.zones.get(run.zone)
        if zone is None or run.end_s <= c.epoch or run.start_s <= zone.done_s <= c.epoch + DAY_S:
            continue
        pump = c.wiring.zone[run.zone].pump
        early = 0.0 if pump is None else EARLY_S
        if run.start_s > c.epoch and not (run.start_s <= c.epoch + early and _idles(c, run)):
            due = min(due, run.start_s - early)
        elif zone.irrigation is not None or zone.paused_until_s is not None:
            due = c.epoch
        else:
            c.zones[run.zone] = replace(zone, irrigation=_planned(c, run))
    c.due_s = due


def _idles(c: Draft, run: Run) -> bool:
    """True if the run's pump is on and has no zone left to water, and the run's window is open: better a little early than a
    stop, a rest and another start.
    """
    zw = c.wiring.zone[run.zone]
    if zw.pump is None or not c.pumps[zw.pump.id].on:
        return False
    if any(c.zones[other.id].irrigation is not None for other in zw.pump.zones):
        return False
    spans = resolve(zw.program.windows, c.wiring.zoneinfo, c.epoch, 1.0)
    return any(start <= c.epoch < end for start, end in spans)


def _planned(c: Draft, run: Run) -> Irrigation:
    """The run as an irrigation, with overtime as far as its window allows."""
    length = run.end_s - run.start_s
    latest = run.end_s + max(OVERTIME_SHARE * length, OVERTIME_MIN_S)
    program = c.wiring.zone[run.zone].program
    spans = resolve(program.windows, c.wiring.zoneinfo, c.epoch, max(latest - c.epoch, 1.0))
    inside = [end for start, end in spans if start <= c.epoch < end]
    ends = min(latest, max([run.end_s, *inside]))
    return Irrigation(
        group="plan",
        start_s=run.start_s,
        target_l=run.volume_l,
        duration_s=ends - run.start_s,
        ordered_s=c.mono,
        ends_s=c.mono + (ends - c.epoch),
        needs_sun=run.needs_sun,
        latest_start_s=run.latest_start_s,
    )


def end(c: Draft) -> None:
    """End the irrigations that are complete or out of time, and the pauses that are over."""
    for zw in c.wiring.zones:
        zone = c.zones[zw.id]
        if zone.paused_until_s is not None and c.mono >= zone.paused_until_s:
            c.zones[zw.id] = replace(zone, paused_until_s=None)
            c.replan = c.replan or "resumed"
        irrigation = zone.irrigation
        if irrigation is None:
            continue
        if fertigation.rinses(c, zw, irrigation):
            continue
        if irrigation.target_l > 0.0 and irrigation.delivered_l >= FULL * irrigation.target_l:
            if not goes_on(c, zw, irrigation):
                close(c, zw, "irrigation_complete")
        elif brims(c, zw, irrigation):
            close(c, zw, "irrigation_full")
        elif c.mono >= irrigation.ends_s and not goes_on(c, zw, irrigation):
            close(c, zw, "irrigation_time_over")


def want(c: Draft) -> None:
    """Say which zones (and pumps) are wanted, and by which rank."""
    for zw in c.wiring.zones:
        zone = c.zones[zw.id]
        if zone.irrigation is not None:
            _want(c, zw, _promoted(c, zw, zone, zone.irrigation))


def _promoted(c: Draft, zw: ZoneWiring, zone: ZoneState, irrigation: Irrigation) -> Irrigation:
    """A planned irrigation becomes forced when its latest start has passed (or when it does not ask for sun at all)."""
    if irrigation.group != "plan" or zw.pump is None:
        return irrigation
    late = irrigation.latest_start_s is not None and c.trusted and c.epoch >= irrigation.latest_start_s
    if irrigation.needs_sun and not late:
        return irrigation
    irrigation = replace(irrigation, group="forced")
    c.zones[zw.id] = replace(zone, irrigation=irrigation)
    return irrigation


def _want(c: Draft, zw: ZoneWiring, irrigation: Irrigation) -> None:
    """The zone wants water, unless a person paused its pump or the clock stopped being trusted before it began."""
    group, pump = irrigation.group, None if zw.pump is None else c.pumps[zw.pump.id]
    if group != "manual":
        if pump is not None and pump.paused_until_s is not None:
            params = {"left_s": pump.paused_until_s - c.mono}
            c.waits[zw.id] = Reason(zw.id, "paused_by_operator", params, group="manual")
            return
        if not c.trusted and irrigation.began_s is None:
            c.waits[zw.id] = Reason(zw.id, "untrusted_clock", {}, Level.WARNING, "interlock")
            return
    c.wanted[zw.id] = group
    if zw.pump is not None:
        want_pump(c, zw.pump.id, group)


def want_pump(c: Draft, pump: str, group: str) -> None:
    """The pump is wanted by this rank; the highest of all that want it counts."""
    if RANK[group] > RANK[c.wanted.get(pump, "idle")]:
        c.wanted[pump] = group


def deliver(c: Draft, zone_id: str, litres: float) -> None:
    """Water reached a zone (0 litres: its way is open): credited to the balance's next step, whoever asked for it."""
    zone = c.zones[zone_id]
    irrigation = zone.irrigation
    if irrigation is not None:
        began, ends = irrigation.began_s, irrigation.ends_s
        if began is None:
            began = c.mono - c.lived_s
            ends = began + irrigation.duration_s if irrigation.group == "manual" else ends
        one = irrigation  # built by position: this is done for every open zone in every cycle
        irrigation = Irrigation(
            one.group, one.start_s, one.target_l, one.duration_s, one.ordered_s, ends, one.needs_sun, one.latest_start_s,
            began, one.delivered_l + litres,
        )  # fmt: skip
    elif litres == 0.0:
        return
    c.zones[zone_id] = ZoneState(
        zone.balance,
        irrigation,
        zone.credit_l + litres,
        zone.done_s,
        zone.paused_until_s,
        zone.ended_s,
        zone.got_l,
    )


def close(c: Draft, zw: ZoneWiring, key: str) -> None:
    """End the zone's irrigation, tell its figures, and leave what is missing as the zone's debt."""
    zone = c.zones[zw.id]
    irrigation = zone.irrigation
    if irrigation is None:
        return
    area, fed = zw.entry.area_m2, fertigation.close(c, zw)
    short = irrigation.target_l - irrigation.delivered_l
    whole = irrigation.delivered_l >= COMPLETE * irrigation.target_l or key == "irrigation_full"
    owed_l = 0.0 if whole else short
    balance = owe(zw.program, zone.balance, owed_l / area) if owed_l > 0.0 else zone.balance
    c.zones[zw.id] = replace(
        zone,
        irrigation=None,
        balance=balance,
        done_s=max(zone.done_s, passed_s(c, zw, irrigation)),
        ended_s=c.epoch if c.trusted and irrigation.delivered_l > 0.0 else zone.ended_s,
    )
    c.due_s = 0.0
    if zw.id not in c.mists:
        c.replan = c.replan or "irrigation_over"
    figures: dict[str, float | str] = {
        "delivered_l": irrigation.delivered_l,
        "delivered_mm": irrigation.delivered_l / area,
        "target_l": irrigation.target_l,
        "owed_l": owed_l,
        "owed_mm": owed_l / area,
        "run_s": 0.0 if irrigation.began_s is None else c.mono - irrigation.began_s,
        "began": irrigation.group,
    }
    level = Level.WARNING if owed_l > 0.0 else Level.INFO
    params = {name: figures[name] for name in ("delivered_l", "target_l", "owed_l")}
    if zw.id in c.mists and irrigation.group != "manual":
        key = "mist_over"
        params = {"delivered_l": irrigation.delivered_l}
        if irrigation.began_s is None:  # no drop came: it does not use up the day's pulses
            mist = c.mists[zw.id]
            c.mists[zw.id] = replace(mist, pulses=max(0, mist.pulses - 1))
    elif irrigation.target_l <= 0.0:  # by time only: no volume was promised
        key = "irrigation_manual_over"
        params = {"delivered_l": irrigation.delivered_l}
    if fed.get("rinsed") == 0.0:
        key = "irrigation_unrinsed"
        level = Level.WARNING
        params = {"delivered_l": irrigation.delivered_l, "stock_l": fed["stock_l"], "rinse_l": fed["rinse_l"]}
    c.event(EventKind.CLOSE, Reason(zw.id, key, params, level, irrigation.group), figures | fed)
