"""What makes a bus doubt an answer, rule by rule, and what a healthy line pays for it: nothing."""

from __future__ import annotations

import pytest

from drivers.bus_units import CHATTY_S, Doubt, Unit
from drivers.errors import ExceptionReply
from drivers.heard import Heard
from drivers.modbus import ModbusLink
from drivers.modbus_frames import frames_in
from drivers.modbus_url import parse_connection
from drivers.transport import Read, Table, Timing
from simulators.frames import rtu
from tests.drivers import rogue as r
from tests.drivers.conftest import MakeBus, MakeRogue

A, B = Read(1, Table.HOLDING, 0, 1), Read(1, Table.HOLDING, 9, 1)
ZERO, ONE = b"\x03\x02\x00\x00", b"\x03\x02\x00\x01"


def believes(
    unit: Unit, request: Read, answer: bytes, now: float, doubt: Doubt | None = None, **heard: object
) -> bool:
    """Whether this answer is believed."""
    return unit.believes(request, Heard(answer=answer, **heard), doubt or Doubt(), now)  # type: ignore[arg-type]


def test_the_words_of_another_question_are_doubted_once() -> None:
    """Equal blocks are confirmed by asking again, and from then on cost nothing while they stay as they are."""
    unit, doubt = Unit(), Doubt()
    assert believes(unit, A, ZERO, 1.0)
    assert not believes(unit, B, ZERO, 1.1, doubt)
    assert believes(unit, B, ZERO, 1.2, doubt)
    assert all(believes(unit, request, ZERO, 2.0 + n) for n in range(9) for request in (A, B))


def test_the_same_again_with_bytes_in_between_is_no_proof() -> None:
    """When the true answer came as a stray, the same old words are still doubted; other words are believed."""
    unit, doubt = Unit(), Doubt()
    assert believes(unit, A, ZERO, 1.0)
    assert not believes(unit, B, ZERO, 1.1, doubt)
    assert not believes(unit, B, ZERO, 1.2, doubt, strays=7)
    assert believes(unit, B, ONE, 1.3, doubt, strays=7)


def test_each_reason_alone() -> None:
    """Owed answers, bytes behind, too great a speed, and words from before a write."""
    unit = Unit()
    unit.missed(0.0, 1.0)
    assert not believes(unit, A, ONE, 5.0)
    unit = Unit()
    assert not believes(unit, A, ONE, 5.0, surplus=True)
    assert not believes(Unit(), A, ONE, 5.0, too_fast=True)
    unit = Unit()
    assert believes(unit, A, ONE, 5.0)
    assert believes(unit, A, ONE, 6.0)
    unit.written()
    assert not believes(unit, A, ONE, 7.0)


def test_a_chatty_unit_has_longer_pauses_for_a_while() -> None:
    """Four times the delay of its unasked words, at most the quiet time; and its repetitions are doubted in any case."""
    unit = Unit(free_at=10.0)
    assert unit.ready_to_read(10.0) == 0.0
    unit.spoke(0.03, 10.0, 1.0)
    assert unit.ready_to_read(10.0) == pytest.approx(10.12)
    unit.spoke(5.0, 10.0, 1.0)
    assert unit.ready_to_read(10.0) == pytest.approx(11.0)
    assert unit.ready_to_read(10.0 + CHATTY_S) == 0.0


def test_frames_are_found_in_noise() -> None:
    """Whole answers of known units between glitches, nothing else."""
    noise = (
        b"\x00\x03"
        + rtu(3, ONE)
        + b"\xff"
        + rtu(4, ZERO)
        + rtu(3, b"\x06\x00\x01\x00\x02")
        + rtu(3, ZERO)[:-1]
    )
    assert list(frames_in(noise, {3})) == [(3, ONE), (3, b"\x06\x00\x01\x00\x02")]


@pytest.mark.parametrize("kind", ["rtu+tcp", "rtu"])
@pytest.mark.parametrize(
    ("behind", "asked"),
    [
        (rtu(3, ONE), 1),  # a neighbour's copy
        (rtu(3, b"\x83\x02") + rtu(4, ZERO), 1),  # a refusal and another copy
        (rtu(3, ONE)[:-1] + b"\x00", 2),  # damaged: who knows whose it was
        (rtu(3, ONE) + rtu(1, ONE), 2),  # its own other words behind the neighbour's
    ],
)
async def test_a_neighbours_copy_is_no_reason_to_doubt(
    kind: str, behind: bytes, asked: int, make_rogue: MakeRogue, make_bus: MakeBus
) -> None:
    """Whole frames of other units that come in one piece with the answer cost no second question; all else does."""
    device = await make_rogue(kind)

    async def followed(answer: r.Answer) -> None:
        await answer.send(answer.frame(answer.pdu) + behind)

    device.faults = [followed]
    bus = make_bus(device.url)
    assert tuple(await bus.read(B)) == (9,)
    assert len(device.asked) == asked


@pytest.mark.parametrize("kind", ["rtu+tcp", "rtu", "tcp"])
async def test_a_healthy_device_is_asked_once(kind: str, make_rogue: MakeRogue, make_bus: MakeBus) -> None:
    """A hundred polls of four blocks, two of them equal: one request more on a line without transaction numbers, none on TCP."""
    device = await make_rogue(kind)
    device.words = lambda _unit, address, count: [min(address, 300)] * count
    bus = make_bus(device.url)
    for _ in range(25):
        for address in (100, 200, 300, 400):
            await bus.read(Read(1, Table.HOLDING, address, 2))
    assert bus.status().doubted == len(device.asked) - 100 == (0 if kind == "tcp" else 1)


async def test_transaction_numbers_go_on_over_connections(make_rogue: MakeRogue, make_bus: MakeBus) -> None:
    """After a reconnection no number of before is used again, so that old answers of a gateway find no question."""
    device = await make_rogue("tcp")
    numbers: list[int] = []

    async def note(answer: r.Answer) -> None:
        numbers.append(answer.tid)
        await answer.say()

    device.always = note
    link = ModbusLink(parse_connection(device.url))
    for _ in range(3):
        await link.connect()
        for _ in range(5):
            await link.exchange(A, Timing())
        link.close()
    assert len(set(numbers)) == 15


async def test_an_answer_before_the_wire_can_have_carried_it(
    make_rogue: MakeRogue, make_bus: MakeBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At 1200 baud nothing comes back in a millisecond: such an answer is doubted; a port that always does so is no wire."""
    device = await make_rogue("rtu")
    monkeypatch.setattr("drivers.modbus._is_pseudo", lambda link: False)
    monkeypatch.setattr("drivers.modbus._parity", lambda link: "N")
    bus = make_bus(device.url.replace("115200", "1200"))
    for address in range(12):
        assert tuple(await bus.read(Read(1, Table.HOLDING, address, 1))) == (address,)
    assert 3 <= bus.status().doubted <= 5


async def test_a_refusal_is_told_as_it_comes(make_rogue: MakeRogue, make_bus: MakeBus) -> None:
    """Exceptions are no values: they are not doubted, and not asked for again."""
    device = await make_rogue("rtu")
    device.always = r.refusing(2)
    bus = make_bus(device.url)
    for _ in range(3):
        with pytest.raises(ExceptionReply):
            await bus.read(A)
    assert len(device.asked) == 3
