"""MQTT payloads <-> values, both ways, compiled once per device: JSON, bare text, packed bytes, availability."""

from __future__ import annotations

import base64
import binascii
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from drivers.codec_paths import MISSING, Step, as_number, as_time, look_up, parse_path, put
from drivers.codec_scale import CodecError, Coder, Context, Settings, compile_coding, exact, mask_shift
from drivers.profile_model import Profile
from drivers.profile_mqtt import Bytes, Layout, Message, MqttField, channels, fill_number
from drivers.quantities import quantity
from drivers.reading import Quality, Value

Measured = tuple[str, Value | None, Quality, datetime | None]
"""Quantity, value in glossary units, quality, and the payload's own aware UTC time where it has one."""

_CHARS = {
    "u8": "B", "s8": "b", "u16": "H", "s16": "h", "u32": "I", "acc32": "I", "s32": "i", "u64": "Q", "acc64": "Q", "s64": "q",
    "f32": "f", "f64": "d",
}  # fmt: skip
_NO_VALUE = (None, Quality.ABSENT)
_UNSAID: tuple[None, str, bytes] = (None, "", b"")


@dataclass(frozen=True, slots=True)
class _Field:
    entry: MqttField
    quantity: str | None
    paths: tuple[tuple[Step, ...], ...]
    coder: Coder
    bytes: Bytes | None
    is_text: bool


@dataclass(frozen=True, slots=True)
class _Message:
    entry: Message
    pattern: str
    fields: tuple[_Field, ...]
    time: tuple[Step, ...] | None
    require: tuple[tuple[tuple[Step, ...], str | float | bool], ...]


class PayloadCodec:
    """All payloads of one MQTT device whose site topic is ``topic``. Raises CodecError for unusable settings."""

    def __init__(self, profile: Profile, topic: str, settings: Settings) -> None:
        if profile.mqtt is None:
            raise CodecError(f"{profile.name} does not speak MQTT")
        self.messages = tuple(
            _compile(m, topic, n, settings) for m in profile.mqtt.messages for n in channels(m.repeat)
        )
        self._said: dict[int, tuple[Mapping[str, Value | None] | None, str, bytes]] = {}
        self.stale_s = profile.mqtt.stale_s
        self._online = profile.mqtt.availability
        self.availability_topic = self._online.topic.replace("{topic}", topic) if self._online else None

    @property
    def topics(self) -> tuple[str, ...]:
        """What to subscribe to, wildcards included; the availability topic last."""
        topics = [*(m.pattern for m in self.messages), self.availability_topic]
        return tuple(dict.fromkeys(t for t in topics if t is not None))

    def online(self, topic: str, payload: bytes) -> bool | None:
        """Whether the device lives, when this is its availability message, else None."""
        if self._online is None or topic != self.availability_topic:
            return None
        text = payload.decode("utf-8", "replace").strip()
        if text.startswith("{"):
            data = _json(payload)
            found = look_up(data, parse_path(self._online.path or "state"))
            text = str(found).lower() if isinstance(found, bool) else str(found)
        return text in self._online.online

    def decode(self, topic: str, payload: bytes) -> list[Measured]:
        """Every value in a message; what a partial update leaves out is not told. Empty for a message of somebody else.

        Raises CodecError when the payload cannot be read at all.
        """
        out: list[Measured] = []
        for message in self.messages:
            if payload and topic_matches(message.pattern, topic):
                out += _decode(message, payload)
        return out

    def encode(
        self, values: Mapping[str, Value | None], measured_at: datetime | None = None
    ) -> list[tuple[str, bytes]]:
        """The messages that a device with these values sends (simulators); messages with none of the values are left out."""
        sent = []
        for index, message in enumerate(self.messages):
            if not message.entry.simulate:
                continue
            mine = {f.quantity: values[f.quantity] for f in message.fields if f.quantity in values}
            if not mine:
                continue
            before, topic, payload = self._said.get(index, _UNSAID)
            if message.time is not None or mine != before:
                topic, payload = message.pattern.replace("+", "1"), _encode(message, values, measured_at)
                self._said[index] = (mine, topic, payload)
            sent.append((topic, payload))
        return sent

    def online_message(self, online: bool) -> tuple[str, bytes] | None:
        """The availability message (retained, and the last will), or None when the device has none."""
        if self._online is None or self.availability_topic is None:
            return None
        word = self._online.online[0]
        opposite = {"online": "offline", "Online": "Offline", "true": "false", "1": "0"}.get(word, "offline")
        return self.availability_topic, (word if online else opposite).encode()


def topic_matches(pattern: str, topic: str) -> bool:
    """MQTT topic filter with + (one level) and a final #."""
    if pattern == topic:
        return True
    wanted, given = pattern.split("/"), topic.split("/")
    if wanted[-1] == "#" and len(given) >= len(wanted) - 1:
        wanted, given = wanted[:-1], given[: len(wanted) - 1]
    return len(wanted) == len(given) and all(w in ("+", g) for w, g in zip(wanted, given, strict=True))


def _compile(message: Message, topic: str, number: int | None, settings: Settings) -> _Message:
    fields: list[_Field] = []
    for entry in message.fields:
        numbers = channels(entry.repeat) if entry.repeat else [number]
        fields += [_field(entry, n, settings) for n in numbers]
    fields.sort(key=lambda f: (f.entry.name is None, bool(f.entry.scale_by)))
    return _Message(
        message, fill_number(message.topic, number).replace("{topic}", topic), tuple(fields),
        parse_path(message.time) if message.time is not None else None,
        tuple((parse_path(path), wanted) for path, wanted in message.require.items()),
    )  # fmt: skip


def _field(entry: MqttField, number: int | None, settings: Settings) -> _Field:
    name = fill_number(entry.quantity, number) if entry.quantity else None
    row = quantity(name) if name else None
    paths = tuple(parse_path(fill_number(p, number)) for p in entry.path)
    return _Field(entry, name, paths, compile_coding(entry, settings), entry.bytes, bool(row and row.is_text))


def _json(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except (ValueError, RecursionError) as e:
        raise CodecError(f"not JSON: {type(e).__name__}, {payload[:60]!r}") from None


def _decode(message: _Message, payload: bytes) -> list[Measured]:
    data: Any = payload.decode("utf-8", "replace") if message.entry.payload == "text" else _json(payload)
    if any(not _same(look_up(data, path), wanted) for path, wanted in message.require):
        return []
    at = as_time(look_up(data, message.time)) if message.time is not None else None
    packed = _packed(message.entry.layout, data, payload) if message.entry.layout else None
    raws = [_by_path(field, data) for field in message.fields]
    if packed is not None and all(raw is MISSING for raw in raws):
        raws = [_by_bytes(field.bytes, packed) for field in message.fields]
    context: Context = {}
    out: list[Measured] = []
    for field, raw in zip(message.fields, raws, strict=True):
        if raw is MISSING:
            continue
        value, quality = _value(field, raw, context)
        if field.entry.name is not None and isinstance(value, float):
            context[field.entry.name] = value
        if field.quantity is not None:
            out.append((field.quantity, value, quality, at))
    return out


def _same(found: Any, wanted: str | float | bool) -> bool:
    return found is not MISSING and (found == wanted or str(found) == str(wanted))


def _by_path(field: _Field, data: Any) -> Any:
    for path in field.paths:
        found = look_up(data, path)
        if found is not MISSING:
            return found
    return MISSING


def _by_bytes(entry: Bytes | None, packed: bytes) -> Any:
    if entry is None:
        return MISSING
    raw = struct.unpack_from(("<" if entry.little else ">") + _CHARS[entry.type], packed, entry.at)[0]
    if entry.mask is not None:
        raw = (raw & entry.mask) >> mask_shift(entry.mask)
    times, by = exact(entry.scale)
    return raw * times / by if entry.scale != 1 else raw


def _packed(layout: Layout, data: Any, payload: bytes) -> bytes | None:
    """The packed bytes of a message, None when there are none or too few."""
    found = payload if layout.encoding == "raw" else look_up(data, parse_path(layout.path))
    try:
        if layout.encoding == "base64" and isinstance(found, str):
            found = base64.b64decode(found, validate=True)
        elif layout.encoding == "hex" and isinstance(found, str):
            found = bytes.fromhex(found)
    except (binascii.Error, ValueError):
        return None
    if not isinstance(found, bytes) or len(found) < layout.length:
        return None
    return found if all(found[t.at] & t.mask == t.equals for t in layout.require) else None


def _value(field: _Field, raw: Any, context: Context) -> tuple[Value | None, Quality]:
    entry = field.entry
    if isinstance(raw, str) and raw in entry.absent:
        return _NO_VALUE
    if entry.enum is not None:
        return _word(entry, raw)
    if field.is_text and entry.bits is None:
        return (str(raw), Quality.GOOD) if raw is not None else _NO_VALUE
    number = as_number(raw)
    if number is None:
        return _NO_VALUE
    if not isinstance(number, float):
        return (str(raw)[:80], Quality.SUSPECT)
    return field.coder.decode(number, context)


def _word(entry: MqttField, raw: Any) -> tuple[Value | None, Quality]:
    """An enum of a payload: keys may be words or numbers, truth values are the words true and false."""
    if raw is None:
        return _NO_VALUE
    key: Any = (
        str(raw).lower()
        if isinstance(raw, bool)
        else int(raw)
        if isinstance(raw, float) and raw.is_integer()
        else raw
    )
    table = entry.enum or {}
    word = table.get(key) if isinstance(key, str | int) else None
    if word is None and isinstance(key, str) and key.lstrip("-").isdecimal():
        word = table.get(int(key))
    if word is None:
        word = entry.otherwise
    if word is None:
        return str(raw)[:80], Quality.SUSPECT
    return (word if isinstance(word, str) else float(word)), Quality.GOOD


# ------------------------------------------------------------------------------------------------ the device's side


def _encode(message: _Message, values: Mapping[str, Value | None], measured_at: datetime | None) -> bytes:
    data: dict[str, Any] = {}
    text: Any = None
    for path, wanted in message.require:
        put(data, path, wanted)
    if message.time is not None and measured_at is not None:
        put(data, message.time, measured_at.isoformat().replace("+00:00", "Z"))
    layout = message.entry.layout
    packed = bytearray(layout.length) if layout else bytearray()
    for field in message.fields:
        known = field.quantity in values
        if not known and field.entry.simulate is None:
            continue
        value = (
            values[field.quantity or ""]
            if known
            else field.entry.simulate.value
            if field.entry.simulate
            else None
        )
        written = _written(field, value)
        if field.paths and field.paths[0]:
            put(data, field.paths[0], written)
        elif field.paths:
            text = written
        if field.bytes is not None:
            _pack_into(packed, field, value)
    if layout is not None and layout.encoding == "raw":
        return bytes(packed)
    if layout is not None:
        put(
            data,
            parse_path(layout.path),
            packed.hex() if layout.encoding == "hex" else base64.b64encode(packed).decode(),
        )
    if message.entry.payload == "text":
        return str(text).encode()
    return json.dumps(data, separators=(",", ":")).encode()


def _written(field: _Field, value: Value | None) -> Any:
    """A value as the device would write it into its payload."""
    entry = field.entry
    if value is None:
        return next(
            (a for a in entry.absent if isinstance(a, str)), "nan" if field.paths[:1] == ((),) else None
        )
    if entry.enum is not None:
        for key, word in entry.enum.items():
            if word == value:
                return {"true": True, "false": False}.get(str(key), key)
        raise CodecError(f"{field.quantity} has no {value!r}")
    if isinstance(value, str):
        return value
    raw = round(field.coder.encode(value, {}), entry.decimals)
    if entry.as_text is not None:
        return f"{raw:.{entry.decimals}f}{entry.as_text}"
    return int(raw) if raw.is_integer() else raw


def _pack_into(packed: bytearray, field: _Field, value: Value | None) -> None:
    if field.bytes is None:
        return
    times, by = exact(field.bytes.scale)
    raw = (
        max(field.coder.absent, default=0.0) if value is None else field.coder.encode(value, {}) * by / times
    )
    form = ("<" if field.bytes.little else ">") + _CHARS[field.bytes.type]
    if field.bytes.type in ("f32", "f64"):
        struct.pack_into(form, packed, field.bytes.at, raw)
        return
    bits = 8 * struct.calcsize(form)
    low, high = (
        (-(1 << bits - 1), (1 << bits - 1) - 1) if field.bytes.type[0] == "s" else (0, (1 << bits) - 1)
    )
    if field.bytes.mask is not None:
        high = field.bytes.mask >> mask_shift(field.bytes.mask)
    number = max(low, min(high, round(raw))) << mask_shift(field.bytes.mask)
    struct.pack_into(form, packed, field.bytes.at, number)
