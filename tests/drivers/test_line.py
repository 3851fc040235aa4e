"""Line time: what ends in time, and that a cancellation is never lost on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from drivers.line import cancellable, with_timeout

WAYS: list[Callable[[Awaitable[int]], Awaitable[int]]] = [cancellable, lambda work: with_timeout(work, 5.0)]


@pytest.mark.parametrize("way", WAYS)
async def test_a_cancellation_that_meets_the_result_is_not_lost(
    way: Callable[[Awaitable[int]], Awaitable[int]],
) -> None:
    """Cancelled in the moment in which the library's wait has its answer, a task ends as cancelled."""
    answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    task = asyncio.ensure_future(way(asyncio.wait_for(answer, 5.0)))
    await asyncio.sleep(0.01)
    answer.set_result(7)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("way", WAYS)
async def test_who_tidies_up_after_a_cancellation_may_still_wait(
    way: Callable[[Awaitable[int]], Awaitable[int]],
) -> None:
    """A task that is already cancelled and puts things in order gets its results."""
    told: list[int] = []

    async def work() -> None:
        try:
            await asyncio.sleep(5.0)
        finally:
            told.append(await way(asyncio.sleep(0.0, 7)))

    task = asyncio.create_task(work())
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert told == [7]


async def test_time_is_up() -> None:
    """What is not done in time is cancelled, finished, and told as a time-out; what is done in time has its result."""
    ended: list[str] = []

    async def slow() -> None:
        try:
            await asyncio.sleep(5.0)
        finally:
            ended.append("cancelled")

    with pytest.raises(TimeoutError):
        await with_timeout(slow(), 0.01)
    assert ended == ["cancelled"]
    assert await with_timeout(asyncio.sleep(0.0, 7), 5.0) == 7
