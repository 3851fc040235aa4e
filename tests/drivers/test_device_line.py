"""One unit on its bus: waking it up on a real connection, what its silence means, and the hint for devices of one client."""

from __future__ import annotations

import contextlib

import pytest

from drivers.device_line import SILENCE_S, UnitLine
from drivers.errors import BackingOff, Disconnected, ExceptionReply, TimeOut
from drivers.profile_limits import Limits
from drivers.transport import Read, Table, Timing, Write
from tests.drivers import rogue as r
from tests.drivers.conftest import MakeBus, MakeRogue


class Wire:
    """A port that answers, or fails as told; its clock is moved by hand."""

    def __init__(self) -> None:
        self.now, self.error = 100.0, None
        self.reads: list[Timing] = []

    def monotonic(self) -> float:
        """Its own time."""
        return self.now

    async def pause(self, seconds: float) -> None:
        """Waiting moves its clock."""
        self.now += seconds

    async def read(self, request: Read, *, timing: Timing) -> list[int]:
        """As many zeros as asked for, or the error."""
        self.reads.append(timing)
        if self.error is not None:
            raise self.error
        return [0] * request.count

    async def write(self, request: Write, *, urgent: bool = False, timing: Timing) -> None:
        """Confirm, or the error."""
        if self.error is not None:
            raise self.error


def line(wire: Wire, *, timed: bool = True, **limits: object) -> UnitLine:
    """A unit with these limits."""
    return UnitLine("it", wire, 1, Limits.model_validate(limits), timed=timed)  # type: ignore[arg-type]


async def test_it_appears_again_after_a_long_silence() -> None:
    """A lost answer is no new appearance, silence of more than ten seconds is; a refusal is a sign of life."""
    wire = Wire()
    unit = line(wire)
    seen = []
    for gap, error in (
        (0, None),
        (2, TimeOut("x")),
        (2, None),
        (1, TimeOut("x")),
        (SILENCE_S, None),
        (50, ExceptionReply(2)),
        (1, None),
    ):
        wire.now, wire.error = wire.now + gap, error
        with contextlib.suppress(TimeOut, ExceptionReply):
            await unit.ask(Table.HOLDING, 0, 1)
        assert error is None or error.device == "it"
        seen.append(unit.appearances)
    assert seen == [1, 1, 1, 1, 2, 2, 2]
    wire.now += 5
    assert unit.awake_s == 56


async def test_who_does_not_ask_for_times_pays_nothing() -> None:
    """Without anything that depends on it, only the first answer after silence looks at the clock."""
    wire = Wire()
    unit = line(wire, timed=False)
    await unit.ask(Table.HOLDING, 0, 1)
    wire.monotonic = None  # type: ignore[method-assign, assignment]
    unit.clock = None  # type: ignore[assignment]
    await unit.ask(Table.HOLDING, 0, 1)
    await unit.write(Write(1, 6, 0, (1,)), urgent=False)


async def test_only_after_silence_it_is_woken() -> None:
    """One request more after each pause of the rule, marked as one that may stay unanswered; none while the bus is busy."""
    wire = Wire()
    unit = line(wire, wake_up={"after_s": 5, "wait_ms": 200})
    counts = []
    for gap in (0, 1, 4, 6):
        wire.now += gap
        wire.reads.clear()
        await unit.ask(Table.HOLDING, 0, 1)
        counts.append([timing.wakes for timing in wire.reads])
    assert counts == [[True, False], [False], [False], [True, False]]


async def test_one_client_only() -> None:
    """When a device of one client closes the door, the hint says who else may be inside; others get no such hint."""
    for single in (True, False):
        wire = Wire()
        wire.error = Disconnected("closed", hint="Check the cable")
        with pytest.raises(Disconnected) as failure:
            await line(wire, single_client=single).ask(Table.HOLDING, 0, 1)
        assert ("one TCP client only" in failure.value.hint) is single
        assert failure.value.hint.startswith("Check the cable")


@pytest.mark.parametrize("kind", ["tcp", "rtu+tcp"])
async def test_waking_starts_no_back_off(kind: str, make_rogue: MakeRogue, make_bus: MakeBus) -> None:
    """On a real bus: the unanswered request that wakes does not make the bus spare the unit; an ordinary one does."""
    device = await make_rogue(kind)
    bus = make_bus(device.url)
    request, timing = Read(1, Table.HOLDING, 5, 1), Timing(timeout_s=0.1, quiet_s=0.05)
    device.faults = [r.silent]
    with pytest.raises(TimeOut):
        await bus.read(request, timing=Timing(timeout_s=0.1, quiet_s=0.05, wakes=True))
    assert tuple(await bus.read(request, timing=timing)) == (5,)
    device.faults = [r.silent]
    with pytest.raises(TimeOut):
        await bus.read(request, timing=timing)
    with pytest.raises(BackingOff):
        await bus.read(request, timing=timing)
