"""A strategy that is played obeys the controller's limits, and the same switches give the same water as in a season."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.config import load_site
from controller.core.site import Site
from simulators.limits import Wants
from simulators.oracle_record import Replay, WatchedWorld
from simulators.play import play
from simulators.season import Season, local_midnight
from simulators.truth import truth_of, water_residual_m3
from simulators.view import View
from simulators.world import World

Edges = list[tuple[float, bool]]
KINDS = ("nursery", "vegetables", "paddy", "kutai")


def _site(kind: str) -> tuple[Site, Any]:
    return load_site(f"simulators/sites/{kind}.yaml")


class Watched(World):
    """Keeps what is wanted after each change."""

    def __init__(self, site: Site, seed: int, start: datetime) -> None:
        super().__init__(site, seed, start)
        self.on: dict[float, tuple[frozenset[str], frozenset[str]]] = {}

    def apply(self, device: str, quantity: str, value: float, at: datetime | None = None) -> None:
        super().apply(device, quantity, value, at)
        pumps = frozenset(name for name, pump in self.pumps.items() if pump.wanted)
        zones = frozenset(name for name, zone in self.zones.items() if all(v.wanted for v in zone.valves))
        self.on[self.now_s] = (pumps, zones)


@pytest.mark.parametrize("kind", ["nursery", "paddy"])
def test_the_switches_of_a_season_played_again_move_the_same_water(kind: str) -> None:
    """Playing what the shipped controller switched gives its pumped, irrigated and drained water within a per cent."""
    site, profiles = _site(kind)
    start = local_midnight(site, "2026-11-01")
    world = WatchedWorld(site, 3, start)
    Season(site, profiles, world, start, 4.0).run()
    again = World(site, 3, start)
    play(again, Replay(world.wishes(4.0)), 4.0)
    ours, played = truth_of(world), truth_of(again)
    assert ours["water"]["pumped_m3"] > 4.0
    for key in ("pumped_m3", "irrigated_m3", "drainage_m3"):
        assert played["water"][key] == pytest.approx(ours["water"][key], rel=0.01, abs=0.05)
    assert (
        abs(played["pump"]["starts"] - ours["pump"]["starts"]) <= 1
    )  # a reading is up to a poll older in a season


@dataclass
class Whims:
    """Wishes for this and that, changing every few minutes."""

    site: Site
    random: Random
    name: str = "whims"
    latest: Wants = field(default_factory=Wants)

    def wants(self, view: View) -> Wants:
        if self.random.random() < 0.1:
            pumps = frozenset(p.id for p in self.site.file.pumps if self.random.random() < 0.7)
            zones = frozenset(z.id for z in self.site.file.zones if self.random.random() < 0.4)
            self.latest = Wants(pumps, zones, backup=self.random.random() < 0.5)
        return self.latest


def _runs(world: Watched, pump: str) -> Edges:
    edges: Edges = []
    for at, (pumps, _) in sorted(world.on.items()):
        if (pump in pumps) is not (bool(edges) and edges[-1][1]):
            edges.append((at, pump in pumps))
    return edges


@settings(max_examples=12, deadline=None)
@given(kind=st.sampled_from(KINDS), seed=st.integers(0, 1000))
def test_no_wish_breaks_the_limits_of_a_pump_or_loses_water(kind: str, seed: int) -> None:
    """Whatever is wished for: rests, starts per hour and longest run hold, a way is open, water adds up."""
    site, _ = _site(kind)
    world = Watched(site, seed, local_midnight(site, "2026-08-01"))
    play(world, Whims(site, Random(seed)), 2.0)
    for pump in site.file.pumps:
        limits, edges = pump.limits, _runs(world, pump.id)
        starts = [at for at, on in edges if on]
        assert starts
        for (before, was), (at, _now) in pairwise(edges):
            if was:
                assert at - before <= limits.max_run_s + 60.0
            else:
                assert at - before >= limits.min_rest_s
        assert all(sum(at - 3600.0 < s <= at for s in starts) <= limits.starts_per_hour for at in starts)
        if pump.into == "zones":
            assert all(world.on[at][1] for at in starts)
        state = world.pumps[pump.id]
        assert state.volume_m3 == 0.0 or state.wear.starts > 0
    for tank in world.tanks.values():
        assert tank.overflow_m3 == 0.0
    assert abs(water_residual_m3(world)) < 1e-6


@dataclass
class Always:
    """Everything, always, with or without the back-up supply."""

    site: Site
    backup: bool
    name: str = "always"

    def wants(self, view: View) -> Wants:
        zones = frozenset(zone.id for zone in self.site.file.zones)
        return Wants(frozenset(pump.id for pump in self.site.file.pumps), zones, self.backup)


def test_the_grid_carries_a_pump_only_when_it_is_asked_to() -> None:
    """Without the wish for back-up a pump stands at night; with it the site's grid runs it, metered."""
    site, _ = _site("vegetables")
    sun, grid = (World(site, 1, local_midnight(site, "2026-08-01")) for _ in range(2))
    play(sun, Always(site, backup=False), 0.2)
    play(grid, Always(site, backup=True), 0.2)
    assert sun.pumps["pompa"].volume_m3 == 0.0
    assert grid.pumps["pompa"].volume_m3 > 3.0
    assert truth_of(grid)["energy"]["grid_kwh"] > truth_of(sun)["energy"]["grid_kwh"] + 0.5


def test_a_site_that_forbids_its_genset_keeps_it_silent() -> None:
    """A wish for back-up is refused where the site file does not let forced starts use it."""
    site, _ = _site("kutai")
    world = World(site, 1, local_midnight(site, "2026-08-01"))
    play(world, Always(site, backup=True), 0.2)
    assert world.pumps["pompa-kolam"].volume_m3 == 0.0
