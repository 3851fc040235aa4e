"""One case of a comparison: a site, a weather, a seed and days, the same for every strategy; and a season of one of them."""

from __future__ import annotations

import importlib
import resource
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol, cast

from controller.clock import real_mono_s
from controller.commands.console import t
from controller.config import load_site
from controller.core.site import Site
from drivers.profile import Profile
from simulators.account import blocks
from simulators.audit import AuditedWorld
from simulators.cli_worlds import UsageError
from simulators.constants import changed, set_up
from simulators.forecaster import Forecaster
from simulators.limits import Wants
from simulators.oracle_record import WatchedWorld
from simulators.play import play
from simulators.redate import bare, redated
from simulators.result import heading, result_of
from simulators.season import Season, local_midnight
from simulators.sky import Sky
from simulators.strategies import ORACLE, OURS, PRACTICES, make
from simulators.truth import water_residual_m3
from simulators.weather import GeneratedWeather, WeatherSource, sky_of
from simulators.weather_files import WeatherError
from simulators.weather_rain import WithRain
from simulators.weather_recorded import recorded
from simulators.weather_series import IntervalWeather, open_weather
from simulators.world import World

SEASON_START = "2026-01-01"
SEASON_DAYS = 365.0

SHORT_D = 7.0
"""In fewer days what soil and tanks hold at the end weighs more than what was played."""

Progress = Callable[[float], None]
Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """``weather``: a file (None: the generator). ``start``: local day YYYY-MM-DD and ``days`` (None: the file's, else a year from
    2026-01-01). ``rain``: a file without rain gets the generated one. ``planted_days_ago``: see redate (None: as in the programs).
    ``forecast``: the stated error of a provider (None: the site's own forecast only; the practices never have one).
    ``oracle_tries``: replays that the oracle's search may spend.
    """

    config: Path
    weather: Path | None = None
    seed: int = 0
    start: str | None = None
    days: float | None = None
    rain: bool = False
    planted_days_ago: int | None = None
    forecast: float | None = None
    oracle_tries: int = 60


class Spanned(Protocol):
    """A weather with an end."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A case made ready. Each ``world()`` is a new one in the same state, under the one ``weather`` (None: the generator)."""

    case: Case
    site: Site
    profiles: Mapping[str, Profile]
    start: datetime
    days: float
    weather: WeatherSource | None = None

    def world(self) -> AuditedWorld:
        """The case's world as it starts."""
        return AuditedWorld(self.site, self.case.seed, self.start, weather=self.weather)

    def notes(self) -> list[str]:
        """What people should know before they use the figures: of the weather's source, of zones where nothing grows, of a season
        that is too short to tell.
        """
        said = list(self.weather.notes) if self.weather is not None else []
        empty = bare(self.site, self.start.date(), self.days)
        if empty:
            names = ", ".join(empty)
            said.append(
                t(f"nothing grows in these zones in that time: {names} (--planted-days-ago N moves the plantings)",
                  f"tidak ada tanaman di petak ini pada masa itu: {names} (--planted-days-ago N memindahkan tanggal tanam)")
            )  # fmt: skip
        if self.days < SHORT_D:
            said.append(
                t("so few days say little: what soil and tanks hold at their end outweighs what was played, and a cost or its "
                  "bound may be below zero (take a month)",
                  "hari sesedikit ini belum memberi gambaran: isi tanah dan tandon di akhir lebih berat daripada yang terjadi, dan "
                  "biaya atau batasnya bisa di bawah nol (pakai sebulan)")
            )  # fmt: skip
        return said


def open_case(case: Case) -> Opened:
    """Read site and weather. Raises ConfigError, UsageError."""
    site, profiles = load_site(case.config)
    weather = weather_of(case, site)
    span = cast("Spanned | None", weather)
    first = date.fromordinal(span.first).isoformat() if span is not None else SEASON_START
    length = float(span.last - span.first + 1) if span is not None else SEASON_DAYS
    try:
        start = local_midnight(site, case.start or first)
    except ValueError:
        raise UsageError(
            t(f"--start {case.start}: a day is written 2026-01-01",
              f"--start {case.start}: hari ditulis 2026-01-01")
        ) from None  # fmt: skip
    if case.planted_days_ago is not None:
        site = redated(site, start.date(), case.planted_days_ago)
    return Opened(case, site, profiles, start, case.days or length, weather)


def weather_of(case: Case, site: Site) -> WeatherSource | None:
    """The case's weather, None for the generator. Raises UsageError."""
    if case.weather is None:
        return None
    sky = sky_of(site.file.site)
    try:
        source = _read(case.weather, site, case.seed, sky)
    except WeatherError as error:
        raise UsageError(str(error)) from None
    if case.rain and isinstance(source, IntervalWeather) and not source.has_rain:
        return WithRain(source, case.seed, sky)
    return source


def _read(path: Path, site: Site, seed: int, sky: Sky) -> WeatherSource:
    """A weather file, or what a site recorded (telemetry.db). Raises WeatherError."""
    if path.suffix == ".db":
        return IntervalWeather(recorded(path), site.file.site, seed, sky)
    return open_weather(path, site.file.site, seed, sky)


def forecaster_of(opened: Opened) -> Forecaster | None:
    """The provider that the case asks for."""
    case, where = opened.case, opened.site.file.site
    if case.forecast is None:
        return None
    sky = sky_of(where)
    weather = opened.weather or GeneratedWeather(where, case.seed, sky)
    return Forecaster(weather, sky, case.seed, case.forecast)


def run(
    opened: Opened, strategy: str, habits: Mapping[str, Any] | None = None, progress: Progress | None = None
) -> Result:
    """One strategy's season on a case, with ``violations`` and ``water_residual_m3`` beside the keys of a season.

    ``habits``: a practice's parameters; for the oracle those of all, by name; for ours constants of the shipped code, which only
    tuning changes (see simulators/constants.py). Raises UsageError where the oracle's solver is not installed.
    """
    if strategy == ORACLE:
        return _foreseen(opened, habits or {})
    world = opened.world()
    if strategy == OURS:
        tried = replace(opened, site=set_up(opened.site, habits or {}))
        season = _season(tried, world, progress)
        with changed(habits or {}):
            season.run()
        return result_of(season, OURS) | _watched(world)
    began = real_mono_s()
    play(world, make(strategy, opened.site, habits), opened.days, progress)
    return played(opened, strategy, world, real_mono_s() - began)


def _foreseen(opened: Opened, habits: Mapping[str, Mapping[str, Any]]) -> Result:
    """The oracle's season, its ``bound_idr`` and ``way``. It is imported when asked for: its solver is an extra. What the practices
    wished and what ours switched is handed to it, so that it is never worse than the best of them.
    """
    oracle = solver()
    began = real_mono_s()
    seeds = {OURS: _switched(opened)}
    for name in PRACTICES:
        recording = oracle.Recording(make(name, opened.site, habits.get(name)))
        play(opened.world(), recording, opened.days)
        seeds[name] = recording.kept
    found = oracle.oracle(opened.world, opened.days, seeds=seeds, tries=opened.case.oracle_tries)
    result = played(opened, ORACLE, found.world, real_mono_s() - began)
    return result | {"bound_idr": found.bound_idr, "way": found.way}


def _switched(opened: Opened) -> list[Wants]:
    """What ours switched, minute by minute."""
    world = WatchedWorld(opened.site, opened.case.seed, opened.start, weather=opened.weather)
    _season(opened, world).run()
    return world.wishes(opened.days)


def _season(opened: Opened, world: World, progress: Progress | None = None) -> Season:
    forecaster = forecaster_of(opened)
    return Season(
        opened.site,
        opened.profiles,
        world,
        opened.start,
        opened.days,
        progress=progress,
        forecaster=forecaster,
    )


def solver() -> ModuleType:
    """The oracle's module, with its solver. Raises UsageError where that is not installed."""
    try:
        importlib.import_module("highspy")
        return importlib.import_module("simulators.oracle")
    except ImportError as error:
        raise UsageError(
            t(f"the oracle is not installed here ({error}); install the extra: pip install 'tirtasurya[compare]'",
              f"oracle belum terpasang ({error}); pasang tambahannya: pip install 'tirtasurya[compare]'")
        ) from None  # fmt: skip


def played(opened: Opened, strategy: str, world: AuditedWorld, wall_s: float) -> Result:
    """The result of a played season, with the keys of a season result; the controller's own figures are null."""
    cycles = int(opened.days * 1440.0) + 1
    return {
        **heading(opened.site, strategy, opened.start, opened.days),
        "cycles": cycles,
        "wall_s": wall_s,
        "cycles_per_s": cycles / wall_s if wall_s else 0.0,
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,
        **blocks(opened.site, world.truth()),
        **_watched(world),
    }


def _watched(world: AuditedWorld) -> Result:
    return {"violations": world.violations, "water_residual_m3": water_residual_m3(world)}
