"""Own word and a provider's: the better one wins by its record, and one that lies loses its say."""

from __future__ import annotations

from random import Random

import pytest

from schedules.forecast import own_course
from schedules.forecast_blend import mix, mix_rain, weight_at
from schedules.forecast_provider import Provided
from schedules.forecast_skill import START, TOP, Record, Skill, entered, judged, promised
from schedules.forecast_sky import SkyMemory
from schedules.outlook import STEP_S, RainDay
from schedules.solar import Array

DAWN = 1_790_028_000.0  # 2026-09-22 05:00 in Palembang
ARRAY = Array(-3.75, 103.8, 11.7)


def skill(own: float, told: float, count: int = 200) -> Skill:
    """A record of a forecast with these errors (standard deviation), independent of each other."""
    random, found = Random(3), Skill()
    for i in range(count):
        a, b = random.gauss(0.0, own), random.gauss(0.0, told)
        for what in ("1h", "3h", "day", "rain"):
            found = promised(found, i * STEP_S, what, a, b, 0.5 * (a + b))
            found = judged(found, i * STEP_S, what, 0.0)
    return found


def told(share: float) -> Provided:
    """A provider that sees this share of the clear sky, by the hour, for two days."""
    course = own_course(ARRAY, SkyMemory(), DAWN)
    clear = [slot.clear_w_m2 for slot in course.slots]
    hours = [share * sum(clear[i : i + 4]) / 4.0 for i in range(0, 192, 4)]
    return Provided(DAWN, DAWN, 3600.0, tuple(hours))


def test_the_weight_follows_the_record() -> None:
    """Equal errors weigh half, a third of the error nine tenths, four times the error nothing; no record is careful."""
    assert skill(100.0, 100.0).weight("3h") == pytest.approx(0.5, abs=0.05)
    assert skill(100.0, 33.0).weight("3h") == pytest.approx(TOP, abs=0.03)
    assert skill(100.0, 400.0).weight("3h") == 0.0
    assert Skill().weight("3h") == START["3h"]
    assert skill(100.0, 10.0, count=5).weight("3h") == START["3h"]


def test_a_liar_loses_its_say_and_may_win_it_back() -> None:
    """A good provider that begins to lie falls below a tenth within 150 quarters; an honest month later it is heard again."""
    liar = skill(100.0, 50.0)
    trusted = liar.weight("1h")
    for i in range(150):
        liar = judged(promised(liar, i * STEP_S, "1h", 100.0, 600.0, 200.0), i * STEP_S, "1h", 0.0)
    assert liar.weight("1h") < 0.1 < trusted
    for i in range(2500):
        liar = judged(promised(liar, i * STEP_S, "1h", 100.0, 50.0, 80.0), i * STEP_S, "1h", 0.0)
    assert liar.weight("1h") > 0.7


def test_the_mix_lies_between_both_and_the_present_is_ours() -> None:
    """Every step lies between own and told; the next quarter is nearly our own, tomorrow nearly the better provider's."""
    own, good = own_course(ARRAY, SkyMemory(), DAWN), skill(100.0, 30.0)
    mixed = mix(own, told(0.3), good)
    seen = [i for i, index in enumerate(mixed.told) if index is not None]
    assert len(seen) > 70
    for i in seen:
        assert mixed.told[i] == pytest.approx(0.3, abs=0.03)
        assert 0.29 < mixed.course.expected[i].mean < own.expected[i].mean + 1e-9
        low, mean, high = (getattr(mixed.course.expected[i], name) for name in ("low", "mean", "high"))
        assert low <= mean <= high
    assert mixed.course.expected[130].mean == pytest.approx(0.3, abs=0.08)
    assert weight_at(good, 1.0) < 0.3 < weight_at(good, 48.0)
    assert mix(own, Provided(DAWN, DAWN, 3600.0), good).course.expected == own.expected


def test_rain_moves_with_the_providers_chance() -> None:
    """A provider that is sure of rain raises the chances, one that is sure of none lowers them; they stay chances."""
    days = tuple(
        RainDay(DAWN + n * 86_400.0, DAWN + (n + 1) * 86_400.0, 5.0, (0.4, 0.3, 0.2, 0.1, 0.0, 0.0),
                (0.4 + 0.1 * n, 0.3 + 0.1 * n, 0.2 + 0.1 * n, 0.1 + 0.1 * n, 0.1 * n, 0.0))
        for n in range(2)
    )  # fmt: skip
    good = skill(0.4, 0.2)
    wet = mix_rain(days, Provided(DAWN, DAWN, 3600.0, (), (1.0,) * 48, (0.9,) * 48), good)
    dry = mix_rain(days, Provided(DAWN, DAWN, 3600.0, (), (0.0,) * 48, (0.05,) * 48), good)
    for a, b, c in zip(dry, days, wet, strict=True):
        assert a.chance[0] < b.chance[0] < c.chance[0] < 1.0
        assert a.mean_mm < b.mean_mm < c.mean_mm
        assert a.sum_chance[2] < b.sum_chance[2] < c.sum_chance[2] <= 1.0
    assert mix_rain(days, Provided(DAWN, DAWN, 3600.0, (500.0,) * 48), good) == days


def test_records_tell_errors_in_their_own_units() -> None:
    """The fading mean of a constant error is that error."""
    record = Record()
    for _ in range(30):
        record = entered(record, 100.0, -50.0, 75.0, 20.0)
    assert record.rmse("own") == pytest.approx(100.0)
    assert record.mean("told", "ae") == pytest.approx(50.0)
    assert Record().rmse("mix") is None


def test_promises_that_nobody_judged_are_dropped() -> None:
    """After three days a promise without a truth is forgotten; there are never more than a few dozen."""
    found = promised(Skill(), 0.0, "1h", 1.0, 1.0, 1.0)
    assert judged(found, 4 * 86_400.0, "1h", 0.0) == Skill()
    for i in range(500):
        found = promised(found, float(i), "3h", 1.0, 1.0, 1.0)
    assert len(found.promises) <= 61
