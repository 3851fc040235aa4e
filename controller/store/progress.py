"""What a sink has settled of the queue: everything up to a number, and ranges above it. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass

MAX_RANGES = 8
"""Gaps that may be open at once; beyond that live data waits for the backlog."""


@dataclass(frozen=True, slots=True)
class Span:
    """Sequence numbers ``first``..``last``, both included; empty when last < first."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """How many numbers it holds (thinned ones too)."""
        return max(0, self.last - self.first + 1)


@dataclass(frozen=True, slots=True)
class Progress:
    """``done``: settled up to here. ``ahead``: settled ranges above, ascending, never touching each other or ``done``."""

    done: int = 0
    ahead: tuple[Span, ...] = ()

    def settled(self, span: Span) -> Progress:
        """The progress after ``span`` was answered."""
        done, ahead = self.done, []
        first, last = span.first, span.last
        for other in self.ahead:
            if other.last < first - 1 or other.first > last + 1:
                ahead.append(other)
            else:
                first, last = min(first, other.first), max(last, other.last)
        ahead = sorted([*ahead, Span(first, last)], key=lambda s: s.first)
        while ahead and ahead[0].first <= done + 1:
            done = max(done, ahead.pop(0).last)
        return Progress(done, tuple(ahead))

    def has(self, seq: int) -> bool:
        """True when the point of this number needs no sending any more."""
        return seq <= self.done or any(span.first <= seq <= span.last for span in self.ahead)

    def gaps(self, newest: int) -> tuple[Span, ...]:
        """What is not settled up to ``newest``, oldest first."""
        found, start = [], self.done + 1
        for span in self.ahead:
            found.append(Span(start, span.first - 1))
            start = span.last + 1
        if start <= newest:
            found.append(Span(start, newest))
        return tuple(gap for gap in found if gap.size)

    def live(self, newest: int, limit: int) -> Span | None:
        """The newest unsettled numbers, at most ``limit``; None when the newest is settled already."""
        gaps = self.gaps(newest)
        if not gaps or gaps[-1].last < newest:
            return None
        gap = gaps[-1]
        if gap.size <= limit:
            return gap
        if len(self.ahead) >= MAX_RANGES:
            return Span(gap.first, gap.first + limit - 1)
        return Span(newest - limit + 1, newest)

    def backlog(self, newest: int) -> Span | None:
        """The oldest unsettled gap; None when nothing is left."""
        gaps = self.gaps(newest)
        return gaps[0] if gaps else None

    def to_json(self) -> str:
        """As stored."""
        return json.dumps([self.done, [[s.first, s.last] for s in self.ahead]], separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Progress:
        """The inverse of ``to_json``."""
        done, ahead = json.loads(text)
        return cls(int(done), tuple(Span(int(first), int(last)) for first, last in ahead))
