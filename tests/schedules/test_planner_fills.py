"""When tanks are filled: in strong sun, in time for every run, and by force only where the sun comes too late."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from schedules.plan import PlanRequest, TankLimits
from schedules.planner import plan
from tests.schedules.test_planner import HOUR, NOW, STEP, ask, at, pump, requests, sun, want, zone

WELL = pump(pump="well", into="tank", rated_flow_m3_h=4.0)


def tank_request(
    demands: list[Any], windows: tuple[float, float], volume_l: float, use_l_d: float = 2000.0, **more: Any
) -> PlanRequest:
    """One gravity zone of 4 m3/h on an 8 m3 tank; sunrise in an hour, for twelve hours."""
    zones = [zone("a", 4.0, windows, (windows[0] + 24.0, windows[1] + 24.0), source="tank", use_l_d=use_l_d)]
    more = {"pumps": (WELL,), "tanks": (TankLimits("tank", volume_l, 8000.0),), **more}
    return ask(demands, zones, sun(3000.0), **more)


def test_a_tank_that_nobody_needs_yet_is_filled_in_the_strongest_sun() -> None:
    """Two hours' worth of filling is put around noon, six hours after sunrise, not at the first useful minute."""
    (fill,) = plan(tank_request([], (20.0, 22.0), 2000.0)).fills
    begin_h = (fill.from_s - NOW) / HOUR
    assert 5.0 <= begin_h <= 7.0
    assert fill.forced_from_s is None


def test_filling_does_not_wait_when_a_run_needs_the_water() -> None:
    """The same tank with a demand in the morning is filled as soon as there is sun."""
    one = plan(tank_request([want("a", 4000.0)], (2.0, 5.0), 500.0))
    assert one.fills[0].from_s <= NOW + 2.5 * HOUR
    assert one.unmet == ()


def test_filling_does_not_wait_on_a_day_that_may_turn_poor() -> None:
    """When a poor day has sun until 4 h only, the 3 m3 at 4 m3/h that a day's reserve lacks are begun by 3.25 h."""
    request = tank_request([], (20.0, 22.0), 2000.0, use_l_d=5000.0)
    poor = tuple(p if i < 16 else 0.0 for i, p in enumerate(request.power_w))
    late, early = plan(request).fills[0].from_s, plan(replace(request, power_low_w=poor)).fills[0].from_s
    assert early < late
    assert early <= NOW + 3.25 * HOUR


def test_a_tank_that_cannot_serve_what_is_wanted_takes_all_sun() -> None:
    """When 20 m3 are wanted of an 8 m3 tank its filling neither waits for stronger sun nor for the site's refill mark."""
    (fill,) = plan(tank_request([want("a", 20000.0)], (20.0, 22.0), 6000.0)).fills
    assert fill.from_s == 0.0
    assert fill.refill_l > 6000.0


@pytest.mark.parametrize(("starts", "drawn_m3_h"), [(12, 2.8), (6, 2.8)])
def test_the_days_starts_last_as_long_as_its_sun(starts: int, drawn_m3_h: float) -> None:
    """A zone draws from a short tank all day, slower than its pump fills it: the pump's starts of the day are not spent by noon,
    and no water is missed.
    """
    limits = pump(pump="well", into="tank", rated_flow_m3_h=8.0)
    power = tuple(3000.0 if i % 96 < 40 else 0.0 for i in range(192))
    zones = [zone("a", drawn_m3_h, source="tank", use_l_d=6000.0)]
    volume_l, on, changed, used, refill_l = 9000.0, False, -60, 0, 0.0
    for minute in range(600):
        if minute % 15 == 0:
            begin = minute // 15
            request = ask(
                [want("a", 200_000.0, 0.9)], zones, power[begin:] + power[:begin],
                pumps=(replace(limits, starts_left=starts - used),), tanks=(TankLimits("tank", volume_l, 10_000.0),),
            )  # fmt: skip
            refill_l = plan(request).fills[0].refill_l
        if not on and volume_l < refill_l and minute - changed >= 10 and used < starts:
            on, changed, used = True, minute, used + 1
        elif on and volume_l >= 10_000.0 and minute - changed >= 5:
            on, changed = False, minute
        volume_l = min(10_000.0, volume_l + (8000.0 * on - 1000.0 * drawn_m3_h) / 60.0)
        assert volume_l > 3000.0, minute


def test_tomorrows_starts_are_not_todays() -> None:
    """In the evening the last start of the day says nothing about the next morning: the plan is the same as with all of them."""
    limits = pump(pump="well", into="tank", rated_flow_m3_h=8.0)
    request = ask(
        [want("a", 200_000.0, 0.9)], [zone("a", 2.8, source="tank")], sun(3000.0, 8.0),
        tanks=(TankLimits("tank", 9000.0, 10_000.0),),
    )  # fmt: skip
    one, all_left = (
        plan(replace(request, pumps=(replace(limits, starts_left=left),))).fills[0] for left in (1, 12)
    )
    assert one.short is all_left.short is True
    assert one.refill_l == all_left.refill_l > 8500.0


def test_a_tank_whose_zones_use_more_than_it_can_give_takes_all_sun() -> None:
    """Zones that use 12 m3 a day of a tank that gives 8 m3 in their two hours: it is short before anybody asks, its pump starts
    with the first room and with less margin of sun, and even while it is full the plan says so. For 2 m3 a day it is not.
    """
    (fill,) = plan(tank_request([], (20.0, 22.0), 6000.0, use_l_d=12000.0)).fills
    assert (fill.from_s, fill.short) == (0.0, True)
    assert fill.refill_l > 7000.0
    (full,) = plan(tank_request([], (20.0, 22.0), 8000.0, use_l_d=12000.0)).fills
    assert full.short
    (enough,) = plan(tank_request([], (20.0, 22.0), 6000.0, use_l_d=2000.0)).fills
    assert not enough.short
    assert plan(tank_request([], (20.0, 22.0), 8000.0, use_l_d=2000.0)).fills == ()


def test_a_pump_that_fills_goes_on() -> None:
    """A filling under way is not told to wait for stronger sun."""
    request = tank_request([], (20.0, 22.0), 2000.0, pumps=(replace(WELL, running_s=400.0, resting_s=0.0),))
    assert plan(request).fills[0].from_s == 0.0


def test_a_tank_above_its_mark_is_filled_when_the_dawn_needs_more() -> None:
    """A tank of 5 m3 whose zones use 7 m3 a day is filled although its own refill mark may be lower; for 2 m3 a day it is not."""
    assert plan(tank_request([], (20.0, 22.0), 5000.0, use_l_d=7000.0)).fills[0].refill_l > 5000.0
    assert plan(tank_request([], (20.0, 22.0), 5000.0, use_l_d=2000.0)).fills[0].refill_l == 0.0


DARK = (0.0,) * 192


def test_a_reserve_alone_is_worth_a_start_only_where_nothing_else_can_fill() -> None:
    """With 2 of 8 m3 missing of a reserve the pump starts above the site's mark; not where the grid may fill for a late demand: it
    waits until 30 % is missing.
    """
    alone = tank_request([], (20.0, 22.0), 6000.0, use_l_d=9000.0)
    assert plan(alone).fills[0].refill_l > 6000.0
    backed = replace(alone, backup_w=1500.0)
    assert plan(backed).fills[0].refill_l == pytest.approx(0.7 * 8000.0)


def test_an_empty_tank_under_clouds_is_filled_by_force_just_in_time() -> None:
    """Due in 5 h, no sun, the grid allowed: the tank is filled in the hour before, with all that is wanted."""
    request = tank_request(
        [want("a", 3000.0, 0.9, latest_h=5.0)], (4.0, 7.0), 0.0, use_l_d=0.0, backup_w=1500.0
    )
    request = replace(request, power_w=DARK)
    one = plan(request)
    (run,), (fill,) = one.runs, one.fills
    assert at(run)[0] == 5.0
    assert run.volume_l == pytest.approx(3000.0, rel=0.02)
    assert fill.forced_from_s is not None
    assert NOW + 3.9 * HOUR <= fill.forced_from_s <= NOW + 4.2 * HOUR, "3 m3 at 3.6 m3/h"
    assert fill.forced_until_s == run.start_s
    assert fill.forced_l == pytest.approx(3000.0, abs=60.0)
    assert one.unmet == ()
    waits = plan(replace(request, backup_w=0.0))
    assert waits.runs == ()
    assert waits.fills[0].forced_from_s is None


def test_force_brings_only_what_lasts_until_the_sun() -> None:
    """With sun six hours after the due time a zone of 4 m3 a day gets 1 m3 by force and the rest of 3 m3 by the sun."""
    request = tank_request(
        [want("a", 3000.0, 0.9, latest_h=1.0)], (0.0, 20.0), 0.0, use_l_d=4000.0, backup_w=1500.0
    )
    late_sun = tuple(0.0 if i < 28 else 3000.0 for i in range(192))
    one = plan(replace(request, power_w=late_sun))
    forced, rest = one.runs[0], one.runs[1:]
    assert at(forced)[0] == pytest.approx(1.0, abs=0.3)
    assert forced.volume_l == pytest.approx(4000.0 * 6.25 / 24.0, rel=0.06)
    assert sum(r.volume_l for r in rest) == pytest.approx(3000.0 - forced.volume_l, rel=0.01)
    assert min(r.start_s for r in rest) >= NOW + 7.0 * HOUR


def test_a_tank_that_holds_enough_needs_no_force() -> None:
    """A due run that the tank can serve is placed at its window without any filling by force."""
    request = tank_request([want("a", 3000.0, 0.9, latest_h=5.0)], (4.0, 7.0), 4000.0, backup_w=1500.0)
    one = plan(replace(request, power_w=DARK))
    assert one.fills[0].forced_from_s is None
    assert at(one.runs[0])[0] == 4.0


def test_a_solar_drive_cannot_be_forced() -> None:
    """A pump that hangs on the panels alone gets no forced filling, whatever the site allows."""
    request = tank_request(
        [want("a", 3000.0, 0.9, latest_h=5.0)], (4.0, 7.0), 0.0, pumps=(replace(WELL, backed=False),), backup_w=1500.0
    )  # fmt: skip
    one = plan(replace(request, power_w=DARK))
    assert one.runs == ()
    assert one.fills[0].forced_from_s is None


@settings(max_examples=100, deadline=None)
@given(requests())
def test_fillings_keep_their_bounds(request: PlanRequest) -> None:
    """Hours lie in the horizon, marks and targets in the tank, and nothing is forced without a back-up or a late demand."""
    one = plan(request)
    for fill in one.fills:
        assert fill.from_s == 0.0 or request.now_s - STEP <= fill.from_s < one.until_s
        assert 0.0 <= fill.refill_l <= fill.target_l == request.tanks[0].capacity_l
        if fill.forced_from_s is None:
            assert fill.forced_l == 0.0
            continue
        assert request.backup_w > 0.0
        assert request.now_s - 60.0 <= fill.forced_from_s < fill.forced_until_s
        assert 0.0 < fill.forced_l <= fill.target_l
        zones = {z.zone for z in request.zones if z.source == "tank"}
        assert any(r.zone in zones and r.latest_start_s is not None for r in one.runs)
