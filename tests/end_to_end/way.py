"""What a way to stop is made of: a small site that uses a device, and eyes on the device's output."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.end_to_end.living import Devices
from tests.end_to_end.small_site import AIR, LEASE_S, PANEL, SmallSite
from tests.end_to_end.watching import ModbusWatch, MqttWatch, Watch, coil, json_state

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Way:
    """``output`` must be off within ``lease_s`` of plant time. ``watch`` takes the devices and the broker's port.

    ``longest_s``: the longest lease that the device holds.
    """

    site: Callable[[Path], SmallSite]
    output: Key
    watch: Callable[[Devices, int], Watch]
    lease_s: float = LEASE_S
    kind: str = "timed_on"
    longest_s: float = math.inf


def panel_port(devices: Devices) -> int:
    """The port of the Modbus server."""
    return int(next(bus.url for bus in devices.site.file.buses if bus.id == PANEL).rsplit(":", 1)[1])


def by_coil(unit: int, address: int) -> Callable[[Devices, int], Watch]:
    """Looks at a coil on the panel's bus."""
    return lambda devices, _broker: ModbusWatch(devices.now_s, panel_port(devices), coil(unit, address))


def by_topic(topic: str, key: str, on: object) -> Callable[[Devices, int], Watch]:
    """Listens to a JSON state."""
    return lambda devices, broker: MqttWatch(devices.now_s, broker, json_state(topic, key, on))


def wireless(profile: str) -> Callable[[Path], SmallSite]:
    """A site whose relay is an MQTT device with the topic `relay-kebun`."""
    return lambda folder: SmallSite([{"id": "relay", "profile": profile, "bus": AIR, "topic": "relay-kebun"}])
