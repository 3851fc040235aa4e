"""MQTT payloads <-> values, both ways, compiled once per device: JSON, bare text, packed bytes, availability."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat
from typing import Any

from drivers.codec_packed import Entry, entries, list_of, number_in, packed_of, put_number, sizes, wrapped
from drivers.codec_paths import MISSING, Step, as_number, as_time, look_up, parse_path, put
from drivers.codec_scale import CodecError, Coder, Context, Settings, compile_coding
from drivers.profile_model import Profile
from drivers.profile_mqtt import Message, MqttField, channels, fill_number, plain_messages
from drivers.quantities import quantity
from drivers.reading import Quality, Value

Measured = tuple[str, Value | None, Quality, datetime | None]
"""Quantity, value in glossary units, quality, and the payload's own aware UTC time where it has one."""

_ENCODER = json.JSONEncoder(separators=(",", ":"))
_NO_VALUE = (None, Quality.ABSENT)
_UNSAID = repeat(MISSING)

TOPICS = 64
"""Topics whose messages are remembered (a wildcard may match any number)."""


@dataclass(frozen=True, slots=True)
class _Field:
    entry: MqttField
    quantity: str | None
    paths: tuple[tuple[Step, ...], ...]
    coder: Coder
    is_text: bool


@dataclass(frozen=True, slots=True)
class _Message:
    entry: Message
    pattern: str
    fields: tuple[_Field, ...]
    times: tuple[tuple[Step, ...], ...]
    require: tuple[tuple[tuple[Step, ...], str | float | bool], ...]
    known: Mapping[Entry, int]
    group: int


class PayloadCodec:
    """All payloads of one MQTT device whose site topic is ``topic``. Raises CodecError for unusable settings."""

    def __init__(self, profile: Profile, topic: str, settings: Settings) -> None:
        if profile.mqtt is None:
            raise CodecError(f"{profile.name} does not speak MQTT")
        self.messages = tuple(
            _compile(m, topic, n, settings, group)
            for group, m in plain_messages(profile.mqtt)
            for n in channels(m.repeat)
        )
        self._said: dict[int, tuple[list[Any], bytes]] = {}
        self._speaking = tuple(_speech(i, m) for i, m in enumerate(self.messages) if m.entry.simulate)
        self._matching: dict[str, tuple[_Message, ...]] = {}
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
        answered: set[int] = set()
        matching = self._matching.get(topic)
        if matching is None:
            matching = tuple(m for m in self.messages if topic_matches(m.pattern, topic))
            if len(self._matching) < TOPICS:
                self._matching[topic] = matching
        read = _Once(payload)
        for message in matching if payload else ():
            if message.group not in answered:
                found = _decode(message, read)
                if found and message.entry.envelopes:
                    answered.add(message.group)  # the other network servers would read the same bytes
                out += found
        return out

    def encode(
        self, values: Mapping[str, Value | None], measured_at: datetime | None = None
    ) -> list[tuple[str, bytes]]:
        """The messages that a device with these values sends (simulators); messages with none of the values are left out."""
        sent = []
        for index, message, topic, names in self._speaking:
            mine = [*map(values.get, names, _UNSAID)]
            if mine.count(MISSING) == len(mine):
                continue
            before, payload = self._said.get(index, (None, b""))
            if message.times or mine != before:
                payload = _encode(message, values, measured_at)
                self._said[index] = (mine, payload)
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


def fill_settings(topic: str, base: str, settings: Settings) -> str:
    """``{topic}`` and the names of settings filled in."""
    for name, value in {"topic": base, **settings}.items():
        topic = topic.replace(f"{{{name}}}", str(value))
    return topic


def _speech(index: int, message: _Message) -> tuple[int, _Message, str, tuple[str, ...]]:
    """Number, message, topic and quantities of what a simulated device says."""
    names = tuple(f.quantity for f in message.fields if f.quantity is not None)
    return index, message, message.pattern.replace("+", "1"), names


def _compile(message: Message, topic: str, number: int | None, settings: Settings, group: int) -> _Message:
    fields: list[_Field] = []
    for entry in message.fields:
        numbers = channels(entry.repeat) if entry.repeat else [number]
        fields += [_field(entry, n, settings) for n in numbers]
    fields.sort(key=lambda f: (f.entry.name is None, bool(f.entry.helpers)))
    return _Message(
        message, fill_settings(fill_number(message.topic or "", number), topic, settings), tuple(fields),
        tuple(parse_path(path) for path in message.time),
        tuple((parse_path(path), wanted) for path, wanted in message.require.items()),
        sizes(message.fields, message.layout) if message.layout is not None else {}, group,
    )  # fmt: skip


def _field(entry: MqttField, number: int | None, settings: Settings) -> _Field:
    name = fill_number(entry.quantity, number) if entry.quantity else None
    row = quantity(name) if name else None
    paths = tuple(parse_path(fill_number(p, number)) for p in entry.path)
    coding = entry.model_copy(
        update={"quantity": name}
    )  # its unit and bounds are those of the name with its number
    return _Field(entry, name, paths, compile_coding(coding, settings), bool(row and row.is_text))


def _json(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except (ValueError, RecursionError) as e:
        raise CodecError(f"not JSON: {type(e).__name__}, {payload[:60]!r}") from None


class _Once:
    """A payload that is read once, however many messages look at it."""

    __slots__ = ("_data", "payload")

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self._data: Any = MISSING

    def json(self) -> Any:
        """What it says. Raises CodecError."""
        if self._data is MISSING:
            self._data = _json(self.payload)
        return self._data


def _decode(message: _Message, read: _Once) -> list[Measured]:
    payload = read.payload
    data: Any = payload.decode("utf-8", "replace") if message.entry.payload == "text" else read.json()
    if any(not _same(look_up(data, path), wanted) for path, wanted in message.require):
        return []
    at = _time(message, data)
    packed = packed_of(message.entry.layout, data, payload) if message.entry.layout else None
    raws = [_by_path(field, data) for field in message.fields]
    if packed is not None and all(raw is MISSING for raw in raws):
        listed = entries(packed, message.known)
        raws = [number_in(field.entry, packed, listed) for field in message.fields]
    context: Context = {}
    out: list[Measured] = []
    for field, raw in zip(message.fields, raws, strict=True):
        if raw is MISSING:
            continue
        value, quality = _value(field, raw, context)
        if field.entry.name is not None and value is not None:
            context[field.entry.name] = value
        if field.quantity is not None:
            out.append((field.quantity, value, quality, at))
    return out


def _time(message: _Message, data: Any) -> datetime | None:
    """The first of the message's times that is one."""
    for path in message.times:
        at = as_time(look_up(data, path))
        if at is not None:
            return at
    return None


def _same(found: Any, wanted: str | float | bool) -> bool:
    return found is not MISSING and (found == wanted or str(found) == str(wanted))


def _by_path(field: _Field, data: Any) -> Any:
    for path in field.paths:
        found = look_up(data, path)
        if found is not MISSING:
            return found
    return MISSING


def _value(field: _Field, raw: Any, context: Context) -> tuple[Value | None, Quality]:
    entry = field.entry
    if isinstance(raw, str) and raw in entry.absent:
        return _NO_VALUE
    if entry.enum is not None:
        return _word(entry, raw)
    if field.is_text and field.coder.words is None:
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
    if message.times and measured_at is not None:
        put(data, message.times[0], measured_at.isoformat().replace("+00:00", "Z"))
    layout = message.entry.layout
    told = [(field, _to_tell(field, values)) for field in message.fields]
    told = [(field, value) for field, value in told if value is not MISSING]
    context: Context = {f.entry.name: v for f, v in told if f.entry.name is not None and v is not None}
    for field, value in told:
        written = _written(field, value, context)
        if field.paths and field.paths[0]:
            put(data, field.paths[0], written)
        elif field.paths:
            text = written
    if layout is not None:
        packed = bytearray(layout.length or 0)
        rows = [(field.entry, field.coder, value) for field, value in told]
        if layout.tlv:
            packed += list_of(rows, message.known)
        for row in rows if not layout.tlv else ():
            put_number(*row, packed)
        if layout.encoding == "raw":
            return bytes(packed)
        put(data, parse_path(layout.path), wrapped(layout, bytes(packed)))
    if message.entry.payload == "text":
        return str(text).encode()
    return _ENCODER.encode(data).encode()


def _to_tell(field: _Field, values: Mapping[str, Value | None]) -> Any:
    """What the world or the profile's hint says of a field, MISSING when neither does."""
    if field.quantity is not None and field.quantity in values:
        return values[field.quantity]
    return field.entry.simulate.value if field.entry.simulate is not None else MISSING


def _written(field: _Field, value: Value | None, context: Context) -> Any:
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
    number = field.coder.encode(value, context)
    if isinstance(number, str):
        return number
    raw = round(float(number), entry.decimals)
    if entry.as_text is not None:
        return f"{raw:.{entry.decimals}f}{entry.as_text}"
    return int(raw) if raw.is_integer() else raw
