"""The weather that a site recorded."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from simulators.cases import Case, open_case
from simulators.cli import main
from simulators.weather_files import WeatherError
from simulators.weather_recorded import recorded
from simulators.world import World

SITE = Path("simulators/sites/nursery.yaml")
SPAN = ["--start", "2026-11-12", "--days", "2", "--seed", "4", "--json"]


def test_a_season_can_be_had_again_from_its_own_telemetry(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a site's sensors told in two days gives a weather with nearly the same sun and rain on the same days."""
    assert main(["season", "-c", str(SITE), *SPAN, "--state", str(tmp_path)]) == 0
    capsys.readouterr()
    opened = open_case(Case(SITE, tmp_path / "telemetry.db", 9, "2026-11-12", 1.0))
    again, truth = opened.world(), World(opened.site, 4, opened.start)
    end = datetime.fromtimestamp(opened.start.timestamp(), opened.start.tzinfo) + timedelta(days=1)
    for world in (again, truth):
        world.advance(end)
    sun = [sum(world.day.ghi_w_m2) for world in (again, truth)]
    assert sun[0] == pytest.approx(sum(truth.pv_day.poa_w_m2), rel=0.03)
    assert sun[0] == pytest.approx(sun[1], rel=0.10)
    assert again.rain_mm == pytest.approx(truth.rain_mm, abs=0.5)


@pytest.mark.parametrize("text", ["not a database, only a file with enough letters in it", ""])
def test_what_is_no_record_is_said(tmp_path: Path, text: str) -> None:
    """A file of another kind, or an empty one, is an error that names it."""
    path = tmp_path / "x.db"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WeatherError, match=r"x\.db"):
        recorded(path)
