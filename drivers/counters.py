"""Counters made totals that only grow: over resets at midnight or restart, roll-over, bad packets, and another meter.

Pure: the state is the object, the rule comes from the profile. A total begins with the counter's first value, or goes on from
what was kept of it (``kept``, ``go_on``).

A zero alone says nothing: many inverters show it at night and when they wake up, and their old number afterwards. What it meant is
told by the next number: above the old one it was nothing, below it a reset or another meter.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.profile_coding import Counter

CONFIRMED = 3
"""After so many readings in a row that agree with each other, what looked wrong is believed."""

_JITTER = 1e-3
"""A counter that falls by less than this share of itself was rounded, not reset."""

_HALF = 0.5

_USUAL, _NEAR = 2.0, 0.002
"""A step that is usual: so much of the largest one; while none is known, so much of what the counter holds."""

Kept = tuple[float, float]
"""What a total goes on from: what the counter showed last, and what the total has more than that."""


@dataclass(slots=True)
class Total:
    """One counter. ``width``: what it holds before it begins again at 0, in the unit of its values; None: unknown."""

    rule: Counter
    width: float | None = None
    last: float | None = None
    _plus: float = 0.0  # what the total has more than the counter shows
    _doubted: float = 0.0
    _doubts: int = 0
    _most: float = 0.0  # the most that it grew from one value to the next
    _zero: int = 0  # so often it has shown 0, and nobody knows yet what that means
    _ended: bool = True  # it may have come to that 0 over its end

    @property
    def total(self) -> float:
        """The total now; 0 before the first value."""
        return 0.0 if self.last is None else self.last + self._plus

    @property
    def kept(self) -> Kept | None:
        """What is to be kept over a restart of ours; None before the first value."""
        return None if self.last is None else (self.last, self._plus)

    def go_on(self, kept: Kept) -> None:
        """Go on from what was kept."""
        self.last, self._plus = kept

    @property
    def in_doubt(self) -> bool:
        """Whether the last value was not believed yet: the same value again says something new."""
        return self._doubts > 0

    def take(self, value: float, turns: float = 1.0) -> tuple[float, bool]:
        """(the total, whether the value was believed). ``turns``: polls since the last value, at least 1.

        A value that cannot be leaves the total alone. When it stays, the counter was reset (where the rule knows resets: what
        it shows has been counted since then), or the meter was replaced: the total goes on from there without the step.
        """
        last = self.last
        if last is None:
            self.last = value
            return value, True
        if value == 0.0 < last:
            if not self._zero:
                width = self.width or 0.0
                self._ended = self._usual(width - last, width, turns)
            self._zero += 1
            self._doubts, self._doubted = int(not self._may_reset), 0.0
            return self.total, self._may_reset
        plus = self._plus_at(value, last, turns)
        if plus is None:
            if 0 < last - value < _JITTER * last:
                return self.total, True
            self._doubt(value, turns)
            if self._doubts < CONFIRMED:
                return self.total, False
            counted = self._may_reset and value < last and self._fits(value, turns)
            plus = self.total if counted else self.total - value
        if plus == self._plus:
            self._most = max(self._most, value - last)
        self.last, self._plus, self._doubts, self._zero = value, plus, 0, 0
        return self.total, True

    @property
    def _may_reset(self) -> bool:
        return self.rule.resets != "never"

    def _fits(self, growth: float, turns: float) -> bool:
        return self.rule.max_step is None or growth <= self.rule.max_step * max(1.0, turns)

    def _plus_at(self, value: float, last: float, turns: float) -> float | None:
        """What the total has more than ``value``, None when it cannot be said yet."""
        if value >= last:
            if self._zero and self._may_reset and value <= self._most:
                return self.total  # it may well have come here from 0
            return self._plus if self._fits(value - last, turns) else None
        width = self.width or 0.0
        if value < _HALF * width < last <= width and self._rolled(value + width - last, width, turns):
            return self._plus + width
        if self._may_reset and value <= _HALF * last and self._fits(value, turns):
            return self.total
        return None

    def _rolled(self, growth: float, width: float, turns: float) -> bool:
        """Whether it came here over its end: where it may have been reset instead, only by a step that it is used to; and not when
        it has stood at a 0 that is too far from its end.
        """
        far = self._zero >= CONFIRMED and not self._ended
        if far or (self._may_reset and not self._usual(growth, width, turns)):
            return False
        return self._fits(growth, turns)

    def _usual(self, growth: float, width: float, turns: float) -> bool:
        return growth <= max(_USUAL * self._most * max(1.0, turns), 0.0 if self._most else _NEAR * width)

    def _doubt(self, value: float, turns: float) -> None:
        agrees = self._doubts > 0 < self._doubted <= value and self._fits(value - self._doubted, turns)
        self._doubts = self._doubts + 1 if agrees else 1
        self._doubted = value
