"""Where the sun is, minute by minute, and what a cloudless sky would give. Stdlib only, one local day at a time.

Sun: Spencer's series as NOAA prints them (declination and equation of time at local noon; within 0.3 degrees of the NREL
algorithm at low latitudes). Clear sky: Haurwitz (1945), 1098 cos z exp(-0.059 / cos z), times ``TURBIDITY``, which brings
its yearly total at 3.75 S from 2,672 to about 2,400 kWh/m2, close to the Ineichen model with Linke turbidity 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import acos, cos, exp, pi, radians, sin
from typing import Final

MINUTES: Final = 1440
TURBIDITY: Final = 0.90
SOLAR_CONSTANT: Final = 1361.0
"""W/m2 outside the atmosphere at one astronomical unit."""

EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class SkyDay:
    """One local day of sun. Lists have 1440 entries, one for each local minute (its middle), and are not mutated.

    ``cos_zenith``: 0 while the sun is down. ``hour_angle``: rad, 0 at solar noon, afternoon positive. ``clear_w_m2``:
    cloudless global horizontal irradiance. ``rise``..``set_``: the minutes with the sun above the horizon (set_ excluded).
    ``declination`` rad. ``extra_w_m2``: normal irradiance outside the atmosphere that day.
    """

    ordinal: int
    declination: float
    extra_w_m2: float
    rise: int
    set_: int
    cos_zenith: list[float]
    hour_angle: list[float]
    clear_w_m2: list[float]

    @property
    def clear_mj_m2(self) -> float:
        """The cloudless day's total on the horizontal, MJ/m2."""
        return sum(self.clear_w_m2) * 60e-6

    @property
    def extra_mj_m2(self) -> float:
        """The day's total outside the atmosphere on the horizontal (Ra of FAO-56), MJ/m2."""
        return sum(self.cos_zenith) * 60e-6 * self.extra_w_m2


class Sky:
    """The sky over one place. ``offset_s``: local standard time minus UTC, seconds; fixed, so days are always 24 hours."""

    def __init__(self, latitude: float, longitude: float, offset_s: float) -> None:
        """Angles in degrees, north and east positive."""
        self.latitude = radians(latitude)
        self._shift_min = longitude * 4.0 - offset_s / 60.0
        self.offset_s = offset_s
        self._kept: SkyDay | None = None

    def ordinal(self, epoch_s: float) -> int:
        """The local day (``date.toordinal``) that a POSIX time falls in."""
        return int((epoch_s + self.offset_s) // 86400.0) + EPOCH_ORDINAL

    def midnight(self, ordinal: int) -> float:
        """POSIX time at which the local day begins."""
        return (ordinal - EPOCH_ORDINAL) * 86400.0 - self.offset_s

    def day(self, ordinal: int) -> SkyDay:
        """The sun of one local day (the latest day is kept)."""
        if self._kept is None or self._kept.ordinal != ordinal:
            self._kept = self._make(ordinal)
        return self._kept

    def _make(self, ordinal: int) -> SkyDay:
        when = date.fromordinal(ordinal)
        declination, equation_min, distance = _spencer(when.timetuple().tm_yday)
        a = sin(self.latitude) * sin(declination)
        b = cos(self.latitude) * cos(declination)
        start = (0.5 + self._shift_min + equation_min - 720.0) * pi / 720.0
        angles = [start + minute * (pi / 720.0) for minute in range(MINUTES)]
        rise, set_ = _daylight(a, b, start)
        zenith = [0.0] * MINUTES
        clear = [0.0] * MINUTES
        for minute in range(rise, set_):
            cosine = a + b * cos(angles[minute])
            if cosine > 0.0:
                zenith[minute] = cosine
                clear[minute] = TURBIDITY * 1098.0 * cosine * exp(-0.059 / cosine) if cosine > 1e-4 else 0.0
        extra = SOLAR_CONSTANT * distance
        return SkyDay(ordinal, declination, extra, rise, set_, zenith, angles, clear)


def _spencer(day_of_year: int) -> tuple[float, float, float]:
    """Declination (rad), equation of time (minutes) and (mean distance / distance) squared at noon of a day."""
    g = 2.0 * pi * (day_of_year - 1) / 365.0
    declination = (
        0.006918
        - 0.399912 * cos(g)
        + 0.070257 * sin(g)
        - 0.006758 * cos(2 * g)
        + 0.000907 * sin(2 * g)
        - 0.002697 * cos(3 * g)
        + 0.00148 * sin(3 * g)
    )
    equation = 229.18 * (
        0.000075 + 0.001868 * cos(g) - 0.032077 * sin(g) - 0.014615 * cos(2 * g) - 0.040849 * sin(2 * g)
    )
    return declination, equation, 1.0 + 0.033 * cos(2.0 * pi * day_of_year / 365.0)


def _daylight(a: float, b: float, start: float) -> tuple[int, int]:
    """First minute with the sun up and the first minute after sunset, within the day (polar day and night included)."""
    if b == 0.0 or abs(a / b) >= 1.0:
        return (0, MINUTES) if a + b > 0.0 and (b == 0.0 or a > 0.0) else (0, 0)
    half = acos(-a / b)
    rise = int((-half - start) * 720.0 / pi)
    set_ = int((half - start) * 720.0 / pi) + 2
    if (
        rise < 0 or set_ > MINUTES
    ):  # a zone far from its meridian: daylight wraps around midnight, look at all minutes
        return 0, MINUTES
    return rise, set_
