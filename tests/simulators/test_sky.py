"""The sun of the simulated sky."""

from __future__ import annotations

from datetime import date
from math import cos, degrees, dist, radians, sin

import pandas as pd
import pytest
from pvlib import solarposition

from simulators.sky import MINUTES, Sky, SkyDay

SITE = Sky(-3.75, 103.8, 7 * 3600)


@pytest.mark.parametrize("place", [(-3.75, 103.8, 7), (21.317, -157.933, -10), (48.2, 16.4, 1)])
@pytest.mark.parametrize("when", [date(2026, 1, 15), date(2026, 3, 21), date(2026, 6, 21), date(2026, 11, 3)])
def test_sun_agrees_with_the_nrel_algorithm(place: tuple[float, float, int], when: date) -> None:
    """The cosine of the zenith is within 0.001 of pvlib's in every tenth minute of the day."""
    latitude, longitude, hours = place
    sky = Sky(latitude, longitude, hours * 3600.0)
    day = sky.day(when.toordinal())
    minutes = range(0, MINUTES, 10)
    times = pd.to_datetime([sky.midnight(day.ordinal) + 60.0 * m + 30.0 for m in minutes], unit="s", utc=True)
    zenith = solarposition.spa_python(times, latitude, longitude)["zenith"].to_numpy()
    for minute, angle in zip(minutes, zenith, strict=True):
        cosine = max(0.0, cos(radians(angle)))
        assert day.cos_zenith[minute] == pytest.approx(cosine, abs=0.001)


@pytest.mark.parametrize("place", [(-3.75, 103.8, 7), (13.7, 100.5, 7), (50.8, 4.35, 1)])
def test_the_sun_stands_where_it_stands(place: tuple[float, float, int]) -> None:
    """Through a year the simulated sun is within 0.03 degrees of NREL's, and up in the minutes that the day names."""
    latitude, longitude, hours = place
    sky = Sky(latitude, longitude, hours * 3600.0)
    for when in range(date(2026, 1, 1).toordinal(), date(2027, 1, 1).toordinal(), 9):
        day = sky.day(when)
        assert [minute for minute in range(MINUTES) if day.cos_zenith[minute] > 0.0] == list(
            range(day.rise, day.set_)
        )
        minutes = range(3, MINUTES, 111)
        seconds = [sky.midnight(when) + 60.0 * minute + 30.0 for minute in minutes]
        times = pd.to_datetime(seconds, unit="s", utc=True)
        theirs = solarposition.spa_python(times, latitude, longitude)
        for minute, zenith, azimuth in zip(minutes, theirs["zenith"], theirs["azimuth"], strict=True):
            assert _apart(sky, day, minute, zenith, azimuth) <= 0.03


def _apart(sky: Sky, day: SkyDay, minute: int, zenith: float, azimuth: float) -> float:
    """Angle between our sun and theirs, degrees."""
    delta, hour, phi = day.declination_at(minute), day.hour_angle[minute], sky.latitude
    ours = (
        -cos(delta) * sin(hour),
        cos(phi) * sin(delta) - sin(phi) * cos(delta) * cos(hour),
        sin(phi) * sin(delta) + cos(phi) * cos(delta) * cos(hour),
    )
    z, a = radians(zenith), radians(azimuth)
    return degrees(dist(ours, (sin(z) * sin(a), sin(z) * cos(a), cos(z))))


def test_clear_sky_of_the_year() -> None:
    """A cloudless year at Tanjung Enim brings 2,300 to 2,500 kWh/m2 (Ineichen, Linke 5: 2,360)."""
    first = date(2025, 1, 1).toordinal()
    total = sum(SITE.day(first + day).clear_mj_m2 for day in range(365)) / 3.6
    assert 2300 < total < 2500


def test_radiation_outside_the_atmosphere() -> None:
    """Ra at 3.75 S equals the FAO-56 values of 15 January and 21 June within 0.5 %."""
    year = date(2025, 1, 1).toordinal() - 1
    assert SITE.day(year + 15).extra_mj_m2 == pytest.approx(37.53, rel=0.005)
    assert SITE.day(year + 172).extra_mj_m2 == pytest.approx(31.82, rel=0.005)


def test_polar_day_and_night() -> None:
    """Beyond the polar circle the sun may stay up or down all day, without an error."""
    north = Sky(78.0, 15.0, 3600.0)
    assert min(north.day(date(2026, 6, 21).toordinal()).cos_zenith) > 0.0
    assert max(north.day(date(2026, 12, 21).toordinal()).cos_zenith) == 0.0


def test_days_follow_local_midnight() -> None:
    """A moment belongs to the local day whose midnight is at most 24 hours before it."""
    ordinal = date(2026, 8, 1).toordinal()
    midnight = SITE.midnight(ordinal)
    assert SITE.ordinal(midnight) == ordinal
    assert SITE.ordinal(midnight - 1.0) == ordinal - 1
    assert SITE.ordinal(midnight + 86399.0) == ordinal
