"""Join the stations for one site: devices on their ports, poller, actuator, planning and the cycle. Used by the daemon on
real wires and by the simulation in process; nothing here knows which.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from controller.actuator import Actuator
from controller.core.instant import Instant
from controller.core.site import Bus, Output, Site
from controller.core.state import ControllerState
from controller.cycle import Cycle, Journal, Observer
from controller.live import Live
from controller.needs import profiles_in_use
from controller.planning import Execute, Planning
from controller.poller import Poller
from drivers.device import Device, make_device
from drivers.mqtt import MqttPort
from drivers.profile import Profile
from drivers.reading import Command
from drivers.transport import Port


@dataclass(slots=True)
class Controller:
    """One site's controller, ready to run."""

    site: Site
    poller: Poller
    actuator: Actuator
    planning: Planning
    live: Live
    cycle: Cycle

    async def all_off(self) -> None:
        """Command every output to its safe state and wait for the writes (shutdown)."""
        snapshot = self.poller.snapshot(self.poller.now(), None, (), frozenset())
        stops = [Command(output.device, output.quantity, 0.0) for output in outputs_of(self.site)]
        self.actuator.forget()
        self.actuator.apply(stops, snapshot)
        await self.actuator.flush()


def outputs_of(site: Site) -> list[Output]:
    """Every output of the site that runs something, in the safe order to stop: injectors, pumps, valves."""
    file = site.file
    return [
        *(one.command for one in file.injectors), *(pump.run for pump in file.pumps), *(valve.command for valve in file.valves),
    ]  # fmt: skip


def make_devices(
    site: Site, profiles: Mapping[str, Profile], ports: Mapping[str, Port | MqttPort]
) -> dict[str, Device]:
    """The site's devices, by id, each on the port of its bus; they are only asked for what the site uses."""
    buses = {bus.id: bus for bus in site.file.buses}
    used = profiles_in_use(site, profiles)
    return {
        entry.id: make_device(
            entry.id,
            on_line(used[entry.id], buses[entry.bus]),
            ports[entry.bus],
            entry.unit,
            entry.settings,
            entry.topic,
            {str(poll): seconds for poll, seconds in entry.poll_s.items()},
        )
        for entry in site.file.devices
    }


def on_line(profile: Profile, bus: Bus) -> Profile:
    """The profile with what the site says of its bus: time-out and gap."""
    wanted = {"timeout_ms": bus.timeout_s and bus.timeout_s * 1000.0, "gap_ms": bus.gap_ms}
    update = {name: value for name, value in wanted.items() if value is not None}
    if not update:
        return profile
    return profile.model_copy(update={"limits": profile.limits.model_copy(update=update)})


def assemble(
    site: Site,
    state: ControllerState,
    profiles: Mapping[str, Profile],
    ports: Mapping[str, Port | MqttPort],
    now: Callable[[], Instant],
    journal: Journal,
    execute: Execute,
    observers: tuple[Observer, ...] = (),
) -> Controller:
    """Build the controller of ``site`` from ``state`` on ``ports`` (bus id -> port). ``profiles`` by device id."""
    devices = make_devices(site, profiles, ports)
    bus_of = {entry.id: entry.bus for entry in site.file.devices}
    proofs = {output.key: output.feedback.key for output in outputs_of(site) if output.feedback is not None}
    poller = Poller(devices, bus_of, now)
    actuator = Actuator(devices, bus_of, proofs, now)
    planning = Planning(site, execute)
    live = Live(site)
    cycle = Cycle(site, state, poller, actuator, planning, journal, live, observers)
    return Controller(site, poller, actuator, planning, live, cycle)
