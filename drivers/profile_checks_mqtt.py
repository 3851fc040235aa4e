"""Checks of messages: fields, layouts, envelopes. Each problem with its place."""

from __future__ import annotations

from collections.abc import Iterator

from drivers.codec_packed import size_of
from drivers.marked_yaml import Loc, Marks, Problem
from drivers.profile_checks_points import check_coding, near
from drivers.profile_envelopes import ENVELOPES
from drivers.profile_model import Profile
from drivers.profile_mqtt import Message, MqttField


def check_mqtt(profile: Profile, marks: Marks) -> Iterator[Problem]:
    """Every problem of a profile's messages."""
    mqtt = profile.mqtt
    for i, message in enumerate(mqtt.messages if mqtt else ()):
        loc: Loc = ("mqtt", "messages", i)
        known = {**ENVELOPES, **(mqtt.envelopes if mqtt else {})}
        for j, name in enumerate(message.envelopes):
            if name not in known:
                yield marks.problem(
                    (*loc, "envelopes", j), f"there is no envelope '{name}'", near(name, known)
                )
        for j, field in enumerate(message.fields):
            yield from _field(profile, message, field, (*loc, "fields", j), marks)


def _field(profile: Profile, message: Message, field: MqttField, loc: Loc, marks: Marks) -> Iterator[Problem]:
    if field.quantity is None and field.name is None:
        yield marks.problem(loc, "a field needs a quantity, or a name when it only serves others")
    yield from check_coding(profile, field, loc, marks, {f.name for f in message.fields if f.name})
    for key in ("absent_at_first", "warm_up_s"):
        if getattr(field, key):
            yield marks.problem((*loc, key), f"{key} is for points that are asked for, not for messages")
    layout = message.layout
    for key, place in (("bytes", field.bytes), ("tlv", field.tlv)):
        if place is not None and layout is None:
            yield marks.problem((*loc, key), "the message has no layout: that says where its bytes stand")
        elif place is not None and layout is not None and layout.tlv != (key == "tlv"):
            yield marks.problem(
                (*loc, key), "a list of entries has fields with tlv, a fixed layout with bytes"
            )
    yield from _ends(message, field, loc, marks)


def _ends(message: Message, field: MqttField, loc: Loc, marks: Marks) -> Iterator[Problem]:
    """A number that stands beyond the end of its bytes."""
    whole = message.layout.length if message.layout is not None else None
    ends = [("bytes", field.bytes and field.bytes.at + size_of(field.bytes.type), whole, "layout's")]
    if field.tlv is not None:
        ends.append(("tlv", field.tlv.at + size_of(field.tlv.number), field.tlv.length, "entry's"))
    for key, end, most, what in ends:
        if end and most and end > most:
            yield marks.problem((*loc, key), f"ends after the {what} {most} bytes")
