"""A season in process: repeatable, verified, within the pump's limits, and with nothing left out."""

from __future__ import annotations

import gc
import itertools
import json
import weakref
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from controller.config import load_site
from controller.store.chain import Head
from controller.store.ledger import Ledger
from simulators.result import result_of, summary
from simulators.season import Season, local_midnight, with_cycle
from simulators.world import World
from tests.end_to_end.sites import SITES

DAYS = 2.0


def season(
    kind: str, folder: Path | None = None, seed: int = 1, days: float = DAYS, cycle_s: float = 60.0
) -> Season:
    """A season of a shipped site, run."""
    site, profiles = load_site(SITES[kind])
    start = datetime(2026, 8, 12, tzinfo=ZoneInfo(site.file.site.timezone))
    made = Season(site, profiles, World(site, seed, start), start, days, folder, cycle_s=cycle_s)
    made.run()
    return made


def head(folder: Path) -> Head:
    """The ledger's last row."""
    with Ledger(folder / "ledger.db") as ledger:
        return ledger.head()


@pytest.mark.parametrize("kind", SITES)
def test_two_days_leave_a_whole_ledger(kind: str, tmp_path: Path) -> None:
    """The chain verifies, every local day is closed once, starts and stops alternate, and the pump keeps its limits."""
    run = season(kind, tmp_path)
    with Ledger(tmp_path / "ledger.db") as ledger:
        assert ledger.verify() == ()
        rows = list(ledger.rows())
    zone = ZoneInfo(run.site.file.site.timezone)
    days = [datetime.fromtimestamp(row.epoch_s, zone) for row in rows if row.kind == "day"]
    assert [day.day for day in days] == [13, 14]
    assert all((day.hour, day.minute) == (0, 0) for day in days)
    truth = run.world.truth()  # type: ignore[attr-defined]
    for pump in run.site.file.pumps:
        kinds = [row.kind for row in rows if row.subject == pump.id and row.kind in ("start", "stop")]
        assert all(one != other for one, other in itertools.pairwise(kinds)), kinds
    limits = run.site.file.pumps[0].limits
    result = result_of(run, "solar")
    assert result["pump"]["max_starts_per_hour"] <= limits.starts_per_hour
    if result["pump"]["shortest_rest_s"] is not None:
        assert result["pump"]["shortest_rest_s"] >= limits.min_rest_s - 60.0
    assert truth


def test_the_same_seed_gives_the_same_ledger_another_seed_another(tmp_path: Path) -> None:
    """Two runs of one seed end with the same hash, in a folder or in memory; another seed has other weather."""
    season("nursery", tmp_path / "one", 1)
    again = season("nursery", tmp_path / "two", 1)
    season("nursery", tmp_path / "three", 2)
    assert head(tmp_path / "one") == head(tmp_path / "two")
    assert head(tmp_path / "one") != head(tmp_path / "three")
    in_memory = season("nursery", None, 1)
    assert in_memory.controller is not None
    assert again.controller is not None
    assert in_memory.controller.cycle.state == again.controller.cycle.state


def test_another_cycle_is_the_same_site_at_another_pace(tmp_path: Path) -> None:
    """Ten-second cycles run six times as many decisions; nothing else of the site changes."""
    run = season("nursery", tmp_path, days=0.25, cycle_s=10.0)
    assert run.cycles == 0.25 * 8640 + 1
    assert with_cycle(run.site, 1.0).config_hash == run.site.config_hash
    with Ledger(tmp_path / "ledger.db") as ledger:
        assert ledger.verify() == ()


def test_the_result_has_its_keys_and_its_numbers_agree(tmp_path: Path) -> None:
    """The keys that programs rely on, JSON without NaN, and energy and water that add up."""
    run = season("nursery", tmp_path)
    result = json.loads(json.dumps(result_of(run, "solar"), allow_nan=False))
    wanted = {
        "site",
        "strategy",
        "from",
        "to",
        "cycles",
        "wall_s",
        "energy",
        "water",
        "pump",
        "impact",
        "cost_idr",
    }
    assert wanted <= set(result)
    energy, water = result["energy"], result["water"]
    assert 0.0 <= energy["solar_fraction"] <= 1.0
    assert energy["pv_used_kwh"] <= energy["pv_available_kwh"] + 1e-6
    assert set(water["zones"]) == {zone.id for zone in run.site.file.zones}
    assert water["pumped_m3"] > 0.0
    assert run.site.file.site.id in summary(result)
    assert summary(result | {"violations": ["a", "b"]}) == summary(result) + "\n! a\n! b"
    assert result["cycles"] == DAYS * 1440 + 1


def test_seasons_leave_nothing_in_memory() -> None:
    """After a season is forgotten its world and controller are collected: many can run in one process."""
    run = season("nursery", None, days=0.1)
    gone = weakref.ref(run.world)
    del run
    gc.collect()
    assert gone() is None


def test_a_local_day_begins_at_its_midnight() -> None:
    """In the site's own time zone."""
    site, _ = load_site(SITES["kutai"])
    assert local_midnight(site, "2026-03-01").isoformat() == "2026-03-01T00:00:00+08:00"
