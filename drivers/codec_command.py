"""Commands, both ways: a wish becomes writes or messages; for simulators a write or message becomes a wish again."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from drivers.codec import CodecError, Settings, encode_number
from drivers.codec_scale import compile_coding
from drivers.profile_commands import CommandEntry, Lease, PublishStep, Until, ValueCoding, WriteStep
from drivers.profile_model import Profile
from drivers.profile_points import Coding


@dataclass(frozen=True, slots=True)
class WireWrite:
    """One Modbus write, ready but for the unit. ``wait_s`` and ``until`` come after it."""

    function: int
    address: int
    values: tuple[int, ...]
    wait_s: float = 0.0
    until: Until | None = None


@dataclass(frozen=True, slots=True)
class WirePublish:
    """One MQTT message, ready. Never retained: a retained command would fire again after a reboot."""

    topic: str
    payload: bytes
    qos: int = 1
    wait_s: float = 0.0
    until: Until | None = None


WireStep = WireWrite | WirePublish


@dataclass(frozen=True, slots=True)
class Heard:
    """What a device understood: ``value`` is None when the message only set the timer; ``lease_s`` None when it did not."""

    quantity: str
    value: float | None
    lease_s: float | None


def encode_command(
    profile: Profile, quantity: str, value: float, lease_s: float, settings: Settings, topic: str = ""
) -> tuple[WireStep, ...]:
    """The ordered steps of a command. ``value`` 0 is off; ``topic`` is the site's MQTT topic.

    A lease longer than the device's timer is cut to it (the caller renews); an output with a device timer is never switched
    on without one. Raises CodecError for an unknown quantity, a value out of bounds, or a missing lease.
    """
    entry = profile.commands.get(quantity)
    if entry is None:
        raise CodecError(
            f"{profile.name} takes no command '{quantity}'; it takes: {', '.join(profile.commands) or 'none'}"
        )
    numbers: dict[str, float] = {}
    order = profile.order
    steps = entry.set or (entry.on if value else entry.off)
    if entry.value is not None and entry.set:
        numbers["value"] = _value_raw(entry.value, quantity, value, settings)
        order = entry.value.order or order
    if entry.lease is not None and value:
        if lease_s <= 0:
            raise CodecError(f"{quantity} is only switched on for a time, and none is given")
        numbers["lease"] = encode_lease(entry.lease, lease_s)
    return tuple(_step(step, entry, numbers, order, topic) for step in steps)


def _value_raw(coding: ValueCoding, quantity: str, value: float, settings: Settings) -> float:
    if not coding.minimum <= value <= coding.maximum:
        raise CodecError(f"{quantity} takes {coding.minimum:g} to {coding.maximum:g}, not {value:g}")
    return compile_coding(_as_coding(coding, quantity), settings).encode(value, {})


def _as_coding(coding: ValueCoding, quantity: str) -> Coding:
    return Coding(
        quantity=quantity, unit=coding.unit, scale=coding.scale, offset=coding.offset, scale_by=coding.scale_by,
        minimum=coding.minimum, maximum=coding.maximum,
    )  # fmt: skip


def _step(
    step: WriteStep | PublishStep, entry: CommandEntry, numbers: Mapping[str, float], order: str, topic: str
) -> WireStep:
    if isinstance(step, WriteStep):
        values: list[int] = []
        for word in step.values:
            values += _words(word, entry, numbers, order) if isinstance(word, str) else [word]
        return WireWrite(step.function, step.address, tuple(values), step.wait_ms / 1000, step.until)
    payload = _fill(step.payload, numbers)
    body = payload if isinstance(payload, str) else json.dumps(payload, separators=(",", ":"))
    return WirePublish(
        step.topic.replace("{topic}", topic), body.encode(), step.qos, step.wait_ms / 1000, step.until
    )


def _words(word: str, entry: CommandEntry, numbers: Mapping[str, float], order: str) -> list[int]:
    kind = entry.lease.type if word == "lease" and entry.lease else entry.value.type if entry.value else "u16"
    return list(encode_number(kind, numbers[word], order))


def _fill(payload: object, numbers: Mapping[str, float]) -> object:
    """$value and $lease filled in; a text that is nothing else becomes the number itself."""
    if isinstance(payload, dict):
        return {key: _fill(value, numbers) for key, value in payload.items()}
    if isinstance(payload, list):
        return [_fill(value, numbers) for value in payload]
    if not isinstance(payload, str):
        return payload
    for name, number in numbers.items():
        plain = int(number) if float(number).is_integer() else round(number, 6)
        if payload == f"${name}":
            return plain
        payload = payload.replace(f"${name}", str(plain))
    return payload


def encode_lease(lease: Lease, seconds: float) -> int:
    """The timer's raw number: rounded up, cut to the longest, never the 0 that would mean "no timer"."""
    piece = next((p for p in lease.pieces if seconds <= p.max_s), lease.pieces[-1])
    held = min(seconds, piece.max_s)
    return max(1, math.ceil(round(held / piece.unit_s, 6))) + piece.offset


def decode_lease(lease: Lease, raw: int) -> float:
    """Seconds that a raw timer number means to the device."""
    for piece in lease.pieces:
        seconds = (raw - piece.offset) * piece.unit_s
        if 0 <= seconds <= piece.max_s:
            return seconds
    return lease.max_s


# ----------------------------------------------------------------------------------------- the device's side, for simulators


def hear_write(
    profile: Profile, function: int, address: int, values: tuple[int, ...], settings: Settings
) -> Heard | None:
    """What a write means to a device of this profile; None when it means nothing to any command."""
    for quantity, entry, part, step, last in _all_steps(profile):
        if not isinstance(step, WriteStep) or (step.function, step.address) != (function, address):
            continue
        numbers = _match_words(step, entry, values, (entry.value and entry.value.order) or profile.order)
        if numbers is not None and (last or "lease" in numbers):
            return _heard(quantity, entry, part, last, numbers, settings)
    return None


def hear_message(profile: Profile, topic: str, base: str, payload: bytes, settings: Settings) -> Heard | None:
    """What an MQTT message means to a device of this profile whose topic is ``base``; None when nothing."""
    text = payload.decode("utf-8", "replace")
    for quantity, entry, part, step, last in _all_steps(profile):
        if not isinstance(step, PublishStep) or step.topic.replace("{topic}", base) != topic:
            continue
        numbers = _match_payload(step.payload, text)
        if numbers is not None and (last or "lease" in numbers):
            return _heard(quantity, entry, part, last, numbers, settings)
    return None


def command_topics(profile: Profile, base: str) -> tuple[str, ...]:
    """Topics that a device of this profile listens to."""
    topics = (
        s.topic.replace("{topic}", base)
        for _, _, _, s, _ in _all_steps(profile)
        if isinstance(s, PublishStep)
    )
    return tuple(dict.fromkeys(topics))


def _all_steps(profile: Profile) -> Iterator[tuple[str, CommandEntry, str, WriteStep | PublishStep, bool]]:
    """(quantity, entry, "on"/"off"/"set", step, is it the last one) of every command; steps with fixed words first."""
    found = []
    for quantity, entry in profile.commands.items():
        for part, steps in (("on", entry.on), ("off", entry.off), ("set", entry.set)):
            found += [(quantity, entry, part, step, i == len(steps) - 1) for i, step in enumerate(steps)]
    return iter(sorted(found, key=lambda row: "lease" in str(row[3]) or "value'" in str(row[3])))


def _heard(
    quantity: str,
    entry: CommandEntry,
    part: str,
    last: bool,
    numbers: Mapping[str, float],
    settings: Settings,
) -> Heard:
    lease = decode_lease(entry.lease, int(numbers["lease"])) if entry.lease and "lease" in numbers else None
    if not last:
        return Heard(quantity, None, lease)
    if part == "set" and entry.value is not None:
        coder = compile_coding(_as_coding(entry.value, quantity), settings)
        value, _ = coder.decode(numbers["value"], {})
        return Heard(quantity, value if isinstance(value, float) else None, lease)
    return Heard(quantity, 1.0 if part == "on" else 0.0, lease)


def _match_words(
    step: WriteStep, entry: CommandEntry, values: tuple[int, ...], order: str
) -> dict[str, float] | None:
    """The coded numbers in ``values``, or None when the fixed words differ."""
    numbers: dict[str, float] = {}
    rest = list(values)
    for word in step.values:
        size = len(_words(word, entry, {"value": 0, "lease": 0}, order)) if isinstance(word, str) else 1
        mine, rest = rest[:size], rest[size:]
        if len(mine) < size or (not isinstance(word, str) and mine != [word]):
            return None
        if isinstance(word, str):
            ordered = mine if order in ("abcd", "badc") else mine[::-1]
            number = 0
            for part in ordered:
                number = number << 16 | part
            kind = entry.value.type if word == "value" and entry.value else "u16"
            numbers[word] = (
                number - (1 << 16 * size) if kind[0] == "s" and number >> (16 * size - 1) else number
            )
    return numbers if not rest else None


def _match_payload(pattern: object, text: str) -> dict[str, float] | None:
    if isinstance(pattern, str):
        return _match_text(pattern, text)
    try:
        return _match_json(pattern, json.loads(text))
    except ValueError:
        return None


def _match_json(pattern: object, data: object) -> dict[str, float] | None:
    """Every key of the pattern must be there; what else the message carries does not matter."""
    if isinstance(pattern, dict):
        if not isinstance(data, dict):
            return None
        numbers: dict[str, float] = {}
        for key, inner in pattern.items():
            found = _match_json(inner, data[key]) if key in data else None
            if found is None:
                return None
            numbers |= found
        return numbers
    if pattern in ("$value", "$lease"):
        return (
            {str(pattern)[1:]: float(data)}
            if isinstance(data, int | float) and not isinstance(data, bool)
            else None
        )
    return {} if pattern == data and isinstance(pattern, bool) == isinstance(data, bool) else None


def _match_text(pattern: str, text: str) -> dict[str, float] | None:
    """A text with $value or $lease in it; case of plain words does not matter (ON, on)."""
    expression = re.escape(pattern)
    for name in ("value", "lease"):
        expression = expression.replace(re.escape(f"${name}"), rf"(?P<{name}>-?\d+(?:\.\d+)?)", 1)
    match = re.fullmatch(expression, text.strip(), re.IGNORECASE)
    return {k: float(v) for k, v in match.groupdict().items()} if match else None
