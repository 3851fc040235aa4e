"""Methane of drained paddies by hand (IPCC 2019 Refinement, volume 4, chapter 5): only after proven drainages, in the season."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from controller.core.site import SiteFile
from controller.impact.day import Day
from controller.impact.estimate import Estimate
from controller.impact.methane import ch4_kg, paddy_days, u95
from controller.impact.methane_lines import methane_lines
from tests.controller.impact.test_baselines import GRID, site

PLANTED = date(2026, 9, 1)


def paddy(**methane: Any) -> SiteFile:
    return site(factor=GRID, methane={"zones": ["cabai"], **methane}).file


def day(n: int, drainages: float, proven_d: float = 0.0, planted: str | None = None) -> Day:
    """The n-th day of the season (0: planting) as its closing tells it."""
    told: dict[str, float | str] = {"planted": planted or PLANTED.isoformat(), "drainages": drainages}
    return Day(
        (PLANTED + timedelta(days=n)).isoformat(), paddies={"cabai": {**told, "drained_proven_d": proven_d}}
    )


def test_a_day_by_hand() -> None:
    """Flooded until now: nothing. After one proven drainage 1.22 x (1 - 0.71), after two 1.22 x (1 - 0.55) kg CH4 per hectare."""
    file = paddy()
    area = next(zone.area_m2 for zone in file.zones if zone.id == "cabai") / 1e4
    assert ch4_kg(file, day(20, 0)) == 0.0
    assert ch4_kg(file, day(21, 1)) == pytest.approx(1.22 * 0.29 * area)
    assert ch4_kg(file, day(22, 2)) == pytest.approx(1.22 * 0.45 * area)
    assert ch4_kg(file, day(23, 7)) == ch4_kg(file, day(22, 2))


def test_estimated_days_and_other_days_never_count() -> None:
    """Days that no gauge proved make no drainage; before planting and after the 102 days of a season nothing counts."""
    file = paddy()
    told: dict[str, float | str] = {
        "planted": PLANTED.isoformat(),
        "drainages": 0,
        "drained_estimated_d": 30.0,
    }
    assert ch4_kg(file, Day("2026-10-10", paddies={"cabai": told})) == 0.0
    assert ch4_kg(file, day(-1, 2)) == 0.0
    assert ch4_kg(file, day(101, 2)) > 0.0
    assert ch4_kg(file, day(102, 2)) == 0.0
    assert paddy_days(file, Day("2026-10-10", paddies={"cabai": {"planted": "soon"}})) == ()
    assert paddy_days(site(factor=GRID).file, day(20, 2)) == (), "a site without `methane` claims none"


def test_a_season_never_counts_more_than_tier_1() -> None:
    """Drainages on day 20 and 30 of 102: 10 days single and 72 multiple; Tier 1 takes all 102 as multiple and is told beside it."""
    file = paddy()
    days = [day(n, (n >= 20) + (n >= 30)) for n in range(102)]
    (line,) = methane_lines(file, days)
    area = line.area_ha
    assert line.ch4_kg.value == pytest.approx(1.22 * area * (10 * 0.29 + 72 * 0.45))
    assert line.tier1_kg == pytest.approx(1.22 * area * 102 * 0.45)
    assert line.ch4_co2e_kg.value == pytest.approx(28.0 * line.ch4_kg.value)
    assert (line.days, line.counted_d, line.regime) == (102, 82, "multiple_drainage")


def test_seasons_are_lines_of_their_own() -> None:
    """Another planting date begins at nothing."""
    lines = methane_lines(paddy(), [day(40, 2), day(120, 0, planted="2026-12-20")])
    assert [(line.planted, line.drainages) for line in lines] == [("2026-09-01", 2), ("2026-12-20", 0)]
    assert lines[1].ch4_kg.value == 0.0


def test_paddies_that_were_drained_before_avoid_less() -> None:
    """Against single drainage only the step to multiple counts: 0.71 - 0.55."""
    file = paddy(before="single-drainage")
    assert ch4_kg(file, day(22, 1)) == 0.0
    assert ch4_kg(file, day(22, 2)) == pytest.approx(1.22 * 0.16 * paddy_days(file, day(22, 2))[0].area_ha)


def test_the_uncertainty_by_hand() -> None:
    """(1.81 - 1.22)/1.22 = 48 %, pre-season 12 %, and 1.00 +- 0.27 less 0.55 +- 0.17: 71 %; together 87 %."""
    methane = paddy().impact.methane
    assert methane is not None
    difference = (0.27**2 + 0.17**2) ** 0.5 / 0.45
    assert u95(methane, 2) == pytest.approx((0.4836**2 + 0.12**2 + difference**2) ** 0.5, abs=1e-3)
    assert 0.85 < u95(methane, 2) < 0.89
    assert u95(methane, 0) == 0.0


def test_nitrous_oxide_is_taken_off_where_the_fertiliser_is_stated() -> None:
    """120 kg N x (0.005 - 0.003) x 44/28 = 0.377 kg N2O per hectare and season, x 265 = 100 kg CO2e, spread over 102 days; its
    half-width 0.013 of 0.002: the wider sides 0.016 - 0.005 and 0.010 - 0.003 in quadrature.
    """
    file = paddy(nitrogen_kg_ha=120)
    (one,) = paddy_days(file, day(40, 2))
    assert one.n2o_co2e_kg.value == pytest.approx(0.37714 * 265.0 / 102.0 * one.area_ha, rel=1e-4)
    assert one.n2o_co2e_kg.relative == pytest.approx((0.011**2 + 0.007**2) ** 0.5 / 0.002)
    assert paddy_days(file, day(40, 0))[0].n2o_co2e_kg == Estimate()
    assert paddy_days(paddy(), day(40, 2))[0].n2o_co2e_kg == Estimate()


def test_days_of_nitrous_oxide_err_alike() -> None:
    """All days share the two factors: a line's half-width is the sum of its days', not their quadrature."""
    (line,) = methane_lines(paddy(nitrogen_kg_ha=120), [day(n, 2) for n in range(40, 50)])
    (one,) = paddy_days(paddy(nitrogen_kg_ha=120), day(40, 2))
    assert line.n2o_co2e_kg.half == pytest.approx(10.0 * one.n2o_co2e_kg.half)


def test_soil_that_was_drained_before_gives_off_no_more() -> None:
    """Table 11.1 has one factor for single and multiple drainage: nothing changes between the two."""
    file = paddy(nitrogen_kg_ha=120, before="single-drainage")
    (one,) = paddy_days(file, day(40, 2))
    assert one.ch4_kg > 0.0
    assert one.n2o_co2e_kg == Estimate()


def test_a_line_tells_the_days_of_each_regime() -> None:
    """10 days at 1.00 - 0.71 and 72 at 1.00 - 0.55, each with the half-width of its difference: what its sum is made of."""
    (line,) = methane_lines(paddy(), [day(n, (n >= 20) + (n >= 30)) for n in range(102)])
    (single, multiple) = line.parts
    assert (single[0], multiple[0], line.lived_d) == (10, 72, 102.0)
    assert single[1:] == pytest.approx((0.29, (0.27**2 + 0.23**2) ** 0.5 / 0.29))
    assert multiple[1:] == pytest.approx((0.45, (0.27**2 + 0.17**2) ** 0.5 / 0.45))
