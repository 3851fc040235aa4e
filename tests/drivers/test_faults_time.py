"""What a fault costs in time: how soon right values come again, what neighbours notice of it, and how late a stop can be."""

from __future__ import annotations

import asyncio
import contextlib
import itertools

import pytest

from drivers.bus import Bus
from drivers.bus_worst import stop_wait_s
from drivers.errors import BackingOff, BadReply, DriverError
from drivers.heard import PATIENCE_S
from drivers.modbus_url import parse_connection
from drivers.transport import Read, Table, Timing, Write
from tests.drivers import rogue as r
from tests.drivers.conftest import MakeBus, MakeRogue
from tests.drivers.test_faults import COUNT, FAULTS, KINDS, TIME_OUT_S, TIMING, Memory

pytestmark = [pytest.mark.slow, pytest.mark.serial]

FAULTY, HONEST = 3, 9
GONE = ("closing", "restarting")
"""Faults that end the connection: what follows is the gateway's time, not the bus's."""

PATIENT = Timing(timeout_s=1.0)
"""Of a healthy neighbour: the tests' machine may stutter, that is no fault of it."""

STUTTER_S = 0.25
"""What the machine that runs the tests may add."""


async def ask(bus: Bus, unit: int, address: int, timing: Timing = TIMING) -> tuple[int, ...] | None:
    """One poll: the words, or None for whatever error."""
    try:
        return tuple(await bus.read(Read(unit, Table.HOLDING, address, COUNT), timing=timing))
    except BackingOff:
        await asyncio.sleep(0.005)
    except DriverError:
        await asyncio.sleep(0 if bus.status().connected else 0.005)
    return None


async def keep_asking(bus: Bus, unit: int) -> None:
    """Polls without a pause, until the bus is stopped."""
    for address in itertools.cycle((100, 200, 300)):
        if bus._task is None:
            return
        await ask(bus, unit, address)
        await asyncio.sleep(0)


def now() -> float:
    """The loop's seconds."""
    return asyncio.get_running_loop().time()


async def watch(lags: list[float]) -> None:
    """How far this process itself lags behind: 150 tasks of faulty buses share it with the stop."""
    while True:
        due = now() + 0.005
        await asyncio.sleep(0.005)
        lags.append(now() - due)


@pytest.mark.parametrize("kind", KINDS)
async def test_right_values_come_within_the_back_off(
    kind: str, make_rogue: MakeRogue, make_bus: MakeBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a fault ends, the next right value comes when the unit's back-off is over: after at most that, the request that was
    under way, and the quiet time.
    """
    monkeypatch.setattr("drivers.bus_units.BACK_OFF_S", (0.2, 0.4))

    async def recovers(name: str) -> tuple[str, float, float]:
        device, memory = await make_rogue(kind), Memory()
        device.always, device.words, device.in_order = FAULTS[name][0](), memory.words, name == "very late"
        bus = make_bus(device.url)
        asking = asyncio.create_task(keep_asking(bus, FAULTY))
        await asyncio.sleep(0.7)
        device.always = r.honest
        ended = now()
        asking.cancel()
        unit = bus._unit(FAULTY)
        left = max(0.0, unit.retry_at - ended, bus._reconnect.due_at - ended)
        while True:
            since, address = len(memory.said), 100 + 10 * (len(memory.said) % 7)
            words = await ask(bus, FAULTY, address)
            if words is not None and memory.judge(address, words, since) == "right":
                return name, now() - ended, left

    lags = [0.0]
    watching = asyncio.create_task(watch(lags))
    waited = await asyncio.gather(*(recovers(name) for name in FAULTS))
    watching.cancel()
    more = 2 * TIME_OUT_S + TIMING.late_s + STUTTER_S + 2 * max(lags)
    again = dict.fromkeys(GONE, 0.2 + 0.4)  # the gateway itself must come back first, and be called
    late = {name: (took, left) for name, took, left in waited if took > left + more + again.get(name, 0.0)}
    assert late == {}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_neighbour_on_the_same_bus_waits_for_one_time_out_at_most(
    kind: str, make_rogue: MakeRogue, make_bus: MakeBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a faulty unit polled without a pause, no poll of its neighbour takes longer than a time-out and the quiet time, none
    is wrong, and it waits as often as a request of the other ended without an answer: a silent one costs one wait a step.
    """
    step = 0.3
    monkeypatch.setattr("drivers.bus_units.BACK_OFF_S", (step,))
    names = [name for name in FAULTS if name not in GONE]

    async def lives_with(name: str) -> tuple[str, float, int, int]:
        device, memory = await make_rogue(kind), Memory()
        device.by_unit[FAULTY], device.words = FAULTS[name][0](), memory.words
        bus = make_bus(device.url)
        asking = asyncio.create_task(keep_asking(bus, FAULTY))
        longest, waits, end = 0.0, 0, now() + 1.2
        while now() < end:
            since, started = len(memory.said), now()
            while (words := await ask(bus, HONEST, 500, PATIENT)) is None:
                assert kind == "tcp"  # rubbish ends a connection there, and the next one is made at once
            assert memory.judge(500, words, since) == "right"
            longest, waits = max(longest, now() - started), waits + (now() - started > 0.8 * TIME_OUT_S)
        asking.cancel()
        unanswered = bus.status().time_outs + bus.status().bad_replies + bus.status().doubted
        return name, longest, waits, unanswered

    lags = [0.0]
    watching = asyncio.create_task(watch(lags))
    lived = await asyncio.gather(*(lives_with(name) for name in names))
    watching.cancel()
    most = TIME_OUT_S + TIMING.late_s + STUTTER_S + 2 * max(lags)
    assert {name: longest for name, longest, _, _ in lived if longest > most} == {}
    silent = next(one for one in lived if one[0] == "silent")
    assert silent[2] <= silent[3] + 2 <= 1.2 / step + 3


async def test_a_neighbour_on_another_bus_notices_nothing(make_rogue: MakeRogue, make_bus: MakeBus) -> None:
    """Beside buses with every fault, a healthy bus is asked just what it is to be asked, in that order, once, and answers all."""
    asking = []
    for name, (make, _, _) in FAULTS.items():
        for kind in ("tcp", "rtu+tcp"):
            device = await make_rogue(kind)
            device.always, device.in_order = make(), name == "very late"
            asking.append(asyncio.create_task(keep_asking(make_bus(device.url), FAULTY)))
    device = await make_rogue("rtu+tcp")
    bus = make_bus(device.url)
    slow = Timing(timeout_s=2.0)
    for address in range(300):
        read = Read(HONEST, Table.HOLDING, address, 2)
        assert tuple(await bus.read(read, timing=slow)) == (address, address + 1)
    assert [int.from_bytes(pdu[1:3], "big") for _, pdu in device.asked] == list(range(300))
    status = bus.status()
    assert (status.requests, status.doubted, status.time_outs, status.bad_replies) == (300, 0, 0, 0)
    for task in asking:
        task.cancel()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_stop_is_on_the_wire_within_the_computed_time(
    kind: str, make_rogue: MakeRogue, make_bus: MakeBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Polls queue up at faulty units; each of 12 stops at every fault arrives within what `tirta check` computes, and none of the
    polls that wait goes before it.
    """
    monkeypatch.setattr("drivers.bus_units.BACK_OFF_S", (0.0,))

    async def stops(name: str) -> tuple[str, float, int]:
        device = await make_rogue(kind)
        device.by_unit[FAULTY], device.in_order = FAULTS[name][0](), name == "very late"
        bus = make_bus(device.url)
        await ask(bus, HONEST, 1)
        asking = [asyncio.create_task(keep_asking(bus, FAULTY)) for _ in range(5)]
        longest, overtaken = 0.0, 0
        for number in range(12):
            await asyncio.sleep(0.013 * (number % 4) + 0.02)
            wished, before = now(), len(device.asked)
            with contextlib.suppress(
                DriverError
            ):  # a device that keeps the order answers it after the late ones
                await bus.write(Write(HONEST, 6, 900, (number,)), urgent=True, timing=TIMING)
            places = [i for i, (unit, _) in enumerate(device.asked[before:]) if unit == HONEST]
            if not places:
                assert kind == "tcp"  # rubbish has just ended the connection, and that is told at once
                continue
            place = places[0]
            longest = max(longest, device.asked_at[before + place] - wished)
            overtaken = max(overtaken, place)
        for task in asking:
            task.cancel()
        return name, longest, overtaken

    lags = [0.0]
    watching = asyncio.create_task(watch(lags))
    stopped = await asyncio.gather(*(stops(name) for name in FAULTS if name not in GONE))
    watching.cancel()
    connection = parse_connection("rtu:///dev/x?baud=115200" if kind == "rtu" else f"{kind}://h:1")
    most = stop_wait_s(connection, TIME_OUT_S, 0.0)
    print(
        kind, f"computed {most:.3f} s, longest", max(longest for _, longest, _ in stopped), "lag", max(lags)
    )
    assert {name: longest for name, longest, _ in stopped if longest > most + 2 * max(lags)} == {}
    assert {name: place for name, _, place in stopped if place > 1} == {}


@pytest.mark.parametrize("kind", ["rtu+tcp", "rtu"])
async def test_a_line_that_is_never_silent(kind: str, make_rogue: MakeRogue, make_bus: MakeBus) -> None:
    """A transceiver that babbles: a stop goes out all the same within the computed time, and reads end with the reason."""
    device = await make_rogue(kind)

    async def babble(answer: r.Answer) -> None:
        for _ in range(200):
            await answer.send(b"\xa5\x5a\x00\xff\x13\x37")
            await asyncio.sleep(0.01)

    device.faults = [babble]
    bus = make_bus(device.url)
    assert await ask(bus, FAULTY, 1) is None
    await asyncio.sleep(2 * PATIENCE_S)
    with pytest.raises(BadReply, match="never silent"):
        await bus.read(Read(HONEST, Table.HOLDING, 1, 1), timing=TIMING)
    asking = asyncio.create_task(keep_asking(bus, FAULTY))
    lags = [0.0]
    watching = asyncio.create_task(watch(lags))
    connection = parse_connection("rtu:///dev/x" if kind == "rtu" else "rtu+tcp://h:1")
    for number in range(3):
        wished = now()
        await bus.write(Write(HONEST, 6, 900, (number,)), urgent=True, timing=TIMING)
        assert device.asked_at[-1] - wished <= stop_wait_s(connection, TIME_OUT_S, 0.0) + 2 * max(lags)
    asking.cancel()
    watching.cancel()
