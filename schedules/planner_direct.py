"""Runs of zones straight from a pump: by the expected sun, or by the back-up when the sun comes too late."""

from __future__ import annotations

import math
from collections.abc import Iterator

from schedules.frozen import replace
from schedules.plan import OPEN_FLOW_SHARE, Run
from schedules.planner_need import WORTH_S, Need, due_spans, to_the_sun
from schedules.timeline import EPS, Grid, Piece, PumpSheet

EARLY_S = 3600.0
"""The gate of an open channel may open so long before the sun that is expected: it may come sooner, and any stream is of use. Not
where that is more than half of the longest run: little of it would be left for the sun.
"""


def place(need: Need, sheet: PumpSheet, grid: Grid) -> Run | None:
    """The next run of a zone on its pump: by the sun; by the back-up when the sun comes too late for it."""
    if sheet.limits.locked:
        return None
    latest = need.demand.latest_start_s
    found = next(_sunny(need, sheet), None)
    if grid.backup_w > 0.0 and latest is not None and not need.runs:
        due = max(latest, grid.now_s)
        sun_s = grid.until_s if found is None else found[0].begin
        if sun_s > due + grid.step_s:
            found = next(_forced(need, sheet, due, sun_s), found)
    if found is None:
        return None
    opens, found = _opening(need, sheet, found)
    sheet.book(found)
    litres = (
        math.floor(1000.0 * min(need.left_l, sum(p.litres for p in found))) / 1000.0
    )  # never more than the sun lifts
    return Run(need.zone.zone, opens, found[-1].end, litres, True, latest)


def _opening(need: Need, sheet: PumpSheet, found: list[Piece]) -> tuple[float, list[Piece]]:
    """When the zone opens for this run, and the run's pieces within its longest run from then on."""
    begin, end = found[0].begin, found[-1].end
    if need.zone.least_share > OPEN_FLOW_SHARE or need.zone.max_run_s < 2.0 * EARLY_S:
        return begin, found
    windows = [span[0] for span in need.open() if span[0] <= begin < span[1]]
    before = [stop for _, stop in sheet.busy if stop <= begin + EPS]
    early = max([*windows, begin - EARLY_S, *before])
    cut = [Piece(p.begin, min(p.end, early + need.zone.max_run_s), p.flow) for p in found]
    cut = [piece for piece in cut if piece.end > piece.begin]
    if early >= begin or not cut or not sheet.fits(early, min(end, early + need.zone.max_run_s)):
        return begin, found
    return early, cut


def _sunny(need: Need, sheet: PumpSheet) -> Iterator[list[Piece]]:
    """Runs that the sun allows, earliest first."""
    for window in need.open():
        for stretch in _stretches(sheet.free(need.zone, window)):
            yield from _from_starts(need, sheet, stretch, _starts(stretch, sheet))


def _forced(need: Need, sheet: PumpSheet, due: float, sun_s: float) -> Iterator[list[Piece]]:
    """Runs on back-up power at the due time or near it, for what the zone needs until the sun serves it at ``sun_s``."""
    litres = to_the_sun(need, due, sun_s, sheet.grid)
    part = replace(need, left_l=litres, worth_l=min(need.worth_l, litres))
    for start, end in due_spans(need, due, litres * 3.6 / need.zone.flow_m3_h):
        for stretch in _stretches(sheet.free(need.zone, (start, end), forced=True)):
            starts = sorted({max(stretch[0].begin, float(math.ceil(start))), *_starts(stretch, sheet)})
            yield from _from_starts(part, sheet, stretch, [s for s in starts if s >= start])


def _from_starts(
    need: Need, sheet: PumpSheet, stretch: list[Piece], starts: list[float]
) -> Iterator[list[Piece]]:
    for start in starts:
        pieces = _run_from(need, stretch, start)
        if not pieces:
            continue
        begin, end = pieces[0].begin, pieces[-1].end
        enough = end - begin >= need.zone.min_run_s - EPS
        worth = sum(p.litres for p in pieces) >= min(need.worth_l, need.most_l) - EPS
        # The evening's thin sun brings little, but to a pump that runs anyway it costs no start.
        worth = worth or (end - begin >= WORTH_S and any(abs(stop - begin) <= EPS for _, stop in sheet.busy))
        if enough and worth and sheet.fits(begin, end):
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
