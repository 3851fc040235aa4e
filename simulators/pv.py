"""The PV plant: plane of array, cell temperature, DC and AC power of one day, minute by minute. Stdlib only.

Diffuse share: Erbs, Klein and Duffie (1982). Sky on the tilted plane: isotropic. Cell: SAPM, open rack, glass and polymer
back sheet (King, 2004). Power: PVWatts version 5 with its default 14.08 % losses and a 96 % inverter that clips.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, exp, radians, sin
from typing import Final

from controller.core.site import Power
from simulators.sky import MINUTES, SkyDay
from simulators.weather_minutes import Day

LOSSES: Final = 0.1408
"""Soiling, shading, mismatch, wiring, light-induced degradation, nameplate, availability (PVWatts default)."""

INVERTER_EFFICIENCY: Final = 0.96
GAMMA: Final = -0.0037
"""Power change per kelvin of the cell, 1/K (crystalline silicon)."""

STANDBY_SHARE: Final = 0.004
"""Below this share of the nameplate the inverter sleeps."""


@dataclass(frozen=True, slots=True)
class PvDay:
    """1440 values each: irradiance in the plane of the array, cell temperature, and the AC power that could be had, W."""

    poa_w_m2: list[float]
    cell_c: list[float]
    potential_w: list[float]


class PvPlant:
    """A fixed array with one inverter (or a pump drive in its place)."""

    def __init__(self, power: Power, latitude_rad: float) -> None:
        """``power``: nameplate, tilt, azimuth and inverter limit of the site file."""
        self.rated_w = power.pv_kwp * 1000.0
        self.limit_w = power.inverter_w if power.inverter_w is not None else self.rated_w
        self.standby_w = STANDBY_SHARE * self.rated_w
        self._tilt = radians(power.tilt_deg)
        self._azimuth = radians(power.azimuth_deg - 180.0)  # from south, west positive
        self._latitude = latitude_rad

    def day(self, sky: SkyDay, weather: Day) -> PvDay:
        """What the plant could give on one day."""
        poa = [0.0] * MINUTES
        cell = list(weather.temp_c)
        potential = [0.0] * MINUTES
        a, b, c = self._plane(sky.declination)
        sky_view, ground_view = 0.5 * (1.0 + cos(self._tilt)), 0.1 * (1.0 - cos(self._tilt))
        scale = self.rated_w * (1.0 - LOSSES) * INVERTER_EFFICIENCY / 1000.0
        ghi, wind, temp, zeniths, angles = (
            weather.ghi_w_m2,
            weather.wind_m_s,
            weather.temp_c,
            sky.cos_zenith,
            sky.hour_angle,
        )
        for minute in range(sky.rise, sky.set_):
            light, cosine = ghi[minute], zeniths[minute]
            if light <= 0.0:
                continue
            diffuse = light
            if cosine > 0.03:
                diffuse = light * _diffuse_share(light / (sky.extra_w_m2 * cosine))
                incidence = a + b * cos(angles[minute]) + c * sin(angles[minute])
                beam = (light - diffuse) / cosine * max(0.0, incidence)
            else:
                beam = 0.0
            plane = beam + diffuse * sky_view + light * ground_view
            hot = temp[minute] + plane * (exp(-3.56 - 0.075 * wind[minute]) + 0.003)
            watts = scale * plane * (1.0 + GAMMA * (hot - 25.0))
            poa[minute], cell[minute] = plane, hot
            if watts > self.standby_w:
                potential[minute] = min(watts, self.limit_w)
        return PvDay(poa, cell, potential)

    def _plane(self, declination: float) -> tuple[float, float, float]:
        """cos(incidence) = a + b cos(hour angle) + c sin(hour angle) (Duffie and Beckman, equation 1.6.2)."""
        phi, beta, gamma, delta = self._latitude, self._tilt, self._azimuth, declination
        a = sin(delta) * (sin(phi) * cos(beta) - cos(phi) * sin(beta) * cos(gamma))
        b = cos(delta) * (cos(phi) * cos(beta) + sin(phi) * sin(beta) * cos(gamma))
        return a, b, cos(delta) * sin(beta) * sin(gamma)


def _diffuse_share(kt: float) -> float:
    """Diffuse over global irradiance by clearness index (Erbs)."""
    if kt <= 0.22:
        return 1.0 - 0.09 * kt
    if kt <= 0.80:
        return 0.9511 + kt * (-0.1604 + kt * (4.388 + kt * (-16.638 + kt * 12.336)))
    return 0.165
