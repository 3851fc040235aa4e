"""Checks of profiles for the computer's own pins. Each problem with its place."""

from __future__ import annotations

from collections.abc import Iterator

from drivers.marked_yaml import Loc, Marks, Problem
from drivers.profile_checks_points import near
from drivers.profile_commands import WriteStep
from drivers.profile_gpio import TABLES, GpioLine, PinError, pins_of
from drivers.profile_model import Profile

_NOT_HERE = ("identify", "variants", "setup", "readdress", "sunspec")


def check_gpio(profile: Profile, marks: Marks) -> Iterator[Problem]:
    """Every problem of ``gpio:`` and of what hangs on it."""
    if (profile.transport == "gpio") != bool(profile.gpio):
        yield marks.problem((), "transport gpio and a gpio: section belong together")
    if not profile.gpio:
        return
    for key in _NOT_HERE:
        if getattr(profile, key):
            yield marks.problem((key,), f"{key} is for Modbus: pins cannot be asked who they are")
    for i, line in enumerate(profile.gpio):
        yield from _line(profile, line, ("gpio", i), marks)
    yield from _commands(profile, marks)


def _line(profile: Profile, line: GpioLine, loc: Loc, marks: Marks) -> Iterator[Problem]:
    for name in line.asked:
        if name not in profile.settings:
            yield marks.problem(loc, f"there is no setting '{name}'", near(name, profile.settings))
    if not isinstance(line.pins, str):
        try:
            pins_of(line, {})
        except PinError as error:
            yield marks.problem((*loc, "pins"), str(error), "BCM numbers are 0 to 27")
    table = TABLES[line.kind]
    if not any(p.table == table and p.start >= line.address for p in profile.points):
        yield marks.problem(loc, f"no point reads these pins: they stand in the table {table}")


def _commands(profile: Profile, marks: Marks) -> Iterator[Problem]:
    for name, entry in profile.command_entries.items():
        steps = [step for _, part in entry.parts for step in part]
        if any(isinstance(step, WriteStep) and step.function != 5 for step in steps):
            yield marks.problem(("commands", name), "pins are switched with function 5")
        if entry.fail_safe.kind != "none":
            hint = "a process that is killed leaves its pins as they are"
            yield marks.problem(("commands", name, "fail_safe"), "pins have no fail-safe of their own", hint)
