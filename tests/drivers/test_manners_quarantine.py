"""A register that spoils its request: found by halving, left out and not read through, told, and asked again after four hours."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from drivers.device_aside import AGAIN_S, PATIENCE
from drivers.device_modbus import ModbusDevice
from drivers.errors import DriverError, ExceptionReply
from drivers.transport import DEFAULT_TIMING, Read, Timing
from tests.drivers.test_device_order import Port, profile

ROW = "points:\n" + "".join(f"  - {{name: p{i}, address: {i}, quantity: temp_c_{i + 1}}}\n" for i in range(8))
BAD = 5


class Spoiled(Port):
    """Eight registers; a request over ``bad`` is refused with ``code``. ``requests``: what was asked, in order."""

    def __init__(self, bad: int | None = BAD, code: int = 2) -> None:
        super().__init__(dict.fromkeys(range(9), 1))
        self.bad, self.code, self.now = bad, code, 100.0
        self.requests: list[tuple[int, int]] = []

    def monotonic(self) -> float:
        """Its own seconds."""
        return self.now

    async def read(self, request: Read, *, timing: Timing = DEFAULT_TIMING) -> Sequence[int]:
        """Words, or the refusal."""
        self.requests.append((request.address, request.address + request.count - 1))
        if self.bad is not None and request.address <= self.bad < request.address + request.count:
            raise ExceptionReply(self.code, unit=request.unit, registers=request.registers)
        return await super().read(request, timing=timing)


def spoiled(bad: int | None = BAD, code: int = 2) -> tuple[ModbusDevice, Spoiled]:
    """The device with its port."""
    port = Spoiled(bad, code)
    return ModbusDevice("it", profile(ROW), port, 1, {}, {}), port


async def poll(
    device: ModbusDevice, port: Spoiled, after_s: float = 1.0
) -> tuple[int, list[tuple[int, int]]]:
    """One poll after some seconds: (how many values, what was asked); -1 when it failed."""
    port.now += after_s
    port.requests.clear()
    try:
        return len(await device.read("fast")), list(port.requests)
    except DriverError:
        return -1, list(port.requests)


async def test_from_the_first_refusal_to_the_return() -> None:
    """
    ::

        after      0 s             1 s           4 h less 2 s   4 h            1 s later
        register   bad             bad           good again     good
        asked      all, halves     0-4, 6-7      0-4, 6-7       0-7            0-7
        values     found           7             7              8              8
    """
    device, port = spoiled()
    _, asked = await poll(device, port)
    assert asked[0] == (0, 7)
    assert len(asked) <= 1 + 2 * 3  # two halves each of 8, 4 and 2
    assert await poll(device, port) == (7, [(0, 4), (6, 7)])
    assert [str(problem) for problem in device.problems]
    assert device.problems[0].registers == "holding 0..7"
    port.bad = None
    assert await poll(device, port, AGAIN_S - 3.0) == (7, [(0, 4), (6, 7)])
    assert await poll(device, port, 3.0) == (8, [(0, 7)])
    assert await poll(device, port) == (8, [(0, 7)])
    assert device.problems == ()
    assert AGAIN_S == 4 * 3600


async def test_a_register_that_is_still_bad_is_left_out_again() -> None:
    """Four hours later it costs its few requests once more, and no value of the others after that."""
    device, port = spoiled()
    await poll(device, port)
    await poll(device, port, AGAIN_S + 1.0)
    assert await poll(device, port) == (7, [(0, 4), (6, 7)])
    assert len(device.problems) == 1


async def test_a_new_driver_finds_it_by_itself() -> None:
    """What is left out is not kept over a restart: another driver finds the same register with the same few requests."""
    asked = []
    for _ in range(2):
        device, port = spoiled()
        asked.append((await poll(device, port))[1])
        assert (await poll(device, port))[0] == 7
    assert asked[0] == asked[1]


@pytest.mark.parametrize("code", [1, 6, 10, 11])
async def test_other_refusals_are_not_looked_into(code: int) -> None:
    """No such function, busy, a silent device behind a gateway: no register is to blame, and nothing more is asked."""
    device, port = spoiled(code=code)
    assert [await poll(device, port) for _ in range(5)] == [(-1, [(0, 7)])] * 5


async def test_a_failure_must_last() -> None:
    """ "Failed while reading" once or twice is no bad register: devices that start say it too."""
    device, port = spoiled(code=4)
    for _ in range(PATIENCE - 1):
        assert await poll(device, port) == (-1, [(0, 7)])
    port.bad = None
    assert await poll(device, port) == (8, [(0, 7)])
    port.bad = BAD
    for _ in range(PATIENCE - 1):
        assert await poll(device, port) == (-1, [(0, 7)])  # counted from the beginning
    await poll(device, port)
    assert await poll(device, port) == (7, [(0, 4), (6, 7)])
