"""What a practice may see of a site: its meters, probes and the sky so far, and nothing of what is to come.

A practice is given more than most sites have: an exact probe in every zone, and the exact reference evapotranspiration of the
time gone by. A strategy that is compared with them must not win by their blindness.
"""

from __future__ import annotations

from typing import Any, Final

from schedules.catalog import catalog
from schedules.program import ContainerProgram, FieldProgram, PaddyProgram, Program
from simulators.field import DEFAULT_SOIL, PotGround
from simulators.limits import Limits
from simulators.plant import Plant, ZoneState

LOWEST_PADDY_MM: Final = -150.0
"""Water level that alternate wetting and drying calls safe (IRRI): the dry end of a paddy's scale."""


class View:
    """The site at one moment. The same object is handed over each time: read it, do not keep it.

    ``at_s``: POSIX seconds. ``day``: local date ordinal, ``minute``: of that day (0..1439, local standard time).
    ``irradiance_w_m2``: in the plane of the modules. ``power_w``: what the sun leaves for pumps by the controller's own
    estimate (irradiance x kWp x derate - other loads), ``mean_w``: its mean over ``Surplus.average_s``, None until there is one.
    ``rain_mm``, ``et0_mm``: since the start.
    """

    def __init__(self, plant: Plant, limits: Limits) -> None:
        """``limits``: the guard that tells which pumps run."""
        self._plant, self._limits = plant, limits
        self._scales = {ident: _scale(plant, zone) for ident, zone in plant.zones.items()}
        self.at_s = plant.now_s
        self.day, self.minute = 0, 0
        self.irradiance_w_m2 = self.power_w = self.rain_mm = self.et0_mm = 0.0
        self.mean_w: float | None = None

    def tank_m(self, tank: str) -> float:
        """Level of a tank, m."""
        return self._plant.tanks[tank].level_m

    def is_running(self, pump: str) -> bool:
        """Whether a pump is switched on."""
        return self._limits.is_on(pump)

    def is_open(self, zone: str) -> bool:
        """Whether the zone's program lets water flow now."""
        return self._limits.is_open(zone, self.day, self.minute)

    def vwc(self, zone: str) -> float:
        """The root zone's mean water content, m3/m3."""
        return self._plant.zones[zone].ground.vwc

    def ponding_mm(self, zone: str) -> float:
        """Water level of a paddy against its surface, mm, negative below."""
        return 1000.0 * self._plant.zones[zone].ground.ponding_m

    def wetness(self, zone: str) -> float:
        """The probe on a scale of the zone's own: 0 at wilting point, an empty pot or a paddy at -150 mm; 1 at field capacity,
        a full pot or a paddy at its upper level. More than 1 drains or stands.
        """
        low, span, paddy = self._scales[zone]
        ground = self._plant.zones[zone].ground
        return ((1000.0 * ground.ponding_m if paddy else ground.vwc) - low) / span

    def irrigated_m3(self, zone: str) -> float:
        """The zone's water meter since the start, m3."""
        return self._plant.zones[zone].volume_m3

    def kc(self, zone: str) -> float:
        """The crop coefficient of the day, 0 while no crop stands."""
        ground = self._plant.zones[zone].ground
        return ground.kc if ground.growing else 0.0


def _scale(plant: Plant, zone: ZoneState) -> tuple[float, float, bool]:
    """(zero, span, whether it is a paddy's level in mm)."""
    program: Any = plant.site.programs[zone.zone.program_name]
    if isinstance(program, PaddyProgram):
        return LOWEST_PADDY_MM, program.upper_mm - LOWEST_PADDY_MM, True
    if isinstance(zone.ground, PotGround):
        assert isinstance(program, ContainerProgram)
        return 0.10, program.available_share, False
    soil = catalog().soil(_soil(program))
    return soil.wp, soil.fc - soil.wp, False


def _soil(program: Program) -> str:
    return program.soil if isinstance(program, FieldProgram) else DEFAULT_SOIL
