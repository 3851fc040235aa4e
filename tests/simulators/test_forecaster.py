"""The provider with a stated error says what it states, and only those who ask hear it."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime
from statistics import fmean, pstdev

import pytest

from simulators.cases import Case, forecaster_of, open_case
from simulators.cli import main
from simulators.forecaster import Forecaster
from simulators.season import Season
from simulators.weather import GeneratedWeather, sky_of
from tests.controller.little_world import ROOT, demo_site

START = datetime(2026, 6, 1, tzinfo=UTC).timestamp()


def provider(error: float) -> Forecaster:
    where = demo_site().file.site
    sky = sky_of(where)
    return Forecaster(GeneratedWeather(where, 5, sky), sky, 5, error)


def day_errors(error: float, hour: int) -> list[float]:
    """Relative errors of one forecast hour over a hundred forecasts, the sun well up."""
    truth = provider(0.0)
    told = replace(truth, error=error)
    found = []
    for day in range(100):
        at = START + day * 86_400.0 + 6 * 3600.0  # 13:00 local
        real, said = truth.at(at).ghi_w_m2[hour], told.at(at).ghi_w_m2[hour]
        if real > 50.0:
            found.append(said / real - 1.0)
    return found


@pytest.mark.parametrize("error", [0.1, 0.25])
def test_the_error_is_the_stated_one(error: float) -> None:
    """Over forecasts the day-ahead error has the stated spread (with the day's bias), the next hour about two thirds of it."""
    ahead, near = day_errors(error, 24), day_errors(error, 0)
    whole = error * math.hypot(1.0, 0.5)
    assert pstdev(ahead) == pytest.approx(whole, rel=0.25)
    assert fmean(ahead) == pytest.approx(0.0, abs=0.35 * error)
    assert pstdev(near) < 0.85 * pstdev(ahead)


def test_without_error_it_is_the_truth() -> None:
    """Error 0 tells the world's own hours, rain too."""
    one = provider(0.0).at(START)
    where = demo_site().file.site
    weather, sky = GeneratedWeather(where, 5), sky_of(where)
    day = weather.day(sky.ordinal(START))
    hour = int((START - sky.midnight(sky.ordinal(START))) // 3600.0)
    assert one.ghi_w_m2[0] == pytest.approx(fmean(day.ghi_w_m2[60 * hour : 60 * hour + 60]), abs=0.06)
    assert one.rain_mm[0] == pytest.approx(sum(day.rain_mm[60 * hour : 60 * hour + 60]), abs=0.006)
    assert one == provider(0.0).at(START)


def test_a_season_hears_it_only_when_asked() -> None:
    """A case without a forecast has no provider; with one the outlooks have its word and a record of it after two days."""
    case = Case(ROOT / "config.yaml", seed=3, start="2026-06-01", days=2.2)
    assert forecaster_of(open_case(case)) is None
    opened = open_case(replace(case, forecast=0.1))
    season = Season(
        opened.site, opened.profiles, opened.world(), opened.start, opened.days, cycle_s=300.0,
        forecaster=forecaster_of(opened),
    )  # fmt: skip
    controller = season.run()
    kept = controller.planning.outlooks.kept
    assert kept.provided is not None
    assert kept.skill.records["3h"].n > 20
    assert kept.own.records["1h"].n > 20


@pytest.mark.parametrize("kind", ["provider", "provider:2", "provider:x", "oracle", "persistence:1"])
def test_a_kind_that_does_not_exist(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Anything else is refused with how it is written."""
    with pytest.raises(SystemExit) as caught:
        main(["season", "--days", "1", "--forecast", kind])
    assert caught.value.code == 1
    assert "provider:" in capsys.readouterr().err
