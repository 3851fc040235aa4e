"""The oracle's bound: nothing that can be played costs less, and what is played on given water is reckoned nearly exactly."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.config import load_site
from controller.core.site import Site
from simulators.limits import Wants
from simulators.oracle import cost_idr
from simulators.oracle_bound import bound_of
from simulators.oracle_model import Case, build
from simulators.play import play
from simulators.season import local_midnight
from simulators.view import View
from simulators.world import World

KINDS = ("nursery", "vegetables", "paddy", "kutai")
STARTS = ("2026-03-01", "2026-07-15", "2026-10-25", "2026-12-20")
DAYS = 3.0


def _site(kind: str, begin: str) -> tuple[Site, datetime]:
    site, _profiles = load_site(f"simulators/sites/{kind}.yaml")
    return site, local_midnight(site, begin)


@dataclass
class Whims:
    """Random wishes, changed every ten minutes; some only look at how wet it is."""

    world: World
    seed: int
    name: str = "whims"
    latest: Wants = field(default_factory=Wants)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.wet = self.random.random() < 0.5
        self.dry = {zone: self.random.uniform(0.1, 1.1) for zone in self.world.zones}
        self.often = self.random.random(), self.random.random()

    def wants(self, view: View) -> Wants:
        if view.minute % 10 == 0:
            pumps = {pump for pump in self.world.pumps if self.wet or self.random.random() < self.often[0]}
            zones = {
                zone
                for zone in self.world.zones
                if (view.wetness(zone) < self.dry[zone] if self.wet else self.random.random() < self.often[1])
            }
            self.latest = Wants(frozenset(pumps), frozenset(zones), self.random.random() < 0.5)
        return self.latest


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=4, deadline=None)
@given(begin=st.sampled_from(STARTS), weather=st.integers(0, 50), whim=st.integers(0, 10**6))
def test_no_random_policy_beats_the_bound(kind: str, begin: str, weather: int, whim: int) -> None:
    """Whatever is played under the limits, in any weather, costs at least the bound."""
    site, start = _site(kind, begin)
    bound = bound_of(World(site, weather, start), DAYS)
    for seed in (whim, whim + 1):
        world = World(site, weather, start)
        play(world, Whims(world, seed), DAYS)
        assert cost_idr(world) >= bound - 0.5


@pytest.mark.parametrize("kind", KINDS)
def test_a_season_without_irrigation_is_reckoned_nearly_exactly(kind: str) -> None:
    """With no water given the programme's cost is the world's or up to 3 % below it: its dynamics are the world's."""
    site, start = _site(kind, "2026-10-25")
    world = World(site, 1, start)
    model = build(Case(world, 12.0), world, 0, 12 * 1440, 60)
    for column in model.columns.values():
        for flow in column.flow:
            model.lp.high[flow] = 0.0
    for steps in model.pumps.values():
        for variable in (variable for step in steps for variable in step):
            model.lp.high[variable] = 0.0
    value = model.lp.solve().value
    world.advance(start + timedelta(days=12.0))
    cost = cost_idr(world)
    assert cost - 0.03 * abs(cost) <= value <= cost + 0.5


@pytest.mark.parametrize("kind", KINDS)
def test_longer_steps_only_loosen_the_bound_of_what_is_given(kind: str) -> None:
    """Half-hour steps and four-hour steps are both bounds: the coarse one lies lower, and not by half."""
    site, start = _site(kind, "2026-07-15")
    world = World(site, 3, start)
    case = Case(world, 4.0)
    fine = build(case, world, 0, 4 * 1440, 30).lp.solve().value
    coarse = build(case, world, 0, 4 * 1440, 240).lp.solve().value
    assert coarse <= fine + 1.0
    assert fine - coarse <= 0.5 * abs(fine) + 2000.0
