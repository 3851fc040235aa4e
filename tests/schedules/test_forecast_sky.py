"""Smart persistence: the last hour fades into what this hour of the day brings, and the spread is learned from own errors."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.forecast import outlook, own_course
from schedules.forecast_sky import KEPT, LEADS, USUAL, SkyMemory, expect, learn
from schedules.outlook import STEP_S
from schedules.solar import Array, clear_sky_ghi, cos_zenith

LON = 103.8
NOON = 1_790_053_200.0 - (1_790_053_200.0 % STEP_S)  # 2026-09-22 12:00 in Palembang
ARRAY = Array(-3.75, LON, 11.7, limit_w=10_000.0)


def fed(values: list[float | None], end_s: float = NOON, memory: SkyMemory | None = None) -> SkyMemory:
    found = memory or SkyMemory()
    for i, value in enumerate(values):
        found = learn(found, end_s - (len(values) - 1 - i) * STEP_S, value, LON)
    return found


def test_a_clear_noon_fades_into_the_usual() -> None:
    """After a clear hour the next quarter is expected clear, each later one less, tomorrow as usual."""
    memory = fed([1.0] * 4)
    indices = [one.mean for one in expect(memory, NOON, 96, LON)]
    assert 0.85 < indices[0] < 1.0
    assert all(a >= b - 0.02 for a, b in pairwise(indices[:16]))
    assert indices[90] == pytest.approx(USUAL, abs=0.05)


def test_nothing_known_is_the_usual_with_the_widest_spread() -> None:
    """A site on its first morning expects the long-run mean; a memory of yesterday evening pulls nothing."""
    for memory in (SkyMemory(), fed([1.0] * 4, NOON - 7200.0)):
        first = expect(memory, NOON, 1, LON)[0]
        assert first.mean == pytest.approx(USUAL, abs=0.05)
        assert first.high - first.low > 0.4


def test_haze_is_learned_within_ten_days() -> None:
    """Ten days at half of the usual brightness pull the mean of the hour most of the way there."""
    memory = SkyMemory()
    for day in range(10):
        memory = fed([0.3] * 16, NOON + day * 86_400.0, memory)
    tomorrow = expect(memory, NOON + 12 * 86_400.0 - 3600.0, 1, LON)[0]
    assert tomorrow.mean < 0.45


def test_the_band_holds_what_it_says() -> None:
    """On a synthetic sky that nobody told it about, 70 to 90 % of the quarters an hour ahead fall within the band."""
    random, memory, index, inside, asked = Random(4), SkyMemory(), 0.7, 0, 0
    for day in range(30):
        promised: dict[int, tuple[float, float]] = {}
        for quarter in range(36):
            at = NOON - 16_200.0 + day * 86_400.0 + quarter * STEP_S
            index = min(1.1, max(0.1, 0.7 + 0.8 * (index - 0.7) + random.gauss(0.0, 0.08)))
            if quarter in promised and day >= 8:
                asked += 1
                inside += promised[quarter][0] <= index <= promised[quarter][1]
            memory = learn(memory, at, index, LON)
            hour = expect(memory, at, 4, LON)[3]
            promised[quarter + 4] = (hour.low, hour.high)
        memory = learn(memory, NOON + day * 86_400.0 + 40_000.0, None, LON)
    assert 0.70 <= inside / asked <= 0.90


@given(st.lists(st.one_of(st.none(), st.floats(0.0, 1.5)), max_size=60), st.integers(1, 192))
def test_any_sky_gives_an_ordered_band(values: list[float | None], steps: int) -> None:
    """Whatever was measured: low <= expected <= high, all within 0..1.3, and the memory stays small."""
    memory = fed(values)
    assert len(memory.recent) <= KEPT
    assert all(len(band) == len(LEADS) for band in memory.low + memory.high)
    for one in expect(memory, NOON, steps, LON):
        assert 0.0 <= one.low <= one.mean <= one.high <= 1.3


def test_the_outlook_is_in_watts_of_the_plant() -> None:
    """Power follows the array at the expected irradiance within 1 % of its size, and is 0 at night."""
    course = own_course(ARRAY, fed([0.8] * 4), NOON + 100.0)
    seen = outlook(course, NOON + 100.0, ())
    assert seen.begin_s == NOON
    for i in (0, 8, 16):
        middle = NOON + (i + 0.5) * STEP_S
        clear = clear_sky_ghi(cos_zenith(middle, ARRAY.latitude_deg, LON))
        assert seen.ghi_w_m2[i] == pytest.approx(course.expected[i].mean * clear, abs=0.6)
        assert seen.power_w[i] == pytest.approx(
            ARRAY.power_w(middle, course.expected[i].mean * clear), abs=117.0
        )
    assert seen.power_w[40] == seen.power_high_w[40] == 0.0
    assert all(
        low <= mean <= high
        for low, mean, high in zip(seen.power_low_w, seen.power_w, seen.power_high_w, strict=True)
    )
