"""A class of one request is read the short way: it never says anything else than the long one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.codec import settings_for
from drivers.device_modbus import ModbusDevice
from drivers.errors import BadReply, DriverError, ExceptionReply, TimeOut
from drivers.profile import _parse as parse
from drivers.transport import DEFAULT_TIMING, Read, Timing, Write

TEXT = b"""
profile: meter
maker: Test
model: T
kind: meter
confidence: U
sources: [test]
points:
  - {name: power, address: 0, type: s16, quantity: power_w, absent: [0x7FFF]}
  - {name: energy, address: 1, type: u32, quantity: energy_wh}
  - {name: extra, address: 3, optional: true, quantity: current_a}
  - {name: far, address: 300, quantity: temp_c, poll: slow}
  - {name: near, address: 900, quantity: rh_pct, poll: slow}
"""
METER = parse(TEXT, "meter.yaml", TEXT)
FAULTS = {"silent": TimeOut, "refused": ExceptionReply, "unreadable": BadReply}


class Scripted:
    """A port that shows what it is told to show, by the first register asked for; or fails."""

    name = "scripted"

    def __init__(self) -> None:
        self.words: dict[int, int] = {}
        self.fault = ""
        self.now_s = 0.0

    def monotonic(self) -> float:
        """Time by hand."""
        return self.now_s

    async def pause(self, seconds: float) -> None:
        """Nobody waits here."""

    async def read(self, request: Read, *, timing: Timing = DEFAULT_TIMING) -> Sequence[int]:
        """The words now."""
        place = {"bus": self.name, "unit": request.unit, "registers": request.registers}
        if self.fault == "refused":
            raise ExceptionReply(2, **place)  # type: ignore[arg-type]
        if self.fault:
            raise FAULTS[self.fault](self.fault, **place)  # type: ignore[arg-type]
        words = [self.words.get(request.address + i, 0) for i in range(request.count)]
        return words[:-1] if self.fault == "short" else words

    async def write(self, request: Write, *, urgent: bool = False, timing: Timing = DEFAULT_TIMING) -> None:
        """Nothing is written here."""


async def told(device: ModbusDevice, poll: str) -> object:
    """What a reading comes to, errors included."""
    try:
        return await device.read(poll), [str(one) for one in device.problems]
    except DriverError as error:
        return type(error), str(error), [str(one) for one in device.problems]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["fast", "fast", "slow", "once"]),
        st.sampled_from(["", "", "", "", *FAULTS]),
        st.tuples(st.sampled_from([0, 1, 2, 3, 300, 900]), st.integers(0, 65535)),
    ),
    max_size=25,
)


@settings(deadline=None, max_examples=60)
@given(STEPS)
def test_the_short_way_and_the_long_way_say_the_same(steps: list[tuple[str, str, tuple[int, int]]]) -> None:
    """Over any course of answers and faults: the same readings, the same errors, the same problems."""

    async def run() -> None:
        port = Scripted()
        made = [ModbusDevice("m", METER, port, 1, settings_for(METER, {}), {}) for _ in range(2)]  # type: ignore[arg-type]
        for poll, fault, (place, word) in steps:
            port.fault, port.words[place] = fault, word
            port.now_s += 60.0
            made[1]._lone.clear()
            assert await told(made[0], poll) == await told(made[1], poll)

    asyncio.run(run())
