"""Packed bytes inside a message, both ways: fixed layouts, and lists of (channel, type, value) entries."""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Iterable, Mapping
from typing import Any

from drivers.codec_paths import MISSING, look_up, parse_path
from drivers.codec_scale import Coder, exact, mask_shift
from drivers.profile_mqtt import Bytes, Layout, MqttField, Tlv
from drivers.reading import Value

_CHARS = {
    "u8": "B", "s8": "b", "u16": "H", "s16": "h", "u32": "I", "acc32": "I", "s32": "i", "u64": "Q", "acc64": "Q", "s64": "q",
    "f32": "f", "f64": "d",
}  # fmt: skip

Entry = tuple[int, int]
"""Channel and type."""


def size_of(kind: str) -> int:
    """Bytes of a number type inside packed bytes, where a u8 is one byte."""
    return struct.calcsize(">" + _CHARS[kind])


def sizes(fields: Iterable[MqttField], layout: Layout) -> Mapping[Entry, int]:
    """How many bytes the value of each known entry of a list has."""
    known = {(s.channel, s.kind): s.length for s in layout.skip}
    for tlv in (f.tlv for f in fields if f.tlv is not None):
        end = tlv.length or tlv.at + size_of(tlv.number)
        known[tlv.channel, tlv.kind] = max(end, known.get((tlv.channel, tlv.kind), 0))
    return known


def packed_of(layout: Layout, data: Any, payload: bytes) -> bytes | None:
    """The packed bytes of a message, None when there are none, too few, or they mean something else."""
    found = payload if layout.encoding == "raw" else look_up(data, parse_path(layout.path))
    try:
        if layout.encoding == "base64" and isinstance(found, str):
            found = base64.b64decode(found, validate=True)
        elif layout.encoding == "hex" and isinstance(found, str):
            found = bytes.fromhex(found)
    except (binascii.Error, ValueError):
        return None
    least = max((layout.length or 1, *(t.at + 1 for t in layout.require)))
    if not isinstance(found, bytes) or len(found) < least:
        return None
    return found if all(found[t.at] & t.mask == t.equals for t in layout.require) else None


def wrapped(layout: Layout, packed: bytes) -> str:
    """Packed bytes as the text that stands in the JSON."""
    return packed.hex() if layout.encoding == "hex" else base64.b64encode(packed).decode()


def entries(packed: bytes, known: Mapping[Entry, int]) -> dict[Entry, bytes]:
    """The values of a list by entry; it ends at the first entry whose length nobody knows."""
    found: dict[Entry, bytes] = {}
    at = 0
    while at + 2 <= len(packed):
        entry = (packed[at], packed[at + 1])
        if entry not in known or at + 2 + known[entry] > len(packed):
            break
        at += 2
        found[entry] = packed[at : at + known[entry]]
        at += known[entry]
    return found


def number_in(field: MqttField, packed: bytes, listed: Mapping[Entry, bytes]) -> Any:
    """The raw number of a field in the packed bytes, MISSING when it is not there."""
    place: Bytes | Tlv | None = field.bytes
    data: bytes | None = packed
    if field.tlv is not None:
        place, data = field.tlv, listed.get((field.tlv.channel, field.tlv.kind))
    if place is None or data is None or place.at + size_of(_kind(place)) > len(data):
        return MISSING
    raw = struct.unpack_from(_form(place), data, place.at)[0]
    if place.mask is not None:
        raw = (raw & place.mask) >> mask_shift(place.mask)
    times, by = exact(place.scale)
    return raw * times / by if place.scale != 1 else raw


def _kind(place: Bytes | Tlv) -> str:
    return place.number if isinstance(place, Tlv) else place.type


def _form(place: Bytes | Tlv) -> str:
    little = not place.big if isinstance(place, Tlv) else place.little
    return ("<" if little else ">") + _CHARS[_kind(place)]


# ------------------------------------------------------------------------------------------------ the device's side


def put_number(field: MqttField, coder: Coder, value: Value | None, packed: bytearray) -> None:
    """Write a field's value into a fixed layout, or into the value of its entry."""
    place: Bytes | Tlv | None = field.bytes or field.tlv
    if place is None:
        return
    times, by = exact(place.scale)
    if value is None:
        raw: Value = max((a for a in coder.absent if not isinstance(a, str)), default=0.0)
    else:
        raw = coder.encode(value, {})
        raw = raw if isinstance(raw, str) else raw * by / times
    if isinstance(raw, str):
        return
    form, kind = _form(place), _kind(place)
    if kind in ("f32", "f64"):
        struct.pack_into(form, packed, place.at, raw)
        return
    bits = 8 * struct.calcsize(form)
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if kind[0] == "s" else (0, (1 << bits) - 1)
    if place.mask is not None:
        high = place.mask >> mask_shift(place.mask)
    number = max(low, min(high, round(raw))) << mask_shift(place.mask)
    if place.mask is not None:
        number |= struct.unpack_from(form, packed, place.at)[0]
    struct.pack_into(form, packed, place.at, number)


def list_of(values: Iterable[tuple[MqttField, Coder, Value | None]], known: Mapping[Entry, int]) -> bytes:
    """The entries of a list that carry these values."""
    bodies: dict[Entry, bytearray] = {}
    for field, coder, value in values:
        if field.tlv is not None:
            entry = (field.tlv.channel, field.tlv.kind)
            put_number(field, coder, value, bodies.setdefault(entry, bytearray(known[entry])))
    return b"".join(bytes(entry) + bytes(body) for entry, body in bodies.items())
