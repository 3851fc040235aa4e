"""Weather files: both shapes, and everything that can be wrong with them."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from math import isfinite
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulators.sky import MINUTES
from simulators.weather import WeatherSource, sky_of
from simulators.weather_files import WeatherError, read_weather
from simulators.weather_minutes import Day
from simulators.weather_series import DailyWeather, IntervalWeather, open_weather
from tests.services import shared_data
from tests.simulators.sample import site

PLACE = site().file.site
SKY = sky_of(PLACE)
WIB = timezone(timedelta(hours=7))
FIRST = date(2026, 8, 1)


def intervals(days: int = 2, minutes: int = 60, columns: str = "time,ghi_w_m2,temp_air_c") -> list[str]:
    """A regular file: half of the clear sky, 25 C; the header is line 1."""
    lines = [columns]
    for number in range(days * 1440 // minutes):
        when = datetime(2026, 8, 1, tzinfo=WIB) + timedelta(minutes=minutes * number)
        at = when.hour * 60 + when.minute
        clear = SKY.day(when.date().toordinal()).clear_w_m2[at : at + minutes]
        rest = ",".join(["80", "1.5", "0.3"][: columns.count(",") - 2])
        lines.append(
            f"{when.isoformat()},{0.5 * sum(clear) / minutes:.3f},25.0" + (f",{rest}" if rest else "")
        )
    return lines


def write(folder: Path, lines: list[str]) -> Path:
    """The file."""
    path = folder / "cuaca.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def opened(folder: Path, lines: list[str]) -> WeatherSource:
    """The weather of these lines."""
    return open_weather(write(folder, lines), PLACE, 1, SKY)


def whole(day: Day) -> bool:
    """Whether all columns are complete, finite and possible."""
    columns = (day.ghi_w_m2, day.temp_c, day.rh_pct, day.wind_m_s, day.rain_mm, day.et0_mm)
    return (
        all(len(column) == MINUTES and all(isfinite(value) for value in column) for column in columns)
        and min(day.ghi_w_m2) >= 0.0
        and min(day.rain_mm) >= 0.0
    )


@pytest.mark.parametrize("minutes", [1, 5, 15, 30, 60])
def test_intervals_keep_their_energy(tmp_path: Path, minutes: int) -> None:
    """At any step the day's sunshine is the file's within 1 %, and the minutes follow the sun."""
    source = opened(tmp_path, intervals(2, minutes))
    day = source.day(FIRST.toordinal() + 1)
    sky = SKY.day(FIRST.toordinal() + 1)
    assert sum(day.ghi_w_m2) == pytest.approx(0.5 * sum(sky.clear_w_m2), rel=0.01)
    assert day.ghi_w_m2[720] == pytest.approx(0.5 * sky.clear_w_m2[720], rel=0.02)
    assert whole(day)


def test_optional_columns_are_used(tmp_path: Path) -> None:
    """Humidity, wind and rain are taken where they are given; rain is spread over the interval."""
    source = opened(tmp_path, intervals(2, 60, "time,ghi_w_m2,temp_air_c,rh_percent,wind_m_s,rain_mm"))
    day = source.day(FIRST.toordinal())
    assert day.rh_pct[600] == 80.0
    assert day.wind_m_s[600] == 1.5
    assert day.rain_mm[600] == pytest.approx(0.3 / 60)
    assert sum(day.rain_mm) == pytest.approx(24 * 0.3)
    assert source.notes == []


def test_a_z_offset_and_columns_in_any_order(tmp_path: Path) -> None:
    """Times in UTC and another order of columns mean the same weather."""
    plain = intervals(2, 60)
    turned = ["temp_air_c,ghi_w_m2,time"]
    for line in plain[1:]:
        when, ghi, temp = line.split(",")
        turned.append(
            f"{temp},{ghi},{datetime.fromisoformat(when).astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%SZ')}"
        )
    one, other = (
        opened(tmp_path, plain).day(FIRST.toordinal()),
        opened(tmp_path, turned).day(FIRST.toordinal()),
    )
    assert one == other


ODD = [
    (30, "ghi_w_m2", "-4.0", "ghi_w_m2 is negative: taken as 0"),
    (12, "ghi_w_m2", "9000", "ghi_w_m2 is impossible (9000): taken as missing"),
    (12, "ghi_w_m2", "abc", "ghi_w_m2 is not a number: taken as missing"),
    (12, "temp_air_c", "-300", "temp_air_c is impossible (-300): taken as missing"),
    (12, "time", "2026-13-01T00:00+07:00", "time is not ISO 8601: the row is left out"),
    (12, "time", "2026-08-01T10:17:00+07:00", "time is off the 3600 s grid: the row is left out"),
    (12, "time", "2026-08-01T06:00:00+07:00", "time is there twice: the first row counts"),
]


@pytest.mark.parametrize(("row", "column", "text", "note"), ODD)
def test_odd_values_are_told_with_their_line_and_handled(
    tmp_path: Path, row: int, column: str, text: str, note: str
) -> None:
    """One wrong cell leaves a note that names its line, and a whole day."""
    lines = intervals(2, 60)
    cells = lines[row - 1].split(",")
    cells[lines[0].split(",").index(column)] = text
    lines[row - 1] = ",".join(cells)
    source = opened(tmp_path, lines)
    assert any(f"cuaca.csv:{row}: {note}" in entry for entry in source.notes), source.notes
    assert whole(source.day(FIRST.toordinal()))


def test_short_and_long_gaps_are_filled(tmp_path: Path) -> None:
    """Two missing hours are bridged; a missing day takes the next day's sky; both are told."""
    lines = intervals(3, 60)
    gapped = [line for number, line in enumerate(lines) if number not in (11, 12) and not 25 <= number <= 48]
    source = opened(tmp_path, gapped)
    assert any("rows are missing" in note for note in source.notes)
    clear = SKY.day(FIRST.toordinal()).clear_w_m2
    for offset in (0, 1):
        day = source.day(FIRST.toordinal() + offset)
        assert whole(day)
        assert sum(day.ghi_w_m2) == pytest.approx(0.5 * sum(clear), rel=0.03)


def test_dates_outside_the_file_use_it_again(tmp_path: Path) -> None:
    """A day beyond the file takes one of its days, and a note says so once."""
    source = opened(tmp_path, intervals(2, 60))
    assert whole(source.day(FIRST.toordinal() + 300))
    assert whole(source.day(FIRST.toordinal() - 5))
    assert sum("not in the file" in note for note in source.notes) == 1


def test_a_wrong_offset_is_suspected(tmp_path: Path) -> None:
    """A file whose sun shines at midnight is asked about its offset."""
    source = opened(tmp_path, [line.replace("+07:00", "-05:00") for line in intervals(3, 60)])
    source.day(FIRST.toordinal() + 1)
    assert any("offset of 'time'" in note for note in source.notes)


BROKEN = [
    ([], 1, "no column 'time' or 'date'"),
    (["time,temp_air_c", "2026-08-01T00:00:00+07:00,1"], 1, "column 'ghi_w_m2' is missing"),
    (["time,ghi_w_m2,ghi_w_m2,temp_air_c"], 1, "there twice"),
    (["time,ghi_w_m2,temp_air_c", "2026-08-01T00:00:00,0,1"], 2, "has no offset"),
    (["time,ghi_w_m2,temp_air_c", "2026-08-01T00:00:00Z,0,1"], 2, "fewer than two rows"),
    (
        ["time,ghi_w_m2,temp_air_c", "2026-08-01T00:00:00Z,0,1", "2026-08-01T03:00:00Z,0,1"],
        3,
        "the step is 10800 s",
    ),
    (
        ["time,ghi_w_m2,temp_air_c", "2026-08-01T00:00:00Z,0,1", "2026-08-01T00:00:00Z,0,1"],
        3,
        "does not advance",
    ),
    ([*intervals(1, 60), "3026-08-01T00:00:00+07:00,0,1"], 26, "years away"),
    (["date,tmin_c,tmax_c", "2026-08-01,20,30"], 1, "column 'rain_mm' is missing"),
    (["date,tmin_c,tmax_c,rain_mm", "kemarin,20,30,0"], 2, "no row with a date"),
]


@pytest.mark.parametrize(("lines", "line", "what"), BROKEN)
def test_a_file_that_means_nothing_is_an_error_with_its_line(
    tmp_path: Path, lines: list[str], line: int, what: str
) -> None:
    """What cannot be read at all is refused, with file and line."""
    path = write(tmp_path, lines)
    with pytest.raises(WeatherError) as caught:
        read_weather(path)
    assert caught.value.line == line
    assert what in str(caught.value)
    assert str(caught.value).startswith(f"{path}:{line}: ")


def test_files_that_are_no_text_are_errors(tmp_path: Path) -> None:
    """A missing file and a binary one are told as such."""
    with pytest.raises(WeatherError, match="cannot be read"):
        read_weather(tmp_path / "none.csv")
    (tmp_path / "b.csv").write_bytes(b"time,\xff\xfe\x00")
    with pytest.raises(WeatherError, match="UTF-8"):
        read_weather(tmp_path / "b.csv")


def daily(days: int = 40, columns: str = "date,tmin_c,tmax_c,rain_mm,srad_mj_m2") -> list[str]:
    """A regular daily file."""
    rows = [
        f"{date.fromordinal(FIRST.toordinal() + n)},22.{n % 10},31.{n % 7},{(n % 3) * 4.0},{14 + n % 5}"
        for n in range(days)
    ]
    return [columns, *rows]


def test_daily_rows_become_minutes(tmp_path: Path) -> None:
    """A day's rain, sunshine and temperatures are the row's; the same seed gives the same minutes, another one others."""
    path = write(tmp_path, daily())
    source, again, other = (open_weather(path, PLACE, seed, SKY) for seed in (1, 1, 2))
    day = source.day(FIRST.toordinal() + 3)
    assert sum(day.rain_mm) == pytest.approx(0.0)
    assert sum(source.day(FIRST.toordinal() + 4).rain_mm) == pytest.approx(4.0)
    assert sum(day.ghi_w_m2) * 60e-6 == pytest.approx(17.0, rel=0.02)
    assert min(day.temp_c) == pytest.approx(22.3, abs=0.2)
    assert max(day.temp_c) == pytest.approx(31.3, abs=0.2)
    assert day == again.day(FIRST.toordinal() + 3) != other.day(FIRST.toordinal() + 3)


def test_daily_oddities_are_told_and_handled(tmp_path: Path) -> None:
    """Missing days, a maximum of 55 C, a black day, swapped temperatures and negative rain leave whole days and notes."""
    lines = daily()
    del lines[10:13]
    lines[5] = "2026-08-05,22,55,0,15"
    lines[6] = "2026-08-06,22,31,0,0.4"
    lines[7] = "2026-08-07,31,22,-1,15"
    source = opened(tmp_path, lines)
    assert isinstance(source, DailyWeather)
    notes = " ".join(source.notes)
    for text in ("days are missing", "tmin_c is above tmax_c on 1 days", "rain_mm is negative"):
        assert text in notes
    for text in ("tmax_c is out of line on 1 days", "srad_mj_m2 is impossible"):
        assert text in notes
    assert all(whole(source.day(FIRST.toordinal() + offset)) for offset in range(-2, 45))
    assert max(source.day(FIRST.toordinal() + 4).temp_c) < 35
    assert sum(source.day(FIRST.toordinal() + 5).ghi_w_m2) * 60e-6 > 5.0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.booleans(),
    st.lists(
        st.tuples(st.integers(0, 39), st.integers(0, 4), st.text(max_size=6) | st.floats().map(str)),
        max_size=8,
    ),
)
def test_any_damage_is_an_error_or_a_note_never_a_crash(
    tmp_path: Path, by_day: bool, damage: list[tuple[int, int, str]]
) -> None:
    """Random cells overwritten with anything: the file is refused with a WeatherError, or every day is whole."""
    lines = daily() if by_day else intervals(2, 60, "time,ghi_w_m2,temp_air_c,rh_percent,wind_m_s")
    for row, column, text in damage:
        cells = lines[row].split(",")
        if column < len(cells):
            cells[column] = text
        lines[row] = ",".join(cells)
    path = tmp_path / "cuaca.csv"
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    source = None
    with suppress(WeatherError):
        source = open_weather(path, PLACE, 1, SKY)
    assert source is None or whole(source.day(FIRST.toordinal()))
    assert source is None or whole(source.day(FIRST.toordinal() + 1))


REAL = [
    ("bangkok_cuee_1min_2023-06.csv", date(2023, 6, 1), date(2023, 6, 30), 5.08),
    ("bangkok_cuee_1min_2023-10.csv", date(2023, 10, 1), date(2023, 10, 31), 3.83),
    ("sitiung_sumatra_daily_1980_1985.csv", date(1980, 4, 30), date(1986, 1, 16), 4.05),
    ("honolulu_tmy3_hourly.csv", date(2023, 1, 1), date(2023, 12, 31), 5.35),
]


@pytest.mark.parametrize(("name", "first", "last", "kwh"), REAL)
def test_real_files(name: str, first: date, last: date, kwh: float) -> None:
    """Real weather of each shape is read whole: its days, and its mean sunshine within 3 % (daily file: 12 %, with its gaps)."""
    spots = {"bangkok": (13.74, 100.53, "Asia/Bangkok"), "sitiung": (-2.0, 102.0, "Asia/Jakarta"),
             "honolulu": (21.317, -157.933, "Pacific/Honolulu")}  # fmt: skip
    latitude, longitude, timezone_name = spots[name.partition("_")[0]]
    place = PLACE.model_copy(update={"latitude": latitude, "longitude": longitude, "timezone": timezone_name})
    source = open_weather(shared_data(f"weather/{name}"), place, 1)
    assert isinstance(source, DailyWeather | IntervalWeather)
    assert (source.first, source.last) == (first.toordinal(), last.toordinal())
    days = range(source.first, source.last + 1, 1 if last.month == first.month else 9)
    total = sum(sum(source.day(day).ghi_w_m2) for day in days) / 60e3 / len(days)
    assert total == pytest.approx(kwh, rel=0.12 if "daily" in name else 0.03)


def test_an_indonesian_reads_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a file lacks and what was odd in it are told in the language of the terminal."""
    monkeypatch.setenv("LANG", "id_ID.UTF-8")
    path = tmp_path / "cuaca.csv"
    path.write_text("time,temp_air_c\n")
    with pytest.raises(WeatherError, match=r"kolom 'ghi_w_m2' tidak ada\. Diperlukan: time, ghi_w_m2"):
        read_weather(path)
    path.write_text("\n".join(intervals(columns="time,ghi_w_m2,temp_air_c")).replace("25.0", "hangat", 1))
    assert "temp_air_c bukan angka" in " ".join(read_weather(path).notes.texts())
