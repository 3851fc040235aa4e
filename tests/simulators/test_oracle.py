"""The oracle is never worse than what it may copy, never better than its bound, and always the same."""

from __future__ import annotations

import sys

import pytest

from controller.config import load_site
from simulators.audit import AuditedWorld
from simulators.oracle import cost_idr, oracle
from simulators.oracle_bound import bound_of
from simulators.oracle_lp import Lp, SolverMissing
from simulators.oracle_record import Recording, Replay
from simulators.play import play
from simulators.season import local_midnight
from simulators.strategies import PRACTICES, make
from simulators.world import World

DAYS = 3.0


def _fresh(kind: str) -> AuditedWorld:
    site, _profiles = load_site(f"simulators/sites/{kind}.yaml")
    return AuditedWorld(site, 5, local_midnight(site, "2026-10-25"))


@pytest.mark.parametrize("kind", ["vegetables", "paddy"])
def test_it_lies_between_its_bound_and_every_practice(kind: str) -> None:
    """bound <= oracle <= each practice, with every limit kept."""
    costs, seeds = [], {}
    for practice in PRACTICES:
        other = _fresh(kind)
        recording = Recording(make(practice, other.site))
        play(other, recording, DAYS)
        costs.append(cost_idr(other))
        seeds[practice] = recording.kept
    found = oracle(lambda: _fresh(kind), DAYS, seeds=seeds, ways=1, tries=3)
    assert found.bound_idr <= found.cost_idr <= min(costs)
    assert found.cost_idr == cost_idr(found.world)
    assert not found.world.violations


def test_it_is_the_same_every_time() -> None:
    """Two searches find the same schedule to the rupiah."""
    one, two = (oracle(lambda: _fresh("nursery"), 2.0, ways=1, tries=2) for _ in range(2))
    assert one.cost_idr == two.cost_idr
    assert one.kept == two.kept
    assert one.bound_idr <= one.cost_idr


def test_a_recording_played_again_is_the_same_season() -> None:
    """What a practice wished, minute by minute, leaves the same world."""
    first = _fresh("vegetables")
    recording = Recording(make("threshold", first.site))
    play(first, recording, 2.0)
    again = _fresh("vegetables")
    play(again, Replay(recording.kept), 2.0)
    assert again.truth() == first.truth()


def test_without_the_solver_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """No HiGHS: one sentence with the extra to install, not a traceback of imports."""
    monkeypatch.setitem(sys.modules, "highspy", None)
    lp = Lp()
    lp.var()
    with pytest.raises(SolverMissing, match=r"tirtasurya\[solver\]"):
        lp.solve()


def test_the_world_it_plans_for_stays_as_it_is() -> None:
    """Reading a case leaves the world untouched: the bound costs it no water."""
    world: World = _fresh("nursery")
    before = world.truth()
    bound_of(world, 2.0)
    assert world.truth() == before
