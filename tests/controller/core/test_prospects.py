"""What the zones of a site may count on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core.draft import Draft
from controller.core.instant import Instant
from controller.core.prospects import prospect_of
from controller.core.site import Site
from controller.core.snapshot import Snapshot
from controller.core.state import initial_state
from controller.core.wiring import wiring
from schedules.outlook import Outlook
from tests.controller.core.sites import tank_site

NOON = 1_780_000_000.0


def draft(outlook: Outlook | None, trusted: bool = True, site: Site | None = None) -> Draft:
    """A decision that has just begun, with a crop that uses 3.5 mm a day in each zone."""
    site = site or tank_site()
    at = Instant(NOON, 1000.0, "boot", trusted)
    c = Draft(wiring(site), initial_state(site), Snapshot(at, {}, outlook=outlook))
    for ident, zone in list(c.zones.items()):
        c.zones[ident] = replace(zone, balance=replace(zone.balance, etc_mm_d=3.5))
    return c


def sun(watts: float) -> Outlook:
    """Six hours of this power a day, for two days, without rain."""
    day = (0.0,) * 24 + (watts,) * 24 + (0.0,) * 48
    return Outlook(NOON, "persistence", NOON, day * 2, day * 2, day * 2)


def test_plenty_is_what_the_source_brings_over_what_zones_need() -> None:
    """One day of sun in two brings about half the plenty (what a tank carries over is not halved)."""
    c = draft(sun(5000.0))
    whole = prospect_of(c, c.wiring.zones[0]).plenty
    dark = draft(replace(sun(5000.0), power_w=sun(5000.0).power_w[:96] + (0.0,) * 96))
    assert 0.0 < whole < float("inf")
    assert prospect_of(dark, dark.wiring.zones[0]).plenty == pytest.approx(whole / 2.0, rel=0.35)


def test_where_a_back_up_may_start_pumps_water_is_never_scarce() -> None:
    """A reserve in the soil would only drain with the next rain where the grid carries what the sun leaves open."""
    site = tank_site(power={"backup": "grid", "backup_for_forced": True})
    c = draft(sun(800.0), site=site)
    assert prospect_of(c, c.wiring.zones[0]).plenty == float("inf")


def test_nothing_known_is_no_scarcity() -> None:
    """Without an outlook water counts as plenty; without a trusted clock it must last a day."""
    zone = draft(None).wiring.zones[0]
    assert prospect_of(draft(None), zone).plenty == float("inf")
    assert prospect_of(draft(None, trusted=False), zone).hold_d == 1.0
