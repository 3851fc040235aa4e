"""Weather CSV files, read and checked: columns of numbers on a time grid, NaN where there is none, and notes for people.

Two shapes. Interval rows: ``time`` (with offset, start of the interval; constant step of a minute to an hour), ``ghi_w_m2``,
``temp_air_c`` and optionally ``rh_percent``, ``wind_m_s``, ``rain_mm``. Daily rows: ``date``, ``tmin_c``, ``tmax_c``, ``rain_mm``
and optionally ``srad_mj_m2``, ``et0_mm``. Odd values never stop a season: they become missing or are clamped, with a
note that names the first line and the count. Only a file that cannot be understood at all is an error.
"""

from __future__ import annotations

import csv
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from math import isfinite, nan
from pathlib import Path
from typing import Final

from controller.commands.console import t

MINUTE_S, HOUR_S = 60.0, 3600.0

INTERVAL: Final[dict[str, tuple[float, float]]] = {
    "ghi_w_m2": (0.0, 1500.0),
    "temp_air_c": (-60.0, 60.0),
    "rh_percent": (0.0, 105.0),
    "wind_m_s": (0.0, 75.0),
    "rain_mm": (0.0, 300.0),
}
"""Columns of interval files and what is possible on earth (one-minute irradiance reaches 1,400 beside clouds)."""

DAILY: Final[dict[str, tuple[float, float]]] = {
    "tmin_c": (-60.0, 45.0),
    "tmax_c": (-60.0, 60.0),
    "rain_mm": (0.0, 1000.0),
    "srad_mj_m2": (0.0, 45.0),
    "et0_mm": (0.0, 20.0),
}


class WeatherError(Exception):
    """A weather file that cannot be used: where (``line`` counts from 1; 0: the whole file), what, and what would help."""

    def __init__(self, path: str, line: int, what: str, hint: str = "") -> None:
        super().__init__(path, line, what, hint)
        self.path, self.line, self.what, self.hint = path, line, what, hint

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.what}" + (f". {self.hint}" if self.hint else "")


@dataclass(slots=True)
class Notes:
    """What was odd, counted by kind, with the line where it was first seen."""

    path: str
    _seen: dict[str, list[int]] = field(default_factory=dict)

    def add(self, line: int, what: str) -> None:
        """One more of this kind."""
        self._seen.setdefault(what, [line, 0])[1] += 1

    def texts(self) -> list[str]:
        """One sentence per kind."""
        return [
            f"{self.path}:{line}: {what}" + (_times(count) if count > 1 else "")
            for what, (line, count) in self._seen.items()
        ]


def _times(count: int) -> str:
    return t(f" ({count} times, first here)", f" ({count} kali, pertama di sini)")


@dataclass(frozen=True, slots=True)
class IntervalTable:
    """Columns on a grid: slot i covers ``start_s`` + i * ``step_s`` (POSIX s). NaN: no value. Absent columns are absent."""

    start_s: float
    step_s: float
    columns: dict[str, array[float]]
    notes: Notes

    @property
    def slots(self) -> int:
        """Length of the grid."""
        return len(self.columns["ghi_w_m2"])


@dataclass(frozen=True, slots=True)
class DailyTable:
    """Columns by day: index 0 is ``first`` (date ordinal). NaN: no value. Absent columns are absent."""

    first: int
    columns: dict[str, array[float]]
    notes: Notes

    @property
    def days(self) -> int:
        """Number of days from the first to the last."""
        return len(self.columns["tmin_c"])


def read_weather(path: str | Path) -> IntervalTable | DailyTable:
    """Read a file of either shape. Raises WeatherError."""
    name = str(path)
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as handle:
            rows = csv.reader(handle)
            header = [column.strip().lower() for column in next(rows, [])]
            if "time" in header:
                return _intervals(name, header, _lines(name, rows))
            if "date" in header:
                return _days(name, header, _lines(name, rows))
    except UnicodeDecodeError:
        raise WeatherError(
            name,
            0,
            t("not a text file in UTF-8", "bukan berkas teks UTF-8"),
            t("Save it as CSV UTF-8", "Simpan sebagai CSV UTF-8"),
        ) from None
    except OSError as error:
        raise WeatherError(
            name, 0, t(f"cannot be read ({error.strerror})", f"tidak dapat dibaca ({error.strerror})")
        ) from None
    except csv.Error as error:
        raise WeatherError(name, 1, t(f"not a CSV file ({error})", f"bukan berkas CSV ({error})")) from None
    raise WeatherError(
        name,
        1,
        t("no column 'time' or 'date'", "tidak ada kolom 'time' atau 'date'"),
        t(
            "The first line must name the columns, separated by commas",
            "Baris pertama harus berisi nama kolom, dipisah koma",
        ),
    )


def _lines(name: str, rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Rows with their line numbers, empty ones left out."""
    number = 1
    try:
        for row in rows:
            number = rows.line_num  # type: ignore[attr-defined]
            if row and any(row):
                yield number, row
    except csv.Error as error:
        raise WeatherError(
            name, number + 1, t(f"not a CSV row ({error})", f"bukan baris CSV ({error})")
        ) from None


def _layout(
    name: str,
    header: list[str],
    key: str,
    known: dict[str, tuple[float, float]],
    needed: tuple[str, ...],
    notes: Notes,
) -> dict[str, int]:
    """Where the known columns are. Raises WeatherError when a needed one is missing or one is there twice."""
    missing = [column for column in needed if column not in header]
    if missing:
        raise WeatherError(
            name,
            1,
            t(f"column {missing[0]!r} is missing", f"kolom {missing[0]!r} tidak ada"),
            t("Needed: ", "Diperlukan: ") + f"{key}, {', '.join(needed)}",
        )
    for column in header:
        if header.count(column) > 1 and (column == key or column in known):
            raise WeatherError(
                name, 1, t(f"column {column!r} is there twice", f"kolom {column!r} tertulis dua kali")
            )
        if column != key and column not in known:
            notes.add(
                1,
                t(
                    f"column {column!r} is not known and is ignored",
                    f"kolom {column!r} tidak dikenal dan diabaikan",
                ),
            )
    return {column: header.index(column) for column in known if column in header}


def _number(
    row: list[str], at: int, column: str, bounds: tuple[float, float], line: int, notes: Notes
) -> float:
    """One cell: clamped, or NaN with a note."""
    text = row[at].strip() if at < len(row) else ""
    if not text:
        return nan
    try:
        value = float(text)
    except ValueError:
        notes.add(
            line,
            t(f"{column} is not a number: taken as missing", f"{column} bukan angka: dianggap tidak ada"),
        )
        return nan
    if bounds[0] <= value <= bounds[1]:
        return value
    if not isfinite(value):
        return nan
    if column in ("ghi_w_m2", "srad_mj_m2", "rain_mm", "wind_m_s") and -50.0 <= value < 0.0:
        notes.add(line, t(f"{column} is negative: taken as 0", f"{column} negatif: dianggap 0"))
        return 0.0
    notes.add(
        line,
        t(
            f"{column} is impossible ({value:g}): taken as missing",
            f"{column} tidak mungkin ({value:g}): dianggap tidak ada",
        ),
    )
    return nan


def _intervals(name: str, header: list[str], rows: Iterator[tuple[int, list[str]]]) -> IntervalTable:
    notes = Notes(name)
    layout = _layout(name, header, "time", INTERVAL, ("ghi_w_m2", "temp_air_c"), notes)
    time_at = header.index("time")
    times, lines = array("d"), array("l")
    cells = {column: array("d") for column in layout}
    for line, row in rows:
        when = _time(name, row[time_at].strip() if time_at < len(row) else "", line, notes)
        if when is None:
            continue
        times.append(when)
        lines.append(line)
        for column, at in layout.items():
            cells[column].append(_number(row, at, column, INTERVAL[column], line, notes))
    if len(times) < 2:
        raise WeatherError(
            name, 2, t("fewer than two rows with a time", "kurang dari dua baris yang berwaktu")
        )
    start, step, place = _grid(name, times, lines, notes)
    count = max(place) + 1
    columns = {column: array("d", [nan]) * count for column in layout}
    for row_index, slot in enumerate(place):
        if slot >= 0:
            for column, values in cells.items():
                columns[column][slot] = values[row_index]
    _holes(columns["ghi_w_m2"], place, lines, notes)
    return IntervalTable(start, step, columns, notes)


def _time(name: str, text: str, line: int, notes: Notes) -> float | None:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        notes.add(line, t("time is not ISO 8601: the row is left out", "time bukan ISO 8601: baris dilewati"))
        return None
    if when.tzinfo is None:
        raise WeatherError(
            name,
            line,
            t(f"time {text!r} has no offset", f"time {text!r} tanpa zona waktu"),
            t("Write it as 2026-06-01T00:00:00+07:00", "Tulis seperti 2026-06-01T00:00:00+07:00"),
        )
    return when.timestamp()


def _grid(name: str, times: array[float], lines: array[int], notes: Notes) -> tuple[float, float, list[int]]:
    """Start, step and each row's slot (-1: left out). Raises WeatherError when there is no constant step."""
    gaps = Counter(round(b - a, 3) for a, b in pairwise(times) if b > a)
    if not gaps:
        raise WeatherError(name, lines[1], t("time does not advance", "time tidak maju"))
    step = gaps.most_common(1)[0][0]
    if not MINUTE_S <= step <= HOUR_S:
        raise WeatherError(
            name,
            lines[1],
            t(f"the step is {step:g} s", f"jaraknya {step:g} detik"),
            t("It must be constant, from 1 minute to 1 hour", "Harus tetap, 1 menit sampai 1 jam"),
        )
    start = min(times)
    if (max(times) - start) / step > 20 * len(times) + 100_000:
        late = lines[times.index(max(times))]
        raise WeatherError(
            name,
            late,
            t("time is years away from the other rows", "time terpaut bertahun-tahun dari baris lain"),
            t("Look for a mistyped year", "Cari tahun yang salah ketik"),
        )
    place: list[int] = []
    taken: set[int] = set()
    for index, when in enumerate(times):
        slot = round((when - start) / step)
        if abs(when - start - slot * step) > 1.0:
            notes.add(
                lines[index],
                t(
                    f"time is off the {step:g} s grid: the row is left out",
                    f"time tidak pas pada jarak {step:g} detik: baris dilewati",
                ),
            )
            slot = -1
        elif slot in taken:
            notes.add(
                lines[index],
                t(
                    "time is there twice: the first row counts",
                    "time ada dua kali: baris pertama yang dipakai",
                ),
            )
            slot = -1
        else:
            taken.add(slot)
        place.append(slot)
    return start, step, place


def _holes(column: array[float], place: list[int], lines: array[int], notes: Notes) -> None:
    """Tell each gap in the rows once."""
    previous = -1
    for index, slot in enumerate(place):
        if slot < 0:
            continue
        if 0 <= previous < slot - 1:
            notes.add(
                lines[index],
                t(
                    f"rows are missing before this line: gap filled (of {len(column)} steps)",
                    f"ada baris hilang sebelum baris ini: diisi (dari {len(column)} langkah)",
                ),
            )
        previous = slot


def _days(name: str, header: list[str], rows: Iterator[tuple[int, list[str]]]) -> DailyTable:
    notes = Notes(name)
    layout = _layout(name, header, "date", DAILY, ("tmin_c", "tmax_c", "rain_mm"), notes)
    date_at = header.index("date")
    found: dict[int, dict[str, float]] = {}
    previous = 0
    for line, row in rows:
        text = row[date_at].strip() if date_at < len(row) else ""
        try:
            ordinal = date.fromisoformat(text).toordinal()
        except ValueError:
            notes.add(
                line,
                t("date is not YYYY-MM-DD: the row is left out", "date bukan TTTT-BB-HH: baris dilewati"),
            )
            continue
        if ordinal in found:
            notes.add(
                line,
                t(
                    "date is there twice: the first row counts",
                    "date ada dua kali: baris pertama yang dipakai",
                ),
            )
            continue
        if found and ordinal != previous + 1:
            notes.add(
                line,
                t(
                    "days are missing before this line: gap filled",
                    "ada hari hilang sebelum baris ini: diisi",
                ),
            )
        previous = ordinal
        found[ordinal] = {
            column: _number(row, at, column, DAILY[column], line, notes) for column, at in layout.items()
        }
    if not found:
        raise WeatherError(name, 2, t("no row with a date", "tidak ada baris bertanggal"))
    first, last = min(found), max(found)
    if last - first > 80_000:
        raise WeatherError(
            name,
            0,
            t("the dates span more than 200 years", "tanggalnya mencakup lebih dari 200 tahun"),
            t("Look for a mistyped year", "Cari tahun yang salah ketik"),
        )
    empty = dict.fromkeys(layout, nan)
    columns = {
        column: array("d", (found.get(day, empty)[column] for day in range(first, last + 1)))
        for column in layout
    }
    return DailyTable(first, columns, notes)
