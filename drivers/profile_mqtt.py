"""The words of the profile language for MQTT: topics, payloads, where a value stands in them, and who is still alive."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

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


class ByteTest(Model):
    """The layout only holds when the byte ``at``, masked, equals a number (mode flags)."""

    at: Annotated[int, Field(ge=0, le=255)]
    mask: Annotated[int, Field(gt=0, le=255)] = 255
    equals: Annotated[int, Field(ge=0, le=255)]


class MqttField(Coding):
    """One value of a message. ``path``: where it stands in the JSON; several are tried in order.

    A path is names joined by dots, ``[0]`` for the first of a list, ``[id=2]`` for the entry of a list whose ``id`` is 2,
    an empty text for the payload itself; ``{n}`` is the number of a repeat, ``{n0}`` the same counted from 0. ``bytes``:
    where it stands in the message's fixed layout, used when no path of the whole message answers. Numbers may be "3.3 V"; on/off,
    true/false, open/closed, online/offline are 1 and 0 without any ``enum``. ``decimals``: how many a simulator writes.
    ``as_text``: a simulator writes the number as text with this suffix.
    """

    name: Name | None = None
    path: tuple[str, ...] = ()
    bytes: Bytes | None = None
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
        if not self.path and self.bytes is None:
            raise ValueError("a field needs a path, or bytes")
        return self


class Layout(Model):
    """Where the message carries packed bytes (``path`` in the JSON, "" for the payload itself), how, and how many at least."""

    path: str = ""
    encoding: Literal["base64", "hex", "raw"] = "base64"
    length: Annotated[int, Field(ge=1, le=256)]
    require: tuple[ByteTest, ...] = ()


class Message(Model):
    """One topic that the device publishes. ``payload``: json, or text for a bare value (then fields use the path "").

    ``time``: where the device's own time stands (ISO 8601 or Unix seconds). ``require``: path and value that the message
    must carry to be ours (fPort 2, method NotifyStatus), otherwise it is not for this profile. ``repeat``: the same message
    for several channels, {n} and {n0} filled in. ``simulate``: whether simulators send it.
    """

    topic: str
    payload: Literal["json", "text"] = "json"
    time: str | None = None
    layout: Layout | None = None
    require: dict[str, str | float | bool] = Field(default_factory=dict)
    fields: Annotated[tuple[MqttField, ...], Field(min_length=1)]
    repeat: Repeat | None = None
    simulate: bool = True


class Availability(Model):
    """Where the device or its last will says that it lives. ``path`` for JSON; ``online``: the words that mean yes."""

    topic: str
    path: str | None = None
    online: tuple[str, ...] = ("online", "Online", "true", "1")


class Mqtt(Model):
    """All of a device's MQTT. ``{topic}`` in topics is what the site file gives. ``stale_s``: silence that means dead.

    ``kind``: measurements are acknowledged after they are stored, control at once.
    """

    messages: tuple[Message, ...] = ()
    availability: Availability | None = None
    stale_s: Annotated[float, Field(gt=0)] = 900.0
    kind: Literal["measurement", "control"] = "measurement"


def fill_number(text: str, number: int | None) -> str:
    """{n} and {n0} (counted from 0) filled in."""
    return text if number is None else text.replace("{n}", str(number)).replace("{n0}", str(number - 1))


def channels(*repeats: Repeat | None) -> list[int | None]:
    """The numbers of the first repeat that there is; [None] when there is none."""
    for repeat in repeats:
        if repeat is not None:
            return [n for n, _ in repeat.numbers()]
    return [None]
