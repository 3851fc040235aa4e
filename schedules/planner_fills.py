"""When the sun fills the tanks: in the strongest hours of the day that still serve every run that is planned, in one go where
that is possible (a start wears the pump), and early when a poor day would leave too little.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from math import ceil

from schedules.plan import Fill, PlanRequest
from schedules.tank_sheet import FILL_MARGIN, TankSheet

NIGHT_S = 4 * 3600.0
"""Sunny steps that are further apart than this belong to two days."""

POOR_SHARE = 0.5
"""Share of the expected water that a poor day brings where nobody can tell."""

RESERVE_DAYS = 1.0
"""Above what is planned until the next sun, a tank keeps what its zones use in so many days."""

BAND_SHARE = 0.05
"""A tank that is full but for this share of its capacity counts as full."""

WORTH_SHARE = 0.3
"""Less than this share of the capacity is filled up as late as it can be: there may be more to fill by then."""

MIN_RUNS = 2.0
SHORT_RUNS = 1.3
BACKED_SHARE = 0.3
"""A start above the site's refill mark is for at least so many of the pump's shortest runs; for fewer where water is short, so
that the sun of the zones' windows is used. Where grid or genset may fill for a demand that comes too late, none is for less than
this share of the capacity: it would only buy a reserve that is there anyhow.
"""

ROUND_S = 900.0
ROUND_L = 10.0
"""Times and litres of a fill are rounded, so that a plan that is made again a little later is the same."""


def fills(
    request: PlanRequest, tanks: dict[str, TankSheet], short: Set[str] = frozenset()
) -> tuple[Fill, ...]:
    """One fill for each pump of a tank that is not full. A tank in ``short`` cannot serve all that is wanted of it: it is filled
    whenever the sun allows, and a full one again as soon as it has room for a run that is worth a start.
    """
    return tuple(
        _fill(request, tanks[t.tank], p.pump, t.tank in short)
        for t in request.tanks
        for p in request.pumps
        if p.into == t.tank and not p.locked and (t.volume_l < t.capacity_l or t.tank in short)
    )


def _fill(request: PlanRequest, sheet: TankSheet, pump: str, short: bool) -> Fill:
    capacity = sheet.limits.capacity_l
    first = min(sheet.forced, key=lambda one: one.begin_s, default=None)
    from_s, refill_l = (
        (0.0, capacity - min(capacity, max(_worth(sheet, SHORT_RUNS), _share_of_starts(sheet))))
        if short
        else _timing(request, sheet)
    )
    pressed = short and request.backup_w <= 0.0
    if first is None:
        return Fill(sheet.limits.tank, pump, capacity, from_s, refill_l, short=pressed)
    level = min(capacity, ROUND_L * round(first.level_l / ROUND_L + 0.5))
    begin = 60.0 * (first.begin_s // 60.0)
    return Fill(sheet.limits.tank, pump, capacity, from_s, refill_l, begin, first.until_s, level, pressed)


def _timing(request: PlanRequest, sheet: TankSheet) -> tuple[float, float]:
    """(from when, below which level) the sun may fill this tank."""
    day, night = _first_day(sheet)
    if not day:
        return 0.0, 0.0
    keep = _keep(request, sheet, day, night)
    capacity = sheet.limits.capacity_l
    wanted = _end(sheet, day, night, [0.0] * len(sheet.fill_l), day.start)[1] < keep
    worth = max(_worth(sheet), BACKED_SHARE * capacity if request.backup_w > 0.0 else 0.0)
    refill_l = max(0.0, capacity - worth) if wanted else 0.0
    if any(p.limits.running_s > 0.0 for p in sheet.fillers):
        return 0.0, refill_l
    start = _latest(request, sheet, day, night, keep)
    if sheet.limits.volume_l < (1.0 - WORTH_SHARE) * capacity:
        start = min(start, _best(request, sheet, day))
    if start <= day.start:
        return 0.0, refill_l
    return ROUND_S * ((sheet.grid.now_s + start * sheet.grid.step_s) // ROUND_S), refill_l


def _worth(sheet: TankSheet, least_runs: float = MIN_RUNS) -> float:
    """The least litres for which a pump starts above the site's refill mark."""
    runs = (p.limits.rated_flow_m3_h / 3.6 * least_runs * p.limits.min_run_s for p in sheet.fillers)
    return max(BAND_SHARE * sheet.limits.capacity_l, *runs, 0.0)


def _share_of_starts(sheet: TankSheet) -> float:
    """The least litres for a start so that the day's starts last as long as its sun: what zones draw today over what is left of
    them, in whole twentieths of the tank. While a pump runs it brings what they draw meanwhile as well: only the rest needs starts.
    """
    day, _ = _first_day(sheet)
    if day.start * sheet.grid.step_s > NIGHT_S:
        return 0.0  # the next sun is tomorrow's, and so are its starts
    steps = zip(sheet.drawn_l[day.start : day.stop], sheet.fill_l[day.start : day.stop], strict=True)
    litres = sum(drawn * (1.0 - drawn / brought) for drawn, brought in steps if brought > drawn)
    each = litres / max(1, min((p.limits.starts_left for p in sheet.fillers), default=1))
    twentieth = BAND_SHARE * sheet.limits.capacity_l
    return twentieth * ceil(each / twentieth) if twentieth > 0.0 else 0.0


def _first_day(sheet: TankSheet) -> tuple[range, int]:
    """The first day's sunny steps, and the step at which the next day's begin (or the horizon ends)."""
    gap = NIGHT_S / sheet.grid.step_s
    first = last = -1
    for i, litres in enumerate(sheet.fill_l):
        if litres <= 0.0:
            continue
        if first < 0:
            first = i
        elif i - last > gap:
            return range(first, last + 1), i
        last = i
    return range(max(0, first), last + 1), len(sheet.fill_l)


def _keep(request: PlanRequest, sheet: TankSheet, day: range, night: int) -> float:
    """Litres that the tank should hold when the sun is gone: what is planned until it is back, and the reserve; full where
    nobody knows what the zones use.
    """
    capacity = sheet.limits.capacity_l
    use = sum(z.use_l_d for z in request.zones if z.source == sheet.limits.tank)
    if use <= 0.0:
        return (1.0 - BAND_SHARE) * capacity
    planned = sum(sheet.drawn_l[day.stop : night])
    return min((1.0 - BAND_SHARE) * capacity, planned + RESERVE_DAYS * use)


def _poor(request: PlanRequest, sheet: TankSheet) -> list[float]:
    """Litres that a poor day brings in each step."""
    grid, low = sheet.grid, request.power_low_w
    if len(low) != len(grid.power_w):
        return [POOR_SHARE * litres for litres in sheet.fill_l]
    poor = [0.0] * len(sheet.fill_l)
    for filler in sheet.fillers:
        enough = FILL_MARGIN * filler.limits.threshold_w
        for i, drawn in enumerate(filler.drawn_w):
            power = grid.power_w[i] + drawn - (request.power_w[i] - low[i])
            if drawn > 0.0 and power >= enough:
                poor[i] += filler.pump.flow_m3_h(power) * grid.step_s / 3.6
    return poor


def _end(sheet: TankSheet, day: range, night: int, fill: Sequence[float], start: int) -> tuple[float, float]:
    """(litres that runs go short until the next day's sun, litres in the tank when this day's is gone) when the sun fills from
    step ``start`` on.
    """
    volume, short, evening = sheet.limits.volume_l, 0.0, 0.0
    capacity, last = sheet.limits.capacity_l, day.stop - 1
    for i, (drawn, brought) in enumerate(zip(sheet.drawn_l[:night], fill[:night], strict=True)):
        volume -= drawn
        if volume < 0.0:
            short, volume = short - volume, 0.0
        if i >= start:
            volume += brought
            if volume > capacity:
                volume = capacity
        if i == last:
            evening = volume
    return short, evening


def _latest(request: PlanRequest, sheet: TankSheet, day: range, night: int, keep: float) -> int:
    """The last step from which even a poor day serves all runs and leaves what the tank should keep, as well as it could from
    the first step on.
    """
    poor = _poor(request, sheet)
    short, evening = _end(sheet, day, night, poor, day.start)
    low, high = day.start, day.stop
    while high - low > 1:
        middle = (low + high) // 2
        less, then = _end(sheet, day, night, poor, middle)
        if less <= short + 1.0 and then >= min(keep, evening) - 1.0:
            low = middle
        else:
            high = middle
    return low


def _best(request: PlanRequest, sheet: TankSheet, day: range) -> int:
    """The step from which the tank becomes full in the strongest sun."""
    missing = sheet.limits.capacity_l - sheet.limits.volume_l + sum(sheet.drawn_l[: day.stop])
    best, best_w, water, power, stop = day.start, -1.0, 0.0, 0.0, day.start
    for start in day:
        while water < missing and stop < day.stop:
            water += sheet.fill_l[stop]
            power += request.power_w[stop]
            stop += 1
        if water < missing:
            break
        mean = power / (stop - start)
        if mean > best_w + 1e-6:
            best, best_w = start, mean
        water -= sheet.fill_l[start]
        power -= request.power_w[start]
    return best
