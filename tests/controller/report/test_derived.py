"""What is reckoned from two figures has the margin of the meters behind them, not of two strangers."""

from __future__ import annotations

import pytest

from controller.impact.day import ANY, Day
from controller.impact.day_sums import combined


def test_one_meter_in_two_figures_adds_up_or_cancels() -> None:
    """What one meter errs in both adds up in the sum and cancels in the difference; different meters combine in quadrature."""
    margins = {"pumps_wh": {"a": 3.0}, "aux_wh": {"a": 4.0}}
    day = Day("2026-01-01", pumps_wh=100.0, aux_wh=50.0, margins=margins)
    both = combined([day], {"pumps_wh": 1.0, "aux_wh": 1.0})
    less = combined([day], {"pumps_wh": 1.0, "aux_wh": -1.0})
    assert both is not None
    assert less is not None
    assert (both.value, both.half_width) == pytest.approx((150.0, 7.0))
    assert (less.value, less.half_width) == pytest.approx((50.0, 1.0))
    for source in ("b", ANY):
        other = Day(
            "2026-01-01",
            pumps_wh=100.0,
            aux_wh=50.0,
            margins={"pumps_wh": {"a": 3.0}, "aux_wh": {source: 4.0}},
        )
        apart = combined([other], {"pumps_wh": 1.0, "aux_wh": 1.0})
        assert apart is not None
        assert apart.half_width == pytest.approx(5.0)


def test_parts_and_what_is_not_told() -> None:
    """Tanks count with their own margins; a figure that no day tells is none; nothing at all is None."""
    margins = {"water_m3": {"w": 2.0}, "tanks": {"t/": 1.5}}
    days = [
        Day("2026-01-01", water_m3=10.0, tanks={"t": 2.0}, margins=margins),
        Day("2026-01-02", water_m3=5.0, margins=margins),
    ]
    kept = combined(days, {"water_m3": 1.0, "tanks.t": -1.0})
    assert kept is not None
    assert kept.value == pytest.approx(13.0)
    assert kept.half_width == pytest.approx((4.0**2 + 1.5**2) ** 0.5)
    assert combined(days, {"aux_wh": 1.0}) is None
