"""Weather of another place, put on the site's solar time."""

from __future__ import annotations

from datetime import timedelta, timezone
from pathlib import Path

import pytest

from simulators.weather_elsewhere import hours_late, moved
from simulators.weather_files import IntervalTable, read_weather
from simulators.weather_series import IntervalWeather
from tests.simulators.test_weather_files import PLACE, SKY, intervals, opened, write


def table(folder: Path, offset_h: float, days: int = 8) -> IntervalTable:
    """Half of the site's clear sky by the clock of a place ``offset_h`` hours from UTC."""
    there = timezone(timedelta(hours=offset_h)).utcoffset(None)
    zone = f"{'-' if there < timedelta() else '+'}{abs(there) // timedelta(hours=1):02d}:00"
    lines = [line.replace("+07:00", zone) for line in intervals(days)]
    found = read_weather(write(folder, lines))
    assert isinstance(found, IntervalTable)
    return found


@pytest.mark.parametrize("offset_h", [-10.0, -3.0, 0.0, 8.0, 12.0])
def test_the_sun_of_another_place_stands_highest_at_the_sites_noon(tmp_path: Path, offset_h: float) -> None:
    """A file of any time zone loses none of its sunshine, and its noon is the site's; a note says how far it was moved."""
    weather = IntervalWeather(moved(table(tmp_path, offset_h), PLACE.longitude), PLACE, 1, SKY)
    home = IntervalWeather(table(tmp_path, 7.0), PLACE, 1, SKY)
    day = (home.first + home.last) // 2
    there, here = weather.day(day).ghi_w_m2, home.day(day).ghi_w_m2
    assert sum(there) == pytest.approx(sum(here), rel=0.02)
    assert sum(abs(a - b) for a, b in zip(there, here, strict=True)) < 0.12 * sum(here)
    assert any("moved by" in note or "digeser" in note for note in weather.notes)


def test_weather_of_the_site_itself_stays_as_it_is(tmp_path: Path) -> None:
    """A file whose noon is the site's is not touched, and nothing is said."""
    own = table(tmp_path, 7.0)
    assert moved(own, PLACE.longitude) is own
    assert abs(hours_late(own, PLACE.longitude)) < 0.25


def test_clouded_afternoons_of_the_site_do_not_move_its_sun(tmp_path: Path) -> None:
    """Storms after noon on two days of three say nothing about the clock: the bright days tell."""
    lines = intervals(12)
    stormy = [
        line if int(line[8:10]) % 3 == 0 or int(line[11:13]) < 12 else f"{line.split(',')[0]},20.0,25.0"
        for line in lines[1:]
    ]
    weather = opened(tmp_path, [lines[0], *stormy])
    assert not any("moved by" in note or "digeser" in note for note in weather.notes)


def test_a_short_file_is_left_where_its_times_say(tmp_path: Path) -> None:
    """Six days prove nothing: they stay."""
    few = table(tmp_path, -10.0, days=6)
    assert moved(few, PLACE.longitude) is few
