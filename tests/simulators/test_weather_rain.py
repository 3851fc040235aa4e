"""Generated rain over a dry file."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import fmean

import pytest

from controller.config import load_site
from simulators.sky import MINUTES
from simulators.weather import sky_of
from simulators.weather_climate import MONTHS
from simulators.weather_rain import WithRain, chain, chance, clearness
from simulators.weather_series import IntervalWeather, open_weather

SITE = load_site("simulators/sites/nursery.yaml")[0].file.site
DAYS = 30


@pytest.fixture(scope="module")
def dry(tmp_path_factory: pytest.TempPathFactory) -> IntervalWeather:
    """A month of hours without rain: three bright days, then three dull ones, and so on."""
    path: Path = tmp_path_factory.mktemp("dry") / "hours.csv"
    begin = datetime.fromisoformat("2023-10-01T00:00+07:00")
    lines = ["time,ghi_w_m2,temp_air_c"]
    for hour in range(DAYS * 24):
        at = begin + timedelta(hours=hour)
        bright = 800.0 if (hour // 24) % 6 < 3 else 300.0
        lines.append(f"{at.isoformat()},{max(0.0, bright * (1.0 - ((at.hour - 11.5) / 6.0) ** 2)):.1f},28")
    path.write_text("\n".join(lines), encoding="utf-8")
    source = open_weather(path, SITE, 1)
    assert isinstance(source, IntervalWeather)
    return source


def test_dull_days_are_wetter_and_the_month_is_as_wet_as_the_station(dry: IntervalWeather) -> None:
    """Over many seeds dull days rain more often than bright ones, and the share of wet days is near the station's October."""
    wet: dict[bool, list[float]] = {True: [], False: []}
    clear = [clearness(dry.day(day), sky_of(SITE)) for day in range(dry.first, dry.last + 1)]
    for seed in range(60):
        for index, amount in enumerate(chain(clear, dry.first, seed)):
            wet[index % 6 < 3].append(float(amount > 0.0))
    october = MONTHS[9]
    station = october.after_dry / (1.0 - october.after_wet + october.after_dry)
    assert fmean(wet[False]) > fmean(wet[True]) + 0.05
    assert fmean(wet[True] + wet[False]) == pytest.approx(station, abs=0.08)


def test_the_same_seed_rains_the_same_and_the_sun_stays(dry: IntervalWeather) -> None:
    """Rain is a function of seed and date; the file's irradiance is untouched; each wet day's minutes add up."""
    sky = sky_of(SITE)
    one, again, other = (WithRain(dry, seed, sky) for seed in (1, 1, 2))
    days = range(dry.first, dry.last + 1)
    totals = [[sum(rain.day(day).rain_mm) for day in days] for rain in (one, again, other)]
    assert totals[0] == totals[1] != totals[2]
    assert 0.0 < max(totals[0]) <= 125.0 + 1e-6
    assert len(one.day(days[0]).rain_mm) == MINUTES
    assert one.day(days[3]).ghi_w_m2 == dry.day(days[3]).ghi_w_m2


@pytest.mark.parametrize("month", range(12))
def test_the_chance_is_a_chance(month: int) -> None:
    """Between 0 and 1, higher after rain when the station's is, never higher on a brighter day."""
    entry = MONTHS[month]
    chances = [chance(entry, True, bright) for bright in (-2.0, 0.0, 2.0)]
    assert all(0.0 < value < 1.0 for value in chances)
    assert chances == sorted(chances, reverse=True)
    assert (chance(entry, True, 0.0) >= chance(entry, False, 0.0)) is (entry.after_wet >= entry.after_dry)
    assert date(2026, month + 1, 1).month == month + 1
