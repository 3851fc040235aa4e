"""What is written and what is not: equal set-points, memories that wear, run commands, and writes that fail."""

from __future__ import annotations

import contextlib

import pytest

from drivers.device_line import SILENCE_S
from drivers.device_modbus import ModbusDevice
from drivers.device_writes import DAY_S, Wear
from drivers.errors import DriverError, Refused, TimeOut
from drivers.reading import Command
from drivers.transport import DEFAULT_TIMING, Timing, Write
from tests.drivers.test_device_order import Port, profile

DRIVE = """\
points:
  - {name: state, address: 0, quantity: running}
  - {name: wish, address: 1, scale: 0.01, quantity: frequency_set_hz, minimum: 0, maximum: 60}
commands:
  running:
    on: [{function: 6, address: 0, values: [1]}]
    "off": [{function: 6, address: 0, values: [0]}]
    verify: {quantity: running, within_ms: 1000}
  frequency_set_hz:
    set: [{function: 6, address: 1, values: [value]}]
    value: {scale: 0.01, minimum: 0, maximum: 50}
    verify: {quantity: frequency_set_hz, within_ms: 1000, tolerance: 0.05}
"""


class Drive(Port):
    """Holding registers that take what is written, on a clock that is moved by hand. ``deaf``: writes fail."""

    def __init__(self) -> None:
        super().__init__({0: 0, 1: 0})
        self.now, self.deaf = 100.0, False

    def monotonic(self) -> float:
        """Its own seconds."""
        return self.now

    async def write(self, request: Write, *, urgent: bool = False, timing: Timing = DEFAULT_TIMING) -> None:
        """Taken down and kept, or lost without an answer."""
        await super().write(request, urgent=urgent, timing=timing)
        if self.deaf:
            raise TimeOut("no answer", registers=request.registers, params={"seconds": timing.timeout_s})
        self.words[request.address] = request.values[0]


class Story:
    """One drive; each letter of a timeline is one thing that happens. Capitals are writes that reach the wire."""

    def __init__(self, text: str = DRIVE) -> None:
        self.port = Drive()
        self.device = ModbusDevice("pump", profile(text), self.port, 1, {}, {})

    async def hertz(self, value: float) -> str:
        """Command a set-point: what was written for it."""
        before = len(self.port.written)
        with contextlib.suppress(DriverError):
            await self.device.command(Command("pump", "frequency_set_hz", value, 30.0 if value else 0.0))
        return ", ".join(f"{word / 100:g}" for _, word in self.port.written[before:]) or "-"

    async def play(self, line: str) -> str:
        """``40`` commands 40 Hz; ``read``; ``away``: silent for long, and back; ``panel``: somebody turns it to 33 Hz on its panel;
        ``deaf``, ``hears``: writes fail, and work again; ``silent``: no answer to the last question.
        """
        told = []
        for word in line.split():
            self.port.now += 1.0
            if word == "panel":
                self.port.words[1] = 3300
            elif word in ("deaf", "hears"):
                self.port.deaf = word == "deaf"
            elif word in ("read", "silent", "away"):
                if word != "read":
                    self.port.silent = {0, 1}
                    with contextlib.suppress(TimeOut):
                        await self.device.read("fast")
                if word == "away":
                    self.port.now += SILENCE_S
                if word != "silent":
                    self.port.silent = set()
                    await self.device.read("fast")
            else:
                told.append(await self.hertz(float(word)))
        return " | ".join(told)


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("read 40 read 40 40 read 40", "40 | - | - | -"),  # seen to hold: not again
        ("read 40 40 read 40", "40 | 40 | -"),  # not seen yet: again
        ("read 40 read 41 40 40 read 40", "40 | 41 | 40 | 40 | -"),  # what was seen is of before: again
        ("read 40 read 41 read 40", "40 | 41 | 40"),  # another one: written
        ("read 40 read panel read 40 read 40", "40 | 40 | -"),  # turned on its panel: written
        ("read 40 read away 40 read 40", "40 | 40 | -"),  # may have lost its supply: written
        ("read 40 read silent 40", "40 | 40"),  # nobody knows: written
        ("read deaf 40 read hears 40 read 40", "40 | 40 | -"),  # the write failed: once per decision, no more
        ("read 40 read 0 read 0", "40 | 0 | 0"),  # a stop always goes out
    ],
)
async def test_a_set_point_that_is_seen_to_hold_is_not_written_again(line: str, written: str) -> None:
    """From left to right: what happens; what each command put on the wire."""
    assert await Story().play(line) == written


async def test_what_a_timer_of_the_device_hangs_on_is_always_written() -> None:
    """A set-point that feeds the device's own fail-safe, or starts its timer, is renewed, equal or not."""
    fed = DRIVE + "    fail_safe: {kind: comm_loss, max_s: 10}\n"
    assert await Story(fed).play("read 40 read 40 read 40") == "40 | 40 | 40"
    timed = (
        fed.replace("kind: comm_loss, max_s: 10", "kind: timed_on") + "    lease: {pieces: [{max_s: 60}]}\n"
    )
    timed = timed.replace(
        "values: [value]}]", "values: [value]}, {function: 6, address: 2, values: [lease]}]"
    )
    assert await Story(timed).play("read 40 read 40 read 40") == "40, 0.3 | 40, 0.3 | 40, 0.3"


async def test_a_run_command_is_renewed() -> None:
    """Every renewal of a lease goes out, though the drive is seen to run."""
    story = Story()
    for _ in range(3):
        await story.device.command(Command("pump", "running", 1.0, 20.0))
        await story.device.read("fast")
    assert story.port.written == [(0, 1)] * 3


async def test_a_write_that_fails_is_not_repeated() -> None:
    """One command, one write: what comes of it is for the next decision."""
    story = Story()
    story.port.deaf = True
    with pytest.raises(TimeOut):
        await story.device.command(Command("pump", "running", 1.0, 20.0))
    assert story.port.written == [(0, 1)]


EEPROM = DRIVE + "    wear: eeprom\n    writes_per_day: 3\n"


async def test_a_spent_memory_is_refused_and_told() -> None:
    """Three changes a day: the fourth is refused with the reason, what it holds already is still taken, a day later it goes on."""
    story = Story(EEPROM)
    assert await story.play("read 10 20 30 30 40 30") == "10 | 20 | 30 | - | - | -"
    with pytest.raises(Refused, match="3 times in 24 hours, and its memory wears out") as refused:
        await story.device.command(Command("pump", "frequency_set_hz", 40.0, 30.0))
    assert (refused.value.device, refused.value.params["count"]) == ("pump", 3.0)
    story.port.now += DAY_S
    assert await story.play("40") == "40"


async def test_a_memory_that_does_not_take_it_is_told() -> None:
    """What was written is read back: when it is not there within its time, the command fails."""
    story = Story(EEPROM)
    taken = story.port.words
    story.port.words = type("Locked", (dict,), {"__setitem__": lambda *_: None})(taken)
    with pytest.raises(TimeOut, match="frequency_set_hz is not 20 within 1 s after it was written"):
        await story.device.command(Command("pump", "frequency_set_hz", 20.0, 30.0))
    assert len(story.port.written) == 1


def test_the_budget_is_of_any_24_hours() -> None:
    """
    ::

        h      0   1   23  24  24.5  25
        spend  ok  ok  no  ok  no    ok
    """
    hours = [0.0, 1.0, 23.0, 24.0, 24.5, 25.0]
    now = iter(hours)
    at = [0.0]
    wear = Wear(lambda: at[0], 2)
    spent = []
    for hour in now:
        at[0] = hour * 3600.0
        spent.append(wear.spend())
    assert spent == [True, True, False, True, False, True]
