"""Crops moved in time."""

from __future__ import annotations

from datetime import date, timedelta

from controller.config import load_site
from simulators.redate import planted, redated


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
