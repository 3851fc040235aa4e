"""Seasons behind an inverter that exports nothing, without a sun sensor: the shipped controller finds the sun all the same."""

from __future__ import annotations

import itertools
import shutil
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from controller import cycle
from controller.config import load_site
from controller.core.decide import decide
from controller.core.decision import Decision
from simulators.season import Season
from simulators.world import World

SITES = Path("simulators/sites")
DAYS = 3.0


def season(
    folder: Path, monkeypatch, *changes: tuple[str, str], days: float = DAYS
) -> tuple[dict, list[Decision]]:
    """What really happened on the nursery with these lines of its file changed, and all decisions."""
    text = (SITES / "nursery.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    shutil.copytree(SITES / "nursery", folder / "nursery")
    (folder / "site.yaml").write_text(text, encoding="utf-8")
    site, profiles = load_site(str(folder / "site.yaml"))
    start = datetime(2026, 8, 12, tzinfo=ZoneInfo(site.file.site.timezone))
    decisions: list[Decision] = []

    def noted(*arguments) -> Decision:
        decisions.append(decide(*arguments))
        return decisions[-1]

    monkeypatch.setattr(cycle, "decide", noted)
    world = World(site, 1, start, export=False)
    Season(site, profiles, world, start, days).run()
    return world.truth(), decisions


BLIND = ("  irradiance: surya.irradiance_w_m2\n", "")
DRIVE = (
    "  - {id: relay,",
    "  - {id: penggerak, profile: danfoss-fc102, bus: panel, unit: 5}\n  - {id: relay,",
)
SET_POINT = ("    rated_power_w: 750 ", "    frequency: penggerak.frequency_set_hz\n    rated_power_w: 750 ")


def keys(decisions: list[Decision], kind: str) -> list[str]:
    return [
        e.reason.key for d in decisions for e in d.events if e.kind.value == kind and e.subject == "pompa"
    ]


def test_without_sensor_and_export_the_tank_is_filled_by_the_sun(tmp_path, monkeypatch):
    """Nothing but trials finds the hidden sun: as much water as with a sensor, at most a sixth of the pump's energy from PLN."""
    seen, _ = season(tmp_path / "seen", monkeypatch)
    truth, decisions = season(tmp_path / "blind", monkeypatch, BLIND)
    assert truth["water"]["pumped_m3"] >= 0.8 * seen["water"]["pumped_m3"] > 2.0
    assert set(keys(decisions, "start")) == {"pump_start_probe"}
    assert keys(decisions, "trip") == []
    assert truth["energy"]["pump_grid_kwh"] <= truth["energy"]["pump_kwh"] / 6.0


def test_a_drive_behind_a_throttled_inverter_follows_the_hidden_sun(tmp_path, monkeypatch):
    """The set-point reaches the drive through its profile, climbs and falls with the sun, is not changed in most minutes, and never
    makes a dry-run protection trip.
    """
    truth, decisions = season(tmp_path / "drive", monkeypatch, BLIND, DRIVE, SET_POINT, days=2.0 * DAYS)
    assert truth["water"]["pumped_m3"] > 2.0
    assert keys(decisions, "trip") == []
    hertz = [d.state.pumps["pompa"].hertz for d in decisions]
    running = [one for one in hertz if one > 0.0]
    assert min(running) == 42.5
    assert max(running) > 46.0
    changes = sum(one != other for one, other in itertools.pairwise(hertz))
    assert changes <= 0.6 * len(running)
