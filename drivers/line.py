"""Line time: the only file of this package that knows a timer. Always real time, never plant time.

Time-outs, frame gaps, quiet times and reconnect waits belong to copper and sockets, which do not run faster because the
demonstration's sun does.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


def monotonic() -> float:
    """Seconds on a clock that never steps."""
    return time.monotonic()


async def sleep(seconds: float) -> None:
    """Wait; zero or less only yields."""
    await asyncio.sleep(max(0.0, seconds))


async def with_timeout(work: Awaitable[T], seconds: float) -> T:
    """The result of ``work``, or ``TimeoutError`` after ``seconds``, with ``work`` cancelled and finished."""

    async def within() -> T:
        async with asyncio.timeout(seconds):
            return await work

    return await cancellable(within())


async def cancellable(work: Awaitable[T]) -> T:
    """The result of ``work``; ``CancelledError`` when this task was cancelled meanwhile, although ``work`` has a result.

    Python 3.11's ``asyncio.wait_for``, which libraries use, drops a cancellation that meets the result (3.12's does not): a scan
    went on, and a bus served for ever.
    """
    task = asyncio.current_task()
    before = 0 if task is None else task.cancelling()
    result = await work
    if task is not None and task.cancelling() > before:
        raise asyncio.CancelledError
    return result


async def wait_for(event: asyncio.Event, seconds: float | None) -> bool:
    """True when ``event`` was set within ``seconds`` (None: wait for ever)."""
    if seconds is None:
        return await event.wait()
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False


class RateLimit(logging.Filter):
    """A logging filter: messages that begin alike (60 characters) pass once per ``period_s``.

    Libraries log every failed request; on a bus with one dead device that is a line a second for ever.
    """

    def __init__(self, period_s: float, kept: int = 100) -> None:
        super().__init__()
        self._period_s = period_s
        self._kept = kept
        self._seen: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether ``record`` may pass now."""
        text, now = record.getMessage()[:60], monotonic()
        if now - self._seen.get(text, -self._period_s) < self._period_s:
            return False
        if len(self._seen) >= self._kept:
            self._seen.clear()
        self._seen[text] = now
        return True
