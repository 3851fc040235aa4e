"""What a strategy wished, minute by minute, so that it can be played again: the practices' seeds for the oracle."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulators.limits import Wants
from simulators.play import Strategy
from simulators.view import View


@dataclass(slots=True)
class Recording:
    """Wraps a strategy and keeps its wishes, one a minute."""

    strategy: Strategy
    kept: list[Wants] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The strategy's own."""
        return self.strategy.name

    def wants(self, view: View) -> Wants:
        """The strategy's wish, kept (equal ones that follow each other are one object)."""
        now = self.strategy.wants(view)
        self.kept.append(self.kept[-1] if self.kept and self.kept[-1] == now else now)
        return now


@dataclass(slots=True)
class Replay:
    """Plays kept wishes again; none when they are over."""

    kept: list[Wants]
    name: str = "oracle"
    _at: int = 0

    def wants(self, view: View) -> Wants:
        """The wish of this minute."""
        self._at += 1
        return self.kept[self._at - 1] if self._at <= len(self.kept) else Wants()
