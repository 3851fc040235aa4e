"""South Sumatra's climate as a seeded table of days: wet and dry spells, rain, sunshine, temperatures.

Monthly statistics: inland Sumatra station Sitiung, 1980-85, as published with the DSSAT crop model data set (wet-day chain,
mean wet-day rain, clearness on wet and dry days, temperatures). The station's sunshine is low (1,446 kWh/m2 a year, old
instruments); ``SUNSHINE`` lifts it to the 1,690 of the Global Solar Atlas around Muara Enim and Baturaja.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Final

SUNSHINE: Final = 1.165 / 0.90
"""From the station's share of Haurwitz's clear sky to our share of the turbid clear sky (sky.TURBIDITY)."""


@dataclass(frozen=True, slots=True)
class Daily:
    """One day as a weather station prints it. ``None``: not known. mm, C, MJ/m2 on the horizontal, m/s at 2 m."""

    ordinal: int
    tmin_c: float
    tmax_c: float
    rain_mm: float
    clearness: float | None = None
    """Share of the (turbid) clear-sky day."""
    srad_mj_m2: float | None = None
    et0_mm: float | None = None
    wind_m_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Month:
    """Wet day: 1 mm or more. ``after_wet``/``after_dry``: chance of a wet day after such a day. Clearness: mean of the day's
    total over Haurwitz's clear sky (spread: SPREAD). Temperatures: mean on all days.
    """

    after_wet: float
    after_dry: float
    wet_mm: float
    clear_wet: float
    clear_dry: float
    tmax_c: float
    tmin_c: float


MONTHS: Final = (
    Month(0.80, 0.37, 11.7, 0.378, 0.511, 29.7, 22.4),
    Month(0.64, 0.40, 15.1, 0.493, 0.552, 30.7, 22.4),
    Month(0.68, 0.39, 16.9, 0.520, 0.597, 31.5, 22.7),
    Month(0.55, 0.62, 21.3, 0.570, 0.617, 31.8, 22.8),
    Month(0.40, 0.47, 23.7, 0.584, 0.607, 31.8, 22.9),
    Month(0.42, 0.21, 13.2, 0.574, 0.604, 31.8, 22.3),
    Month(0.47, 0.31, 13.9, 0.577, 0.591, 31.5, 21.6),
    Month(0.27, 0.23, 21.2, 0.523, 0.538, 31.4, 21.8),
    Month(0.49, 0.39, 16.0, 0.523, 0.529, 31.2, 21.9),
    Month(0.52, 0.47, 13.6, 0.509, 0.540, 31.3, 22.4),
    Month(0.49, 0.59, 17.8, 0.540, 0.579, 31.4, 22.3),
    Month(0.72, 0.60, 18.7, 0.474, 0.539, 30.4, 22.5),
)

SPREAD = 0.13  # standard deviation of the daily clearness (0.15 at the station, part of it the instrument)
_MEMORY = 0.24  # its correlation with the day before
GAMMA = 0.60  # shape of the wet-day amounts above 1 mm: a quarter of wet days bring more than 20 mm


def year(number: int, seed: int) -> tuple[Daily, ...]:
    """All days of one calendar year, the same for the same seed whatever was asked before."""
    rng = Random(f"climate:{seed}:{number}")
    wet, drift = rng.random() < 0.6, rng.gauss(0.0, 1.0)
    days = []
    for ordinal in range(date(number, 1, 1).toordinal(), date(number + 1, 1, 1).toordinal()):
        month = MONTHS[date.fromordinal(ordinal).month - 1]
        wet = rng.random() < (month.after_wet if wet else month.after_dry)
        drift = _MEMORY * drift + (1.0 - _MEMORY**2) ** 0.5 * rng.gauss(0.0, 1.0)
        days.append(_day(ordinal, month, wet, drift, rng))
    return tuple(days)


def _day(ordinal: int, month: Month, wet: bool, drift: float, rng: Random) -> Daily:
    rain = 1.0 + rng.gammavariate(GAMMA, (month.wet_mm - 1.0) / GAMMA) if wet else 0.0
    mean = month.clear_wet if wet else month.clear_dry
    clearness = min(0.97, max(0.08, SUNSHINE * (mean + SPREAD * drift)))
    tmax = month.tmax_c + 6.0 * (clearness - SUNSHINE * 0.5 * (month.clear_wet + month.clear_dry))
    tmax += rng.gauss(0.0, 0.9)
    tmin = min(month.tmin_c + rng.gauss(0.0, 0.8), tmax - 2.0)
    wind = min(3.0, max(0.3, rng.gauss(1.0, 0.3)))
    return Daily(ordinal, tmin, tmax, min(rain, 125.0), clearness, wind_m_s=wind)
