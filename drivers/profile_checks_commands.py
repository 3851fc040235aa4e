"""Checks of commands: verified, ended, within what the device takes. Each problem with its place."""

from __future__ import annotations

from collections.abc import Iterator

from drivers.marked_yaml import Loc, Marks, Problem
from drivers.profile_checks_points import SPANS, near
from drivers.profile_commands import AnyStep, CommandEntry, DownlinkStep, DownlinkWord, WriteStep
from drivers.profile_envelopes import ENVELOPES
from drivers.profile_model import Profile
from drivers.profile_points import fill
from drivers.quantities import QUANTITIES, quantity, unit_factor, units_for


def check_command(
    profile: Profile, name: str, entry: CommandEntry, loc: Loc, marks: Marks
) -> Iterator[Problem]:
    """Every problem of one command of a profile."""
    if quantity(name.replace("{n}", "1")) is None:
        yield marks.problem(loc, f"unknown quantity '{name}'", near(name, QUANTITIES), at_key=True)
    if "{n}" in name and entry.repeat is None:
        yield marks.problem(loc, "{n} needs repeat:", at_key=True)
    yield from _proof(profile, entry, loc, marks)
    yield from _parts(profile, entry, loc, marks)
    for part, steps in entry.parts:
        for i, step in enumerate(steps):
            yield from _step(profile, entry, part, step, (*loc, part, i), marks)
    for i, step in enumerate(entry.deaf_to):
        if any(step == other for other in entry.off):
            yield marks.problem(
                (*loc, "deaf_to", i), "the device ignores this while its timer runs, but off uses it"
            )
    yield from _lease(entry, loc, marks)
    if profile.transport == "modbus":
        yield from _reach(name, entry, loc, marks)
    yield from _wear(profile, entry, loc, marks)


def _proof(profile: Profile, entry: CommandEntry, loc: Loc, marks: Marks) -> Iterator[Problem]:
    if entry.verify is None:
        hint = "add verify: {quantity, within_ms}"
        yield marks.problem(loc, "nothing verifies this command", hint, at_key=True)
    elif bool(entry.verify.equals) != bool(entry.press):
        hint = "a press leads to something: equals; on, off and set are compared with the command's own value"
        yield marks.problem((*loc, "verify"), "equals belongs to press, and press needs it", hint)
    links: list[tuple[Loc, str]] = [(("verify",), entry.verify.quantity)] if entry.verify is not None else []
    links += [(("inhibited_by", i), rule.quantity) for i, rule in enumerate(entry.inhibited_by)]
    for place, name in links:
        if not _reported(profile, name, entry):
            hint = near(name, profile.quantities)
            yield marks.problem((*loc, *place), f"the device does not report '{name}'", hint)


def _reported(profile: Profile, name: str, entry: CommandEntry) -> bool:
    return profile.sunspec is not None or _first(name, entry) in profile.quantities


def _first(name: str, entry: CommandEntry) -> str:
    return fill(name, next(iter(entry.repeat.numbers()))[0] if entry.repeat else 1)


def _parts(profile: Profile, entry: CommandEntry, loc: Loc, marks: Marks) -> Iterator[Problem]:
    points = {p.name for p in profile.points}
    if bool(entry.on) != bool(entry.off):
        yield marks.problem(loc, "on and off belong together", at_key=True)
    if sum((bool(entry.on), bool(entry.set), bool(entry.press))) != 1:
        yield marks.problem(loc, "a command needs one of on and off, set, or press", at_key=True)
    for i, factor in enumerate(entry.value.scale_by if entry.value is not None else ()):
        known, word = (profile.settings, factor.setting) if factor.setting else (points, factor.point)
        if word not in known and (factor.setting or profile.sunspec is None):
            what = "setting" if factor.setting else "point"
            yield marks.problem(
                (*loc, "value", "scale_by", i), f"there is no {what} '{word}'", near(str(word), known)
            )
    if entry.set and entry.value is None:
        yield marks.problem(loc, "set needs value: how the number is coded", at_key=True)


def _step(
    profile: Profile, entry: CommandEntry, part: str, step: AnyStep, loc: Loc, marks: Marks
) -> Iterator[Problem]:
    if isinstance(step, WriteStep) != (profile.transport != "mqtt"):
        yield marks.problem(loc, f"does not fit transport {profile.transport}")
        return
    if _uses(step, "lease") and (entry.lease is None or part == "off"):
        yield marks.problem(loc, "uses the lease, but there is none here", "add lease: {pieces: [...]}")
    if _uses(step, "value") and entry.value is None:
        yield marks.problem(loc, "uses the value, but nothing says how it is coded", "add value: {...}")
    if isinstance(step, WriteStep):
        yield from check_write(profile, step, loc, marks)
    if isinstance(step, DownlinkStep):
        yield from _downlink(profile, loc, marks)
    names = {p.name for p in profile.points}
    if (
        step.until is not None
        and step.until.quantity is not None
        and not _reported(profile, step.until.quantity, entry)
    ):
        hint = near(step.until.quantity, profile.quantities)
        yield marks.problem((*loc, "until"), f"the device does not report '{step.until.quantity}'", hint)
    for key, name in (
        ("until", step.until and step.until.point),
        ("only_if", step.only_if and step.only_if.point),
    ):
        if name and profile.sunspec is None and _first(name, entry) not in names:
            yield marks.problem((*loc, key), f"there is no point '{name}'", near(name, names))


def check_write(profile: Profile, step: WriteStep, loc: Loc, marks: Marks) -> Iterator[Problem]:
    """Problems of one Modbus write."""
    names = {p.name for p in profile.points}
    if step.at is not None and profile.sunspec is None and "{n}" not in step.at and step.at not in names:
        yield marks.problem((*loc, "at"), f"there is no point '{step.at}'", near(step.at, names))
    if step.function in (5, 6) and len(step.values) != 1:
        yield marks.problem(loc, f"function {step.function} writes exactly one value")
    allowed = profile.limits.write_functions
    if step.function in (5, 6, 15, 16) and step.function not in allowed:
        known = ", ".join(map(str, allowed))
        yield marks.problem(
            (*loc, "function"), f"the device takes only function {known} (limits.write_functions)"
        )


def _downlink(profile: Profile, loc: Loc, marks: Marks) -> Iterator[Problem]:
    servers = [e for m in (profile.mqtt.messages if profile.mqtt else ()) for e in m.envelopes]
    known = {**ENVELOPES, **(profile.mqtt.envelopes if profile.mqtt else {})}
    if not servers:
        yield marks.problem(
            loc, "a downlink needs messages with envelopes: they say which network servers there are"
        )
    for name in servers:
        if name in known and known[name].down_topic is None:
            yield marks.problem(loc, f"the envelope '{name}' has no down_topic")


def _uses(step: AnyStep, word: str) -> bool:
    if isinstance(step, WriteStep):
        return word in step.values
    if isinstance(step, DownlinkStep):
        return any(isinstance(p, DownlinkWord) and p.word == word for p in step.downlink)
    return f"${word}" in f"{step.topic} {step.payload}"


def _lease(entry: CommandEntry, loc: Loc, marks: Marks) -> Iterator[Problem]:
    kind = entry.fail_safe.kind
    if kind == "timed_on" and entry.lease is None:
        yield marks.problem((*loc, "fail_safe"), "timed_on needs lease:")
    if kind in ("comm_loss", "device_limit") and entry.fail_safe.max_s is None:
        yield marks.problem((*loc, "fail_safe"), f"{kind} needs max_s")
    if entry.fail_safe.fault is not None and kind != "comm_loss":
        yield marks.problem(
            (*loc, "fail_safe", "fault"), "fault belongs to comm_loss: the device trips by itself"
        )
    if entry.lease is None:
        return
    if not any(_uses(step, "lease") for step in (*entry.on, *entry.set)):
        yield marks.problem((*loc, "lease"), "no step uses the lease")
    steps = [piece.max_s for piece in entry.lease.pieces]
    if steps != sorted(set(steps)):
        yield marks.problem((*loc, "lease", "pieces"), "pieces must rise in max_s")


def _reach(name: str, entry: CommandEntry, loc: Loc, marks: Marks) -> Iterator[Problem]:
    """Numbers that the registers of a command cannot carry."""
    for i, piece in enumerate(entry.lease.pieces if entry.lease else ()):
        kind = entry.lease.type if entry.lease else "u16"
        raw, span = round(piece.max_s / piece.unit_s) + piece.offset, SPANS.get(kind)
        if span is not None and raw > span[1]:
            text = f"{piece.max_s:g} s are {raw} on the wire, but {kind} ends at {span[1]:g}"
            yield marks.problem((*loc, "lease", "pieces", i, "max_s"), text, "lower max_s, or correct unit_s")
    row = quantity(name.replace("{n}", "1"))
    if entry.value is None or row is None:
        return
    coding, at = entry.value, (*loc, "value")
    factor = unit_factor(coding.unit, row.unit)
    if factor is None:
        hint = f"possible: {', '.join(units_for(row.unit))}"
        yield marks.problem(
            (*at, "unit"), f"'{coding.unit}' cannot become {row.unit or 'a plain number'}", hint
        )
        return
    if coding.minimum > coding.maximum:
        yield marks.problem((*at, "minimum"), "minimum must be below maximum")
    span = SPANS.get(coding.type)
    step = coding.scale * float(factor)
    if span is None or coding.scale_by or not step:
        return
    for key in ("minimum", "maximum"):
        raw = round((getattr(coding, key) - coding.offset) / step)
        if not span[0] <= raw <= span[1]:
            low, high = span
            text = f"{getattr(coding, key):g} is {raw} on the wire, but {coding.type} goes from {low:g} to {high:g}"
            yield marks.problem((*at, key), text, "correct scale, or narrow minimum and maximum")


def _wear(profile: Profile, entry: CommandEntry, loc: Loc, marks: Marks) -> Iterator[Problem]:
    if entry.wear == "eeprom" and profile.transport == "mqtt":
        yield marks.problem((*loc, "wear"), "wear is counted for registers, not for messages")
    if entry.wear == "eeprom" and not entry.set:
        hint = "find the register that changes RAM only, or a contactor"
        text = "a command that is renewed all day must not wear an EEPROM: only set-points may"
        yield marks.problem((*loc, "wear"), text, hint)
    if entry.wear == "eeprom" and entry.lease is not None:
        yield marks.problem((*loc, "wear"), "a lease is renewed all the time: it must not wear an EEPROM")
