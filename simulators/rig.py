"""Everything that stands around the controller, for one site: the world, and a device for every entry of the site file.

The same rig is served on real wires (`simulators.serve`) or plugged in process (`simulators.season`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from controller.core.instant import Instant
from controller.core.site import Site
from drivers.mqtt import MqttPort
from drivers.packing import HOLE_WORDS_RTU, HOLE_WORDS_TCP
from drivers.profile import Profile
from drivers.profile_variants import serial_of
from drivers.quantities import split_channel
from drivers.transport import Port
from simulators.broker import LoopbackBroker
from simulators.loopback import LoopbackPort
from simulators.mqtt_devices import MqttDevice
from simulators.outputs import World
from simulators.registers import RegisterBank, RegisterDevice
from simulators.roles import roles_of


@dataclass(slots=True)
class Rig:
    """``banks``: the Modbus units of each bus; ``speakers``: the MQTT devices of each bus. Time moves by ``advance`` only."""

    site: Site
    world: World
    now: Callable[[], Instant]
    banks: dict[str, RegisterBank] = field(default_factory=dict)
    speakers: dict[str, list[MqttDevice]] = field(default_factory=dict)

    def advance(self, at: Instant) -> None:
        """The world up to ``at``; then timers that ran out, then what the MQTT devices have to say."""
        self.world.advance(at.utc)
        for bank in self.banks.values():
            bank.expire(at)
        for devices in self.speakers.values():
            for device in devices:
                device.tick(at)

    def join(self, bus: str, port: MqttPort) -> None:
        """Connect the MQTT devices of ``bus`` to a broker."""
        for device in self.speakers[bus]:
            device.join(port)


def make_rig(site: Site, profiles: Mapping[str, Profile], world: World, now: Callable[[], Instant]) -> Rig:
    """A simulated device for every entry of the site. ``profiles`` by device id, as `controller.config` gives them."""
    rig = Rig(site, world, now)
    wired = channels_of(site)
    for entry in site.file.devices:
        profile = profiles[entry.id]
        if profile.mqtt is not None:
            topic, most = entry.topic or entry.id, wired.get(entry.id)
            speaker = MqttDevice(entry.id, profile, topic, entry.settings, world, now, most)
            rig.speakers.setdefault(entry.bus, []).append(speaker)
            continue
        bank = rig.banks.setdefault(entry.bus, RegisterBank())
        unit = serial_of(profile, entry.settings).unit if entry.unit is None else entry.unit
        bank.units[unit] = RegisterDevice(entry.id, profile, entry.settings, world, now)
    return rig


def channels_of(site: Site) -> dict[str, int]:
    """The highest channel of each device that the site file speaks of: a one-channel relay shall not act as one of four."""
    roles, most = roles_of(site.file), dict[str, int]()
    for device, quantity in (*roles.signals, *roles.outputs):
        channel = split_channel(quantity)[1]
        if channel is not None:
            most[device] = max(channel, most.get(device, 0))
    return most


def loopback_ports(rig: Rig) -> dict[str, Port | MqttPort]:
    """A port for every bus of the site, in process."""
    ports: dict[str, Port | MqttPort] = {}
    for bus in rig.site.file.buses:
        if bus.id in rig.speakers:
            broker = LoopbackBroker()
            rig.join(bus.id, broker)
            ports[bus.id] = broker
        else:
            bank = rig.banks.setdefault(bus.id, RegisterBank())
            holes = HOLE_WORDS_TCP if bus.url.startswith("tcp:") else HOLE_WORDS_RTU
            ports[bus.id] = LoopbackPort(bank, bus.id, holes)
    return ports
