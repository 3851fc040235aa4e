"""A paddy zone: ponding, safe alternate wetting and drying, flowering, harvest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.balance import StepInputs
from schedules.paddy import BUND_MM, level_mm, water_mm
from schedules.prospect import Prospect
from schedules.zone import demand, initial, step
from tests.schedules.zones import CATALOG, PADDY, days, quarter

WHOLE = PADDY.model_copy(update={"refill": 1.0})
HECTARE = 10_000.0


def on(day: int, level: float) -> StepInputs:
    """A step with a gauge reading in mm."""
    return quarter(day, ponding_m=level / 1000.0)


@given(st.floats(-700.0, 500.0))
def test_level_and_water_are_one(level: float) -> None:
    """Level to water and back is the same level, above and below the soil."""
    assert level_mm(water_mm(level)) == pytest.approx(level, abs=1e-9)


def test_a_filled_field_lasts_about_a_week() -> None:
    """From 50 mm ponded, with 4 mm/d percolation and 4 mm/d ET0, the safe depth of -150 mm is reached in 7 to 11 days."""
    balance = step(PADDY, initial(PADDY, CATALOG, HECTARE), on(30, 50.0), CATALOG)
    count = 0
    while balance.ponding_mm is not None and balance.ponding_mm > PADDY.lower_mm:
        balance = days(PADDY, balance, 30 + count, 1)
        count += 1
    assert 7 <= count <= 11
    assert balance.ks == pytest.approx(1.0, abs=0.05)
    assert balance.drained_days > 1.0


def test_water_is_due_at_the_safe_depth() -> None:
    """With ``refill: 1`` a field at -150 mm wants what lifts it to 50 mm above the soil, 50 + 22.5 mm; well above it nothing."""
    start = initial(WHOLE, CATALOG, HECTARE)
    high = step(WHOLE, start, on(30, 20.0), CATALOG)
    assert demand(WHOLE, high, "sawah", HECTARE, 0.0, None, CATALOG) is None
    low = step(WHOLE, start, on(30, -150.0), CATALOG)
    want = demand(WHOLE, low, "sawah", HECTARE, 0.0, None, CATALOG)
    assert want is not None
    assert want.key == "demand_paddy_low"
    assert want.net_mm == pytest.approx(72.5)
    assert want.volume_l == pytest.approx(72.5 / 0.85 * HECTARE)
    assert want.urgency >= 0.5


def test_a_shallow_field_keeps_room_for_rain() -> None:
    """Without ``refill`` and with plenty of water the field gets what keeps it above its trigger for a day; where the pumps lift
    less than is needed it also gets what they would fall behind over a dry stretch, and earlier.
    """
    low = step(PADDY, initial(PADDY, CATALOG, HECTARE), on(30, -150.0), CATALOG)
    use = low.kc * low.et0_mm_d + PADDY.percolation_mm_d
    want = demand(PADDY, low, "sawah", HECTARE, 0.0, None, CATALOG)
    assert want is not None
    assert want.net_mm == pytest.approx(1.25 * use)
    high = step(PADDY, low, on(30, 5.0), CATALOG)
    poor = Prospect(plenty=1.15)
    scarce = demand(PADDY, high, "sawah", HECTARE, 0.0, None, CATALOG, poor)
    assert scarce is not None
    use = high.kc * high.et0_mm_d + PADDY.percolation_mm_d
    above_mm = 5.0 - water_mm(PADDY.lower_mm)
    assert scarce.net_mm == pytest.approx(1.25 * use + poor.stored_mm(use) - above_mm)
    assert scarce.urgency == 0.0


def test_flooded_while_flowering() -> None:
    """From day 60 to 75 a field with less than 10 mm wants water; the day before and after it does not."""
    start = initial(PADDY, CATALOG, HECTARE)
    wants = {}
    for day in (59, 60, 75, 76):
        balance = step(PADDY, start, on(day, 5.0), CATALOG)
        want = demand(PADDY, balance, "sawah", HECTARE, 0.0, None, CATALOG)
        wants[day] = None if want is None else want.key
    assert wants == {59: None, 60: "demand_paddy_flowering", 75: "demand_paddy_flowering", 76: None}


def test_of_fields_below_the_safe_depth_the_deepest_comes_first() -> None:
    """A flowering field that only lost its flood is due but not more urgent than a hurt one; below the safe depth urgency rises
    with depth, alike whether the rice flowers, and is not at its end before the roots' water is gone.
    """
    start = initial(PADDY, CATALOG, HECTARE)

    def urgency(day: int, level: float) -> float:
        low = step(PADDY, start, on(day, level), CATALOG)
        want = demand(PADDY, low, "sawah", HECTARE, 0.0, None, CATALOG)
        return 0.0 if want is None else want.urgency

    assert urgency(65, 0.0) == urgency(65, -100.0) == 0.5 < urgency(30, -200.0)
    assert urgency(30, -200.0) == pytest.approx(urgency(65, -200.0), abs=0.01)
    assert urgency(30, -200.0) < urgency(30, -350.0) < urgency(30, -500.0) < 1.0


def test_dries_up_for_the_harvest() -> None:
    """Nothing in the last 12 days of the season (150 d), nor before planting, however low the level."""
    start = initial(PADDY, CATALOG, HECTARE)
    for day, wanted in ((-1, False), (0, True), (137, True), (138, False), (160, False)):
        balance = step(PADDY, start, on(day, -200.0), CATALOG)
        assert (demand(PADDY, balance, "sawah", HECTARE, 0.0, None, CATALOG) is not None) == wanted, day


def test_rain_beyond_the_bund_runs_over() -> None:
    """A 120 mm day on a full field: the bund holds 100 mm, the rest runs over and is counted."""
    full = step(PADDY, initial(PADDY, CATALOG, HECTARE), on(30, 50.0), CATALOG)
    wet = step(PADDY, full, quarter(30, rain=120.0), CATALOG)
    assert wet.ponding_mm == pytest.approx(PADDY.upper_mm + BUND_MM)
    assert wet.runoff_mm == pytest.approx(70.0, abs=0.1)


def test_the_gauge_is_the_truth_and_a_broken_one_is_not() -> None:
    """A gauge replaces the level at once and is booked as a correction; an impossible value is ignored and ages out."""
    start = step(PADDY, initial(PADDY, CATALOG, HECTARE), quarter(30), CATALOG)
    seen = step(PADDY, start, on(30, 40.0), CATALOG)
    assert seen.ponding_mm == pytest.approx(40.0)
    assert seen.level == "sensor"
    assert seen.corrected_mm - start.corrected_mm == pytest.approx(40.0, abs=1.0)
    broken = step(PADDY, seen, quarter(30, ponding_m=3.0), CATALOG)
    assert broken.ponding_mm == pytest.approx(40.0, abs=0.1)
    for _ in range(13):
        broken = step(PADDY, broken, quarter(30, ponding_m=3.0), CATALOG)
    assert broken.level == "balance"


def test_unknown_date_keeps_it_flooded() -> None:
    """While the date is unknown the field is treated as flowering: flooded rice is never wrong for the rice."""
    blind = initial(PADDY, CATALOG, HECTARE)
    want = demand(PADDY, replace(blind, ponding_mm=0.0), "sawah", HECTARE, 0.0, None, CATALOG)
    assert want is not None
    assert want.key == "demand_paddy_flowering"
