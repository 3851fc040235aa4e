"""A bus for one device, from a URL on the command line."""

from __future__ import annotations

from collections.abc import Mapping

from drivers.bus import Bus
from drivers.codec import CodecError, settings_for
from drivers.gpio import GpioLink
from drivers.modbus import ModbusLink
from drivers.modbus_url import parse_connection
from drivers.profile_gpio import is_gpio
from drivers.profile_model import Profile
from drivers.profile_variants import serial_of

_CONNECT_S = 3.0


def bus_for(profile: Profile, url: str, unit: int | None, settings: Mapping[str, float | str]) -> Bus:
    """Not started. ``unit`` None: as the device comes from the factory. Raises ``Refused`` for an impossible URL or pins."""
    serial = serial_of(profile, settings)
    if is_gpio(url):
        try:
            known = settings_for(profile, settings)
        except CodecError:
            known = {}  # `make_device` tells it in full, but only on a bus
        lines = profile.gpio if known or not profile.settings else ()
        return Bus(GpioLink({serial.unit if unit is None else unit: (lines, known)}))
    connection = parse_connection(url, baud=serial.baud, parity=serial.parity, stop=serial.stop)
    link = ModbusLink(connection, connect_timeout_s=_CONNECT_S)
    return Bus(link, one_client=profile.limits.single_client and connection.kind != "rtu")
