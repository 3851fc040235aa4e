"""The oracle: the cheapest schedule that we find with perfect foresight, under the same limits in the same world, and the bound
below which none can be. docs/oracle.md says how it is found, and how to attack it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Generic, TypeVar

from simulators.account import blocks
from simulators.limits import Wants
from simulators.oracle_bound import LONG_D, bound_of
from simulators.oracle_lp import Solution
from simulators.oracle_model import Case, Model, build
from simulators.oracle_plan import DayPlan, Knobs, Planner
from simulators.oracle_record import Recording, Replay
from simulators.oracle_search import moves
from simulators.oracle_strategy import Foresight
from simulators.play import Strategy, play
from simulators.world import World

Progress = Callable[[str], None]
WorldT = TypeVar("WorldT", bound=World)

WAYS: Final = (
    Knobs(),
    Knobs(tank_d=4.0, least=2.0),
    Knobs(step_min=30, tank_d=3.0),
    Knobs(derate=0.8, tank_d=3.0),
)
"""How the relaxation is rounded, one after the other; the cheapest is searched on."""

SIDES: Final = 2
"""How often paddies choose their side of the surface anew."""


@dataclass(slots=True)
class Found(Generic[WorldT]):
    """``world``: the oracle's, played to the end. ``cost_idr``: its account, ``bound_idr``: what no control can go below.
    ``way``: what the schedule came from; ``kept``: its wishes by minute; ``notes``: for people, (English, Indonesian).
    """

    world: WorldT
    cost_idr: float
    bound_idr: float
    way: str
    kept: list[Wants]
    notes: list[tuple[str, str]] = field(default_factory=list)


def oracle(
    make_world: Callable[[], WorldT],
    days: float,
    *,
    seeds: Mapping[str, Sequence[Wants]] | None = None,
    ways: int | None = None,
    tries: int = 60,
    progress: Progress | None = None,
) -> Found[WorldT]:
    """Find the oracle of a case. ``make_world``: a fresh world each time, always the same. ``seeds``: recorded wishes of others
    (Recording), which the oracle may play too: it is never worse than any of them. ``ways``: how many
    of WAYS are tried (default: all, two where the case is long); ``tries``: replays spent on small moves.
    The same arguments give the same answer, however fast the computer is. Raises SolverMissing.
    """
    say = progress or (lambda _text: None)
    ways = ways if ways is not None else len(WAYS) if days <= LONG_D else 2
    say("bound")
    bound = bound_of(make_world(), days)
    best: Found[WorldT] | None = None
    for name, kept in (seeds or {}).items():
        say(name)
        best = _better(best, _play(make_world(), Replay(list(kept)), days, bound, name))
    plans: dict[int, DayPlan] = {}
    planner: Planner | None = None
    for number, knobs in enumerate(WAYS[:ways]):
        say(f"plan {number + 1}/{ways}")
        world = make_world()
        attempt = planner_of(world, days, knobs)
        strategy = Foresight(attempt, world)
        found = _play(world, strategy, days, bound, f"plan {number + 1}")
        if planner is None or (best is not None and found.cost_idr < best.cost_idr):
            planner, plans = attempt, strategy.plans
        best = _better(best, found)
    assert best is not None
    assert planner is not None
    if best.way.startswith("plan"):
        best = _search(best, make_world, days, planner, plans, tries, say)
    best.notes.append(_gap(best))
    return best


def planner_of(world: World, days: float, knobs: Knobs) -> Planner:
    """The whole case solved for a schedule: strict, and with each paddy on its own side of the surface."""
    case = Case(world, days, strict=True, derate=knobs.derate)
    model, found = _solved(case, world, knobs)
    for _turn in range(SIDES if case.has_paddy else 0):
        case.sides = model.sides(found)
        model, found = _solved(case, world, knobs)
    return Planner(case, model, found, knobs)


def _solved(case: Case, world: World, knobs: Knobs) -> tuple[Model, Solution]:
    model = build(case, world, 0, case.traces.minutes, max(knobs.step_min, 60))
    return model, model.lp.solve()


def _play(world: WorldT, strategy: Strategy, days: float, bound: float, way: str) -> Found[WorldT]:
    recording = Recording(strategy)
    play(world, recording, days)
    return Found(world, cost_idr(world), bound, way, recording.kept)


def cost_idr(world: World) -> float:
    """The account's total, Rupiah."""
    total = blocks(world.site, world.truth())["cost_idr"]["total"]
    assert isinstance(total, float)
    return total


def _better(best: Found[WorldT] | None, found: Found[WorldT]) -> Found[WorldT]:
    return found if best is None or found.cost_idr < best.cost_idr else best


def _search(
    best: Found[WorldT],
    make_world: Callable[[], WorldT],
    days: float,
    planner: Planner,
    plans: dict[int, DayPlan],
    tries: int,
    say: Progress,
) -> Found[WorldT]:
    """Small moves of single days, each played to the end; what is cheaper stays."""
    for number, moved in enumerate(moves(plans, tries)):
        say(f"move {number + 1}/{tries}")
        world = make_world()
        changed = plans | moved
        found = _play(world, Foresight(planner, world, changed), days, best.bound_idr, best.way)
        if found.cost_idr < best.cost_idr - 1.0:
            plans.update(moved)
            best = replace(found, way=f"{best.way.split(' +')[0]} + moves")
    return best


def _gap(found: Found[WorldT]) -> tuple[str, str]:
    gap = found.cost_idr - found.bound_idr
    return (
        f"oracle: Rp {found.cost_idr:,.0f} ({found.way}), bound Rp {found.bound_idr:,.0f}: {gap:,.0f} between them",
        f"oracle: Rp {found.cost_idr:,.0f} ({found.way}), batas Rp {found.bound_idr:,.0f}: selisih {gap:,.0f}",
    )
