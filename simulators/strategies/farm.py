"""What every practice knows of its site: plots with their size and crop, and which pump fills which tank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from controller.core.site import Site, SiteFile, Tank, Zone
from schedules.catalog import catalog
from schedules.program import ContainerProgram, FieldProgram, PaddyProgram, Program
from simulators.field import DEFAULT_SOIL
from simulators.view import View

PLAIN_DEPTH_M: Final = 0.4
"""Root depth where a program names no crop."""

PADDY_CRACKS: Final = 0.25
"""mm of water that bring a paddy's level up by 1 mm below its surface."""


@dataclass(frozen=True, slots=True)
class Plot:
    """One zone as a farmer knows it. ``capacity_mm``: water between full and dry; ``kc``: at mid-season; ``seep_mm_d``: what a
    paddy loses downwards; ``gross_mm_h``: what an hour of its nominal flow puts on it; ``pump``: of a zone fed directly.
    """

    id: str
    area_m2: float
    capacity_mm: float
    kc: float
    seep_mm_d: float
    gross_mm_h: float
    efficiency: float
    pump: str | None
    is_paddy: bool
    is_roofed: bool


class Farm:
    """The site's plots and tanks."""

    def __init__(self, site: Site) -> None:
        """Reads nothing but the site and its programs."""
        file = site.file
        tanks = {tank.id for tank in file.tanks}
        self.plots = tuple(plot_of(zone, site.programs[zone.program_name], tanks) for zone in file.zones)
        self.fillers = {pump.id: tank for pump in file.pumps if (tank := _tank(file, pump.into)) is not None}
        self._filling = dict.fromkeys(self.fillers, False)

    def float_switch(self, view: View, eager: bool) -> set[str]:
        """Pumps that should fill their tank: from its refill mark to full, or ``eager``: whenever there is room for a run."""
        for pump, tank in self.fillers.items():
            level, usable = view.tank_m(tank.id), tank.full_m - tank.empty_m
            low = tank.full_m - 0.1 * usable if eager or tank.refill_m is None else tank.refill_m
            self._filling[pump] = level < (tank.full_m - 1e-6 if self._filling[pump] else low)
        return {pump for pump, filling in self._filling.items() if filling}

    def feeders(self, zones: set[str]) -> set[str]:
        """Pumps that feed these zones directly."""
        return {plot.pump for plot in self.plots if plot.pump is not None and plot.id in zones}


def _tank(file: SiteFile, ident: str) -> Tank | None:
    return next((tank for tank in file.tanks if tank.id == ident), None)


def plot_of(zone: Zone, program: Program, tanks: set[str]) -> Plot:
    """A zone under its program."""
    capacity, kc, seep = _water(program, zone.area_m2)
    return Plot(
        zone.id,
        zone.area_m2,
        capacity,
        kc,
        seep,
        1000.0 * zone.flow_m3_h / zone.area_m2,
        program.efficiency,
        None if zone.source in tanks else zone.source,
        isinstance(program, PaddyProgram),
        isinstance(program, ContainerProgram) and not program.rain_skip,
    )


def _water(program: Program, area_m2: float) -> tuple[float, float, float]:
    """(capacity mm, mid-season kc, seepage mm/d)."""
    book = catalog()
    if isinstance(program, ContainerProgram):
        return program.pots * program.pot_volume_l * program.available_share / area_m2, program.kc, 0.0
    if isinstance(program, PaddyProgram):
        band = program.upper_mm + 150.0 * PADDY_CRACKS
        return band, book.crop(program.crop).kc.mid, program.percolation_mm_d
    soil, depth, kc = book.soil(DEFAULT_SOIL), PLAIN_DEPTH_M, 1.0
    if isinstance(program, FieldProgram):
        crop = book.crop(program.crop)
        soil, depth, kc = book.soil(program.soil), program.root_depth_m or crop.root_m[0], crop.kc.mid
    return 1000.0 * (soil.fc - soil.wp) * depth, kc, 0.0
