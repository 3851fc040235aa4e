"""Tanks: their levels in order, and readable by their sensor."""

from __future__ import annotations

from collections.abc import Iterator

from controller.check_base import Finding, Subject, error
from controller.core.site import Tank
from drivers.marked_yaml import Loc


def check(subject: Subject) -> Iterator[Finding]:
    """All findings about tanks."""
    for i, tank in enumerate(subject.file.tanks):
        yield from _tank(tank, ("tanks", i))


def _tank(tank: Tank, loc: Loc) -> Iterator[Finding]:
    refill = tank.refill_m
    if tank.full_m > tank.height_m:
        yield error((*loc, "full_m"), "tank-above-rim", full=tank.full_m, height=tank.height_m)
    if tank.empty_m >= tank.full_m:
        yield error((*loc, "empty_m"), "tank-order", empty=tank.empty_m, full=tank.full_m)
    elif refill is not None and not tank.empty_m < refill < tank.full_m:
        yield error((*loc, "refill_m"), "tank-refill", refill=refill, empty=tank.empty_m, full=tank.full_m)
    level = tank.level
    if not level.minimum <= tank.empty_m or not level.maximum >= tank.full_m:
        params = {
            "minimum": level.minimum,
            "maximum": level.maximum,
            "empty": tank.empty_m,
            "full": tank.full_m,
        }
        yield Finding((*loc, "level"), "level-bounds", params)
