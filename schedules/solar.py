"""Where the sun stands, how bright a clear sky is, and what a PV array makes of it. Plain Python, cheap enough per minute."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

DAY_S = 86400.0
SOLAR_CONSTANT_W_M2 = 1361.0

CLIMATE_CLEARNESS = 0.63
"""Long-run share of the Haurwitz clear sky at the site: about 1,700 kWh/m2 a year (Global Solar Atlas) of 2,672."""

RELAX_S = 6 * 3600.0
"""How fast the clearness of now fades into the long-run one in a forecast. Persistence of the clear-sky index has an error of
32 % after 15 minutes and 51 % after two hours (one-minute data, Bangkok), so tomorrow knows nothing of this cloud."""


LOW_COSINE = math.sin(math.radians(10.0))
"""Cosine of the zenith angle of a sun 10 degrees high: below it neither brightness nor silence says anything."""


class Sun(NamedTuple):
    """True (unrefracted) elevation above the horizon and azimuth from north over east, degrees."""

    elevation_deg: float
    azimuth_deg: float


class _Day(NamedTuple):
    """Declination (rad) and equation of time (s) at the start of a UTC day, and their change until the next."""

    declination: float
    declination_step: float
    equation_s: float
    equation_step: float


def ephemeris(day: float) -> tuple[float, float]:
    """Declination (rad) and equation of time (s) at ``day`` days after 1970-01-01 00:00 UTC.

    NOAA's solar calculator (Meeus, Astronomical Algorithms, ch. 25 and 28); good to about 0.01 degrees from 1950 to 2050.
    """
    t = (day - 10957.5) / 36525.0  # Julian centuries since J2000.0 (2000-01-01 12:00)
    mean_long = math.radians((280.46646 + t * (36000.76983 + t * 0.0003032)) % 360.0)
    anomaly = math.radians(357.52911 + t * (35999.05029 - 0.0001537 * t))
    eccentricity = 0.016708634 - t * (0.000042037 + 0.0000001267 * t)
    centre = (
        math.sin(anomaly) * (1.914602 - t * (0.004817 + 0.000014 * t))
        + math.sin(2 * anomaly) * (0.019993 - 0.000101 * t)
        + math.sin(3 * anomaly) * 0.000289
    )
    node = math.radians(125.04 - 1934.136 * t)
    longitude = mean_long + math.radians(centre - 0.00569 - 0.00478 * math.sin(node))
    seconds = 21.448 - t * (46.815 + t * (0.00059 - t * 0.001813))
    obliquity = math.radians(23.0 + (26.0 + seconds / 60.0) / 60.0 + 0.00256 * math.cos(node))
    declination = math.asin(math.sin(obliquity) * math.sin(longitude))
    y = math.tan(obliquity / 2.0) ** 2
    equation = (
        y * math.sin(2 * mean_long)
        - 2 * eccentricity * math.sin(anomaly)
        + 4 * eccentricity * y * math.sin(anomaly) * math.cos(2 * mean_long)
        - 0.5 * y * y * math.sin(4 * mean_long)
        - 1.25 * eccentricity**2 * math.sin(2 * anomaly)
    )
    return declination, math.degrees(equation) * 240.0


@lru_cache(maxsize=8)
def _day(number: int) -> _Day:
    """The day's ephemeris; linear within it (the error of that is below 0.001 degrees)."""
    d0, e0 = ephemeris(float(number))
    d1, e1 = ephemeris(number + 1.0)
    return _Day(d0, d1 - d0, e0, e1 - e0)


def _angles(epoch_s: float, longitude_deg: float) -> tuple[float, float]:
    """Declination and hour angle (0 at solar noon, positive in the afternoon), rad."""
    number, second = divmod(epoch_s, DAY_S)
    day = _day(int(number))
    part = second / DAY_S
    solar_s = second + day.equation_s + part * day.equation_step + longitude_deg * 240.0
    return day.declination + part * day.declination_step, math.radians(solar_s / 240.0 - 180.0)


@lru_cache(maxsize=1024)
def cos_zenith(epoch_s: float, latitude_deg: float, longitude_deg: float) -> float:
    """Cosine of the sun's zenith angle, -1..1; negative below the horizon. POSIX seconds; degrees, north and east +."""
    declination, hour = _angles(epoch_s, longitude_deg)
    latitude = math.radians(latitude_deg)
    return math.sin(latitude) * math.sin(declination) + math.cos(latitude) * math.cos(declination) * math.cos(
        hour
    )


@lru_cache(maxsize=1024)
def sun_position(epoch_s: float, latitude_deg: float, longitude_deg: float) -> Sun:
    """Where the sun stands; within 0.02 degrees of the NREL algorithm (SPA) as pvlib has it."""
    declination, hour = _angles(epoch_s, longitude_deg)
    latitude = math.radians(latitude_deg)
    up = math.sin(latitude) * math.sin(declination) + math.cos(latitude) * math.cos(declination) * math.cos(
        hour
    )
    east = -math.cos(declination) * math.sin(hour)
    north = math.cos(latitude) * math.sin(declination) - math.sin(latitude) * math.cos(
        declination
    ) * math.cos(hour)
    azimuth = math.degrees(math.atan2(east, north)) % 360.0
    return Sun(math.degrees(math.asin(max(-1.0, min(1.0, up)))), azimuth)


def sunrise_sunset(epoch_s: float, latitude_deg: float, longitude_deg: float) -> tuple[float, float] | None:
    """Sunrise and sunset (upper limb, standard refraction: -0.833 degrees) of the solar day that holds ``epoch_s``, POSIX
    seconds, within about a minute; None in polar day or night.
    """
    _, hour = _angles(epoch_s, longitude_deg)
    hour = (hour + math.pi) % (2 * math.pi) - math.pi
    noon = epoch_s - math.degrees(hour) * 240.0
    latitude = math.radians(latitude_deg)
    found = []
    for sign in (-1.0, 1.0):
        at = noon
        for _ in range(3):
            declination, _hour = _angles(at, longitude_deg)
            cosine = (math.sin(math.radians(-0.833)) - math.sin(latitude) * math.sin(declination)) / (
                math.cos(latitude) * math.cos(declination)
            )
            if not -1.0 <= cosine <= 1.0:
                return None
            at = noon + sign * math.degrees(math.acos(cosine)) * 240.0
        found.append(at)
    return found[0], found[1]


def is_low(epoch_s: float, latitude_deg: float, longitude_deg: float) -> bool:
    """Whether the sun is down or lower than 10 degrees: under clouds panels may give an inverter too little to be awake."""
    return cos_zenith(epoch_s, latitude_deg, longitude_deg) < LOW_COSINE


def clear_sky_ghi(cosine: float) -> float:
    """Global horizontal irradiance of a clear sky, W/m2: 1098 cos(z) exp(-0.059 / cos(z)) (Haurwitz 1945); 0 at night."""
    return 1098.0 * cosine * math.exp(-0.059 / cosine) if cosine > 0.0 else 0.0


def diffuse_share(ghi: float, cosine: float) -> float:
    """Share of diffuse light in global light by the clearness index (Erbs, Klein and Duffie 1982), 0..1."""
    if cosine <= 0.02 or ghi <= 0.0:
        return 1.0
    kt = min(1.0, ghi / (SOLAR_CONSTANT_W_M2 * cosine))
    if kt <= 0.22:
        return 1.0 - 0.09 * kt
    if kt <= 0.80:
        return 0.9511 - 0.1604 * kt + 4.388 * kt**2 - 16.638 * kt**3 + 12.336 * kt**4
    return 0.165


def plane_irradiance(ghi: float, sun: Sun, tilt_deg: float, azimuth_deg: float, albedo: float = 0.2) -> float:
    """Irradiance on a tilted plane, W/m2, from global horizontal: isotropic sky (Liu and Jordan), beam by geometry."""
    if tilt_deg == 0.0 or ghi <= 0.0:
        return max(0.0, ghi)
    tilt = math.radians(tilt_deg)
    height = math.radians(sun.elevation_deg)
    cosine = math.sin(height)
    diffuse = ghi * diffuse_share(ghi, cosine)
    facing = math.cos(tilt) * cosine + math.sin(tilt) * math.cos(height) * math.cos(
        math.radians(sun.azimuth_deg - azimuth_deg)
    )
    beam = (ghi - diffuse) * max(0.0, facing) / max(0.02, cosine)
    sky, ground = (1.0 + math.cos(tilt)) / 2.0, (1.0 - math.cos(tilt)) / 2.0
    return beam + diffuse * sky + ghi * albedo * ground


def cell_temperature(poa_w_m2: float, temp_air_c: float, wind_m_s: float = 1.0) -> float:
    """Cell temperature, C: Sandia model, open rack, glass and polymer (a -3.56, b -0.075, dT 3 K; King et al. 2004)."""
    return temp_air_c + poa_w_m2 * (math.exp(-3.56 - 0.075 * wind_m_s) + 0.003)


def array_power(
    pv_kwp: float, poa_w_m2: float, temp_cell_c: float, gamma_per_c: float = -0.0037, losses: float = 0.1408
) -> float:
    """DC power, W, after losses (PVWatts: Dobos 2014, 14.08 % by default)."""
    power = 1000.0 * pv_kwp * poa_w_m2 / 1000.0 * (1.0 + gamma_per_c * (temp_cell_c - 25.0)) * (1.0 - losses)
    return max(0.0, power)


@dataclass(frozen=True, slots=True)
class Array:
    """A PV array at a place. Angles in degrees (azimuth from north over east); ``limit_w``: the inverter's limit, None: none.

    ``efficiency``: inverter and wiring after the ``losses`` of PVWatts; ``gamma_per_c``: power per degree of cell temperature.
    """

    latitude_deg: float
    longitude_deg: float
    pv_kwp: float
    tilt_deg: float = 10.0
    azimuth_deg: float = 0.0
    losses: float = 0.1408
    efficiency: float = 0.96
    gamma_per_c: float = -0.0037
    limit_w: float | None = None

    def power_w(
        self, epoch_s: float, ghi_w_m2: float, temp_air_c: float = 30.0, wind_m_s: float = 1.0
    ) -> float:
        """AC power, W, at a moment with this global horizontal irradiance."""
        if ghi_w_m2 <= 0.0:
            return 0.0
        poa = ghi_w_m2
        if self.tilt_deg:
            sun = sun_position(epoch_s, self.latitude_deg, self.longitude_deg)
            poa = plane_irradiance(ghi_w_m2, sun, self.tilt_deg, self.azimuth_deg)
        cell = cell_temperature(poa, temp_air_c, wind_m_s)
        power = array_power(self.pv_kwp, poa, cell, self.gamma_per_c, self.losses) * self.efficiency
        return power if self.limit_w is None else min(power, self.limit_w)
