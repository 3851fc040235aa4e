"""How exact the agronomy is: FAO-56's examples, two independent programs, a measured season of soil water, and the sun's place.

Deterministic, so one run each. Figures that need `../shared/data` are left out, with a word, where that is absent.
"""

from __future__ import annotations

import csv
import json
import math
import sys
from datetime import date
from pathlib import Path

import pandas as pd
from pvlib import solarposition

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import _random_weather as random
from benchmarks._fao56 import compared
from benchmarks._figures import figure, say
from benchmarks._greeley import depletions
from schedules import meteorology as met
from schedules.evapotranspiration import et0_day, hargreaves
from schedules.solar import Sun, sun_position
from simulators.sky import Sky

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
DAYS = 1500
HOURS = 6000
PLACES = {"3.75 S": (-3.75, 103.8, 7.0), "13.7 N": (13.7, 100.5, 7.0), "50.8 N": (50.8, 4.35, 1.0)}
SITIUNG = (-2.0, 140.0)
"""Sitiung, West Sumatra: latitude, elevation in m."""


def main() -> None:
    """All of it, in a few seconds."""
    _examples(DATA / "fao56_examples.json")
    _daily()
    _hourly()
    _without_sensors(DATA / "weather" / "sitiung_sumatra_daily_1980_1985.csv")
    _soil_water(DATA / "weather" / "greeley_maize_2023_daily_soilwater.csv")
    _sun()


def _there(path: Path) -> bool:
    if not path.exists():
        say(f"left out: no {path.name} beside this checkout")
    return path.exists()


def _examples(path: Path) -> None:
    if not _there(path):
        return
    rows = list(compared(json.loads(path.read_text("utf-8"))["cases"]))
    worst = max(rows, key=lambda row: abs(row[1] - row[2]) / row[3])
    say(f"worst of FAO-56's examples: {worst[0]}: {worst[1]:.4f}, published {worst[2]:g} +- {worst[3]:g}")
    figure("FAO-56 examples: numbers compared", len(rows), "", 40, "more")
    figure("FAO-56 examples: worst share of its tolerance", abs(worst[1] - worst[2]) / worst[3], "", 1.0)


def _daily() -> None:
    """Each climate against refet and pyfao56; `DAYS` random days each."""
    for name, climate in random.CLIMATES.items():
        days = list(random.days(climate, DAYS, 56))
        ours = [day.ours() for day in days]
        theirs = {"refet": random.of_refet(days), "pyfao56": [day.pyfao56() for day in days]}
        for who, values in theirs.items():
            off = random.rmse(list(zip(ours, values, strict=True)))
            figure(f"ET0 of {DAYS} days, {name}, against {who}: RMSE", off, "mm/d", 0.01)


def _hourly() -> None:
    hours = list(random.hours(HOURS, 56))
    theirs = [random.hour_of_refet(*hour) for hour in hours]
    terms = [random.hour_of_terms(*hour) for hour in hours]
    figure(
        f"ET0 of {HOURS} hours, its terms against refet: RMSE",
        random.rmse(list(zip(terms, theirs, strict=True))),
        "mm/h",
        0.01,
    )
    high = [
        (random.hour_as_shipped(hour[0]), told)
        for hour, told in zip(hours, theirs, strict=True)
        if random.high_sun(hour[0])
    ]
    figure(f"ET0 of {len(high)} hours with a high sun, as shipped: RMSE", random.rmse(high), "mm/h", 0.01)


def _without_sensors(path: Path) -> None:
    """What the missing-data rules and Hargreaves make of the nearest long series, which has neither humidity nor wind."""
    if not _there(path):
        return
    full, warm, crude = [], [], []
    with path.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            low, high = float(row["tmin_c"] or "nan"), float(row["tmax_c"] or "nan")
            rs, day = float(row["srad_mj_m2"] or "nan"), date.fromisoformat(row["date"]).timetuple().tm_yday
            if not (high < 45.0 and rs > 2.0 and low < high):
                continue  # impossible values stand in the source
            place = (SITIUNG[0], day, SITIUNG[1])
            full.append(et0_day(high, low, *place, rs=rs))
            warm.append(et0_day(high, low, *place))
            crude.append(hargreaves(high, low, met.ra_daily(SITIUNG[0], day)))
    mean = sum(full) / len(full)
    figure("Sitiung 1980-85: Penman-Monteith with Tdew = Tmin, u2 = 1", mean, "mm/d")
    figure(
        "Sitiung 1980-85: the same, Rs from temperature, times that", sum(warm) / len(warm) / mean, "times"
    )
    figure("Sitiung 1980-85: Hargreaves, times that", sum(crude) / len(crude) / mean, "times")


def _soil_water(path: Path) -> None:
    if not _there(path):
        return
    pairs = depletions(path)
    figure(f"Greeley 2023: depletion on {len(pairs)} measured days: RMSE", random.rmse(pairs), "mm", 13.0)
    figure(
        "Greeley 2023: depletion: bias", sum(ours - measured for measured, ours in pairs) / len(pairs), "mm"
    )


def _sun() -> None:
    """Every 13 minutes of a year, in the middle of a minute."""
    times = pd.date_range("2026-01-01 00:00:30", "2026-12-31 23:59:30", freq="13min", tz="UTC")
    for name, (latitude, longitude, hours) in PLACES.items():
        theirs = solarposition.spa_python(times, latitude, longitude)
        sky = Sky(latitude, longitude, hours * 3600.0)
        planner, world = 0.0, 0.0
        for at, elevation, azimuth in zip(times, theirs["elevation"], theirs["azimuth"], strict=True):
            real = _vector(Sun(elevation, azimuth))
            second = at.timestamp()
            planner = max(planner, _apart(_vector(sun_position(second, latitude, longitude)), real))
            world = max(world, _apart(_simulated(sky, second), real))
        figure(f"sun at {name}, a year against pvlib: worst", planner, "degrees", 0.03)
        figure(f"simulated sun at {name}: worst", world, "degrees", 0.03)


Vector = tuple[float, float, float]


def _vector(sun: Sun) -> Vector:
    height, turn = math.radians(sun.elevation_deg), math.radians(sun.azimuth_deg)
    return math.cos(height) * math.sin(turn), math.cos(height) * math.cos(turn), math.sin(height)


def _simulated(sky: Sky, second: float) -> Vector:
    day = sky.day(sky.ordinal(second))
    minute = int((second - sky.midnight(day.ordinal)) // 60.0)
    delta, hour, phi = day.declination_at(minute), day.hour_angle[minute], sky.latitude
    north = math.cos(phi) * math.sin(delta) - math.sin(phi) * math.cos(delta) * math.cos(hour)
    up = math.sin(phi) * math.sin(delta) + math.cos(phi) * math.cos(delta) * math.cos(hour)
    return -math.cos(delta) * math.sin(hour), north, up


def _apart(a: Vector, b: Vector) -> float:
    """The angle between two directions, degrees."""
    return math.degrees(2.0 * math.asin(min(1.0, math.dist(a, b) / 2.0)))


if __name__ == "__main__":
    main()
