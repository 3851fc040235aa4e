"""The built-in weather of South Sumatra."""

from __future__ import annotations

from datetime import date
from math import isfinite
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.sky import MINUTES
from simulators.weather import GeneratedWeather, sky_of, standard_offset_s
from simulators.weather_climate import Daily, year
from simulators.weather_minutes import Day, make_day
from tests.simulators.sample import site

PLACE = site().file.site
SKY = sky_of(PLACE)
FIRST = date(2025, 1, 1).toordinal()


@pytest.fixture(scope="module")
def days() -> list[Day]:
    """Every third day of a year."""
    source = GeneratedWeather(PLACE, 7, SKY)
    return [source.day(FIRST + number) for number in range(0, 365, 3)]


def test_same_seed_and_date_same_weather_in_any_order() -> None:
    """A day depends on seed and date only, not on what was asked before."""
    one, other = GeneratedWeather(PLACE, 3, SKY), GeneratedWeather(PLACE, 3)
    other.day(FIRST + 800)
    assert one.day(FIRST + 50) == other.day(FIRST + 50)
    assert one.day(FIRST + 50) != GeneratedWeather(PLACE, 4).day(FIRST + 50)


def test_irradiance_moves_as_measured(days: list[Day]) -> None:
    """One-minute steps by day are those of two months measured in Bangkok: 95 % below about 200, 99 % below about 500 W/m2."""
    steps = sorted(
        abs(day.ghi_w_m2[m] - day.ghi_w_m2[m - 1])
        for day in days
        for m in range(1, MINUTES)
        if day.ghi_w_m2[m] > 0.0 and day.ghi_w_m2[m - 1] > 0.0
    )
    assert 25 < mean(steps) < 45
    assert 140 < steps[int(0.95 * len(steps))] < 240
    assert 380 < steps[int(0.99 * len(steps))] < 600
    assert max(max(day.ghi_w_m2) for day in days) < 1500


@pytest.mark.parametrize(("level", "low", "high"), [(250, 10, 35), (400, 20, 45), (500, 20, 50)])
def test_level_crossings_a_day(days: list[Day], level: int, low: int, high: int) -> None:
    """The sun crosses a pump's threshold as often as measured (15 times a day at 250 W/m2, 33 at 400, 37 at 500), roughly."""
    crossings = [
        sum((a > level) != (b > level) for a, b in zip(day.ghi_w_m2, day.ghi_w_m2[1:], strict=False))
        for day in days
    ]
    assert low < mean(crossings) < high


def test_sunshine_and_evapotranspiration_of_the_year(days: list[Day]) -> None:
    """A year brings 1,550 to 1,850 kWh/m2, and a reference evapotranspiration of 3.2 to 3.9 mm/d."""
    assert 1550 < mean(sum(day.ghi_w_m2) for day in days) / 60e3 * 365 < 1850
    assert 3.2 < mean(sum(day.et0_mm) for day in days) < 3.9


def test_climate_of_many_years() -> None:
    """Thirty years average the station's rain within 8 %: about 2,950 mm, June the driest month, December among the wettest."""
    rows = [row for number in range(1990, 2020) for row in year(number, 11)]
    months = [
        sum(r.rain_mm for r in rows if date.fromordinal(r.ordinal).month == m) / 30 for m in range(1, 13)
    ]
    assert sum(months) == pytest.approx(2950, rel=0.08)
    assert months[5] < 150 < 300 < months[11]
    wet_august = [r.rain_mm >= 1.0 for r in rows if date.fromordinal(r.ordinal).month == 8]
    assert mean(wet_august) == pytest.approx(0.24, abs=0.05)


@settings(max_examples=60, deadline=None)
@given(
    st.floats(-5, 28),
    st.floats(0, 20),
    st.floats(0, 160),
    st.floats(0.0, 1.2),
    st.integers(0, 400),
    st.integers(0, 9),
)
def test_every_day_is_whole(
    low: float, span: float, rain: float, clear: float, offset: int, seed: int
) -> None:
    """Any daily row becomes 1440 finite minutes; rain is met exactly, night is dark, humidity at most 100 %."""
    ordinal = FIRST + offset
    sky = SKY.day(ordinal)
    day = make_day(Daily(ordinal, low, low + span, rain, clearness=clear), sky, seed, 60.0)
    for column in (day.ghi_w_m2, day.temp_c, day.rh_pct, day.wind_m_s, day.rain_mm, day.et0_mm):
        assert len(column) == MINUTES
        assert all(isfinite(value) for value in column)
    assert sum(day.rain_mm) == pytest.approx(rain, rel=1e-9)
    assert min(day.ghi_w_m2) >= 0.0
    assert max(day.rh_pct) <= 100.0
    assert all(light == 0.0 for light, sun in zip(day.ghi_w_m2, sky.cos_zenith, strict=True) if sun == 0.0)


@pytest.mark.parametrize("clearness", [0.15, 0.4, 0.7, 0.95])
def test_sunshine_of_the_row_is_met(clearness: float) -> None:
    """Without rain the day's total is the row's within 2 %."""
    sky = SKY.day(FIRST + 200)
    day = make_day(Daily(FIRST + 200, 22, 32, 0.0, clearness=clearness), sky, 1, 60.0)
    assert sum(day.ghi_w_m2) == pytest.approx(clearness * sum(sky.clear_w_m2), rel=0.02)


def test_given_evapotranspiration_is_met() -> None:
    """A row that states ET0 gets it."""
    day = make_day(Daily(FIRST, 22, 32, 0.0, et0_mm=4.2), SKY.day(FIRST), 1, 60.0)
    assert sum(day.et0_mm) == pytest.approx(4.2)


def test_standard_time_has_no_summer() -> None:
    """Days are counted in standard time, also where clocks change."""
    assert standard_offset_s("Asia/Jakarta") == 7 * 3600
    assert standard_offset_s("Europe/Vienna") == 3600
    assert standard_offset_s("Pacific/Honolulu") == -10 * 3600
