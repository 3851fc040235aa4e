"""Doses of pots by the sun and by the air's dryness, with pot water as the guard on both sides."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.balance import StepInputs, ZoneBalance
from schedules.container import demand
from schedules.dosing import RADIATION_J_CM2, VPD_KPA_H, limit, size_mm
from schedules.program import ContainerProgram
from schedules.prospect import Prospect
from schedules.zone import initial, step
from tests.schedules.zones import AREA_M2, CATALOG, MORNING

MELON = ContainerProgram(
    program="melon", windows=(MORNING,), pots=600, pot_volume_l=8.0, rain_skip=False, efficiency=0.9, max_doses_per_day=24
)  # fmt: skip
SUN = MELON.model_copy(update={"dose_by": "radiation", "dose_l": 0.12})
AIR = MELON.model_copy(update={"dose_by": "vpd", "dose_mm": 0.24})
DAY = date(2026, 11, 21)


def quarter(et0: float = 0.0, irrigated: float = 0.0, **more: object) -> StepInputs:
    """A quarter of an hour in the house."""
    return StepInputs(900.0, et0, 0.0, irrigated, DAY, **more)  # type: ignore[arg-type]


def wants(program: ContainerProgram, balance: ZoneBalance) -> str:
    """The key of the demand, "" for none."""
    found = demand(program, balance, "melon", AREA_M2, 0.0)
    return "" if found is None else found.key


def test_limits_and_sizes_in_their_units() -> None:
    """J/cm2 and MJ/m2 say the same; a litre per pot is its share of what the pots hold; defaults are the sourced ones."""
    assert limit(SUN) == RADIATION_J_CM2
    assert limit(SUN.model_copy(update={"radiation_mj_m2": 1.5})) == pytest.approx(150.0)
    assert limit(SUN.model_copy(update={"radiation_j_cm2": 150.0})) == 150.0
    assert (limit(AIR), limit(MELON)) == (VPD_KPA_H, 0.0)
    taw = initial(SUN, CATALOG, AREA_M2).taw_mm
    assert size_mm(SUN, taw) == pytest.approx(0.12 * 600 / AREA_M2)


def test_a_day_in_the_melon_house_by_the_sun() -> None:
    """At 600 W/m2 190 J/cm2 take 53 minutes, on the quarter-hour grid an hour: eight doses of 0.12 l, none by night."""
    balance = replace(initial(SUN, CATALOG, AREA_M2), depletion_mm=0.9)
    doses: list[float] = []
    for i in range(96):
        sun = 600.0 if 32 <= i < 65 else 0.0
        give = 0.0
        if wants(SUN, balance) == "demand_container_radiation":
            found = demand(SUN, balance, "melon", AREA_M2, 0.0)
            assert found is not None
            assert 40.0 <= found.volume_l <= 80.0 + 1e-9
            give = found.volume_l / AREA_M2
            doses.append(i / 4.0)
        balance = step(SUN, balance, quarter(sun * 900.0 / 5.5e6, give, radiation_w_m2=sun), CATALOG)
    assert doses == [9.0 + hour for hour in range(8)]
    assert balance.doses_today == 8


def test_by_the_air() -> None:
    """1.8 kPa for an hour and a half make 2.7 kPa h: a dose is due then and not before; half a dose pays half of the sum."""
    balance = replace(initial(AIR, CATALOG, AREA_M2), depletion_mm=0.6)
    for _ in range(5):
        balance = step(AIR, balance, quarter(vpd_kpa=1.8), CATALOG)
    assert wants(AIR, balance) == ""
    balance = step(AIR, balance, quarter(vpd_kpa=1.8), CATALOG)
    assert wants(AIR, balance) == "demand_container_vpd"
    half = step(AIR, balance, quarter(irrigated=0.12 / 0.9, vpd_kpa=0.0), CATALOG)
    assert half.dose_sum == pytest.approx(1.35)
    whole = step(AIR, balance, quarter(irrigated=0.24 / 0.9, vpd_kpa=0.4), CATALOG)
    assert whole.dose_sum == pytest.approx(0.1)


def test_full_pots_wait_whatever_the_sun_says() -> None:
    """Pots that rain or a person has filled begin a new sum, and a set dose waits until half of it has room."""
    balance = replace(initial(SUN, CATALOG, AREA_M2), depletion_mm=0.1, dose_sum=500.0)
    assert wants(SUN, balance) == ""
    room = replace(balance, depletion_mm=0.3)
    found = demand(SUN, room, "melon", AREA_M2, 0.0)
    assert found is not None
    assert found.net_mm == pytest.approx(0.3)
    full = step(SUN, balance, quarter(irrigated=2.0, radiation_w_m2=0.0), CATALOG)
    assert (full.depletion_mm, full.dose_sum) == (0.0, 0.0)


def test_dry_pots_do_not_wait_for_the_sun() -> None:
    """At dose_share a dose is due in any light, told as the pots' own need."""
    balance = initial(SUN, CATALOG, AREA_M2)
    assert wants(SUN, replace(balance, depletion_mm=balance.raw_mm)) == "demand_container_dose"
    assert wants(SUN, replace(balance, depletion_mm=0.95 * balance.raw_mm)) == ""


@pytest.mark.parametrize("by", ["radiation", "vpd"])
@pytest.mark.parametrize("hold_d", [0.1, 0.5, 1.0])
def test_in_the_open_a_sum_still_asks_for_its_dose(by: str, hold_d: float) -> None:
    """However soon the next window comes, room for rain takes less than half of RAW of it, and dry pots are dosed in any light."""
    program = MELON.model_copy(update={"dose_by": by, "rain_skip": True})
    fresh = initial(program, CATALOG, AREA_M2)
    for share, total in ((0.6, 1.0), (1.0, 0.0)):
        balance = replace(
            fresh, depletion_mm=share * fresh.raw_mm, et0_mm_d=4.0, dose_sum=total * limit(program)
        )
        found = demand(program, balance, "melon", AREA_M2, 0.0, Prospect(hold_d))
        assert found is not None
        assert found.net_mm >= (share - 0.5) * fresh.raw_mm


def test_without_its_sensor_pot_water_decides_and_says_so() -> None:
    """Half an hour of silence is bridged; after it the zone is dosed by pot water under its own key, until the sensor is back."""
    balance = initial(SUN, CATALOG, AREA_M2)
    balance = replace(balance, depletion_mm=0.97 * balance.raw_mm)
    for _ in range(2):
        balance = step(SUN, balance, quarter(), CATALOG)
    assert wants(SUN, balance) == ""
    balance = step(SUN, balance, quarter(), CATALOG)
    assert wants(SUN, balance) == "demand_container_blind"
    assert wants(SUN, step(SUN, balance, quarter(radiation_w_m2=10.0), CATALOG)) == ""


def test_drain_takes_the_salts_along() -> None:
    """With a drain share of a fifth, a refill of 0.8 mm gives 1.0 and 0.2 run through."""
    program = MELON.model_copy(update={"drain_share": 0.2})
    balance = initial(program, CATALOG, AREA_M2)
    balance = replace(balance, depletion_mm=balance.raw_mm)
    found = demand(program, balance, "melon", AREA_M2, 0.0)
    assert found is not None
    assert found.net_mm == pytest.approx(balance.raw_mm / 0.8)
    after = step(program, balance, quarter(irrigated=found.volume_l / AREA_M2), CATALOG)
    assert after.depletion_mm == pytest.approx(0.0, abs=1e-9)
    assert after.drainage_mm == pytest.approx(0.2 * found.net_mm)


weather = st.builds(
    StepInputs,
    dt_s=st.just(900.0),
    et0_mm=st.floats(0.0, 0.3),
    rain_mm=st.one_of(st.just(0.0), st.floats(0.0, 20.0)),
    irrigated_mm=st.one_of(st.just(0.0), st.floats(0.0, 3.0)),
    local_date=st.just(DAY),
    radiation_w_m2=st.one_of(st.none(), st.floats(0.0, 1200.0)),
    vpd_kpa=st.one_of(st.none(), st.floats(0.0, 5.0)),
)


@settings(max_examples=60)
@given(
    series=st.lists(weather, min_size=1, max_size=40),
    program=st.sampled_from(
        [MELON, SUN, AIR, SUN.model_copy(update={"rain_skip": True, "drain_share": 0.3})]
    ),
)
def test_never_drowned_and_water_is_conserved(program: ContainerProgram, series: list[StepInputs]) -> None:
    """Whatever the weather and the signals: full pots want nothing, a dose is never more than is missing by account and
    doubt plus its drain share, and in = out + change within 1e-9 mm."""
    balance = step(program, initial(program, CATALOG, AREA_M2), quarter(), CATALOG)
    first, came = balance, 0.0
    for one in series:
        balance = step(program, balance, one, CATALOG)
        came += one.rain_mm + one.irrigated_mm * program.efficiency
        found = demand(program, balance, "melon", AREA_M2, 0.0)
        missing = balance.depletion_mm + balance.doubt_mm
        assert found is None or 0.0 < found.net_mm <= missing / (1.0 - program.drain_share) + 1e-9
        assert balance.depletion_mm > 0.0 or found is None
        assert 0.0 <= balance.dose_sum <= 2.0 * limit(SUN)
    went = balance.eta_mm + balance.drainage_mm + balance.runoff_mm
    assert came - went == pytest.approx(first.depletion_mm - balance.depletion_mm, abs=1e-9)
