"""The oracle's linear programme of a case: sun, pumps, tanks and zones together, from the world as it stands to the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from simulators.cost import Prices, prices_of
from simulators.field import PaddyGround
from simulators.oracle_lift import Lift, able_minutes, kwh_idr, lift_of, possible_minutes
from simulators.oracle_lp import INF, Lp, Solution, Terms
from simulators.oracle_paddy import Reach
from simulators.oracle_pieces import Pieces
from simulators.oracle_traces import Traces, traces_of
from simulators.oracle_zones import Column, Worth, add_zone
from simulators.plant import OVERFLOW_SHARE, ZoneState
from simulators.tank import DEAD_M, STAND_M
from simulators.world import World

SLACK_S = 120.0
"""Runs may last so much longer than the site's longest: a cycle to see it and one to act."""


@dataclass(slots=True)
class Case:
    """What is fixed in a case. ``strict``: for a schedule that is to be played, not for the bound: no water after a window's
    end, pumps only while the limits let them start, and a crop that drinks by the least water of a step. ``exact``: paddies
    with switches (see Reach). ``derate``: share of a pump's capacity that a strict schedule counts on. ``sides``: by paddy
    and minute, whether it stands under water there (a strict schedule's last solution).
    """

    world: World
    days: float
    strict: bool = False
    exact: bool = False
    derate: float = 0.93
    sides: dict[str, list[bool]] = field(default_factory=dict)
    traces: Traces = field(init=False)
    lifts: dict[str, Lift] = field(init=False)
    pieces: dict[str, Pieces] = field(init=False)
    prices: Prices = field(init=False)

    def __post_init__(self) -> None:
        world = self.world
        self.traces = traces_of(world, self.days)
        self.lifts = {i: lift_of(world, pump, self.traces.potential_w) for i, pump in world.pumps.items()}
        minutes, share = (able_minutes, self.derate) if self.strict else (possible_minutes, 1.0)
        for ident, lift in self.lifts.items():
            able = minutes(world, ident, self.traces)
            lift.volume_m3[:] = [
                m3 * share if may else 0.0 for m3, may in zip(lift.volume_m3, able, strict=True)
            ]
        self.pieces = {
            ident: Pieces(self.traces, zone, _most_m3_h(world, zone), self.strict)
            for ident, zone in world.zones.items()
        }
        self.prices = prices_of(world.site)

    @property
    def has_paddy(self) -> bool:
        """Whether any zone is a paddy."""
        return any(isinstance(zone.ground, PaddyGround) for zone in self.world.zones.values())


@dataclass(frozen=True, slots=True)
class End:
    """Where a case goes on: ``worth`` of a mm (root, below) or of a m3 in a tank, and what it costs (``short``) to have less
    than ``wanted`` in all: prices alone say nothing of how much is wanted at them.
    """

    worth: tuple[float, ...]
    wanted: float
    short: float


@dataclass(slots=True)
class Model:
    """A programme over ``edges`` (minutes) and where its variables are: by zone, by tank (stored m3 at each border), by pump
    (m3 by step and price).
    """

    lp: Lp
    edges: list[int]
    columns: dict[str, Column]
    tanks: dict[str, list[int]]
    tank_rows: dict[str, list[int]]
    pumps: dict[str, list[list[int]]]

    def flows(self, found: Solution, zone: str) -> list[float]:
        """m3 at the valve by step."""
        return [found.x[var] for var in self.columns[zone].flow]

    def sides(self, found: Solution) -> dict[str, list[bool]]:
        """By paddy, for each minute from the start, whether water stands on it."""
        return {
            ident: [
                found.x[column.water[index][0]] > 0.0
                for index, (first, last) in enumerate(pairwise(self.edges))
                for _minute in range(first, last)
            ]
            for ident, column in self.columns.items()
        }

    def pumped(self, found: Solution, pump: str) -> list[float]:
        """m3 lifted by step."""
        return [sum(found.x[var] for var in step) for step in self.pumps[pump]]


def build(
    case: Case,
    world: World,
    first: int,
    last: int,
    step_min: int,
    ends: Mapping[str, End] | None = None,
) -> Model:
    """The programme of minutes ``first``..``last`` from ``world``'s state. ``ends``: by zone and tank, where the case goes
    on after ``last``; None: the case ends, and is settled as its account does.
    """
    lp, edges = Lp(), case.traces.edges(first, last, step_min)
    worth = Worth(case.prices.unmet, case.prices.loss, case.prices.water if ends is None else None)
    columns = {
        ident: add_zone(
            lp, case.pieces[ident], edges, zone.ground, worth, _reach(case, zone, ident, first, last)
        )
        for ident, zone in world.zones.items()
    }
    pumps = {ident: _pump(lp, case, ident, edges) for ident in world.pumps}
    if ends is None:
        lp.offset += case.prices.water * world.started_useful_m3
    model = Model(lp, edges, columns, {}, {}, pumps)
    for ident in world.tanks:
        _tank(model, case, world, ident, worth)
    _direct(model, world)
    for ident, end in (ends or {}).items():
        last_water = columns[ident].water[-1] if ident in columns else (model.tanks[ident][-1],)
        for var, worth_now in zip(last_water, end.worth, strict=False):
            lp.cost[var] -= worth_now
        short = lp.var(0.0, INF, end.short)
        lp.least([(short, 1.0), *[(var, 1.0) for var in last_water]], end.wanted)
    return model


def _reach(case: Case, zone: ZoneState, ident: str, first: int, last: int) -> Reach | None:
    if not isinstance(zone.ground, PaddyGround):
        return None
    lifts = [
        lift.volume_m3
        for pump, lift in case.lifts.items()
        if case.world.pumps[pump].pump.into not in case.world.tanks
    ]
    rate = case.pieces[ident].most_m3_h / 60.0
    most = (
        [min(rate, sum(volumes)) for volumes in zip(*lifts, strict=True)]
        if lifts
        else [rate] * case.traces.minutes
    )
    return Reach(case.pieces[ident], first, case.exact, case.sides.get(ident, [])).run(
        zone.ground, last, most
    )


def _most_m3_h(world: World, zone: ZoneState) -> float:
    """What can flow into a zone at most: from a brim-full tank, or pressed by its pump."""
    tank = world.tanks.get(zone.zone.source)
    if tank is not None:
        level = max(tank.tank.height_m, tank.level_m)
        push: float = ((level + STAND_M) / (tank.tank.full_m + STAND_M)) ** 0.5
        return zone.zone.flow_m3_h * push
    return zone.zone.flow_m3_h * OVERFLOW_SHARE


def _pump(lp: Lp, case: Case, ident: str, edges: list[int]) -> list[list[int]]:
    """Its m3 by step and price of the minutes; each m3 carries its part of a start."""
    lift, price = case.lifts[ident], kwh_idr(case.world) / 1000.0
    start = case.prices.start / _longest_run_m3(case, ident)
    steps: list[list[int]] = []
    for first, last in pairwise(edges):
        by_price: dict[float, float] = defaultdict(float)
        for volume, bought in zip(lift.volume_m3[first:last], lift.bought_wh[first:last], strict=True):
            by_price[bought] += volume
        steps.append(
            [lp.var(0.0, by_price[wh], wh * price + start) for wh in sorted(by_price) if by_price[wh] > 0.0]
        )
    return steps


def _longest_run_m3(case: Case, ident: str) -> float:
    """What one start can lift at most."""
    pump = case.world.pumps[ident]
    hours = (pump.pump.limits.max_run_s + SLACK_S) / 3600.0
    return max(1e-6, 60.0 * hours * max(case.lifts[ident].volume_m3, default=0.0))


def _tank(model: Model, case: Case, world: World, ident: str, worth: Worth) -> None:
    lp, tank = model.lp, world.tanks[ident]
    floor = min(tank.volume_m3, DEAD_M * tank.tank.area_m2)
    rim = tank.tank.area_m2 * tank.tank.height_m
    levels, rows = [lp.var(tank.volume_m3, tank.volume_m3)], []
    for index in range(len(model.edges) - 1):
        after, spilt = lp.var(floor, rim), lp.var(0.0, INF, case.prices.loss)
        terms: Terms = [(after, 1.0), (levels[-1], -1.0), (spilt, 1.0)]
        for name, pump in world.pumps.items():
            sign = (1.0 if pump.pump.suction_tank == ident else 0.0) - (
                1.0 if pump.pump.into == ident else 0.0
            )
            if sign:
                terms += [(var, sign) for var in model.pumps[name][index]]
        for name, zone in world.zones.items():
            if zone.zone.source == ident:
                terms.append((model.columns[name].flow[index], 1.0))
        rows.append(lp.equal(terms, 0.0))
        levels.append(after)
    if worth.end is not None:
        kept = lp.var(-INF, tank.tank.full_m * tank.tank.area_m2, -worth.end)
        lp.most([(kept, 1.0), (levels[-1], -1.0)], 0.0)
    model.tanks[ident], model.tank_rows[ident] = levels, rows


def _direct(model: Model, world: World) -> None:
    """What a pump lifts for zones is what they get."""
    for name, pump in world.pumps.items():
        if pump.pump.into in world.tanks:
            continue
        fed = [ident for ident, zone in world.zones.items() if zone.zone.source == name]
        for index, step in enumerate(model.pumps[name]):
            terms: Terms = [(var, -1.0) for var in step]
            terms += [(model.columns[ident].flow[index], 1.0) for ident in fed]
            model.lp.equal(terms, 0.0)
