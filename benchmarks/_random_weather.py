"""Random days and hours of four climates, and what two independent programs (refet, pyfao56) make of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import numpy as np
import refet
from pyfao56.refet import ascedaily

from schedules import meteorology as met
from schedules.evapotranspiration import CD_DAY, CD_NIGHT, Atmosphere, et0_day, et0_hourly, et0_step
from schedules.solar import cos_zenith

MID_YEAR_S = 1_767_225_600.0
"""2026-01-01 00:00 UTC."""


@dataclass(frozen=True)
class Climate:
    """Ranges to draw from: |latitude|, elevation, Tmin, Tmax - Tmin, Tmin - Tdew, Rs/Ra, wind at 2 m."""

    latitude: tuple[float, float]
    elevation_m: tuple[float, float]
    tmin_c: tuple[float, float]
    range_c: tuple[float, float]
    dry_c: tuple[float, float]
    rs_share: tuple[float, float]
    wind_m_s: tuple[float, float]


CLIMATES = {
    "arid": Climate((15, 35), (0, 1200), (8, 28), (12, 22), (2, 18), (0.45, 0.80), (0.8, 6.0)),
    "temperate": Climate((40, 60), (0, 800), (-5, 16), (4, 15), (-1, 4), (0.12, 0.75), (0.5, 6.0)),
    "humid tropic": Climate((0, 12), (0, 700), (19, 26), (4, 13), (-1, 2), (0.12, 0.72), (0.2, 2.5)),
    "highland": Climate((0, 30), (1500, 3800), (-4, 14), (6, 20), (0, 8), (0.25, 0.82), (0.3, 5.0)),
}


@dataclass(frozen=True)
class Day:
    """One day: degrees, m, C, kPa, MJ/m2/d, m/s."""

    latitude: float
    elevation_m: float
    day: int
    tmax_c: float
    tmin_c: float
    ea: float
    rs: float
    wind: float

    def ours(self) -> float:
        """ET0 as shipped, mm/d."""
        place = (self.latitude, self.day, self.elevation_m)
        return et0_day(self.tmax_c, self.tmin_c, *place, rs=self.rs, ea=self.ea, wind_2m=self.wind)

    def pyfao56(self) -> float:
        """ET0 of pyfao56 (short reference), mm/d."""
        place = (self.elevation_m, self.latitude, self.day)
        found: float = ascedaily(
            "S", *place, self.rs, self.tmax_c, self.tmin_c, vapr=self.ea, wndsp=self.wind
        )
        return found


def days(climate: Climate, count: int, seed: int) -> Iterator[Day]:
    """Random days of one climate, on both hemispheres."""
    dice = Random(seed)
    for _ in range(count):
        latitude = dice.choice((-1, 1)) * dice.uniform(*climate.latitude)
        day, low = dice.randint(1, 365), dice.uniform(*climate.tmin_c)
        high, dew = low + dice.uniform(*climate.range_c), low - dice.uniform(*climate.dry_c)
        rs = dice.uniform(*climate.rs_share) * met.ra_daily(latitude, day)
        wind, elevation = dice.uniform(*climate.wind_m_s), dice.uniform(*climate.elevation_m)
        yield Day(latitude, elevation, day, high, low, met.saturation_kpa(dew), rs, wind)


def of_refet(found: list[Day]) -> list[float]:
    """Daily ET0 of refet (short reference, simple clear sky), mm/d."""
    field = {name: np.array([getattr(day, name) for day in found]) for name in Day.__dataclass_fields__}
    told = refet.Daily(
        tmin=field["tmin_c"], tmax=field["tmax_c"], rs=field["rs"], uz=field["wind"], zw=2.0, ea=field["ea"],
        elev=field["elevation_m"], lat=field["latitude"], doy=field["day"], method="asce",
    )  # fmt: skip
    return [float(value) for value in told.eto()]


def hours(count: int, seed: int) -> Iterator[tuple[Atmosphere, int, int, float]]:
    """Random hours of all climates: the air in the middle of the hour, day of year and hour (UTC), and ea (kPa)."""
    dice = Random(seed)
    for number in range(count):
        climate = list(CLIMATES.values())[number % len(CLIMATES)]
        latitude = dice.choice((-1, 1)) * dice.uniform(*climate.latitude)
        day, hour, longitude = dice.randint(1, 365), dice.randint(0, 23), dice.uniform(-170.0, 170.0)
        at_s = MID_YEAR_S + (day - 1) * 86400.0 + (hour + 0.5) * 3600.0
        temp = dice.uniform(*climate.tmin_c) + dice.random() * dice.uniform(*climate.range_c)
        dew = temp - dice.uniform(0.3, 15.0)
        cosine = cos_zenith(at_s, latitude, longitude)
        ghi = dice.uniform(0.1, 0.8) * 1361.0 * max(0.0, cosine)
        elevation, wind = dice.uniform(*climate.elevation_m), dice.uniform(*climate.wind_m_s)
        air = Atmosphere(at_s, latitude, longitude, elevation, ghi, temp, None, wind, dew, evening_share=1.0)
        yield air, day, hour, met.saturation_kpa(dew)


def high_sun(air: Atmosphere) -> bool:
    """Whether refet asks this hour for its clouds: the sun 0.3 rad high when it begins. It takes any other hour for clear."""
    return cos_zenith(air.at_s - 1800.0, air.latitude_deg, air.longitude_deg) >= math.sin(0.3)


def hour_of_refet(air: Atmosphere, day: int, hour: int, ea: float) -> float:
    """ET0 of an hour by refet (ASCE short reference), mm, not below 0 as ours is not."""
    ghi = air.ghi_w_m2 or 0.0
    told = refet.Hourly(
        tmean=air.temp_c, rs=ghi * 0.0036, uz=air.wind_m_s, zw=2.0, elev=air.elevation_m, lat=air.latitude_deg,
        lon=air.longitude_deg, doy=day, time=hour, ea=ea, method="asce",
    )  # fmt: skip
    return max(0.0, float(told.eto()[0]))


def hour_of_terms(air: Atmosphere, day: int, hour: int, ea: float) -> float:
    """The same hour from our terms alone, with FAO-56's sun (Eq. 28 to 33) in place of the accurate one, mm."""
    temp, wind, ghi = air.temp_c or 0.0, air.wind_m_s or 0.0, air.ghi_w_m2 or 0.0
    angle = met.solar_time_angle(day, hour + 0.5, -air.longitude_deg, 0.0)
    rso = met.rs_clear(air.elevation_m, met.ra_period(air.latitude_deg, day, angle))
    rs = ghi * 0.0036
    rn = met.rn_short(rs) - met.rn_long_hourly(temp, ea, rs / rso if high_sun(air) else 1.0)
    heat, cd = (0.1 * rn, CD_DAY) if rn > 0.0 else (0.5 * rn, CD_NIGHT)
    return max(0.0, et0_hourly(temp, ea, rn, heat, wind, met.pressure_kpa(air.elevation_m), cd))


def hour_as_shipped(air: Atmosphere) -> float:
    """The hour as the controller reckons it, mm."""
    return et0_step(air, 3600.0)


def rmse(pairs: list[tuple[float, float]]) -> float:
    """Root of the mean squared difference."""
    return math.sqrt(sum((a - b) ** 2 for a, b in pairs) / len(pairs))
