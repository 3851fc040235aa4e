"""What is wrong with a profile that pydantic cannot see: clashes between its parts. Each problem with its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from drivers.marked_yaml import Loc, Marks, Problem
from drivers.packing import PackingError, pack
from drivers.profile_checks_points import check_coding, check_points
from drivers.profile_commands import CommandEntry, PublishStep, WriteStep
from drivers.profile_model import Poll, Profile
from drivers.quantities import QUANTITIES, quantity, split_channel

POLLS: tuple[Poll, ...] = ("fast", "slow", "once")


def check(profile: Profile, marks: Marks) -> Iterator[Problem]:
    """Every problem of a profile that is otherwise well formed, in the order of the file's sections."""
    if profile.transport == "mqtt" and profile.mqtt is None:
        yield marks.problem((), "transport mqtt needs an mqtt: section")
    if profile.transport == "modbus" and not profile.entries and profile.sunspec is None:
        yield marks.problem((), "transport modbus needs points:")
    points = list(check_points(profile, profile.entries, ("points",), marks))
    yield from points
    yield from _sunspec(profile, marks)
    yield from _derived(profile, marks)
    yield from _mqtt(profile, marks)
    for name in profile.command_entries:
        yield from _command(profile, name, profile.command_entries[name], ("commands", name), marks)
    yield from _settings(profile, marks)
    if not points:
        yield from _packing(profile, marks)


def _packing(profile: Profile, marks: Marks) -> Iterator[Problem]:
    for poll in POLLS:
        try:
            pack(profile.of_class(poll), profile.limits)
        except PackingError as e:
            yield marks.problem(("limits",), str(e))


def _sunspec(profile: Profile, marks: Marks) -> Iterator[Problem]:
    for i, layout in enumerate(profile.sunspec.models if profile.sunspec else ()):
        yield from check_points(profile, layout.points, ("sunspec", "models", i, "points"), marks)


def _derived(profile: Profile, marks: Marks) -> Iterator[Problem]:
    names = {p.name for p in profile.points}
    for i, entry in enumerate(profile.derived):
        loc: Loc = ("derived", i)
        yield from unknown_quantity(entry.quantity, (*loc, "quantity"), marks)
        for part in entry.parts:
            if part not in names:
                yield marks.problem(loc, f"there is no point '{part}'", near(part, names))


def _mqtt(profile: Profile, marks: Marks) -> Iterator[Problem]:
    for i, message in enumerate(profile.mqtt.messages if profile.mqtt else ()):
        for j, field in enumerate(message.fields):
            loc: Loc = ("mqtt", "messages", i, "fields", j)
            if field.quantity is None and field.name is None:
                yield marks.problem(loc, "a field needs a quantity, or a name when it only serves others")
            yield from check_coding(profile, field, loc, marks, {f.name for f in message.fields if f.name})
            if field.bytes is None:
                continue
            size = _BYTES[field.bytes.type]
            if message.layout is None:
                yield marks.problem(
                    (*loc, "bytes"), "the message has no layout: that says where its bytes stand"
                )
            elif field.bytes.at + size > message.layout.length:
                yield marks.problem((*loc, "bytes"), f"ends after the layout's {message.layout.length} bytes")


_BYTES = {
    "u8": 1, "s8": 1, "u16": 2, "s16": 2, "u32": 4, "s32": 4, "u64": 8, "s64": 8, "f32": 4, "f64": 8, "acc32": 4, "acc64": 8,
}  # fmt: skip


def _command(profile: Profile, name: str, entry: CommandEntry, loc: Loc, marks: Marks) -> Iterator[Problem]:
    if quantity(name.replace("{n}", "1")) is None:
        yield marks.problem(loc, f"unknown quantity '{name}'", near(name, QUANTITIES), at_key=True)
    if entry.verify is None:
        yield marks.problem(
            loc, "nothing verifies this command", "add verify: {quantity, within_ms}", at_key=True
        )
    elif not _reported(profile, entry.verify.quantity, entry):
        hint = near(entry.verify.quantity, profile.quantities)
        yield marks.problem((*loc, "verify"), f"the device does not report '{entry.verify.quantity}'", hint)
    if "{n}" in name and entry.repeat is None:
        yield marks.problem(loc, "{n} needs repeat:", at_key=True)
    if bool(entry.on) != bool(entry.off):
        yield marks.problem(loc, "on and off belong together", at_key=True)
    if not entry.on and not entry.set:
        yield marks.problem(loc, "a command needs on and off, or set", at_key=True)
    if entry.set and entry.value is None:
        yield marks.problem(loc, "set needs value: how the number is coded", at_key=True)
    yield from _steps(profile, entry, loc, marks)
    yield from _lease(entry, loc, marks)


def _reported(profile: Profile, name: str, entry: CommandEntry) -> bool:
    first = next(iter(entry.repeat.numbers()))[0] if entry.repeat else 1
    return profile.sunspec is not None or name.replace("{n}", str(first)) in profile.quantities


def _steps(profile: Profile, entry: CommandEntry, loc: Loc, marks: Marks) -> Iterator[Problem]:
    kind = PublishStep if profile.transport == "mqtt" else WriteStep
    for part in ("on", "off", "set"):
        steps: Sequence[WriteStep | PublishStep] = getattr(entry, part)
        for i, step in enumerate(steps):
            here = (*loc, part, i)
            if not isinstance(step, kind):
                yield marks.problem(here, f"does not fit transport {profile.transport}")
            if _uses(step, "lease") and (entry.lease is None or part == "off"):
                yield marks.problem(
                    here, "uses the lease, but there is none here", "add lease: {pieces: [...]}"
                )
            if _uses(step, "value") and entry.value is None:
                yield marks.problem(
                    here, "uses the value, but nothing says how it is coded", "add value: {...}"
                )
            if isinstance(step, WriteStep) and step.function in (5, 6) and len(step.values) != 1:
                yield marks.problem(here, f"function {step.function} writes exactly one value")


def _uses(step: WriteStep | PublishStep, word: str) -> bool:
    return (
        word in step.values if isinstance(step, WriteStep) else f"${word}" in f"{step.topic} {step.payload}"
    )


def _lease(entry: CommandEntry, loc: Loc, marks: Marks) -> Iterator[Problem]:
    kind = entry.fail_safe.kind
    if kind == "timed_on" and entry.lease is None:
        yield marks.problem((*loc, "fail_safe"), "timed_on needs lease:")
    if kind in ("comm_loss", "device_limit") and entry.fail_safe.max_s is None:
        yield marks.problem((*loc, "fail_safe"), f"{kind} needs max_s")
    if entry.lease is None:
        return
    if not any(_uses(step, "lease") for step in (*entry.on, *entry.set)):
        yield marks.problem((*loc, "lease"), "no step uses the lease")
    steps = [piece.max_s for piece in entry.lease.pieces]
    if steps != sorted(set(steps)):
        yield marks.problem((*loc, "lease", "pieces"), "pieces must rise in max_s")


def _settings(profile: Profile, marks: Marks) -> Iterator[Problem]:
    for name, setting in profile.settings.items():
        loc: Loc = ("settings", name)
        if isinstance(setting.default, str) and setting.choices and setting.default not in setting.choices:
            yield marks.problem((*loc, "default"), f"must be one of {', '.join(setting.choices)}")
        low, high = setting.minimum, setting.maximum
        if low is not None and high is not None and low >= high:
            yield marks.problem(loc, "minimum must be below maximum")


def unknown_quantity(name: str, loc: Loc, marks: Marks) -> Iterator[Problem]:
    """A problem when the glossary lacks the name."""
    if quantity(name.replace("{n}", "1")) is None:
        base = split_channel(name.replace("{n}", "1"))[0]
        yield marks.problem(
            loc, f"unknown quantity '{name}'", near(base, QUANTITIES) or "docs/nomenclature.md lists them"
        )


def near(word: str, known: object) -> str:
    """A hint with the nearest known word, or nothing."""
    words = (
        [str(k) for k in known]
        if isinstance(known, list | tuple | set | dict | frozenset)
        else [str(k) for k in QUANTITIES]
    )
    found = get_close_matches(word, words, 1, 0.6)
    return f"did you mean '{found[0]}'?" if found else ""
