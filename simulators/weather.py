"""Where the world's weather comes from: the built-in South Sumatra generator, or a file of real weather (weather_series)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from controller.core.site import Identity
from simulators.sky import Sky
from simulators.weather_climate import Daily, year
from simulators.weather_minutes import Day, make_day


class WeatherSource(Protocol):
    """A weather: one local day at a time. ``notes``: what was odd in the source and how it was handled, for people."""

    notes: list[str]

    def day(self, ordinal: int) -> Day:
        """The weather of one local day (``date.toordinal``). Never raises, whatever the day."""


def standard_offset_s(timezone: str) -> float:
    """Local standard time (no daylight saving) minus UTC, seconds."""
    zone = ZoneInfo(timezone)
    offsets = [zone.utcoffset(datetime(2026, month, 1, tzinfo=UTC).replace(tzinfo=None)) for month in (1, 7)]
    return (
        min(offset for offset in offsets if offset is not None).total_seconds()
        if any(offset is not None for offset in offsets)
        else timedelta(0).total_seconds()
    )


def sky_of(site: Identity) -> Sky:
    """The sky over a site, in its local standard time."""
    return Sky(site.latitude, site.longitude, standard_offset_s(site.timezone))


class GeneratedWeather:
    """Seeded weather of South Sumatra for any date (weather_climate, weather_minutes). Deterministic by seed and date."""

    def __init__(self, site: Identity, seed: int, sky: Sky | None = None) -> None:
        """``sky``: shared with the world, so that each day's sun is computed once."""
        self.notes: list[str] = []
        self._sky = sky or sky_of(site)
        self._elevation_m = site.elevation_m
        self._seed = seed
        self._years: dict[int, tuple[Daily, ...]] = {}

    def row(self, ordinal: int) -> Daily:
        """The day's totals, before they are spread over minutes."""
        when = date.fromordinal(ordinal)
        if when.year not in self._years:
            self._years[when.year] = year(when.year, self._seed)
        return self._years[when.year][ordinal - date(when.year, 1, 1).toordinal()]

    def day(self, ordinal: int) -> Day:
        """The weather of one local day."""
        return make_day(self.row(ordinal), self._sky.day(ordinal), self._seed, self._elevation_m)
