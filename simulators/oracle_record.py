"""What a strategy wished, or ours switched, minute by minute, so that it can be played again: seeds for the oracle."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from controller.core.site import Site
from simulators.limits import Wants
from simulators.play import STEP_S, Strategy
from simulators.view import View
from simulators.weather import WeatherSource
from simulators.world import World


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


class WatchedWorld(World):
    """A world that keeps what is switched in it: how a season of ours becomes a seed."""

    def __init__(
        self, site: Site, seed: int, start: datetime, *, weather: WeatherSource | None = None
    ) -> None:
        """As World."""
        super().__init__(site, seed, start, weather=weather)
        self._direct = frozenset(pump.id for pump in site.file.pumps if pump.into == "zones")
        self._seen: dict[int, Wants] = {}

    def apply(self, device: str, quantity: str, value: float, at: datetime | None = None) -> None:
        """As World."""
        super().apply(device, quantity, value, at)
        pumps = frozenset(name for name, pump in self.pumps.items() if pump.wanted)
        zones = frozenset(name for name, zone in self.zones.items() if all(v.wanted for v in zone.valves))
        minute = round((self.now_s - self.start.timestamp()) / STEP_S)
        self._seen[minute] = Wants(pumps, zones, backup=True)

    def wishes(self, days: float) -> list[Wants]:
        """What was on in each minute; a direct pump is wished for while its valves open, a minute before it runs."""
        kept, latest = [], Wants()
        for minute in range(int(days * 86400.0 / STEP_S) + 1):
            latest = self._seen.get(minute, latest)
            after = self._seen.get(minute + 1, latest)
            early = after.pumps & self._direct if latest.zones else frozenset()
            kept.append(Wants(latest.pumps | early, latest.zones, True) if early - latest.pumps else latest)
        return kept
