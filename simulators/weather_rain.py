"""Rain for a weather file that has none: a seeded chain of wet and dry days fitted to inland Sumatra, wetter under cloud.

Wet days follow Sitiung's chain of the calendar month (weather_climate.MONTHS: chance after a wet and after a dry day). The
file's own sunshine then speaks by Bayes' rule: the day's clearness, put on the station's scale by the file's mean and spread,
multiplies the odds by its likelihood on wet days over that on dry days (normal, spread ``SPREAD``). Amounts: 1 mm plus a gamma
variate of the month's mean. Showers: as the minute generator lays them, the darkest of ``DRAWS`` draws in the file's own sky.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from math import exp
from random import Random
from statistics import fmean, pstdev
from typing import Final

from simulators.sky import Sky
from simulators.weather_climate import GAMMA, MONTHS, SPREAD, Month
from simulators.weather_minutes import Day, showers
from simulators.weather_series import IntervalWeather

DRAWS: Final = 6
MOST_MM: Final = 125.0


class WithRain:
    """``source`` with generated rain. ``first``, ``last``, ``notes``: the source's."""

    def __init__(self, source: IntervalWeather, seed: int, sky: Sky) -> None:
        """``seed``: of the rain alone; the source's sun, temperature and wind stay as they are."""
        self.first, self.last, self.notes = source.first, source.last, source.notes
        self._source, self._seed, self._sky = source, seed, sky
        days = range(self.first, self.last + 1)
        amounts = chain([clearness(source.day(day), sky) for day in days], self.first, seed)
        self._amounts = dict(zip(days, amounts, strict=True))

    def day(self, ordinal: int) -> Day:
        """The source's day with the rain of the file's day that stands for it."""
        day, own = self._source.day(ordinal), self._source.locate(ordinal)
        amount = self._amounts[own]
        return replace(day, rain_mm=self._minutes(amount, day, own)) if amount > 0.0 else day

    def _minutes(self, amount: float, day: Day, own: int) -> list[float]:
        rng = Random(f"showers:{self._seed}:{own}")
        draws = [showers(amount, rng)[0] for _ in range(DRAWS)]
        sun = self._sky.day(day.ordinal).clear_w_m2
        index = [g / c if c > 20.0 else 0.5 for g, c in zip(day.ghi_w_m2, sun, strict=True)]
        return min(draws, key=lambda rain: sum(r * k for r, k in zip(rain, index, strict=True)))


def clearness(day: Day, sky: Sky) -> float:
    """A day's sunshine over that of its cloudless sky."""
    return sum(day.ghi_w_m2) / max(1.0, sum(sky.day(day.ordinal).clear_w_m2))


def chain(clear: Sequence[float], first: int, seed: int) -> list[float]:
    """mm on each day from the date ordinal ``first`` on, for the days' clearness."""
    mean, spread = fmean(clear), pstdev(clear) or 1.0
    rng = Random(f"rain:{seed}:{first}")
    wet = rng.random() < 0.5
    amounts = []
    for day, value in enumerate(clear, first):
        month = MONTHS[date.fromordinal(day).month - 1]
        wet = rng.random() < chance(month, wet, (value - mean) / spread)
        scale = (month.wet_mm - 1.0) / GAMMA
        amounts.append(min(MOST_MM, 1.0 + rng.gammavariate(GAMMA, scale)) if wet else 0.0)
    return amounts


def chance(month: Month, was_wet: bool, brightness: float) -> float:
    """Of a wet day, 0..1. ``brightness``: the day's clearness in standard deviations from the file's mean."""
    prior = month.after_wet if was_wet else month.after_dry
    stationary = month.after_dry / (1.0 - month.after_wet + month.after_dry)
    seen = stationary * month.clear_wet + (1.0 - stationary) * month.clear_dry + brightness * SPREAD
    weight = ((seen - month.clear_dry) ** 2 - (seen - month.clear_wet) ** 2) / (2.0 * SPREAD**2)
    odds = prior / (1.0 - prior) * exp(weight)
    return odds / (1.0 + odds)
