"""What is still to be placed of each demand, where it may go, and in which order."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from schedules.daylight import use_d
from schedules.plan import Demand, PlanRequest, Run, ZoneLimits
from schedules.timeline import EPS, Grid
from schedules.windows import Interval, join

SOAK_S = 1800.0
"""Pause between two runs of one zone, so that a run cut at its maximum does not simply go on."""

WORTH = 0.1
"""Runs of at least this share of the need come first; smaller ones only where nothing better is left, so that scarce water does
not open and close valves all day."""

WORTH_S = 900.0
"""A run that is as long as this is worth it, however much is wanted: the morning's sun brings no more, and by noon it is gone."""

DAY_S = 86400.0

MOST_RUNS = 12
"""A zone gets at most this many runs in one plan."""


@dataclass(slots=True)
class Need:
    """What is still to be placed of one demand, and where it may go. ``held_l``: beyond its ration of scarce water, placed last.
    ``scarce``: (litres that can be lifted, litres that all want) where there is not enough.
    """

    demand: Demand
    zone: ZoneLimits
    windows: tuple[Interval, ...]
    left_l: float
    after_s: float
    worth_l: float = 0.0
    failed_l: float = math.inf
    held_l: float = 0.0
    scarce: tuple[float, float] | None = None
    runs: list[Run] = field(default_factory=list)

    @property
    def least_l(self) -> float:
        """Litres of the shortest allowed run at nominal flow."""
        return self.zone.flow_m3_h / 3.6 * self.zone.min_run_s

    @property
    def most_l(self) -> float:
        """Litres of the longest allowed run at nominal flow, or what is left."""
        return min(self.left_l, self.zone.flow_m3_h / 3.6 * self.zone.max_run_s)

    @property
    def urgency(self) -> float:
        """Of what is still to be placed: each litre that has its place takes its share of the demand's urgency away."""
        return self.demand.urgency * self.share_left

    @property
    def share_left(self) -> float:
        """The part of the demand that has no place yet, 0..1."""
        return (self.left_l + self.held_l) / self.demand.volume_l

    @property
    def missing_mm(self) -> float:
        """Depth that has no place yet, mm: how badly those are off whose urgency is at its end."""
        return self.demand.net_mm * self.share_left

    @property
    def due_s(self) -> float:
        """When it is hurt, after all that is placed (POSIX s): water puts the hour off by what it lasts; infinite where nobody
        knows when, or what it uses.
        """
        latest, use = self.demand.latest_start_s, self.zone.use_l_d
        if latest is None or use <= 0.0:
            return math.inf
        return latest + (self.demand.volume_l - self.left_l - self.held_l) / use * DAY_S

    @property
    def pause_s(self) -> float:
        """How long a run soaks in before the next."""
        return self.zone.soak_s or SOAK_S

    def take(self, run: Run) -> None:
        """Note a run that was placed for this need."""
        self.runs.append(run)
        self.left_l = max(0.0, self.left_l - run.volume_l)
        if self.left_l < 0.001 * self.demand.volume_l:
            self.left_l = 0.0
        self.after_s = run.end_s + self.pause_s

    def open(self) -> Iterator[Interval]:
        """The windows that are still ahead for this zone."""
        for begin, end in self.windows:
            start = math.ceil(max(begin, self.after_s) - EPS)
            if end - start > EPS:
                yield float(start), end


def gather(request: PlanRequest, grid: Grid) -> list[Need]:
    """Demands with a zone, most urgent first; less what runs under way bring already (all of it: the rest comes next time)."""
    zones = {z.zone: z for z in request.zones}
    needs = []
    for demand in request.demands:
        zone = zones.get(demand.zone)
        if zone is None or zone.flow_m3_h <= 0.0:
            continue
        running = [r for r in request.running if r.zone == demand.zone]
        left = demand.volume_l - sum(r.volume_l for r in running)
        after = max(
            [
                grid.now_s,
                request.rain_until_s,
                zone.soaks_until_s,
                *(r.end_s + (zone.soak_s or SOAK_S) for r in running),
            ]
        )
        ahead = ((max(a, grid.now_s), min(b, grid.until_s)) for a, b in sorted(zone.windows))
        windows = join([(a, b) for a, b in ahead if b > max(a, request.rain_until_s)])
        needs.append(Need(demand, zone, windows, max(0.0, left), after))
    late = math.inf
    needs.sort(key=lambda n: (-n.demand.urgency, n.demand.latest_start_s or late, n.demand.zone))
    return needs


def in_turn(needs: list[Need], place: Callable[[Need], Run | None]) -> None:
    """Run by run, each to whoever is most urgent after all that is placed already, until nobody finds a place; first only runs
    that are worth it, then any.
    """
    for worth in (WORTH, 0.0):
        waiting = [need for need in needs if need.left_l > 0.0 and len(need.runs) < MOST_RUNS]
        while waiting:
            # Of equals (all can wait, or all are hurt) who is due first, then who misses most, then the first: needs come sorted.
            need = min(waiting, key=lambda one: (-one.urgency, one.due_s, -one.missing_mm))
            need.worth_l = min(worth * need.left_l, need.zone.flow_m3_h / 3.6 * WORTH_S)
            run = place(need)
            if run is not None:
                need.take(run)
            if run is None or need.left_l <= 0.0 or len(need.runs) >= MOST_RUNS:
                waiting.remove(need)


def to_the_sun(need: Need, due_s: float, sun_s: float, grid: Grid) -> float:
    """Litres that keep a zone from harm from ``due_s`` until water comes by the sun at ``sun_s``; all that is wanted where its
    daily use is unknown.
    """
    if need.zone.use_l_d <= 0.0:
        return need.most_l
    litres = need.zone.use_l_d * use_d(grid.dawn_s, due_s, sun_s)
    return min(need.most_l, max(litres, need.least_l))


def due_spans(need: Need, due_s: float, full_s: float) -> Iterator[Interval]:
    """Where a run that is due may begin: at the due time, or so much sooner that it ends with the window; else as late as
    the last window before it allows; else with the next window.
    """
    windows = list(need.open())
    for begin, end in windows:
        if begin <= due_s < end:
            yield max(begin, min(float(math.ceil(due_s)), float(math.floor(end - full_s)))), end
    for begin, end in [w for w in windows if w[1] <= due_s][-1:]:
        yield max(begin, float(math.floor(end - full_s))), end
    for begin, end in windows:
        if begin > due_s:
            yield begin, end
