"""The glossary: complete in both languages, equal to its page, and every unit on a maker's paper converts exactly."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from drivers.quantities import QUANTITIES, markdown, quantity, split_channel, unit_factor, units_for

PAGE = Path(__file__).parents[2] / "docs" / "nomenclature.md"


def test_page_is_the_table() -> None:
    """docs/nomenclature.md shows exactly what drivers/quantities.py says."""
    assert markdown() in PAGE.read_text(encoding="utf-8")


def test_every_quantity_is_told_in_both_languages() -> None:
    """No row lacks a description, and numbers have a range."""
    for name, row in QUANTITIES.items():
        assert row.description_en, name
        assert row.description_id, name
        assert row.is_text or row.minimum < row.maximum, name


def test_indonesian_never_calls_the_sun_diesel() -> None:
    """ "solar" means diesel fuel in Indonesian, so it never stands in the Indonesian column."""
    assert not [n for n, row in QUANTITIES.items() if "solar" in row.description_id.lower()]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("switch_3", ("switch", 3)), ("pv_power_w_1", ("pv_power_w", 1)), ("power_w", ("power_w", None)),
     ("irradiance_w_m2", ("irradiance_w_m2", None)), ("flow_m3", ("flow_m3", None)), ("temp_c_٣", ("temp_c_٣", None))],
)  # fmt: skip
def test_channel_index(name: str, expected: tuple[str, int | None]) -> None:
    """A trailing number is a channel, but not where it belongs to the unit."""
    assert split_channel(name) == expected


@pytest.mark.parametrize(
    ("unit", "target", "factor"),
    [("kWh", "Wh", 1000), ("L/min", "m3/h", Fraction(6, 100)), ("%", "m3/m3", Fraction(1, 100)), (None, "W", 1), ("W", "W", 1),
     ("kWh", "W", None), ("furlong", "m", None)],
)  # fmt: skip
def test_units(unit: str | None, target: str, factor: Fraction | None) -> None:
    """Units convert by exact fractions, and impossible ones are told apart."""
    assert unit_factor(unit, target) == factor


def test_unknown_names() -> None:
    """A name outside the glossary is None, with or without a number."""
    assert quantity("powerw") is None
    assert quantity("powerw_1") is None
    assert quantity("valve_2") is QUANTITIES["valve"]
    assert units_for("bar")[0] == "bar"
