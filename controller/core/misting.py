"""When a misting zone gets its next pulse: at once, by the air of this moment, past the planner but through the same valves, leases
and interlocks as every irrigation. Writes: ``mists``, ``zones`` (a new irrigation), ``waits``.
"""

from __future__ import annotations

from datetime import datetime

from controller.core.climate import deficit_kpa, now
from controller.core.decision import Level, Reason
from controller.core.draft import Draft, Params
from controller.core.state import Irrigation
from controller.core.wiring import ZoneWiring
from schedules.frozen import replace
from schedules.misting import Mist, hot
from schedules.program import MistingProgram
from schedules.windows import resolve


def mist(c: Draft) -> None:
    """Begin the pulses that are due."""
    for name in c.mists:
        zone, state = c.wiring.zone[name], c.zones[name]
        held = c.emergency or state.paused_until_s is not None
        if state.irrigation is None and not held and isinstance(zone.program, MistingProgram):
            _follow(c, zone, zone.program)


def _follow(c: Draft, zone: ZoneWiring, program: MistingProgram) -> None:
    memory = c.mists[zone.id]
    temp, rh = now(c, zone)
    if temp is None or rh is None:
        c.mists[zone.id] = replace(memory, hot=False) if memory.hot else memory
        c.waits[zone.id] = Reason(zone.id, "mist_blind", {}, Level.WARNING)
        return
    vpd = deficit_kpa(temp, rh)
    is_hot = hot(program, memory.hot, temp, vpd)
    if is_hot is not memory.hot:
        memory = c.mists[zone.id] = replace(memory, hot=is_hot)
    told: Params = {"temp_c": temp, "vpd_kpa": vpd, "on_c": program.temp_on_c, "on_kpa": program.vpd_on_kpa}
    if not is_hot:
        c.waits[zone.id] = Reason(zone.id, "mist_cool", told)
    elif not c.trusted or not resolve(program.windows, c.wiring.zoneinfo, c.epoch, 1.0):
        c.waits[zone.id] = Reason(zone.id, "mist_closed", told)
    else:
        _pulse(c, zone, program, memory, told)


def _pulse(c: Draft, zone: ZoneWiring, program: MistingProgram, memory: Mist, told: Params) -> None:
    """The next pulse, unless the pause or the day's limit holds it."""
    today = datetime.fromtimestamp(c.epoch, c.wiring.zoneinfo).date().isoformat()
    if memory.day != today:
        memory = c.mists[zone.id] = replace(memory, day=today, pulses=0)
    if memory.pulses >= program.max_pulses_per_day:
        c.waits[zone.id] = Reason(zone.id, "mist_done", {"pulses": float(memory.pulses)}, Level.WARNING)
    elif c.mono < memory.next_s:
        c.waits[zone.id] = Reason(zone.id, "mist_pause", told | {"left_s": memory.next_s - c.mono})
    else:
        ends = c.mono + zone.lead_s + program.pulse_s
        pulse = Irrigation(
            "plan", c.epoch, 0.0, program.pulse_s, c.mono, ends, needs_sun=zone.pump is not None
        )
        c.zones[zone.id] = replace(c.zones[zone.id], irrigation=pulse)
        c.mists[zone.id] = replace(memory, next_s=ends + program.pause_s, pulses=memory.pulses + 1)
