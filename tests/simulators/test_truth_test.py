"""The truth test on a few short seeds (benchmarks/truth.py runs two hundred of thirty days): accounts, coverage, what happened."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.config import load_site
from simulators.interrupted import Interrupted, Mishap, Outage
from simulators.meters import MeteredWorld
from simulators.season import local_midnight
from simulators.truth_test import incidents, run

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "benchmarks/truth/site.yaml"


@pytest.mark.parametrize("seed", [1, 2])
def test_accounts_are_what_the_meters_counted(seed: int, tmp_path: Path) -> None:
    """Energy within 0.5 %, water within 1 % (and two steps of the display), coverage to the minute, the truth near the interval."""
    site, profiles = load_site(SITE)
    verdict = run(site, profiles, seed, local_midnight(site, "2026-08-01"), 3.0, tmp_path)
    assert [day.day for day in verdict.days] == ["2026-08-01", "2026-08-02", "2026-08-03"]
    assert verdict.minutes <= 1.0
    for name, figure in verdict.figures.items():
        if name == "export_wh":  # of what passes while a meter is changed nobody knows: much of three days
            continue
        share, step = (0.01, 0.01) if name == "water_m3" else (0.005, 10.0)
        assert abs(figure.told.value - figure.counted) <= share * figure.counted + 4.0 * step, name
        assert abs(figure.told.value - figure.true) <= 2.0 * figure.told.half_width, name


def test_what_happens_is_the_same_for_the_same_seed() -> None:
    """Thirty days hold an outage of a day or more, restarts, silences, resets and two replaced meters."""
    outages, mishaps = incidents(11, 30.0)
    assert (outages, mishaps) == incidents(11, 30.0)
    assert max(one.until_s - one.from_s for one in outages) >= 86_400.0
    assert sum(one.what == "replaced" for one in mishaps) == 2
    assert {one.what for one in mishaps} == {"silent", "reset", "replaced"}


def test_a_season_without_incidents_is_a_season(tmp_path: Path) -> None:
    """No outage and perfect meters: the accounts are the truth, but for the last step of each display."""
    site, profiles = load_site(SITE)
    start = local_midnight(site, "2026-08-01")
    world = MeteredWorld(site, 3, start, {}, export=True)
    season = Interrupted(site, profiles, world, start, 0.6, tmp_path)
    season.run()
    assert season.controller is not None
    day = season.controller.cycle.state.accounts
    assert day.used_wh == pytest.approx(world.supply.energy.pump, abs=20.0)
    assert day.water_m3 == pytest.approx(world.pumps["pump"].volume_m3, abs=0.02)
    assert day.covered_s == pytest.approx(0.6 * 86_400.0)


def test_a_killed_life_leaves_what_it_had(tmp_path: Path) -> None:
    """Killed at noon, back an hour later on another boot, a meter silent over both: one gap of an hour, energy once."""
    site, profiles = load_site(SITE)
    start = local_midnight(site, "2026-08-01")
    world = MeteredWorld(site, 4, start, {}, export=True)
    outages = (Outage(43_200.0, 46_800.0, "kill"), Outage(50_400.0, 50_460.0, "power", 300.0))
    mishaps = (Mishap("meter-pump", 39_600.0, 54_000.0),)
    season = Interrupted(site, profiles, world, start, 0.75, tmp_path, outages, mishaps)
    season.run()
    assert season.controller is not None
    day = season.controller.cycle.state.accounts
    assert (day.gaps, len(season.covered)) == (2, 3)
    assert day.covered_s == pytest.approx(sum(until - since for since, until in season.covered), abs=1.0)
    assert day.used_wh == pytest.approx(world.supply.energy.pump, abs=20.0)
