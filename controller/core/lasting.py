"""How long a pond's run really lasts: a run whose water or time is over goes on while nobody else wants the sun, and one that rain
overtakes ends when the pond is full. Writes nothing.

What a run brings is planned by the sun that is expected; where the sky is kinder the rest would be lost, and a pond that is short
misses every litre of it.
"""

from __future__ import annotations

from controller.core.draft import Draft
from controller.core.state import Irrigation
from controller.core.turns import clipped
from controller.core.wiring import ZoneWiring
from schedules.program import PaddyProgram
from schedules.windows import resolve

SOON_S = 300.0
"""Another run that begins within this time takes over."""

RAINED_MM, HALF = 1.0, 0.5
"""A pond is believed to be full when it rained so much in a day or this share of the water has come: else its gauge is wrong."""


def brims(c: Draft, zone: ZoneWiring, irrigation: Irrigation) -> bool:
    """Whether a pond stands at its upper level by its account, which its gauge corrects on each step of the grid, and water came
    that could fill it. A run that doses has its rinse first.
    """
    program, balance = zone.program, c.zones[zone.id].balance
    if not isinstance(program, PaddyProgram) or irrigation.group == "manual" or zone.injector is not None:
        return False
    if balance.ponding_mm is None or balance.ponding_mm < program.upper_mm:
        return False
    rained = c.wiring.rain is None or balance.rain_24h_mm >= RAINED_MM
    return rained or irrigation.delivered_l >= HALF * irrigation.target_l


def goes_on(c: Draft, zone: ZoneWiring, irrigation: Irrigation) -> bool:
    """Whether a planned irrigation of a pond stays open though its volume has come or its time is over: its drive has nothing but
    the sun, the pond has room for more, its window and its member's turn go on, its longest run is not over, and nobody else wants
    the sun or the water.
    """
    pump, program = zone.pump, zone.program
    if irrigation.group == "manual" or irrigation.began_s is None or not isinstance(program, PaddyProgram):
        return False
    if pump is None or pump.entry.supply != "pv" or not (c.pumps[pump.id].on and c.trusted):
        return False
    cut = program.cycle_s is not None or program.cycle_mm is not None or program.soak_s is not None
    if cut or c.mono - irrigation.began_s >= program.max_run_s or _others(c, zone):
        return False
    wanted_l = sum(one.volume_l for one in c.demands if one.zone == zone.id) - c.zones[zone.id].credit_l
    windows = resolve(program.windows, c.wiring.zoneinfo, c.epoch, 1.0)
    spans, holder = clipped(c.wiring, c.turn, zone, windows, c.epoch)
    return wanted_l > 0.0 and holder == "" and any(start <= c.epoch < end for start, end in spans)


def _others(c: Draft, zone: ZoneWiring) -> bool:
    """Whether anybody else is watered, or has a run or a fill that is due: no plan counted on what an overtime takes."""
    plan, pump = c.plan, zone.pump
    if plan is None or any(c.zones[one.id].irrigation for one in c.wiring.zones if one is not zone):
        return True
    due = (r.zone != zone.id and r.start_s <= c.epoch + SOON_S and r.end_s > c.epoch for r in plan.runs)
    return any(due) or any(pump is None or fill.pump != pump.id for fill in plan.fills)


def lasts(c: Draft, zone: ZoneWiring, irrigation: Irrigation) -> bool:
    """Whether a pond's planned run has had its water or its time: what comes now is overtime."""
    if zone.program.kind != "paddy" or irrigation.group == "manual" or irrigation.target_l <= 0.0:
        return False
    return irrigation.delivered_l >= irrigation.target_l or c.mono >= irrigation.ends_s


def passed_s(c: Draft, zone: ZoneWiring, irrigation: Irrigation) -> float:
    """The start (POSIX s) up to which this zone's runs are done when this one closes: an overtime uses up those begun in it."""
    begun = [irrigation.start_s]
    if c.plan is not None and lasts(c, zone, irrigation):
        begun += [run.start_s for run in c.plan.runs if run.zone == zone.id and run.start_s <= c.epoch]
    return max(begun)
