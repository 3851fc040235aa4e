"""The site language: who and where, the wires, the devices on them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from controller.core.site_signals import Ident, Model, Positive


class Identity(Model):
    """Who and where. ``timezone`` is an IANA name; angles in degrees, north and east positive.

    ``clock: trusted`` vouches for this machine's wall clock where the kernel cannot know (a container, an external RTC).
    """

    id: Ident
    name: str
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    elevation_m: Annotated[float, Field(ge=-400, le=5000)] = 0.0
    timezone: str = "Asia/Jakarta"
    language: Literal["id", "en"] = "id"
    cycle_s: Annotated[float, Field(ge=0.2, le=60)] = 1.0
    clock: Literal["auto", "trusted"] = "auto"


class Bus(Model):
    """One wire: ``tcp://host:port``, ``rtu:///dev/ttyUSB0?baud=9600&parity=N&stop=1``, ``rtu+tcp://host:port`` or
    ``mqtt://host:port``. ``timeout_s`` and ``gap_ms`` override what the profiles ask for.
    """

    id: Ident
    url: str
    timeout_s: Annotated[float, Field(gt=0, le=10)] | None = None
    gap_ms: Annotated[float, Field(ge=0, le=2000)] | None = None
    username: str | None = None
    password_file: str | None = None


class DeviceEntry(Model):
    """One device: its profile (a name of the library or a path to a YAML file), where it hangs, and its settings.

    ``unit``: Modbus address. ``topic``: the MQTT base topic or device id. ``settings``: numbers or words that the profile
    asks the site for (nameplate power, pulses per litre). ``poll_s``: poll periods by class, overriding the profile's.
    """

    id: Ident
    profile: str
    bus: Ident
    unit: Annotated[int, Field(ge=0, le=255)] | None = None
    topic: str | None = None
    settings: dict[str, float | str] = Field(default_factory=dict)
    poll_s: dict[Literal["fast", "slow", "once"], Positive] = Field(default_factory=dict)
