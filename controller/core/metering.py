"""Where the water went since the last decision: meter volume first, else flow times time, else nominal flow times time.

Every litre is credited to the zones whose ways were open, planned and manual runs alike. Writes: ``counters``, ``water_m3``,
``passed``, ``shared``, ``accounts`` (spanning), ``zones`` (through ``runs.deliver``).
"""

from __future__ import annotations

from controller.core import falls, runs
from controller.core.draft import Draft
from controller.core.passed import NOTHING, filled, passed, spans
from controller.core.state import Counter, Parts, PumpState
from controller.core.wiring import PumpWiring, TankWiring, ZoneWiring
from schedules.frozen import replace

FLOW_CAP = 3.0
"""A meter that claims more than this multiple of the rated flow is not believed beyond it."""

RISE_M = 0.02
"""A level that moved by this much is alive."""

TAKEN_MAX = 1.3
"""A zone may take so much more than its nominal flow."""

SLOW_S = 300.0
"""So late a meter may still show water of a pump that is off."""

VOLUME_QUANTUM_M3 = 0.1
"""One step of a coarse pulse meter is always believed."""


def meter(c: Draft) -> None:
    """Credit the water of the time since the last decision."""
    for pump in c.wiring.pumps:
        was = c.old.pumps.get(pump.id)
        if was is None:
            continue
        on = was.on
        if not on:
            if pump.tank is not None:
                c.counters.pop(rise_key(pump.tank), None)
            if pump.volume is None:
                continue
        litres = _pumped_l(c, pump, on)
        if on and pump.tank is not None:
            _rise(c, pump.tank, litres)
        if (on or litres > 0.0) and pump.zones:
            _share(c, was, litres, pump.volume is not None)
    for tank in c.wiring.tanks:
        if tank.zones:
            _from_tank(c, tank)


def _from_tank(c: Draft, tank: TankWiring) -> None:
    """Water that ran out of a tank to its zones: by their meters, else by nominal flow and what the tank's own falls say of it."""
    nominal_l = metered_l = 0.0
    opened = False
    for zone in tank.zones:
        if c.zones[zone.id].irrigation is None or not was_open(c, zone):
            continue
        opened, litres = True, _zone_l(c, zone)
        if zone.flow is not None:
            metered_l += litres
        else:
            nominal_l += litres
            litres *= falls.share(c.counters, tank, tank.level.read(c.readings, c.mono))
        runs.deliver(c, zone.id, litres)
        _note(c, zone.id, litres, zone.flow is not None)
    if opened:
        falls.learn(c, tank, nominal_l, metered_l)
    else:
        falls.rest(c, tank)


def _pumped_l(c: Draft, pump: PumpWiring, on: bool) -> float:
    """Litres through the pump, never negative, and the exact account of them. Without a believable meter its rated flow stands in
    while it is on.
    """
    spanning = pump.volume is not None and spans(c, pump.volume)
    told = _water(c, pump, on)
    if told is NOTHING:
        return 0.0
    pumped_m3 = told[0] + told[1] + told[2]
    c.water_m3 += pumped_m3
    c.passed.append((pump.water, told))
    if spanning:
        c.accounts = replace(c.accounts, spanning_m3=c.accounts.spanning_m3 + pumped_m3)
    return max(0.0, 1000.0 * pumped_m3)


def _water(c: Draft, pump: PumpWiring, on: bool) -> Parts:
    """m3 through the pump since the last decision."""
    rated = pump.entry.rated_flow_m3_h
    assumed, blind = 0.0, False
    if on:
        flow = c.number(pump.flow)
        blind = flow is None
        flow = rated if flow is None else min(max(0.0, flow), FLOW_CAP * rated)
        assumed = flow * c.lived_s / 3600.0
    if pump.volume is None:
        return filled(assumed + (rated * c.lost_s / 3600.0 if on else 0.0), blind)
    # A meter that jumps while nothing was pumped for long is another meter.
    until_s = None if on else min(c.mono, c.pumps[pump.id].off_since_s + SLOW_S)
    return passed(c, pump.volume, FLOW_CAP * rated / 3600.0, VOLUME_QUANTUM_M3, assumed, blind, until_s)


def _note(c: Draft, zone: str, litres: float, metered: bool) -> None:
    """Note water that reached a zone, for the day's account."""
    had, m3 = c.shared.get(zone, (0.0, 0.0)), litres / 1000.0
    c.shared[zone] = (had[0] + m3, had[1]) if metered else (had[0], had[1] + m3)


def rise_key(tank: TankWiring) -> str:
    """The counter of the water that a filling tank has not shown yet."""
    return f"{tank.id}/rise"


def _rise(c: Draft, tank: TankWiring, litres: float) -> None:
    """Add up what was pumped into the tank, less what its zones may have taken, until its level moves."""
    key, level = rise_key(tank), tank.level.read(c.readings, c.mono)
    last = c.counters.get(key)
    if level is None:
        return
    if last is None or abs(level - last.value) >= RISE_M:
        c.counters[key] = Counter(level, c.mono)
        return
    taken = sum(zone.entry.flow_m3_h for zone in tank.zones if was_open(c, zone)) * c.lived_s / 3.6
    added = litres - TAKEN_MAX * taken
    if added != 0.0:
        c.counters[key] = replace(last, assumed=max(0.0, last.assumed + added))


def _share(c: Draft, was: PumpState, litres: float, metered: bool) -> None:
    """Split the pump's water by nominal flow over the zones that were open to it; a zone with its own meter knows better.

    Water that a slow counter shows after the stop belongs to the zones that were fed last.
    """
    fed = [c.wiring.zone[name] for name in was.served if name in c.wiring.zone]
    fed = [zone for zone in fed if was_open(c, zone)] or fed
    total = sum(zone.entry.flow_m3_h for zone in fed)
    for zone in fed:
        own = _zone_l(c, zone) if zone.flow is not None and was.on else None
        got_l = litres * zone.entry.flow_m3_h / total if own is None else own
        runs.deliver(c, zone.id, got_l)
        _note(c, zone.id, got_l, own is not None or metered)


def _zone_l(c: Draft, zone: ZoneWiring) -> float:
    """Litres by the zone's own meter, else by its nominal flow."""
    nominal = zone.entry.flow_m3_h
    flow = c.number(zone.flow)
    flow = nominal if flow is None else min(max(0.0, flow), FLOW_CAP * nominal)
    return flow * c.lived_s / 3.6


def was_open(c: Draft, zone: ZoneWiring) -> bool:
    """True if all of the zone's valves were commanded open before this decision, and none is known to have stayed shut."""
    for valve in zone.valves:
        state = c.old.valves.get(valve.id)
        if state is None or not state.on:
            return False
        if valve.feedback is not None and valve.feedback.switch(c.readings, c.mono) is False:
            return False
    return True
