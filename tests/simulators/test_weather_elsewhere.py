"""Weather of another place, put on the site's solar time."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from math import nan
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


@pytest.mark.parametrize("late_min", [15, 30, 45])
def test_hours_that_begin_within_an_hour_are_not_late(tmp_path: Path, late_min: int) -> None:
    """A file of the site whose hours begin at half past keeps its sun: an hour is taken at its own middle."""
    minutes = read_weather(write(tmp_path, intervals(8, 15)))
    assert isinstance(minutes, IntervalTable)
    quarters = minutes.columns["ghi_w_m2"]
    hours = array("d", (sum(quarters[i : i + 4]) / 4.0 for i in range(late_min // 15, len(quarters) - 3, 4)))
    own = replace(
        minutes, start_s=minutes.start_s + late_min // 15 * 900.0, step_s=3600.0, columns={"ghi_w_m2": hours}
    )
    assert abs(hours_late(own, PLACE.longitude)) < 0.25


@pytest.mark.parametrize(
    ("offset_h", "seen"),
    [
        (7.0, lambda hour, _: hour < 12),
        (7.0, lambda hour, _: hour < 15),
        (-10.0, lambda _, day: day in (0, 1, 2, 3, 11)),
    ],
    ids=["mornings", "until three", "five days of twelve"],
)
def test_where_half_of_the_sun_was_not_seen_nothing_is_moved(
    tmp_path: Path, offset_h: float, seen: Callable[[int, int], bool]
) -> None:
    """A logger that slept part of each day, or most days, does not tell where its sun stood: the file stays."""
    whole = table(tmp_path, offset_h, days=12)
    local = [
        datetime.fromtimestamp(whole.start_s + slot * whole.step_s, UTC) + timedelta(hours=7)
        for slot in range(whole.slots)
    ]
    first = local[0].date()
    part = array(
        "d",
        (
            value if seen(at.hour, (at.date() - first).days) else nan
            for value, at in zip(whole.columns["ghi_w_m2"], local, strict=True)
        ),
    )
    own = replace(whole, columns=whole.columns | {"ghi_w_m2": part})
    assert moved(own, PLACE.longitude) is own


def test_nights_may_be_left_out(tmp_path: Path) -> None:
    """A file of another place that holds daylight only is moved all the same: its curve is seen from dark to dark."""
    whole = table(tmp_path, -10.0)
    lit = array("d", (value if value > 0.0 else nan for value in whole.columns["ghi_w_m2"]))
    days = replace(whole, columns=whole.columns | {"ghi_w_m2": lit})
    assert moved(days, PLACE.longitude).start_s == moved(whole, PLACE.longitude).start_s != whole.start_s
