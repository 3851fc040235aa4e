"""The rows of one zone in the oracle's programme: what its water does from step to step, and what that costs.

Each row holds for every trajectory of ``field``'s minutes (docs/oracle.md): it may do better than the world, never worse.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from simulators.field import Ground, Layers, PaddyGround, PotGround, SoilGround
from simulators.oracle_lp import INF, Lp, Terms
from simulators.oracle_paddy import BOTTOM_MM, Reach, Seep
from simulators.oracle_pieces import Piece, Pieces


@dataclass(frozen=True, slots=True)
class Worth:
    """Rupiah per m3: of crop need unmet, of water lost, of useful water kept at the end (None: the case goes on)."""

    unmet: float
    loss: float
    end: float | None


@dataclass(slots=True)
class Column:
    """One zone in the programme. ``flow``: variables, m3 at the valve by step; ``water``: (root, below) variables at each
    border; ``rows``: numbers of their balance rows by step.
    """

    pieces: list[Piece]
    flow: list[int] = field(default_factory=list)
    water: list[tuple[int, int]] = field(default_factory=list)
    rows: list[tuple[int, int]] = field(default_factory=list)


def add_zone(
    lp: Lp, pieces: Pieces, edges: list[int], now: Ground, worth: Worth, reach: Reach | None
) -> Column:
    """Write the zone's rows for the steps between ``edges``; ``now``: its ground at the first."""
    column = Column([pieces.piece(a, b) for a, b in pairwise(edges)])
    area = pieces.zone.zone.area_m2 / 1000.0
    rate = pieces.most_m3_h / 60.0
    column.flow = [lp.var(0.0, rate * piece.open_min) for piece in column.pieces]
    if isinstance(now, SoilGround):
        writer: _Rows = _Soil(lp, pieces, column, worth, area)
        start = (now.root_mm, now.below_mm)
    elif isinstance(now, PotGround):
        writer, start = _Pots(lp, pieces, column, worth, area), (now.water_mm, 0.0)
    else:
        assert isinstance(now, PaddyGround)
        assert reach is not None
        writer, start = _Paddy(lp, pieces, column, worth, area, reach), (now.water_mm, 0.0)
    column.water.append((lp.var(start[0], start[0]), lp.var(start[1], start[1])))
    day = column.pieces[0].day
    for index, piece in enumerate(column.pieces):
        writer.step(index, piece, edges[index], piece.day != day)
        day = piece.day
    if worth.end is not None:
        _end(lp, pieces, column, worth.loss * area, worth.end * area / now.efficiency)
    return column


def _end(lp: Lp, pieces: Pieces, column: Column, loss: float, price: float) -> None:
    """What is kept is worth its price up to what the ground holds; what is above will drain yet (not from a paddy)."""
    ground = pieces.ground(column.pieces[-1])
    kept = lp.var(-INF, ground.capacity_mm, -price)
    stored: Terms = [(var, -1.0) for var in column.water[-1]]
    lp.most([(kept, 1.0), *stored], 0.0)
    if not isinstance(ground, PaddyGround):
        lp.least([(lp.var(0.0, INF, loss), 1.0), *stored], -ground.capacity_mm)


@dataclass(slots=True)
class _Rows:
    lp: Lp
    pieces: Pieces
    column: Column
    worth: Worth
    area: float

    def step(self, index: int, piece: Piece, first: int, fresh: bool) -> None:
        """Write one step. ``fresh``: its day has just begun."""
        raise NotImplementedError

    def _use(self, piece: Piece, water: Terms, enough: float, entering: float, flow: int) -> int:
        """The crop's use: not above its need, nor above what can be reached of the water (``enough``: where reach begins)."""
        price = self.worth.unmet * self.area if piece.growing else 0.0
        self.lp.offset += price * piece.need
        used = self.lp.var(0.0, piece.need, -price)
        limit = [(used, 1.0), *[(var, -piece.reach * share) for var, share in water]]
        if piece.open_min:
            limit.append((flow, -piece.reach * self.pieces.mm_per_m3))
        self.lp.most(limit, piece.reach * (entering - enough))
        return used

    def _least(self, used: int, piece: Piece, after: int, enough: float, easy: float) -> None:
        """For schedules only: the crop uses what the least water of the step, that at its end, allows."""
        if self.pieces.strict:
            rate = piece.need / easy
            self.lp.most([(used, 1.0), (after, -rate)], -rate * enough)


@dataclass(slots=True)
class _Soil(_Rows):
    def step(self, index: int, piece: Piece, first: int, fresh: bool) -> None:
        lp, net = self.lp, self.pieces.mm_per_m3
        ground = self.pieces.ground(piece)
        assert isinstance(ground, SoilGround)
        layers = ground.layers
        root, below = self._grown(index, piece, layers, fresh)
        flow = self.column.flow[index]
        used = self._use(piece, root, layers.wp, piece.rain, flow)
        spilt = lp.var(0.0, piece.spill)
        sunk, lost = lp.var(), lp.var(0.0, INF, self.worth.loss * self.area)
        after = lp.var(-INF, layers.sat), lp.var(0.0, layers.below_sat)
        self._least(used, piece, after[0], layers.wp, layers.easy)
        rows = (
            lp.equal(
                [(after[0], 1.0), *_less(root), (used, 1.0), (sunk, 1.0), (spilt, 1.0), (flow, -net)],
                piece.rain,
            ),
            lp.equal([(after[1], 1.0), *_less(below), (sunk, -1.0), (lost, 1.0)], 0.0),
        )
        self.column.rows.append(rows)
        self.column.water.append(after)
        drain: Terms = [(sunk, 1.0), *[(var, -piece.fall * share) for var, share in root]]
        if piece.open_min:
            drain.append((flow, -piece.last * net))
        if piece.spill > 0.0:
            drain.append((spilt, piece.fall))
            lp.most([(spilt, 1.0), (sunk, -piece.ratio)], 0.0)
        lp.least(drain, piece.due - piece.fall * layers.fc)
        deep: Terms = [
            (lost, 1.0),
            (sunk, -piece.last),
            *[(var, -piece.fall * share) for var, share in below],
        ]
        lp.least(deep, -piece.fall * layers.below_fc)

    def _grown(self, index: int, piece: Piece, layers: Layers, fresh: bool) -> tuple[Terms, Terms]:
        """The stores as the day finds them: the border between them moves with the roots at midnight."""
        root, below = self.column.water[index]
        if not fresh:
            return [(root, 1.0)], [(below, 1.0)]
        before = self.pieces.traces.grounds[self.pieces.zone.zone.id][piece.day - 1]
        assert isinstance(before, SoilGround)
        was = before.layers
        if layers.grown_m > was.grown_m:
            share = (layers.grown_m - was.grown_m) / (was.depth_m - was.grown_m)
            return [(root, 1.0), (below, share)], [(below, 1.0 - share)]
        share = (was.grown_m - layers.grown_m) / was.grown_m
        return [(root, 1.0 - share)], [(below, 1.0), (root, share)]


@dataclass(slots=True)
class _Pots(_Rows):
    def step(self, index: int, piece: Piece, first: int, fresh: bool) -> None:
        lp, net = self.lp, self.pieces.mm_per_m3
        ground = self.pieces.ground(piece)
        assert isinstance(ground, PotGround)
        full = ground.capacity_mm
        water, flow = self.column.water[index][0], self.column.flow[index]
        used = self._use(piece, [(water, 1.0)], 0.0, piece.rain, flow)
        lost = lp.var(0.0, INF, self.worth.loss * self.area)
        after = lp.var(0.0, 2.0 * full)
        self._least(used, piece, after, 0.0, 0.5 * full)
        row = lp.equal([(after, 1.0), (water, -1.0), (used, 1.0), (lost, 1.0), (flow, -net)], piece.rain)
        drain: Terms = [(lost, 1.0), (water, -piece.fall)]
        if piece.open_min:
            drain.append((flow, -piece.last * net))
        lp.least(drain, piece.due - piece.fall * full)
        self.column.rows.append((row, row))
        self.column.water.append((after, self.column.water[0][1]))


@dataclass(slots=True)
class _Paddy(_Rows):
    reach: Reach

    def step(self, index: int, piece: Piece, first: int, fresh: bool) -> None:
        lp, net = self.lp, self.pieces.mm_per_m3
        rim = PaddyGround.BUND_MM
        water, flow = self.column.water[index][0], self.column.flow[index]
        used = self._use(piece, [(water, 1.0)], -rim, piece.rain, flow)
        seep = self.reach.seep(first, first + piece.minutes)
        seeped = lp.var(0.0, INF, self.worth.loss * self.area)
        spilt = lp.var(0.0, seep.spill, self.worth.loss * self.area)
        after = lp.var(-rim, min(rim, seep.most + 1e-6))
        self._least(used, piece, after, -rim, 100.0)
        balance: Terms = [(after, 1.0), (water, -1.0), (used, 1.0), (seeped, 1.0), (spilt, 1.0), (flow, -net)]
        row = lp.equal(balance, piece.rain)
        lp.least([(seeped, 1.0), (water, -seep.slope), (spilt, seep.slope)], seep.base)
        if seep.both and self.reach.exact:
            self._side(seep, seeped, water, spilt)
        if seep.spill > 0.0:
            lp.most([(spilt, 1.0), (after, -seep.spill / seep.span)], -seep.spill * seep.low / seep.span)
        self.column.rows.append((row, row))
        self.column.water.append((after, self.column.water[0][1]))

    def _side(self, seep: Seep, seeped: int, water: int, spilt: int) -> None:
        """Above the surface or below it: a switch, so that seepage is not taken from between."""
        lp, side, under = self.lp, self.lp.switch(), -seep.least + seep.fallen + seep.spill
        above, below = lp.var(0.0, max(0.0, seep.most)), lp.var(0.0, under)
        lp.equal([(above, 1.0), (below, -1.0), (water, -1.0), (spilt, 1.0)], -seep.fallen)
        lp.most([(above, 1.0), (side, -max(0.0, seep.most))], 0.0)
        lp.most([(below, 1.0), (side, under)], under)
        lp.least([(seeped, 1.0), (below, -seep.rate / BOTTOM_MM)], seep.rate)


def _less(terms: Terms) -> Terms:
    return [(var, -share) for var, share in terms]
