"""The site's real buses: opened from the site file, started and stopped together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from controller.core.site import Bus as BusEntry
from controller.core.site import Site
from drivers.bus import Bus
from drivers.codec import settings_for
from drivers.gpio import GpioLink, Member
from drivers.modbus import ModbusLink
from drivers.modbus_url import parse_connection
from drivers.mqtt import Broker, MqttClient, MqttPort, parse_broker
from drivers.profile import Profile
from drivers.profile_gpio import is_gpio
from drivers.profile_model import Serial
from drivers.profile_variants import serial_of
from drivers.transport import Port


@dataclass(frozen=True, slots=True)
class WireState:
    """``case``: why there is no connection (`drivers.reach`), "" while there is one or before the first attempt ended;
    ``lost_s``: for how long, real seconds.
    """

    case: str = ""
    lost_s: float = 0.0


@dataclass(slots=True)
class Wires:
    """Every bus by its id."""

    modbus: dict[str, Bus] = field(default_factory=dict)
    mqtt: dict[str, MqttClient] = field(default_factory=dict)

    @property
    def ports(self) -> dict[str, Port | MqttPort]:
        """What devices talk to."""
        return {**self.modbus, **self.mqtt}

    def states(self) -> dict[str, WireState]:
        """Which buses have lost their connection, by id."""
        modbus = {name: bus.status() for name, bus in self.modbus.items()}
        found = {
            name: WireState(
                "" if one.lost is None else str(one.lost.params.get("case", "failed")), one.lost_s
            )
            for name, one in modbus.items()
        }
        return found | {name: WireState(one.lost_case, one.lost_s) for name, one in self.mqtt.items()}

    def start(self) -> None:
        """Begin to connect everywhere; nothing waits for an answer."""
        for bus in self.modbus.values():
            bus.start()
        for client in self.mqtt.values():
            client.start()

    async def stop(self) -> None:
        """Close everything."""
        for bus in self.modbus.values():
            await bus.stop()
        for client in self.mqtt.values():
            await client.stop()


def open_wires(site: Site, profiles: Mapping[str, Profile], folder: Path) -> Wires:
    """A bus for every entry of the site. ``folder``: where password files are looked for. Raises ``Refused``, OSError."""
    wires = Wires()
    for entry in site.file.buses:
        if entry.url.startswith("mqtt:"):
            wires.mqtt[entry.id] = _client(site, entry, folder)
        elif is_gpio(entry.url):
            wires.modbus[entry.id] = Bus(_pins(site, profiles, entry.id))
        else:
            serial = _serial_of(site, profiles, entry.id)
            connection = parse_connection(entry.url, baud=serial.baud, parity=serial.parity, stop=serial.stop)
            one_client = connection.kind != "rtu" and _takes_one(site, profiles, entry.id)
            wires.modbus[entry.id] = Bus(ModbusLink(connection), one_client=one_client)
    return wires


def _pins(site: Site, profiles: Mapping[str, Profile], bus: str) -> GpioLink:
    """The computer's own pins, for all devices that hang on them."""
    members: dict[int, Member] = {}
    for entry in site.file.devices:
        if entry.bus == bus:
            profile = profiles[entry.id]
            unit = profile.serial.unit if entry.unit is None else entry.unit
            members[unit] = (profile.gpio, settings_for(profile, entry.settings))
    return GpioLink(members)


def _client(site: Site, entry: BusEntry, folder: Path) -> MqttClient:
    broker, _topic = parse_broker(entry.url)
    if entry.username:
        password = (folder / entry.password_file).read_text().strip() if entry.password_file else ""
        broker = Broker(broker.host, broker.port, entry.username, password)
    ident = site.file.site.id
    return MqttClient(broker, f"tirta-{ident}-{entry.id}", status_topic=f"tirta/{ident}/status")


def _serial_of(site: Site, profiles: Mapping[str, Profile], bus: str) -> Serial:
    """The line settings of the first device on the bus: what the URL leaves out is as the devices come from the factory."""
    first = next((device for device in site.file.devices if device.bus == bus), None)
    return Serial() if first is None else serial_of(profiles[first.id], first.settings)


def _takes_one(site: Site, profiles: Mapping[str, Profile], bus: str) -> bool:
    """Whether a device on the bus takes one TCP client only."""
    return any(profiles[entry.id].limits.single_client for entry in site.file.devices if entry.bus == bus)
