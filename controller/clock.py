"""Plant time. The only file of the controller that may read a clock or wait.

``SystemClock`` is the site's own time; ``PlantClock`` runs at a stated multiple from a stated start (demo, training). The
simulation has its own, stepped clock. All of them are handed to the daemon as an argument.
"""

from __future__ import annotations

import asyncio
import ctypes
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from controller.core.instant import Instant

FLOOR_REAL_S = 0.1
"""A cycle is never shorter than this in real time, however fast the plant's time runs."""

RELEASE_EPOCH_S = datetime(2026, 11, 1, tzinfo=UTC).timestamp()
"""No wall clock before this software was written can be right."""

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
_RTC = Path("/sys/class/rtc/rtc0/since_epoch")
_RTC_AGREES_S = 300.0
_TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised


class Clock(Protocol):
    """Where time comes from. ``rate`` is plant seconds per real second."""

    @property
    def rate(self) -> float:
        """Plant seconds per real second; 1.0 on a site."""
        ...

    def now(self) -> Instant:
        """The present moment of plant time."""
        ...

    def every(self, period_s: float) -> AsyncIterator[Instant]:
        """Yield once per period of plant seconds, never early; missed periods are skipped, not made up."""
        ...

    async def sleep(self, plant_s: float) -> None:
        """Wait for so many seconds of plant time."""
        ...


class _RunningClock:
    """What the system clock and the plant clock share: real monotonic time, scaled."""

    def __init__(self, rate: float, anchor_mono_s: float, boot: str) -> None:
        self._rate = rate
        self._anchor = anchor_mono_s
        self._boot = boot

    @property
    def rate(self) -> float:
        """Plant seconds per real second."""
        return self._rate

    def now(self) -> Instant:
        """The present moment of plant time."""
        mono_s = (time.monotonic() - self._anchor) * self._rate
        return Instant(self._epoch_s(mono_s), mono_s, self._boot, self._trusted())

    async def sleep(self, plant_s: float) -> None:
        """Wait for so many seconds of plant time."""
        await asyncio.sleep(max(0.0, plant_s) / self._rate)

    async def every(self, period_s: float) -> AsyncIterator[Instant]:
        """Yield once per period; a late consumer skips the missed periods."""
        real_period = max(period_s / self._rate, FLOOR_REAL_S if self._rate > 1 else period_s / self._rate)
        due = time.monotonic()
        while True:
            yield self.now()
            due = max(due + real_period, time.monotonic())
            await asyncio.sleep(due - time.monotonic())

    def _epoch_s(self, mono_s: float) -> float:
        raise NotImplementedError

    def _trusted(self) -> bool:
        raise NotImplementedError


class SystemClock(_RunningClock):
    """The site's real time. ``newest_known_s``: the latest wall time in the ledger; an earlier clock is not trusted.

    ``assume_trusted``: the site vouches for the clock (an RTC that the kernel does not show, a container).
    """

    def __init__(self, newest_known_s: float = 0.0, assume_trusted: bool = False) -> None:
        super().__init__(1.0, 0.0, boot_id())
        self._newest_known_s = max(newest_known_s, RELEASE_EPOCH_S)
        self._assume = assume_trusted
        self._synchronised = False

    def _epoch_s(self, mono_s: float) -> float:
        return time.time()

    def _trusted(self) -> bool:
        if time.time() < self._newest_known_s - 60.0:
            return False
        self._synchronised = self._synchronised or self._assume or wall_clock_synchronised()
        return self._synchronised


class PlantClock(_RunningClock):
    """Plant time from ``start_epoch_s`` at ``rate``. ``anchor_mono_s`` is the real monotonic second of the start: processes
    of one machine that share it share their plant time.
    """

    def __init__(self, start_epoch_s: float, rate: float, anchor_mono_s: float | None = None) -> None:
        anchor = time.monotonic() if anchor_mono_s is None else anchor_mono_s
        # Its monotonic time begins again with every start: another boot, as far as durations are concerned.
        super().__init__(rate, anchor, f"{boot_id()}/{anchor:.3f}")
        self._start_epoch_s = start_epoch_s

    @property
    def anchor_mono_s(self) -> float:
        """The real monotonic second at which plant time was ``start_epoch_s``."""
        return self._anchor

    def _epoch_s(self, mono_s: float) -> float:
        return self._start_epoch_s + mono_s

    def _trusted(self) -> bool:
        return True


def boot_id() -> str:
    """The kernel's boot id, or ``unknown`` where there is none."""
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return "unknown"


def wall_clock_synchronised() -> bool:
    """True when the kernel says that its clock is synchronised, or when a battery-backed clock agrees with it."""
    if _SYNCHRONISED.exists() or _rtc_agrees():
        return True
    buffer = ctypes.create_string_buffer(256)
    try:
        return int(ctypes.CDLL(None).adjtimex(buffer)) not in (-1, _TIME_ERROR)
    except (OSError, AttributeError):
        return False


def _rtc_agrees() -> bool:
    """Whether there is a hardware clock that shows the wall clock's time. A Pi 5 has one that begins in 1970 without a battery,
    while systemd sets the wall clock to the last shutdown: to exist is not enough.
    """
    try:
        return abs(float(_RTC.read_text()) - time.time()) < _RTC_AGREES_S
    except (OSError, ValueError):
        return False


async def settled(real_s: float, future: asyncio.Future[Any]) -> bool:
    """True when ``future`` succeeded within so many real seconds (bounded wait for a disk). It is not cancelled."""
    done, _pending = await asyncio.wait({future}, timeout=real_s)
    return bool(done) and not future.cancelled() and future.exception() is None


async def real_ticks(period_s: float, action: Callable[[], Awaitable[None] | None]) -> None:
    """Call ``action`` every so many real seconds until cancelled (watchdog, sinks: what must not follow plant time)."""
    while True:
        outcome = action()
        if outcome is not None:
            await outcome
        await asyncio.sleep(period_s)


def real_mono_s() -> float:
    """Real monotonic seconds, for work that faces the real world (network back-off), not the plant."""
    return time.monotonic()


async def real_sleep(seconds: float) -> None:
    """Wait real seconds, for work that faces the real world."""
    await asyncio.sleep(max(0.0, seconds))
