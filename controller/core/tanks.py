"""When a tank wants water: between its refill mark and its target. Needs no calendar, so the sun fills tanks even while the
clock cannot be trusted. Writes: ``tanks``, ``wanted``, ``pumps`` (the end of a manual filling).
"""

from __future__ import annotations

from dataclasses import replace

from controller.core.draft import Draft
from controller.core.runs import want_pump
from controller.core.wiring import PumpWiring, TankWiring

BAND = 0.05
"""Filling towards a planned target below the refill mark begins this share of the usable height below the target."""


def fill(c: Draft) -> None:
    """Say which pumps are wanted by their tanks, or by a person."""
    for pump in c.wiring.pumps:
        if pump.tank is not None:
            _fill(c, pump, pump.tank)


def target_m(c: Draft, tank: TankWiring) -> float:
    """The level to fill to: full, unless a plan that is in force says less."""
    plan, entry = c.plan, tank.entry
    if plan is not None and c.trusted and plan.made_s <= c.epoch < plan.until_s:
        for wish in plan.fills:
            if wish.tank == tank.id:
                return min(entry.full_m, entry.empty_m + wish.target_l / (entry.area_m2 * 1000.0))
    return entry.full_m


def _fill(c: Draft, pump: PumpWiring, tank: TankWiring) -> None:
    level = tank.level.read(c.readings, c.mono)
    state, was = c.tanks[tank.id], c.pumps[pump.id]
    filling = state.filling
    if level is not None:
        target = target_m(c, tank)
        usable = tank.entry.full_m - tank.entry.empty_m
        filling = level < target if filling else level < min(tank.refill_m, target - BAND * usable)
        if filling is not state.filling:
            c.tanks[tank.id] = replace(state, filling=filling)
    if was.manual_until_s is not None:
        full = level is not None and level >= tank.entry.full_m
        if c.mono < was.manual_until_s and not c.emergency and not full:
            want_pump(c, pump.id, "manual")
        else:
            c.pumps[pump.id] = replace(was, manual_until_s=None)
    if filling and not c.emergency and was.paused_until_s is None:
        want_pump(c, pump.id, "plan")
