"""What each zone may count on: how long its water must last, and whether its source brings what all zones need. Writes nothing."""

from __future__ import annotations

from controller.core.draft import Draft
from controller.core.throughput import lift_l_d
from controller.core.wiring import PumpWiring, ZoneWiring
from schedules import water_balance
from schedules.daylight import hour_of
from schedules.frozen import replace
from schedules.outlook import Outlook
from schedules.program import FieldProgram
from schedules.prospect import Prospect, chances
from schedules.reserve import Store, shared
from schedules.windows import ever_open
from schedules.zone import daily_use_mm

LEAST_NEED_L_D = 1.0
"""Below this a source serves nobody: water is plenty, whatever it lifts."""


def prospect_of(c: Draft, zone: ZoneWiring) -> Prospect:
    """The prospect of one zone now. Without a trusted clock windows mean nothing, and water must last a day. Where a back-up may
    carry forced starts water is never scarce.
    """
    hold, closing, until_s = _chances(c, zone)
    hour = hour_of(c.epoch, c.wiring.zoneinfo) if c.trusted else None
    outlook = c.snapshot.outlook
    rain = outlook if zone.program.rain_skip else None
    plenty = float("inf") if outlook is None else _plenty(c, zone, outlook)
    own = Prospect(hold, plenty, rain, closing, until_s, zone.pump is not None, hour)
    return own if own.behind_mm(1.0) <= 0.0 else replace(own, kept_mm=_kept_mm(c, zone, own))


def _chances(c: Draft, zone: ZoneWiring) -> tuple[float, bool, float]:
    """See ``schedules.prospect.chances``; without windows to go by that is a day."""
    return chances(zone.program.windows if c.trusted else (), c.wiring.zoneinfo, c.epoch)


def _kept_mm(c: Draft, zone: ZoneWiring, prospect: Prospect) -> float | None:
    """A field's part of the reserve of all fields of its member that its pumps serve, mm; None where it shares with none."""
    pumps = _pumps(c, zone)
    found: dict[str, Store] = {}
    for other in c.wiring.zones:
        if other.entry.member == zone.entry.member and _pumps(c, other) == pumps:
            one = _store(c, other, prospect)
            if one is not None:
                found[other.id] = one
    return dict(zip(found, shared(list(found.values())), strict=True)).get(zone.id)


def _store(c: Draft, zone: ZoneWiring, prospect: Prospect) -> Store | None:
    """The zone as a place for a reserve, None where it is none or may not be filled now; ``prospect``: of a zone with its pumps."""
    program, state = zone.program, c.zones[zone.id]
    if (
        not isinstance(program, FieldProgram)
        or state.paused_until_s is not None
        or not ever_open(program.windows)
    ):
        return None
    own = replace(prospect, hold_d=_chances(c, zone)[0])
    return water_balance.store(program, state.balance, zone.entry.area_m2, own, c.wiring.catalog)


def _plenty(c: Draft, zone: ZoneWiring, outlook: Outlook) -> float:
    """What the zone's pumps lift a day over what all that they serve need."""
    pumps, power = _pumps(c, zone), c.wiring.site.file.power
    if not pumps or not outlook.power_w or (power.backup != "none" and power.backup_for_forced):
        return float("inf")
    need = sum(_need_l_d(c, other) for other in c.wiring.zones if _pumps(c, other) == pumps)
    return float("inf") if need <= LEAST_NEED_L_D else lift_l_d(c, zone, pumps, outlook) / need


def _pumps(c: Draft, zone: ZoneWiring) -> tuple[PumpWiring, ...]:
    """The pumps that a zone's water comes from: its own, or those that fill its tank."""
    if zone.pump is not None:
        return (zone.pump,)
    return tuple(pump for pump in c.wiring.pumps if pump.tank is zone.tank is not None)


def _need_l_d(c: Draft, zone: ZoneWiring) -> float:
    """Gross litres a day that the zone uses now: a dry stretch is what a reserve is for, so no rain counts."""
    return daily_use_mm(zone.program, c.zones[zone.id].balance) * zone.entry.area_m2
