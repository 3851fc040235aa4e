"""The defaults of a misting program are those of their sources (schedules/misting.py names them)."""

from __future__ import annotations

import pytest

from schedules.meteorology import saturation_kpa
from schedules.misting import hot
from schedules.program import MistingProgram

SHIPPED = MistingProgram.model_validate({"program": "kabut", "windows": [{"from": "09:00", "to": "16:00"}]})


def deficit(temp_c: float, rh_percent: float) -> float:
    """The vapour pressure deficit of this air, kPa."""
    return saturation_kpa(temp_c) * (1.0 - rh_percent / 100.0)


def test_mist_begins_where_plants_are_stressed() -> None:
    """At 33 C and 1.5 kPa, which is 70 % relative humidity there; not in damper or cooler air."""
    assert hot(SHIPPED, False, 33.0, deficit(33.0, 70.0))
    assert not hot(SHIPPED, False, 33.0, deficit(33.0, 71.0))
    assert not hot(SHIPPED, False, 32.9, deficit(32.9, 50.0))


def test_mist_ends_where_a_misted_house_was_held() -> None:
    """75 % relative humidity at the temperature that ends it is the deficit that ends it."""
    assert deficit(SHIPPED.temp_off_c, 75.0) == pytest.approx(SHIPPED.vpd_off_kpa, abs=0.03)
    assert hot(SHIPPED, True, 31.5, 1.2)
    assert not hot(SHIPPED, True, 31.5, 1.0)


def test_pulses_and_pauses_are_within_those_that_cooled() -> None:
    """Pulses of 20 to 75 s, 160 s and more apart; a day of them lasts through the hot hours."""
    assert 20.0 <= SHIPPED.pulse_s <= 75.0
    assert SHIPPED.pause_s >= 160.0
    assert 6.0 <= SHIPPED.max_pulses_per_day * (SHIPPED.pulse_s + SHIPPED.pause_s) / 3600.0 <= 7.0
