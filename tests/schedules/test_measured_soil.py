"""The field account against soil water that was measured: a season of maize at Greeley, Colorado."""

from __future__ import annotations

from benchmarks._greeley import depletions
from benchmarks._random_weather import rmse
from tests.services import shared_data


def test_depletion_of_a_measured_season() -> None:
    """Without a probe the reckoned root-zone depletion is within 13 mm RMSE of 34 measured days, and its bias below 2 mm."""
    pairs = depletions(shared_data("weather/greeley_maize_2023_daily_soilwater.csv"))
    assert len(pairs) == 34
    assert rmse(pairs) <= 13.0
    assert abs(sum(ours - measured for measured, ours in pairs)) / len(pairs) < 2.0
