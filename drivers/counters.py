"""Counters made totals that only grow: over resets at midnight or restart, roll-over, bad packets, and another meter.

Pure: the state is the object, the rule comes from the profile. A total begins with the counter's first value.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.profile_coding import Counter

CONFIRMED = 3
"""After so many readings in a row that agree with each other, what looked wrong is believed."""

_JITTER = 1e-3
"""A counter that falls by less than this share of itself was rounded, not reset."""

_HALF = 0.5


@dataclass(slots=True)
class Total:
    """One counter. ``width``: what it holds before it begins again at 0, in the unit of its values; None: unknown."""

    rule: Counter
    width: float | None = None
    last: float | None = None
    _plus: float = 0.0  # what the total has more than the counter shows
    _doubted: float = 0.0
    _doubts: int = 0

    @property
    def total(self) -> float:
        """The total now; 0 before the first value."""
        return 0.0 if self.last is None else self.last + self._plus

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
        plus = self._plus_at(value, last, turns)
        if plus is None:
            if 0 < last - value < _JITTER * last:
                return self.total, True
            self._doubt(value, turns)
            if self._doubts < CONFIRMED:
                return self.total, False
            counted = self._may_reset and value < last and self._fits(value, turns)
            plus = self.total if counted else self.total - value
        self.last, self._plus, self._doubts = value, plus, 0
        return self.total, True

    @property
    def _may_reset(self) -> bool:
        return self.rule.resets != "never"

    def _fits(self, growth: float, turns: float) -> bool:
        return self.rule.max_step is None or growth <= self.rule.max_step * max(1.0, turns)

    def _plus_at(self, value: float, last: float, turns: float) -> float | None:
        """What the total has more than ``value``, None when it cannot be said yet."""
        if value >= last:
            return self._plus if self._fits(value - last, turns) else None
        width = self.width or 0.0
        if value < _HALF * width < last <= width and self._fits(value + width - last, turns):
            return self._plus + width
        if self._may_reset and value <= _HALF * last and self._fits(value, turns):
            return self.total
        return None

    def _doubt(self, value: float, turns: float) -> None:
        agrees = self._doubts > 0 and value >= self._doubted and self._fits(value - self._doubted, turns)
        self._doubts = self._doubts + 1 if agrees else 1
        self._doubted = value
