"""The stepped season on real wires: sockets, a pseudo-terminal and a real Mosquitto, the world standing still in a cycle."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from controller.assembly import Controller, assemble
from controller.core.instant import Instant
from controller.core.site import Bus as BusEntry
from controller.core.site import Site
from controller.core.state import initial_state
from controller.impact.co2 import closing_note
from controller.planning import inline
from controller.store.journal import SteppedJournal
from controller.store.ledger import Ledger
from controller.wires import Wires, open_wires
from drivers.mqtt import Ack, Broker, MqttClient
from drivers.profile import Profile
from simulators.clock import SteppedClock
from simulators.modbus_server import TcpServer
from simulators.pty_server import PtyServer
from simulators.rig import Rig, make_rig
from simulators.season import with_cycle
from simulators.world import World

BARRIER = "tirta-test/barrier"
DELIVERY_S = 10.0
CONNECT_S = 30.0


def on_free_addresses(site: Site, folder: Path, mqtt_port: int) -> Site:
    """The site with every bus moved to a place of the test's own (TCP port 0 is filled in by the servers)."""

    def moved(bus: BusEntry) -> BusEntry:
        if bus.url.startswith("mqtt"):
            return bus.model_copy(update={"url": f"mqtt://127.0.0.1:{mqtt_port}"})
        if bus.url.startswith("rtu:"):
            query = bus.url.partition("?")[2]
            return bus.model_copy(update={"url": f"rtu://{folder / bus.id}?{query}", "gap_ms": 0.0})
        return bus.model_copy(update={"url": f"{bus.url.split(':')[0]}://127.0.0.1:0", "gap_ms": 0.0})

    file = site.file.model_copy(update={"buses": tuple(moved(bus) for bus in site.file.buses)})
    return site.model_copy(update={"file": file})


@dataclass
class Fence:
    """Tells when everything that one client published before has reached the other."""

    sender: MqttClient
    receiver: MqttClient
    topic: str
    _sent: int = 0
    _seen: asyncio.Event = field(default_factory=asyncio.Event)

    def listen(self) -> None:
        """Subscribe the receiving side."""
        self.receiver.subscribe(self.topic, self._arrived)

    async def wait(self) -> None:
        """Send a mark and wait until it is there."""
        self._sent += 1
        self._seen.clear()
        self.sender.publish(self.topic, str(self._sent).encode())
        await asyncio.wait_for(self._seen.wait(), DELIVERY_S)

    def _arrived(self, _topic: str, payload: bytes, ack: Ack) -> None:
        ack()
        if int(payload) == self._sent:
            self._seen.set()


@dataclass
class WiredSeason:
    """Like ``simulators.season.Season``, but everything crosses a wire."""

    site: Site
    profiles: Mapping[str, Profile]
    seed: int
    start: datetime
    days: float
    folder: Path
    mqtt_port: int
    cycle_s: float = 60.0
    requests: int = 0

    def run(self) -> Controller:
        """Run to the end; ledger.db is in the folder."""
        with ExitStack() as stack:
            return asyncio.run(self._run(stack))

    async def _run(self, stack: ExitStack) -> Controller:
        site = with_cycle(on_free_addresses(self.site, self.folder, self.mqtt_port), self.cycle_s)
        clock = SteppedClock(self.start.timestamp(), self.days * 86400.0)
        world = World(site, self.seed, self.start)
        rig = make_rig(site, self.profiles, world, clock.now)
        servers = {
            bus.id: server for bus in site.file.buses if (server := self._server(rig, bus)) is not None
        }
        for server in servers.values():
            await server.start()
        site = _with_ports(site, servers)
        wires = open_wires(site, self.profiles, self.folder)
        wires.start()
        speakers = {
            bus: MqttClient(Broker("127.0.0.1", self.mqtt_port), f"sim-{bus}") for bus in rig.speakers
        }
        ledger = stack.enter_context(Ledger(self.folder / "ledger.db", durable=False))
        journal = SteppedJournal(ledger, lambda event: closing_note(site, event))
        controller = assemble(
            site, initial_state(site), self.profiles, wires.ports, clock.now, journal, inline
        )
        try:
            fences = await self._join(rig, wires, speakers)
            controller.poller.listen()
            await asyncio.sleep(0.3)
            await self._step_through(clock, rig, controller, fences)
        finally:
            for client in speakers.values():
                await client.stop()
            await wires.stop()
            self.requests = sum(server.requests for server in servers.values())
            for server in servers.values():
                await server.stop()
        return controller

    async def _join(
        self, rig: Rig, wires: Wires, speakers: Mapping[str, MqttClient]
    ) -> list[tuple[Fence, Fence]]:
        fences = []
        for bus, client in speakers.items():
            to_us = Fence(client, wires.mqtt[bus], f"{BARRIER}/{bus}/up")
            to_them = Fence(wires.mqtt[bus], client, f"{BARRIER}/{bus}/down")
            to_us.listen()
            to_them.listen()
            client.start()
            rig.join(bus, client)
            fences.append((to_us, to_them))
        async with asyncio.timeout(CONNECT_S):
            for client in [*speakers.values(), *wires.mqtt.values()]:
                while not client.connected:
                    await asyncio.sleep(0.02)
        await asyncio.sleep(0.3)
        return fences

    async def _step_through(
        self, clock: SteppedClock, rig: Rig, controller: Controller, fences: list[tuple[Fence, Fence]]
    ) -> None:
        async def barrier(at: Instant) -> None:
            for to_us, _to_them in fences:
                await to_us.wait()
            controller.poller.acknowledge(float("inf"))
            await controller.poller.poll_due(at)

        async def settle() -> None:
            await controller.actuator.flush()
            for _to_us, to_them in fences:
                await to_them.wait()

        clock.advance, clock.barrier, clock.settle = rig.advance, barrier, settle
        async for at in clock.every(self.cycle_s):
            await controller.cycle.once(at)

    def _server(self, rig: Rig, bus: BusEntry) -> TcpServer | PtyServer | None:
        bank = rig.banks.get(bus.id)
        if bank is None:
            return None
        if bus.url.startswith("rtu:"):
            return PtyServer(bank, self.folder / bus.id, baud=0)
        return TcpServer(bank, 0, rtu_framing=bus.url.startswith("rtu+tcp"))


def _with_ports(site: Site, servers: Mapping[str, TcpServer | PtyServer]) -> Site:
    buses = tuple(
        bus.model_copy(update={"url": bus.url.removesuffix(":0") + f":{server.port}"})
        if isinstance(server := servers.get(bus.id), TcpServer)
        else bus
        for bus in site.file.buses
    )
    return site.model_copy(update={"file": site.file.model_copy(update={"buses": buses})})
