"""The sky without a network: smart persistence that knows the time of day and its own errors.

The clear-sky index (measured over Haurwitz) of the last quarter and of the last hour pulls the expectation away from what this hour
of the day usually brings here; the pull fades with the lead. How wide the truth lies around it is learned by lead and by how clear
the expectation is, one small step of the pinball loss per error (Koenker and Bassett 1978, doi:10.2307/1913643). All of it is a few
dozen numbers of one frozen value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from schedules.frozen import replace
from schedules.outlook import STEP_S

HOURS: Final = 12
"""Solar hours 6 to 17 that have a mean of their own."""

USUAL: Final = 0.63
"""The index before anything is learned: about 1,700 of 2,672 kWh/m2 a year (Global Solar Atlas over Haurwitz)."""

LEADS: Final = (1, 2, 4, 8, 16, 28)
"""Leads, in steps of 15 minutes, at which pull and spread are known; the last one stands for all later ones."""

PULL_LAST: Final = (0.60, 0.37, 0.28, 0.20, 0.10, 0.0)
PULL_HOUR: Final = (0.20, 0.32, 0.28, 0.18, 0.05, 0.0)
"""How much of the anomaly of the last quarter and of the last hour is left at each lead: least squares on Bangkok one-minute
data of June and October 2023 (the coefficients of one month served the other as well; rounded between them)."""

PULL_DAY: Final = 0.15
"""How much of a day's anomaly the next one keeps."""

EDGES: Final = (0.45, 0.65)
"""Expected indices that part overcast, broken and clear: each has its own spread."""

LOW: Final = (
    (-0.10, -0.12, -0.14, -0.16, -0.20, -0.24),
    (-0.22, -0.26, -0.28, -0.30, -0.32, -0.34),
    (-0.20, -0.26, -0.30, -0.34, -0.36, -0.40),
)
HIGH: Final = (
    (0.14, 0.20, 0.26, 0.30, 0.34, 0.36),
    (0.20, 0.24, 0.26, 0.27, 0.28, 0.28),
    (0.12, 0.16, 0.18, 0.20, 0.22, 0.24),
)
"""Where the error is below one time of ten, and above nine, before own errors are known: by EDGES, by LEADS."""

KEPT: Final = LEADS[4] + 4
LEARN_HOUR: Final = 1.0 / 40.0
"""What one quarter weighs in its hour's mean: four a day, so a haze or a wet month is learned within ten days."""

LEARN_SPREAD: Final = 0.012
DARK: Final = -1.0
TOP: Final = 1.3
STALE_S: Final = 3600.0
DAY_STEPS: Final = 96

Bands = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class SkyMemory:
    """``at_s``: POSIX end of the last quarter that was seen. ``recent``: its index and those before it (-1: not measured).
    ``hours``: learned mean by solar hour, () before the first. ``day_sum``, ``day_n``: anomalies of today, ``before``: mean
    anomaly of the last whole day. ``low``, ``high``: learned spread as LOW and HIGH.
    """

    at_s: float = 0.0
    recent: tuple[float, ...] = ()
    hours: tuple[float, ...] = ()
    day_sum: float = 0.0
    day_n: int = 0
    before: float = 0.0
    low: Bands = LOW
    high: Bands = HIGH


class Expected(NamedTuple):
    """Expected clear-sky index and the two that are exceeded nine times and one time of ten."""

    mean: float
    low: float
    high: float


_NOTHING: Final = Expected(0.0, 0.0, 0.0)


def solar_hour(at_s: float, longitude_deg: float) -> float:
    """Mean solar time, h (0..24)."""
    return ((at_s + longitude_deg * 240.0) % 86400.0) / 3600.0


def usual(memory: SkyMemory, hour: float) -> float:
    """What this solar hour usually brings."""
    if not memory.hours:
        return USUAL
    place = int(hour) - 6
    return memory.hours[0 if place < 0 else place if place < HOURS else HOURS - 1]


def learn(memory: SkyMemory, at_s: float, index: float | None, longitude_deg: float) -> SkyMemory:
    """The memory after the quarter that ended at POSIX ``at_s`` with this clear-sky index (None: dark, or not measured)."""
    if index is None:
        return _dark(memory, at_s)
    recent = _recent(memory, at_s)
    hour = solar_hour(at_s - 0.5 * STEP_S, longitude_deg)
    low, high = _spread(memory, recent, at_s, index, longitude_deg)
    hours = memory.hours or (USUAL,) * HOURS
    place = min(HOURS - 1, max(0, int(hour) - 6))
    mean = hours[place]
    hours = (*hours[:place], round(mean + LEARN_HOUR * (index - mean), 4), *hours[place + 1 :])
    return SkyMemory(
        at_s,
        (round(index, 3), *recent)[:KEPT],
        hours,
        round(memory.day_sum + index - mean, 4),
        memory.day_n + 1,
        memory.before,
        low,
        high,
    )


def _dark(memory: SkyMemory, at_s: float) -> SkyMemory:
    """Nothing was seen. After four hours of that the day is over."""
    if at_s - memory.at_s < 4 * 3600.0 or (memory.day_n == 0 and not memory.recent):
        return memory
    before = round(memory.day_sum / memory.day_n, 4) if memory.day_n >= 12 else 0.0
    return replace(memory, recent=(), day_sum=0.0, day_n=0, before=before)


def _recent(memory: SkyMemory, at_s: float) -> tuple[float, ...]:
    """The indices before this quarter; quarters that are missing in between are marked."""
    missed = round((at_s - memory.at_s) / STEP_S) - 1
    if missed < 0 or missed > KEPT:
        return ()
    return ((DARK,) * missed + memory.recent)[:KEPT]


def _pulls(
    memory: SkyMemory, recent: tuple[float, ...], at_s: float, longitude_deg: float
) -> tuple[float, float]:
    """Anomaly of the last quarter and of the last hour, seen from ``at_s``; 0.0 where nothing was measured."""
    anomalies = [
        value - usual(memory, solar_hour(at_s - (i + 0.5) * STEP_S, longitude_deg))
        for i, value in enumerate(recent[:4])
        if value >= 0.0
    ]
    if not anomalies:
        return 0.0, 0.0
    mean = sum(anomalies) / len(anomalies)
    return (anomalies[0] if recent[0] >= 0.0 else mean), mean


def _spread(
    memory: SkyMemory, recent: tuple[float, ...], at_s: float, index: float, longitude_deg: float
) -> tuple[Bands, Bands]:
    """Both spreads after the error that each lead's forecast of this quarter had."""
    low, high = [list(band) for band in memory.low], [list(band) for band in memory.high]
    base = usual(memory, solar_hour(at_s - 0.5 * STEP_S, longitude_deg))
    for place, lead in enumerate(LEADS):
        then = recent[lead - 1 :]
        far = place == len(LEADS) - 1
        if not far and (not then or then[0] < 0.0):
            continue
        last, hour = (0.0, 0.0) if far else _pulls(memory, then, at_s - lead * STEP_S, longitude_deg)
        expected = base + PULL_LAST[place] * last + PULL_HOUR[place] * hour
        kind = _kind(expected)
        error = index - expected
        low[kind][place] = _quantile(low[kind][place], error, 0.1, -0.7, -0.02)
        high[kind][place] = _quantile(high[kind][place], error, 0.9, 0.02, 0.7)
    return tuple(map(tuple, low)), tuple(map(tuple, high))


def _quantile(now: float, error: float, share: float, least: float, most: float) -> float:
    """One step of the pinball loss towards the quantile."""
    now += LEARN_SPREAD * (share - 1.0 if error < now else share)
    return round(min(most, max(least, now)), 4)


def _kind(index: float) -> int:
    return (index >= EDGES[0]) + (index >= EDGES[1])


@lru_cache(maxsize=512)
def _between(lead: float) -> tuple[int, float]:
    """The place in LEADS below a lead in steps, and how far it lies towards the next one."""
    if lead <= LEADS[0]:
        return 0, 0.0
    for i in range(len(LEADS) - 1):
        if lead < LEADS[i + 1]:
            return i, (lead - LEADS[i]) / (LEADS[i + 1] - LEADS[i])
    return len(LEADS) - 2, 1.0


def expect(
    memory: SkyMemory, begin_s: float, steps: int, longitude_deg: float, dark: Sequence[bool] = ()
) -> list[Expected]:
    """The expectation for each of ``steps`` steps from POSIX ``begin_s``. Old or no measurements: what is usual, and its spread.
    ``dark``: steps that nobody needs to know anything of.
    """
    fresh = begin_s - memory.at_s < STALE_S
    last, hour = _pulls(memory, memory.recent, memory.at_s, longitude_deg) if fresh else (0.0, 0.0)
    first = (begin_s - memory.at_s) / STEP_S + 1.0 if fresh else float(LEADS[-1])
    today, found, far = _day_pull(memory), [], [_NOTHING] * 24
    clock = solar_hour(begin_s + 0.5 * STEP_S, longitude_deg)
    for i in range(steps):
        if dark and dark[i]:
            found.append(_NOTHING)
            continue
        solar = int(clock + 0.25 * i) % 24
        lead = first + i
        if lead < LEADS[-1]:
            place, part = _between(round(lead, 2))
            a = PULL_LAST[place] + part * (PULL_LAST[place + 1] - PULL_LAST[place])
            b = PULL_HOUR[place] + part * (PULL_HOUR[place + 1] - PULL_HOUR[place])
            pull = a * last + b * hour + (part * today if place == len(LEADS) - 2 else 0.0)
            found.append(_banded(memory, usual(memory, solar) + pull, place, part))
        elif i < DAY_STEPS:
            found.append(_banded(memory, usual(memory, solar) + today, len(LEADS) - 2, 1.0))
        else:
            if far[solar] is _NOTHING:
                far[solar] = _banded(memory, usual(memory, solar), len(LEADS) - 2, 1.0)
            found.append(far[solar])
    return found


def _banded(memory: SkyMemory, index: float, place: int, part: float) -> Expected:
    """The index with its learned spread at a lead."""
    index = 0.02 if index < 0.02 else index if index < TOP else TOP
    kind = _kind(index)
    low, high = memory.low[kind], memory.high[kind]
    below = index + low[place] + part * (low[place + 1] - low[place])
    above = index + high[place] + part * (high[place + 1] - high[place])
    return Expected(index, below if below > 0.0 else 0.0, above if above < TOP else TOP)


def _day_pull(memory: SkyMemory) -> float:
    """What the last day leaves to the next: today's anomaly once half of it is seen, else that of the day before."""
    mean = memory.day_sum / memory.day_n if memory.day_n >= 20 else memory.before
    return PULL_DAY * mean
