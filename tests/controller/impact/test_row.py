"""What a ledger row keeps of a day's value comes back whole; older rows are filled in from what ships, and from what they tell."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.impact.baselines import value_day
from controller.impact.day import Day
from controller.impact.row import closed_as, figures_of
from controller.store.audit import Closing
from tests.controller.impact.test_baselines import GRID, site

BASES: list[dict[str, Any]] = [
    {"factor": GRID, "grid_loss": 0.09},
    {"factor": {"value": 0.9, "name": "own", "source": "letter", "year": 2024}},
    {"baseline": "diesel-generator", "factor": "diesel-ipcc-2006", "litres_per_kwh": 0.4, "evidence": "receipts"},
    {"baseline": "diesel-generator", "factor": "diesel-ams-i-a", "litres_per_kwh": 0.4, "litres_per_kwh_uncertainty": 0.1},
    {"baseline": "diesel-pump", "factor": "diesel-heat-ipcc-2006", "head_m": 15, "efficiency": 0.1},
    {"baseline": "history", "factor": "diesel-ipcc-2006", "litres_per_season": 900, "served_then_ha": 1.0,
     "seasons": [{"first": "2026-09-01", "last": "2026-11-29"}]},
]  # fmt: skip
PRICES = [
    {
        "since": "2026-01-01",
        "fuel_idr_per_litre": 6800,
        "electricity_idr_per_kwh": 1444.7,
        "source": "PLN",
        "uncertainty": 0.1,
    }
]
NEW = ("factor_u95", "assumed_u95", "price_u95", "counted", "factor_valid_from", "factor_scope")


def row(solar_wh: float, grid_wh: float, water_m3: float, entry: dict[str, Any]) -> tuple[Any, Closing]:
    """A day as it is valued, and its closing with the row beside it."""
    day: dict[str, float | str] = {"day": "2026-10-01", "solar_wh": solar_wh, "grid_wh": grid_wh, "genset_wh": 0.0,
                                   "water_m3": water_m3, "covered_s": 43_200.0}  # fmt: skip
    valued = value_day(site(**entry, prices=PRICES).file, Day(**day))  # type: ignore[arg-type]
    figures = figures_of(valued) | {"co2_avoided_kg": valued.co2_kg, "saved_idr": valued.saved_idr or 0.0}
    return valued, Closing(1, 0.0, "site", day, figures)


@given(st.floats(0.0, 1e5), st.floats(0.0, 1e5), st.floats(0.0, 1e4), st.sampled_from(BASES))
@settings(max_examples=60, deadline=None)
def test_a_row_comes_back_as_it_was_valued(
    solar_wh: float, grid_wh: float, water_m3: float, entry: dict[str, Any]
) -> None:
    """Every field of a valued day, the factor's validity and uncertainty with it."""
    valued, closing = row(solar_wh, grid_wh, water_m3, entry)
    back = closed_as(closing)
    same = ("value", "unit", "name", "source", "year", "id", "relative", "valid_from", "valid_to", "scope")
    assert [getattr(back.factor, name) for name in same] == [getattr(valued.factor, name) for name in same]
    for name in type(valued).__dataclass_fields__:
        assert name == "factor" or getattr(back, name) == getattr(valued, name), name


@pytest.mark.parametrize("entry", [one for one in BASES if isinstance(one["factor"], str)])
def test_an_older_row_is_filled_in(entry: dict[str, Any]) -> None:
    """Without the newer fields: the factor as it ships, the assumption out of the whole margin (the usual one where the row has no
    trace of it), what the sun did out of the closing's own figures.
    """
    valued, closing = row(8000.0, 2000.0, 100.0, entry)
    old = {name: value for name, value in closing.impact.items() if name not in NEW}
    back = closed_as(Closing(1, 0.0, "site", closing.figures, old))
    assert (back.factor.relative, back.factor.valid_from) == (
        valued.factor.relative,
        valued.factor.valid_from,
    )
    usual = 0.2 if entry["factor"] == "diesel-ams-i-a" else valued.assumed_u95
    assert back.assumed_u95 == pytest.approx(usual, abs=1e-6)
    assert (back.counted, back.price_u95) == (valued.counted, 0.0)


def test_a_shipped_factor_with_another_value_lends_nothing() -> None:
    """The id may have stood for another value once: then its margin and validity are unknown, not today's."""
    _, closing = row(8000.0, 0.0, 0.0, {"factor": GRID})
    old = {name: value for name, value in closing.impact.items() if name not in NEW} | {"factor_value": 0.85}
    factor = closed_as(Closing(1, 0.0, "site", closing.figures, old)).factor
    assert (factor.value, factor.relative, factor.valid_from) == (0.85, 0.0, None)
