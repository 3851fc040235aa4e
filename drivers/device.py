"""A device of the site: what it reads, what it obeys. One face for Modbus and MQTT."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol, cast, runtime_checkable

from drivers.codec import CodecError, settings_for
from drivers.counters import Kept
from drivers.device_modbus import ModbusDevice
from drivers.device_mqtt import Deliver, MqttDevice
from drivers.errors import DriverError, Refused
from drivers.mqtt import MqttPort
from drivers.profile_model import Profile
from drivers.profile_variants import serial_of
from drivers.reading import Command, Reading
from drivers.transport import Port

_NOTHING: Mapping[str, float] = MappingProxyType({})


class Device(Protocol):
    """``id`` is the site's name for it. ``polls``: poll class -> period in seconds; empty for devices that speak by themselves.

    ``problems``: what did not work the last time, though other readings came (one bad block of several).
    """

    id: str
    profile: Profile
    polls: Mapping[str, float]

    @property
    def problems(self) -> tuple[DriverError, ...]:
        """Errors of the last reading or message."""
        ...

    async def read(self, poll_class: str) -> tuple[Reading, ...]:
        """The readings of one poll class. Raises ``DriverError`` when none of its blocks could be read."""
        ...

    async def command(self, command: Command) -> None:
        """Encode and send, lease included; return when the device (or the broker) has taken it. No read-back here.

        A stop ends a sequence that still runs for the same output. Raises ``DriverError``.
        """
        ...

    def listen(self, deliver: Deliver) -> None:
        """Let a device that speaks by itself deliver; nothing for the others."""
        ...


@runtime_checkable
class Counting(Protocol):
    """A device whose totals can be kept over a restart of the program (Modbus and MQTT devices)."""

    @property
    def totals(self) -> Mapping[str, Kept]:
        """What is to be kept, by quantity."""
        ...

    def go_on(self, totals: Mapping[str, Kept], away_s: float) -> None:
        """Go on from what was kept ``away_s`` seconds ago. Call once, before the first reading."""
        ...


def make_device(
    device: str,
    profile: Profile,
    port: Port | MqttPort,
    unit: int | None = None,
    settings: Mapping[str, float | str] = _NOTHING,
    topic: str | None = None,
    poll_s: Mapping[str, float] = _NOTHING,
) -> Device:
    """The device ``device`` of a site on the port of its bus.

    ``unit``: Modbus address (None: as it comes from the factory); ``topic``: MQTT base topic (None: the device's id);
    ``poll_s``: periods by poll class, overriding the profile's. Raises ``Refused`` when the settings do not suit the profile.
    """
    try:
        complete = settings_for(profile, settings)
        if profile.mqtt is not None:
            return MqttDevice(device, profile, cast("MqttPort", port), topic or device, complete)
        number = serial_of(profile, complete).unit if unit is None else unit
        return ModbusDevice(device, profile, cast("Port", port), number, complete, poll_s)
    except CodecError as error:
        hint = "Correct the device's settings in the site file"
        raise Refused(str(error), hint=hint, device=device) from None
