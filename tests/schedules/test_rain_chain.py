"""The wet-day chain: its prior is Sitiung's, its sums are those of the chain played out, and a gauge changes its mind in weeks."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.outlook import RAIN_STEPS_MM
from schedules.rain_chain import (
    ELSEWHERE,
    MONTHS,
    SCALE,
    SHAPE,
    Month,
    RainMemory,
    exceeds,
    learned,
    left_share,
    rain_days,
    remember,
    to_come,
)
from tests.services import shared_data

MUARA_ENIM = (-3.75, 103.8)
MIDNIGHTS = tuple(86_400.0 * (n + 0.5) for n in range(7))


def test_the_prior_is_the_stations() -> None:
    """Every month's chances and mean amount are those of the Sitiung series, to the printed digits."""
    rain = {}
    with shared_data("weather/sitiung_sumatra_daily_1980_1985.csv").open() as file:
        for row in csv.DictReader(file):
            rain[date.fromisoformat(row["date"])] = float(row["rain_mm"])
    for number, month in enumerate(MONTHS, 1):
        days = [(day, mm) for day, mm in rain.items() if day.month == number]
        before = {day: rain.get(day - timedelta(days=1)) for day, _ in days}
        wet = [mm for _, mm in days if mm >= 1.0]
        after_wet = [mm >= 1.0 for day, mm in days if (before[day] or 0.0) >= 1.0]
        after_dry = [mm >= 1.0 for day, mm in days if before[day] is not None and before[day] < 1.0]  # type: ignore[operator]
        assert month.wet_mm == pytest.approx(sum(wet) / len(wet), abs=0.06)
        assert month.after_wet == pytest.approx(sum(after_wet) / len(after_wet), abs=0.006)
        assert month.after_dry == pytest.approx(sum(after_dry) / len(after_dry), abs=0.006)


def test_the_amounts_fit_the_station() -> None:
    """The share of wet days above 5, 10, 20, 40 and 80 mm is within 5 points of the station's."""
    station = {5.0: 0.660, 10.0: 0.477, 20.0: 0.279, 40.0: 0.125, 80.0: 0.018}
    for mm, share in station.items():
        assert exceeds(mm, 16.84) == pytest.approx(share, abs=0.05), mm


@pytest.mark.parametrize("memory", [RainMemory(before=1), RainMemory(before=0, today_mm=7.0)])
def test_the_sums_are_those_of_the_chain(memory: RainMemory) -> None:
    """Chances of a week's sum agree with 20,000 weeks of the chain played out, within 3 points."""
    chain = Month(0.64, 0.40, 15.1)
    days = rain_days(memory, chain, 0.0, MIDNIGHTS, 12.0)
    random, count, played = Random(1), [0] * len(RAIN_STEPS_MM), 20_000
    for _ in range(played):
        rest, wet_chance = to_come(memory, chain, 12.0)
        falls = random.random() < rest
        wet = falls or wet_chance == 1.0
        total = 0.0
        for _day in range(7):
            if falls:
                total += 1.0 + (chain.wet_mm - 1.0) * SCALE * random.expovariate(1.0) ** (1.0 / SHAPE)
            falls = wet = random.random() < (chain.after_wet if wet else chain.after_dry)
        for place, mm in enumerate(RAIN_STEPS_MM):
            count[place] += total >= mm
    for place, hits in enumerate(count):
        assert days[-1].sum_chance[place] == pytest.approx(hits / played, abs=0.03), RAIN_STEPS_MM[place]


@given(
    before=st.sampled_from([-1, 0, 1]),
    today=st.floats(0.0, 120.0),
    hour=st.floats(0.0, 24.0),
    month=st.integers(1, 12),
)
def test_chances_are_chances(before: int, today: float, hour: float, month: int) -> None:
    """Whatever fell and whenever it is asked: chances lie in 0..1, fall with the amount, and sums only grow with the days."""
    memory = RainMemory("2026-01-01", today, before)
    days = rain_days(memory, learned(memory, month, *MUARA_ENIM), 0.0, MIDNIGHTS, hour)
    for day in days:
        for chances in (day.chance, day.sum_chance):
            assert all(0.0 <= b <= a <= 1.0 for a, b in pairwise(chances))
    for a, b in pairwise(days):
        assert all(x <= y + 1e-9 for x, y in zip(a.sum_chance, b.sum_chance, strict=True))


def taught(wet: bool, days: int) -> RainMemory:
    memory, first = RainMemory(), date(2026, 6, 1)
    for n in range(days + 1):
        memory = remember(memory, (first + timedelta(days=n)).isoformat(), 12.0 * wet, follows=True)
    return memory


def test_a_drought_is_learned_and_forgotten() -> None:
    """Six dry weeks halve the chance of a wet day after a dry one; an unknown climate gives way sooner."""
    drought = learned(taught(False, 42), 6, *MUARA_ENIM)
    assert drought.after_dry < 0.5 * MONTHS[5].after_dry
    far = learned(taught(False, 14), 6, 44.0, 8.0)
    assert far.after_dry < 0.5 * ELSEWHERE.after_dry
    memory = taught(False, 42)
    for n in range(43, 100):
        memory = remember(memory, (date(2026, 6, 1) + timedelta(days=n)).isoformat(), 12.0, follows=True)
    again = learned(memory, 9, *MUARA_ENIM)
    assert again.after_wet > MONTHS[8].after_wet


def test_an_afternoon_without_rain_lowers_the_chance() -> None:
    """The later a day has stayed dry, the less likely rain is today; at midnight nothing is left of it."""
    chain = MONTHS[0]
    chances = [to_come(RainMemory(before=1), chain, hour)[0] for hour in (0.0, 12.0, 18.0, 22.0, 24.0)]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] == pytest.approx(chain.after_wet)
    assert chances[-1] < 0.01
    assert left_share(0.0) == pytest.approx(1.0)


def test_a_gap_makes_the_day_before_unknown() -> None:
    """After days without a word the chain starts from its long-run share, and no transition is counted."""
    memory = remember(RainMemory("2026-01-01", 20.0, 0), "2026-01-09", 0.0, follows=False)
    assert (memory.before, memory.d, memory.dw) == (-1, 1.0, 1.0)
    later = remember(memory, "2026-01-10", 0.0, follows=True)
    assert (later.w, later.d) == (0.0, pytest.approx(memory.d, rel=0.03))
