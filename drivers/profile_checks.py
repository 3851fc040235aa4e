"""What is wrong with a profile that pydantic cannot see: clashes between its parts. Each problem with its place."""

from __future__ import annotations

from collections.abc import Iterator

from drivers.marked_yaml import Loc, Marks, Problem
from drivers.packing import PackingError, pack
from drivers.profile_checks_commands import check_command, check_write
from drivers.profile_checks_gpio import check_gpio
from drivers.profile_checks_mqtt import check_mqtt
from drivers.profile_checks_points import Placed, check_points, near
from drivers.profile_derived import expand_derived
from drivers.profile_model import Poll, Profile, Readdress
from drivers.profile_points import Point, expand
from drivers.profile_variants import as_variant
from drivers.quantities import QUANTITIES, quantity, split_channel

POLLS: tuple[Poll, ...] = ("fast", "slow", "once")


def check(profile: Profile, marks: Marks) -> Iterator[Problem]:
    """Every problem of a profile that is otherwise well formed, in the order of the file's sections."""
    if profile.transport == "mqtt" and profile.mqtt is None:
        yield marks.problem((), "transport mqtt needs an mqtt: section")
    if (
        profile.transport == "modbus"
        and not profile.entries
        and profile.sunspec is None
        and not profile.variants
    ):
        yield marks.problem((), "transport modbus needs points:")
    placed: list[Placed] = [(("points", i), point) for i, point in enumerate(profile.entries)]
    points = list(check_points(profile, placed, marks))
    yield from points
    yield from _sunspec(profile, marks)
    yield from _derived(profile, marks)
    yield from check_mqtt(profile, marks)
    yield from check_gpio(profile, marks)
    for name, entry in profile.command_entries.items():
        yield from check_command(profile, name, entry, ("commands", name), marks)
    yield from _settings(profile, marks)
    yield from _setup(profile, marks)
    if not points:
        yield from _packing(profile, ("limits",), marks)
        yield from _variants(profile, marks)


def _packing(profile: Profile, loc: Loc, marks: Marks) -> Iterator[Problem]:
    for poll in POLLS:
        try:
            pack(profile.of_class(poll), profile.limits)
        except PackingError as e:
            yield marks.problem(loc, str(e))


def _sunspec(profile: Profile, marks: Marks) -> Iterator[Problem]:
    for i, layout in enumerate(profile.sunspec.models if profile.sunspec else ()):
        loc: Loc = ("sunspec", "models", i, "points")
        yield from check_points(profile, [((*loc, j), p) for j, p in enumerate(layout.points)], marks)


def _derived(profile: Profile, marks: Marks) -> Iterator[Problem]:
    names = {p.name for p in profile.points}
    for variant in profile.variants:
        names |= {p.name for p in as_variant(profile, variant.name).points}
    for i, written in enumerate(profile.derived_entries):
        loc: Loc = ("derived", i)
        yield from _unknown_quantity(written.quantity, (*loc, "quantity"), marks)
        for entry in expand_derived([written]):
            row = quantity(entry.quantity)
            if row is not None and row.is_text != (entry.join is not None):
                yield marks.problem(
                    loc, f"{entry.quantity} takes {'words: join' if row.is_text else 'numbers'}"
                )
            for part in entry.parts:
                if part not in names:
                    yield marks.problem(loc, f"there is no point '{part}'", near(part, names))
            if entry.name is not None:
                names.add(entry.name)


def _settings(profile: Profile, marks: Marks) -> Iterator[Problem]:
    for name, setting in profile.settings.items():
        loc: Loc = ("settings", name)
        if isinstance(setting.default, str) and setting.choices and setting.default not in setting.choices:
            yield marks.problem((*loc, "default"), f"must be one of {', '.join(setting.choices)}")
        low, high = setting.minimum, setting.maximum
        if low is not None and high is not None and low >= high:
            yield marks.problem(loc, "minimum must be below maximum")


def _setup(profile: Profile, marks: Marks) -> Iterator[Problem]:
    for key in ("setup", "identify", "variants", "readdress"):
        if getattr(profile, key) and profile.transport == "mqtt":
            yield marks.problem(
                (key,), f"{key} is for Modbus: nothing can be asked of a device that speaks by itself"
            )
    for i, entry in enumerate(profile.setup):
        loc: Loc = ("setup", i)
        if entry.function not in profile.limits.write_functions:
            known = ", ".join(map(str, profile.limits.write_functions))
            yield marks.problem((*loc, "function"), f"the device takes only function {known}")
        for name in entry.needed_by:
            if name not in profile.commands:
                yield marks.problem(
                    (*loc, "needed_by"), f"there is no command '{name}'", near(name, profile.commands)
                )
    yield from _readdress(profile, profile.readdress, (), marks)


def _readdress(profile: Profile, recipe: Readdress | None, loc: Loc, marks: Marks) -> Iterator[Problem]:
    for part in ("before", "save") if recipe is not None else ():
        for i, step in enumerate(getattr(recipe, part)):
            yield from check_write(profile, step, (*loc, "readdress", part, i), marks)


def _variants(profile: Profile, marks: Marks) -> Iterator[Problem]:
    names = [v.name for v in profile.variants]
    known = {p.name for p in profile.entries}
    for i, variant in enumerate(profile.variants):
        loc: Loc = ("variants", i)
        if names.index(variant.name) != i:
            yield marks.problem((*loc, "name"), f"the variant '{variant.name}' stands here twice")
        if not variant.identify and i < len(names) - 1:
            yield marks.problem(
                loc, "only the last variant may go without identify: it is taken when no other fits"
            )
        for j, name in enumerate(variant.without):
            if name not in known:
                yield marks.problem((*loc, "without", j), f"there is no point '{name}'", near(name, known))
        for name in variant.scale:
            if name not in known:
                yield marks.problem(
                    (*loc, "scale", name), f"there is no point '{name}'", near(name, known), at_key=True
                )
        yield from _as_variant(profile, i, marks)


def _as_variant(profile: Profile, i: int, marks: Marks) -> Iterator[Problem]:
    """The whole device as this variant: told where the variant says something, else at its head."""
    variant, loc = profile.variants[i], ("variants", i)
    whole = as_variant(profile, variant.name)
    own = {p.name: j for j, entry in enumerate(variant.points) for p in expand([entry])}

    def place(point: Point) -> Loc:
        return (*loc, "points", own[point.name]) if point.name in own else loc

    problems = list(check_points(whole, [(place(p), p) for p in whole.entries], marks))
    yield from problems
    for name, entry in variant.commands.items():
        yield from check_command(whole, name, entry, (*loc, "commands", name), marks)
    yield from _readdress(whole, variant.readdress, loc, marks)
    if not problems:
        yield from _packing(whole, loc, marks)


def _unknown_quantity(name: str, loc: Loc, marks: Marks) -> Iterator[Problem]:
    if quantity(name.replace("{n}", "1")) is None:
        base = split_channel(name.replace("{n}", "1"))[0]
        hint = near(base, QUANTITIES) or "docs/nomenclature.md lists them"
        yield marks.problem(loc, f"unknown quantity '{name}'", hint)
