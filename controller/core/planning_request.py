"""The question to the planner, from the state after a decision. Pure; cheap when no plan is due (one comparison)."""

from __future__ import annotations

from collections.abc import Sequence

from controller.core.falls import share
from controller.core.pump import HOUR_S
from controller.core.runs import COMPLETE
from controller.core.site import Site
from controller.core.snapshot import Snapshot
from controller.core.state import ControllerState, Irrigation, Phase
from controller.core.turns import clipped
from controller.core.wiring import PumpWiring, TankWiring, Wiring, ZoneWiring, wiring
from schedules.daylight import DAWN_H, hour_of
from schedules.frozen import replace
from schedules.plan import (
    MIN_FLOW_SHARE,
    OPEN_FLOW_SHARE,
    Demand,
    PlanRequest,
    PumpLimits,
    Run,
    TankLimits,
    ZoneLimits,
)
from schedules.program import PaddyProgram
from schedules.soak import cycle
from schedules.windows import resolve
from schedules.zone import daily_use_mm

STEP_S = 900.0
"""The grid of the expected power, s."""


def plan_due(state: ControllerState) -> bool:
    """True if ``plan_request`` would ask: compute the expected power only then. Holds for the decision just made."""
    return state.replan != ""


def plan_request(
    site: Site,
    state: ControllerState,
    snapshot: Snapshot,
    power_w: Sequence[float],
    power_low_w: Sequence[float] = (),
) -> PlanRequest | None:
    """What to ask the planner now, or None when the plan in force still holds (or the clock cannot be trusted).

    ``power_w``: expected PV power, W, on steps of STEP_S from ``snapshot.at.epoch_s``; its length is the horizon.
    ``power_low_w``: what is exceeded nine times of ten, same grid, () if unknown. Call it after each decision with that
    decision's state. ``state.replan`` says why: demands that moved on the grid, an irrigation that is over, a plan that ran out, a
    tank that changed much, a pump that was locked or reset, a pause or an emergency stop that ended.
    """
    at = snapshot.at
    if state.replan == "" or not at.trusted or not power_w:
        return None
    w = wiring(site)
    power = site.file.power
    horizon = len(power_w) * STEP_S
    backup = power.backup != "none" and power.backup_for_forced
    return PlanRequest(
        now_s=at.epoch_s,
        step_s=STEP_S,
        power_w=_left_over(power_w, power.other_load_w),
        demands=tuple(left for one in state.demands if (left := _left(state, one)) is not None),
        zones=tuple(_zone(w, state, zone, at.epoch_s, horizon) for zone in w.zones),
        pumps=tuple(_pump(state, pump, at.mono_s) for pump in w.pumps),
        tanks=tuple(_tank(snapshot, tank) for tank in w.tanks),
        running=tuple(
            run for zone in w.zones if (run := _running(state, zone, at.epoch_s, at.mono_s)) is not None
        ),
        power_low_w=_left_over(power_low_w, power.other_load_w),
        dawn_s=at.epoch_s + 3600.0 * (DAWN_H - hour_of(at.epoch_s, w.zoneinfo)),
        backup_w=max((pump.entry.rated_power_w for pump in w.pumps), default=0.0) if backup else 0.0,
    )


def _left_over(power_w: Sequence[float], other_w: float) -> tuple[float, ...]:
    """What other loads leave of a course of power, W."""
    return tuple([watts - other_w if watts > other_w else 0.0 for watts in power_w])


def _left(state: ControllerState, one: Demand) -> Demand | None:
    """What is still wanted of a demand, or None. Demands are as old as the grid: water that came since then (and is not in the
    balance yet) is taken off, or it would be given again. An irrigation under way is told to the planner as such.
    """
    zone = state.zones[one.zone]
    if zone.paused_until_s is not None or state.emergency:
        return None
    under_way = zone.irrigation is not None and zone.irrigation.began_s is not None
    if under_way or zone.credit_l <= 0.0:
        return one
    litres = one.volume_l - zone.credit_l
    if litres <= (1.0 - COMPLETE) * one.volume_l:
        return None
    return replace(one, net_mm=one.net_mm * litres / one.volume_l, volume_l=litres)


def _zone(w: Wiring, state: ControllerState, zone: ZoneWiring, now_s: float, horizon_s: float) -> ZoneLimits:
    program, now = zone.program, state.zones[zone.id]
    longest_s, soak_s = cycle(program, 1000.0 * zone.entry.flow_m3_h / zone.entry.area_m2, w.catalog)
    # A clock that was set back must not hold a zone for longer than one pause.
    soaking = soak_s > 0.0 and now.ended_s <= now_s < now.ended_s + soak_s
    windows = resolve(program.windows, w.zoneinfo, now_s, horizon_s)
    windows, holder = clipped(w, state.turn, zone, windows, now_s + horizon_s)
    return ZoneLimits(
        zone.id,
        zone.entry.source,
        zone.entry.flow_m3_h * _share_taken(state, zone),
        windows,
        program.min_run_s,
        longest_s,
        use_l_d=zone.entry.area_m2 * daily_use_mm(program, now.balance),
        soak_s=soak_s,
        member=zone.entry.member or ("" if zone.entry.share == 1.0 else zone.id),
        weight=zone.entry.share * zone.entry.area_m2,
        got_l=now.got_l + now.credit_l,
        holder=holder,
        soaks_until_s=now.ended_s + soak_s if soaking else 0.0,
        least_share=OPEN_FLOW_SHARE if isinstance(program, PaddyProgram) else MIN_FLOW_SHARE,
    )


def _share_taken(state: ControllerState, zone: ZoneWiring) -> float:
    """The part of its nominal flow that the zone takes from its tank, at whatever level that will stand."""
    return 1.0 if zone.tank is None or zone.flow is not None else share(state.counters, zone.tank, None)


def _pump(state: ControllerState, pump: PumpWiring, mono_s: float) -> PumpLimits:
    now, limits = state.pumps[pump.id], pump.entry.limits
    recent = sum(1 for start in now.starts if mono_s - start < HOUR_S)
    paused = now.paused_until_s is not None and now.paused_until_s > mono_s
    return PumpLimits(
        pump=pump.id,
        into=pump.entry.into,
        rated_w=pump.entry.rated_power_w,
        threshold_w=pump.need_w,
        rated_flow_m3_h=pump.entry.rated_flow_m3_h,
        min_run_s=limits.min_run_s,
        # After the last start of an hour the pump rests until the hour is over; the planner has one number for both.
        min_rest_s=limits.min_rest_s,
        starts_left=max(0, limits.starts_per_day - now.starts_today),
        running_s=mono_s - now.since_s if now.on else 0.0,
        resting_s=0.0 if now.on or recent >= limits.starts_per_hour else mono_s - now.off_since_s,
        locked=now.phase is Phase.LOCKED or paused,
        backed=pump.entry.supply != "pv",
    )


def _tank(snapshot: Snapshot, tank: TankWiring) -> TankLimits:
    """An unknown level counts as empty: no water is promised from it."""
    level = tank.level.read(snapshot.readings, snapshot.at.mono_s)
    return TankLimits(
        tank.id, 0.0 if level is None else min(tank.litres(level), tank.capacity_l), tank.capacity_l
    )


def _running(state: ControllerState, zone: ZoneWiring, epoch_s: float, mono_s: float) -> Run | None:
    """The zone's irrigation under way as the planner knows it; a manual one by its nominal flow."""
    irrigation = state.zones[zone.id].irrigation
    if irrigation is None or irrigation.began_s is None:
        return None
    manual = irrigation.group == "manual"
    start = epoch_s - (mono_s - irrigation.began_s) if manual else irrigation.start_s
    litres = irrigation.duration_s * zone.entry.flow_m3_h / 3.6 if manual else irrigation.target_l
    ends = epoch_s + max(0.0, min(irrigation.ends_s - mono_s, _rest_s(zone, irrigation, mono_s)))
    return Run(zone.id, start, ends, litres, irrigation.needs_sun, irrigation.latest_start_s)


def _rest_s(zone: ZoneWiring, irrigation: Irrigation, mono_s: float) -> float:
    """How long a paddy's irrigation will take for the rest of its water, s, by what it has had so far: its overtime is not another
    field's to wait for. Infinite for the others, and as long as little has come.
    """
    if zone.program.kind != "paddy" or irrigation.began_s is None or irrigation.target_l <= 0.0:
        return float("inf")
    ran_s = mono_s - irrigation.began_s
    if ran_s < STEP_S or irrigation.delivered_l <= 0.0:
        return float("inf")
    return max(0.0, irrigation.target_l - irrigation.delivered_l) * ran_s / irrigation.delivered_l
