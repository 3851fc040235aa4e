"""`tirta-sim season`: the shipped controller over a season, as fast as it goes."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

from controller.commands.console import t
from controller.config import load_site
from controller.core.site import Site
from simulators.cli_worlds import UsageError, world_factory
from simulators.outputs import World

SEASON_START = "2026-01-01"


def season(args: argparse.Namespace, config: Path) -> int:
    """Run one season and print its result. Raises UsageError, ConfigError."""
    from simulators.result import result_of, summary
    from simulators.season import Season, local_midnight

    site, profiles = load_site(config)
    weather, first, length = _weather(args, site)
    try:
        start = local_midnight(site, args.start or first or SEASON_START)
    except ValueError:
        raise UsageError(
            t(
                f"--start {args.start}: a day is written 2026-01-01",
                f"--start {args.start}: hari ditulis 2026-01-01",
            )
        ) from None
    days = args.days or length or 365.0
    world = _world(args, site, start, weather)
    folder = Path(args.state) if args.state else None
    if folder is not None and (folder / "ledger.db").exists():
        raise UsageError(
            t(
                f"--state {folder}: another run's ledger is there; name an empty directory",
                f"--state {folder}: sudah berisi buku besar; sebut folder kosong",
            )
        )

    def progress(day: float) -> None:
        print(f"\r{day:5.0f} / {days:.0f} d", end="", file=sys.stderr, flush=True)

    ran = Season(site, profiles, world, start, days, folder, args.record, progress=progress)
    ran.run()
    print(file=sys.stderr)
    result = result_of(ran, args.strategy)
    print(json.dumps(result) if args.json else summary(result))
    return 0


def _weather(args: argparse.Namespace, site: Site) -> tuple[Any, str | None, float | None]:
    """The weather source, its first local day and its length in days; all None for the generator."""
    if args.weather is None:
        return None, None, None
    from simulators.weather_files import WeatherError
    from simulators.weather_series import open_weather

    try:
        source: Any = open_weather(args.weather, site.file.site, args.seed)
    except WeatherError as error:
        raise UsageError(str(error)) from None
    for note in source.notes:
        print(note, file=sys.stderr)
    return source, date.fromordinal(source.first).isoformat(), float(source.last - source.first + 1)


def _world(args: argparse.Namespace, site: Site, start: datetime, weather: Any) -> World:
    if args.world is not None:
        return world_factory(args.world)(site, args.seed, start)
    from simulators.world import World as OwnWorld

    return cast("World", OwnWorld(site, args.seed, start, weather=weather))
