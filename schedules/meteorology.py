"""Pressure, vapour, sun and net radiation after FAO Irrigation and Drainage Paper 56 (Allen et al. 1998).

Units in the formulas are FAO's: C, kPa, MJ/m2 per day or hour, m/s at 2 m, mm; angles in rad inside, degrees outside.
"""

from __future__ import annotations

import math

GSC = 0.0820
"""Solar constant, MJ/m2/min."""

SIGMA_DAY = 4.903e-9
"""Stefan-Boltzmann constant, MJ/K4/m2/d."""

SIGMA_HOUR = SIGMA_DAY / 24.0

ALBEDO = 0.23
"""Of the reference grass."""


def pressure_kpa(elevation_m: float) -> float:
    """Air pressure, kPa (Eq. 7)."""
    return 101.3 * float(((293.0 - 0.0065 * elevation_m) / 293.0) ** 5.26)


def psychrometric(pressure: float) -> float:
    """Psychrometric constant, kPa/C (Eq. 8)."""
    return 0.000665 * pressure


def saturation_kpa(temp_c: float) -> float:
    """Saturation vapour pressure e0(T), kPa (Eq. 11)."""
    return 0.6108 * math.exp(17.27 * temp_c / (temp_c + 237.3))


def mean_saturation_kpa(tmax_c: float, tmin_c: float) -> float:
    """es: the mean of e0 at Tmax and at Tmin, not e0 of the mean (Eq. 12)."""
    return (saturation_kpa(tmax_c) + saturation_kpa(tmin_c)) / 2.0


def saturation_slope(temp_c: float) -> float:
    """Slope of the saturation curve, kPa/C (Eq. 13)."""
    return 4098.0 * saturation_kpa(temp_c) / (temp_c + 237.3) ** 2


def vapour_from_dewpoint(tdew_c: float) -> float:
    """ea from the dew point (Eq. 14); in humid climates Tmin stands in for it (Eq. 48)."""
    return saturation_kpa(tdew_c)


def vapour_from_psychrometer(twet_c: float, tdry_c: float, pressure: float, a: float = 0.000662) -> float:
    """ea from a psychrometer (Eq. 15); ``a``: 0.000662 ventilated, 0.0008 natural, 0.0012 indoor (Eq. 16)."""
    return saturation_kpa(twet_c) - a * pressure * (tdry_c - twet_c)


def vapour_from_rh(tmax_c: float, tmin_c: float, rh_max_pct: float, rh_min_pct: float) -> float:
    """ea from the extremes of relative humidity (Eq. 17)."""
    return (saturation_kpa(tmin_c) * rh_max_pct + saturation_kpa(tmax_c) * rh_min_pct) / 200.0


def vapour_from_mean_rh(tmax_c: float, tmin_c: float, rh_mean_pct: float) -> float:
    """ea from mean relative humidity (Eq. 19)."""
    return rh_mean_pct / 100.0 * mean_saturation_kpa(tmax_c, tmin_c)


def earth_sun(day_of_year: int) -> float:
    """Inverse relative distance Earth-Sun dr (Eq. 23)."""
    return 1.0 + 0.033 * math.cos(2.0 * math.pi * day_of_year / 365.0)


def declination(day_of_year: int) -> float:
    """Solar declination, rad (Eq. 24)."""
    return 0.409 * math.sin(2.0 * math.pi * day_of_year / 365.0 - 1.39)


def sunset_angle(latitude_deg: float, day_of_year: int) -> float:
    """Sunset hour angle, rad, 0 (polar night) .. pi (polar day) (Eq. 25)."""
    cosine = -math.tan(math.radians(latitude_deg)) * math.tan(declination(day_of_year))
    return math.acos(min(1.0, max(-1.0, cosine)))


def daylight_h(latitude_deg: float, day_of_year: int) -> float:
    """Daylight hours N (Eq. 34)."""
    return 24.0 / math.pi * sunset_angle(latitude_deg, day_of_year)


def ra_daily(latitude_deg: float, day_of_year: int) -> float:
    """Extraterrestrial radiation of a day, MJ/m2/d (Eq. 21)."""
    phi, delta = math.radians(latitude_deg), declination(day_of_year)
    ws = sunset_angle(latitude_deg, day_of_year)
    gain = ws * math.sin(phi) * math.sin(delta) + math.cos(phi) * math.cos(delta) * math.sin(ws)
    return 24.0 * 60.0 / math.pi * GSC * earth_sun(day_of_year) * gain


def solar_time_angle(
    day_of_year: int, midpoint_h: float, longitude_west_deg: float, zone_west_deg: float
) -> float:
    """Solar time angle at the middle of a period, rad (Eq. 31-33). Longitudes in degrees west of Greenwich, clock in hours."""
    b = 2.0 * math.pi * (day_of_year - 81) / 364.0
    correction = 0.1645 * math.sin(2.0 * b) - 0.1255 * math.cos(b) - 0.025 * math.sin(b)
    return math.pi / 12.0 * (midpoint_h + 0.06667 * (zone_west_deg - longitude_west_deg) + correction - 12.0)


def ra_period(latitude_deg: float, day_of_year: int, middle_angle: float, hours: float = 1.0) -> float:
    """Extraterrestrial radiation of a period of ``hours`` around a solar time angle (rad), MJ/m2 per period (Eq. 28-30).

    The part before sunrise and after sunset counts nothing. Angles beyond a half turn (a clock of another zone) are turned back.
    """
    middle_angle = (middle_angle + math.pi) % (2.0 * math.pi) - math.pi
    phi, delta = math.radians(latitude_deg), declination(day_of_year)
    ws = sunset_angle(latitude_deg, day_of_year)
    first = max(-ws, middle_angle - math.pi * hours / 24.0)
    last = min(ws, middle_angle + math.pi * hours / 24.0)
    if last <= first:
        return 0.0
    gain = (last - first) * math.sin(phi) * math.sin(delta)
    gain += math.cos(phi) * math.cos(delta) * (math.sin(last) - math.sin(first))
    return max(0.0, 12.0 * 60.0 / math.pi * GSC * earth_sun(day_of_year) * gain)


def rs_from_sunshine(sunshine_h: float, day_length_h: float, ra: float) -> float:
    """Solar radiation from hours of sunshine (Angstrom, a 0.25, b 0.50) (Eq. 35)."""
    return (0.25 + 0.50 * sunshine_h / day_length_h) * ra


def rs_clear(elevation_m: float, ra: float) -> float:
    """Clear-sky radiation Rso (Eq. 37)."""
    return (0.75 + 2e-5 * elevation_m) * ra


def rs_from_temperature(
    tmax_c: float, tmin_c: float, ra: float, elevation_m: float = 0.0, k_rs: float = 0.16
) -> float:
    """Solar radiation from the daily range of temperature (Eq. 50), capped at Rso. ``k_rs``: 0.16 inland, 0.19 coast."""
    return min(rs_clear(elevation_m, ra), k_rs * math.sqrt(max(0.0, tmax_c - tmin_c)) * ra)


def rn_short(rs: float) -> float:
    """Net shortwave radiation (Eq. 38)."""
    return (1.0 - ALBEDO) * rs


def cloud_factor(rs: float, rso: float) -> float:
    """1.35 Rs/Rso - 0.35 with Rs/Rso limited to 0.3..1 (part of Eq. 39).

    The lower limit is that of ASCE-EWRI (2005): Eq. 35 never gives less than a third, and a gauge that does would let the sky
    warm the ground.
    """
    return 1.35 * min(1.0, max(0.3, rs / rso)) - 0.35 if rso > 0.0 else 0.05


def rn_long(tmax_c: float, tmin_c: float, ea: float, rs: float, rso: float) -> float:
    """Net longwave radiation of a day, MJ/m2/d, positive upwards (Eq. 39)."""
    kelvin = ((tmax_c + 273.16) ** 4 + (tmin_c + 273.16) ** 4) / 2.0
    return SIGMA_DAY * kelvin * (0.34 - 0.14 * math.sqrt(ea)) * cloud_factor(rs, rso)


def rn_long_hourly(temp_c: float, ea: float, clear_share: float) -> float:
    """Net longwave radiation of an hour, MJ/m2/h (Eq. 39 with sigma/24); ``clear_share``: Rs/Rso, by night that of the evening."""
    return (
        SIGMA_HOUR * (temp_c + 273.16) ** 4 * (0.34 - 0.14 * math.sqrt(ea)) * cloud_factor(clear_share, 1.0)
    )


def soil_heat_month(temp_before_c: float, temp_c: float) -> float:
    """Soil heat flux of a month whose successor is not known yet, MJ/m2/d (Eq. 44). Of a day or ten days it is 0 (Eq. 42)."""
    return 0.14 * (temp_c - temp_before_c)


def soil_heat_month_known(temp_before_c: float, temp_after_c: float) -> float:
    """Soil heat flux of a month, MJ/m2/d (Eq. 43)."""
    return 0.07 * (temp_after_c - temp_before_c)


def wind_at_2m(wind_m_s: float, height_m: float) -> float:
    """Wind at 2 m from another height over grass, m/s (Eq. 47). ``height_m`` from 0.2 m; raises ValueError below that."""
    if height_m < 0.2:
        raise ValueError("the wind profile begins at 0.2 m")
    return wind_m_s * 4.87 / math.log(67.8 * height_m - 5.42)
