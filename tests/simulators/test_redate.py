"""Crops moved in time."""

from __future__ import annotations

from datetime import date, timedelta

from controller.config import load_site
from simulators.redate import bare, planted, redated


def test_the_youngest_crop_is_as_old_as_asked_and_the_others_keep_their_distance() -> None:
    """All planting dates move by the same days; pots and calendars stay."""
    site, _ = load_site("simulators/sites/nursery.yaml")
    start = date(1983, 6, 1)
    moved = redated(site, start, 25)
    before = {name: day for name, program in site.programs.items() if (day := planted(program)) is not None}
    after = {name: day for name, program in moved.programs.items() if (day := planted(program)) is not None}
    assert max(after.values()) == start - timedelta(days=25)
    assert len({after[name] - before[name] for name in before}) == 1
    assert moved.programs["melon"] == site.programs["melon"]
    assert moved.file == site.file


def test_zones_where_nothing_grows_are_told() -> None:
    """Before its planting and after its season a crop does not stand; pots always do, and a day of the season is enough."""
    site, _ = load_site("simulators/sites/vegetables.yaml")
    every = [zone.id for zone in site.file.zones]
    first = min(day for program in site.programs.values() if (day := planted(program)) is not None)
    assert bare(site, first - timedelta(days=30), 30.0) == every
    assert len(bare(site, first - timedelta(days=30), 31.0)) == len(every) - 1
    assert bare(site, first + timedelta(days=2000), 30.0) == every
    nursery, _ = load_site("simulators/sites/nursery.yaml")
    pots = {zone.id for zone in nursery.file.zones if planted(nursery.programs[zone.program_name]) is None}
    assert pots
    assert not pots & set(bare(nursery, date(1983, 6, 1), 30.0))
