"""The counters of a bus, as they are shown."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from drivers.errors import Disconnected


@dataclass(slots=True)
class BusStatus:
    """Counters since the start. ``busy_s`` is the time spent on requests, ``busy_share`` its part of the last minute or so.

    ``doubted``: answers that were thrown away because they might have been answers of before (`drivers.bus_units`).
    ``lost``: why there is no connection, None while there is one or before the first attempt; ``lost_s``: for how long.
    """

    name: str
    connected: bool = False
    connects: int = 0
    requests: int = 0
    time_outs: int = 0
    bad_replies: int = 0
    exceptions: int = 0
    doubted: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0
    busy_s: float = 0.0
    busy_share: float = 0.0
    waiting: int = 0
    last_error: str = ""
    lost: Disconnected | None = None
    lost_s: float = 0.0
    silent_units: tuple[int, ...] = ()


@dataclass(slots=True)
class Share:
    """The busy part of the time, over windows of a minute."""

    window_s: float = 60.0
    marks: deque[tuple[float, float]] = field(default_factory=deque)

    def at(self, now: float, busy_s: float) -> float:
        """Share (0..1) over the time since the oldest mark in the window; records a mark once a second."""
        if not self.marks or now - self.marks[-1][0] >= 1.0:
            self.marks.append((now, busy_s))
        while len(self.marks) > 1 and now - self.marks[0][0] > self.window_s:
            self.marks.popleft()
        since, before = self.marks[0]
        return (busy_s - before) / (now - since) if now > since else 0.0
