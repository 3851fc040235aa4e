"""One zone over one step of the oracle's relaxation, as numbers: the minutes' physics of ``field`` summed up so that every
trajectory of the world keeps the inequalities of ``oracle_zones`` (docs/oracle.md argues each).
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from math import exp

from simulators.field import ROUND_POTS, Ground, PotGround, SoilGround
from simulators.oracle_traces import LATE_MIN, Traces
from simulators.plant import ZoneState

MINUTE_S = 60.0


@dataclass(slots=True)
class Piece:
    """mm over the zone. ``need``: what the crop could use; ``reach``: share of the water above wilting that it can use within
    the step, at most, per ``easy``; ``rain``: what enters; ``fall``: share of an excess that drains in the step, ``last``: in
    its last minute; ``due``: drainage that rain and use alone bring about, above ``fall`` x (water - capacity); ``spill``: the
    most that can run off a full ground, ``ratio``: and at most so much per mm drained; ``open_min``: minutes with water allowed.
    """

    day: int
    minutes: int
    growing: bool
    need: float = 0.0
    reach: float = 0.0
    rain: float = 0.0
    fall: float = 0.0
    last: float = 0.0
    due: float = 0.0
    spill: float = 0.0
    ratio: float = 0.0
    open_min: int = 0


@dataclass(slots=True)
class Pieces:
    """All pieces of one zone; those already made are kept. ``net_mm_min``: irrigation that a wide-open valve can bring."""

    traces: Traces
    zone: ZoneState
    most_m3_h: float
    strict: bool = False
    open: list[int] = field(init=False)
    brimming: list[bool] = field(init=False)
    _kept: dict[tuple[int, int], Piece] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.open = widened(self.traces.open[self.zone.zone.id], 0 if self.strict else LATE_MIN)
        self.brimming = self._brimming()

    @property
    def mm_per_m3(self) -> float:
        """Net depth that a cubic metre at the valve brings."""
        return 1000.0 * self.zone.ground.efficiency / self.zone.zone.area_m2

    def piece(self, first: int, last: int) -> Piece:
        """The step of minutes ``first``..``last``, within one local day."""
        found = self._kept.get((first, last))
        if found is None:
            found = self._kept[first, last] = self._make(first, last)
        return found

    def ground(self, piece: Piece) -> Ground:
        """The ground of that day, for its limits."""
        return self.traces.grounds[self.zone.zone.id][piece.day]

    def _brimming(self) -> list[bool]:
        """The minutes in which saturated soil could turn water away: those in which it does with the valve open in every
        minute allowed. More water before is never less later, so there are no others.
        """
        traces, ground = self.traces, deepcopy(self.zone.ground)
        found = [False] * traces.minutes
        if not isinstance(ground, SoilGround):
            return found
        gross = 1000.0 * self.most_m3_h / 60.0 / self.zone.zone.area_m2
        account, day, mm_s = ground.account, traces.day[0], MINUTE_S
        for minute, now in enumerate(traces.day):
            if now != day:
                day = now
                ground.new_day(traces.ordinals[day])
            rain = 0.0 if self.zone.roofed else traces.rain_mm[minute]
            before = account.runoff + max(0.0, rain - ground.layers.intake_mm_s * mm_s if rain else 0.0)
            ground.step(mm_s, traces.et0_mm[minute], rain, gross if self.open[minute] else 0.0)
            found[minute] = account.runoff > before + 1e-9
        return found

    def _make(self, first: int, last: int) -> Piece:
        traces = self.traces
        ground = traces.grounds[self.zone.zone.id][traces.day[first]]
        piece = Piece(traces.day[first], last - first, ground.growing)
        piece.open_min = sum(self.open[first:last])
        needs = [ground.kc * et0 for et0 in traces.et0_mm[first:last]]
        piece.need = sum(needs)
        rains = [0.0] * (last - first) if self.zone.roofed else traces.rain_mm[first:last]
        if isinstance(ground, SoilGround):
            rains = [min(rain, ground.layers.intake_mm_s * MINUTE_S) for rain in rains]
            easy = ground.layers.easy
        elif isinstance(ground, PotGround):
            rains = [rain * ROUND_POTS for rain in rains]
            easy = 0.5 * ground.capacity_mm
        else:
            easy = 100.0
        piece.rain = sum(rains)
        left = 1.0
        for need in needs:
            left *= max(0.0, 1.0 - need / easy)
        piece.reach = 1.0 - left
        if isinstance(ground, SoilGround | PotGround):
            _drains(piece, ground.tau_s, needs, rains)
        if isinstance(ground, SoilGround):
            brought = self.most_m3_h / 60.0 * self.mm_per_m3 if piece.open_min else 0.0
            brims = self.brimming[first:last]
            if any(brims):
                fresh = first == 0 or traces.day[first - 1] != piece.day
                _spills(piece, ground, max(needs), rains, brought, brims, fresh)
        return piece


def _drains(piece: Piece, tau_s: float, needs: list[float], rains: list[float]) -> None:
    """Fill in ``fall``, ``last`` and ``due``: the excess as if it decayed all the time (never more than what really drains)."""
    stay = exp(-MINUTE_S / tau_s)
    piece.last = 1.0 - stay
    piece.fall = 1.0 - stay ** len(needs)
    kept = 1.0
    for need, rain in zip(reversed(needs), reversed(rains), strict=True):
        kept *= stay
        piece.due += (rain - need) * (1.0 - kept)


def _spills(
    piece: Piece,
    ground: SoilGround,
    need: float,
    rains: list[float],
    brought: float,
    brims: list[bool],
    fresh: bool,
) -> None:
    """Fill in ``spill`` and ``ratio``: what runs off saturated soil. ``fresh``: a day begins, roots have just grown."""
    layers = ground.layers
    room = piece.last * (layers.sat - layers.fc)
    over = [rain + brought - room if brim else 0.0 for rain, brim in zip(rains, brims, strict=True)]
    if fresh and brims[0]:
        over[0] += room
    most = max(over)
    if most > 0.0:
        piece.spill = sum(mm for mm in over if mm > 0.0)
        drained = piece.last * (layers.sat - layers.fc - need)
        piece.ratio = most / drained if drained > 0.0 else 1e6


def widened(mask: list[int], late: int) -> list[int]:
    """The mask with ``late`` minutes more at the end of each of its spans."""
    wide = list(mask)
    for minute in range(1, len(mask)):
        if mask[minute - 1] and not mask[minute]:
            wide[minute : minute + late] = [1] * len(wide[minute : minute + late])
    return wide
