"""Water for a gravity zone that cannot wait for the sun: the tank is filled on grid or genset by the latest moment that still
serves it, and only as much as the zone needs until the sun is back.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from schedules.plan import PlanRequest, Run
from schedules.planner_need import Need, due_spans, to_the_sun
from schedules.tank_sheet import Forced, TankSheet
from schedules.timeline import EPS, Grid, PumpSheet

SLOW = 0.9
"""A pump is expected to fill at this share of its rated flow: a well sinks, a pump wears."""

ENOUGH = 0.99
"""A tank that holds this share of what is missing is not filled for the rest."""


def is_late(need: Need, request: PlanRequest, grid: Grid) -> bool:
    """True if the expected water comes more than a step after the latest start, and none is on its way."""
    latest = need.demand.latest_start_s
    if latest is None or any(run.zone == need.zone.zone for run in request.running):
        return False
    due = max(latest, grid.now_s)
    return due < grid.until_s and (not need.runs or need.runs[0].start_s > due + grid.step_s)


def force(late: Sequence[Need], needs: Sequence[Need], tanks: Mapping[str, TankSheet], grid: Grid) -> None:
    """Write one run for each of ``needs`` that is among ``late``, with the filling that it takes, on fresh sheets."""
    by_zone = {need.zone.zone: need for need in late}
    for need in needs:
        without = by_zone.get(need.zone.zone)
        if without is None:
            continue
        due = max(without.demand.latest_start_s or 0.0, grid.now_s)
        sun_s = without.runs[0].start_s if without.runs else grid.until_s
        litres = to_the_sun(need, due, sun_s, grid)
        _place(need, tanks[need.zone.source], litres, due)


def _place(need: Need, sheet: TankSheet, litres: float, due: float) -> None:
    flow = need.zone.flow_m3_h
    filler = next((p for p in sheet.fillers if p.can_start and p.limits.backed), None)
    if filler is None or litres < need.least_l - EPS:
        return
    for begin, end in due_spans(need, due, litres * 3.6 / flow):
        start = _filled_by(sheet, filler, begin, litres, flow)
        possible = min(litres, (end - start) * flow / 3.6)
        if possible < max(need.least_l, EPS):
            continue
        _fill(sheet, filler, start, possible, flow)
        given = math.floor(sheet.most(start, possible, 0.0, flow) * 1000.0) / 1000.0
        if given < need.least_l or given <= EPS:
            continue
        sheet.book(start, given, flow)
        stop = min(end, float(math.ceil(start + given * 3.6 / flow - EPS)))
        need.runs.append(Run(need.zone.zone, start, stop, given, False, need.demand.latest_start_s))
        need.left_l, need.after_s = max(0.0, need.left_l - given), stop + need.pause_s
        return


def _missing(sheet: TankSheet, start: float, litres: float, flow: float) -> float:
    """Litres that the tank cannot give from ``start``."""
    missing = litres - sheet.most(start, litres, 0.0, flow)
    return missing if missing > (1.0 - ENOUGH) * litres else 0.0


def _filled_by(sheet: TankSheet, filler: PumpSheet, start: float, litres: float, flow: float) -> float:
    """The run's start: as wished, or as soon as the tank can have been filled for it."""
    missing, grid = _missing(sheet, start, litres, flow), sheet.grid
    if missing <= 0.0:
        return start
    ready = filler.ready_s + missing * 3.6 / (SLOW * filler.limits.rated_flow_m3_h)
    return max(start, grid.now_s + math.ceil((ready - grid.now_s) / grid.step_s) * grid.step_s)


def _fill(sheet: TankSheet, filler: PumpSheet, start: float, litres: float, flow: float) -> None:
    """Write the filling that lets a run of ``litres`` begin at ``start``, as late as the pump's flow allows."""
    missing, grid = _missing(sheet, start, litres, flow), sheet.grid
    last = sheet.step_at(start)
    rate = SLOW * filler.limits.rated_flow_m3_h * grid.step_s / 3.6
    begin = until = grid.now_s + last * grid.step_s
    for step in range(last - 1, -1, -1):
        if missing <= EPS or begin <= filler.ready_s:
            break
        a = grid.now_s + step * grid.step_s
        room = max(0.0, rate - sheet.fill_l[step])
        take = min(missing, room)
        sheet.fill_l[step] += take
        missing -= take
        begin = a if take >= room - EPS else a + grid.step_s * (1.0 - take / room)
    if begin < until:
        begin = max(filler.ready_s, min(begin, until - filler.limits.min_run_s))
        sheet.settle()
        sheet.forced.append(Forced(begin, start, sheet.volume_l[last - 1]))
