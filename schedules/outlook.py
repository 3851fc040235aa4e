"""What is expected of the sun and of the rain, as one decision may know it: a frozen value with the moment it was issued.

Nothing here is ever credited as water: an outlook may leave room or shift a run, a missing one costs only that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from schedules.frozen import light

STEP_S = 900.0
"""The grid of the sun's course, s; its steps begin at whole multiples of it (POSIX)."""

RAIN_STEPS_MM = (1.0, 5.0, 10.0, 20.0, 40.0, 80.0)
"""Amounts whose chances an outlook tells, mm. 1 mm makes a wet day."""

DRY = (0.0,) * len(RAIN_STEPS_MM)

HOLDS_S = 6 * 3600.0
"""An outlook older than this says nothing any more."""


@light
@dataclass(frozen=True, slots=True)
class RainDay:
    """Rain expected from ``begin_s`` to ``end_s`` (POSIX s; a local day, the first begins at the issue).

    ``mean_mm``: expected amount. ``chance``: of at least RAIN_STEPS_MM within it, 0..1, falling. ``sum_chance``: the same for all
    rain from the issue until ``end_s``, which days that follow each other wet or dry make wider than independent days would.
    """

    begin_s: float
    end_s: float
    mean_mm: float = 0.0
    chance: tuple[float, ...] = DRY
    sum_chance: tuple[float, ...] = DRY


@light
@dataclass(frozen=True, slots=True)
class Outlook:
    """``issued_s``: POSIX s. ``source``: "persistence" or the provider whose word weighs most. ``step_s``, ``begin_s``: the grid.

    ``power_w``: expected AC power of the PV plant, mean of each step, W; ``power_low_w``, ``power_high_w``: nine of ten times it is
    more, less (honest by lead time: wide for the next hours under broken clouds, and for tomorrow). ``ghi_w_m2``: expected global
    horizontal irradiance, same grid. ``rain``: today and the days after it, empty when nobody can say anything.
    """

    issued_s: float
    source: str
    begin_s: float
    power_w: tuple[float, ...]
    power_low_w: tuple[float, ...]
    power_high_w: tuple[float, ...]
    ghi_w_m2: tuple[float, ...] = ()
    rain: tuple[RainDay, ...] = ()
    step_s: float = STEP_S

    def holds(self, now_s: float) -> bool:
        """Whether it still says something at ``now_s`` (POSIX s)."""
        return -STEP_S <= now_s - self.issued_s <= HOLDS_S

    def course(self, values: tuple[float, ...], now_s: float, steps: int) -> tuple[float, ...]:
        """``values`` (one of the courses) in the middle of each of ``steps`` steps from ``now_s``; beyond its end the last day goes
        on as it was (the sun's course of the day before).
        """
        if not values:
            return ()
        first = int((now_s + 0.5 * self.step_s - self.begin_s) // self.step_s)
        told, day = len(values), int(86400.0 // self.step_s)
        if first < 0:
            return tuple([values[_place(first + i, told, day)] for i in range(steps)])
        known = values[first : first + steps]
        return known + tuple([values[_place(first + i, told, day)] for i in range(len(known), steps)])

    def moment(self, values: tuple[float, ...], now_s: float) -> float:
        """``course`` for the one step that begins at ``now_s``; ``values`` are not empty."""
        first = int((now_s + 0.5 * self.step_s - self.begin_s) // self.step_s)
        return values[_place(first, len(values), int(86400.0 // self.step_s))]

    def rain_mm(self, now_s: float, until_s: float) -> float:
        """Expected rain from ``now_s`` until ``until_s``, mm; days are taken as even."""
        return sum(share * day.mean_mm for day, share in self._days(now_s, until_s))

    def rain_chance(self, until_s: float, amount_mm: float) -> float:
        """Chance that at least ``amount_mm`` falls from the issue until ``until_s``, 0..1; between the days and the amounts it is
        interpolated. ``amount_mm`` > 0; 0.0 when nothing is known.
        """
        begin_s, before = self.issued_s, 0.0
        for day in self.rain:
            now = _at(day.sum_chance, amount_mm)
            if until_s <= day.end_s:
                part = (until_s - begin_s) / max(1.0, day.end_s - begin_s)
                return before + max(0.0, min(1.0, part)) * (now - before)
            begin_s, before = day.end_s, now
        return before

    def rain_quantile(self, until_s: float, chance: float) -> float:
        """The amount, mm, that falls until ``until_s`` with at least this ``chance`` (0..1]: 0.9 is what can be relied upon,
        0.1 what has to be reckoned with. Room of this depth pays when the harm of the missing room is (1/chance - 1) times that of
        unused room (the newsvendor's rule).
        """
        low_mm, low = 0.0, 1.0
        for amount in RAIN_STEPS_MM:
            high = self.rain_chance(until_s, amount)
            if high < chance:
                if low_mm == 0.0:  # below a wet day's 1 mm nothing is counted
                    return 0.0
                return low_mm + (amount - low_mm) * (low - chance) / max(1e-9, low - high)
            low_mm, low = amount, high
        return low_mm

    def _days(self, now_s: float, until_s: float) -> Iterator[tuple[RainDay, float]]:
        """The days and the share of each that lies within an interval."""
        for day in self.rain:
            overlap = min(until_s, day.end_s) - max(now_s, day.begin_s)
            if overlap > 0.0:
                yield day, overlap / (day.end_s - day.begin_s)


def _place(wanted: int, length: int, day: int) -> int:
    """The index to read: within the course, or the same hour of its last day."""
    if wanted < length:
        return wanted if wanted > 0 else 0
    whole = (wanted - length) // day + 1
    return max(0, wanted - whole * day)


def _at(chances: tuple[float, ...], amount_mm: float) -> float:
    """Chance of at least ``amount_mm``, linear between the told amounts."""
    low_mm, low = 0.0, chances[0]
    for mm, chance in zip(RAIN_STEPS_MM, chances, strict=True):
        if amount_mm <= mm:
            return low + (chance - low) * (amount_mm - low_mm) / (mm - low_mm)
        low_mm, low = mm, chance
    return low
