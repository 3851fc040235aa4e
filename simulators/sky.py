"""Where the sun is, minute by minute, and what a cloudless sky would give. Stdlib only, one local day at a time.

Sun: NOAA's calculator (``schedules.solar``) at both ends of the local day, linear between them; within 0.02 degrees of the
NREL algorithm. Clear sky: Haurwitz (1945), 1098 cos z exp(-0.059 / cos z), times ``TURBIDITY``, which brings
its yearly total at 3.75 S from 2,672 to about 2,400 kWh/m2, close to the Ineichen model with Linke turbidity 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import acos, cos, exp, pi, radians, sin
from typing import Final

from schedules.meteorology import earth_sun
from schedules.solar import ephemeris

MINUTES: Final = 1440
TURBIDITY: Final = 0.90
SOLAR_CONSTANT: Final = 1361.0
"""W/m2 outside the atmosphere at one astronomical unit."""

TWILIGHT: Final = 6
"""Minutes by which rise and set may differ from what the declination at noon says (up to 60 degrees of latitude)."""

EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class SkyDay:
    """One local day of sun. Lists have 1440 entries, one for each local minute (its middle), and are not mutated.

    ``cos_zenith``: 0 while the sun is down. ``hour_angle``: rad, 0 at solar noon, afternoon positive. ``clear_w_m2``:
    cloudless global horizontal irradiance. ``rise``..``set_``: the minutes with the sun above the horizon (set_ excluded).
    ``declination`` rad, at noon; ``drift``: its change over the day. ``extra_w_m2``: normal irradiance outside the atmosphere.
    """

    ordinal: int
    declination: float
    extra_w_m2: float
    rise: int
    set_: int
    cos_zenith: list[float]
    hour_angle: list[float]
    clear_w_m2: list[float]
    drift: float = 0.0

    def declination_at(self, minute: int) -> float:
        """Declination in the middle of a minute, rad."""
        return self.declination + self.drift * ((minute + 0.5) / MINUTES - 0.5)

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
        begin = self.midnight(ordinal) / 86400.0
        (early, first_s), (late, last_s) = ephemeris(begin), ephemeris(begin + 1.0)
        declination, drift = 0.5 * (early + late), late - early
        start = (0.5 + self._shift_min + first_s / 60.0 - 720.0) * pi / 720.0
        turn = (
            pi / 720.0 + (last_s - first_s) / 60.0 / MINUTES * pi / 720.0
        )  # the equation of time moves on, too
        angles = [start + minute * turn for minute in range(MINUTES)]
        a, b = sin(self.latitude) * sin(early), cos(self.latitude) * cos(early)
        a_step = (sin(self.latitude) * sin(late) - a) / MINUTES
        b_step = (cos(self.latitude) * cos(late) - b) / MINUTES
        noon = 0.5 * MINUTES
        rise, set_ = _daylight(a + noon * a_step, b + noon * b_step, start)
        zenith = [0.0] * MINUTES
        clear = [0.0] * MINUTES
        for minute in range(rise, set_):
            middle = minute + 0.5
            cosine = a + middle * a_step + (b + middle * b_step) * cos(angles[minute])
            if cosine > 0.0:
                zenith[minute] = cosine
                clear[minute] = TURBIDITY * 1098.0 * cosine * exp(-0.059 / cosine) if cosine > 1e-4 else 0.0
        while rise < set_ and zenith[rise] == 0.0:
            rise += 1
        while set_ > rise and zenith[set_ - 1] == 0.0:
            set_ -= 1
        extra = SOLAR_CONSTANT * earth_sun(date.fromordinal(ordinal).timetuple().tm_yday)
        return SkyDay(ordinal, declination, extra, rise, set_, zenith, angles, clear, drift)


def _daylight(a: float, b: float, start: float) -> tuple[int, int]:
    """Where to look for the sun: from just before its rise to just after its set, within the day (polar day and night
    included). ``a`` and ``b`` as at noon.
    """
    if b == 0.0 or abs(a / b) >= 1.0:
        return (0, MINUTES) if a + b > 0.0 and (b == 0.0 or a > 0.0) else (0, 0)
    half = acos(-a / b)
    rise = int((-half - start) * 720.0 / pi) - TWILIGHT
    set_ = int((half - start) * 720.0 / pi) + 2 + TWILIGHT
    if (
        rise < 0 or set_ > MINUTES
    ):  # a zone far from its meridian: daylight wraps around midnight, look at all minutes
        return 0, MINUTES
    return rise, set_
