"""Crops moved in time: a season of other years needs crops that stand then."""

from __future__ import annotations

from datetime import date, timedelta

from controller.core.site import Site
from schedules.program import FieldProgram, PaddyProgram, Program


def planted(program: Program) -> date | None:
    """When a program's crop was planted; None for pots and calendars."""
    return program.planted if isinstance(program, FieldProgram | PaddyProgram) else None


def redated(site: Site, start: date, days_ago: int) -> Site:
    """The site with its youngest crop planted ``days_ago`` days before ``start``; the others keep their distance to it."""
    dates = [day for program in site.programs.values() if (day := planted(program)) is not None]
    if not dates:
        return site
    shift = start - timedelta(days=days_ago) - max(dates)
    programs: dict[str, Program] = {
        name: program.model_copy(update={"planted": day + shift})
        if (day := planted(program)) is not None
        else program
        for name, program in site.programs.items()
    }
    return site.model_copy(update={"programs": programs})
