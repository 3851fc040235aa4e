"""The catalogue of misbehaviours: each changes what goes out, as often as it is told to, and can be served by name."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from drivers.bus import Bus
from drivers.errors import DriverError
from drivers.modbus import ModbusLink
from drivers.modbus_url import parse_connection
from drivers.transport import Read, Table, Timing
from simulators.cli import main
from simulators.faults import FAULTS, Answer, Sometimes, honest, parse_fault
from tests.simulators.test_modbus_server import KINDS, served

PDU = bytes((3, 4, 0, 1, 0, 2))


async def told(name: str, is_rtu: bool) -> tuple[bytes, list[str]]:
    """What goes out for one right answer, and what else happens."""
    out, events = bytearray(), list[str]()

    async def send(data: bytes) -> None:
        out.extend(data)

    answer = Answer(
        9, 3, PDU, is_rtu, send, lambda: events.append("close"), lambda s, old: events.append("restart")
    )
    for _ in range(3):
        await asyncio.wait_for(FAULTS[name]()(answer), 3.0)
    return bytes(out), events


@pytest.mark.parametrize("is_rtu", [False, True])
async def test_each_differs_from_the_right_answer(is_rtu: bool) -> None:
    """Three answers of each fault are not the three right ones, or something happens to the connection, or they take their time."""
    right, _ = await told_honest(is_rtu)
    names = [name for name in FAULTS if name not in ("late", "slow", "stale")]
    results = await asyncio.gather(*(told(name, is_rtu) for name in names))
    same = [name for name, (out, events) in zip(names, results, strict=True) if out == right and not events]
    assert same == []


async def told_honest(is_rtu: bool) -> tuple[bytes, list[str]]:
    """Three right answers."""
    out = bytearray()

    async def send(data: bytes) -> None:
        out.extend(data)

    for _ in range(3):
        await honest(Answer(9, 3, PDU, is_rtu, send, lambda: None, lambda s, old: None))
    return bytes(out), []


def test_a_share_of_the_answers() -> None:
    """`late:0.25` befalls a quarter of the answers, the same ones each time; unknown names and shares are refused."""
    fault = parse_fault("silent:0.25")
    asyncio.run(_play(fault))
    assert 200 < fault.count < 300
    for text in ("never-heard-of", "late:0", "late:1.5", "late:x"):
        with pytest.raises(ValueError):
            parse_fault(text)


async def _play(fault: Sometimes) -> None:
    async def send(_: bytes) -> None:
        pass

    for _ in range(1000):
        await fault(Answer(1, 3, PDU, True, send, lambda: None, lambda s, old: None))


@pytest.mark.parametrize("kind", KINDS)
async def test_a_served_gateway_restarts(kind: str, tmp_path: Path) -> None:
    """A served bus that restarts in mid answer is away, comes back, and is right again without a word from us."""
    async with served(kind, tmp_path) as wire:
        bus = Bus(ModbusLink(parse_connection(wire.url)))
        bus.start()
        read, timing = Read(2, Table.INPUT, 0, 2), Timing(timeout_s=0.2)
        right = tuple(await bus.read(read, timing=timing))
        wire.server.fault = Sometimes(FAULTS["half-dead"](), 0.01)
        wire.server._restart(0.3, b"\x02\x04\x04\x00\x00\x00\x00")
        for _ in range(100):
            await asyncio.sleep(0.05)
            try:
                if tuple(await bus.read(read, timing=timing)) == right:
                    break
            except DriverError:
                continue
        assert tuple(await bus.read(read, timing=timing)) == right
        await bus.stop()


def test_serve_refuses_what_it_does_not_know(capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown misbehaviour is told with the known ones; an unknown bus by its name."""
    with pytest.raises(SystemExit):
        main(["serve", "--fault", "panel=lazy"])
    assert "half-dead" in capsys.readouterr().err
    assert main(["serve", "--fault", "nowhere=late:0.5"]) == 2
    assert "nowhere" in capsys.readouterr().err
