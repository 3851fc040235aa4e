"""The queue of a bus: who goes first, what a dead unit costs, and how it comes back. On real sockets."""

from __future__ import annotations

import asyncio

import pytest

from drivers.bus import Bus
from drivers.bus_units import BACK_OFF_S
from drivers.errors import BackingOff, Disconnected, TimeOut
from drivers.modbus import ModbusLink
from drivers.modbus_url import parse_connection
from drivers.transport import Read, Table, Timing, Write
from tests.drivers import rogue as r
from tests.drivers.conftest import MakeBus, MakeRogue
from tests.services import free_port

FAST = Timing(timeout_s=0.1)


def poll(bus: Bus, unit: int = 1, address: int = 0, timing: Timing = FAST) -> asyncio.Task[object]:
    """A poll that waits in the queue."""
    return asyncio.create_task(bus.read(Read(unit, Table.HOLDING, address, 1), timing=timing))  # type: ignore[arg-type]


async def settle(tasks: list[asyncio.Task[object]]) -> list[object]:
    """Results and exceptions of all."""
    return await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.parametrize("kind", ["tcp", "rtu+tcp", "rtu"])
async def test_a_stop_overtakes_fifty_polls_and_a_write(
    kind: str, make_rogue: MakeRogue, make_bus: MakeBus
) -> None:
    """With 50 polls queued, a stop is the very next request on the wire, then writes and urgent reads, then the polls."""
    device = await make_rogue(kind)
    device.faults = [r.late(0.03)] * 60
    bus = make_bus(device.url)
    polls = [poll(bus, address=i, timing=Timing(timeout_s=1.0)) for i in range(50)]
    await asyncio.sleep(0.05)
    before = len(device.asked)
    start = asyncio.create_task(bus.write(Write(1, 6, 500, (1,))))
    proof = asyncio.create_task(bus.read(Read(1, Table.HOLDING, 600, 1), urgent=True))
    await asyncio.sleep(0)
    loop = asyncio.get_running_loop()
    asked_at = loop.time()
    await bus.write(Write(1, 6, 400, (0,)), urgent=True)
    assert loop.time() - asked_at < 0.2
    await settle([start, proof, *polls])  # type: ignore[list-item]
    addresses = [int.from_bytes(pdu[1:3], "big") for _, pdu in device.asked]
    assert addresses[before : before + 3] == [400, 500, 600]
    assert sorted(addresses[:before] + addresses[before + 3 :]) == list(range(50))


async def test_a_stop_that_meets_an_answer_ends_the_bus(
    make_rogue: MakeRogue, make_bus: MakeBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped in the moment in which an answer arrives, where the library's wait loses the cancellation, a bus ends too."""
    bus = make_bus((await make_rogue("tcp")).url)
    assert (await settle([poll(bus)]))[0] is not None
    answer: asyncio.Future[tuple[int, ...]] = asyncio.get_running_loop().create_future()
    monkeypatch.setattr(bus._link, "exchange", lambda *_: asyncio.wait_for(answer, 5.0))
    asked = poll(bus)
    await asyncio.sleep(0.1)
    answer.set_result((7,))
    async with asyncio.timeout(5.0):
        await bus.stop()
    assert await settle([asked])


async def test_a_dead_unit_costs_one_time_out_per_step(
    make_rogue: MakeRogue, make_bus: MakeBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Polled without pause for a second, a dead unit is asked once per back-off step, and its neighbour never waits longer."""
    monkeypatch.setattr("drivers.bus_units.BACK_OFF_S", (0.1, 0.2, 0.5))
    device = await make_rogue("tcp")
    device.by_unit[9] = r.silent
    bus = make_bus(device.url)
    loop = asyncio.get_running_loop()
    end, slowest, good, backing_off = loop.time() + 1.1, 0.0, 0, 0
    while loop.time() < end:
        dead = [poll(bus, unit=9, address=i) for i in range(20)]
        before = loop.time()
        await poll(bus, unit=1)
        slowest, good = max(slowest, loop.time() - before), good + 1
        results = await settle(dead)
        assert all(isinstance(result, TimeOut | BackingOff) for result in results)
        backing_off += sum(isinstance(result, BackingOff) for result in results)
        await asyncio.sleep(0.005)
    # at 0, 0.2, 0.5, 1.1 s: each time-out (0.1 s) and then the step
    assert 3 <= sum(unit == 9 for unit, _ in device.asked) <= 4
    assert slowest < 0.2
    assert good > 50
    assert backing_off > 1000


async def test_the_steps_grow_to_a_minute_and_one_answer_ends_them(
    make_rogue: MakeRogue, make_bus: MakeBus
) -> None:
    """1, 2, 5, 10, 30, 60 s; commands are tried all the same, and the first answer clears the back-off."""
    assert BACK_OFF_S == (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
    device = await make_rogue("tcp")
    bus = make_bus(device.url)
    device.by_unit[1] = r.silent
    expected = []
    for step in (*BACK_OFF_S, 60.0):
        with pytest.raises(TimeOut):
            await bus.write(Write(1, 6, 0, (0,)), urgent=True, timing=Timing(timeout_s=0.02))
        with pytest.raises(BackingOff) as raised:
            await poll(bus)
        expected.append(step)
        assert float(raised.value.params["seconds"]) == pytest.approx(step, abs=0.3)
    assert bus.status().silent_units == (1,)
    del device.by_unit[1]
    await bus.write(Write(1, 6, 0, (0,)))
    await poll(bus)
    assert bus.status().silent_units == ()


async def test_a_units_gap_does_not_hold_the_others(make_rogue: MakeRogue, make_bus: MakeBus) -> None:
    """A device that wants 200 ms between questions gets them, while its neighbour is read many times in between."""
    device = await make_rogue("tcp")
    bus = make_bus(device.url)
    slow = Timing(timeout_s=0.2, gap_s=0.2)
    loop = asyncio.get_running_loop()
    started = loop.time()
    slow_polls = [poll(bus, unit=1, timing=slow) for _ in range(3)]
    fast_polls = [poll(bus, unit=2) for _ in range(30)]
    await settle(fast_polls)
    assert loop.time() - started < 0.2
    await settle(slow_polls)
    assert 0.4 <= loop.time() - started < 0.7


async def test_a_cancelled_caller_disturbs_nothing(make_rogue: MakeRogue, make_bus: MakeBus) -> None:
    """On a line without transaction numbers, cancelling half of the callers in flight never shifts an answer."""
    device = await make_rogue("rtu+tcp")
    device.faults = [r.late(0.02)] * 40
    bus = make_bus(device.url)
    for address in range(0, 400, 10):
        task = poll(bus, address=address)
        await asyncio.sleep(0.007)
        if address % 20:
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        else:
            assert await task == (address,)


@pytest.mark.parametrize("kind", ["tcp", "rtu+tcp"])
async def test_it_connects_by_itself_after_a_failed_first_attempt(kind: str, make_bus: MakeBus) -> None:
    """The device comes up after the daemon: no call to reconnect is needed, and a request meanwhile fails at once."""
    port = free_port()
    bus = make_bus(f"{kind}://127.0.0.1:{port}")
    with pytest.raises(Disconnected, match="refused"):
        await poll(bus)
    device = r.Rogue(kind)
    await device.start(port)
    try:
        await asyncio.sleep(0.8)
        assert bus.status().connected
        assert await poll(bus, address=7) == (7,)
    finally:
        await device.stop()


async def test_it_reconnects_after_every_loss(make_rogue: MakeRogue, make_bus: MakeBus) -> None:
    """Ten closes in a row: each is followed by a new connection within a second, none needs a restart."""
    device = await make_rogue("tcp")
    bus = make_bus(device.url)
    for address in range(10):
        assert await poll(bus, address=address) == (address,)
        device.faults = [r.closes]
        with pytest.raises(Disconnected):
            await poll(bus)
    assert await poll(bus, address=5) == (5,)
    assert device.connections == 11


async def test_a_stop_does_not_wait_for_the_reconnect_timer(
    make_bus: MakeBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the next attempt ten seconds away, a stop makes its own attempt at once."""
    monkeypatch.setattr("drivers.reconnect.RECONNECT_S", (0.05, 10.0))
    port = free_port()
    bus = make_bus(f"tcp://127.0.0.1:{port}")
    bus._reconnect._wait_s = 5.0
    await asyncio.sleep(0.1)
    with pytest.raises(Disconnected, match="no connection: nothing listens there"):
        await poll(bus)
    device = r.Rogue("tcp")
    await device.start(port)
    try:
        loop = asyncio.get_running_loop()
        started = loop.time()
        await bus.write(Write(1, 6, 0, (0,)), urgent=True)
        assert loop.time() - started < 0.5
    finally:
        await device.stop()


async def test_a_half_open_connection_is_replaced(
    make_rogue: MakeRogue, make_bus: MakeBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three time-outs in a row without a byte: the TCP connection is opened anew, as a rebooted gateway needs it."""
    monkeypatch.setattr("drivers.bus_units.BACK_OFF_S", (0.0,))
    device = await make_rogue("tcp")
    device.faults = [r.silent] * 3
    bus = make_bus(device.url)
    for _ in range(3):
        with pytest.raises(TimeOut):
            await poll(bus)
    assert await poll(bus, address=3) == (3,)
    assert device.connections == 2


async def test_stop_is_clean(make_rogue: MakeRogue) -> None:
    """Stopping a busy bus fails all that waits, leaves no task, and a stopped bus refuses instead of hanging."""
    device = await make_rogue("tcp")
    device.by_unit[1] = r.silent
    bus = Bus(ModbusLink(parse_connection(device.url)))
    with pytest.raises(Disconnected, match="not started"):
        await poll(bus)
    bus.start()
    waiting = [poll(bus, timing=Timing(timeout_s=5.0)) for _ in range(5)]
    await asyncio.sleep(0.05)
    tasks = len(asyncio.all_tasks())
    await bus.stop()
    assert all(isinstance(result, Disconnected) for result in await settle(waiting))
    assert len(asyncio.all_tasks()) == tasks - 6
    with pytest.raises(Disconnected):
        await poll(bus)


async def test_a_mistake_of_ours_never_makes_a_bus_deaf(
    make_rogue: MakeRogue, make_bus: MakeBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exception that nobody foresaw, while connecting or asking, fails the request that met it and the bus goes on."""
    device = await make_rogue("tcp")
    for name in ("connect", "exchange"):
        bus = make_bus(device.url)
        with monkeypatch.context() as patch:
            patch.setattr(ModbusLink, name, _broken)
            for _ in range(2):
                with pytest.raises(Disconnected, match="nobody foresaw"):
                    await asyncio.wait_for(poll(bus), 2.0)
        await asyncio.sleep(1.0)
        assert await asyncio.wait_for(poll(bus, address=4), 2.0) == (4,)


async def _broken(*_: object) -> None:
    raise LookupError("nobody foresaw this")


async def test_a_connect_wait_is_kept(make_rogue: MakeRogue, make_bus: MakeBus) -> None:
    """A device that wants 0.3 s after connecting is not asked before."""
    device = await make_rogue("tcp")
    bus = make_bus(device.url)
    asyncio.get_running_loop().call_later(0.2, lambda: seen.append(len(device.asked)))
    seen: list[int] = []
    await poll(bus, timing=Timing(timeout_s=0.2, connect_wait_s=0.3))
    assert seen == [0]


async def test_the_status_counts(make_rogue: MakeRogue, make_bus: MakeBus) -> None:
    """Requests, time-outs, refusals, bytes and the busy share are what happened."""
    device = await make_rogue("tcp")
    bus = make_bus(device.url)
    await poll(bus)
    device.faults = [r.refusing(2), r.short, r.silent]
    await settle([poll(bus)])
    await settle([poll(bus)])
    await settle([poll(bus)])
    status = bus.status()
    assert (status.requests, status.exceptions, status.bad_replies, status.time_outs) == (4, 1, 1, 1)
    assert status.bytes_sent == 4 * 12
    assert status.bytes_received == 11 + 9 + 9
    assert 0.1 <= status.busy_s < 0.3
    assert 0.3 < status.busy_share <= 1.0
    assert "no answer" in status.last_error


async def test_a_lost_wire_is_told_once_and_so_is_its_return(
    make_bus: MakeBus, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """While nothing listens the log has one warning that names the wire and what to do, the status since when and why; the
    return of the connection is told too.
    """
    monkeypatch.setattr("drivers.reconnect.RECONNECT_S", (0.02, 0.04))
    caplog.set_level("INFO", "drivers.bus")
    port = free_port()
    bus = make_bus(f"tcp://127.0.0.1:{port}")
    await asyncio.sleep(0.3)
    with pytest.raises(Disconnected) as refused:
        await poll(bus)
    status = bus.status()
    assert status.lost is not None
    assert status.lost.params["case"] == refused.value.params["case"] == "refused"
    assert status.lost_s > 0.2
    assert str(refused.value).count("no connection") == 1
    device = r.Rogue("tcp")
    await device.start(port)
    try:
        await asyncio.sleep(0.2)
    finally:
        await device.stop()
    assert (bus.status().lost, bus.status().lost_s) == (None, 0.0)
    words = [record.message for record in caplog.records if str(port) in record.message]
    assert len(words) == 2
    assert "Switch Modbus TCP on" in words[0]
    assert words[1].endswith("connected")
