"""From one day's totals to 1440 minutes: clouds, showers, temperature, humidity, wind and reference evapotranspiration.

Clouds: a two-state process (sun, cloud) whose spells are mixtures of short and long ones, with first-order noise inside a
spell and brightening at the edges; its parameters were fitted to the one-minute steps, level crossings and spell lengths of
two months in Bangkok (steps: 95 % below 200 W/m2, 99 % below 500; 15 to 40 crossings of 250 to 500 W/m2 a day). A power
transform of the clear-sky index then meets the day's total. Showers: mostly 13:00 to 20:00 solar time, with the sky dark.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, exp, pi, sin
from random import Random

from simulators.sky import MINUTES, SkyDay
from simulators.weather_climate import Daily


@dataclass(frozen=True, slots=True)
class Day:
    """One local day of weather, 1440 values each (not mutated). ``rain_mm`` and ``et0_mm``: per minute.

    ``ghi_w_m2``: global horizontal. ``et0_mm``: FAO-56 grass reference, computed from the other columns.
    """

    ordinal: int
    ghi_w_m2: list[float]
    temp_c: list[float]
    rh_pct: list[float]
    wind_m_s: list[float]
    rain_mm: list[float]
    et0_mm: list[float]


def make_day(row: Daily, sky: SkyDay, seed: int, elevation_m: float) -> Day:
    """The minutes of one day, the same for the same row and seed. Sums of rain (and sunshine and ET0 where the row gives
    them) are met to 0.1 %.
    """
    rng = Random(f"minutes:{seed}:{row.ordinal}")
    clear_mj = sky.clear_mj_m2
    clearness = row.clearness
    if clearness is None:
        radiation = row.srad_mj_m2
        if radiation is None:  # Hargreaves and Samani, FAO-56 equation 50, inland
            radiation = 0.16 * max(0.5, row.tmax_c - row.tmin_c) ** 0.5 * sky.extra_mj_m2
        clearness = radiation / clear_mj if clear_mj > 0.0 else 0.0
    rain, dark = showers(row.rain_mm, rng)
    ghi = _irradiance(min(1.25, max(0.03, clearness)), sky, dark, rng)
    temp = diurnal_temperature(row.tmin_c, row.tmax_c, sky)
    rh = humidity(temp, row.tmin_c - 0.5)
    wind = diurnal_wind(row.wind_m_s, sky)
    et0 = reference_et(ghi, temp, rh, wind, sky, elevation_m)
    if row.et0_mm is not None:
        total = sum(et0)
        et0 = [value * row.et0_mm / total for value in et0] if total > 0.0 else et0
    return Day(row.ordinal, ghi, temp, rh, wind, rain, et0)


# ---------------------------------------------------------------------------------------------------------------- clouds


def _irradiance(clearness: float, sky: SkyDay, dark: list[tuple[int, int]], rng: Random) -> list[float]:
    """Minutes of global horizontal irradiance, W/m2, whose total is ``clearness`` of the cloudless day."""
    first, last = sky.rise, sky.set_
    if last <= first:
        return [0.0] * MINUTES
    index = _clouds(clearness, last - first, rng)
    for begin, end in dark:
        for minute in range(max(begin - 12, first), min(end + 6, last)):
            shade = 0.16 if begin <= minute < end else 0.32
            index[minute - first] = min(index[minute - first], shade)
    clear = sky.clear_w_m2[first:last]
    index = _meet(index, clear, clearness)
    return [0.0] * first + [k * c for k, c in zip(index, clear, strict=True)] + [0.0] * (MINUTES - last)


def _meet(index: list[float], clear: list[float], clearness: float) -> list[float]:
    """Bend the clear-sky indices (k**p, secant steps, then one linear step) until their weighted mean is ``clearness``."""
    weight = sum(clear)
    if weight <= 0.0:
        return index
    for _ in range(4):
        mean = sum([k * c for k, c in zip(index, clear, strict=True)]) / weight
        if abs(mean / clearness - 1.0) < 0.03:
            break
        # The mean index of a mixture reacts to the power more weakly than a constant would: 1.6 damps without hunting.
        power = min(2.5, max(0.4, (clearness / mean) ** (-1.6 if mean < 0.9 else -4.0)))
        index = [k**power for k in index]
    mean = sum([k * c for k, c in zip(index, clear, strict=True)]) / weight
    factor = clearness / mean
    return [min(1.35, k * factor) for k in index]


def _clouds(clearness: float, count: int, rng: Random) -> list[float]:
    """``count`` minutes of clear-sky index around ``clearness``."""
    depth = 0.32 + 0.22 * clearness
    share = min(0.97, max(0.03, (clearness - depth) / (1.0 - depth)))
    cycle = min(150.0, 18.0 * 0.23 / (share * (1.0 - share)))
    gauss, uniform = rng.gauss, rng.random
    values: list[float] = []
    sunny = uniform() < share
    level = depth
    while len(values) < count:
        length = _spell(cycle * (share if sunny else 1.0 - share), rng)
        if sunny:
            values += _sun_spell(length, rng)
        else:
            level = min(0.85, max(0.06, depth + 0.75 * (level - depth) + gauss(0.0, 0.09)))
            values += _cloud_spell(length, level, rng)
        sunny = not sunny
    return values[:count]


def _spell(mean: float, rng: Random) -> int:
    """Minutes of one spell: three quarters are short, the rest carry the mean."""
    if rng.random() < 0.75:
        return 1 + int(rng.expovariate(1.0 / min(3.0, mean)))
    return 1 + int(rng.expovariate(1.0 / max(1.0, 4.0 * mean - 3.0 * min(3.0, mean))))


def _sun_spell(length: int, rng: Random) -> list[float]:
    """Clear sky with slow haze, brighter than clear beside the cloud that has just gone."""
    noise, edge, out = 0.0, 0.04 + 0.14 * rng.random(), []
    entry = rng.random() < 0.45
    gauss = rng.gauss
    for minute in range(length):
        noise = 0.85 * noise + gauss(0.0, 0.025)
        edge *= 0.75
        out.append(0.78 if entry and minute == 0 else 0.99 + noise + edge)
    return out


def _cloud_spell(length: int, level: float, rng: Random) -> list[float]:
    """A passing cloud around ``level``, softly moving."""
    noise, out, gauss = 0.0, [], rng.gauss
    entry = rng.random() < 0.45
    for minute in range(length):
        noise = 0.95 * noise + gauss(0.0, 0.035)
        out.append(0.72 if entry and minute == 0 else max(0.05, level + noise))
    return out


# ---------------------------------------------------------------------------------------------------------------- showers


def showers(total_mm: float, rng: Random) -> tuple[list[float], list[tuple[int, int]]]:
    """Minutes of rain that sum to ``total_mm``, and the (begin, end) minutes of each shower."""
    rain = [0.0] * MINUTES
    if total_mm <= 0.0:
        return rain, []
    spans = []
    weights = [
        rng.expovariate(1.0) for _ in range(1 + (total_mm > 6.0) + (total_mm > 25.0 and rng.random() < 0.7))
    ]
    for weight in weights:
        amount = total_mm * weight / sum(weights)
        begin = int(rng.gauss(16.3, 2.3) * 60.0) if rng.random() < 0.7 else int(rng.uniform(0.0, 23.0) * 60.0)
        length = int(min(300.0, 12.0 + rng.expovariate(1.0 / 30.0) + amount * 1.6))
        begin = min(max(0, begin), MINUTES - length)
        peak = [exp(-3.0 * minute / length) for minute in range(length)]
        scale = amount / sum(peak)
        for minute in range(length):
            rain[begin + minute] += peak[minute] * scale
        spans.append((begin, begin + length))
    return rain, spans


# ---------------------------------------------------------------------------------------------------------------- the air


def diurnal_temperature(tmin_c: float, tmax_c: float, sky: SkyDay) -> list[float]:
    """C: half a sine from the minimum at sunrise to the maximum two hours after noon, then a decay through the night."""
    rise, set_ = (sky.rise, sky.set_) if sky.set_ > sky.rise else (360, 1080)
    span = float(set_ - rise) + 240.0
    swing = tmax_c - tmin_c
    evening = swing * sin(pi * (set_ - rise) / span)
    night = float(MINUTES - (set_ - rise))
    out = []
    for minute in range(MINUTES):
        if rise <= minute < set_:
            out.append(tmin_c + swing * sin(pi * (minute - rise) / span))
        else:
            since = (minute - set_) % MINUTES
            out.append(tmin_c + evening * (exp(-3.0 * since / night) - 0.05 * since / night))
    return out


def saturation_kpa(temp_c: float) -> float:
    """Saturation vapour pressure, kPa (FAO-56 equation 11)."""
    return 0.6108 * exp(17.27 * temp_c / (temp_c + 237.3))


def humidity(temp_c: list[float], dew_c: float) -> list[float]:
    """Relative humidity, percent, of air with a constant dew point (humid climates: a little below the minimum)."""
    vapour = 100.0 * saturation_kpa(dew_c) / 0.6108
    return [min(100.0, vapour * exp(-17.27 * t / (t + 237.3))) for t in temp_c]


def diurnal_wind(mean_m_s: float, sky: SkyDay) -> list[float]:
    """m/s at 2 m: calm nights, most wind after noon; the day's mean is met."""
    noon = 0.5 * (sky.rise + sky.set_) + 60.0
    return [mean_m_s * max(0.3, 1.0 + 0.75 * cos(pi * (minute - noon) / 720.0)) for minute in range(MINUTES)]


def reference_et(
    ghi: list[float], temp: list[float], rh: list[float], wind: list[float], sky: SkyDay, elevation_m: float
) -> list[float]:
    """Grass reference evapotranspiration, mm per minute: FAO-56 equation 53 on each hour's means, spread over its minutes, with
    50 s/m by day and 200 s/m by night (Allen et al. 2006), so that the hours add up to the day.
    """
    pressure = 101.3 * ((293.0 - 0.0065 * elevation_m) / 293.0) ** 5.26
    gamma = 0.000665 * pressure
    clear = sum(sky.clear_w_m2)
    ratio_day = min(1.0, max(0.3, sum(ghi) / clear)) if clear > 0.0 else 0.7
    out: list[float] = []
    for hour in range(0, MINUTES, 60):
        end = hour + 60
        sun = sum(ghi[hour:end]) * 60e-6
        clear_hour = sum(sky.clear_w_m2[hour:end]) * 60e-6
        ratio = min(1.0, max(0.3, sun / clear_hour)) if clear_hour > 0.3 else ratio_day
        means = [sum(column[hour:end]) / 60.0 for column in (temp, rh, wind)]
        rate = _penman_hour(sun, ratio, means[0], means[1], max(0.3, means[2]), gamma) / 60.0
        out += [rate] * 60
    return out


def _penman_hour(sun_mj: float, ratio: float, temp: float, rh: float, wind: float, gamma: float) -> float:
    """mm in one hour, never negative. ``ratio``: sunshine over clear sky."""
    saturated = saturation_kpa(temp)
    actual = saturated * rh / 100.0
    slope = 4098.0 * saturated / (temp + 237.3) ** 2
    kelvin4 = (temp + 273.16) ** 4
    longwave = 2.043e-10 * kelvin4 * (0.34 - 0.14 * actual**0.5) * (1.35 * ratio - 0.35)
    net = 0.77 * sun_mj - longwave
    ground, cd = (0.1 * net, 0.24) if net > 0.0 else (0.5 * net, 0.96)
    drive = 0.408 * slope * (net - ground) + gamma * 37.0 / (temp + 273.0) * wind * (saturated - actual)
    depth: float = drive / (slope + gamma * (1.0 + cd * wind))
    return max(0.0, depth)
