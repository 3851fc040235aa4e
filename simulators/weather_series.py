"""Weather from a file, as the world wants it: any local day, 1440 minutes, nothing missing.

Interval files: irradiance keeps each interval's energy, shaped by the clear sky; temperature, humidity and wind run in
straight lines through the intervals' middles; rain is spread evenly. Gaps up to three hours are bridged (irradiance by its
clear-sky index), longer ones take the same minutes of the nearest day that has them. Daily files: weather_minutes, seeded.
Days outside the file: the same day of the year where the file has it, else the file repeats; a note says so.
"""

from __future__ import annotations

from array import array
from datetime import date
from itertools import groupby, pairwise
from math import isnan, nan
from pathlib import Path
from statistics import quantiles
from typing import Final

from controller.core.site import Identity
from simulators.sky import MINUTES, Sky, SkyDay
from simulators.weather import GeneratedWeather, WeatherSource, sky_of
from simulators.weather_climate import Daily
from simulators.weather_elsewhere import moved
from simulators.weather_files import DailyTable, IntervalTable, read_weather
from simulators.weather_minutes import Day, diurnal_wind, humidity, make_day, reference_et

BRIDGE: Final = 180
"""Longest gap, minutes, that is bridged from both sides."""

NEIGHBOURS: Final = 30
"""How many days away a substitute may be."""

DEFAULT_WIND: Final = 1.0
"""m/s at 2 m, inland Sumatra."""


class _FileWeather:
    """What both shapes share: which day of the file stands for a day of the season."""

    def __init__(self, first: int, last: int, notes: list[str]) -> None:
        """``first``..``last``: the whole local days of the file, as date ordinals."""
        self.first, self.last, self.notes = first, last, notes
        self._told = False

    def locate(self, ordinal: int) -> int:
        """The file's day for a day of the season."""
        if self.first <= ordinal <= self.last:
            return ordinal
        if not self._told:
            self._told = True
            span = f"{date.fromordinal(self.first)} to {date.fromordinal(self.last)}"
            self.notes.append(
                f"{date.fromordinal(ordinal)} is not in the file ({span}): its days are used again"
            )
        when = date.fromordinal(ordinal)
        for year in range(date.fromordinal(self.first).year, date.fromordinal(self.last).year + 1):
            try:
                twin = when.replace(year=year).toordinal()
            except ValueError:  # 29 February
                twin = when.replace(year=year, day=28).toordinal()
            if self.first <= twin <= self.last:
                return twin
        return self.first + (ordinal - self.first) % (self.last - self.first + 1)


class DailyWeather(_FileWeather):
    """Daily rows through the seeded generator. Temperature outliers (six quartile ranges off the median) are missing."""

    def __init__(self, table: DailyTable, site: Identity, seed: int, sky: Sky) -> None:
        """``sky``: the site's."""
        super().__init__(table.first, table.first + table.days - 1, [])
        self._sky, self._seed, self._elevation_m = sky, seed, site.elevation_m
        self._columns = dict(table.columns)
        self._swap()
        for column in ("tmin_c", "tmax_c"):
            self._columns[column] = self._plausible(column, self._columns[column])
        self._dark()
        self.notes[:0] = table.notes.texts()

    def row(self, ordinal: int) -> Daily:
        """The totals of one of the file's days, gaps filled."""
        at = ordinal - self.first
        low, high = self._near("tmin_c", at, 22.0), self._near("tmax_c", at, 31.0)
        rain = self._columns["rain_mm"][at]
        optional = {
            name: self._columns[name][at] for name in ("srad_mj_m2", "et0_mm") if name in self._columns
        }
        known = {name: None if isnan(value) else value for name, value in optional.items()}
        return Daily(
            ordinal,
            min(low, high),
            max(low, high),
            0.0 if isnan(rain) else rain,
            srad_mj_m2=known.get("srad_mj_m2"),
            et0_mm=known.get("et0_mm"),
        )

    def day(self, ordinal: int) -> Day:
        """The weather of one local day."""
        sky = self._sky.day(ordinal)
        return make_day(self.row(self.locate(ordinal)), sky, self._seed, self._elevation_m)

    def _near(self, column: str, at: int, default: float) -> float:
        """The column's value on the nearest day that has one."""
        values = self._columns[column]
        for away in range(NEIGHBOURS + 1):
            for index in (at - away, at + away):
                if 0 <= index < len(values) and not isnan(values[index]):
                    return values[index]
        return default

    def _swap(self) -> None:
        """Put minimum and maximum where they belong."""
        low, high = array("d", self._columns["tmin_c"]), array("d", self._columns["tmax_c"])
        odd = [index for index in range(len(low)) if low[index] > high[index]]
        for index in odd:
            low[index], high[index] = high[index], low[index]
        if odd:
            when = date.fromordinal(self.first + odd[0])
            self.notes.append(f"tmin_c is above tmax_c on {len(odd)} days (first {when}): swapped")
        self._columns |= {"tmin_c": low, "tmax_c": high}

    def _plausible(self, column: str, values: array[float]) -> array[float]:
        known = [value for value in values if not isnan(value)]
        if len(known) < 30:
            return values
        low, middle, high = quantiles(known, n=4)
        reach = 6.0 * max(1.0, high - low)
        odd = [index for index, value in enumerate(values) if abs(value - middle) > reach]
        if odd:
            when = date.fromordinal(self.first + odd[0])
            self.notes.append(
                f"{column} is out of line on {len(odd)} days (first {when}): taken from the nearest day"
            )
        return array("d", [nan if abs(value - middle) > reach else value for value in values])

    def _dark(self) -> None:
        """Sunshine that no sky gives: below 6 % or above 85 % of what arrives outside the atmosphere."""
        values = self._columns.get("srad_mj_m2")
        if values is None:
            return
        kept, odd = array("d"), []
        for index, value in enumerate(values):
            outside = self._sky.day(self.first + index).extra_mj_m2
            bad = not isnan(value) and not 0.06 * outside <= value <= 0.85 * outside
            if bad:
                odd.append(index)
            kept.append(nan if bad else value)
        if odd:
            when = date.fromordinal(self.first + odd[0])
            self.notes.append(
                f"srad_mj_m2 is impossible for the sun on {len(odd)} days (first {when}): from the temperatures instead"
            )
        self._columns["srad_mj_m2"] = kept


class IntervalWeather(_FileWeather):
    """Rows of a minute to an hour."""

    def __init__(self, table: IntervalTable, site: Identity, seed: int, sky: Sky) -> None:
        """``seed``: for what the file can never tell (the fall-back generator)."""
        end_s = table.start_s + table.slots * table.step_s
        first, last = sky.ordinal(table.start_s + table.step_s), sky.ordinal(end_s - table.step_s - 1.0)
        if last > first and table.start_s > sky.midnight(first) + 43200.0:
            first += 1  # a first day that begins after noon is no day
        if last > first and end_s < sky.midnight(last) + 43200.0:
            last -= 1
        super().__init__(first, last, table.notes.texts())
        self._table, self._sky, self._elevation_m = table, sky, site.elevation_m
        self._night_told = False
        self._fallback = GeneratedWeather(site, seed, sky)
        for column, otherwise in (
            ("rh_percent", "dew point at the night's minimum"),
            ("wind_m_s", "1 m/s"),
            ("rain_mm", "dry"),
        ):
            if column not in table.columns:
                self.notes.append(f"no column {column!r}: {otherwise}")

    @property
    def has_rain(self) -> bool:
        """Whether the file tells rain."""
        return "rain_mm" in self._table.columns

    def day(self, ordinal: int) -> Day:
        """The weather of one local day."""
        sky = self._sky.day(ordinal)
        own = self.locate(ordinal)
        ghi = self._irradiance(own, sky)
        temp = self._smooth("temp_air_c", own)
        rh = (
            [min(100.0, value) for value in self._smooth("rh_percent", own)]
            if "rh_percent" in self._table.columns
            else (humidity(temp, min(temp) - 0.5))
        )
        wind = (
            self._smooth("wind_m_s", own)
            if "wind_m_s" in self._table.columns
            else diurnal_wind(DEFAULT_WIND, sky)
        )
        rain = self._rain(own)
        et0 = reference_et(ghi, temp, rh, wind, sky, self._elevation_m)
        return Day(ordinal, ghi, temp, rh, wind, rain, et0)

    def _night(self, raw: list[float], own: int, clear: list[float]) -> None:
        """Tell once that the file's sun shines at night (stray light, or a wrong offset)."""
        stray = max(
            (v for v, bright in zip(raw, clear, strict=True) if bright <= 0.0 and v > 0.0), default=0.0
        )
        if stray > 1.0:
            self._night_told = True
            doubt = "; is the offset of 'time' right?" if stray > 100.0 else ""
            when = date.fromordinal(own)
            self.notes.append(
                f"ghi_w_m2 is up to {stray:g} while the sun is down (first on {when}): taken as 0{doubt}"
            )

    def _slots(self, own: int) -> list[int]:
        """The slot of each minute of the day (may lie outside the table)."""
        step = self._table.step_s
        begin = self._sky.midnight(own) - self._table.start_s + 30.0
        return [int((begin + 60.0 * minute) // step) for minute in range(MINUTES)]

    def _raw(self, column: str, own: int) -> list[float]:
        """The column's value in each minute, NaN where there is none."""
        values = self._table.columns[column]
        count = len(values)
        return [values[slot] if 0 <= slot < count else nan for slot in self._slots(own)]

    def _irradiance(self, own: int, sky: SkyDay) -> list[float]:
        raw = self._raw("ghi_w_m2", own)
        if self._table.step_s > 60.0:
            raw = self._shaped(raw, own, sky)
        clear = sky.clear_w_m2
        if not self._night_told:
            self._night(raw, own, clear)
        index = [
            value / bright if bright > 5.0 else nan for value, bright in zip(raw, clear, strict=True)
        ]  # NaN at night and in gaps
        if any(isnan(k) for k in index[sky.rise + 30 : sky.set_ - 30]):
            index = self._bridge(index, own, sky)
        return [
            0.0 if bright <= 0.0 else value if not isnan(value) else (0.5 if isnan(k) else k) * bright
            for value, bright, k in zip(raw, clear, index, strict=True)
        ]

    def _shaped(self, raw: list[float], own: int, sky: SkyDay) -> list[float]:
        """Interval means bent along the clear sky; each interval keeps its energy where the sun is up long enough."""
        out = list(raw)
        slots, clear = self._slots(own), sky.clear_w_m2
        begin = 0
        while begin < MINUTES:
            end = begin
            while end < MINUTES and slots[end] == slots[begin]:
                end += 1
            mean = sum(clear[begin:end]) / (end - begin)
            if mean > 0.5 and not isnan(raw[begin]):
                factor = min(3.0, raw[begin] / mean)  # an hour with five minutes of sun proves little
                out[begin:end] = [factor * bright for bright in clear[begin:end]]
            begin = end
        return out

    def _bridge(self, index: list[float], own: int, sky: SkyDay) -> list[float]:
        """Fill the daylight gaps of a day of clear-sky indices."""
        out = _interpolate(index, sky.rise, sky.set_)
        for away in range(1, NEIGHBOURS + 1):
            if not any(isnan(k) for k in out[sky.rise + 30 : sky.set_ - 30]):
                return out
            for other in (own - away, own + away):
                if self.first <= other <= self.last:
                    raw = self._raw("ghi_w_m2", other)
                    out = [
                        value / bright if isnan(k) and bright > 5.0 else k
                        for k, value, bright in zip(out, raw, sky.clear_w_m2, strict=True)
                    ]
        return out

    def _smooth(self, column: str, own: int) -> list[float]:
        """A column in straight lines through the middles of its intervals, gaps filled."""
        raw = self._raw(column, own)
        if self._table.step_s > 60.0:
            middles = _middles(self._slots(own))
            raw = [value if minute in middles else nan for minute, value in enumerate(raw)]
        out = _interpolate(raw, 0, MINUTES)
        for away in range(1, NEIGHBOURS + 1):
            if not any(isnan(value) for value in out):
                return out
            for other in (own - away, own + away):
                if self.first <= other <= self.last:
                    spare = self._raw(column, other)
                    out = [b if isnan(a) else a for a, b in zip(out, spare, strict=True)]
        made = self._fallback.day(own)
        spare = {"temp_air_c": made.temp_c, "rh_percent": made.rh_pct, "wind_m_s": made.wind_m_s}[column]
        return [b if isnan(a) else a for a, b in zip(out, spare, strict=True)]

    def _rain(self, own: int) -> list[float]:
        if "rain_mm" not in self._table.columns:
            return [0.0] * MINUTES
        share = 60.0 / self._table.step_s
        return [0.0 if isnan(value) else value * share for value in self._raw("rain_mm", own)]


def _middles(slots: list[int]) -> set[int]:
    """The middle minute of each slot."""
    out, begin = set(), 0
    for _, group in groupby(slots):
        length = len(list(group))
        out.add(begin + length // 2)
        begin += length
    return out


def _interpolate(values: list[float], begin: int, end: int) -> list[float]:
    """Bridge gaps of at most BRIDGE entries inside begin..end; gaps at an edge hold the nearest value as far."""
    out = list(values)
    known = [index for index in range(begin, end) if not isnan(values[index])]
    if not known:
        return out
    for left, right in pairwise(known):
        if 1 < right - left <= BRIDGE + 1:
            slope = (values[right] - values[left]) / (right - left)
            out[left + 1 : right] = [values[left] + slope * step for step in range(1, right - left)]
    if known[0] - begin <= BRIDGE:
        out[begin : known[0]] = [values[known[0]]] * (known[0] - begin)
    if end - known[-1] - 1 <= BRIDGE:
        out[known[-1] + 1 : end] = [values[known[-1]]] * (end - known[-1] - 1)
    return out


def open_weather(path: str | Path, site: Identity, seed: int, sky: Sky | None = None) -> WeatherSource:
    """The weather of a file, for a site. Raises weather_files.WeatherError."""
    table = read_weather(path)
    over = sky or sky_of(site)
    if isinstance(table, DailyTable):
        return DailyWeather(table, site, seed, over)
    return IntervalWeather(moved(table, site.longitude), site, seed, over)
