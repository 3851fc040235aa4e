"""What the zones of a site may count on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core.draft import Draft
from controller.core.instant import Instant
from controller.core.prospects import prospect_of
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


def test_plenty_is_what_the_source_brings_over_what_zones_need() -> None:
    """Half the sun's hours bring half the water, and half the plenty."""
    c = draft(sun(5000.0))
    zone = c.wiring.zones[0]
    whole = prospect_of(c, zone).plenty
    half = replace(
        sun(5000.0), power_w=(0.0,) * 36 + (5000.0,) * 12 + (0.0,) * 84 + (5000.0,) * 12 + (0.0,) * 48
    )
    assert 0.0 < whole < float("inf")
    assert prospect_of(draft(half), zone).plenty < whole


def test_where_a_back_up_may_start_pumps_water_is_never_scarce() -> None:
    """A reserve in the soil would only drain with the next rain where the grid carries what the sun leaves open."""
    site = tank_site(power={"backup": "grid", "backup_for_forced": True})
    at = Instant(NOON, 1000.0, "boot", True)
    c = Draft(wiring(site), initial_state(site), Snapshot(at, {}, outlook=sun(800.0)))
    assert prospect_of(c, c.wiring.zones[0]).plenty == float("inf")


def test_nothing_known_is_no_scarcity() -> None:
    """Without an outlook water counts as plenty; without a trusted clock it must last a day."""
    zone = draft(None).wiring.zones[0]
    assert prospect_of(draft(None), zone).plenty == float("inf")
    assert prospect_of(draft(None, trusted=False), zone).hold_d == 1.0
