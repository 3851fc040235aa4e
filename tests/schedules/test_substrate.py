"""Probes in substrate may make the account of pots drier, never wetter."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.balance import DAY_S
from schedules.container import POT_DOUBT, PROBED_DOUBT
from schedules.substrate import TAU_S, drier
from schedules.zone import initial, step
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
    assert drier((0.34,), 0.33, 0.22, 10.0, 0.0, 900.0)[1] == 0.34


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
