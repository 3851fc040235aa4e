"""Water for a gravity zone that cannot wait for the sun: the tank is filled on grid or genset by the latest moment that still
serves it, and only as much as the zone needs until the sun is back.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from schedules.daylight import later_s
from schedules.plan import PlanRequest, Run
from schedules.planner_need import Need, due_spans, to_the_sun
from schedules.tank_sheet import Forced, TankSheet
from schedules.timeline import EPS, Grid, PumpSheet

SLOW = 0.9
"""A pump is expected to fill at this share of its rated flow: a well sinks, a pump wears."""

EPS_L = 0.001
"""Litres are rounded down to this."""

ENOUGH = 0.99
"""A tank that holds this share of what is missing is not filled for the rest."""


def dry_until(need: Need, request: PlanRequest, grid: Grid) -> float | None:
    """When the sun serves a zone again that is dry more than a step before (POSIX s), by the runs that it has; None where all its
    water comes in time, or is on its way. Each run puts the hour of harm off by what it lasts. No harm is counted before the
    zone's first window: nothing could prevent it.
    """
    latest = need.demand.latest_start_s
    if latest is None or not need.windows or any(run.zone == need.zone.zone for run in request.running):
        return None
    dry_s, use = max(latest, need.windows[0][0], grid.now_s), need.zone.use_l_d
    for run in need.runs:
        if run.start_s > dry_s + grid.step_s:
            return run.start_s
        if use <= 0.0:
            return None
        dry_s = later_s(grid.dawn_s, dry_s, run.volume_l / use)
    return grid.until_s if need.left_l > 0.0 and dry_s < grid.until_s else None


def force(
    late: Mapping[str, float], needs: Sequence[Need], tanks: Mapping[str, TankSheet], grid: Grid
) -> None:
    """Write one run for each of ``needs`` that is among ``late`` (zone: when the sun serves it), with the filling that it takes, on
    fresh sheets.
    """
    for need in needs:
        sun_s = late.get(need.zone.zone)
        if sun_s is None:
            continue
        due = max(need.demand.latest_start_s or 0.0, grid.now_s)
        _place(need, tanks[need.zone.source], to_the_sun(need, due, sun_s, grid), due)


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
        if given < need.least_l - EPS_L or given <= EPS:
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
        if filler.limits.running_s > 0.0 and begin - grid.now_s < filler.limits.min_rest_s:
            begin = grid.now_s  # a filling under way goes on: it would be stopped only to start again
        sheet.settle()
        sheet.forced.append(Forced(begin, start, sheet.volume_l[last - 1]))
