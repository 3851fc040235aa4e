"""What the zones of a site may count on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from controller.core.draft import Draft
from controller.core.instant import Instant
from controller.core.prospects import prospects
from controller.core.site import Site
from controller.core.snapshot import Snapshot
from controller.core.state import initial_state
from controller.core.wiring import ZoneWiring, wiring
from schedules.crop import GRACE_D
from schedules.outlook import Outlook
from schedules.program import Program
from schedules.prospect import Prospect
from tests.controller.core.sites import program, tank_site

NOON = 1_780_000_000.0
LITTLE_M3_H = 0.1
"""A pump that lifts three quarters of what both fields use."""


def draft(outlook: Outlook | None, trusted: bool = True, site: Site | None = None) -> Draft:
    """A decision that has just begun, with a crop that uses 3.5 mm a day in each zone."""
    site = site or tank_site()
    at = Instant(NOON, 1000.0, "boot", trusted)
    c = Draft(wiring(site), initial_state(site), Snapshot(at, {}, outlook=outlook))
    for ident, zone in list(c.zones.items()):
        c.zones[ident] = replace(zone, balance=replace(zone.balance, etc_mm_d=3.5))
    return c


def prospect_of(c: Draft, zone: ZoneWiring) -> Prospect:
    """That of one zone."""
    return prospects(c)[zone.id]


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


def scarce(
    *raw_mm: float, prog: Program | None = None, members: tuple[str | None, str | None] = (None, None)
) -> Draft:
    """Two fields of one size and crop behind one tank and a small pump, whose soils hold this much easy water."""
    site = tank_site(pump={"rated_flow_m3_h": LITTLE_M3_H}, prog=prog)
    zones = [
        zone.model_copy(update={"member": member})
        for zone, member in zip(site.file.zones, members, strict=True)
    ]
    c = draft(
        sun(1000.0), site=site.model_copy(update={"file": site.file.model_copy(update={"zones": zones})})
    )
    for ident, raw in zip(list(c.zones), raw_mm, strict=True):
        zone = c.zones[ident]
        c.zones[ident] = replace(
            zone, balance=replace(zone.balance, raw_mm=raw, taw_mm=2.5 * raw, kc=1.0, et0_mm_d=3.5)
        )
    return c


def test_fields_of_one_pump_keep_their_reserve_where_a_storm_leaves_it() -> None:
    """What the pumps would fall behind is kept by the soil that holds more of it, as much as both would have kept, each its own."""
    c = scarce(16.0, 60.0)
    own = prospect_of(c, c.wiring.zones[0]).behind_mm(3.5)
    first, second = (prospect_of(c, zone).reserve_mm(3.5) for zone in c.wiring.zones)
    assert own > 5.0
    assert first < second
    assert first + second == pytest.approx(2.0 * own, rel=1e-3)


def test_soils_alike_keep_alike() -> None:
    """Then each keeps what it would have kept alone."""
    c = scarce(60.0, 60.0)
    first, second = (prospect_of(c, zone) for zone in c.wiring.zones)
    assert first.reserve_mm(3.5) == second.reserve_mm(3.5) == pytest.approx(first.behind_mm(3.5), rel=1e-3)


def test_who_does_not_store_by_need_shares_no_reserve() -> None:
    """A program that says how much is given back, a roof, windows that never open, or pots: each reckons for itself."""
    shut = [{"from": "06:00", "to": "06:00"}]
    for prog in (program(refill=1.0), program(rain_skip=False), program(windows=shut), program("container")):
        c = scarce(16.0, 60.0, prog=prog)
        assert prospect_of(c, c.wiring.zones[0]).kept_mm is None


def test_nobodys_water_lies_in_another_members_land() -> None:
    """Each member's field keeps its own reserve, as much as its soil holds."""
    ours = scarce(16.0, 60.0, members=("sari", "sari"))
    theirs = scarce(16.0, 60.0, members=("sari", "budi"))
    assert [prospect_of(c, c.wiring.zones[0]).reserve_mm(3.5) > 0.0 for c in (ours, theirs)] == [False, True]
    deep = prospect_of(theirs, theirs.wiring.zones[1])
    assert deep.reserve_mm(3.5) == pytest.approx(deep.behind_mm(3.5), rel=1e-3)


def test_a_field_that_may_not_be_filled_keeps_nothing_for_others() -> None:
    """A valve that did not open, or a crop about to be over: the first field keeps its own reserve. A pause by hand is short and
    changes nothing.
    """
    alone, paused, stuck = scarce(16.0, 60.0), scarce(16.0, 60.0), scarce(16.0, 60.0)
    paused.zones["z2"] = replace(paused.zones["z2"], paused_until_s=4600.0)
    stuck.held[f"{stuck.wiring.zones[1].valves[0].id}/valve_stays_shut"] = 1600.0
    ending = scarce(16.0, 60.0)
    late = date.fromisoformat("2026-09-01") + timedelta(days=145 + GRACE_D - 1)  # tomatoes, 145 days and some
    ending.zones["z2"] = replace(
        ending.zones["z2"], balance=replace(ending.zones["z2"].balance, day=late.isoformat())
    )
    first = [prospect_of(c, c.wiring.zones[0]).reserve_mm(3.5) for c in (alone, paused, stuck, ending)]
    assert first[:2] == [0.0, 0.0]
    assert first[2] == pytest.approx(first[3], abs=1.0)
    assert first[2] > 7.0
    assert prospect_of(ending, ending.wiring.zones[1]).reserve_mm(3.5) <= 3.5
    assert prospect_of(stuck, stuck.wiring.zones[1]).kept_mm is None
