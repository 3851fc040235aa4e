"""The rig on real wires: a server for every bus of the site file, at the very addresses that the file names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from controller.clock import Clock, real_ticks
from controller.commands.console import t
from controller.core.site import Bus, Site
from drivers.modbus_url import parse_connection
from drivers.mqtt import Broker, MqttClient, parse_broker
from drivers.profile import Profile
from drivers.profile_gpio import is_gpio
from simulators.embedded_broker import EmbeddedBroker, ServeError, listens
from simulators.faults import Fault, honest
from simulators.modbus_server import Extra, TcpServer
from simulators.outputs import World
from simulators.pty_server import Format, PtyServer
from simulators.rig import Rig, make_rig

__all__ = ["EmbeddedBroker", "ServeError", "Served", "listens", "serve"]

STEP_REAL_S = 0.1
"""How often the world moves on, real seconds."""

LOCAL = ("127.0.0.1", "localhost", "::1", "[::1]")


@dataclass(slots=True)
class Served:
    """Servers for all buses, and the world that moves behind them.

    ``faults``: bus id -> how its devices misbehave. Where no broker listens a small one is started; ``own_broker``: one that
    listens already is somebody else's, and refused.
    """

    rig: Rig
    clock: Clock
    baud_paced: bool = True
    own_broker: bool = False
    faults: Mapping[str, Fault] = field(default_factory=dict)
    servers: dict[str, TcpServer | PtyServer] = field(default_factory=dict)
    clients: dict[str, MqttClient] = field(default_factory=dict)
    brokers: list[EmbeddedBroker] = field(default_factory=list)

    async def start(self) -> None:
        """Open everything. Raises ServeError."""
        for bus in self.rig.site.file.buses:
            if bus.url.startswith("mqtt:"):
                await self._start_mqtt(bus)
            else:
                await self._start_modbus(bus)

    async def run(self) -> None:
        """Move the world with the clock until cancelled."""
        await real_ticks(STEP_REAL_S, self.advance)

    def advance(self) -> None:
        """One step up to now."""
        self.rig.advance(self.clock.now())

    async def stop(self) -> None:
        """Close everything that was opened."""
        for client in self.clients.values():
            await client.stop()
        for server in self.servers.values():
            await server.stop()
        for broker in self.brokers:
            await broker.stop()

    async def _start_modbus(self, bus: Bus) -> None:
        bank = self.rig.banks.get(bus.id)
        if bank is None:
            return
        if is_gpio(bus.url):
            raise ServeError(
                t(
                    f"bus {bus.id}: pins cannot be simulated on a wire",
                    f"bus {bus.id}: pin tidak dapat ditiru lewat kabel",
                ),
                t("try the site with tirta-sim season", "coba situs ini dengan tirta-sim season"),
            )
        connection = parse_connection(bus.url)
        if connection.kind == "rtu":
            told = "baud" in parse_qs(urlsplit(bus.url).query)  # else whoever opens it takes the devices' own
            baud = connection.baud if self.baud_paced else 0
            hears = _at(connection.baud) if told else None
            server: TcpServer | PtyServer = PtyServer(bank, Path(connection.device), baud, hears=hears)
        else:
            if connection.host not in LOCAL:
                raise _elsewhere(bus)
            one = any(unit.profile.limits.single_client for unit in bank.units.values())
            extra: Extra = "closed" if one else "served"
            server = TcpServer(bank, connection.port, connection.kind == "rtu+tcp", extra=extra)
        server.fault = self.faults.get(bus.id, honest)
        try:
            await server.start()
        except OSError as error:
            raise _taken(bus, error.strerror or str(error)) from None
        self.servers[bus.id] = server

    async def _start_mqtt(self, bus: Bus) -> None:
        broker, _topic = parse_broker(bus.url)
        if broker.host not in LOCAL:
            raise _elsewhere(bus)
        busy = await listens(broker.port)
        if busy and self.own_broker:
            raise _taken(bus, t("a broker is there already", "sudah ada broker di sana"))
        if not busy:
            embedded = EmbeddedBroker(broker.port)
            await embedded.start()
            self.brokers.append(embedded)
        client = MqttClient(
            Broker(broker.host, broker.port), f"tirta-sim-{self.rig.site.file.site.id}-{bus.id}"
        )
        client.start()
        self.clients[bus.id] = client
        if bus.id in self.rig.speakers:
            self.rig.join(bus.id, client)


def _at(baud: int) -> Callable[[int, Format], bool]:
    """A bus whose devices all speak at one rate."""
    return lambda _unit, now: now[0] == baud


def _elsewhere(bus: Bus) -> ServeError:
    return ServeError(
        t(
            f"bus {bus.id}: {bus.url} is not on this computer",
            f"bus {bus.id}: {bus.url} bukan di komputer ini",
        ),
        t("simulators serve 127.0.0.1 only", "alat tiruan hanya melayani 127.0.0.1"),
    )


def _taken(bus: Bus, why: str) -> ServeError:
    return ServeError(
        t(
            f"bus {bus.id}: {bus.url} cannot be opened ({why})",
            f"bus {bus.id}: {bus.url} tidak dapat dibuka ({why})",
        ),
        t(
            "is another simulator running? End it, or change the address under buses",
            "apakah simulator lain berjalan? Hentikan, atau ganti alamatnya pada buses",
        ),
    )


def serve(
    site: Site,
    profiles: Mapping[str, Profile],
    world: World,
    clock: Clock,
    *,
    paced: bool = True,
    own_broker: bool = False,
    faults: Mapping[str, Fault] | None = None,
) -> Served:
    """The rig of a site, ready to be started on its wires."""
    return Served(make_rig(site, profiles, world, clock.now), clock, paced, own_broker, faults or {})
