"""Plant time: periods never early and never made up, shared anchors, and when a wall clock may be trusted."""

from __future__ import annotations

import asyncio
import itertools
import subprocess
import sys
import time
from pathlib import Path

import pytest

from controller import clock as module
from controller.clock import (
    FLOOR_REAL_S,
    RELEASE_EPOCH_S,
    PlantClock,
    SystemClock,
    real_ticks,
    settled,
    wall_clock_synchronised,
)
from tests.services import RUN_S

NOW_S = RELEASE_EPOCH_S + 86_400.0


async def test_every_is_never_early_and_does_not_drift() -> None:
    """Tick n comes at n periods or later, and the last of twenty is not a period late."""
    began, period, ticks = time.monotonic(), 0.02, 0
    async for _ in SystemClock().every(period):
        assert time.monotonic() - began >= ticks * period - 1e-6
        ticks += 1
        if ticks > 20:
            break
    assert time.monotonic() - began < 0.4 + 0.3


async def test_missed_periods_are_skipped() -> None:
    """After a stall of ten periods there is one tick at once, and then the period again: nothing is made up."""
    period, times = 0.2, []
    async for _ in SystemClock().every(period):
        times.append(time.monotonic())
        if len(times) == 2:
            time.sleep(10 * period)
        if len(times) == 5:
            break
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert gaps[1] >= 10 * period - 1e-6
    assert min(gaps[2:]) >= period / 2, "a tick that was made up would come at once"


async def test_a_fast_plant_still_gets_a_tenth_of_a_second() -> None:
    """At 3,600 times real time a 1 s cycle would be 0.3 ms: it is 0.1 s, and the plant time says how long it was."""
    times = []
    async for at in PlantClock(NOW_S, 3600.0).every(1.0):
        times.append((time.monotonic(), at.mono_s))
        if len(times) == 3:
            break
    assert times[2][0] - times[0][0] >= 2 * FLOOR_REAL_S - 1e-6
    assert times[2][1] - times[0][1] == pytest.approx((times[2][0] - times[0][0]) * 3600.0, abs=60.0)


async def test_plant_time_runs_at_its_rate() -> None:
    """Sleeping 6 plant seconds at rate 60 takes a tenth of a second, and the clock has moved by them."""
    clock = PlantClock(NOW_S, 60.0)
    before, began = clock.now(), time.monotonic()
    await clock.sleep(6.0)
    assert 0.1 - 1e-3 <= time.monotonic() - began < 0.6
    assert clock.now().mono_s - before.mono_s >= 6.0 - 0.1
    assert clock.now().trusted


def test_processes_that_share_an_anchor_share_their_time() -> None:
    """Another process with the same anchor says the same plant time, between two looks of ours, and the same boot."""
    ours = PlantClock(NOW_S, 60.0)
    code = (
        f"from controller.clock import PlantClock; at = PlantClock({NOW_S!r}, 60.0, {ours.anchor_mono_s!r}).now();"
        "print(at.epoch_s, at.mono_s, at.boot)"
    )
    before = ours.now()
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=RUN_S
    ).stdout.split()
    after = ours.now()
    assert before.epoch_s <= float(told[0]) <= after.epoch_s
    assert before.mono_s <= float(told[1]) <= after.mono_s
    assert told[2] == ours.now().boot


def test_another_start_of_plant_time_is_another_boot() -> None:
    """Monotonic plant time begins again with each start, so that durations never span two of them."""
    assert PlantClock(NOW_S, 60.0, 5.0).now().boot != PlantClock(NOW_S, 60.0, 6.0).now().boot
    assert SystemClock().now().boot == SystemClock().now().boot


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A computer whose kernel says "not synchronised", without systemd-timesyncd and without RTC; files can be added."""
    monkeypatch.setattr(module, "_SYNCHRONISED", tmp_path / "synchronized")
    monkeypatch.setattr(module, "_RTC", tmp_path / "rtc")

    class Library:
        """libc whose adjtimex says TIME_ERROR."""

        def __init__(self, _name: object) -> None:
            pass

        def adjtimex(self, _buffer: object) -> int:
            """Not synchronised."""
            return 5

    monkeypatch.setattr(module.ctypes, "CDLL", Library)
    monkeypatch.setattr(module.time, "time", lambda: NOW_S)
    return tmp_path


def test_an_unsynchronised_clock_is_not_trusted_until_it_is(machine: Path) -> None:
    """Trust comes with the first synchronisation and stays."""
    clock = SystemClock()
    assert not clock.now().trusted
    (machine / "synchronized").touch()
    assert clock.now().trusted
    (machine / "synchronized").unlink()
    assert clock.now().trusted


@pytest.mark.parametrize(
    ("rtc", "trusted"), [(NOW_S - 30.0, True), (NOW_S - 7200.0, False), (5.0, False), ("", False)]
)
def test_an_rtc_must_agree(machine: Path, rtc: float | str, trusted: bool) -> None:
    """A hardware clock that shows another time (a Pi 5 without battery starts in 1970) proves nothing."""
    (machine / "rtc").write_text(f"{rtc}\n")
    assert wall_clock_synchronised() is trusted


def test_a_clock_before_the_ledger_is_not_trusted(machine: Path) -> None:
    """Even a synchronised clock is wrong when the ledger already knows a later time, or when it is older than the program."""
    (machine / "synchronized").touch()
    assert SystemClock(NOW_S - 100.0).now().trusted
    assert not SystemClock(NOW_S + 3600.0).now().trusted
    assert not SystemClock(NOW_S + 3600.0, assume_trusted=True).now().trusted


def test_a_clock_that_steps_back_loses_trust(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wall clock that falls behind the ledger while we run is not trusted until it is back; monotonic time goes on."""
    clock = SystemClock(NOW_S - 600.0, assume_trusted=True)
    first = clock.now()
    monkeypatch.setattr(module.time, "time", lambda: NOW_S - 86_400.0)
    second = clock.now()
    assert (first.trusted, second.trusted) == (True, False)
    assert second.mono_s >= first.mono_s
    monkeypatch.setattr(module.time, "time", lambda: NOW_S)
    assert clock.now().trusted


def test_a_site_may_vouch_for_its_clock(machine: Path) -> None:
    """``clock: trusted`` in the site file holds where no proof can be seen."""
    assert SystemClock(assume_trusted=True).now().trusted


async def test_a_bounded_wait_leaves_the_work_alone() -> None:
    """``settled`` says whether the work succeeded in time, and never cancels it."""
    loop = asyncio.get_running_loop()
    done, late, failed, given_up = (loop.create_future() for _ in range(4))
    done.set_result(1)
    failed.set_exception(ValueError())
    given_up.cancel()
    assert await settled(0.01, done)
    assert not await settled(0.01, late)
    assert not late.done()
    assert not await settled(0.01, failed)
    assert not await settled(0.01, given_up)


async def test_real_ticks_follow_real_time() -> None:
    """An action that may be a coroutine is called again and again until cancelled."""
    calls = []

    async def action() -> None:
        calls.append(time.monotonic())

    task = asyncio.create_task(real_ticks(0.02, action))
    await asyncio.sleep(0.1)
    task.cancel()
    assert 3 <= len(calls) <= 6
