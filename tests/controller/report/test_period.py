"""Periods are whole days, and nothing else passes for one."""

from __future__ import annotations

import pytest

from controller.report.period import between, month, year


def test_months_and_years_are_whole() -> None:
    """A month ends with its last day, leap years too; a year has all its days."""
    assert (month("2028-02").last, len(month("2026-11").days)) == ("2028-02-29", 30)
    assert (year("2026").first, year("2026").last, len(year("2028").days)) == (
        "2026-01-01",
        "2026-12-31",
        366,
    )
    assert between("2026-11-30", "2026-12-02").days == ("2026-11-30", "2026-12-01", "2026-12-02")


@pytest.mark.parametrize("text", ["2026-13", "2026", "2026-1", "26-11", "november", "2026-11-01", ""])
def test_no_month(text: str) -> None:
    """What is not written YYYY-MM is refused."""
    with pytest.raises(ValueError):
        month(text)


@pytest.mark.parametrize(
    "pair", [("2026-11-02", "2026-11-01"), ("2026-02-30", "2026-03-01"), ("2000-01-01", "2026-01-01")]
)
def test_no_range(pair: tuple[str, str]) -> None:
    """Days that do not exist, an end before the beginning, and more than ten years are refused."""
    with pytest.raises(ValueError):
        between(*pair)
