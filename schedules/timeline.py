"""What the planner writes its runs on: the flow that each pump has free, and the water that each tank will hold.

Times are POSIX seconds, flows m3/h, volumes litres. These are work sheets of one call of the planner, not values.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from schedules.hydraulics import Pump, make_pump
from schedules.plan import PlanRequest, PumpLimits, Run, TankLimits, ZoneLimits
from schedules.windows import Interval, join

MIN_FLOW_SHARE = 0.6
"""A zone alone on its pump may run at this share of its nominal flow; below it the far end of the pipes gets nothing."""

FILL_MARGIN = 1.1
"""Filling is expected only in steps whose mean power is this much above the threshold: clouds take the rest."""

START_DAY_S = 86400.0
"""``starts_left`` counts for the first day of the horizon: the planner does not know where midnight is."""

EPS = 1e-4


@dataclass(frozen=True, slots=True)
class Piece:
    """Flow that one run may have, m3/h, in a part of a step."""

    begin: float
    end: float
    flow: float

    @property
    def litres(self) -> float:
        """Water of the whole piece."""
        return (self.end - self.begin) * self.flow / 3.6


@dataclass(slots=True)
class Grid:
    """The power that is left in each step when pumps take theirs."""

    now_s: float
    step_s: float
    power_w: list[float]
    backup_w: float

    @classmethod
    def of(cls, request: PlanRequest) -> Grid:
        """A fresh sheet."""
        return cls(request.now_s, request.step_s, list(request.power_w), request.backup_w)

    @property
    def until_s(self) -> float:
        """End of the horizon."""
        return self.now_s + self.step_s * len(self.power_w)

    def steps(self, begin: float, end: float) -> range:
        """The steps that overlap an interval."""
        first = int((begin - self.now_s + EPS) // self.step_s)
        last = math.ceil((end - self.now_s - EPS) / self.step_s)
        return range(max(0, first), min(len(self.power_w), last))


@dataclass(slots=True)
class PumpSheet:
    """One pump: what flows in each step, and when it runs (``busy``: sorted, disjoint, with what it did before now)."""

    limits: PumpLimits
    grid: Grid
    pump: Pump
    booked: list[list[Piece]]
    drawn_w: list[float]
    busy: list[Interval]

    @classmethod
    def of(cls, limits: PumpLimits, grid: Grid) -> PumpSheet:
        """A fresh sheet: what the pump did before now is written too, so that its run and its rest go on counting."""
        pump = make_pump(limits.rated_w, limits.rated_flow_m3_h, 1.0, None, limits.threshold_w)
        past = [(grid.now_s - limits.running_s, grid.now_s)] if limits.running_s > 0.0 else []
        steps = len(grid.power_w)
        return cls(limits, grid, pump, [[] for _ in range(steps)], [0.0] * steps, past)

    @property
    def ready_s(self) -> float:
        """When the rest that it is in now is over."""
        rest = 0.0 if self.limits.running_s > 0.0 else self.limits.min_rest_s - self.limits.resting_s
        return self.grid.now_s + max(0.0, rest)

    @property
    def can_start(self) -> bool:
        """Whether it may run today at all: not locked, and running or with starts left."""
        return not self.limits.locked and (self.limits.starts_left > 0 or self.limits.running_s > 0.0)

    def capacity(self, step: int, *, forced: bool = False) -> float:
        """Flow that the power of this step allows; with the back-up's power when ``forced``."""
        power = self.grid.power_w[step] + self.drawn_w[step] + (self.grid.backup_w if forced else 0.0)
        return self.pump.flow_m3_h(power)

    def free(self, zone: ZoneLimits, window: Interval, *, forced: bool = False) -> list[Piece]:
        """Where and how fast this zone could run within a window: alone at a reduced flow, beside others only at its own."""
        least = MIN_FLOW_SHARE * zone.flow_m3_h
        pieces = []
        for step in self.grid.steps(*window):
            capacity = self.capacity(step, forced=forced)
            if capacity < least:
                continue
            a = self.grid.now_s + step * self.grid.step_s
            begin, end = max(window[0], a), min(window[1], a + self.grid.step_s)
            booked = self.booked[step]
            edges = {begin, end, *(t for p in booked for t in (p.begin, p.end) if begin < t < end)}
            for a, b in pairwise(sorted(edges)):
                used = sum(p.flow for p in booked if p.begin < b - EPS and p.end > a + EPS)
                free = capacity - used
                flow = min(zone.flow_m3_h, free) if used == 0.0 else zone.flow_m3_h
                if flow >= least and free >= flow - EPS:
                    pieces.append(Piece(a, b, flow))
        return pieces

    def fits(self, begin: float, end: float) -> bool:
        """Whether the pump may run then: its own minimum run and rest, and the starts it has left today."""
        if begin < self.ready_s - EPS:
            return False
        merged = join([*self.busy, (begin, end)])
        i = bisect_right([m[0] for m in merged], begin) - 1
        start, stop = merged[i]
        if stop - start < self.limits.min_run_s - EPS:
            return False
        if i > 0 and start - merged[i - 1][1] < self.limits.min_rest_s - EPS:
            return False
        if i + 1 < len(merged) and merged[i + 1][0] - stop < self.limits.min_rest_s - EPS:
            return False
        day_end = self.grid.now_s + START_DAY_S
        return sum(1 for m in merged if self.grid.now_s <= m[0] < day_end) <= self.limits.starts_left

    def book(self, pieces: Iterable[Piece]) -> None:
        """Write a run: its flow, the pump's time, and the power it takes in each step it touches."""
        for piece in pieces:
            self.busy = list(join([*self.busy, (piece.begin, piece.end)]))
            for step in self.grid.steps(piece.begin, piece.end):
                booked = self.booked[step]
                booked.append(piece)
                self._draw(
                    step, max(sum(q.flow for q in booked if q.begin <= p.begin + EPS < q.end) for p in booked)
                )

    def _draw(self, step: int, flow: float) -> None:
        """Take the power for this flow out of what is left (the back-up carries what the sun does not)."""
        there = self.grid.power_w[step] + self.drawn_w[step]
        self.drawn_w[step] = min(there, self.pump.power_w(flow))
        self.grid.power_w[step] = there - self.drawn_w[step]


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

    @classmethod
    def of(cls, limits: TankLimits, grid: Grid, pumps: Sequence[PumpSheet]) -> TankSheet:
        """A fresh sheet; ``pumps`` fill this tank with the power that direct zones have left."""
        fill = [0.0] * len(grid.power_w)
        for filler in pumps:
            if not filler.can_start:
                continue
            enough = FILL_MARGIN * filler.limits.threshold_w
            for i, power in enumerate(grid.power_w):
                if power >= enough:
                    flow = filler.pump.flow_m3_h(power)
                    fill[i] += flow * grid.step_s / 3.6
                    filler.drawn_w[i] = filler.pump.power_w(flow)
                    grid.power_w[i] = max(0.0, power - filler.drawn_w[i])
        sheet = cls(limits, grid, fill, [0.0] * len(fill))
        sheet.settle()
        return sheet

    def settle(self) -> None:
        """Work out the course again. Within a step water is drawn before it is filled, the careful order; below zero (a run
        under way drew more than there was) counts as empty.

        ``spare_l[i]``: what could be taken at once in step i without any later run going short: less than is there, and less
        than the spare of the step after plus what overflows in between.
        """
        volume, there, lost = self.limits.volume_l, [], []
        self.volume_l, self.lost_l = [], [0.0]
        for fill, drawn in zip(self.fill_l, self.drawn_l, strict=True):
            there.append(max(0.0, volume - drawn))
            volume = min(self.limits.capacity_l, there[-1] + fill)
            lost.append(there[-1] + fill - volume)
            self.volume_l.append(volume)
            self.lost_l.append(self.lost_l[-1] + lost[-1])
        spare, self.spare_l = math.inf, [0.0] * len(there)
        for i in range(len(there) - 1, -1, -1):
            spare = min(there[i], spare + lost[i])
            self.spare_l[i] = spare

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


def mean_flow(run: Run) -> float:
    """Mean flow of a run, m3/h."""
    return run.volume_l * 3.6 / max(1.0, run.end_s - run.start_s)
