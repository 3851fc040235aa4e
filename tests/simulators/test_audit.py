"""The world that watches."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta

import pytest

from controller.config import load_site
from simulators.audit import AuditedWorld
from simulators.season import local_midnight

Switch = Callable[[float, str, bool], None]


def _world(kind: str) -> tuple[AuditedWorld, Switch]:
    site, _ = load_site(f"simulators/sites/{kind}.yaml")
    start = local_midnight(site, "2026-11-10") + timedelta(hours=12)
    world = AuditedWorld(site, 1, start)

    def switch(minute: float, output: str, on: bool) -> None:
        world.advance(start.astimezone(UTC) + timedelta(minutes=minute))
        keys = {p.id: p.run.key for p in site.file.pumps} | {v.id: v.command.key for v in site.file.valves}
        world.apply(*keys[output], float(on))

    return world, switch


@pytest.mark.parametrize(
    ("second", "third", "word"),
    [(2.0, 60.0, "stopped after"), (30.0, 33.0, "rested for"), (301.0, 320.0, "ran for")],
)
def test_a_tank_pump_switched_too_soon_or_too_late_is_told(second: float, third: float, word: str) -> None:
    """A short run, a short rest and a run beyond the longest are each one violation."""
    world, switch = _world("nursery")
    world.tanks["tandon"].tank = world.tanks["tandon"].tank.model_copy(
        update={"height_m": 99.0, "full_m": 98.0}
    )
    switch(0.0, "pompa", True)
    switch(second, "pompa", False)
    switch(third, "pompa", True)
    assert [word in said for said in world.violations] == [True]


def test_a_direct_pump_needs_an_open_way() -> None:
    """Starting against closed gates, and closing the last gate before the pump, are violations; the right order is none."""
    world, switch = _world("paddy")
    switch(0.0, "pompa-sungai", True)
    assert len(world.violations) == 1
    world, switch = _world("paddy")
    switch(0.0, "pintu-hulu", True)
    switch(2.0, "pompa-sungai", True)
    switch(20.0, "pompa-sungai", False)
    switch(21.0, "pintu-hulu", False)
    assert world.violations == []
    world, switch = _world("paddy")
    switch(0.0, "pintu-hulu", True)
    switch(2.0, "pompa-sungai", True)
    switch(20.0, "pintu-hulu", False)
    assert len(world.violations) == 1
