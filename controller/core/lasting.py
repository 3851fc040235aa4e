"""How long a pond's run really lasts: a run whose water or time is over goes on while nobody else takes the sun, and one that rain
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
"""Another run of the pump that begins within this time takes over."""


def brims(c: Draft, zone: ZoneWiring) -> bool:
    """Whether a pond stands at its upper level by its account, which its gauge corrects on each step of the grid."""
    program, level = zone.program, c.zones[zone.id].balance.ponding_mm
    return isinstance(program, PaddyProgram) and level is not None and level >= program.upper_mm


def goes_on(c: Draft, zone: ZoneWiring, irrigation: Irrigation) -> bool:
    """Whether a planned irrigation of a pond stays open though its volume has come or its time is over: its drive runs on the sun,
    the pond has room for more, its window and its member's turn go on, its longest run is not over, and no other run waits.
    """
    pump, plan = zone.pump, c.plan
    if pump is None or plan is None or irrigation.group == "manual" or irrigation.began_s is None:
        return False
    if not (zone.program.kind == "paddy" and pump.follows and c.pumps[pump.id].on and c.trusted):
        return False
    others = {other.id for other in pump.zones if other is not zone}
    if any(r.zone in others and r.start_s <= c.epoch + SOON_S and r.end_s > c.epoch for r in plan.runs):
        return False
    wanted_l = sum(one.volume_l for one in c.demands if one.zone == zone.id) - c.zones[zone.id].credit_l
    if wanted_l <= 0.0 or c.mono - irrigation.began_s >= zone.program.max_run_s:
        return False
    spans, _ = clipped(
        c.wiring, c.turn, zone, resolve(zone.program.windows, c.wiring.zoneinfo, c.epoch, 1.0), c.epoch
    )
    return any(start <= c.epoch < end for start, end in spans)
