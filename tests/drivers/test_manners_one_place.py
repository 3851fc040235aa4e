"""Devices with one place for a client: how seldom they are called, and that nobody waits inside a room where no one speaks."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from drivers.bus import Bus
from drivers.errors import TimeOut
from drivers.modbus import ModbusLink
from drivers.modbus_url import parse_connection
from drivers.reconnect import Reconnect
from drivers.transport import Read, Table, Timing
from tests.drivers import rogue as r
from tests.drivers.conftest import MakeRogue

ONE = [2, 4, 8, 16, 32, 60, 60]
MANY = [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10, 10]


@pytest.mark.parametrize(("one_client", "waits"), [(True, ONE), (False, MANY)])
def test_how_often_it_is_called(one_client: bool, waits: list[float]) -> None:
    """Attempts that bring nothing: the waits between them. An answer begins anew."""
    state = Reconnect(one_client)
    told = []
    for _ in waits:
        state.failed(100.0)
        told.append(round(state.due_at - 100.0, 3))
    assert told == waits
    state.made(200.0)
    state.heard(answered=True)
    state.failed(300.0)
    assert state.due_at - 300.0 == pytest.approx(waits[0])


@pytest.mark.parametrize(
    ("one_client", "answered", "wait_s"),
    [
        (True, True, 2.0),  # the old client is let go first
        (False, True, 0.0),  # a gateway is called at once
        (True, False, 2.0),  # the door was closed again: the place is taken
        (False, False, 0.2),
    ],
)
def test_after_a_connection_has_ended(one_client: bool, answered: bool, wait_s: float) -> None:
    """When the next attempt may come; one without any answer was none."""
    state = Reconnect(one_client)
    state.made(100.0)
    if answered:
        state.heard(answered=True)
    assert state.gone(150.0) is not answered
    assert max(0.0, state.due_at - 150.0) == pytest.approx(wait_s)


@pytest.mark.parametrize(("one_client", "stays"), [(True, False), (False, True)])
async def test_a_place_where_nobody_speaks_is_left(
    one_client: bool, stays: bool, make_rogue: MakeRogue, cleanup: AsyncExitStack
) -> None:
    """Another client is inside and we only wait at the door: it is given free. A gateway with a silent device is not left."""
    device = await make_rogue("tcp")
    device.always = r.silent
    bus = Bus(ModbusLink(parse_connection(device.url), connect_timeout_s=0.5), one_client=one_client)
    bus.start()
    cleanup.push_async_callback(bus.stop)
    with pytest.raises(TimeOut):
        await bus.read(Read(1, Table.HOLDING, 5, 1), timing=Timing(timeout_s=0.1))
    assert bus.status().connected is stays
