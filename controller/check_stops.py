"""How long a stop may take until it is on the wire: told for every pump and valve before the site is built."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from controller.check_base import outputs
from controller.core.site import Bus, SiteFile
from drivers.bus_worst import stop_wait_s
from drivers.errors import Refused
from drivers.modbus_url import parse_connection
from drivers.profile_model import Profile


@dataclass(frozen=True, slots=True)
class StopWait:
    """``owner``: id of the pump, valve or other thing that is switched; ``device`` switches it on ``bus``.

    ``seconds``: the longest time until a stop is on the wire, while the connection stands; it is that long when ``silent`` has
    just been asked and does not answer.
    """

    owner: str
    device: str
    bus: str
    seconds: float
    silent: str


def stop_waits(file: SiteFile, profiles: Mapping[str, Profile]) -> Iterator[StopWait]:
    """One for every output on a Modbus bus, in the order of the file."""
    buses = {bus.id: bus for bus in file.buses}
    bus_of = {device.id: device.bus for device in file.devices}
    for loc, output in outputs(file):
        profile, bus = profiles.get(output.device), buses.get(bus_of.get(output.device, ""))
        if profile is None or bus is None or profile.transport != "modbus":
            continue
        try:
            connection = parse_connection(bus.url)
        except Refused:
            continue
        silent, slowest_s = _slowest(file, profiles, bus)
        gap_s = (bus.gap_ms if bus.gap_ms is not None else profile.limits.gap_ms) / 1000.0
        seconds = stop_wait_s(connection, slowest_s, gap_s)
        yield StopWait(_owner(file, loc, output.device), output.device, bus.id, seconds, silent)


def _slowest(file: SiteFile, profiles: Mapping[str, Profile], bus: Bus) -> tuple[str, float]:
    """Who of the bus is waited for longest, and how long, seconds."""
    waited = {
        device.id: bus.timeout_s or profile.limits.timeout_ms / 1000.0
        for device in file.devices
        if device.bus == bus.id and (profile := profiles.get(device.id)) is not None
    }
    slowest = max(waited, key=lambda device: waited[device])
    return slowest, waited[slowest]


def _owner(file: SiteFile, loc: tuple[int | str, ...], device: str) -> str:
    """The id of the entry that the output stands in; the device's where it has none."""
    here: object = file
    name = device
    for step in loc:
        here = here[step] if isinstance(step, int) else getattr(here, step)  # type: ignore[index]
        name = getattr(here, "id", name)
    return name
