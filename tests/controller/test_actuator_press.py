"""The actuator's presses: each is written once, a late one is dropped, and a failed one is nobody's failed output."""

from __future__ import annotations

import asyncio

from drivers.errors import TimeOut
from drivers.reading import Command
from tests.controller.stations import seen, settle
from tests.controller.test_actuator import PUMP, Station, off, on, running

__all__ = ["running"]

PRESS = Command("relay", "fault_reset", 1.0, 10.0)


async def press(station: Station, *commands: Command) -> None:
    """One second later: these outputs, and the press."""
    await station.cycle(*commands, flush=False)
    station.actuator.press((PRESS,), seen(station.clock.now(), {}))


async def test_every_press_is_written_once() -> None:
    """The same press again is another one, not a renewal; cycles without one write none. A stop goes before it."""
    station = Station()
    for _ in range(2):
        await press(station, off())
        await station.actuator.flush()
        for _ in range(40):
            await station.cycle(off(), proof=0.0)
    assert station.written == [("switch_1", 0.0), ("fault_reset", 1.0), ("fault_reset", 1.0)]


async def test_a_press_that_failed_is_not_repeated() -> None:
    """Nor does it count as an output that is out of control."""
    station = Station()
    station.relay.refuse = TimeOut("silent", device="relay")
    await press(station)
    await station.actuator.flush()
    assert station.actuator.writes == 1
    assert station.actuator.failed == frozenset()
    station.relay.refuse = None
    for _ in range(40):
        await station.cycle(off(), proof=0.0)
    assert ("fault_reset", 1.0) not in station.written


async def test_a_press_that_came_too_late_is_dropped(running: Station) -> None:
    """What waited for a hung bus longer than it may help is not pressed into the next rest."""
    running.relay.gate = asyncio.Event()
    await running.cycle(on(PUMP), flush=False)
    await settle()
    await press(running, on(PUMP))
    running.clock.pass_(60.0)
    running.relay.gate.set()
    await settle()
    assert ("fault_reset", 1.0) not in running.written
    await press(running)
    await settle()
    assert running.written[-1] == ("fault_reset", 1.0)
