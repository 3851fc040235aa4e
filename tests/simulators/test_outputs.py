"""Outputs with timers of their own, and stepped time."""

from __future__ import annotations

import pytest

from controller.core.instant import Instant
from drivers.codec_hear import Heard
from simulators.clock import SteppedClock
from simulators.outputs import Outputs
from tests.simulators.paper import Paper


def outputs(paper: Paper, dead_s: dict[str, float] | None = None) -> Outputs:
    """The outputs of one device."""
    return Outputs("it", paper, paper.clock.now, dead_s or {})


def test_a_timer_that_is_set_first_counts_for_the_next_switching_on() -> None:
    """Some devices take the time in one message and "on" in another: the preset holds from then on."""
    paper = Paper()
    own = outputs(paper)
    own.take(Heard("switch_1", None, 20.0))
    assert paper.told == []
    for _ in range(2):
        own.take(Heard("switch_1", 1.0, None))
        assert not own.expire(paper.clock.pass_(19.0))
        assert own.expire(paper.clock.pass_(2.0))
    assert [value for *_, value in paper.told] == [1.0, 0.0, 1.0, 0.0]


def test_without_a_timer_an_output_stays() -> None:
    """What was switched on without a time stays on for ever, and nothing is reported as ended."""
    paper = Paper()
    own = outputs(paper)
    own.set("switch_1", 1.0)
    assert not own.expire(paper.clock.pass_(1e9))
    assert paper.told == [("it", "switch_1", 1.0)]


def test_silence_ends_what_depends_on_talk() -> None:
    """A communication time-out begins again with everything that is heard, for outputs that are on only."""
    paper = Paper()
    own = outputs(paper, {"running": 10.0})
    own.heard()
    own.set("running", 1.0)
    for _ in range(10):
        paper.clock.pass_(9.0)
        own.heard()
        assert not own.expire(paper.clock.now())
    assert own.expire(paper.clock.pass_(10.0))
    assert not own.expire(paper.clock.pass_(10.0))


async def test_stepped_time_asks_everybody_in_order() -> None:
    """Each step: the world, the polls, the cycle, the writes; from the start to the end of the span, both included."""
    diary: list[str] = []

    async def barrier(at: Instant) -> None:
        diary.append("poll")

    async def settle() -> None:
        diary.append("write")

    clock = SteppedClock(1000.0, 120.0, lambda at: diary.append(f"world {at.mono_s:g}"), barrier, settle)
    async for at in clock.every(60.0):
        diary.append(f"cycle {at.epoch_s:g}")
        assert clock.now() == at
    assert diary == [
        "world 0", "poll", "cycle 1000", "write", "world 60", "poll", "cycle 1060", "write",
        "world 120", "poll", "cycle 1120", "write",
    ]  # fmt: skip


async def test_nothing_may_wait_in_stepped_time() -> None:
    """A sleep would never wake: it is refused, and so is a clock that is joined to nothing."""
    clock = SteppedClock(0.0, 60.0)
    with pytest.raises(RuntimeError, match="does not sleep"):
        await clock.sleep(1.0)
    with pytest.raises(RuntimeError, match="not joined"):
        await anext(clock.every(1.0))
