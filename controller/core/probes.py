"""What a person should know of a zone's soil probes: one reads what its soil cannot hold, they are stuck, they contradict each
other, or day after day they contradict rain gauge and meter. The account itself guards against the first three
(``schedules.water_balance``) and follows the probes in the last; here it is only told.
"""

from __future__ import annotations

from controller.core.decision import Level, Reason
from controller.core.draft import Draft, Params
from controller.core.wiring import Reader, ZoneWiring
from schedules.balance import DAY_S
from schedules.probe_bias import OFF_MM_D
from schedules.program import FieldProgram
from schedules.water_balance import AGREE_VWC, STUCK_S, possible


def doubt(c: Draft, zone: ZoneWiring) -> Reason | None:
    """The zone's one doubt about its probes. As old as the account, which stands for a quarter of an hour."""
    if not zone.probes:
        return None
    balance = c.zones[zone.id].balance
    if zone.doubt[0] is not balance:
        zone.doubt = (balance, _doubt(c, zone))
    return zone.doubt[1]  # type: ignore[return-value]


def _doubt(c: Draft, zone: ZoneWiring) -> Reason | None:
    balance = c.zones[zone.id].balance
    params: Params
    values = ((probe, probe.read(c.readings, c.mono)) for probe in zone.probes)
    said = [(value, _name(probe)) for probe, value in values if value is not None]
    if isinstance(zone.program, FieldProgram):
        soil = c.wiring.catalog.soil(zone.program.soil)
        for value, name in said:
            if not possible(soil, value):
                params = {"probe": name, "vwc_pct": 100.0 * value, "most_pct": 100.0 * soil.sat}
                return Reason(zone.id, "probe_impossible", params, Level.WARNING)
    if balance.probe_still_s > STUCK_S and balance.probe_vwc is not None:
        params = {"vwc_pct": 100.0 * balance.probe_vwc, "still_s": balance.probe_still_s}
        return Reason(zone.id, "probes_stuck", params, Level.WARNING)
    if (balance.probe_spread or 0.0) > AGREE_VWC and len(said) > 1:
        (low, dry), (high, wet) = min(said), max(said)
        params = {"wet": wet, "wet_pct": 100.0 * high, "dry": dry, "dry_pct": 100.0 * low}
        return Reason(zone.id, "probes_disagree", params, Level.WARNING)
    return _contradiction(c, zone)


def _contradiction(c: Draft, zone: ZoneWiring) -> Reason | None:
    """Soil that for days is drier or wetter than rain and watering add up to. Where no gauge counts the rain, rain is no matter."""
    balance = c.zones[zone.id].balance
    off = balance.bias_mm_d
    heard = balance.probe_age_s is not None and balance.probe_age_s <= DAY_S
    if not heard or abs(off) < OFF_MM_D:
        return None
    if off > 0.0 and c.wiring.rain is None:
        return None
    return Reason(
        zone.id, "probes_find_less" if off < 0.0 else "probes_find_more", {"off_mm": abs(off)}, Level.WARNING
    )


def _name(probe: Reader) -> str:
    """The device, with its channel where it has several: ``tanah-1``, ``tanah-1 (2)``."""
    device, _, quantity = probe.name.partition(".")
    channel = quantity.removeprefix("vwc").removeprefix("_")
    return f"{device} ({channel})" if channel else device
