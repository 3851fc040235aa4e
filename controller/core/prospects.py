"""What each zone may count on: how long its water must last, and whether the pumps can lift what all zones need. Writes nothing."""

from __future__ import annotations

from controller.core.draft import Draft
from controller.core.wiring import PumpWiring, ZoneWiring
from schedules.hydraulics import Pump, make_pump
from schedules.outlook import Outlook
from schedules.prospect import Prospect, chances
from schedules.zone import daily_use_mm

DAY_S = 86400.0
RAIN_D = 5.0
RELIABLE = 0.7
"""What falls within the next days with this chance counts against the need: nobody stakes a field on the mean."""

LEAST_SHARE = 0.2
"""And never for more than the rest of the use."""

LEAST_NEED_L_D = 1.0
"""Below this a source serves nobody: water is plenty, whatever it lifts."""


def prospect_of(c: Draft, zone: ZoneWiring) -> Prospect:
    """The prospect of one zone now. Without a trusted clock windows mean nothing, and water must last a day."""
    hold, closing = 1.0, False
    if c.trusted:
        hold, closing = chances(zone.program.windows, c.wiring.zoneinfo, c.epoch)
    outlook = c.snapshot.outlook
    pumps = _pumps(c, zone)
    if outlook is None or not pumps or not outlook.power_w:
        return Prospect(hold, outlook=outlook, closing=closing)
    rain = outlook.rain_quantile(c.epoch + RAIN_D * DAY_S, RELIABLE) / RAIN_D
    need = sum(_need_l_d(c, other, rain) for other in c.wiring.zones if _pumps(c, other) == pumps)
    lift = sum(lift_l_d(c, pump, outlook) for pump in pumps)
    return Prospect(hold, lift / need if need > LEAST_NEED_L_D else float("inf"), outlook, closing)


def _pumps(c: Draft, zone: ZoneWiring) -> tuple[PumpWiring, ...]:
    """The pumps that a zone's water comes from: its own, or those that fill its tank."""
    if zone.pump is not None:
        return (zone.pump,)
    return tuple(pump for pump in c.wiring.pumps if pump.tank is zone.tank is not None)


def _need_l_d(c: Draft, zone: ZoneWiring, rain_mm_d: float) -> float:
    """Gross litres a day that the zone uses now and rain does not bring."""
    use = daily_use_mm(zone.program, c.zones[zone.id].balance)
    rain = rain_mm_d / zone.program.efficiency if zone.program.rain_skip else 0.0
    return max(LEAST_SHARE * use, use - rain) * zone.entry.area_m2


def lift_l_d(c: Draft, pump: PumpWiring, outlook: Outlook) -> float:
    """Litres a day that the pump lifts by the sun of the outlook; remembered for as long as that outlook holds."""
    key = ("lift", pump.id)
    known = c.wiring.memo.get(key)
    if isinstance(known, tuple) and known[0] is outlook:
        return float(known[1])
    curve = _curve(pump)
    litres = 0.0
    for watts in outlook.power_w:
        if watts >= pump.need_w:
            litres += (
                (curve.flow_m3_h(watts) if pump.follows else curve.rated_flow_m3_h) * outlook.step_s / 3.6
            )
    litres *= DAY_S / (len(outlook.power_w) * outlook.step_s)
    c.wiring.memo[key] = (outlook, litres)
    return litres


def _curve(pump: PumpWiring) -> Pump:
    entry = pump.entry
    return make_pump(
        entry.rated_power_w, entry.rated_flow_m3_h, entry.rated_head_m, entry.static_head_m, entry.threshold
    )
