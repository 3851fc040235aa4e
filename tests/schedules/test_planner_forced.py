"""A tank is filled by force for every zone that the sun would leave dry, and for as much as it lacks."""

from __future__ import annotations

from typing import Any

import pytest

from schedules.daylight import later_s, use_d
from schedules.plan import Plan, TankLimits, ZoneLimits
from schedules.planner import plan
from tests.schedules.test_planner import HOUR, NOW, STEPS, ask, pump, want, zone

WELL = pump(pump="well", into="tank", rated_flow_m3_h=4.8)
DAWN, DUSK = (0.0, 3.5), (10.0, 12.5)
EVENING_SUN = tuple(2000.0 if 8.0 * HOUR <= i * 900.0 % 86400.0 < 12.0 * HOUR else 0.0 for i in range(STEPS))


def plot(name: str, **changes: Any) -> ZoneLimits:
    """A plot below the tank that uses 3 m3 a day and may be watered at dawn and before dusk; now it is dawn."""
    changes = {"use_l_d": 3000.0, "min_run_s": 300.0, **changes}
    return zone(name, 2.8, DAWN, DUSK, source="tank", **changes)


def planned(demands: list[Any], tank_l: float, backup_w: float = 1500.0, **more: Any) -> Plan:
    """The plan of these plots on a tank that holds ``tank_l`` of 8 m3; sun in the late afternoon only."""
    zones = [plot(one.zone, **more) for one in demands]
    tanks = (TankLimits("tank", tank_l, 8000.0),)
    request = ask(demands, zones, EVENING_SUN, backup_w=backup_w, pumps=(WELL,), tanks=tanks, dawn_s=NOW)
    return plan(request)


def dry_s(one: Plan, name: str, latest_h: float) -> float:
    """How long a plot is dry before its water comes, s, over all its runs."""
    wet_until, dry = NOW + latest_h * HOUR, 0.0
    for run in (run for run in one.runs if run.zone == name):
        dry += max(0.0, run.start_s - wet_until)
        wet_until = later_s(NOW, max(wet_until, run.start_s), run.volume_l / 3000.0)
    return dry


def test_what_is_kept_for_one_plot_is_not_taken_from_a_drier_one() -> None:
    """Two plots are hurt before the sun comes, and the tank holds enough for one at dawn: both are served, by force."""
    demands = [want("a", 4000.0, 0.50, latest_h=0.0), want("b", 4000.0, 0.46, latest_h=4.5)]
    one = planned(demands, tank_l=1000.0)
    assert dry_s(one, "a", 0.0) <= HOUR
    assert dry_s(one, "b", 4.5) <= HOUR
    assert one.fills[0].forced_from_s is not None
    assert dry_s(planned(demands, tank_l=1000.0, backup_w=0.0), "b", 4.5) > 4 * HOUR


def test_a_drop_now_is_not_water_enough_until_the_sun() -> None:
    """A tank holds 0.8 m3, a plot that is dry now uses 2.7 m3 until the sun: what is lacking is filled by force, not left because
    its first run begins in time.
    """
    one = planned([want("a", 4000.0, 0.5, latest_h=0.0)], tank_l=800.0)
    early_l = sum(run.volume_l for run in one.runs if run.start_s < NOW + DAWN[1] * HOUR)
    assert dry_s(one, "a", 0.0) <= HOUR
    assert early_l == pytest.approx(0.933 * 3000.0, rel=0.02)


def test_a_filling_under_way_goes_on() -> None:
    """The pump fills for a plot by force, and there would be time to begin a little later: it is not stopped to start again."""
    demands = [want("a", 4000.0, 0.5, latest_h=0.0)]
    windows = ((0.5 * HOUR + NOW, 3.5 * HOUR + NOW), (10.0 * HOUR + NOW, 12.5 * HOUR + NOW))
    zones = [plot("a", windows=windows, use_l_d=1600.0)]
    tanks = (TankLimits("tank", 0.0, 8000.0),)
    running = pump(pump="well", into="tank", rated_flow_m3_h=4.8, running_s=300.0)
    for filler, begins in ((WELL, False), (running, True)):
        one = plan(
            ask(demands, zones, EVENING_SUN, backup_w=1500.0, pumps=(filler,), tanks=tanks, dawn_s=NOW)
        )
        (fill,) = one.fills
        assert fill.forced_from_s is not None
        assert (fill.forced_from_s <= NOW) is begins


def test_who_is_due_shortly_before_the_window_ends_is_watered_so_much_sooner() -> None:
    """Due half an hour before the window ends, for water that takes an hour: the run begins in time to bring all of it."""
    one = planned([want("a", 4000.0, 0.49, latest_h=3.0)], tank_l=0.0)
    early = [run for run in one.runs if run.start_s < NOW + DAWN[1] * HOUR]
    needed_l = 3000.0 * use_d(NOW, NOW + 3.0 * HOUR, NOW + DUSK[0] * HOUR)
    assert sum(run.volume_l for run in early) == pytest.approx(needed_l, rel=0.02)
    assert early[0].start_s < NOW + 3.0 * HOUR
