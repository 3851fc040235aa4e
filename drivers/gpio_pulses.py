"""Counting pulses, and what their intervals say of the flow. Line time; no pins."""

from __future__ import annotations

from collections import deque

WINDOW_S = 10.0
"""The rate is that of the pulses in so many seconds, or of the last two where they come more rarely."""

KEPT = 256
"""Moments that are remembered: at 100 pulses a second the rate is that of the last 2.5 s."""

STANDS_AFTER_S, STANDS_AFTER_TURNS = 10.0, 5.0
"""Nothing flows any more when no pulse came for so long and for so many of the last intervals."""


class Pulses:
    """One input. ``debounce_s``: a pulse that follows sooner is the bounce of a contact."""

    __slots__ = ("_debounce_s", "_moments", "count")

    def __init__(self, debounce_s: float = 0.0) -> None:
        self.count = 0
        self._debounce_s = debounce_s
        self._moments: deque[float] = deque(maxlen=KEPT)

    def edge(self, now_s: float) -> None:
        """The contact closed."""
        if self._moments and now_s - self._moments[-1] < self._debounce_s:
            return
        self.count += 1
        self._moments.append(now_s)

    def per_second(self, now_s: float) -> float:
        """Pulses a second; falls while the next one is overdue, and ends at 0."""
        moments = tuple(self._moments)
        if len(moments) < 2:
            return 0.0
        recent = [at for at in moments if now_s - at <= WINDOW_S]
        if len(recent) < 2:
            recent = list(moments[-2:])
        interval = (recent[-1] - recent[0]) / (len(recent) - 1)
        silence = now_s - recent[-1]
        if silence > max(STANDS_AFTER_S, STANDS_AFTER_TURNS * interval):
            return 0.0
        return 1.0 / max(interval, silence, 1e-6)
