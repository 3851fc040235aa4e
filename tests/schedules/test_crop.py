"""The crop through its season, and soil as a store."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.catalog import ROOT_START_M, Stages3
from schedules.crop import (
    GRACE_D,
    adjusted,
    crop_day,
    depletion_fraction,
    is_growing,
    kc_climate,
    kc_curve,
    root_depth_m,
    stage_on,
)
from schedules.soil import depletion_at, infiltration_mm, raw_mm, stress, taw_mm
from tests.schedules.zones import CATALOG

STAGES = (25, 25, 30, 20)


@pytest.mark.parametrize(("day", "kc"), [(20, 0.15), (40, 0.77), (70, 1.19), (95, 0.56)])
def test_kc_of_dry_beans(day: int, kc: float) -> None:
    """Example 28: Kc 0.15, 0.77, 1.19 and 0.56 on four days of the season."""
    assert kc_curve(Stages3(ini=0.15, mid=1.19, end=0.35), STAGES, day) == pytest.approx(kc, abs=0.006)


@pytest.mark.parametrize(("wind", "humidity", "kc"), [(1.3, 75, 1.07), (4.6, 44, 1.30)])
def test_kc_of_maize_in_two_climates(wind: float, humidity: float, kc: float) -> None:
    """Example 27: tabulated 1.20 becomes 1.07 in a humid calm climate and 1.30 in a dry windy one."""
    assert kc_climate(1.20, wind, humidity, 2.0) == pytest.approx(kc, abs=0.006)


def test_climate_limits() -> None:
    """Wind and humidity beyond FAO's limits count as the limits."""
    assert kc_climate(1.2, 20.0, 5.0, 2.0) == kc_climate(1.2, 6.0, 20.0, 2.0)
    assert kc_climate(1.2, 0.0, 99.0, 2.0) == kc_climate(1.2, 1.0, 80.0, 2.0)


def test_low_coefficients_are_no_matter_of_the_air() -> None:
    """Below 0.45 nothing is adjusted: maize's dry end, and a pineapple that shuts its stomata by day; above, both are."""
    maize, pineapple = (adjusted(CATALOG.crop(name), 1.0, 70.0) for name in ("maize", "pineapple"))
    assert (maize.end, pineapple.mid, pineapple.end) == (0.35, 0.30, 0.30)
    assert maize.mid == pytest.approx(kc_climate(1.20, 1.0, 70.0, 2.0))
    assert adjusted(CATALOG.crop("tomato"), 1.0, 70.0).end < 0.80


@given(st.floats(-10, 200))
def test_kc_stays_within_its_three_values(day: float) -> None:
    """On no day does the curve leave the range of its three values, nor jump by more than its steepest slope."""
    kc = Stages3(ini=0.3, mid=1.2, end=0.35)
    assert 0.3 <= kc_curve(kc, STAGES, day) <= 1.2
    assert abs(kc_curve(kc, STAGES, day + 0.01) - kc_curve(kc, STAGES, day)) < 0.01 * 0.9 / 20 + 1e-9


def test_stages_follow_each_other() -> None:
    """Day -1 is before planting, the four stages follow, then the season is over."""
    names = [stage_on(STAGES, day) for day in (-1, 0, 24, 25, 49, 50, 79, 80, 99, 100)]
    assert names == [
        "before",
        "initial",
        "initial",
        "development",
        "development",
        "mid",
        "mid",
        "late",
        "late",
        "over",
    ]


def test_water_is_given_until_after_the_harvest() -> None:
    """An annual crop is watered from planting to 14 days past its table season, a perennial for ever, and an unknown date
    never leaves a crop dry.
    """
    chilli, banana = CATALOG.crop("chilli"), CATALOG.crop("banana-year-1")
    season = chilli.season_d
    assert season == 125
    assert [is_growing(chilli, d) for d in (-1, 0, season + GRACE_D - 1, season + GRACE_D, None)] == [
        False, True, True, False, True,
    ]  # fmt: skip
    assert is_growing(banana, 5000)
    assert crop_day(banana, 5000, 1.0, 60.0).stage == "late"


def test_roots_grow_until_the_mid_season() -> None:
    """Roots go from 0.20 m to the smaller table value when the development stage ends, and stay; trees have theirs at once."""
    chilli = CATALOG.crop("chilli")
    depths = [root_depth_m(chilli, day) for day in range(125)]
    assert depths[0] == pytest.approx(ROOT_START_M, abs=0.01)
    assert depths == sorted(depths)
    assert depths[64] == depths[124] == 0.5
    assert root_depth_m(chilli, 124, 0.8) == 0.8
    assert root_depth_m(CATALOG.crop("rubber"), 0) == 1.0
    assert root_depth_m(chilli, None) == ROOT_START_M


def test_depletion_fraction() -> None:
    """p follows the water use of the day and stays within 0.1 to 0.8."""
    assert depletion_fraction(0.30, 5.0) == 0.30
    assert depletion_fraction(0.30, 3.0) == pytest.approx(0.38)
    assert depletion_fraction(0.65, 0.0) == 0.8
    assert depletion_fraction(0.20, 12.0) == 0.1


@pytest.mark.parametrize(
    ("root", "p", "fc", "wp", "taw", "raw"),
    [
        (0.8, 0.40, 0.15, 0.06, 72, 29), (0.8, 0.40, 0.32, 0.15, 136, 54), (0.8, 0.40, 0.35, 0.23, 96, 38),
        (0.4, 0.30, 0.15, 0.06, 36, 11), (0.4, 0.30, 0.32, 0.15, 68, 20), (0.4, 0.30, 0.35, 0.23, 48, 14),
        (1.2, 0.55, 0.15, 0.06, 108, 59), (1.2, 0.55, 0.32, 0.15, 204, 112), (1.2, 0.55, 0.35, 0.23, 144, 79),
    ],
)  # fmt: skip
def test_soil_water_of_three_crops(root: float, p: float, fc: float, wp: float, taw: int, raw: int) -> None:
    """Example 36: TAW and RAW of tomato, onion and maize on three soils."""
    total = taw_mm(fc, wp, root)
    assert total == pytest.approx(taw, abs=0.5)
    assert raw_mm(p, total) == pytest.approx(raw, abs=0.5)


def test_stress_between_raw_and_taw() -> None:
    """Ks is 1 down to RAW, a half in the middle, 0 at TAW and beyond, also when RAW is all of TAW."""
    assert [stress(d, 100.0, 40.0) for d in (0, 40, 70, 100, 120)] == [1.0, 1.0, 0.5, 0.0, 0.0]
    assert stress(100.0, 100.0, 100.0) == 1.0
    assert stress(101.0, 100.0, 100.0) == 0.0


def test_probe_and_rain_limits() -> None:
    """A probe at field capacity means no depletion, at wilting point all of it; rain enters no faster than the soil takes it."""
    soil = CATALOG.soil("clay")
    assert depletion_at(soil, soil.fc + 0.1, 70.0) == 0.0
    assert depletion_at(soil, soil.wp - 0.1, 70.0) == 70.0
    assert depletion_at(soil, (soil.fc + soil.wp) / 2, 70.0) == pytest.approx(35.0)
    assert infiltration_mm(soil, 30.0, 3600.0) == pytest.approx(soil.ksat_mm_h)
    assert infiltration_mm(soil, 0.2, 3600.0) == 0.2
