"""The air of one zone: its own sensors where it has them (a house has its own climate), else the site's weather. Reads only."""

from __future__ import annotations

from controller.core.draft import Draft
from controller.core.wiring import ZoneWiring
from schedules.evapotranspiration import Atmosphere
from schedules.meteorology import saturation_kpa
from schedules.program import ContainerProgram


def deficit_kpa(temp_c: float, rh_pct: float) -> float:
    """Vapour pressure deficit of air, kPa (>= 0): what it could still take up."""
    return saturation_kpa(temp_c) * (1.0 - min(100.0, max(0.0, rh_pct)) / 100.0)


def now(c: Draft, zone: ZoneWiring) -> tuple[float | None, float | None]:
    """(temperature C, humidity %) of the zone at this moment, None where nothing tells. Both from the same place."""
    temp, rh = zone.air
    if temp is not None or rh is not None:
        return c.number(temp), c.number(rh)
    return c.number(c.wiring.air[0]), c.number(c.wiring.air[1])


def vpd_step(c: Draft, zone: ZoneWiring, air: Atmosphere) -> float | None:
    """The deficit of a grid step, kPa: by the zone's own air at its end, else by the site's weather. None where nothing
    tells, or where the zone's program does not ask.
    """
    program = zone.program
    if not isinstance(program, ContainerProgram) or program.dose_by != "vpd":
        return None
    own = zone.air[0] is not None or zone.air[1] is not None
    temp, rh = now(c, zone) if own else (air.temp_c, air.rh_pct)
    return None if temp is None or rh is None else deficit_kpa(temp, rh)
