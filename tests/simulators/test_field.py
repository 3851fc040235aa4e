"""The ground of the world: soil, pots, paddy."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.catalog import catalog
from simulators.field import Ground, PaddyGround, PotGround, SoilGround, coefficient, ground_of
from tests.simulators.sample import programs

KINDS = ("cabai", "bibit", "sawah", "kalender")
DAY = date(2026, 8, 1).toordinal()


def made(kind: str) -> Ground:
    """The ground of a sample program, on 200 m2, in the middle of its season."""
    ground = ground_of(programs()[kind], 200.0)
    ground.new_day(DAY)
    return ground


def dry_out(ground: Ground, days: int, et0_mm_d: float = 5.0) -> None:
    """Let it dry in 15-minute steps without a drop of water."""
    for day in range(days):
        ground.new_day(DAY + day)
        for _ in range(96):
            ground.step(900.0, et0_mm_d / 96, 0.0, 0.0)


Step = st.tuples(
    st.floats(1, 3600),
    st.floats(0, 0.05),
    st.sampled_from([0, 0, 0.3, 2, 30]),
    st.sampled_from([0, 0, 0.1, 5]),
)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(KINDS), st.lists(Step, max_size=60), st.integers(-40, 300))
def test_water_is_conserved(kind: str, steps: list[tuple[float, float, float, float]], age: int) -> None:
    """What fell and was irrigated is used, drained, run off, lost or still there, to 1e-9 mm, on any day of the season."""
    ground = ground_of(programs()[kind], 200.0)
    ground.new_day(DAY)
    before = ground.storage_mm
    for number, (dt_s, et0, rain, gross) in enumerate(steps):
        ground.step(dt_s, et0, rain, gross)
        if number % 10 == 0:
            ground.new_day(DAY + age + number)
    account = ground.account
    gone = account.lost + account.eta + account.bare + account.drainage + account.runoff
    assert account.rain + account.irrigated - gone == pytest.approx(ground.storage_mm - before, abs=1e-9)
    assert 0.0 <= account.eta <= account.etc + 1e-12
    assert 0.0 < ground.vwc < 0.7


@pytest.mark.parametrize("kind", KINDS)
def test_a_dry_spell_hurts(kind: str) -> None:
    """Three weeks without water end in stress days and unmet need, and the probe has fallen."""
    ground = made(kind)
    before = ground.vwc
    dry_out(ground, 21)
    assert ground.account.stress_days > 0
    assert ground.account.eta < 0.95 * ground.account.etc
    assert ground.vwc < before


def test_a_watered_crop_is_not_stressed() -> None:
    """A daily refill of what was used leaves no stress day."""
    ground = made("cabai")
    for day in range(30):
        ground.new_day(DAY + day)
        used = ground.account.eta
        for _ in range(96):
            ground.step(900.0, 4.0 / 96, 0.0, 0.0)
        ground.step(60.0, 0.0, 0.0, (ground.account.eta - used) / ground.efficiency)
    assert ground.account.stress_days == 0


def test_too_much_water_drains_within_days() -> None:
    """Soil above field capacity comes back to it: nine tenths of the excess are gone after three days."""
    ground = made("cabai")
    assert isinstance(ground, SoilGround)
    ground.step(60.0, 0.0, 0.0, 90.0)
    for _ in range(3 * 96):
        ground.step(900.0, 0.0, 0.0, 0.0)
    soil = catalog().soil("sandy-clay-loam")
    assert soil.fc <= ground.vwc < soil.fc + 0.02
    assert ground.account.drainage > 0.0


def test_heavy_rain_runs_off() -> None:
    """Rain faster than the soil takes it runs off."""
    ground = made("cabai")
    ground.step(60.0, 0.0, 3.0, 0.0)
    assert ground.account.runoff > 2.0


def test_roots_grow_into_the_soil() -> None:
    """Growing roots move the border between the stores, not the water."""
    ground = ground_of(programs()["cabai"], 200.0)
    ground.new_day(date(2026, 7, 2).toordinal())
    before, shallow = ground.storage_mm, getattr(ground, "root_mm")  # noqa: B009
    ground.new_day(date(2026, 9, 10).toordinal())
    assert ground.storage_mm == pytest.approx(before, abs=1e-9)
    assert getattr(ground, "root_mm") > 2.0 * shallow  # noqa: B009


def test_nothing_grows_outside_the_season() -> None:
    """Before planting and two weeks after the season no crop need is counted, only bare evaporation."""
    for day in (date(2026, 6, 1), date(2027, 3, 1)):
        ground = ground_of(programs()["cabai"], 200.0)
        ground.new_day(day.toordinal())
        ground.step(3600.0, 0.5, 0.0, 0.0)
        assert ground.account.etc == 0.0
        assert ground.account.bare > 0.0


def test_coefficients_of_the_stages() -> None:
    """FAO-56 example 28: stages 25/25/30/20 with 0.15/1.19/0.35 give 0.15, 0.77, 1.19 and 0.56 on days 20, 40, 70 and 95."""
    kc = {"ini": 0.15, "mid": 1.19, "end": 0.35}
    crop = catalog().crop("maize").model_copy(update={"stages_d": (25, 25, 30, 20)})
    crop = crop.model_copy(update={"kc": type(crop.kc).model_validate(kc)})
    assert [round(coefficient(crop, day), 2) for day in (20, 40, 70, 95)] == [0.15, 0.77, 1.19, 0.56]


def test_pots_drip_when_full() -> None:
    """A full bed of pots keeps its capacity; the surplus is gone within an hour."""
    ground = made("bibit")
    assert isinstance(ground, PotGround)
    ground.step(60.0, 0.0, 0.0, 10.0)
    for _ in range(60):
        ground.step(60.0, 0.0, 0.0, 0.0)
    assert ground.water_mm == pytest.approx(ground.capacity_mm, abs=0.1)


def test_the_paddy_falls_and_spills() -> None:
    """Two dry weeks bring the level below the soil, to the safe -150 mm and deeper; a flood leaves 150 mm behind the bund."""
    ground = made("sawah")
    assert isinstance(ground, PaddyGround)
    dry_out(ground, 14)
    assert -0.6 < ground.ponding_m < -0.15
    ground.step(60.0, 0.0, 400.0, 0.0)
    assert ground.ponding_m == pytest.approx(0.15)
    assert ground.account.runoff > 100.0
