"""Commands: a wish becomes writes or messages. `drivers.codec_hear` is the device's side."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from drivers.codec import CodecError, Context, Settings, encode_number
from drivers.codec_payload import fill_settings
from drivers.codec_scale import compile_coding, mask_shift
from drivers.profile_base import When
from drivers.profile_commands import (
    AnyStep,
    CommandEntry,
    DownlinkStep,
    DownlinkWord,
    Lease,
    Until,
    ValueCoding,
    Verify,
    WriteStep,
)
from drivers.profile_envelopes import ENVELOPES, Envelope
from drivers.profile_model import Profile
from drivers.profile_points import Coding


@dataclass(frozen=True, slots=True)
class WireWrite:
    """One Modbus write, ready but for the unit. ``wait_s`` and ``until`` come after it, ``only_if`` before.

    ``mask``: only these bits change, the rest of the register is read first; ``keep``: positions in ``values`` that are read first
    and written back as they are.
    """

    function: int
    address: int
    values: tuple[int, ...]
    wait_s: float = 0.0
    until: Until | None = None
    only_if: When | None = None
    mask: int | None = None
    keep: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class WirePublish:
    """One MQTT message, ready. Never retained: a retained command would fire again after a reboot."""

    topic: str
    payload: bytes
    qos: int = 1
    wait_s: float = 0.0
    until: Until | None = None
    only_if: When | None = None


WireStep = WireWrite | WirePublish


def encode_command(
    profile: Profile,
    quantity: str,
    value: float,
    lease_s: float,
    settings: Settings,
    topic: str = "",
    context: Context | None = None,
) -> tuple[WireStep, ...]:
    """The ordered steps of a command. ``value`` 0 is off; ``topic`` is the site's MQTT topic; ``context``: see the codec.

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
    steps = entry.set or ((entry.on or entry.press) if value else entry.off)
    if entry.value is not None and entry.set:
        numbers["value"] = _value_raw(entry.value, quantity, value, settings, context or {})
        order = entry.value.order or order
    if entry.lease is not None and value:
        if lease_s <= 0:
            raise CodecError(f"{quantity} is only switched on for a time, and none is given")
        numbers["lease"] = encode_lease(entry.lease, lease_s)
    wired = tuple(_wire(profile, step, entry, numbers, order, topic, settings) for step in steps)
    if wired and entry.press and entry.verify is not None and wired[-1].until is None:
        return (*wired[:-1], replace(wired[-1], until=_outcome(profile, entry.verify)))
    return wired


def _outcome(profile: Profile, verify: Verify) -> Until:
    """What a press must lead to. As the device shows it where a point does: our own totals go on over a reset."""
    point = next((p.name for p in profile.points if p.quantity == verify.quantity), None)
    quantity = verify.quantity if point is None else None
    within_ms = min(verify.within_ms, 60_000.0)
    return Until(quantity=quantity, point=point, equals=verify.equals, within_ms=within_ms)


def rounded(coding: ValueCoding, value: float) -> float:
    """The set-point as the device can take it: a multiple of its step."""
    return value if coding.step is None else round(value / coding.step) * coding.step


def _value_raw(
    coding: ValueCoding, quantity: str, value: float, settings: Settings, context: Context
) -> float:
    if not coding.minimum <= value <= coding.maximum:
        raise CodecError(f"{quantity} takes {coding.minimum:g} to {coding.maximum:g}, not {value:g}")
    return float(
        compile_coding(as_coding(coding, quantity), settings).encode(rounded(coding, value), context)
    )


def as_coding(coding: ValueCoding, quantity: str) -> Coding:
    """The coding of a set-point as that of a point."""
    return Coding(
        quantity=quantity, unit=coding.unit, scale=coding.scale, offset=coding.offset, scale_by=coding.scale_by,
        minimum=coding.minimum, maximum=coding.maximum,
    )  # fmt: skip


def _wire(
    profile: Profile,
    step: AnyStep,
    entry: CommandEntry,
    numbers: Mapping[str, float],
    order: str,
    topic: str,
    settings: Settings,
) -> WireStep:
    if isinstance(step, WriteStep):
        return wire_write(step, address_of(profile, step), entry, numbers, order)
    wait_s, until = step.wait_ms / 1000, step.until
    if isinstance(step, DownlinkStep):
        envelope = envelope_of(profile, settings)
        body = json.dumps(
            fill_body(envelope, downlink_bytes(step, numbers), step, topic), separators=(",", ":")
        )
        path = fill_settings(envelope.down_topic or "", topic, settings)
        return WirePublish(path, body.encode(), 1, wait_s, until, step.only_if)
    payload = _fill(step.payload, numbers)
    text = payload if isinstance(payload, str) else json.dumps(payload, separators=(",", ":"))
    path = fill_settings(step.topic, topic, settings)
    return WirePublish(path, text.encode(), step.qos, wait_s, until, step.only_if)


def address_of(profile: Profile, step: WriteStep) -> int:
    """Where a write goes. Raises CodecError when it goes to a point that this device does not have."""
    if step.at is None:
        return step.address or 0
    point = next((p for p in profile.points if p.name == step.at), None)
    if point is None:
        raise CodecError(f"the device has no '{step.at}'")
    return point.start


def wire_write(
    step: WriteStep,
    address: int,
    entry: CommandEntry | None = None,
    numbers: Mapping[str, float] | None = None,
    order: str = "abcd",
) -> WireWrite:
    """A write step with its numbers filled in."""
    values: list[int] = []
    keep: list[int] = []
    for word in step.values:
        if word == "keep":
            keep.append(len(values))
            values.append(0)
        elif isinstance(word, str) and entry is not None:
            values += coded_words(word, entry, numbers or {}, order)
        elif isinstance(word, int):
            values.append(word)
    if step.mask is not None:
        values = [(v << mask_shift(step.mask)) & step.mask for v in values]
    return WireWrite(
        step.function, address, tuple(values), step.wait_ms / 1000, step.until, step.only_if, step.mask,
        tuple(keep),
    )  # fmt: skip


def envelope_of(profile: Profile, settings: Settings) -> Envelope:
    """The network server that takes the site's downlinks. Raises CodecError when the profile knows none."""
    known = {**ENVELOPES, **(profile.mqtt.envelopes if profile.mqtt else {})}
    envelope = known.get(str(settings.get("server")))
    if envelope is None or envelope.down_topic is None:
        raise CodecError(f"{settings.get('server')} takes no downlinks")
    return envelope


def downlink_bytes(step: DownlinkStep, numbers: Mapping[str, float]) -> bytes:
    """The bytes of a downlink with its numbers filled in. Raises CodecError for one that does not fit."""
    out = b""
    for part in step.downlink:
        if isinstance(part, int):
            out += bytes((part,))
            continue
        number = round(numbers[part.word])
        if not 0 <= number < 256**part.bytes:
            raise CodecError(f"{number} does not fit into {part.bytes} bytes")
        out += number.to_bytes(part.bytes, "big" if part.big else "little")
    return out


def fill_body(envelope: Envelope, data: bytes, step: DownlinkStep, topic: str) -> object:
    """The body of a downlink as the network server wants it."""
    words = {"$data": base64.b64encode(data).decode(), "$port": step.port, "$confirmed": step.confirmed}

    def put(body: object) -> object:
        if isinstance(body, dict):
            return {key: put(value) for key, value in body.items()}
        if isinstance(body, list):
            return [put(value) for value in body]
        return words.get(body, body.replace("{topic}", topic)) if isinstance(body, str) else body

    return put(envelope.down)


def downlink_pattern(step: DownlinkStep) -> tuple[tuple[int, DownlinkWord | None], ...]:
    """Each byte of a downlink: its number, or which word it belongs to."""
    out: list[tuple[int, DownlinkWord | None]] = []
    for part in step.downlink:
        out += [(part, None)] if isinstance(part, int) else [(0, part)] * part.bytes
    return tuple(out)


def coded_words(word: str, entry: CommandEntry, numbers: Mapping[str, float], order: str) -> list[int]:
    """The registers of the value or the lease."""
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
