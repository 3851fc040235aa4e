"""The air of one zone: its own sensors where it has them (a house has its own climate), else the site's weather. Reads only."""

from __future__ import annotations

from controller.core.draft import Draft
from controller.core.wiring import Reader, ZoneWiring
from schedules.evapotranspiration import Atmosphere
from schedules.meteorology import saturation_kpa
from schedules.program import ContainerProgram

TEMP_C, RH_PCT, WIND_M_S, SUN_W_M2 = (-40.0, 70.0), (0.0, 110.0), (0.0, 90.0), (-50.0, 2000.0)
"""What weather can be: a word outside is a broken sensor's or a sentinel's, and counts as silence."""


def sane(c: Draft, reader: Reader | None, span: tuple[float, float]) -> float | None:
    """The signal's value now if it lies in what weather can be, else None."""
    value = c.number(reader)
    return value if value is not None and span[0] <= value <= span[1] else None


def deficit_kpa(temp_c: float, rh_pct: float) -> float:
    """Vapour pressure deficit of air, kPa (>= 0): what it could still take up."""
    return saturation_kpa(temp_c) * (1.0 - min(100.0, max(0.0, rh_pct)) / 100.0)


def now(c: Draft, zone: ZoneWiring) -> tuple[float | None, float | None]:
    """(temperature C, humidity %) of the zone at this moment, None where nothing tells. Both from the same place."""
    temp, rh = zone.air
    if temp is not None or rh is not None:
        return sane(c, temp, TEMP_C), sane(c, rh, RH_PCT)
    return sane(c, c.wiring.air[0], TEMP_C), sane(c, c.wiring.air[1], RH_PCT)


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
