"""What a source can bring to its zones a day: what the sun lifts, as far as tanks hold it until windows open. Writes nothing."""

from __future__ import annotations

from bisect import bisect_right

from controller.core.draft import Draft
from controller.core.speeds import curve_of
from controller.core.wiring import PumpWiring, ZoneWiring
from schedules.outlook import Outlook
from schedules.tank_sheet import through
from schedules.windows import Interval, resolve

DAY_S = 86400.0


def lift_l_d(c: Draft, zone: ZoneWiring, pumps: tuple[PumpWiring, ...], outlook: Outlook) -> float:
    """Litres a day that the source of ``zone`` (its pumps, by way of its tank where there is one) can bring to all zones that it
    feeds, by the sun of the outlook and within their windows; remembered for as long as that outlook holds.
    """
    source = zone.tank.id if zone.tank is not None else pumps[0].id
    key = ("lift", source)
    known = c.wiring.memo.get(key)
    if isinstance(known, tuple) and known[0] is outlook:
        return float(known[1])
    lifted = _lifted(pumps, outlook)
    fed = [other for other in c.wiring.zones if (other.tank, other.pump) == (zone.tank, zone.pump)]
    drawn = _drawn(c, fed, outlook) if c.trusted else [float("inf")] * len(lifted)
    litres = through(lifted, drawn, _capacity_l(zone))[0] * DAY_S / (len(lifted) * outlook.step_s)
    c.wiring.memo[key] = (outlook, litres)
    return litres


def _lifted(pumps: tuple[PumpWiring, ...], outlook: Outlook) -> list[float]:
    """Litres that the pumps lift in each step."""
    lifted = [0.0] * len(outlook.power_w)
    for pump in pumps:
        curve = curve_of(pump.entry)
        for i, watts in enumerate(outlook.power_w):
            if watts >= pump.need_w:
                flow = curve.flow_m3_h(watts) if pump.follows else curve.rated_flow_m3_h
                lifted[i] += flow * outlook.step_s / 3.6
    return lifted


def _drawn(c: Draft, zones: list[ZoneWiring], outlook: Outlook) -> list[float]:
    """Litres that the zones can take in each step: their nominal flows while their windows are open."""
    span_s = len(outlook.power_w) * outlook.step_s
    drawn = [0.0] * len(outlook.power_w)
    for zone in zones:
        spans = resolve(zone.program.windows, c.wiring.zoneinfo, outlook.begin_s, span_s)
        litres = zone.entry.flow_m3_h * outlook.step_s / 3.6
        for i in range(len(drawn)):
            if _open(spans, outlook.begin_s + (i + 0.5) * outlook.step_s):
                drawn[i] += litres
    return drawn


def _open(spans: tuple[Interval, ...], at_s: float) -> bool:
    index = bisect_right(spans, (at_s, float("inf"))) - 1
    return index >= 0 and at_s < spans[index][1]


def _capacity_l(zone: ZoneWiring) -> float:
    if zone.tank is None:
        return 0.0
    tank = zone.tank.entry
    return 1000.0 * tank.area_m2 * (tank.full_m - tank.empty_m)
