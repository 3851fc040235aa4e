"""A cable with simulated devices on a pty or a socket, for the commissioning tools."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path

from drivers.modbus_url import Connection
from drivers.profile import load_profile
from drivers.scan_plan import Format
from simulators.cable import Cable, Station
from simulators.modbus_server import TcpServer
from simulators.pty_server import PtyServer
from simulators.registers import RegisterDevice
from tests.simulators.paper import Paper, sample, settings_of


def station(
    profile: str, unit: int, line: tuple[int, int] | None = None, values: Mapping[str, float] | None = None
) -> Station:
    """A device of the library with a plausible value for everything, or with ``values`` alone."""
    known, world = load_profile(profile), Paper()
    shown = {p.quantity: sample(p) for p in known.points if p.quantity} if values is None else dict(values)
    world.values = {("it", name): value for name, value in shown.items() if value is not None}
    return Station(RegisterDevice("it", known, settings_of(known), world, world.clock.now), unit, line)


async def on_pty(stack: AsyncExitStack, folder: Path, *stations: Station) -> tuple[Cable, str]:
    """The cable on a pseudo-terminal that hears only what each device hears; its path."""
    cable = Cable(list(stations))
    server = PtyServer(cable, folder / "ttyRS485", 0, hears=cable.hears)
    await server.start()
    stack.push_async_callback(server.stop)
    return cable, str(server.path)


async def on_tcp(stack: AsyncExitStack, *stations: Station, rtu: bool = False) -> tuple[Cable, Connection]:
    """The cable behind a network gateway."""
    cable = Cable(list(stations))
    server = TcpServer(cable, 0, rtu_framing=rtu)
    await server.start()
    stack.push_async_callback(server.stop)
    return cable, Connection("rtu+tcp" if rtu else "tcp", host="127.0.0.1", port=server.port)


def rtu(path: str, line: Format) -> Connection:
    """A serial connection."""
    return Connection("rtu", device=path, baud=line.baud, parity=line.parity, stop=line.stop)
