"""Who is on the sick list, and who is not: silence also when a gateway tells it, refusals never."""

from __future__ import annotations

import pytest

from drivers.errors import BackingOff, DriverError, ExceptionReply
from drivers.transport import Read, Table, Timing, Write
from tests.drivers import rogue as r
from tests.drivers.conftest import MakeBus, MakeRogue

READ = Read(1, Table.HOLDING, 5, 1)
PATIENT = Timing(timeout_s=2.0)


@pytest.mark.parametrize(
    ("code", "sick"), [(10, True), (11, True), (2, False), (4, False), (5, False), (6, False)]
)
async def test_a_gateway_that_speaks_for_a_silent_device(
    code: int, sick: bool, make_rogue: MakeRogue, make_bus: MakeBus
) -> None:
    """Exceptions 10 and 11 mean that the device did not answer: it is spared. Whoever refuses or is busy is alive: it is not."""
    device = await make_rogue("tcp")
    bus = make_bus(device.url)
    device.faults = [r.refusing(code)]
    with pytest.raises(ExceptionReply):
        await bus.read(READ, timing=PATIENT)
    if not sick:
        assert tuple(await bus.read(READ, timing=PATIENT)) == (5,)
        return
    with pytest.raises(BackingOff):
        await bus.read(READ, timing=PATIENT)
    assert len(device.asked) == 1
    await bus.write(Write(1, 6, 0, (1,)), timing=PATIENT)  # a command is tried all the same, and ends it
    assert tuple(await bus.read(READ, timing=PATIENT)) == (5,)


@pytest.mark.parametrize("kind", ["tcp", "rtu+tcp", "rtu"])
async def test_nothing_is_written_twice(kind: str, make_rogue: MakeRogue, make_bus: MakeBus) -> None:
    """A write whose answer is lost, refused or wrong fails, and the device has seen it once."""
    for fault in (r.silent, r.refusing(6), r.wrong_echo):
        device = await make_rogue(kind)
        device.faults = [fault]
        bus = make_bus(device.url)
        with pytest.raises(DriverError):
            await bus.write(Write(1, 6, 7, (1,)), timing=Timing(timeout_s=0.15))
        await bus.write(Write(1, 6, 8, (2,)), timing=PATIENT)
        assert [pdu[2] for _, pdu in device.asked] == [7, 8]
