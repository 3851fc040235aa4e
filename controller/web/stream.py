"""Server-sent events: the parts of the page that changed, at most once per real second and visitor, until told to stop."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from controller.clock import real_mono_s, settled

LOOK_S = 0.25
"""How often a stream looks whether a cycle is done; also the longest that it outlives a stop."""

SEND_S = 1.0
"""The shortest time between two messages of one stream."""

HEARTBEAT_S = 5.0
"""Without a cycle a message goes out this often: the page tells then that the controller has stopped deciding."""

STREAMS_MAX = 24
"""More visitors than this at once look at a page that reloads itself instead."""

Parts = Callable[[], Mapping[str, str]]
"""Renders the page's parts as they are now: id -> HTML."""


@dataclass(slots=True)
class Streams:
    """All open streams of one server. ``stop`` ends them at once."""

    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    open: int = 0

    def stop(self) -> None:
        """End every stream; they stay ended."""
        self.stopping.set()

    @property
    def full(self) -> bool:
        """True when no further stream may begin."""
        return self.open >= STREAMS_MAX or self.stopping.is_set()

    async def events(self, cycles: Callable[[], int], parts: Parts) -> AsyncIterator[str]:
        """Messages for one visitor: first every part, then those that changed."""
        self.open += 1
        stopping: asyncio.Future[Any] = asyncio.ensure_future(self.stopping.wait())
        try:
            sent: dict[str, str] = {}
            seen, at_s = -1, float("-inf")
            yield "retry: 2000\n\n"
            while not self.stopping.is_set():
                now_s = real_mono_s()
                waited = now_s - at_s
                if waited >= HEARTBEAT_S or (waited >= SEND_S and cycles() != seen):
                    seen, at_s = cycles(), now_s
                    yield message(sent, parts())
                await settled(LOOK_S, stopping)
        finally:
            self.open -= 1
            stopping.cancel()


def message(sent: dict[str, str], fresh: Mapping[str, str]) -> str:
    """One event with what differs from ``sent``, which is brought up to date. An empty one still says: I am alive."""
    changed = {name: html for name, html in fresh.items() if sent.get(name) != html}
    sent.update(changed)
    return f"event: parts\ndata: {json.dumps(changed, ensure_ascii=False)}\n\n"
