"""Probes in substrate may make the account of pots drier, never wetter."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.balance import DAY_S, ZoneBalance
from schedules.container import POT_DOUBT, PROBED_DOUBT, TAUGHT, easy_mm
from schedules.program import ContainerProgram
from schedules.prospect import Prospect
from schedules.substrate import FADE_D, FAST_D, TAU_S, beyond, drier
from schedules.zone import demand, initial, step
from tests.schedules.zones import AREA_M2, CATALOG, POTS, quarter

SHARE = st.floats(0.0, 0.6)
ROOFED = POTS.model_copy(update={"rain_skip": False})


@given(st.lists(SHARE, min_size=1, max_size=3), st.none() | SHARE, st.floats(0.0, 10.0))
def test_only_drier_and_never_beyond_empty(vwc: list[float], full: float | None, depletion: float) -> None:
    """Whatever the probes say, the account stays where it is or becomes drier, and never passes an empty pot."""
    after, wettest = drier(tuple(vwc), full, 0.22, 10.0, depletion, 900.0)
    assert depletion <= after <= 10.0
    assert wettest is not None


def test_what_is_gone_since_the_wettest_reading_is_missing() -> None:
    """Half of the available water gone by the probe: the account goes half way there in about one time constant."""
    depletion, full = 0.0, None
    depletion, full = drier((0.32,), full, 0.22, 10.0, depletion, 900.0)
    assert (depletion, full) == (0.0, 0.32)
    for _ in range(int(TAU_S / 900.0)):
        depletion, full = drier((0.21,), full, 0.22, 10.0, depletion, 900.0)
    assert depletion == pytest.approx(5.0 * 0.62, abs=0.2)


def test_pots_that_still_drip_are_no_full_pots() -> None:
    """What a probe shows within half an hour of water is above what pots keep: taken for full, every dose would be too large by as
    much; the first word of a probe waits as well. That it is dry is heard at once.
    """
    assert drier((0.40,), 0.33, 0.22, 10.0, 0.0, 900.0, drained=False) == (
        0.0,
        pytest.approx(0.33, abs=0.001),
    )
    assert drier((0.20,), 0.33, 0.22, 10.0, 0.0, 900.0, drained=False)[0] > 0.0
    assert drier((0.40,), None, 0.22, 10.0, 0.0, 900.0, drained=False) == (0.0, None)
    assert 0.33 < (drier((0.34,), 0.33, 0.22, 10.0, 0.0, 900.0)[1] or 0.0) < 0.34  # one word is not all of it


@settings(max_examples=25, deadline=None)
@given(
    st.floats(0.85, 1.3),
    st.floats(0.7, 1.6) | st.just(0.0),
    st.floats(-0.08, 0.08),
    st.sampled_from((0.0, 1.0)),
)
def test_pots_stay_in_easy_water_whatever_their_probe_was_made_for(
    errs: float, slope: float, offset: float, taught: float
) -> None:
    """Melons dosed for forty days by an account that reckons 15 % too little to 30 % too much, beside a radio probe that shows
    0.7 to 1.6 times of what is gone and stands beside the truth: they never leave their easy water. Beside a dead one an account
    that is right or high does not either.
    """
    driest, _ = dosed(max(1.0, errs) if slope == 0.0 else errs, slope, offset, taught)
    assert driest <= easy_mm(TAW_MM, 0.3 * TAW_MM)


def test_a_probe_put_back_elsewhere_is_forgotten_and_an_account_that_errs_is_not_followed() -> None:
    """The wettest reading fades fast while it calls pots drier by more than weather can explain; else hardly: pots that a low
    account never fills would dry out with it.
    """
    assert all(beyond(corrected, used) for corrected, used in ((-2.1, 5.0), (-0.5, 0.0)))
    assert not any(beyond(corrected, 5.0) for corrected in (-1.9, 2.0))
    for fading, a_day in ((True, FAST_D), (False, FADE_D)):
        full = drier((0.30,), 0.33, 0.22, 10.0, 2.0, 900.0, fading=fading)[1]
        assert full == pytest.approx(0.33 - a_day / 96.0)


@settings(max_examples=25, deadline=None)
@given(st.floats(1.0, 1.3), st.floats(0.7, 1.6), st.floats(1.0, 2.0), st.sampled_from((0.0, 1.0)))
def test_a_probe_in_a_lucky_pot_does_not_dry_out_its_neighbours(
    errs: float, slope: float, lucky: float, taught: float
) -> None:
    """A dripper that gives its pot up to twice as much, and the probe stands there: the others stay in their easy water, because
    nothing is ever taken from the account on the word of one pot (ADR 25).
    """
    driest, _ = dosed(errs, slope, taught=taught, lucky=lucky)
    assert driest <= easy_mm(TAW_MM, 0.3 * TAW_MM)


def test_a_wrong_wet_word_is_forgotten() -> None:
    """One value 0.05 too wet, on the sixth day: from the twentieth on less than a twentieth of the water drains for it."""
    assert dosed(1.0, 1.0, spike=0.05)[1] < 0.05


TAW_MM = 10_000 * 0.9 * POTS.available_share / AREA_M2


def dosed(
    errs: float,
    slope: float,
    offset: float = 0.0,
    taught: float = 0.0,
    spike: float = 0.0,
    lucky: float = 1.0,
) -> tuple[float, float]:
    """(most that was gone in forty roofed days, share of the water that drained in the second twenty), with 5 mm of ET0 a day, of
    which the account reckons ``errs`` times. A radio probe tells every 45 minutes, once ``spike`` too much. The pot that it
    stands in gets ``lucky`` times the water of the others, which are the ones told of.
    """
    pots = ROOFED.model_copy(update={"max_doses_per_day": 12})
    balance, gone, driest, drained, given_mm = initial(pots, CATALOG, AREA_M2), 0.0, 0.0, 0.0, 0.0
    word, age_s, there = 0.0, 0.0, 0.0
    for number in range(40 * 96):
        day, hour = number // 96, number % 96 / 4.0
        et0 = et0_mm(hour)
        irrigated = dose_mm(pots, balance, number) if 6.0 <= hour < 17.5 else 0.0
        gone += pots.kc * et0 - irrigated * pots.efficiency
        there = max(0.0, there + pots.kc * et0 - irrigated * pots.efficiency * lucky)
        driest = max(driest, gone)
        if day >= 20:
            drained, given_mm = drained + max(0.0, -gone), given_mm + irrigated
        gone = max(0.0, gone)
        if number % 3 == 2:
            word, age_s = 0.32 + offset - slope * there / TAW_MM * POTS.available_share, 0.0
            word += spike if number == 497 else 0.0
        inputs = quarter(
            day,
            errs * et0,
            irrigated=irrigated,
            vwc=(word,) if number > 2 else (),
            vwc_age_s=age_s,
            taught=taught,
        )
        balance, age_s = step(pots, balance, inputs, CATALOG), age_s + 900.0
    return driest, drained / given_mm


def et0_mm(hour: float) -> float:
    """ET0 of a quarter hour of a day with 5 mm."""
    return 5.0 * math.pi / 96.0 * max(0.0, math.sin(math.pi * (hour - 6.0) / 12.0))


def dose_mm(pots: ContainerProgram, balance: ZoneBalance, number: int) -> float:
    """What the pots ask for now, with the noon's or the night's pause before them."""
    prospect = Prospect(hold_d=0.3 if number % 96 < 48 else 0.1)
    wanted = demand(pots, balance, "melon", AREA_M2, number * 900.0, None, CATALOG, prospect)
    return 0.0 if wanted is None else wanted.volume_l / AREA_M2


def test_no_probe_no_opinion() -> None:
    """Without a reading account and memory stay as they are."""
    assert drier((), 0.3, 0.22, 10.0, 1.5, 900.0) == (1.5, 0.3)


def test_a_word_from_before_the_water_does_not_call_watered_pots_dry() -> None:
    """A radio probe that told "dry" before the dose is heard for half an hour more: the account of pots that are full by now does
    not move. The same word told after the dose counts, while water still drips too: clogged emitters are found so.
    """
    seen = replace(
        initial(ROOFED, CATALOG, AREA_M2), depletion_mm=0.0, full_vwc=0.33, since_irrigation_d=900.0 / DAY_S
    )
    held = step(ROOFED, seen, quarter(et0=0.04, vwc=(0.20,), vwc_age_s=2400.0), CATALOG)
    fresh = step(ROOFED, seen, quarter(et0=0.04, vwc=(0.20,), vwc_age_s=600.0), CATALOG)
    assert held.corrected_mm == 0.0 > fresh.corrected_mm


def test_a_probe_halves_the_doubt_while_it_speaks() -> None:
    """Under a roof a probe that was heard within a day lets the account be doubted less; silent for longer it counts as none."""
    pots = replace(initial(ROOFED, CATALOG, AREA_M2), depletion_mm=0.5)
    blind = step(ROOFED, pots, quarter(et0=0.04), CATALOG)
    heard = step(ROOFED, pots, quarter(et0=0.04, vwc=(0.30,)), CATALOG)
    silent = step(ROOFED, replace(heard, probe_age_s=DAY_S, doubt_mm=0.0), quarter(et0=0.04), CATALOG)
    assert heard.doubt_mm == pytest.approx(blind.doubt_mm * PROBED_DOUBT / POT_DOUBT)
    assert silent.doubt_mm == pytest.approx(blind.doubt_mm, rel=0.01)


def test_soil_probes_of_the_site_halve_the_doubt_of_pots_in_the_open() -> None:
    """Where soils hold the reckoning to account day after day, half of what pots may have missed is not given any more."""
    pots = replace(initial(POTS, CATALOG, AREA_M2), depletion_mm=0.5)
    alone = step(POTS, pots, quarter(et0=0.04), CATALOG)
    taught = step(POTS, pots, quarter(et0=0.04, taught=1.0), CATALOG)
    assert taught.doubt_mm == pytest.approx((1.0 - TAUGHT) * alone.doubt_mm)


def test_rain_drips_from_pots_as_water_does() -> None:
    """A value of a storm's hour is no full pot, and a dry one of before it no dry pot; under a roof the storm says nothing."""
    seen = replace(initial(POTS, CATALOG, AREA_M2), depletion_mm=0.0, full_vwc=0.33)
    wet, dry = quarter(rain=4.0, vwc=(0.40,)), quarter(rain=4.0, vwc=(0.20,))
    assert step(POTS, seen, wet, CATALOG).full_vwc == 0.33
    assert step(POTS, seen, dry, CATALOG).corrected_mm == 0.0
    after = replace(
        seen, rain_log=(0.0, 4.0), rain_24h_mm=4.0
    )  # the clock's hour has turned, the pots still drip
    assert step(POTS, after, quarter(vwc=(0.40,)), CATALOG).full_vwc == 0.33
    assert (step(ROOFED, seen, wet, CATALOG).full_vwc or 0.0) > 0.33
