"""Constants of ours that a tuning season puts in place, and puts back."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.config import load_site
from schedules import water_balance
from simulators.cases import Case, open_case, run
from simulators.constants import changed, set_up

SITE = Path("simulators/sites/vegetables.yaml")
SAFE = "schedules.water_balance.SAFE"


def test_a_constant_is_changed_within_and_put_back() -> None:
    """Inside the block the module has the tried value, after it the shipped one, even when the season fails."""
    shipped = water_balance.SAFE

    def season() -> None:
        with changed({SAFE: 0.5, "surplus.ride_wh": 30.0}):
            assert water_balance.SAFE == 0.5
            raise RuntimeError

    with pytest.raises(RuntimeError):
        season()
    assert shipped == water_balance.SAFE


def test_a_name_that_is_not_there_is_refused() -> None:
    """A constant that the module does not have would be tuned in vain."""
    with pytest.raises(AttributeError), changed({"schedules.water_balance.NOWHERE": 1.0}):
        pass


def test_a_setting_of_the_sun_is_changed_in_a_copy() -> None:
    """A name with "surplus." names a setting of the site's hysteresis; the site itself stays as it was."""
    site, _ = load_site(SITE)
    tried = set_up(site, {"surplus.ride_wh": 30.0, SAFE: 0.5})
    assert tried.file.power.surplus.ride_wh == 30.0
    assert site.file.power.surplus.ride_wh != 30.0
    assert set_up(site, {SAFE: 0.5}) is site


def test_a_season_of_ours_takes_the_constants() -> None:
    """A field that may use no water on purpose is watered more."""
    case = Case(SITE, seed=2, start="2026-08-12", days=1.0, planted_days_ago=40)
    shipped, careful = (run(open_case(case), "solar", tried) for tried in (None, {SAFE: 0.0}))
    assert careful["water"]["irrigated_m3"] > shipped["water"]["irrigated_m3"]
