"""Commands from the device's side, for simulators: a write or a message becomes a wish again."""

from __future__ import annotations

import base64
import binascii
import json
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from drivers.codec import CodecError, Context, Settings
from drivers.codec_command import address_of, as_coding, coded_words, downlink_pattern, envelope_of
from drivers.codec_payload import fill_settings
from drivers.codec_scale import compile_coding, mask_shift
from drivers.profile_commands import (
    AnyStep,
    CommandEntry,
    DownlinkStep,
    DownlinkWord,
    Lease,
    PublishStep,
    WriteStep,
)
from drivers.profile_model import Profile


@dataclass(frozen=True, slots=True)
class Heard:
    """What a device understood: ``value`` is None when the message only set the timer; ``lease_s`` None when it did not.

    ``shows``: points that show a state from now on, because the driver waits for it before the next step.
    """

    quantity: str
    value: float | None
    lease_s: float | None
    shows: tuple[tuple[str, float | str], ...] = ()


def decode_lease(lease: Lease, raw: int) -> float:
    """Seconds that a raw timer number means to the device."""
    for piece in lease.pieces:
        seconds = (raw - piece.offset) * piece.unit_s
        if 0 <= seconds <= piece.max_s:
            return seconds
    return lease.max_s


def hear_write(
    profile: Profile,
    function: int,
    address: int,
    values: tuple[int, ...],
    settings: Settings,
    context: Context | None = None,
) -> tuple[Heard, ...]:
    """What a write means to a device of this profile; nothing when it means nothing to any command.

    A write of one whole register may mean something to several commands that own different bits of it. One write may be both
    the end of "off" and a step of "on" (CiA 402): then it means off, and shows what the step waits for.
    """
    found: dict[str, Heard] = {}
    for quantity, entry, part, step, last in _all_steps(profile):
        if not isinstance(step, WriteStep) or (step.function, _place(profile, step)) != (function, address):
            continue
        if found and quantity not in found and step.mask is None:
            continue
        numbers = _match_words(step, entry, values, (entry.value and entry.value.order) or profile.order)
        shows = _shows(step)
        if numbers is None or not (last or shows or "lease" in numbers):
            continue
        meant = _heard(quantity, entry, part, last, numbers, settings, context or {})
        before = found.get(quantity, meant)
        said = before if before.value is not None or before.lease_s is not None else meant
        found[quantity] = replace(said, shows=(*before.shows, *shows))
    return tuple(found.values())


def _shows(step: WriteStep) -> tuple[tuple[str, float | str], ...]:
    """What the driver expects of a point after this step."""
    if step.until is None or step.until.point is None:
        return ()
    return ((step.until.point, step.until.equals[0]),)


def _place(profile: Profile, step: WriteStep) -> int | None:
    """Where a step writes, None when this device lacks that point."""
    try:
        return address_of(profile, step)
    except CodecError:
        return None


def deaf_quantities(profile: Profile, function: int, address: int, values: tuple[int, ...]) -> frozenset[str]:
    """Outputs that acknowledge this write and ignore it while their timer runs."""
    return frozenset(
        quantity
        for quantity, entry in profile.commands.items()
        for step in entry.deaf_to
        if (step.function, _place(profile, step)) == (function, address)
        and _match_words(step, entry, values, profile.order) is not None
    )


def hear_message(profile: Profile, topic: str, base: str, payload: bytes, settings: Settings) -> Heard | None:
    """What an MQTT message means to a device of this profile whose topic is ``base``; None when nothing."""
    text = payload.decode("utf-8", "replace")
    for quantity, entry, part, step, last in _all_steps(profile):
        if isinstance(step, WriteStep) or _topic(profile, step, base, settings) != topic:
            continue
        numbers = (
            _match_downlink(step, text)
            if isinstance(step, DownlinkStep)
            else _match_payload(step.payload, text)
        )
        if numbers is not None and (last or "lease" in numbers):
            return _heard(quantity, entry, part, last, numbers, settings, {})
    return None


def command_topics(profile: Profile, base: str, settings: Settings) -> tuple[str, ...]:
    """Topics that a device of this profile listens to."""
    steps = (s for _, _, _, s, _ in _all_steps(profile) if not isinstance(s, WriteStep))
    return tuple(dict.fromkeys(_topic(profile, step, base, settings) for step in steps))


def _topic(profile: Profile, step: PublishStep | DownlinkStep, base: str, settings: Settings) -> str:
    pattern = step.topic if isinstance(step, PublishStep) else envelope_of(profile, settings).down_topic or ""
    return fill_settings(pattern, base, settings)


_Told = tuple[tuple[str, CommandEntry, str, AnyStep, bool], ...]
_REMEMBERED: dict[int, tuple[Profile, _Told]] = {}


def _all_steps(profile: Profile) -> _Told:
    """The steps of this very profile object, put in order at their first use."""
    known = _REMEMBERED.get(id(profile))
    if (
        known is None or known[0] is not profile
    ):  # what is remembered is kept alive: an id is never another one's
        if len(_REMEMBERED) >= 64:
            _REMEMBERED.clear()
        known = _REMEMBERED[id(profile)] = (profile, _in_order(profile))
    return known[1]


def _in_order(profile: Profile) -> _Told:
    """(quantity, entry, "on"/"off"/"set"/"press", step, does it complete the command) of every command; steps with fixed words
    first. A set-point is complete with its number, whatever switches follow it.
    """
    found = []
    for quantity, entry in profile.commands.items():
        for part, steps in entry.parts:
            numbered = [i for i, step in enumerate(steps) if part == "set" and _carries_value(step)]
            telling = numbered[-1] if numbered else len(steps) - 1
            found += [(quantity, entry, part, step, i == telling) for i, step in enumerate(steps)]
    return tuple(sorted(found, key=lambda row: any(w in str(row[3]) for w in ("lease", "value'", "'keep'"))))


def _carries_value(step: AnyStep) -> bool:
    if isinstance(step, WriteStep):
        return "value" in step.values
    if isinstance(step, DownlinkStep):
        return any(isinstance(part, DownlinkWord) and part.word == "value" for part in step.downlink)
    return "$value" in str(step.payload)


def _heard(
    quantity: str,
    entry: CommandEntry,
    part: str,
    last: bool,
    numbers: Mapping[str, float],
    settings: Settings,
    context: Context,
) -> Heard:
    lease = decode_lease(entry.lease, int(numbers["lease"])) if entry.lease and "lease" in numbers else None
    if not last:
        return Heard(quantity, None, lease)
    if part == "set" and entry.value is not None:
        coder = compile_coding(as_coding(entry.value, quantity), settings)
        value, _ = coder.decode(numbers["value"], context)
        return Heard(quantity, value if isinstance(value, float) else None, lease)
    return Heard(quantity, 0.0 if part == "off" else 1.0, lease)


def _match_words(
    step: WriteStep, entry: CommandEntry, values: tuple[int, ...], order: str
) -> dict[str, float] | None:
    """The coded numbers in ``values``, or None when the fixed words differ."""
    numbers: dict[str, float] = {}
    rest = list(values)
    if step.mask is not None:
        rest = [(v & step.mask) >> mask_shift(step.mask) for v in rest]
    for word in step.values:
        if word == "keep":
            rest = rest[1:] if rest else [-1]
            continue
        size = len(coded_words(word, entry, {"value": 0, "lease": 0}, order)) if isinstance(word, str) else 1
        mine, rest = rest[:size], rest[size:]
        if len(mine) < size or (not isinstance(word, str) and mine != [word]):
            return None
        if isinstance(word, str):
            kind = entry.value.type if word == "value" and entry.value else "u16"
            numbers[word] = _number(mine, kind, order)
    return numbers if not rest else None


def _number(words: list[int], kind: str, order: str) -> float:
    """The raw number in the registers of a coded word."""
    ordered = words if order in ("abcd", "badc") else words[::-1]
    number = 0
    for part in ordered:
        number = number << 16 | part
    bits = 16 * len(words)
    if kind in ("f32", "f64"):
        found: float = struct.unpack(
            f">{kind[0] if kind == 'f32' else 'd'}", number.to_bytes(bits // 8, "big")
        )[0]
        return found
    return number - (1 << bits) if kind[0] == "s" and number >> (bits - 1) else number


def _match_downlink(step: DownlinkStep, text: str) -> dict[str, float] | None:
    """The numbers in the bytes of a downlink, wherever the network server's body carries them."""
    try:
        packed = next((b for b in _packed(json.loads(text)) if len(b) == len(downlink_pattern(step))), None)
    except ValueError:
        return None
    if packed is None:
        return None
    words: dict[str, tuple[DownlinkWord, bytes]] = {}
    for byte, (fixed, word) in zip(packed, downlink_pattern(step), strict=True):
        if word is None and byte != fixed:
            return None
        if word is not None:
            words[word.word] = (word, words.get(word.word, (word, b""))[1] + bytes((byte,)))
    return {
        name: float(int.from_bytes(data, "big" if w.big else "little")) for name, (w, data) in words.items()
    }


def _packed(body: object) -> Iterator[bytes]:
    """Every text in a body that is base64."""
    if isinstance(body, dict | list):
        for inner in body.values() if isinstance(body, dict) else body:
            yield from _packed(inner)
    elif isinstance(body, str):
        try:
            yield base64.b64decode(body, validate=True)
        except (binascii.Error, ValueError):
            return


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
