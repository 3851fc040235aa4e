"""Each baseline worked by hand, as docs/impact.md works it, against the code."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from controller.core.site import Site
from controller.core.site_impact import Impact
from controller.factors import filled
from controller.impact.baselines import method_u95, solar_share, value_day
from controller.impact.day import Day
from tests.controller.little_world import demo_site

GRID = "grid-sumatera-cm-pv-ex-post-2019"
DAY = Day("2026-07-15", covered_s=86_400.0, solar_wh=8000.0, grid_wh=2000.0, genset_wh=0.0, water_m3=100.0)


def impact(**entry: Any) -> Impact:
    """An ``impact`` section as a site file has it."""
    data = filled({"impact": entry})
    assert isinstance(data, dict)
    return Impact.model_validate(data["impact"])


def site(**entry: Any) -> Site:
    """The demo site with another ``impact``."""
    found = demo_site()
    return found.model_copy(update={"file": found.file.model_copy(update={"impact": impact(**entry)})})


def test_the_grid_by_hand() -> None:
    """8 kWh of sun x 0.86 kg/kWh = 6.88 kg; with 8.7 % lost on the way 7.535 kg; the 2 kWh from the grid count nothing."""
    assert value_day(site(baseline="grid", factor=GRID).file, DAY).co2_kg == pytest.approx(8.0 * 0.86)
    lossy = value_day(site(baseline="grid", factor=GRID, grid_loss=0.087).file, DAY)
    assert lossy.co2_kg == pytest.approx(7.5356, abs=1e-4)
    assert lossy.parameters == {"grid_loss": 0.087}


def test_a_diesel_generator_by_hand() -> None:
    """8 kWh x 0.4 l x 2.676 kg/l x (1 - 0.40 biodiesel of 2026) = 5.138 kg fossil, 3.425 kg biogenic beside it; 3.2 l not burnt."""
    file = site(
        baseline="diesel-generator",
        factor="diesel-ipcc-2006",
        litres_per_kwh=0.4,
        prices=[{"since": "2026-01-01", "fuel_idr_per_litre": 6800, "source": "Biosolar"}],
    ).file
    found = value_day(file, DAY)
    assert found.co2_kg == pytest.approx(5.13792)
    assert found.biogenic_kg == pytest.approx(3.42528)
    assert (found.litres, found.saved_idr) == (pytest.approx(3.2), pytest.approx(21_760.0))
    assert value_day(file, Day("2024-07-15", solar_wh=8000.0)).fossil_share == pytest.approx(0.65)


def test_a_default_per_kwh_by_hand() -> None:
    """8 kWh x 0.8 kg/kWh (AMS-I.A) = 6.4 kg, as published; a site that states its blend gets it taken off."""
    plain = {"baseline": "diesel-generator", "factor": "diesel-ams-i-a"}
    assert value_day(site(**plain).file, DAY).co2_kg == pytest.approx(6.4)
    assert value_day(site(**plain, biodiesel=0.4).file, DAY).co2_kg == pytest.approx(3.84)


def test_a_diesel_pump_by_hand() -> None:
    """100 m3, of which the sun lifted 80, over 15 m at 10 % fuel to water: 32.7 kWh of fuel x 74.1 / 277.8 x 0.6 = 5.233 kg."""
    found = value_day(
        site(baseline="diesel-pump", factor="diesel-heat-ipcc-2006", head_m=15, efficiency=0.10).file, DAY
    )
    assert found.co2_kg == pytest.approx(80.0 * 15.0 * 2.725e-3 / 0.10 * 74.1 / 277.8 * 0.6)
    assert found.co2_kg == pytest.approx(5.2334, abs=1e-3)
    assert found.litres == pytest.approx(32.7 * 3.6 / 36.12)


def test_a_measured_history_by_hand() -> None:
    """900 l in a season of 90 days on 1 ha; 0.14 ha served now, 80 % of the energy from the sun: 10 x 0.14 x 0.8 = 1.12 l a day."""
    file = site(
        baseline="history", factor="diesel-ipcc-2006", litres_per_season=900, served_then_ha=1.0,
        seasons=[{"first": "2026-06-01", "last": "2026-08-29"}],
    ).file  # fmt: skip
    served = sum(zone.area_m2 for zone in file.zones) / 1e4
    found = value_day(file, DAY)
    assert found.litres == pytest.approx(10.0 * served * 0.8)
    assert found.co2_kg == pytest.approx(10.0 * served * 0.8 * 2.676 * 0.6)
    assert value_day(file, Day("2026-09-15", solar_wh=8000.0, water_m3=100.0)).co2_kg == 0.0, "out of season"
    half = Day("2026-07-15", covered_s=43_200.0, solar_wh=8000.0, grid_wh=2000.0)
    assert value_day(file, half).co2_kg == pytest.approx(found.co2_kg / 2.0), "only what was seen"


def test_one_baseline_at_a_time() -> None:
    """From its own day on a later baseline replaces the earlier one; no day has two."""
    both = impact(
        baseline="diesel-generator", factor="diesel-ipcc-2006", litres_per_kwh=0.4, evidence="receipts",
        later=[{"baseline": "grid", "factor": GRID, "since": "2026-08-01", "evidence": "PLN bill"}],
    )  # fmt: skip
    found = demo_site()
    file = found.file.model_copy(update={"impact": both})
    kinds = [value_day(file, Day(day, solar_wh=1000.0)).baseline for day in ("2026-07-31", "2026-08-01")]
    assert kinds == ["diesel-generator", "grid"]


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"baseline": "diesel-pump", "factor": "diesel-heat-ipcc-2006"}, "head_m, efficiency"),
        ({"baseline": "diesel-generator", "factor": "diesel-ipcc-2006"}, "litres_per_kwh"),
        ({"baseline": "history", "factor": "diesel-ipcc-2006"}, "litres_per_season, seasons, served_then_ha"),
        ({"baseline": "grid", "factor": "diesel-ipcc-2006"}, "takes a factor in kg_co2_per_kwh"),
        ({"baseline": "grid", "factor": "grid-sumatra"}, "no factor 'grid-sumatra'"),
        ({"factor": GRID, "later": [{"factor": GRID}]}, "its own 'since'"),
    ],
)
def test_a_baseline_that_cannot_be_reckoned_is_refused(entry: dict[str, Any], says: str) -> None:
    """What is missing or does not fit is named."""
    with pytest.raises(ValidationError, match=says):
        impact(**entry)


def test_uncertainties_multiply() -> None:
    """IPCC equation 3.1: a litre's 5 % with 20 % of specific use is 20.6 %; 2 % of heat with 40 % of an old pump is 40.05 %."""
    generator = impact(baseline="diesel-generator", factor="diesel-ipcc-2006", litres_per_kwh=0.4)
    pump = impact(baseline="diesel-pump", factor="diesel-heat-ipcc-2006", head_m=15, efficiency=0.1)
    assert method_u95(generator) == pytest.approx(0.2062, abs=1e-4)
    assert method_u95(pump) == pytest.approx(0.4005, abs=1e-4)
    assert method_u95(impact(factor=GRID)) == 0.10


figures = st.one_of(st.none(), st.floats(-1e6, 1e6))


@given(figures, figures, figures, figures)
def test_never_negative_and_never_for_what_the_sun_did_not_do(
    solar: float | None, grid: float | None, genset: float | None, water: float | None
) -> None:
    """Whatever meters claim, no baseline gives a negative figure, and without sun none but history's idle day gives any."""
    day = Day("2026-07-15", solar_wh=solar, grid_wh=grid, genset_wh=genset, water_m3=water)
    assert 0.0 <= solar_share(day) <= 1.0
    for entry in (
        {"factor": GRID},
        {"baseline": "diesel-pump", "factor": "diesel-heat-ipcc-2006", "head_m": 15, "efficiency": 0.1},
    ):
        kg = value_day(demo_site().file.model_copy(update={"impact": impact(**entry)}), day).co2_kg
        assert kg >= 0.0
        if (solar or 0.0) <= 0.0 < max(grid or 0.0, genset or 0.0):
            assert kg == 0.0
