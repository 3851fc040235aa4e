"""Waiting for something in the event loop, with an end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

WAIT_S = 20.0


async def until(ready: Callable[[], object], seconds: float = WAIT_S, look_s: float = 0.01) -> None:
    """Return when ``ready()`` is true, looked at every ``look_s``; TimeoutError after real ``seconds``."""
    async with asyncio.timeout(seconds):
        while not ready():
            await asyncio.sleep(look_s)
