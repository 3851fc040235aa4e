"""When a source cannot lift all that is wanted within the horizon: how much of it each zone is given first."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from schedules.plan import PlanRequest, Run
from schedules.planner_need import DAY_S, Need, in_turn
from schedules.shares import HURT, Claim, ration
from schedules.tank_sheet import TankSheet, through
from schedules.timeline import EPS, Grid, PumpSheet
from schedules.windows import join


def lifted(needs: Sequence[Need], sheet: PumpSheet) -> float:
    """Litres that a pump can lift while any of these zones may be watered, about: as their flows fit together; not reckoned
    (infinite) where all is one owner's, who shares with nobody.
    """
    if len({need.zone.member for need in needs}) < 2:
        return math.inf
    if not sheet.can_start:
        return 0.0
    grid, total = sheet.grid, 0.0
    flows = sorted((need.zone.flow_m3_h for need in needs), reverse=True)
    least = min(need.zone.least_flow_m3_h for need in needs)
    for begin, end in join([span for need in needs for span in need.open()]):
        for step in grid.steps(begin, end):
            a = grid.now_s + step * grid.step_s
            seconds = min(end, a + grid.step_s) - max(begin, a)
            total += _together(flows, sheet.capacity(step), least) / 3.6 * seconds
    return total


def _together(flows: Sequence[float], capacity: float, least: float) -> float:
    """Flow that zones of these flows (largest first) take at once of a capacity: each its own, or one alone a reduced one."""
    taken = 0.0
    for flow in flows:
        if taken + flow <= capacity + EPS:
            taken += flow
    return taken if taken > 0.0 or not flows or capacity < least else capacity


def held(sheet: TankSheet) -> float:
    """Litres that a tank holds and will be given within the horizon, at most (what would overflow may be drawn before)."""
    return sheet.limits.volume_l + sum(sheet.fill_l)


def falls_behind(request: PlanRequest, needs: Sequence[Need], sheet: TankSheet) -> bool:
    """Whether zones want and use up more than their tank can give them within the horizon, however it is filled. Then each litre
    that the sun could lift and the tank could hold is one that somebody will miss.
    """
    grid = sheet.grid
    zones = [zone for zone in request.zones if zone.source == sheet.limits.tank]
    wanted = sum(zone.use_l_d for zone in zones) * (grid.until_s - grid.now_s) / DAY_S
    wanted += sum(need.left_l + sum(run.volume_l for run in need.runs) for need in needs)
    drawn = [0.0] * len(sheet.fill_l)
    for zone in zones:
        for begin, end in zone.windows:
            for step in grid.steps(max(begin, grid.now_s), end):
                drawn[step] += zone.flow_m3_h * grid.step_s / 3.6
    given, kept = through(sheet.fill_l, drawn, sheet.limits.capacity_l, sheet.limits.volume_l)
    return wanted > given + kept


def in_shares(
    needs: list[Need], supplies: Mapping[str, float], place: Callable[[Need], Run | None], grid: Grid
) -> None:
    """Place all needs, each up to its ration first; what then is left of the sun and the water goes by urgency."""
    for source, supply_l in supplies.items():
        _hold_back([need for need in needs if need.zone.source == source], supply_l, grid)
    in_turn(needs, place)
    if any(need.held_l > 0.0 for need in needs):
        for need in needs:
            need.left_l, need.held_l, need.failed_l = need.left_l + need.held_l, 0.0, math.inf
        in_turn(needs, place)


def _hold_back(needs: Sequence[Need], supply_l: float, grid: Grid) -> None:
    """Hold back of each need what is beyond its ration; nothing when there is enough, or when all is one owner's:
    then every litre lifted counts the same, and rations only cost starts. Members with several zones claim
    together; within a member the most urgent zone comes first.
    """
    wanted = sum(need.left_l for need in needs)
    if len({need.zone.member for need in needs}) < 2 or wanted <= supply_l:
        return
    left = supply_l
    for hurt in (True, False):
        members = _members([need for need in needs if _hurt(need, grid) is hurt])
        given = ration({name: _claim(group) for name, group in members.items()}, left)
        left = max(0.0, left - sum(given.values()))
        for name, group in members.items():
            for need in group:
                mine = min(need.left_l, given[name])
                mine = 0.0 if mine < need.least_l else mine
                given[name] -= mine
                need.held_l, need.left_l = need.left_l - mine, mine
                need.scarce = (supply_l, wanted)


def _hurt(need: Need, grid: Grid) -> bool:
    latest = need.demand.latest_start_s
    return need.demand.urgency >= HURT or (latest is not None and latest < grid.until_s)


def _members(needs: Sequence[Need]) -> dict[str, list[Need]]:
    groups: dict[str, list[Need]] = {}
    for need in needs:
        groups.setdefault(need.zone.member or need.zone.zone, []).append(need)
    return groups


def _claim(group: Sequence[Need]) -> Claim:
    return Claim(
        sum(need.left_l for need in group),
        sum(need.zone.got_l for need in group),
        sum(need.zone.weight for need in group),
        hurt=True,
    )
