"""The actuator: leases renewed by decisions only, stops first, and nothing repeated blindly."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator

import pytest

from controller.actuator import RESEND_MAX_S, RESEND_S, Actuator
from drivers.bus import Bus
from drivers.codec_command import encode_command
from drivers.device import make_device
from drivers.errors import Disconnected
from drivers.heard import Heard
from drivers.profile import load_profile
from drivers.reading import Command
from drivers.transport import Read, Timing, Write
from tests.controller.stations import FakeDevice, HandClock, Key, seen, settle, silence

PUMP: Key = ("relay", "switch_1")
VALVE: Key = ("relay", "switch_2")
PROOF = {PUMP: PUMP}


def on(key: Key = PUMP, lease_s: float = 30.0) -> Command:
    """Run, for a lease."""
    return Command(*key, 1.0, lease_s)


def off(key: Key = PUMP) -> Command:
    """Stop."""
    return Command(*key, 0.0)


class Station:
    """An actuator with one relay, driven cycle by cycle."""

    def __init__(self) -> None:
        self.clock, self.relay = HandClock(), FakeDevice("relay")
        self.actuator = Actuator({"relay": self.relay}, {"relay": "b"}, PROOF, self.clock.now)

    async def cycle(self, *commands: Command, proof: float | None = None, flush: bool = True) -> None:
        """One second later these outputs are wanted; ``proof``: what the pump's read-back says now."""
        self.clock.pass_(1.0)
        readings = {} if proof is None else {PUMP: (proof, self.clock.mono_s)}
        self.actuator.apply(commands, seen(self.clock.now(), readings))
        if flush:
            await self.actuator.flush()

    @property
    def written(self) -> list[tuple[str, float]]:
        """What the relay was told, in order."""
        return [(command.quantity, command.value) for command in self.relay.taken]


async def test_a_lease_is_renewed_at_a_third_of_its_time() -> None:
    """A pump that is wanted for 120 s gets its 30 s lease again every 10 s."""
    station = Station()
    times = []
    for _ in range(120):
        before = len(station.relay.taken)
        await station.cycle(on(), proof=1.0)
        if len(station.relay.taken) > before:
            times.append(station.clock.mono_s)
    assert len(times) == 12
    assert all(later - earlier == 10.0 for earlier, later in itertools.pairwise(times))
    assert all(command.lease_s == 30.0 for command in station.relay.taken)


async def test_no_lease_is_renewed_after_the_decisions_stop(running: Station) -> None:
    """Without a new decision nothing is written, however long the writers run."""
    await running.cycle(on(), flush=False)
    await settle()
    assert len(running.relay.taken) == 1
    for _ in range(50):
        running.clock.pass_(10.0)
        await settle()
    assert len(running.relay.taken) == 1


async def test_a_start_that_waited_longer_than_its_lease_is_dropped(running: Station) -> None:
    """A start that was queued before the bus hung for a minute is not acted when nobody decides any more."""
    running.relay.gate = asyncio.Event()
    await running.cycle(on(VALVE), on(PUMP), flush=False)
    await settle()
    running.clock.pass_(60.0)
    running.relay.gate.set()
    await settle()
    assert running.written == [("switch_2", 1.0)]
    await running.cycle(on(PUMP), flush=False)
    await settle()
    assert running.written[-1] == ("switch_1", 1.0)


async def test_a_stop_overtakes_queued_starts() -> None:
    """Whatever was queued first: stops are written first, in their own order."""
    station = Station()
    third = ("relay", "switch_3")
    await station.cycle(on(third), flush=False)
    await station.cycle(on(third), off(PUMP), off(VALVE), flush=False)
    await station.actuator.flush()
    assert station.written == [("switch_1", 0.0), ("switch_2", 0.0), ("switch_3", 1.0)]


async def test_a_stop_replaces_the_queued_start_of_its_output() -> None:
    """A start that was not written yet is never written after its stop."""
    station = Station()
    await station.cycle(on(), flush=False)
    await station.cycle(off(), flush=False)
    await station.actuator.flush()
    assert station.written == [("switch_1", 0.0)]


async def test_a_stop_does_not_wait_for_the_steps_of_a_start(running: Station) -> None:
    """While the start of one output hangs on its device, the stop of another is written at once."""
    running.relay.gate = asyncio.Event()
    await running.cycle(on(VALVE), flush=False)
    await settle()
    await running.cycle(on(VALVE), off(PUMP), flush=False)
    await settle()
    assert running.written == [("switch_1", 0.0)]


async def test_a_stop_cancels_the_start_of_its_own_output(running: Station) -> None:
    """A start that hangs when its stop comes is given up and never follows it."""
    running.relay.gate = asyncio.Event()
    await running.cycle(on(), flush=False)
    await settle()
    await running.cycle(off(), flush=False)
    await settle()
    running.relay.gate.set()
    await settle()
    assert running.written == [("switch_1", 0.0)]
    await running.cycle(on(), flush=False)
    await settle()
    assert running.written[-1] == ("switch_1", 1.0), "the writer lives on"


async def test_an_off_that_the_read_back_contradicts_is_repeated_every_two_seconds() -> None:
    """The relay still reads 1 for 20 s after OFF: written again every 2 s, not every cycle; then silence."""
    station = Station()
    for _ in range(20):
        await station.cycle(off(), proof=1.0)
    assert len(station.written) == 20 / RESEND_S
    count = len(station.written)
    for _ in range(20):
        await station.cycle(off(), proof=0.0)
    assert len(station.written) == count


async def test_an_off_is_not_repeated_for_an_old_read_back() -> None:
    """What the relay said before the OFF proves nothing about it."""
    station = Station()
    old = station.clock.mono_s
    for _ in range(20):
        station.clock.pass_(1.0)
        station.actuator.apply([off()], seen(station.clock.now(), {PUMP: (1.0, old)}))
        await station.actuator.flush()
    assert len(station.written) == 1


async def test_a_failed_write_is_retried_and_shows_up() -> None:
    """An output whose write failed is in ``failed`` until a later write succeeds."""
    station = Station()
    station.relay.refuse = silence("relay")
    await station.cycle(on())
    assert station.actuator.failed == {PUMP}
    station.relay.refuse = None
    for _ in range(3):
        await station.cycle(on())
    assert station.actuator.failed == frozenset()
    assert station.written == [("switch_1", 1.0)]


async def test_a_dead_board_is_tried_less_and_less() -> None:
    """Six idle outputs of a dead board cost ten minutes fewer than 25 time-outs each, and never more than 30 s between tries."""
    station = Station()
    station.relay.refuse = silence("relay")
    keys = [("relay", f"switch_{n}") for n in range(1, 7)]
    times = []
    for _ in range(600):
        before = len(station.relay.begun)
        await station.cycle(*(off(key) for key in keys))
        times += [station.clock.mono_s] if len(station.relay.begun) > before else []
    assert len(station.relay.begun) / len(keys) <= 25
    assert max(later - earlier for earlier, later in itertools.pairwise(times)) <= RESEND_MAX_S + 1.0


async def test_a_board_that_answers_again_is_stopped_at_once() -> None:
    """After minutes of failing, the first read-back that comes again makes the stop go out within 2 s."""
    station = Station()
    station.relay.refuse = silence("relay")
    for _ in range(200):
        await station.cycle(off())
    station.relay.refuse = None
    came = station.clock.mono_s
    while not station.written:
        await station.cycle(off(), proof=1.0)
    assert station.clock.mono_s - came <= RESEND_S


async def test_a_failing_output_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """A hundred failures and the recovery are two lines."""
    station = Station()
    station.relay.refuse = silence("relay")
    with caplog.at_level(logging.INFO):
        for _ in range(300):
            await station.cycle(off())
        station.relay.refuse = None
        for _ in range(40):
            await station.cycle(off())
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


async def test_a_wire_that_is_cut_is_left_to_the_wire_to_tell(caplog: pytest.LogCaptureFixture) -> None:
    """At every start the broker is not there yet for a moment: no output adds its own warning to that of the wire."""
    station = Station()
    station.relay.refuse = Disconnected("not connected yet")
    with caplog.at_level(logging.INFO):
        for _ in range(30):
            await station.cycle(off())
        station.relay.refuse = None
        for _ in range(40):
            await station.cycle(off())
    assert caplog.records == []
    assert station.written


async def test_a_mistake_in_one_write_stops_no_other(
    running: Station, caplog: pytest.LogCaptureFixture
) -> None:
    """An exception that is no DriverError counts as a failed write; the writers live on."""
    running.relay.refuse = ValueError("mistake")
    await running.cycle(on(), off(VALVE), flush=False)
    await settle()
    assert running.actuator.failed == {PUMP, VALVE}
    assert "mistake" in caplog.text
    running.relay.refuse = None
    for _ in range(3):
        await running.cycle(on(), off(VALVE), flush=False)
        await settle()
    assert sorted(running.written) == [("switch_1", 1.0), ("switch_2", 0.0)]


async def test_buses_do_not_wait_for_each_other_at_the_end() -> None:
    """A flush writes to the living bus while the dead one hangs."""
    clock = HandClock()
    dead, alive = FakeDevice("dead", gate=asyncio.Event()), FakeDevice("alive")
    actuator = Actuator({"dead": dead, "alive": alive}, {"dead": "x", "alive": "y"}, {}, clock.now)
    actuator.apply([on(("dead", "switch_1")), off(("alive", "switch_1"))], seen(clock.now()))
    flushing = asyncio.ensure_future(actuator.flush())
    await settle()
    assert [command.value for command in alive.taken] == [0.0]
    assert not flushing.done()
    flushing.cancel()


async def test_forget_writes_everything_again() -> None:
    """After ``forget`` even an output that is known to be off is written."""
    station = Station()
    await station.cycle(off(), proof=0.0)
    station.actuator.forget()
    await station.cycle(off(), proof=0.0)
    assert station.written == [("switch_1", 0.0)] * 2


async def test_nothing_grows_with_time() -> None:
    """A day of cycles leaves one entry per output."""
    station = Station()
    for second in range(5000):
        await station.cycle(on() if second % 60 < 30 else off(), off(VALVE), proof=0.0)
    assert len(station.actuator._sent) == 2
    assert not station.actuator._buses["b"].waiting


class SlowLink:
    """A wire that takes its time: each exchange waits for ``go``."""

    name, frame_gap_s, late_replies, busy_until, bytes_sent, bytes_received = "slow", 0.0, False, 0.0, 0, 0
    connected = True

    def __init__(self) -> None:
        self.heard = Heard()
        self.sent: list[Read | Write] = []
        self.go = asyncio.Semaphore(0)

    async def connect(self) -> None:
        """It is there."""

    def close(self) -> None:
        """Nothing to close."""

    async def exchange(self, request: Read | Write, _timing: Timing) -> tuple[int, ...]:
        """Answer when allowed."""
        self.sent.append(request)
        await self.go.acquire()
        return (0,) * request.count if isinstance(request, Read) else ()


async def test_a_start_that_waits_for_the_wire_never_follows_its_stop() -> None:
    """A poll is on the wire, a start waits behind it, a stop comes: the stop is the next request, the start never goes out."""
    clock, link = HandClock(), SlowLink()
    bus = Bus(link)
    bus.start()
    relay = make_device("relay", load_profile("waveshare-relay-8ch"), bus, 1)
    actuator = Actuator({"relay": relay}, {"relay": "b"}, {}, clock.now)
    writers = asyncio.create_task(actuator.run())
    polling = asyncio.create_task(relay.read("fast"))
    await asyncio.sleep(0.05)
    actuator.apply([on()], seen(clock.now()))
    await asyncio.sleep(0.05)
    actuator.apply([off()], seen(clock.pass_(1.0)))
    await asyncio.sleep(0.05)
    for _ in range(10):
        link.go.release()
    await polling
    await asyncio.sleep(0.1)
    writers.cancel()
    await asyncio.gather(writers, return_exceptions=True)
    await bus.stop()
    stop = encode_command(load_profile("waveshare-relay-8ch"), "switch_1", 0.0, 0.0, {})
    writes = [(request.function, request.address, request.values) for request in link.sent[1:]]  # type: ignore[union-attr]
    assert writes == [(step.function, step.address, step.values) for step in stop]  # type: ignore[union-attr]


@pytest.fixture
async def running() -> AsyncIterator[Station]:
    """A station whose writers run as in the daemon."""
    station = Station()
    task = asyncio.create_task(station.actuator.run())
    yield station
    assert not task.done(), "the writers died"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
