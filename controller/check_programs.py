"""Programs against themselves, the catalogue and the calendar: windows that never open, dates that cannot be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec

from controller.check_base import Finding, Subject, error, warning
from controller.check_references import near
from drivers.marked_yaml import Loc
from schedules.program import CalendarProgram, FieldProgram, PaddyProgram, Program, Window

DAY_MIN = 24 * 60


def check(subject: Subject) -> Iterator[Finding]:
    """All findings about programs alone, and about what plans them."""
    if subject.file.planner == "exact" and find_spec("highspy") is None:
        yield warning(("planner",), "planner-not-installed")
    for name, program in subject.programs.items():
        yield from _windows(name, program)
        yield from _runs(name, program)
        yield from _crop(subject, name, program)
        yield from _days(subject, name, program)


def minutes(clock: str) -> int:
    """Minutes since midnight of HH:MM."""
    return int(clock[:2]) * 60 + int(clock[3:5])


def span(window: Window) -> tuple[int, int]:
    """(begin, end) in minutes; end is above 1440 for a window across midnight."""
    begin, end = minutes(window.begin), minutes(window.end)
    return begin, end if end > begin else end + DAY_MIN


def overlap(a: tuple[int, int], b: tuple[int, int]) -> bool:
    """Whether two spans share a minute, on this day or across midnight."""
    return any(a[0] < b[1] + shift and b[0] + shift < a[1] for shift in (-DAY_MIN, 0, DAY_MIN))


def _windows(name: str, program: Program) -> Iterator[Finding]:
    for j, window in enumerate(program.windows):
        loc: Loc = ("windows", j)
        if window.begin == window.end:
            yield error((*loc, "to"), "window-empty", program=name, clock=window.begin)
            continue
        begin, end = span(window)
        if (end - begin) * 60 < program.min_run_s:
            for here in ((*loc, "to"), ("min_run_s",)):
                length = (end - begin) * 60
                yield error(here, "window-short", program=name, length=length, minimum=program.min_run_s)
        for other in program.windows[:j]:
            if other.begin != other.end and _same_days(window, other) and overlap(span(other), (begin, end)):
                yield warning(
                    (*loc, "from"), "window-overlap", program=name, begin=window.begin, end=window.end
                )
                break


def _same_days(a: Window, b: Window) -> bool:
    return not a.days or not b.days or bool(set(a.days) & set(b.days))


def _runs(name: str, program: Program) -> Iterator[Finding]:
    if program.min_run_s > program.max_run_s:
        minimum, maximum = program.min_run_s, program.max_run_s
        yield error(("min_run_s",), "min-run-above-max", program=name, minimum=minimum, maximum=maximum)
    if program.cycle_s is not None and program.cycle_s < program.min_run_s:
        minimum, cycle = program.min_run_s, program.cycle_s
        yield error(("cycle_s",), "cycle-below-run", program=name, minimum=minimum, cycle=cycle)


def _crop(subject: Subject, name: str, program: Program) -> Iterator[Finding]:
    from schedules.catalog import catalog  # reads the crop and soil files

    known = catalog()
    if isinstance(program, FieldProgram | PaddyProgram):
        if not _knows(known.crop, program.crop):
            names = {"name": program.crop, "near": near(program.crop, known.crops)}
            yield error(("crop",), "crop-unknown", names, program=name)
        days = (program.planted - subject.today).days if subject.today else 0
        if days > 0:
            date = program.planted.isoformat()
            yield warning(("planted",), "planted-ahead", program=name, date=date, days=days)
    if isinstance(program, FieldProgram) and not _knows(known.soil, program.soil):
        names = {"name": program.soil, "near": near(program.soil, known.soils)}
        yield error(("soil",), "soil-unknown", names, program=name)


def _days(subject: Subject, name: str, program: Program) -> Iterator[Finding]:
    if isinstance(program, PaddyProgram):
        if program.flower_from_day > program.flower_to_day:
            first, last = program.flower_from_day, program.flower_to_day
            for key in ("flower_from_day", "flower_to_day"):
                yield error((key,), "flower-order", program=name, first=first, last=last)
        if program.awd_from_day > program.flower_from_day:
            first, last = program.awd_from_day, program.flower_from_day
            yield warning(("awd_from_day",), "awd-never", program=name, first=first, last=last)
        if program.lower_mm >= program.upper_mm:
            levels = {"lower": program.lower_mm, "upper": program.upper_mm}
            yield error(("lower_mm",), "ponding-order", levels, program=name)
    if isinstance(program, CalendarProgram) and subject.today is not None:
        ahead = (program.anchor - subject.today).days
        if ahead > program.every_days:
            yield warning(("anchor",), "anchor-ahead", program=name, date=program.anchor.isoformat())


def _knows(find: Callable[[str], object], name: str) -> bool:
    from schedules.catalog import UnknownNameError

    try:
        find(name)
    except UnknownNameError:
        return False
    return True
