"""Buses and misbehaving devices, closed again after each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from drivers.bus import Bus
from drivers.modbus import ModbusLink
from drivers.modbus_url import parse_connection
from tests.drivers.rogue import Rogue

MakeRogue = Callable[[str], Awaitable[Rogue]]
MakeBus = Callable[[str], Bus]


@pytest.fixture
async def cleanup() -> AsyncIterator[AsyncExitStack]:
    """Async clean-ups in reverse order."""
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def make_rogue(cleanup: AsyncExitStack) -> MakeRogue:
    """Start a rogue of a kind (tcp, rtu+tcp, rtu)."""

    async def make(kind: str) -> Rogue:
        rogue = Rogue(kind)
        await rogue.start()
        cleanup.push_async_callback(rogue.stop)
        return rogue

    return make


@pytest.fixture
async def make_bus(cleanup: AsyncExitStack) -> MakeBus:
    """Start a bus on a URL."""

    def make(url: str) -> Bus:
        bus = Bus(ModbusLink(parse_connection(url), connect_timeout_s=0.5))
        bus.start()
        cleanup.push_async_callback(bus.stop)
        return bus

    return make
