"""The drained days of a paddy's season: proven by the gauge, estimated without it, counted as IPCC does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.balance import Season, StepInputs, ZoneBalance
from schedules.drained import regime
from schedules.paddy import demand, trigger_mm, water_mm
from schedules.zone import initial, step
from tests.schedules.zones import AREA_M2, CATALOG, PADDY, quarter

SEASON_D = CATALOG.crop("rice").season_d or 120


def season(levels_m: Sequence[float | None], first: int = 20) -> Season:
    """Days with this gauge level each (None: silent), then the first step of the day after."""
    balance = initial(PADDY, CATALOG, AREA_M2)
    for day, level in enumerate([*levels_m, 0.03], start=first):
        for _ in range(96 if day < first + len(levels_m) else 1):
            balance = step(PADDY, balance, quarter(day, ponding_m=level), CATALOG)
    return of(balance)


def of(balance: ZoneBalance) -> Season:
    """The season's account."""
    assert balance.season is not None
    return balance.season


def test_proven_days_and_one_drainage() -> None:
    """Four days at 5 cm below the soil between flooded ones: four proven days, one drainage of more than three days."""
    balance = season([0.05, -0.05, -0.05, -0.05, -0.05, 0.05])
    assert (balance.proven_d, balance.estimated_d, balance.drainages) == (4, 0, 1)
    assert regime(balance.drainages) == "single_drainage"


def test_three_days_are_no_drainage() -> None:
    """Exactly three days are proven days, but no aeration period: IPCC asked for more than three (2006 Guidelines)."""
    balance = season([0.05, -0.05, -0.05, -0.05, 0.05])
    assert (balance.proven_d, balance.drainages) == (3, 0)
    assert regime(0) == "flooded"


def test_two_drainages_are_multiple() -> None:
    """Two dry spells of five days with water between them."""
    balance = season([0.05, *[-0.1] * 5, 0.05, *[-0.1] * 5, 0.05])
    assert (balance.proven_d, balance.drainages) == (10, 2)
    assert regime(2) == regime(7) == "multiple_drainage"


def test_a_field_that_was_never_flooded_is_not_drained() -> None:
    """Dry from planting on: the days are proven, but there was no water to drain; after the first water it may be."""
    never = season([-0.1] * 8)
    assert (never.proven_d, never.drainages) == (8, 0)
    assert season([*[-0.1] * 5, 0.05, *[-0.1] * 5, 0.05]).drainages == 1


def test_without_a_gauge_nothing_is_proven() -> None:
    """The account alone dries as well, but its days are estimates for ever and make no drainage."""
    balance = initial(PADDY, CATALOG, AREA_M2)
    for day in range(20, 32):
        for _ in range(96):
            balance = step(PADDY, balance, quarter(day, 4.0 / 96.0), CATALOG)
    assert (of(balance).proven_d, of(balance).drainages) == (0, 0)
    assert of(balance).estimated_d >= 9


def test_a_gauge_that_falls_silent_ends_the_proof() -> None:
    """Two proven days, a silent one (estimated), two proven ones: no drainage, because nobody saw the day between."""
    balance = season([-0.05, -0.05, None, -0.05, -0.05])
    assert (balance.proven_d, balance.estimated_d, balance.drainages) == (4, 1, 0)


def test_water_for_a_quarter_of_an_hour_undoes_the_day() -> None:
    """One reading above the soil makes the day a wet one and begins the run anew."""
    balance = initial(PADDY, CATALOG, AREA_M2)
    for day in (20, 21, 22, 23, 24):
        for i in range(96):
            wet = day == 22 and i == 40
            balance = step(PADDY, balance, quarter(day, ponding_m=0.01 if wet else -0.05), CATALOG)
    assert (of(balance).proven_d, of(balance).drainages) == (3, 0)


def test_the_harvest_drying_does_not_count() -> None:
    """Before planting and in the last days of the season drained days are the season's edges, not its management."""
    last = season([-0.1] * 6, first=SEASON_D - 8)
    assert last.proven_d <= 4
    assert season([-0.1] * 6, first=SEASON_D - 11).proven_d == 0
    assert season([-0.1] * 6, first=-10).proven_d == 0


def test_the_account_stays_until_the_next_planting() -> None:
    """After the harvest the season's figures stay; another planting date begins a new account."""
    balance = replace(initial(PADDY, CATALOG, AREA_M2), season=season([0.05, *[-0.1] * 5, 0.05]))
    over = of(step(PADDY, balance, quarter(SEASON_D + 20), CATALOG))
    assert (over.proven_d, over.drainages) == (5, 1)
    again = PADDY.model_copy(update={"planted": PADDY.planted.replace(month=11)})
    fresh = of(step(again, balance, quarter(SEASON_D + 40), CATALOG))
    assert (fresh.proven_d, fresh.drainages, fresh.planted) == (0, 0, "2026-11-01")


def test_safe_awd_and_where_it_is_not_allowed() -> None:
    """The field may fall to -15 cm, but not while the rice is young or flowers; then it is due at 1 cm and says why."""
    young = PADDY.model_copy(update={"awd_from_day": 14, "refill": 1.0})
    assert [trigger_mm(young, day) for day in (0, 13, 14, 59, 60, 75, 76)] == [
        10,
        10,
        -150,
        -150,
        10,
        10,
        -150,
    ]
    balance = step(young, initial(young, CATALOG, AREA_M2), quarter(5, ponding_m=0.002), CATALOG)
    found = demand(young, balance, "sawah", AREA_M2, 0.0, CATALOG)
    assert found is not None
    assert (found.key, found.net_mm) == ("demand_paddy_young", pytest.approx(48.0))


steps = st.builds(
    StepInputs,
    dt_s=st.just(900.0),
    et0_mm=st.floats(0.0, 0.3),
    rain_mm=st.one_of(st.just(0.0), st.floats(0.0, 30.0)),
    irrigated_mm=st.one_of(st.just(0.0), st.floats(0.0, 20.0)),
    local_date=st.just(quarter(30).local_date),
    ponding_m=st.one_of(st.none(), st.floats(-0.9, 0.6)),
)


@settings(max_examples=60)
@given(series=st.lists(steps, min_size=1, max_size=40))
def test_a_full_paddy_wants_nothing(series: list[StepInputs]) -> None:
    """Whatever the weather and the gauge say, nothing is wanted at the upper level, and what is wanted fits below it."""
    balance = initial(PADDY, CATALOG, AREA_M2)
    for one in series:
        balance = step(PADDY, balance, one, CATALOG)
        level = balance.ponding_mm or 0.0
        found = demand(PADDY, balance, "sawah", AREA_M2, 0.0, CATALOG)
        assert found is None or level < PADDY.upper_mm
        assert found is None or found.net_mm <= PADDY.upper_mm - water_mm(level) + 1e-9
