"""What the planner writes its runs on: the power of each step and the flow that each pump has free.

Times are POSIX seconds, flows m3/h, volumes litres. These are work sheets of one call of the planner, not values.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from schedules.hydraulics import Pump, make_pump
from schedules.plan import PlanRequest, PumpLimits, Run, ZoneLimits
from schedules.windows import Interval, join

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
    dawn_s: float | None = None

    @classmethod
    def of(cls, request: PlanRequest) -> Grid:
        """A fresh sheet."""
        return cls(request.now_s, request.step_s, list(request.power_w), request.backup_w, request.dawn_s)

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
        power = (
            self.grid.power_w[step]
            + self.drawn_w[step]
            + (self.grid.backup_w if forced and self.limits.backed else 0.0)
        )
        return self.pump.flow_m3_h(power)

    def free(self, zone: ZoneLimits, window: Interval, *, forced: bool = False) -> list[Piece]:
        """Where and how fast this zone could run within a window: alone at a reduced flow, beside others only at its own."""
        least = zone.least_flow_m3_h
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


def mean_flow(run: Run) -> float:
    """Mean flow of a run, m3/h."""
    return run.volume_l * 3.6 / max(1.0, run.end_s - run.start_s)
