"""Rain without a network: wet days follow wet days, a two-state chain whose figures the site's own gauge corrects.

The prior is inland Sumatra, station Sitiung (2.0 S 102.0 E), 2,026 days of 1980-85 as published with the DSSAT crop model data set:
chance of a wet day (1 mm or more) after a wet and after a dry one, and the mean of wet days, by month. What a wet day brings above
1 mm is Weibull with shape 0.75 (station: median 0.56, 9 of 10 below 2.8 times the mean; the curve 0.52 and 2.6).
Wilks, Statistical Methods in the Atmospheric Sciences, ch. 9, has such chains.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from schedules.frozen import replace
from schedules.outlook import RAIN_STEPS_MM, RainDay

WET_MM: Final = 1.0
SHAPE: Final = 0.75
SCALE: Final = 1.0 / math.gamma(1.0 + 1.0 / SHAPE)


class Month(NamedTuple):
    """Chance of a wet day after a wet one and after a dry one, and the mean amount of wet days, mm."""

    after_wet: float
    after_dry: float
    wet_mm: float


MONTHS: Final = (
    Month(0.80, 0.37, 11.7), Month(0.64, 0.40, 15.1), Month(0.68, 0.39, 16.9), Month(0.55, 0.62, 21.3),
    Month(0.40, 0.47, 23.7), Month(0.42, 0.21, 13.2), Month(0.47, 0.31, 13.9), Month(0.27, 0.23, 21.2),
    Month(0.49, 0.39, 16.0), Month(0.52, 0.47, 13.6), Month(0.49, 0.59, 17.8), Month(0.72, 0.60, 18.7),
)  # fmt: skip

ELSEWHERE: Final = Month(0.55, 0.35, 15.0)
"""The prior where Sumatra's months say nothing: the year's mean, soon outweighed."""

NEAR_DEG: Final = 9.0
"""Sumatra's months are believed up to so many degrees of latitude and 15 of longitude (the equatorial west of the archipelago)."""

WEIGHT_NEAR_D, WEIGHT_FAR_D = 20.0, 4.0
"""Days of own gauge that weigh as much as the prior."""

MEMORY_D: Final = 45.0
"""Own days fade with this time constant, days: a wet month or a drought is learned within weeks and forgotten after it."""

QUARTERS: Final = (0.20, 0.10, 0.40, 0.30)
"""Share of a day's rain by quarter from local midnight. Inland Sumatra has it in the afternoon and evening (Mori et al. 2004,
Mon. Wea. Rev. 132, 2021-2039); the round figures are ours.
"""

BIN_MM, BINS, LUMPS = 2.0, 50, 8
"""The sums of several days are counted in bins; a wet day's amount is one of so many equally likely ones."""


@dataclass(frozen=True, slots=True)
class RainMemory:
    """What the site's own gauge has taught. ``day``: local ISO date that is being counted ("" before the first), ``today_mm``: its
    rain so far. ``before``: the day before was 1 wet, 0 dry, -1 unknown. Fading counts: days after a wet day (``w``) and of
    them wet (``ww``), the same after a dry day (``d``, ``dw``), wet days (``n``) and what they brought (``mm``).
    """

    day: str = ""
    today_mm: float = 0.0
    before: int = -1
    w: float = 0.0
    ww: float = 0.0
    d: float = 0.0
    dw: float = 0.0
    n: float = 0.0
    mm: float = 0.0


def remember(memory: RainMemory, day: str, rain_mm: float, follows: bool) -> RainMemory:
    """The memory after ``rain_mm`` more rain (>= 0) on the local ``day``; when another day begins the old one is counted.
    ``follows``: the new day is the next one (else what lies between is unknown).
    """
    if day == memory.day:
        return memory if rain_mm <= 0.0 else replace(memory, today_mm=memory.today_mm + rain_mm)
    if memory.day == "":
        return RainMemory(day, rain_mm)
    wet = memory.today_mm >= WET_MM
    fade = math.exp(-1.0 / MEMORY_D)
    after = {1: (1.0, float(wet), 0.0, 0.0), 0: (0.0, 0.0, 1.0, float(wet)), -1: (0.0,) * 4}[memory.before]
    figures = (memory.w, memory.ww, memory.d, memory.dw, memory.n, memory.mm)
    news = (*after, float(wet), memory.today_mm if wet else 0.0)
    w, ww, d, dw, n, mm = (round(old * fade + new, 4) for old, new in zip(figures, news, strict=True))
    return RainMemory(day, rain_mm, int(wet) if follows else -1, w, ww, d, dw, n, mm)


def learned(memory: RainMemory, month: int, latitude_deg: float, longitude_deg: float) -> Month:
    """The chain of a month (1..12) here: the prior and what the gauge has counted."""
    near = abs(latitude_deg) <= NEAR_DEG and abs(longitude_deg - 104.0) <= 15.0
    prior, weight = (MONTHS[month - 1], WEIGHT_NEAR_D) if near else (ELSEWHERE, WEIGHT_FAR_D)
    m = memory
    return Month(
        (prior.after_wet * weight / 2.0 + m.ww) / (weight / 2.0 + m.w),
        (prior.after_dry * weight / 2.0 + m.dw) / (weight / 2.0 + m.d),
        max(1.5, (prior.wet_mm * weight / 2.0 + m.mm) / (weight / 2.0 + m.n)),
    )


def exceeds(amount_mm: float, wet_mm: float) -> float:
    """Chance that a wet day of mean ``wet_mm`` brings at least ``amount_mm``."""
    if amount_mm <= WET_MM:
        return 1.0
    return math.exp(-(((amount_mm - WET_MM) / ((wet_mm - WET_MM) * SCALE)) ** SHAPE))


def left_share(hour: float) -> float:
    """Share of a day's rain that is still to come at a local hour, 0..24."""
    quarter, part = divmod(min(23.999, max(0.0, hour)) / 6.0, 1.0)
    i = int(quarter)
    return sum(QUARTERS[i + 1 :]) + (1.0 - part) * QUARTERS[i]


def to_come(memory: RainMemory, chain: Month, hour: float) -> tuple[float, float]:
    """(chance of more than 1 mm in the rest of today, chance that today ends as a wet day) at a local hour.

    A day's rain counts as one event whose time follows QUARTERS: none so far makes one less likely (Bayes); after one, a second
    is half as likely as the first was.
    """
    chance = _today(memory, chain)
    left = left_share(hour)
    if memory.today_mm >= WET_MM:
        return 0.5 * chance * left, 1.0
    still = chance * left / max(1e-9, 1.0 - chance * (1.0 - left))
    return still, still


def _today(memory: RainMemory, chain: Month) -> float:
    """Chance of a wet day before anything is known of it."""
    stationary = chain.after_dry / max(1e-9, 1.0 - chain.after_wet + chain.after_dry)
    return {1: chain.after_wet, 0: chain.after_dry, -1: stationary}[memory.before]


def rain_days(
    memory: RainMemory, chain: Month, now_s: float, midnights_s: tuple[float, ...], hour: float
) -> tuple[RainDay, ...]:
    """Today's rest and the days after it. ``midnights_s``: POSIX s of the coming local midnights, ``hour``: local hour now."""
    rest, wet = to_come(memory, chain, hour)
    sums = _sums(rest, wet, chain, len(midnights_s))
    found, begin_s, chance = [], now_s, rest
    shares = [exceeds(mm, chain.wet_mm) for mm in RAIN_STEPS_MM]
    for number, end_s in enumerate(midnights_s):
        if number:
            chance = wet = wet * chain.after_wet + (1.0 - wet) * chain.after_dry
        each = tuple([round(chance * share, 3) for share in shares])
        found.append(RainDay(begin_s, end_s, round(chance * chain.wet_mm, 2), each, sums[number]))
        begin_s = end_s
    return tuple(found)


def _lumps(wet_mm: float) -> list[int]:
    """The equally likely amounts of a wet day, in bins of BIN_MM; the mean is kept."""
    edges = [SCALE * (-math.log(1.0 - i / LUMPS)) ** (1.0 / SHAPE) for i in range(LUMPS)]
    middles = [0.5 * (a + b) for a, b in pairwise(edges)]
    middles.append(LUMPS - sum(middles))
    return [max(1, round((WET_MM + (wet_mm - WET_MM) * z) / BIN_MM)) for z in middles]


@lru_cache(maxsize=4)
def _sums(rest: float, wet: float, chain: Month, days: int) -> tuple[tuple[float, ...], ...]:
    """Chances of RAIN_STEPS_MM for the sums until the end of each day, along the chain."""
    lumps = _lumps(chain.wet_mm)
    dry_now, wet_now = [0.0] * BINS, [0.0] * BINS
    _rain(wet_now, lumps, 0, rest)
    wet_now[0] += wet - rest
    dry_now[0] = 1.0 - wet
    found = [_above(dry_now, wet_now)]
    for _ in range(days - 1):
        dry_next, wet_next = [0.0] * BINS, [0.0] * BINS
        for i in range(BINS):
            after_wet, after_dry = wet_now[i], dry_now[i]
            chance = after_wet * chain.after_wet + after_dry * chain.after_dry
            dry_next[i] += after_wet + after_dry - chance
            _rain(wet_next, lumps, i, chance)
        dry_now, wet_now = dry_next, wet_next
        found.append(_above(dry_now, wet_now))
    return tuple(found)


def _rain(into: list[float], lumps: list[int], at: int, chance: float) -> None:
    if chance > 1e-6:
        share, last = chance / LUMPS, BINS - 1
        for lump in lumps:
            place = at + lump
            into[place if place < last else last] += share


def _above(dry: list[float], wet: list[float]) -> tuple[float, ...]:
    """Chance of at least each amount; half of the bin that holds it counts."""
    both = [a + b for a, b in zip(dry, wet, strict=True)]
    found = [round(max(0.0, 1.0 - both[0]), 3)]
    for mm in RAIN_STEPS_MM[1:]:
        place = mm / BIN_MM
        first = math.ceil(place - 0.5)
        inside = min(1.0, max(0.0, first + 0.5 - place))
        found.append(round(min(found[0], sum(both[first + 1 :]) + inside * both[first]), 3))
    return tuple(found)
