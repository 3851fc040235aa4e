"""A provider of forecasts with a STATED error, made from the world's own future: only for runs that ask for it by name
(``--forecast provider:0.25``). Without it no strategy knows anything of tomorrow.

The stated error e (0..1) is the standard deviation of the day-ahead error of the clear-sky index, as a share of it: the next hours
are known better (a third of it at once, the whole after 24 h, growing with the root of the lead), errors hang together over
six hours, and one day's bias of e/2 stays in the whole forecast. Rain: of the days after today a share e is told the wrong way
round (less of today), chances are 0.8 and 0.15, amounts are off by a factor of e^N(0, e). Four forecasts a day, hourly values for
four days.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from random import Random

from controller.core.decision import Decision
from controller.core.snapshot import Snapshot
from controller.outlooks import Outlooks
from schedules.forecast_provider import Provided
from simulators.sky import Sky
from simulators.weather import WeatherSource

EVERY_S = 6 * 3600.0
HOURS = 96
MEMORY_H = 6.0
WET_CHANCE, DRY_CHANCE = 0.8, 0.15


@dataclass(slots=True)
class Forecaster:
    """``error``: the stated one, 0 (the truth) to 1. Deterministic by seed and moment."""

    weather: WeatherSource
    sky: Sky
    seed: int
    error: float
    _days: dict[int, tuple[list[float], list[float]]] = field(default_factory=dict)

    def at(self, now_s: float) -> Provided:
        """The forecast issued at POSIX ``now_s``."""
        begin_s = math.floor(now_s / 3600.0) * 3600.0
        rng = Random(f"forecast:{self.seed}:{begin_s:.0f}")
        bias, drift = rng.gauss(0.0, 0.5 * self.error), rng.gauss(0.0, 1.0)
        keep = math.exp(-1.0 / MEMORY_H)
        ghi, rain, chance = [], [], []
        wrong: dict[int, tuple[bool, float]] = {}
        for hour in range(HOURS):
            at = begin_s + 3600.0 * hour
            day, place = self._place(at)
            sun, wet = self._hours(day)
            drift = keep * drift + math.sqrt(1.0 - keep * keep) * rng.gauss(0.0, 1.0)
            growth = min(1.0, 0.33 + 0.67 * math.sqrt((hour + 1.0) / 24.0))
            ghi.append(round(max(0.0, sun[place] * (1.0 + bias + self.error * growth * drift)), 1))
            if day not in wrong:
                wrong[day] = (
                    rng.random() < self.error * 0.5 * (1.0 + growth),
                    math.exp(rng.gauss(0.0, self.error)),
                )
            amount, likely = self._rain(wet, place, *wrong[day])
            rain.append(round(amount, 2))
            chance.append(likely)
        return Provided(now_s, begin_s, 3600.0, tuple(ghi), tuple(rain), tuple(chance))

    @staticmethod
    def _rain(wet: list[float], place: int, wrong: bool, factor: float) -> tuple[float, float]:
        """Amount and chance of one hour: told the wrong way round a wet day is dry, and a dry one has 8 mm in the afternoon."""
        is_wet = sum(wet) >= 1.0
        if wrong:
            return (0.0, DRY_CHANCE) if is_wet else (2.0 if 14 <= place < 18 else 0.0, WET_CHANCE)
        return wet[place] * factor, WET_CHANCE if is_wet else DRY_CHANCE

    def _place(self, at_s: float) -> tuple[int, int]:
        day = self.sky.ordinal(at_s)
        return day, int((at_s - self.sky.midnight(day)) // 3600.0)

    def _hours(self, day: int) -> tuple[list[float], list[float]]:
        """Hourly mean irradiance and rain of a local day; a few days are kept."""
        if day not in self._days:
            if len(self._days) > 8:
                self._days.pop(min(self._days))
            minutes = self.weather.day(day)
            self._days[day] = (
                [sum(minutes.ghi_w_m2[60 * h : 60 * h + 60]) / 60.0 for h in range(24)],
                [sum(minutes.rain_mm[60 * h : 60 * h + 60]) for h in range(24)],
            )
        return self._days[day]


@dataclass(slots=True)
class Telling:
    """An observer of every cycle that hands the forecasts over, four times a day of plant time."""

    forecaster: Forecaster
    outlooks: Outlooks
    _next_s: float = float("-inf")

    def cycle(self, snapshot: Snapshot, decision: Decision, cycle_ms: float) -> None:
        """Tell what is due."""
        now_s = snapshot.at.epoch_s
        if now_s >= self._next_s:
            self._next_s = (now_s // EVERY_S + 1.0) * EVERY_S
            self.outlooks.offer(self.forecaster.at(now_s))
