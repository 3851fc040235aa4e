"""The order of one cycle: a stop acts first, a start is recorded first but waits for no disk longer than a second."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from controller import cycle as module
from controller.actuator import Actuator
from controller.core.decision import Decision, Event, EventKind, Reason
from controller.core.instant import Instant
from controller.core.snapshot import OperatorOrder, Order, Snapshot
from controller.core.state import initial_state
from controller.cycle import RECORD_WAIT_S, SAVE_EVERY_S, Cycle
from controller.live import Live
from controller.planning import Planning, inline
from controller.poller import Poller
from controller.store.chain import Head
from drivers.reading import Command
from tests.controller.little_world import demo_site
from tests.controller.stations import FakeDevice, HandClock

RUN, STOP = Command("relay", "switch_1", 1.0, 30.0), Command("relay", "switch_1", 0.0)
SHUT, OPEN = Command("relay", "switch_2", 0.0), Command("relay", "switch_2", 1.0, 45.0)


def event(kind: EventKind) -> Event:
    """A change worth a row."""
    return Event(kind, "pompa", Reason("pompa", "pump_runs"))


@dataclass
class Disk:
    """A journal that takes ``delay_s`` (None: for ever) or fails; ``diary`` says what happened in which order."""

    diary: list[str] = field(default_factory=list)
    delay_s: float | None = 0.0
    error: Exception | None = None
    rows: list[tuple[Event, ...]] = field(default_factory=list)
    states: list[str] = field(default_factory=list)

    def commit(self, events: Sequence[Event], state_json: str, at: Instant) -> asyncio.Future[Head]:
        """Promise to keep it."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Head] = loop.create_future()
        self.diary.append("record")
        self.rows.append(tuple(events))
        self.states.append(state_json)
        if self.error is not None:
            done.set_exception(self.error)
        elif self.delay_s is not None:
            loop.call_later(self.delay_s, lambda: None if done.done() else done.set_result(Head()))
        return done


class Noted(Actuator):
    """An actuator that writes into the diary what it was asked to apply."""

    diary: list[str]

    def apply(self, commands: Sequence[Command], snapshot: Snapshot) -> None:  # type: ignore[override]
        """Note, then do."""
        self.diary += [f"{'stop' if one.is_stop else 'start'} {one.quantity}" for one in commands]
        super().apply(commands, snapshot)

    def press(self, commands: Sequence[Command], snapshot: Snapshot) -> None:  # type: ignore[override]
        """Note, then do."""
        self.diary += [f"press {one.quantity}" for one in commands]
        super().press(commands, snapshot)


class Station:
    """A cycle whose decisions are given by the test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        site = demo_site()
        self.clock, self.disk, self.relay = HandClock(), Disk(), FakeDevice("relay", {})
        actuator = Noted({"relay": self.relay}, {"relay": "b"}, {}, self.clock.now)
        actuator.diary = self.disk.diary
        self.live = Live(site)
        poller = Poller({"relay": self.relay}, {"relay": "b"}, self.clock.now)
        planning = Planning(site, inline)
        self.cycle = Cycle(site, initial_state(site), poller, actuator, planning, self.disk, self.live)
        self.seen: list[Snapshot] = []
        self.next: tuple[tuple[Command, ...], tuple[Event, ...]] = ((), ())
        self.presses: tuple[Command, ...] = ()
        monkeypatch.setattr(module, "decide", self._decide)

    def _decide(self, _site: object, state: object, snapshot: Snapshot) -> Decision:
        self.seen.append(snapshot)
        commands, events = self.next
        return Decision(replace(state, mono_s=snapshot.at.mono_s), commands, (), events, self.presses)  # type: ignore[type-var]

    async def once(self, commands: tuple[Command, ...] = (), events: tuple[Event, ...] = ()) -> float:
        """One cycle; its real seconds."""
        self.next = (commands, events)
        began = time.monotonic()
        await self.cycle.once(self.clock.pass_(1.0))
        return time.monotonic() - began


@pytest.fixture
def station(monkeypatch: pytest.MonkeyPatch) -> Station:
    """A cycle on its own."""
    return Station(monkeypatch)


async def test_stops_act_before_they_are_recorded_starts_after(station: Station) -> None:
    """The order is: stops, the ledger, starts."""
    await station.once((STOP, SHUT), (event(EventKind.STOP),))
    await station.once((SHUT, RUN), (event(EventKind.START),))
    assert station.disk.diary == [
        "stop switch_1", "stop switch_2", "record", "stop switch_2", "record", "start switch_1",
    ]  # fmt: skip


async def test_a_press_is_recorded_before_it_is_acted(station: Station) -> None:
    """A restart must find every press in its state: the ledger first, as long as the disk takes."""
    station.disk.delay_s, station.presses = 0.2, (Command("relay", "fault_reset", 1.0, 10.0),)
    assert await station.once((STOP,), (event(EventKind.PRESS),)) >= 0.2 - 0.01
    assert station.disk.diary == ["stop switch_1", "record", "press fault_reset"]


async def test_a_start_waits_for_a_slow_disk_but_not_for_ever(station: Station) -> None:
    """A ledger that never answers delays a start by a second, tells the technician, and the pump runs."""
    station.disk.delay_s = None
    took = await station.once((RUN,), (event(EventKind.START),))
    assert RECORD_WAIT_S - 0.01 <= took < RECORD_WAIT_S + 0.5
    assert station.disk.diary[-1] == "start switch_1"
    assert "ledger is slow" in station.live.notices[0]
    await station.once((RUN,), (event(EventKind.START),))
    assert len(station.live.notices) == 1


async def test_a_start_waits_as_long_as_the_disk_takes(station: Station) -> None:
    """A ledger that takes 0.2 s delays the start by that, without a word."""
    station.disk.delay_s = 0.2
    assert 0.2 - 0.01 <= await station.once((RUN,), (event(EventKind.START),)) < 0.7
    assert station.live.notices == []


async def test_a_stop_waits_for_no_disk(station: Station) -> None:
    """With a dead disk a stop is acted before anything else and the cycle does not wait."""
    station.disk.delay_s = None
    assert await station.once((STOP,), (event(EventKind.STOP),)) < 0.2
    assert station.disk.diary == ["stop switch_1", "record"]


async def test_a_failed_ledger_is_told_and_stops_nothing(station: Station) -> None:
    """When the disk refuses, the start is acted at once and the technician is told."""
    station.disk.error = OSError("disk full")
    assert await station.once((RUN,), (event(EventKind.START),)) < 0.5
    await asyncio.sleep(0)
    assert station.disk.diary[-1] == "start switch_1"
    assert any("cannot be written" in text for text in station.live.notices)


async def test_the_state_is_saved_with_events_and_every_ten_minutes(station: Station) -> None:
    """Without events the state row is saved when ten minutes have passed, not every cycle."""
    for _ in range(1 + 2 * int(SAVE_EVERY_S)):
        await station.once()
    assert len(station.disk.states) == 3
    await station.once((), (event(EventKind.PLAN),))
    assert len(station.disk.states) == 4
    assert station.disk.rows[-1][0].kind is EventKind.PLAN


async def test_an_order_reaches_exactly_one_decision(station: Station) -> None:
    """An order is in the next snapshot, and in no other."""
    await station.once()
    order = OperatorOrder(Order.RUN_ZONE, "cabai", 10.0)
    assert station.live.order(order)
    for _ in range(3):
        await station.once()
    assert [snapshot.orders for snapshot in station.seen] == [(), (order,), (), ()]


async def test_a_failed_output_is_in_the_next_snapshot(station: Station) -> None:
    """What could not be written is an input of the next decision."""
    station.relay.refuse = ValueError("no")
    await station.once((RUN,))
    await station.cycle.actuator.flush()
    await station.once((RUN,))
    assert station.seen[-1].failed == {("relay", "switch_1")}


async def test_observers_see_every_cycle_after_it_was_acted(station: Station) -> None:
    """An observer gets the snapshot and the decision, and the page has them too."""
    took: list[tuple[Snapshot, Decision, float]] = []

    class Watcher:
        """Keeps everything."""

        def cycle(self, snapshot: Snapshot, decision: Decision, cycle_ms: float) -> None:
            """Keep it."""
            assert station.disk.diary[-1] == "start switch_1"
            took.append((snapshot, decision, cycle_ms))

    station.cycle.observers = (Watcher(),)
    await station.once((RUN,), (event(EventKind.START),))
    assert took[0][0] is station.live.snapshot
    assert took[0][1] is station.live.decision
    assert took[0][2] > 0.0


async def test_a_decision_that_fails_ends_the_cycle(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake in deciding is not survived here: the daemon stops with outputs off and is started anew."""

    def broken(*_arguments: object) -> Decision:
        raise ZeroDivisionError

    monkeypatch.setattr(module, "decide", broken)
    with pytest.raises(ZeroDivisionError):
        await station.once()
