"""The words of the profile language for MQTT: topics, payloads, where a value stands in them, and who is still alive."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from drivers.profile_base import listed
from drivers.profile_envelopes import ENVELOPES, Envelope, EnvelopeName
from drivers.profile_points import Coding, Model, Name, NumberType, Repeat


class Bytes(Model):
    """A number in a fixed layout: ``at`` is its first byte. Big end first unless ``little``. ``mask`` keeps some bits;
    ``scale`` makes it the number that the decoded JSON would carry.
    """

    at: Annotated[int, Field(ge=0, le=255)]
    type: NumberType
    little: bool = False
    mask: Annotated[int, Field(gt=0)] | None = None
    scale: Annotated[float, Field(gt=0)] = 1.0


class Tlv(Model):
    """A number in a list of (channel, type, value): ``at`` is its first byte within the value, little end first unless ``big``.

    ``length``: bytes of the whole value, where it is longer than this number. ``mask`` and ``scale`` as in ``bytes``.
    """

    channel: Annotated[int, Field(ge=0, le=255)]
    kind: Annotated[int, Field(alias="type", ge=0, le=255)]
    number: Annotated[NumberType, Field(alias="as")] = "u8"
    at: Annotated[int, Field(ge=0, le=63)] = 0
    length: Annotated[int, Field(ge=1, le=64)] | None = None
    big: bool = False
    mask: Annotated[int, Field(gt=0)] | None = None
    scale: Annotated[float, Field(gt=0)] = 1.0


class TlvSkip(Model):
    """An entry of the list that no field wants, so that the reader knows how long its value is."""

    channel: Annotated[int, Field(ge=0, le=255)]
    kind: Annotated[int, Field(alias="type", ge=0, le=255)]
    length: Annotated[int, Field(ge=0, le=64)]


class ByteTest(Model):
    """The layout only holds when the byte ``at``, masked, equals a number (mode flags)."""

    at: Annotated[int, Field(ge=0, le=255)]
    mask: Annotated[int, Field(gt=0, le=255)] = 255
    equals: Annotated[int, Field(ge=0, le=255)]


class MqttField(Coding):
    """One value of a message. ``path``: where it stands in the JSON; several are tried in order.

    A path is names joined by dots, ``[0]`` for the first of a list, ``[id=2]`` for the entry of a list whose ``id`` is 2,
    an empty text for the payload itself; ``{n}`` is the number of a repeat, ``{n0}`` the same counted from 0. ``bytes``:
    where it stands in the message's fixed layout, ``tlv``: which entry of its list it is; both are used when no path of the whole
    message answers. Numbers may be "3.3 V"; on/off, true/false, open/closed, online/offline are 1 and 0 without any ``enum``.
    ``decimals``: how many a simulator writes.
    ``as_text``: a simulator writes the number as text with this suffix.
    """

    name: Name | None = None
    path: tuple[str, ...] = ()
    bytes: Bytes | None = None
    tlv: Tlv | None = None
    decimals: Annotated[int, Field(ge=0, le=9)] = 3
    as_text: str | None = None
    repeat: Repeat | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_path(cls, data: object) -> object:
        if isinstance(data, dict) and isinstance(data.get("path"), str):
            return data | {"path": [data["path"]]}
        return data

    @model_validator(mode="after")
    def _somewhere(self) -> MqttField:
        if not self.path and self.bytes is None and self.tlv is None:
            raise ValueError("a field needs a path, bytes or tlv")
        if self.bytes is not None and self.tlv is not None:
            raise ValueError("bytes and tlv exclude each other")
        return self


class Layout(Model):
    """Where the message carries packed bytes (``path`` in the JSON, "" for the payload itself) and how.

    Either a fixed layout of at least ``length`` bytes, or a list of (channel, type, value) entries: ``tlv: true``, with ``skip``
    for the entries that no field wants. ``require``: bytes that must read so, else the bytes mean something else.
    """

    path: str = ""
    encoding: Literal["base64", "hex", "raw"] = "base64"
    length: Annotated[int, Field(ge=1, le=256)] | None = None
    tlv: bool = False
    skip: tuple[TlvSkip, ...] = ()
    require: tuple[ByteTest, ...] = ()

    @model_validator(mode="after")
    def _one_kind(self) -> Layout:
        if self.tlv == (self.length is not None):
            raise ValueError("a layout is either tlv: true, or has a length")
        if self.skip and not self.tlv:
            raise ValueError("skip belongs to tlv: true")
        return self


class Message(Model):
    """One topic that the device publishes. ``payload``: json, or text for a bare value (then fields use the path "").

    ``envelopes`` instead of ``topic``: a LoRaWAN device behind any of these network servers; topic, time, port and the place of
    the bytes follow by themselves, and paths of fields count from the decoded object. ``port``: only uplinks of this fPort.
    ``time``: where the device's own time stands (ISO 8601 or Unix seconds); of several paths the first that is there.
    ``require``: path and value that the message must carry to be ours (fPort 2, method NotifyStatus), otherwise it is not for
    this profile. ``repeat``: the same message for several channels, {n} and {n0} filled in. ``simulate``: whether simulators
    send it.
    """

    topic: str | None = None
    envelopes: tuple[EnvelopeName, ...] = ()
    port: Annotated[int, Field(ge=1, le=223)] | None = None
    payload: Literal["json", "text"] = "json"
    time: tuple[str, ...] = ()
    layout: Layout | None = None
    require: dict[str, str | float | bool] = Field(default_factory=dict)
    fields: Annotated[tuple[MqttField, ...], Field(min_length=1)]
    repeat: Repeat | None = None
    simulate: bool = True

    @model_validator(mode="before")
    @classmethod
    def _lists(cls, data: object) -> object:
        return listed(data, "time")

    @model_validator(mode="after")
    def _one_source(self) -> Message:
        if (self.topic is None) == (not self.envelopes):
            raise ValueError("a message has either a topic or envelopes")
        if self.envelopes and (self.time or self.payload != "json"):
            raise ValueError("the envelope says where the time stands, and is JSON")
        if self.port is not None and not self.envelopes:
            raise ValueError("port belongs to envelopes; use require with a topic")
        return self


class Availability(Model):
    """Where the device or its last will says that it lives. ``path`` for JSON; ``online``: the words that mean yes."""

    topic: str
    path: str | None = None
    online: tuple[str, ...] = ("online", "Online", "true", "1")


class Mqtt(Model):
    """All of a device's MQTT. ``{topic}`` in topics is what the site file gives. ``stale_s``: silence that means dead.

    ``envelopes``: network servers that are not built in, or changed ones.

    ``kind``: measurements are acknowledged after they are stored, control at once.
    """

    messages: tuple[Message, ...] = ()
    envelopes: dict[EnvelopeName, Envelope] = Field(default_factory=dict)
    availability: Availability | None = None
    stale_s: Annotated[float, Field(gt=0)] = 900.0
    kind: Literal["measurement", "control"] = "measurement"


def plain_messages(mqtt: Mqtt) -> Iterator[tuple[int, Message]]:
    """(number of the entry in the profile, message with a topic): messages with envelopes once per network server.

    Only the first server's is simulated.
    """
    known = {**ENVELOPES, **mqtt.envelopes}
    for group, message in enumerate(mqtt.messages):
        if message.topic is not None:
            yield group, message
        for i, name in enumerate(message.envelopes):
            yield group, _in_envelope(message, known[name], simulate=message.simulate and i == 0)


def _in_envelope(message: Message, envelope: Envelope, *, simulate: bool) -> Message:
    fields = tuple(
        f.model_copy(update={"path": tuple(f"{d}.{p}" if p else d for p in f.path for d in envelope.decoded)})
        for f in message.fields
    )
    update: dict[str, object] = {
        "topic": envelope.topic,
        "time": envelope.time,
        "fields": fields,
        "simulate": simulate,
        "require": dict(message.require)
        | ({envelope.port: message.port} if message.port is not None else {}),
    }
    if message.layout is not None:
        update["layout"] = message.layout.model_copy(
            update={"path": envelope.data, "encoding": envelope.encoding}
        )
    return message.model_copy(update=update)


def fill_number(text: str, number: int | None) -> str:
    """{n} and {n0} (counted from 0) filled in."""
    return text if number is None else text.replace("{n}", str(number)).replace("{n0}", str(number - 1))


def channels(*repeats: Repeat | None) -> list[int | None]:
    """The numbers of the first repeat that there is; [None] when there is none."""
    for repeat in repeats:
        if repeat is not None:
            return [n for n, _ in repeat.numbers()]
    return [None]
