"""What happens to water in the ground of one zone: soil with growing roots, pots, or a flooded paddy.

Own physics, not the controller's balance: two stores (root zone and the soil below it) that drain at a finite rate set by
the conductivity, rain that runs off when it falls faster than the ground takes it, and a paddy whose level falls faster
than its water. Only the crop and soil tables are shared. All depths are mm over the zone's area; each step conserves water.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import exp
from typing import Final

from schedules.catalog import Crop, Soil, catalog
from schedules.program import ContainerProgram, FieldProgram, PaddyProgram, Program

DEFAULT_SOIL: Final = "sandy-clay-loam"
START_ROOT_M: Final = 0.20
HARVEST_D: Final = 14
BARE_KC: Final = 0.30
ROUND_POTS: Final = 0.75
"""Share of the rain on a nursery bed that falls into its round bags."""

STRESS: Final = 0.95
"""A day is a stress day when the crop got less than this share of its need."""


@dataclass(slots=True)
class Account:
    """mm since the start. ``irrigated``: gross, at the valve; ``lost``: the part of it that never reached the roots;
    ``bare``: evaporation while nothing grows (no crop needs it, so it is in neither ``etc`` nor ``eta``).
    """

    rain: float = 0.0
    irrigated: float = 0.0
    lost: float = 0.0
    etc: float = 0.0
    eta: float = 0.0
    bare: float = 0.0
    drainage: float = 0.0
    runoff: float = 0.0
    stress_days: int = 0


class Ground:
    """What all kinds of ground share: the account, the crop's calendar, and the day's stress."""

    def __init__(self, program: Program, crop: Crop | None, planted: date | None) -> None:
        """``crop`` None: a constant coefficient (the program's own, else 1)."""
        self.account = Account()
        self.efficiency = program.efficiency
        self.kc = program.kc if isinstance(program, ContainerProgram) else 1.0
        self.age_d = 0
        self.growing = True
        self._crop, self._planted = crop, planted
        self._dawn = (0.0, 0.0)
        self._drain: tuple[float, float] = (0.0, 0.0)
        self.tau_s = 600.0

    def new_day(self, ordinal: int) -> None:
        """A local day begins: close the last one's stress, age the crop."""
        etc, eta = self.account.etc - self._dawn[0], self.account.eta - self._dawn[1]
        if etc > 0.0 and eta < STRESS * etc:
            self.account.stress_days += 1
        self._dawn = (self.account.etc, self.account.eta)
        if self._crop is not None:
            day = ordinal - self._planted.toordinal() if self._planted is not None else 0
            self.growing, self.age_d = _growing(self._crop, day), max(0, day)
            self.kc = coefficient(self._crop, self.age_d) if self.growing else BARE_KC

    def _use(self, need: float, used: float) -> None:
        """Book evapotranspiration: the crop's, or the bare ground's."""
        if self.growing:
            self.account.etc += need
            self.account.eta += used
        else:
            self.account.bare += used

    def step(self, dt_s: float, et0_mm: float, rain_mm: float, gross_mm: float) -> None:
        """Let ``dt_s`` pass with so much reference ET, rain and irrigation (at the valve)."""
        raise NotImplementedError

    @property
    def storage_mm(self) -> float:
        """All water that the account follows, mm."""
        raise NotImplementedError

    @property
    def capacity_mm(self) -> float:
        """What of ``storage_mm`` is held for the crop: field capacity, a full pot, a paddy's lower level."""
        raise NotImplementedError

    @property
    def useful_mm(self) -> float:
        """The water that is there up to ``capacity_mm``."""
        return min(self.storage_mm, self.capacity_mm)

    @property
    def excess_mm(self) -> float:
        """Water that will still drain away; none in a paddy, whose bund holds it."""
        return max(0.0, self.storage_mm - self.capacity_mm)

    @property
    def vwc(self) -> float:
        """What a probe in the root zone would see, m3/m3."""
        raise NotImplementedError

    @property
    def ponding_m(self) -> float:
        """Water level against the surface, m, negative below; -1 where there is none."""
        return -1.0

    def _share(self, dt_s: float) -> float:
        """Share of the excess that drains in a step (kept for the latest step length)."""
        if self._drain[0] != dt_s:
            self._drain = (dt_s, 1.0 - exp(-dt_s / self.tau_s))
        return self._drain[1]


@dataclass(frozen=True, slots=True)
class Layers:
    """The two stores of a soil on one day: depths in m, limits in mm (``easy``: water above ``wp`` below which the crop
    takes less), the rain that the surface lets in, mm/s.
    """

    depth_m: float
    grown_m: float
    wp: float
    fc: float
    sat: float
    easy: float
    below_fc: float
    below_sat: float
    intake_mm_s: float


class SoilGround(Ground):
    """Crop in soil."""

    def __init__(
        self, program: Program, crop: Crop | None, soil: Soil, depth_m: float, planted: date | None
    ) -> None:
        """``depth_m``: where the roots end when grown. Starts at 90 % of field capacity's available water."""
        super().__init__(program, crop, planted)
        self._soil, self._depth_m = soil, depth_m
        self._grown_m = depth_m if crop is None or crop.stages_d is None else min(START_ROOT_M, depth_m)
        self._p = crop.p if crop is not None else 0.5
        start = 1000.0 * (soil.wp + 0.9 * (soil.fc - soil.wp))
        self.root_mm = start * self._grown_m
        self.below_mm = start * (depth_m - self._grown_m)
        self.tau_s = min(48.0, max(1.0, (soil.sat - soil.fc) * 1000.0 * depth_m / soil.ksat_mm_h)) * 3600.0
        self._limits()

    def new_day(self, ordinal: int) -> None:
        """Roots grow into the wet or dry soil below them, or a new planting starts shallow."""
        super().new_day(ordinal)
        if self._crop is None or self._crop.stages_d is None:
            return
        growth = self._crop.stages_d[0] + self._crop.stages_d[1]
        start = min(START_ROOT_M, self._depth_m)
        self._move(start + (self._depth_m - start) * min(1.0, self.age_d / growth))
        self._limits()

    def _move(self, depth_m: float) -> None:
        """Shift the border between the stores; the water stays where it is."""
        if depth_m > self._grown_m:
            moved = self.below_mm * (depth_m - self._grown_m) / (self._depth_m - self._grown_m)
        else:
            moved = -self.root_mm * (self._grown_m - depth_m) / self._grown_m
        self.root_mm += moved
        self.below_mm -= moved
        self._grown_m = depth_m

    def _limits(self) -> None:
        mm = 1000.0 * self._grown_m
        self._wp, self._fc, self._sat = self._soil.wp * mm, self._soil.fc * mm, self._soil.sat * mm
        self._easy = (1.0 - self._p) * (self._fc - self._wp)
        below = 1000.0 * (self._depth_m - self._grown_m)
        self._below_fc, self._below_sat = self._soil.fc * below, self._soil.sat * below
        self._intake_mm_s = self._soil.ksat_mm_h / 3600.0

    @property
    def layers(self) -> Layers:
        """The stores as they are today."""
        return Layers(
            self._depth_m, self._grown_m, self._wp, self._fc, self._sat, self._easy,
            self._below_fc, self._below_sat, self._intake_mm_s,
        )  # fmt: skip

    def step(self, dt_s: float, et0_mm: float, rain_mm: float, gross_mm: float) -> None:
        """Rain and irrigation in, evapotranspiration out, the excess down."""
        account, water = self.account, self.root_mm
        if rain_mm > 0.0 or gross_mm > 0.0:
            net = gross_mm * self.efficiency
            entering = min(min(rain_mm, self._intake_mm_s * dt_s) + net, max(0.0, self._sat - water))
            account.rain += rain_mm
            account.irrigated += gross_mm
            account.lost += gross_mm - net
            account.runoff += rain_mm + net - entering
            water += entering
        if et0_mm > 0.0:
            need = self.kc * et0_mm
            free = water - self._wp
            used = need if free >= self._easy else need * free / self._easy if free > 0.0 else 0.0
            self._use(need, used)
            water -= used
        if water > self._fc:
            drained = (water - self._fc) * self._share(dt_s)
            water -= drained
            self.below_mm += drained
        if self.below_mm > self._below_fc:
            deep = (self.below_mm - self._below_fc) * self._share(dt_s)
            deep = max(deep, self.below_mm - self._below_sat)
            self.below_mm -= deep
            account.drainage += deep
        self.root_mm = water

    @property
    def capacity_mm(self) -> float:
        """Field capacity of the whole profile."""
        return self._fc + self._below_fc

    @property
    def storage_mm(self) -> float:
        """Root zone and the soil below it."""
        return self.root_mm + self.below_mm

    @property
    def vwc(self) -> float:
        """Mean of the root zone."""
        return self.root_mm / (1000.0 * self._grown_m)


class PotGround(Ground):
    """Polybags: a small store that drips at once when it is full. Stress below half of the available water."""

    def __init__(self, program: ContainerProgram, area_m2: float) -> None:
        """Starts full."""
        super().__init__(program, None, None)
        self._full_mm = program.pots * program.pot_volume_l * program.available_share / area_m2
        self._available = program.available_share
        self.water_mm = self._full_mm

    def step(self, dt_s: float, et0_mm: float, rain_mm: float, gross_mm: float) -> None:
        """Rain and irrigation in, use out, the excess through the holes."""
        account, water = self.account, self.water_mm
        if rain_mm > 0.0 or gross_mm > 0.0:
            net = gross_mm * self.efficiency
            account.rain += rain_mm
            account.irrigated += gross_mm
            account.lost += gross_mm - net
            account.runoff += rain_mm * (1.0 - ROUND_POTS)
            water += rain_mm * ROUND_POTS + net
        if et0_mm > 0.0:
            need = self.kc * et0_mm
            half = 0.5 * self._full_mm
            used = min(water, need if water >= half else need * water / half)
            self._use(need, used)
            water -= used
        if water > self._full_mm:
            drained = (water - self._full_mm) * self._share(dt_s)
            drained = max(drained, water - 2.0 * self._full_mm)  # the air space is about as large again
            account.drainage += drained
            water -= drained
        self.water_mm = water

    @property
    def capacity_mm(self) -> float:
        """Available water of full pots."""
        return self._full_mm

    @property
    def storage_mm(self) -> float:
        """Available water in the pots."""
        return self.water_mm

    @property
    def vwc(self) -> float:
        """Of the substrate: 0.10 when nothing is available any more."""
        return 0.10 + self._available * self.water_mm / self._full_mm


class PaddyGround(Ground):
    """Rice: ``water_mm`` above the surface, or (negative) missing below it. The bund spills at 150 mm.

    Below the surface the level falls 1 mm for each ``POROSITY`` mm of water, percolation fades, and rice suffers under -200 mm.
    """

    BUND_MM: Final = 150.0
    POROSITY: Final = 0.25
    DEEPEST_MM: Final = -600.0

    def __init__(self, program: PaddyProgram, crop: Crop) -> None:
        """Starts with 20 mm standing."""
        super().__init__(program, crop, program.planted)
        self.upper_mm = program.upper_mm
        self._lower_mm = program.lower_mm if program.lower_mm > 0.0 else self.POROSITY * program.lower_mm
        self._percolation_mm_s = program.percolation_mm_d / 86400.0
        self.water_mm = 20.0

    @property
    def percolation_mm_s(self) -> float:
        """Loss downwards while water stands, mm/s."""
        return self._percolation_mm_s

    @property
    def _level_mm(self) -> float:
        return self.water_mm if self.water_mm >= 0.0 else self.water_mm / self.POROSITY

    def step(self, dt_s: float, et0_mm: float, rain_mm: float, gross_mm: float) -> None:
        """Rain and irrigation in, crop use and percolation out, the excess over the bund."""
        account, level = self.account, self._level_mm
        if rain_mm > 0.0 or gross_mm > 0.0:
            net = gross_mm * self.efficiency
            account.rain += rain_mm
            account.irrigated += gross_mm
            account.lost += gross_mm - net
            self.water_mm += rain_mm + net
        need = self.kc * et0_mm
        used = need if level > -200.0 else need * max(0.0, 1.0 + (level + 200.0) / 400.0)
        fade = 1.0 if level >= 0.0 else max(0.0, 1.0 - level / self.DEEPEST_MM)
        seeped = self._percolation_mm_s * dt_s * fade
        self._use(need, used)
        account.drainage += seeped
        self.water_mm -= used + seeped
        if self.water_mm > self.BUND_MM:
            account.runoff += self.water_mm - self.BUND_MM
            self.water_mm = self.BUND_MM

    @property
    def capacity_mm(self) -> float:
        """The program's lower level: above it the field is in order, and nobody is paid for ponds on the last day."""
        return self._lower_mm

    @property
    def excess_mm(self) -> float:
        """None: the bund holds it."""
        return 0.0

    @property
    def storage_mm(self) -> float:
        """Standing water (negative: water missing in the soil)."""
        return self.water_mm

    @property
    def vwc(self) -> float:
        """Of the puddled top soil."""
        return max(0.25, 0.54 + min(0.0, self.water_mm) * 0.002)

    @property
    def ponding_m(self) -> float:
        """Water level against the surface, m."""
        return self._level_mm / 1000.0


def _growing(crop: Crop, day: int) -> bool:
    """Whether the crop stands on a day after planting; annual crops are off the field two weeks after their season."""
    return day >= 0 and (crop.cycle != "annual" or crop.season_d is None or day < crop.season_d + HARVEST_D)


def coefficient(crop: Crop, age_d: int) -> float:
    """Kc on a day of the season: FAO-56 equation 66, straight lines between the stages; the middle value without stages."""
    if crop.stages_d is None:
        return crop.kc.mid
    ini, dev, mid, late = crop.stages_d
    if age_d < ini:
        return crop.kc.ini
    if age_d < ini + dev:
        return crop.kc.ini + (crop.kc.mid - crop.kc.ini) * (age_d - ini) / dev
    if age_d < ini + dev + mid or late == 0:
        return crop.kc.mid
    return crop.kc.mid + (crop.kc.end - crop.kc.mid) * min(1.0, (age_d - ini - dev - mid) / late)


def ground_of(program: Program, area_m2: float) -> Ground:
    """The ground under a program. Unknown soils cannot reach here (the site check names them)."""
    book = catalog()
    if isinstance(program, ContainerProgram):
        return PotGround(program, area_m2)
    if isinstance(program, PaddyProgram):
        return PaddyGround(program, book.crop(program.crop))
    if isinstance(program, FieldProgram):
        crop = book.crop(program.crop)
        return SoilGround(
            program, crop, book.soil(program.soil), program.root_depth_m or crop.root_m[0], program.planted
        )
    return SoilGround(program, None, book.soil(DEFAULT_SOIL), 0.4, None)
