"""A device with one place for clients: one connection for all its entries, no pestering while another one holds the place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from drivers.bus import Bus
from drivers.device import make_device
from drivers.errors import DriverError
from drivers.modbus import ModbusLink
from drivers.modbus_url import parse_connection
from drivers.profile import Profile, load_profile
from drivers.reach import ONE_CLIENT
from simulators.modbus_server import Extra, TcpServer
from simulators.registers import RegisterBank, RegisterDevice
from tests.simulators.paper import Paper
from tests.waiting import WAIT_S, until


def quick() -> Profile:
    """The SUN2000 with a shorter wait after connecting and a shorter time-out."""
    profile = load_profile("huawei-sun2000")
    limits = profile.limits.model_copy(update={"connect_wait_ms": 20.0, "timeout_ms": 400.0, "gap_ms": 0.0})
    return profile.model_copy(update={"limits": limits})


@asynccontextmanager
async def inverter(extra: Extra) -> AsyncIterator[TcpServer]:
    """A simulated SUN2000 with one place, and a second unit behind it."""
    world = Paper()
    world.values[("one", "power_w")] = 4321.0
    units = {n: RegisterDevice(w, quick(), {}, world, world.clock.now) for n, w in ((1, "one"), (2, "two"))}
    server = TcpServer(RegisterBank(units), 0, extra=extra)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


@asynccontextmanager
async def bus_to(server: TcpServer) -> AsyncIterator[Bus]:
    """The driver's bus to it, as the daemon opens it."""
    bus = Bus(ModbusLink(parse_connection(f"tcp://127.0.0.1:{server.port}")), one_client=True)
    bus.start()
    try:
        yield bus
    finally:
        await bus.stop()


async def power(bus: Bus) -> float:
    """The inverter's power through the driver."""
    readings = await make_device("one", quick(), bus, 1).read("fast")
    return next(float(r.value or 0) for r in readings if r.quantity == "power_w")


async def test_two_entries_share_one_connection() -> None:
    """Two devices of the site file on one bus read at once, again and again: the inverter sees one client, and serves both."""
    async with inverter("closed") as server, bus_to(server) as bus:
        devices = [make_device(name, quick(), bus, unit) for name, unit in (("one", 1), ("two", 2))]
        for _ in range(3):
            for readings in await asyncio.gather(*(d.read("fast") for d in devices)):
                assert readings
        assert server.connections == 1


@pytest.mark.parametrize("extra", ["closed", "mute"])
async def test_a_taken_place(extra: Extra, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the maker's logger is connected we knock ever more rarely and say who holds the door; when it leaves we are in; and
    when we end, the place is free.
    """
    monkeypatch.setattr("drivers.reconnect.ONE_CLIENT_S", (0.1, 60.0))
    monkeypatch.setattr("drivers.bus_units.BACK_OFF_S", (0.05,))
    async with inverter(extra) as server:
        _reader, logger = await asyncio.open_connection("127.0.0.1", server.port)
        await until(lambda: server.connections)
        async with bus_to(server) as bus:
            loop = asyncio.get_running_loop()
            began = loop.time()
            async with asyncio.timeout(WAIT_S):
                while server.connections < 4:  # the fourth knock would be after 0.1 + 0.2 + 0.4 s
                    with suppress(DriverError):
                        await power(bus)
                    await asyncio.sleep(0.01)
            assert loop.time() - began >= 0.3
            lost = bus.status().lost
            assert lost is not None
            assert lost.params["case"] == "one_client"
            assert ONE_CLIENT in lost.hint
            logger.close()
            async with asyncio.timeout(10.0):
                while True:
                    with suppress(DriverError):
                        assert await power(bus) == 4321.0
                        break
                    await asyncio.sleep(0.05)
            assert bus.status().lost is None
        async with bus_to(server) as bus:
            assert await power(bus) == 4321.0


async def test_a_gateway_with_many_places_is_another_matter() -> None:
    """A closed door before the first answer is waited out everywhere; only where there is one place is it told as taken."""
    async with inverter("closed") as server:
        _reader, logger = await asyncio.open_connection("127.0.0.1", server.port)
        await until(lambda: server.connections)
        bus = Bus(ModbusLink(parse_connection(f"tcp://127.0.0.1:{server.port}")))
        bus.start()
        async with asyncio.timeout(WAIT_S):
            while server.connections < 4:
                with suppress(DriverError):
                    await power(bus)
                await asyncio.sleep(0.01)
        lost = bus.status().lost
        assert lost is not None
        assert lost.params["case"] == "closed"
        await bus.stop()
        logger.close()
