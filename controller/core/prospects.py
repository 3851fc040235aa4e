"""What each zone may count on: how long its water must last, and whether its source brings what all zones need. Writes nothing."""

from __future__ import annotations

from controller.core.draft import Draft
from controller.core.throughput import lift_l_d
from controller.core.valves import held_shut
from controller.core.wiring import PumpWiring, ZoneWiring
from schedules import water_balance
from schedules.daylight import hour_of
from schedules.frozen import replace
from schedules.program import FieldProgram
from schedules.prospect import Prospect, chances
from schedules.reserve import Store, shared
from schedules.windows import ever_open
from schedules.zone import daily_use_mm

LEAST_NEED_L_D = 1.0
"""Below this a source serves nobody: water is plenty, whatever it lifts."""

Group = list[tuple[ZoneWiring, tuple[PumpWiring, ...]]]
"""Zones that the same pumps serve, and those pumps."""


def prospects(c: Draft) -> dict[str, Prospect]:
    """The prospect of every zone now, by its id. Without a trusted clock windows mean nothing, and water must last a day. Where a
    back-up may carry forced starts water is never scarce. A member's fields with the same pumps share their reserve.
    """
    found: dict[str, Prospect] = {}
    for group in _groups(c):
        need_l_d = sum([_need_l_d(c, zone) for zone, _ in group])
        for zone, pumps in group:
            found[zone.id] = _prospect(c, zone, _plenty(c, zone, pumps, need_l_d))
        found |= _sharing(c, group, found)
    return found


def _prospect(c: Draft, zone: ZoneWiring, plenty: float) -> Prospect:
    hold, closing, until_s = chances(zone.program.windows if c.trusted else (), c.wiring.zoneinfo, c.epoch)
    hour = hour_of(c.epoch, c.wiring.zoneinfo) if c.trusted else None
    rain = c.snapshot.outlook if zone.program.rain_skip else None
    return Prospect(hold, plenty, rain, closing, until_s, zone.pump is not None, hour)


def _sharing(c: Draft, group: Group, own: dict[str, Prospect]) -> dict[str, Prospect]:
    """Those of a group that keep a reserve together with their member's other fields, each with its part of it."""
    stores: dict[str | None, dict[str, Store]] = {}
    for zone, _ in group:
        if own[zone.id].behind_mm(1.0) > 0.0:
            store = _store(c, zone, own[zone.id])
            if store is not None:
                stores.setdefault(zone.entry.member, {})[zone.id] = store
    return {
        ident: replace(own[ident], kept_mm=kept)
        for one in stores.values()
        for ident, kept in zip(one, shared(list(one.values())), strict=True)
    }


def _store(c: Draft, zone: ZoneWiring, prospect: Prospect) -> Store | None:
    """The zone as a place for a reserve, None where it is none or cannot be filled: a person's pause is over in an hour and moves
    no water.
    """
    program = zone.program
    if not isinstance(program, FieldProgram) or held_shut(c, zone) or not ever_open(program.windows):
        return None
    return water_balance.store(
        program, c.zones[zone.id].balance, zone.entry.area_m2, prospect, c.wiring.catalog
    )


def _groups(c: Draft) -> list[Group]:
    """All zones, by the pumps that their water comes from: their own, or those that fill their tank."""
    found: dict[tuple[str, ...], Group] = {}
    for zone in c.wiring.zones:
        filling = (pump for pump in c.wiring.pumps if pump.tank is zone.tank is not None)
        pumps = (zone.pump,) if zone.pump is not None else tuple(filling)
        found.setdefault(tuple([pump.id for pump in pumps]), []).append((zone, pumps))
    return list(found.values())


def _plenty(c: Draft, zone: ZoneWiring, pumps: tuple[PumpWiring, ...], need_l_d: float) -> float:
    """What the zone's pumps lift a day over what all that they serve need."""
    outlook, power = c.snapshot.outlook, c.wiring.site.file.power
    carried = power.backup != "none" and power.backup_for_forced
    if outlook is None or not pumps or not outlook.power_w or carried or need_l_d <= LEAST_NEED_L_D:
        return float("inf")
    return lift_l_d(c, zone, pumps, outlook) / need_l_d


def _need_l_d(c: Draft, zone: ZoneWiring) -> float:
    """Gross litres a day that the zone uses now: a dry stretch is what a reserve is for, so no rain counts."""
    return daily_use_mm(zone.program, c.zones[zone.id].balance) * zone.entry.area_m2
