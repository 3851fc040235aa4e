"""How low and how high a paddy can stand at most, minute by minute, and the least seepage that follows from it.

Seepage fades under the surface: a concave function of the water, so that a programme that wants little of it must be held by
the chord between the least and the most water possible. Both are played on the world's own ground: no water at all, and all
that the pump can lift into this zone alone, up to its upper level. More water before is never less later, so nothing lies outside.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field

from simulators.field import PaddyGround
from simulators.oracle_pieces import MINUTE_S, Pieces

BOTTOM_MM = -150.0
"""Water missing at which use and seepage have both ceased: nothing falls lower."""

OVER_MM = 25.0
"""What a gate that closes late, or rain into a run under way, may bring above the upper level: the bound allows it."""


@dataclass(frozen=True, slots=True)
class Seep:
    """At least ``base + slope x water`` seeps away. ``spill``: the most that can run over the bund; only a paddy that ends the
    step ``span`` above ``low`` can have spilt anything. ``rate``: seepage under standing water; ``fallen``: the most that the
    water can sink within the step; ``least``, ``most``: where it can stand. mm.
    """

    base: float
    slope: float
    spill: float
    low: float
    span: float
    rate: float
    fallen: float
    least: float
    most: float

    @property
    def both(self) -> bool:
        """Whether the water may stand above the surface or below it."""
        return self.least < 0.0 < self.most


@dataclass(slots=True)
class Reach:
    """``least``, ``most``: water after each minute, mm, by minute since ``first``, with the starting water in front.
    ``exact``: seepage by switches (slow), not by chords alone. ``sides``: by minute, whether it is known to stand under water:
    seepage is then never less than on that side.
    """

    pieces: Pieces
    first: int
    exact: bool = False
    sides: list[bool] = field(default_factory=list)
    least: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)

    def run(self, now: PaddyGround, last: int, lift_m3: list[float]) -> Reach:
        """Play both extremes to minute ``last``. ``lift_m3``: by minute, the most that can flow into the zone."""
        self.least = self._play(now, last, None)
        self.most = self._play(now, last, lift_m3)
        return self

    def _play(self, now: PaddyGround, last: int, lift_m3: list[float] | None) -> list[float]:
        ground, traces, zone = deepcopy(now), self.pieces.traces, self.pieces.zone
        found, day, area = [ground.water_mm], traces.day[self.first], zone.zone.area_m2
        full = ground.upper_mm + (0.0 if self.pieces.strict else OVER_MM)
        for minute in range(self.first, last):
            if traces.day[minute] != day:
                day = traces.day[minute]
                ground.new_day(traces.ordinals[day])
            gross = 1000.0 * lift_m3[minute] / area if lift_m3 and self.pieces.open[minute] else 0.0
            room = max(0.0, full - ground.water_mm) / ground.efficiency
            ground.step(MINUTE_S, traces.et0_mm[minute], traces.rain_mm[minute], min(gross, room))
            found.append(ground.water_mm)
        return found

    def seep(self, first: int, last: int) -> Seep:
        """The step of minutes ``first``..``last``."""
        traces, zone = self.pieces.traces, self.pieces.zone
        ground = traces.grounds[zone.zone.id][traces.day[first]]
        assert isinstance(ground, PaddyGround)
        span = slice(first - self.first, last - self.first + 1)
        low, high = min(self.least[span]), max(self.most[span])
        wet = self.sides[first] if self.sides else None
        base, slope = _chord(low, high) if wet is None else (1.0, 0.0 if wet else -1.0 / BOTTOM_MM)
        rate = ground.percolation_mm_s * MINUTE_S
        gone = mean = fallen = 0.0
        for minute in range(first, last):
            mean += gone
            fallen = max(fallen, gone)
            gone += ground.kc * traces.et0_mm[minute] + rate - traces.rain_mm[minute]
        minutes = last - first
        dry = sum(ground.kc * et0 for et0 in traces.et0_mm[first:last]) + rate * minutes
        rain = sum(traces.rain_mm[first:last])
        brought = (
            self.pieces.most_m3_h / 60.0 * self.pieces.mm_per_m3 * self.pieces.piece(first, last).open_min
        )
        spill = rain + brought if high >= PaddyGround.BUND_MM - 1e-6 else 0.0
        return Seep(
            rate * (minutes * base - slope * mean),
            rate * minutes * slope,
            spill,
            BOTTOM_MM,
            PaddyGround.BUND_MM - dry - BOTTOM_MM,
            rate * minutes,
            fallen,
            low,
            high,
        )


def _chord(low: float, high: float) -> tuple[float, float]:
    """(value at 0, slope) of a line that is never above the fading between ``low`` and ``high``."""
    if low >= 0.0:
        return 1.0, 0.0
    if high <= 0.0:
        return 1.0, -1.0 / BOTTOM_MM
    at_low = 1.0 - low / BOTTOM_MM
    slope = (1.0 - at_low) / (high - low)
    return at_low - slope * low, slope
