"""Seasons of the shipped controller in wet weather: whoever is full gets nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.core.instant import Instant
from controller.core.state import ControllerState
from controller.cycle import Cycle
from schedules.paddy import water_mm
from schedules.program import MistingProgram, PaddyProgram, Program
from simulators.cases import Case, open_case
from simulators.season import Season

SITES = Path(__file__).resolve().parents[2] / "simulators" / "sites"


def full(program: Program, state: ControllerState, zone: str) -> bool:
    """Whether the zone's account holds all that its program lets it hold."""
    balance = state.zones[zone].balance
    if isinstance(program, PaddyProgram):
        return water_mm(balance.ponding_mm or 0.0) >= program.upper_mm
    return balance.taw_mm > 0.0 and balance.depletion_mm <= 0.0


@pytest.mark.parametrize(
    ("name", "start", "days", "age"),
    [
        ("nursery", "2026-01-10", 3.0, 30),
        ("vegetables", "2026-08-10", 6.0, 60),
        ("paddy", "2026-08-10", 4.0, 62),  # it flowers: kept flooded
    ],
)
def test_nobody_waters_what_is_full(
    name: str, start: str, days: float, age: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No irrigation begins in a zone at field capacity, with full pots, or at a paddy's upper level; and something is watered, so
    that the test can fail.
    """
    opened = open_case(Case(SITES / f"{name}.yaml", seed=3, start=start, days=days, planted_days_ago=age))
    season = Season(opened.site, opened.profiles, opened.world(), opened.start, opened.days)
    begun: list[tuple[str, bool]] = []
    once = Cycle.once

    async def watched(self: Cycle, at: Instant) -> None:
        before = self.state
        await once(self, at)
        for zone in opened.site.file.zones:
            now, was = self.state.zones[zone.id].irrigation, before.zones.get(zone.id)
            if now is None or was is None or now == was.irrigation or was.irrigation is not None:
                continue
            program = opened.site.programs[zone.program_name]
            if not isinstance(program, MistingProgram):
                begun.append((zone.id, full(program, before, zone.id)))

    monkeypatch.setattr(Cycle, "once", watched)
    season.run()
    assert begun
    assert [zone for zone, was_full in begun if was_full] == []
