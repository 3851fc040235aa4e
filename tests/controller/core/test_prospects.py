"""What the zones of a site may count on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core.draft import Draft
from controller.core.instant import Instant
from controller.core.prospects import lift_l_d, prospect_of
from controller.core.snapshot import Snapshot
from controller.core.state import initial_state
from controller.core.wiring import wiring
from schedules.outlook import Outlook
from tests.controller.core.sites import tank_site

NOON = 1_780_000_000.0


def draft(outlook: Outlook | None, trusted: bool = True) -> Draft:
    """A decision that has just begun."""
    site = tank_site()
    at = Instant(NOON, 1000.0, "boot", trusted)
    return Draft(wiring(site), initial_state(site), Snapshot(at, {}, outlook=outlook))


def sun(watts: float) -> Outlook:
    """Six hours of this power a day, for two days, without rain."""
    day = (0.0,) * 24 + (watts,) * 24 + (0.0,) * 48
    return Outlook(NOON, "persistence", NOON, day * 2, day * 2, day * 2)


def test_plenty_is_lift_over_need() -> None:
    """A pump that runs six hours a day lifts six hours of its flow; half the sun's hours make half the plenty."""
    c = draft(sun(5000.0))
    pump, zone = c.wiring.pumps[0], c.wiring.zones[0]
    assert lift_l_d(c, pump, sun(5000.0)) == pytest.approx(6000.0 * pump.entry.rated_flow_m3_h, rel=0.01)
    whole = prospect_of(c, zone).plenty
    half = replace(sun(5000.0), power_w=(0.0,) * 84 + (5000.0,) * 24 + (0.0,) * 84)
    assert prospect_of(draft(half), zone).plenty == pytest.approx(whole / 2.0)


def test_nothing_known_is_no_scarcity() -> None:
    """Without an outlook water counts as plenty; without a trusted clock it must last a day."""
    zone = draft(None).wiring.zones[0]
    assert prospect_of(draft(None), zone).plenty == float("inf")
    assert prospect_of(draft(None, trusted=False), zone).hold_d == 1.0
