"""The weather's reckoning is held against what probes saw."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.draft import Draft
from controller.core.instant import Instant
from controller.core.snapshot import Snapshot
from controller.core.state import initial_state
from controller.core.thirst import LEAST, MOST, learned_use
from controller.core.wiring import wiring
from schedules.balance import ZoneBalance
from tests.controller.core.sites import tank_site

TONIGHT = ZoneBalance(9.0, 50.0, 18.0, day="2026-06-02")


def draft() -> Draft:
    """A decision that has just begun."""
    site = tank_site()
    return Draft(wiring(site), initial_state(site), Snapshot(Instant(1.78e9, 1000.0, "boot", True), {}))


def day(eta: float = 4.0, corrected: float = 0.0, rain: float = 0.0, level: str = "sensor") -> ZoneBalance:
    """The account at the end of a whole day."""
    return ZoneBalance(
        9.0, 50.0, 18.0, day="2026-06-01", day_s=86400.0, eta_mm=eta, corrected_mm=corrected, rain_mm=rain, level=level  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_site_that_reckons_too_little_learns_it() -> None:
    """Probes that find 1 mm less than reckoned on each dry day of 4 mm raise the site's use towards a quarter more."""
    c = draft()
    for _ in range(60):
        c_eta = 4.0 * c.thirst
        learned_use(c, day(eta=c_eta, corrected=c_eta - 5.0), TONIGHT)
    assert c.thirst == pytest.approx(1.25, abs=0.02)


def test_only_watched_dry_days_teach() -> None:
    """Rain, days without a probe, and the hours within a day change nothing."""
    c = draft()
    learned_use(c, day(corrected=-2.0, rain=5.0), TONIGHT)
    learned_use(c, day(corrected=-2.0, level="balance"), TONIGHT)
    learned_use(c, day(corrected=-2.0), day())
    assert c.thirst == 1.0


def test_a_wet_soil_and_a_bare_field_teach_nothing() -> None:
    """After rain the probe finds water that is still sinking, after the harvest it finds none used: neither is what crops use."""
    c = draft()
    learned_use(c, replace(day(corrected=2.0), depletion_mm=5.0), TONIGHT)
    learned_use(c, replace(day(corrected=2.0), stage="over"), TONIGHT)
    assert c.thirst == 1.0


def test_roots_that_grow_are_no_thirst() -> None:
    """A root zone that is 2 % deeper in the morning shows 2 % more depletion by the same probe: that is not used."""
    c = draft()
    learned_use(c, day(corrected=-0.18), replace(TONIGHT, taw_mm=50.0 / 0.98))
    assert c.thirst == pytest.approx(1.0)
    learned_use(c, day(corrected=-0.18), TONIGHT)
    assert c.thirst > 1.01


def test_a_site_that_is_taught_doubts_its_pots_less_until_nothing_teaches_any_more() -> None:
    """Days on which a probe was heard count up towards 1, days on which it was silent let it fade; zones without one say
    nothing, and neither does a probe that cannot be right.
    """
    c = draft()
    for _ in range(8):
        learned_use(c, day(), TONIGHT)
    assert 0.85 < c.taught < 1.0
    known = c.taught
    learned_use(c, day(level="balance"), TONIGHT)
    assert c.taught == known
    for _ in range(60):
        learned_use(c, replace(day(level="balance"), probe_vwc=0.2), TONIGHT)
    assert c.taught < 0.2
    for _ in range(30):
        learned_use(c, day(corrected=-12.0), TONIGHT)
    assert (c.thirst, c.taught < 0.6) == (MOST, True)


@given(st.lists(st.tuples(st.floats(0.0, 12.0), st.floats(-20.0, 20.0)), max_size=60))
def test_never_beyond_its_bounds(seen: list[tuple[float, float]]) -> None:
    """Whatever the probes say, the ratio stays between its bounds: beyond them a probe is wrong, not the weather."""
    c = draft()
    for eta, corrected in seen:
        learned_use(c, day(eta=eta, corrected=corrected), TONIGHT)
        assert LEAST <= c.thirst <= MOST
