"""Runs of zones from a tank, on the water that the tank is expected to hold."""

from __future__ import annotations

import math

from schedules.plan import Run
from schedules.planner_need import Need
from schedules.tank_sheet import TankSheet
from schedules.timeline import EPS, Grid


def place(need: Need, sheet: TankSheet, grid: Grid) -> Run | None:
    """The next run of a zone from its tank: as early as its windows and the expected water allow."""
    flow, least = need.zone.flow_m3_h, need.least_l
    if need.most_l < least or need.worth_l >= need.failed_l:
        return None  # other runs have only taken water since it failed: looking again is in vain
    for begin, end in need.open():
        start = begin
        while (room := min(need.most_l, (end - start) * flow / 3.6)) > max(least - EPS, EPS):
            litres = _water(need, sheet, start, room)
            if litres > 0.0:
                sheet.book(start, litres, flow)
                stop = min(end, float(math.ceil(start + litres * 3.6 / flow - EPS)))
                return Run(need.zone.zone, start, stop, litres, False, need.demand.latest_start_s)
            start = float(math.ceil(grid.now_s + (sheet.step_at(start) + 1) * grid.step_s))
    need.failed_l = need.worth_l
    return None


def _water(need: Need, sheet: TankSheet, start: float, room: float) -> float:
    """Litres, up to ``room``, that the tank can give from ``start``; 0 when less than a run that is worth it."""
    flow = need.zone.flow_m3_h
    least = max(need.least_l, 0.05 * room, min(need.worth_l, need.most_l))
    if room < least - EPS:
        return 0.0
    litres = sheet.most(start, room, min(room, least), flow)
    return litres if litres == room else math.floor(litres * 1000.0) / 1000.0
