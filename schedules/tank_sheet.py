"""One tank on the planner's sheet: what the sun brings, what runs draw, and what it could still give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from schedules.plan import TankLimits
from schedules.timeline import EPS, Grid, PumpSheet

FILL_MARGIN = 1.1
"""Where nobody can say how sure the power is, filling is expected only in steps whose mean is this much above the threshold."""

RARE = 0.25
"""Steps with less than this chance of power enough are not counted on at all."""


@dataclass(frozen=True, slots=True)
class Forced:
    """Filling that does not wait for the sun: from ``begin_s`` until the tank holds ``level_l``, at most until ``until_s``."""

    begin_s: float
    until_s: float
    level_l: float


def _share(power_w: float, need_w: float, spread_w: float) -> float:
    """Share of a step in which there is power enough: sun comes and goes around its mean, evenly between what is exceeded nine
    times of ten and as much above it.
    """
    if spread_w <= 0.0:
        return 1.0 if power_w >= FILL_MARGIN * need_w else 0.0
    share = min(1.0, 0.5 + 0.5 * (power_w - need_w) / spread_w)
    return share if share >= RARE else 0.0


def through(
    lifted: Sequence[float], drawn: Sequence[float], capacity_l: float, held_l: float = 0.0
) -> tuple[float, float]:
    """(litres that reach the zones, litres held at the end) when what is lifted in each step may wait in ``capacity_l`` (0: it
    flows at once or not at all) until they can draw; ``held_l``: what is there at first.
    """
    total = 0.0
    for brought, taken in zip(lifted, drawn, strict=True):
        given = min(held_l + brought, taken)
        held_l = min(capacity_l, held_l + brought - given)
        total += given
    return total, held_l


@dataclass(slots=True)
class TankSheet:
    """One tank: usable litres at the end of each step, from what is there, what the sun will bring, and what is drawn."""

    limits: TankLimits
    grid: Grid
    fill_l: list[float]
    drawn_l: list[float]
    volume_l: list[float] = field(default_factory=list)
    lost_l: list[float] = field(default_factory=list)
    spare_l: list[float] = field(default_factory=list)
    fillers: tuple[PumpSheet, ...] = ()
    forced: list[Forced] = field(default_factory=list)

    @classmethod
    def of(
        cls, limits: TankLimits, grid: Grid, pumps: Sequence[PumpSheet], spread_w: Sequence[float] = ()
    ) -> TankSheet:
        """A fresh sheet; ``pumps`` fill this tank with the power that direct zones have left. ``spread_w``: how much less it may be
        in each step (nine of ten times), () where nobody can say.
        """
        fill = [0.0] * len(grid.power_w)
        for filler in pumps:
            if not filler.can_start:
                continue
            need = filler.limits.threshold_w
            for i, power in enumerate(grid.power_w):
                share = _share(power, need, spread_w[i] if i < len(spread_w) else 0.0)
                if share > 0.0:
                    flow = filler.pump.flow_m3_h(max(power, need))
                    fill[i] += share * flow * grid.step_s / 3.6
                    filler.drawn_w[i] = min(power, filler.pump.power_w(flow))
                    grid.power_w[i] = max(0.0, power - filler.drawn_w[i])
        return cls(limits, grid, fill, [], fillers=tuple(pumps)).fresh()

    def fresh(self) -> TankSheet:
        """The same water, nothing drawn yet."""
        sheet = TankSheet(
            self.limits, self.grid, list(self.fill_l), [0.0] * len(self.fill_l), fillers=self.fillers
        )
        sheet.settle()
        return sheet

    def settle(self) -> None:
        """Work out the course again. Within a step water is drawn before it is filled, the careful order; below zero (a run
        under way drew more than there was) counts as empty.

        ``spare_l[i]``: what could be taken at once in step i without any later run going short: less than is there, and less
        than the spare of the step after plus what overflows in between.
        """
        volume, capacity = self.limits.volume_l, self.limits.capacity_l
        there, lost, volumes = [], [], []
        # Hundreds of steps, for every run that is tried: no calls.
        for fill, drawn in zip(self.fill_l, self.drawn_l, strict=True):
            left = volume - drawn if volume > drawn else 0.0
            volume, spilt = left + fill, 0.0
            if volume > capacity:
                volume, spilt = capacity, volume - capacity
            there.append(left)
            lost.append(spilt)
            volumes.append(volume)
        self.volume_l, self.lost_l = volumes, [*accumulate(lost, initial=0.0)]
        spare, spares = math.inf, []
        for left, spilt in zip(reversed(there), reversed(lost), strict=True):
            spare += spilt
            if left < spare:
                spare = left
            spares.append(spare)
        self.spare_l = spares[::-1]

    def draws(self, begin: float, litres: float, flow_m3_h: float) -> list[tuple[int, float]]:
        """Litres per step of a run."""
        end = begin + litres * 3.6 / flow_m3_h
        drawn = []
        for i in self.grid.steps(begin, end):
            a = self.grid.now_s + i * self.grid.step_s
            seconds = min(end, a + self.grid.step_s) - max(begin, a)
            if seconds > 0.0:
                drawn.append((i, seconds * flow_m3_h / 3.6))
        return drawn

    def step_at(self, at_s: float) -> int:
        """The step that holds a time."""
        return min(len(self.fill_l) - 1, max(0, int((at_s - self.grid.now_s + EPS) // self.grid.step_s)))

    def can_give(self, begin: float, litres: float, flow_m3_h: float) -> bool:
        """Whether a run can be drawn without the tank running dry then or for the runs already written.

        Two bounds answer most questions: water that could be taken at once can be taken slowly; and more than what the last
        step can spare plus the overflow on the way cannot. Between them the course is followed.
        """
        first, last = self.step_at(begin), self.step_at(begin + litres * 3.6 / flow_m3_h - EPS)
        if litres <= self.spare_l[first]:
            return True
        if litres > self.spare_l[last] + self.lost_l[last] - self.lost_l[first] + EPS:
            return False
        return self._follow(self.draws(begin, litres, flow_m3_h))

    def _follow(self, extra: list[tuple[int, float]]) -> bool:
        if not extra:
            return False
        first, last = extra[0][0], extra[-1][0]
        volume = self.volume_l[first - 1] if first else self.limits.volume_l
        for i in range(first, len(self.fill_l)):
            volume -= self.drawn_l[i] + (extra[i - first][1] if i <= last else 0.0)
            if volume < -EPS:
                return False
            volume = min(self.limits.capacity_l, volume + self.fill_l[i])
            if i >= last and volume >= self.volume_l[i] - EPS:
                return True  # the tank would have overflowed: from here on nothing changes
        return True

    def most(self, begin: float, litres: float, least: float, flow_m3_h: float) -> float:
        """The largest volume up to ``litres`` that can be drawn from ``begin``; 0 when not even ``least``."""
        if not self.can_give(begin, least, flow_m3_h):
            return 0.0
        if self.can_give(begin, litres, flow_m3_h):
            return litres
        low, high = least, litres
        for _ in range(7):
            middle = (low + high) / 2.0
            low, high = (middle, high) if self.can_give(begin, middle, flow_m3_h) else (low, middle)
        return low

    def book(self, begin: float, litres: float, flow_m3_h: float) -> None:
        """Write a run."""
        for step, drawn in self.draws(begin, litres, flow_m3_h):
            self.drawn_l[step] += drawn
        self.settle()
