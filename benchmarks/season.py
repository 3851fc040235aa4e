"""A site-year of one-minute cycles through the shipped code, beside the same year of the bare world: one run each; then some
days with every station timed.

BENCH_DAYS: fewer days for a quick look; the figures are then scaled to a year.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks._figures import figure, say
from benchmarks._stations import watched
from controller.config import load_site
from simulators.season import Season, local_midnight, measured
from simulators.world import World

YEAR = 365.0

TARGET_S = 60.0
"""Where a site-year should come to (60 s, then 30 s); the budget is what it may take."""

WATCHED_DAYS = 10.0
"""So long every station is timed by itself."""


def main() -> None:
    """Season first, so that the peak of memory is its own."""
    days = float(os.environ.get("BENCH_DAYS", YEAR))
    say(f"{platform.python_implementation()} {platform.python_version()}, {platform.python_compiler()}")
    site, profiles = load_site("config.yaml")
    start = local_midnight(site, "2026-01-01")
    season = Season(
        site,
        profiles,
        World(site, 1, start),
        start,
        days,
        progress=lambda day: say(f"{day:.0f} d") if day % 30 == 0 else None,
    )
    cpu_s = time.process_time()
    season.run()
    cpu_s = time.process_time() - cpu_s
    took = measured(season)
    figure("one site-year, one-minute cycles", took["wall_s"] * YEAR / days, "s", 120.0)
    say(f"target: {TARGET_S:.0f} s, {took['wall_s'] * YEAR / days / TARGET_S:.1f} times as long now")
    figure("one site-year: processor", cpu_s * YEAR / days, "s")
    figure("season: cycles per second", took["cycles_per_s"], "1/s")
    figure("season: one cycle", 1e6 / took["cycles_per_s"], "us")
    figure("season: peak memory", took["peak_rss_mb"], "MB")
    bare_s = _bare(World(site, 1, start), days)
    figure("the bare world for the same year", bare_s * YEAR / days, "s")
    figure("season against the bare world", took["wall_s"] / bare_s, "times")
    with watched() as stations:
        season = Season(site, profiles, World(site, 1, start), start, min(days, WATCHED_DAYS))
        season.run()
    shares = stations.seconds | {"the rest": season.wall_s - sum(stations.seconds.values())}
    for station, seconds in sorted(shares.items(), key=lambda row: -row[1]):
        figure(f"season: {station}", 100.0 * seconds / season.wall_s, "% of the time")
    figure("season: plans a day", len(stations.plans_s) / min(days, WATCHED_DAYS), "1/d")
    figure("season: one plan, 95 %", stations.plan_p95_ms(), "ms")


def _bare(world: World, days: float) -> float:
    """The physics alone, minute by minute, real seconds."""
    at, step = world.start, timedelta(minutes=1)
    began = time.perf_counter()
    for _ in range(round(days * 1440)):
        at += step
        world.advance(at)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
