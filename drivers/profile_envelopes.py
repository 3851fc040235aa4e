"""LoRaWAN network servers: where each puts a node's bytes, decoded values, port and time, and how it takes a downlink.

Sources: chirpstack.io/docs (integrations/events and MQTT commands, v4), the ChirpStack v3 application server's JSON marshalers,
thethingsindustries.com/docs (MQTT server, data formats).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field, model_validator

from drivers.profile_base import Model, listed

EnvelopeName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Envelope(Model):
    """One network server. ``{topic}`` stands for what the site file gives: the device EUI, or the device id on TTS.

    ``data``: path of the packed bytes, in ``encoding``; ``object``: paths of the values that the server's decoder made (a text
    with JSON in it is opened); ``port``: a path; ``time``: paths; of several the first that is there. ``down_topic`` and
    ``down``: topic and body of a downlink, with ``$data`` (base64), ``$port`` and ``$confirmed`` filled in; ``{application}``
    is asked from the site.
    """

    topic: str
    data: str
    encoding: Literal["base64", "hex"] = "base64"
    decoded: Annotated[tuple[str, ...], Field(alias="object", min_length=1)]
    port: str
    time: Annotated[tuple[str, ...], Field(min_length=1)]
    down_topic: str | None = None
    down: dict[str, object] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _lists(cls, data: object) -> object:
        return listed(data, "time", "object")


_V3_TIMES = ("publishedAt", "rxInfo[0].time")
"""Where an uplink of ChirpStack v3 tells its time. On one topic with v4's, each is read by whichever comes first."""

ENVELOPES: Mapping[str, Envelope] = MappingProxyType(
    {
        "chirpstack_v4": Envelope(
            topic="application/+/device/{topic}/event/up", data="data", decoded=("object", "objectJSON"), port="fPort",
            time=("time", *_V3_TIMES),
            down_topic="application/{application}/device/{topic}/command/down",
            down={"devEui": "{topic}", "confirmed": "$confirmed", "fPort": "$port", "data": "$data"},
        ),
        "chirpstack_v3": Envelope(
            topic="application/+/device/{topic}/event/up", data="data", decoded=("objectJSON", "object"), port="fPort",
            time=_V3_TIMES,
            down_topic="application/{application}/device/{topic}/command/down",
            down={"confirmed": "$confirmed", "fPort": "$port", "data": "$data"},
        ),
        "tts_v3": Envelope(
            topic="v3/+/devices/{topic}/up", data="uplink_message.frm_payload", decoded=("uplink_message.decoded_payload",),
            port="uplink_message.f_port", time=("received_at",),
            down_topic="v3/{application}/devices/{topic}/down/push",
            down={"downlinks": [{"f_port": "$port", "frm_payload": "$data", "confirmed": "$confirmed", "priority": "NORMAL"}]},
        ),
    }
)  # fmt: skip
"""The ones that are built in; `mqtt.envelopes` of a profile adds others."""
