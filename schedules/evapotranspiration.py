"""Reference evapotranspiration ET0 after FAO-56 (Allen, Pereira, Raes and Smith 1998): by day, by hour, and by short step from
whatever sensors a site has; a stated climatology stands in for the others. Units as in ``schedules.meteorology``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from schedules.meteorology import (
    GSC,
    daylight_h,
    earth_sun,
    mean_saturation_kpa,
    pressure_kpa,
    psychrometric,
    ra_daily,
    rn_long,
    rn_long_hourly,
    rn_short,
    rs_clear,
    rs_from_sunshine,
    rs_from_temperature,
    saturation_kpa,
    saturation_slope,
)
from schedules.solar import CLIMATE_CLEARNESS, clear_sky_ghi, cos_zenith

DAY_S = 86400.0
CD_FAO = 0.34
"""Eq. 53 as printed: a surface resistance of 70 s/m in every hour."""

CD_DAY, CD_NIGHT = 0.24, 0.96
"""50 s/m by day, 200 s/m by night, with which the hours add up to the day (Allen et al. 2006, Agricultural Water Management
81:1-22, doi:10.1016/j.agwat.2005.03.007; the short reference of ASCE-EWRI 2005)."""

LOW_SUN = 0.3
"""Cosine of the zenith angle below which Rs/Rso says nothing of clouds (FAO-56 asks for 2-3 h before sunset)."""


def et0_daily(
    tmax_c: float,
    tmin_c: float,
    ea: float,
    rn: float,
    wind_2m: float,
    elevation_m: float,
    soil_heat: float = 0.0,
) -> float:
    """FAO Penman-Monteith, mm/d (Eq. 6). ``rn`` and ``soil_heat`` in MJ/m2/d, ``ea`` in kPa."""
    mean = (tmax_c + tmin_c) / 2.0
    slope, gamma = saturation_slope(mean), psychrometric(pressure_kpa(elevation_m))
    deficit = mean_saturation_kpa(tmax_c, tmin_c) - ea
    top = 0.408 * slope * (rn - soil_heat) + gamma * 900.0 / (mean + 273.0) * wind_2m * deficit
    return top / (slope + gamma * (1.0 + 0.34 * wind_2m))


def et0_hourly(
    temp_c: float,
    ea: float,
    rn: float,
    soil_heat: float,
    wind_2m: float,
    pressure: float,
    cd: float = CD_FAO,
) -> float:
    """FAO Penman-Monteith, mm/h (Eq. 53). ``rn`` and ``soil_heat`` in MJ/m2/h; ``cd``: the surface's resistance (s/m),
    FAO-56's 0.34 or ``CD_DAY`` and ``CD_NIGHT``.
    """
    slope, gamma = saturation_slope(temp_c), psychrometric(pressure)
    top = 0.408 * slope * (rn - soil_heat)
    top += gamma * 37.0 / (temp_c + 273.0) * wind_2m * (saturation_kpa(temp_c) - ea)
    return top / (slope + gamma * (1.0 + cd * wind_2m))


def hargreaves(tmax_c: float, tmin_c: float, ra: float) -> float:
    """Hargreaves, mm/d (Eq. 52): the last resort. It sees neither cloud nor damp: on the daily series of Sitiung, West Sumatra
    (1980-1985) it gives 4.46 mm/d where Penman-Monteith gives 3.30, a third too much. ``et0_day`` needs no more data.
    """
    return 0.0023 * ((tmax_c + tmin_c) / 2.0 + 17.8) * math.sqrt(max(0.0, tmax_c - tmin_c)) * 0.408 * ra


def et0_day(
    tmax_c: float,
    tmin_c: float,
    latitude_deg: float,
    day_of_year: int,
    elevation_m: float = 0.0,
    rs: float | None = None,
    ea: float | None = None,
    wind_2m: float | None = None,
    *,
    sunshine_h: float | None = None,
    k_rs: float = 0.16,
    soil_heat: float = 0.0,
) -> float:
    """Daily ET0, mm/d, with what there is; FAO-56's rules for what there is not, for the humid tropics.

    No humidity: Tdew = Tmin (Eq. 48). No radiation: from hours of sunshine (Eq. 35), else from the range of temperature
    (Eq. 50, ``k_rs`` 0.16 inland, 0.19 coast). No wind: 1 m/s, which fits Sumatra better than FAO's world mean of 2 m/s.
    ``soil_heat``: MJ/m2/d of a monthly mean (Eq. 43, 44). May be negative in frost.
    """
    ra = ra_daily(latitude_deg, day_of_year)
    if rs is None and sunshine_h is not None:
        rs = rs_from_sunshine(sunshine_h, daylight_h(latitude_deg, day_of_year), ra)
    elif rs is None:
        rs = rs_from_temperature(tmax_c, tmin_c, ra, elevation_m, k_rs)
    if ea is None:
        ea = saturation_kpa(tmin_c)
    rn = rn_short(rs) - rn_long(tmax_c, tmin_c, ea, rs, rs_clear(elevation_m, ra))
    return et0_daily(tmax_c, tmin_c, ea, rn, 1.0 if wind_2m is None else wind_2m, elevation_m, soil_heat)


@dataclass(frozen=True, slots=True)
class Climate:
    """What the weather is like when nobody measures it. Monthly means January..December in C; ``wind_m_s`` at 2 m;
    ``clearness``: long-run share of the clear sky's radiation.
    """

    tmax_c: tuple[float, ...]
    tmin_c: tuple[float, ...]
    wind_m_s: float = 1.0
    clearness: float = CLIMATE_CLEARNESS
    source: str = ""


SUMATRA = Climate(
    (29.7, 30.7, 31.5, 31.8, 31.8, 31.8, 31.5, 31.4, 31.2, 31.3, 31.4, 30.4),
    (22.4, 22.4, 22.7, 22.8, 22.9, 22.3, 21.6, 21.8, 21.9, 22.4, 22.3, 22.5),
    source="Sitiung, West Sumatra, 1980-1985, monthly means of daily Tmax and Tmin",
)
"""Default: the nearest long public series; the means along the equator from Sumatra to Kalimantan differ by about 1 C."""


@dataclass(frozen=True, slots=True)
class Atmosphere:
    """The air at the middle of a step. ``at_s``: POSIX seconds; angles in degrees; None: not measured (or not good).

    ``ghi_w_m2``: mean global horizontal irradiance of the step. ``tdew_c`` may be given in place of ``rh_pct``.
    ``evening_share``: Rs/Rso of the last hours with a high sun, which stands for the clouds of the night.
    """

    at_s: float
    latitude_deg: float
    longitude_deg: float
    elevation_m: float = 0.0
    ghi_w_m2: float | None = None
    temp_c: float | None = None
    rh_pct: float | None = None
    wind_m_s: float | None = None
    tdew_c: float | None = None
    climate: Climate = SUMATRA
    evening_share: float | None = None

    @property
    def measured(self) -> bool:
        """Whether the quantity that ET0 hangs on most, the radiation, is measured."""
        return self.ghi_w_m2 is not None


@lru_cache(maxsize=8)
def _month_share(day: int) -> tuple[int, int, float]:
    """Which two monthly means a UTC day lies between, and the share of the second: means belong to mid-months."""
    position = (day - 15.2) % 365.2425 / 365.2425 * 12.0
    first = int(position) % 12
    return first, (first + 1) % 12, position - int(position)


def _extremes(climate: Climate, at_s: float) -> tuple[float, float]:
    """Mean Tmax and Tmin of the time of year, C."""
    a, b, share = _month_share(int(at_s // DAY_S))
    high = climate.tmax_c[a] + share * (climate.tmax_c[b] - climate.tmax_c[a])
    low = climate.tmin_c[a] + share * (climate.tmin_c[b] - climate.tmin_c[a])
    return high, low


def climate_temp(climate: Climate, at_s: float, longitude_deg: float) -> float:
    """Usual air temperature, C: a cosine from Tmin at 5 h to Tmax at 14 h solar time and back."""
    high, low = _extremes(climate, at_s)
    hour = (at_s / 3600.0 + longitude_deg / 15.0) % 24.0
    phase = (hour - 14.0) / 9.0 if 5.0 <= hour <= 14.0 else ((hour - 14.0) % 24.0) / 15.0
    return (high + low) / 2.0 + (high - low) / 2.0 * math.cos(math.pi * phase)


def et0_step(air: Atmosphere, dt_s: float) -> float:
    """ET0 of a step of ``dt_s`` seconds (up to an hour) around ``air.at_s``, mm, >= 0: the hourly equation (Eq. 53) with the
    resistances of day and night, so that the steps add up to the daily equation. It is day while net radiation is positive.

    Missing: irradiance from the clear sky times the climate's clearness; temperature from the climate's daily course;
    humidity from Tdew = Tmin (Eq. 48); wind 1 m/s; clouds at night and at low sun those of ``evening_share``, else the usual
    ones. Dew (a negative result) counts as none.
    """
    climate = air.climate
    cosine = cos_zenith(air.at_s, air.latitude_deg, air.longitude_deg)
    clear = clear_sky_ghi(cosine)
    ghi = air.ghi_w_m2 if air.ghi_w_m2 is not None else climate.clearness * clear
    temp = air.temp_c if air.temp_c is not None else climate_temp(climate, air.at_s, air.longitude_deg)
    if air.tdew_c is not None:
        ea = saturation_kpa(air.tdew_c)
    elif air.rh_pct is not None:
        ea = saturation_kpa(temp) * min(100.0, max(1.0, air.rh_pct)) / 100.0
    else:
        ea = saturation_kpa(min(temp, _extremes(climate, air.at_s)[1]))
    share = clear_share(air) if air.measured else None
    if share is None:
        share = climate.clearness if air.evening_share is None else air.evening_share
    rn = rn_short(max(0.0, ghi) * 0.0036) - rn_long_hourly(temp, ea, share)
    heat, cd = (0.1 * rn, CD_DAY) if rn > 0.0 else (0.5 * rn, CD_NIGHT)  # FAO-56 Eq. 45, 46
    wind = climate.wind_m_s if air.wind_m_s is None else max(0.0, air.wind_m_s)
    rate = et0_hourly(temp, ea, rn, heat, wind, pressure_kpa(air.elevation_m), cd)
    return max(0.0, rate) * dt_s / 3600.0


def clear_share(air: Atmosphere) -> float | None:
    """Rs/Rso at this moment (Eq. 37), >= 0; None while the sun is too low to tell or its light is not measured."""
    cosine = cos_zenith(air.at_s, air.latitude_deg, air.longitude_deg)
    if cosine <= LOW_SUN or air.ghi_w_m2 is None:
        return None
    ra = 60.0 * GSC * earth_sun(_day_of_year(air.at_s)) * cosine
    return max(0.0, air.ghi_w_m2) * 0.0036 / rs_clear(air.elevation_m, ra)


def _day_of_year(at_s: float) -> int:
    """1..366, of the UTC day; the distance of the sun knows no time zone."""
    return int((at_s / DAY_S) % 365.2425) + 1
