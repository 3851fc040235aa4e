"""When a tank wants water: between its refill mark and its target. Needs no calendar, so the sun fills tanks even while the
clock cannot be trusted; while a plan is in force its hours and its forced filling count. Writes: ``tanks``, ``wanted``,
``pressed``, ``waits``, ``pumps`` (the end of a manual filling).
"""

from __future__ import annotations

from controller.core.decision import Reason
from controller.core.draft import Draft
from controller.core.runs import want_pump
from controller.core.state import Phase
from controller.core.wiring import PumpWiring, TankWiring
from schedules.frozen import replace
from schedules.plan import Fill

AT_IT = (Phase.STARTING, Phase.RUNNING)
"""A filling that a cloud or a person interrupted begins anew only where there is room for a run."""

ROOM = 1.1
"""Shortest runs of its pump that a tank has to have room for before a start."""

BAND = 0.05
"""Filling towards a planned target below the refill mark begins this share of the usable height below the target."""


def fill(c: Draft) -> None:
    """Say which pumps are wanted by their tanks, or by a person."""
    for pump in c.wiring.pumps:
        if pump.tank is not None:
            _fill(c, pump, pump.tank)


def wish(c: Draft, tank: TankWiring) -> Fill | None:
    """What the plan in force says about this tank; None without a plan or a clock to obey it."""
    plan = c.plan
    if plan is not None and c.trusted and plan.made_s <= c.epoch < plan.until_s:
        for one in plan.fills:
            if one.tank == tank.id:
                return one
    return None


def _level_m(tank: TankWiring, litres: float) -> float:
    """The level at which the tank holds these usable litres, at most full."""
    return min(tank.entry.full_m, tank.entry.empty_m + litres / (tank.entry.area_m2 * 1000.0))


def _fill(c: Draft, pump: PumpWiring, tank: TankWiring) -> None:
    level = tank.level.read(c.readings, c.mono)
    state, was, plan = c.tanks[tank.id], c.pumps[pump.id], wish(c, tank)
    filling = state.filling
    if level is not None:
        filling = _filling(c, pump, tank, level, plan)
        if filling is not state.filling:
            c.tanks[tank.id] = replace(state, filling=filling)
    if was.manual_until_s is not None:
        full = level is not None and level >= tank.entry.full_m
        if c.mono < was.manual_until_s and not c.emergency and not full:
            want_pump(c, pump.id, "manual")
        else:
            c.pumps[pump.id] = replace(was, manual_until_s=None)
    if c.emergency or was.paused_until_s is not None:
        return
    if filling and _may_go_on(c, pump, tank, level):
        want_pump(c, pump.id, "plan")
    if plan is not None and plan.short:
        c.pressed.add(pump.id)
    if plan is not None and _forced(c, tank, level, plan) and (was.on or _has_room(pump, tank, level)):
        want_pump(c, pump.id, "forced")


def _filling(c: Draft, pump: PumpWiring, tank: TankWiring, level: float, plan: Fill | None) -> bool:
    """True from the refill mark (the plan's, where that is higher) up to the target; it begins in the plan's hours only."""
    full, refill = tank.entry.full_m, tank.refill_m
    target = full if plan is None else _level_m(tank, plan.target_l)
    if c.tanks[tank.id].filling:
        return level < target and any(
            _may_go_on(c, one, tank, level) for one in c.wiring.pumps if one.tank is tank
        )
    if plan is not None and plan.refill_l > 0.0:
        refill = max(refill, _level_m(tank, plan.refill_l))
    if level >= min(refill, target - BAND * (full - tank.entry.empty_m)) or not _has_room(pump, tank, level):
        return False
    if plan is None or c.epoch >= plan.from_s:
        return True
    c.waits[pump.id] = Reason(pump.id, "pump_fill_waits", {"in_s": plan.from_s - c.epoch}, group="plan")
    return False


def _may_go_on(c: Draft, pump: PumpWiring, tank: TankWiring, level: float | None) -> bool:
    """Whether this pump takes part in a filling under way: it is at it, or the tank has room for its shortest run."""
    return c.pumps[pump.id].phase in AT_IT or level is None or _has_room(pump, tank, level)


def _has_room(pump: PumpWiring, tank: TankWiring, level: float | None) -> bool:
    """Whether the tank takes the pump's shortest run (a small one: half of itself): else a full tank would cut that run short."""
    if level is None:
        return False
    litres = pump.entry.rated_flow_m3_h / 3.6 * pump.entry.limits.min_run_s
    room_m = tank.entry.full_m - level
    return room_m * tank.entry.area_m2 * 1000.0 >= min(ROOM * litres, 0.5 * tank.capacity_l)


def _forced(c: Draft, tank: TankWiring, level: float | None, plan: Fill) -> bool:
    """True while a demand that cannot wait for the sun lacks water in this tank."""
    begin = plan.forced_from_s
    if begin is None or level is None or not begin <= c.epoch < plan.forced_until_s:
        return False
    return level < _level_m(tank, plan.forced_l)
