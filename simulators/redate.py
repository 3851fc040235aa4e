"""Crops moved in time: a season of other years needs crops that stand then."""

from __future__ import annotations

from datetime import date, timedelta

from controller.core.site import Site
from schedules.catalog import catalog
from schedules.crop import is_growing
from schedules.program import CalendarProgram, FieldProgram, PaddyProgram, Program


def planted(program: Program) -> date | None:
    """When a program's crop was planted; None for pots and calendars."""
    return program.planted if isinstance(program, FieldProgram | PaddyProgram) else None


def redated(site: Site, start: date, days_ago: int) -> Site:
    """The site with its youngest crop planted ``days_ago`` days before ``start``; the others, and the turns of
    calendars, keep their distance to it.
    """
    dates = [day for program in site.programs.values() if (day := planted(program)) is not None]
    if not dates:
        return site
    shift = start - timedelta(days=days_ago) - max(dates)
    programs = {name: _moved(program, shift) for name, program in site.programs.items()}
    return site.model_copy(update={"programs": programs})


def bare(site: Site, start: date, days: float) -> list[str]:
    """The zones, by id, on which nothing grows in the ``days`` from ``start`` on: their programs plant later, or have ended."""
    last, crops = start + timedelta(days=max(0.0, days - 1.0)), catalog()
    found = []
    for zone in site.file.zones:
        program = site.programs[zone.program_name]
        if isinstance(program, FieldProgram | PaddyProgram):
            stands = is_growing(crops.crop(program.crop), (start - program.planted).days)
            if not stands and not start <= program.planted <= last:
                found.append(zone.id)
    return found


def _moved(program: Program, shift: timedelta) -> Program:
    """The program with its crop, or the first turn of its calendar, so much earlier or later."""
    if isinstance(program, CalendarProgram):
        return program.model_copy(update={"anchor": program.anchor + shift})
    day = planted(program)
    return program if day is None else program.model_copy(update={"planted": day + shift})
