"""From demands to a plan: which zone gets water when, so that the sun pays for it. Deterministic, fast, plain Python."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from schedules.plan import Demand, Fill, Plan, PlanRequest, Run, Unmet, ZoneLimits
from schedules.timeline import EPS, MIN_FLOW_SHARE, Grid, Piece, PumpSheet, TankSheet, mean_flow
from schedules.windows import Interval, join

SOAK_S = 1800.0
"""Pause between two runs of one zone, so that a run cut at its maximum does not simply go on."""

WORTH = 0.33
"""Runs of at least this share of the need come first; smaller ones only where nothing better is left, so that scarce water does
not open and close valves all day."""

ROUNDS = 12
"""A zone gets at most this many runs in one plan."""


@dataclass(slots=True)
class Need:
    """What is still to be placed of one demand, and where it may go."""

    demand: Demand
    zone: ZoneLimits
    windows: tuple[Interval, ...]
    left_l: float
    after_s: float
    worth_l: float = 0.0
    failed_l: float = math.inf
    runs: list[Run] = field(default_factory=list)

    @property
    def least_l(self) -> float:
        """Litres of the shortest allowed run at nominal flow."""
        return self.zone.flow_m3_h / 3.6 * self.zone.min_run_s

    @property
    def most_l(self) -> float:
        """Litres of the longest allowed run at nominal flow, or what is left."""
        return min(self.left_l, self.zone.flow_m3_h / 3.6 * self.zone.max_run_s)

    def open(self) -> Iterator[Interval]:
        """The windows that are still ahead for this zone."""
        for begin, end in self.windows:
            start = math.ceil(max(begin, self.after_s) - EPS)
            if end - start > EPS:
                yield float(start), end


def plan(request: PlanRequest) -> Plan:
    """Place the demands on the sheet. Total: whatever finds no place is named in ``unmet``; equal requests give equal plans.

    Direct zones first (what they do not use fills the tanks), then gravity zones on the expected tank levels. Within each,
    the most urgent first, one run each per round, so that nobody gets a second run before all had a first.
    """
    grid = Grid.of(request)
    pumps = {p.pump: PumpSheet.of(p, grid) for p in request.pumps}
    needs = _needs(request, grid)
    for run in request.running:
        _book_running(run, request, pumps)
    direct = [n for n in needs if n.zone.source in pumps]
    _rounds(direct, lambda need: _place_direct(need, pumps[need.zone.source], grid))
    tanks = {
        t.tank: TankSheet.of(t, grid, [s for s in pumps.values() if s.limits.into == t.tank])
        for t in request.tanks
    }
    for run in request.running:
        _draw_running(run, request, tanks)
    gravity = [n for n in needs if n.zone.source in tanks]
    _rounds(gravity, lambda need: _place_gravity(need, tanks[need.zone.source], grid))
    runs = sorted(
        (*request.running, *(r for n in needs for r in n.runs)), key=lambda r: (r.start_s, r.zone, r.end_s)
    )
    fills = tuple(
        Fill(t.tank, p.pump, t.capacity_l)
        for t in request.tanks
        for p in request.pumps
        if p.into == t.tank and not p.locked and t.volume_l < t.capacity_l
    )
    unmet = tuple(u for d in request.demands if (u := _unmet(d, needs, pumps, tanks)) is not None)
    return _sealed(Plan("", request.now_s, grid.until_s, tuple(runs), fills, unmet))


def _sealed(plan: Plan) -> Plan:
    """The plan with its digest; when it was made is no part of it, so that a plan that changes nothing is seen as equal."""
    content = repr((plan.runs, plan.fills, plan.unmet)).encode()
    return Plan(
        hashlib.sha256(content).hexdigest()[:16], plan.made_s, plan.until_s, plan.runs, plan.fills, plan.unmet
    )


def _source(zone: str, request: PlanRequest) -> str:
    return next((z.source for z in request.zones if z.zone == zone), "")


def _needs(request: PlanRequest, grid: Grid) -> list[Need]:
    """Demands with a zone, most urgent first; less what runs under way bring already (all of it: the rest comes next time)."""
    zones = {z.zone: z for z in request.zones}
    needs = []
    for demand in request.demands:
        zone = zones.get(demand.zone)
        if zone is None or zone.flow_m3_h <= 0.0:
            continue
        running = [r for r in request.running if r.zone == demand.zone]
        left = demand.volume_l - sum(r.volume_l for r in running)
        after = max([grid.now_s, request.rain_until_s, *(r.end_s + SOAK_S for r in running)])
        ahead = ((max(a, grid.now_s), min(b, grid.until_s)) for a, b in sorted(zone.windows))
        windows = join([(a, b) for a, b in ahead if b > max(a, request.rain_until_s)])
        needs.append(Need(demand, zone, windows, max(0.0, left), after))
    late = math.inf
    needs.sort(key=lambda n: (-n.demand.urgency, n.demand.latest_start_s or late, n.demand.zone))
    return needs


def _rounds(needs: list[Need], place: Callable[[Need], Run | None]) -> None:
    """One run per zone and round, until a round places nothing; first only runs that are worth it, then any."""
    worth = WORTH
    for _ in range(ROUNDS):
        placed = False
        for need in needs:
            if need.left_l <= 0.0:
                continue
            need.worth_l = worth * need.left_l
            run = place(need)
            if run is not None:
                need.runs.append(run)
                need.left_l = max(0.0, need.left_l - run.volume_l)
                if need.left_l < 0.001 * need.demand.volume_l:
                    need.left_l = 0.0
                need.after_s = run.end_s + SOAK_S
                placed = True
        if not placed and worth == 0.0:
            return
        worth = worth if placed else 0.0


def _book_running(run: Run, request: PlanRequest, pumps: Mapping[str, PumpSheet]) -> None:
    """A run under way keeps its pump and its flow until it ends."""
    sheet = pumps.get(_source(run.zone, request))
    if sheet is not None and run.end_s > request.now_s:
        sheet.book([Piece(max(run.start_s, request.now_s), run.end_s, _flow(run, request))])


def _flow(run: Run, request: PlanRequest) -> float:
    """Flow of a run under way, m3/h: its zone's own (its start may be the planned one, so its mean says less)."""
    return next((z.flow_m3_h for z in request.zones if z.zone == run.zone), mean_flow(run))


def _draw_running(run: Run, request: PlanRequest, tanks: Mapping[str, TankSheet]) -> None:
    """A gravity run under way draws the rest of its water."""
    sheet = tanks.get(_source(run.zone, request))
    if sheet is not None and run.end_s > request.now_s:
        flow = _flow(run, request)
        sheet.book(request.now_s, flow / 3.6 * (run.end_s - max(run.start_s, request.now_s)), flow)


def _place_direct(need: Need, sheet: PumpSheet, grid: Grid) -> Run | None:
    """The next run of a zone on its pump: by the sun; by the back-up when the sun comes too late for it."""
    if sheet.limits.locked:
        return None
    latest = need.demand.latest_start_s
    found = next(_sunny(need, sheet), None)
    if grid.backup_w > 0.0 and latest is not None:
        due = max(latest, grid.now_s)
        if found is None or found[0].begin > due + grid.step_s:
            found = next(_forced(need, sheet, due), found)
    if found is None:
        return None
    sheet.book(found)
    litres = round(min(need.left_l, sum(p.litres for p in found)), 3)
    return Run(need.zone.zone, found[0].begin, found[-1].end, litres, True, latest)


def _sunny(need: Need, sheet: PumpSheet) -> Iterator[list[Piece]]:
    """Runs that the sun allows, earliest first."""
    for window in need.open():
        for stretch in _stretches(sheet.free(need.zone, window)):
            yield from _from_starts(need, sheet, stretch, _starts(stretch, sheet))


def _forced(need: Need, sheet: PumpSheet, due: float) -> Iterator[list[Piece]]:
    """Runs on back-up power: at the due time; else as late as the last window before it allows; else in the next window."""
    full_s = need.most_l * 3.6 / need.zone.flow_m3_h
    windows = list(need.open())
    inside = [w for w in windows if w[0] <= due < w[1]]
    before = [w for w in windows if w[1] <= due][-1:]
    after = [w for w in windows if w[0] > due]
    for window in (*inside, *before, *after):
        start = due if window in inside else window[0]
        if window in before:
            start = max(window[0], math.floor(window[1] - full_s))
        for stretch in _stretches(sheet.free(need.zone, window, forced=True)):
            starts = sorted({max(stretch[0].begin, float(math.ceil(start))), *_starts(stretch, sheet)})
            yield from _from_starts(need, sheet, stretch, [s for s in starts if s >= start])


def _from_starts(
    need: Need, sheet: PumpSheet, stretch: list[Piece], starts: list[float]
) -> Iterator[list[Piece]]:
    for start in starts:
        pieces = _run_from(need, stretch, start)
        if not pieces:
            continue
        begin, end = pieces[0].begin, pieces[-1].end
        enough = end - begin >= need.zone.min_run_s - EPS
        if (
            enough
            and sum(p.litres for p in pieces) >= min(need.worth_l, need.most_l) - EPS
            and sheet.fits(begin, end)
        ):
            yield pieces


def _starts(stretch: list[Piece], sheet: PumpSheet) -> list[float]:
    """Where a run may begin in a stretch: at its start, where the pump's other runs end, and where its rest is over."""
    first, last = stretch[0].begin, stretch[-1].end
    marks = {first, sheet.ready_s}
    for begin, end in sheet.busy:
        marks.update((begin, end, end + sheet.limits.min_rest_s))
    return sorted(float(math.ceil(m - EPS)) for m in marks if first <= m < last)


def _stretches(pieces: list[Piece]) -> Iterator[list[Piece]]:
    """Pieces that touch each other, together."""
    stretch: list[Piece] = []
    for piece in pieces:
        if stretch and piece.begin > stretch[-1].end + EPS:
            yield stretch
            stretch = []
        stretch.append(piece)
    if stretch:
        yield stretch


def _run_from(need: Need, stretch: list[Piece], start: float) -> list[Piece]:
    """The pieces of a run from ``start`` until the need is met, the longest run is reached or the stretch ends."""
    stop = start + need.zone.max_run_s
    left, taken = need.left_l, []
    for piece in stretch:
        begin, end = max(piece.begin, start), min(piece.end, stop)
        if end <= begin:
            continue
        whole = math.ceil(begin + left * 3.6 / piece.flow - EPS)
        end = min(end, float(whole))
        if end <= begin:
            break
        taken.append(Piece(begin, end, piece.flow))
        left -= taken[-1].litres
        if left <= EPS or end < piece.end:
            break
    return taken


def _place_gravity(need: Need, sheet: TankSheet, grid: Grid) -> Run | None:
    """The next run of a zone from its tank: as early as its windows and the expected water allow."""
    flow, least = need.zone.flow_m3_h, need.least_l
    if need.most_l < least or need.worth_l >= need.failed_l:
        return None  # other runs have only taken water since it failed: looking again is in vain
    for begin, end in need.open():
        start = begin
        while (room := min(need.most_l, (end - start) * flow / 3.6)) > max(least - EPS, EPS):
            litres = _water(need, sheet, start, room)
            if litres > 0.0:
                sheet.book(start, litres, flow)
                stop = min(end, float(math.ceil(start + litres * 3.6 / flow - EPS)))
                return Run(need.zone.zone, start, stop, litres, False, need.demand.latest_start_s)
            start = float(math.ceil(grid.now_s + (sheet.step_at(start) + 1) * grid.step_s))
    need.failed_l = need.worth_l
    return None


def _water(need: Need, sheet: TankSheet, start: float, room: float) -> float:
    """Litres, up to ``room``, that the tank can give from ``start``; 0 when less than a run that is worth it."""
    flow = need.zone.flow_m3_h
    least = max(need.least_l, 0.05 * room, min(need.worth_l, need.most_l))
    if room < least - EPS:
        return 0.0
    litres = sheet.most(start, room, min(room, least), flow)
    return litres if litres == room else math.floor(litres * 1000.0) / 1000.0


def _unmet(
    demand: Demand, needs: list[Need], pumps: Mapping[str, PumpSheet], tanks: Mapping[str, TankSheet]
) -> Unmet | None:
    """What of a demand found no place, and why."""
    need = next((n for n in needs if n.demand is demand), None)
    if need is None:
        return Unmet(
            demand.zone, demand.volume_l, "plan_no_source", {"volume_l": demand.volume_l, "source": ""}
        )
    if need.left_l <= 0.0:
        return None
    source, litres = need.zone.source, round(need.left_l, 3)
    key = _why(need, pumps.get(source), tanks.get(source))
    params: dict[str, float | str] = {"volume_l": litres, "source": source, "flow_m3_h": need.zone.flow_m3_h}
    return Unmet(demand.zone, litres, key, params)


def _why(need: Need, pump: PumpSheet | None, tank: TankSheet | None) -> str:
    """The first thing that stood in the way."""
    if pump is None and tank is None:
        return "plan_no_source"
    if need.left_l < need.least_l:
        return "plan_too_small"
    if not any(b - a >= need.zone.min_run_s - EPS for a, b in need.windows):
        return "plan_no_window"
    if pump is None:
        return "plan_no_water"
    if not pump.can_start:
        return "plan_pump_locked" if pump.limits.locked else "plan_no_starts_left"
    if need.left_l * 3.6 / need.zone.flow_m3_h < pump.limits.min_run_s:
        return "plan_too_small"
    least = MIN_FLOW_SHARE * need.zone.flow_m3_h
    if pump.limits.rated_flow_m3_h < least:
        return "plan_no_capacity"
    steps = (i for w in need.windows for i in pump.grid.steps(*w))
    return "plan_no_capacity" if any(pump.capacity(i) >= least for i in steps) else "plan_no_power"
