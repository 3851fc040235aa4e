"""A missing forecast degrades, never blocks."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.outlooks import Outlooks
from simulators.cases import Case, open_case, run
from simulators.strategies import OURS


def test_no_zone_stays_dry_because_nothing_could_be_foreseen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four days of a nursery in which no outlook is ever made: it is watered, most of it by the sun, and nothing suffers."""
    monkeypatch.setattr(Outlooks, "consider", lambda *_: None)
    case = Case(
        Path("simulators/sites/nursery.yaml"), seed=1, start="2026-10-01", days=4.0, planted_days_ago=20
    )
    result = run(open_case(case), OURS)
    assert result["pump"]["starts"] > 0
    assert sum(zone["stress_days"] for zone in result["water"]["zones"].values()) == 0
    assert result["energy"]["pump_solar_fraction"] > 0.5
    assert result["violations"] == []
