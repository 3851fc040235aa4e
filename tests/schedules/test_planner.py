"""The planner on cases that can be reckoned by hand, and its rules on thousands of random requests."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.hydraulics import make_pump
from schedules.plan import MIN_FLOW_SHARE, Demand, Plan, PlanRequest, PumpLimits, Run, TankLimits, ZoneLimits
from schedules.planner import SOAK_S, plan
from schedules.windows import join
from tests.yardstick import ratio

NOW = 1_790_000_000.0
STEP = 900.0
HOUR = 3600.0
STEPS = 192


def sun(peak_w: float, rise_h: float = 1.0, hours: float = 12.0) -> tuple[float, ...]:
    """Two days of a parabola from ``rise_h`` after now."""
    powers = []
    for i in range(STEPS):
        x = ((i + 0.5) * STEP / HOUR - rise_h) % 24.0 / hours
        powers.append(4.0 * peak_w * x * (1.0 - x) if 0.0 < x < 1.0 else 0.0)
    return tuple(powers)


def pump(**changes: Any) -> PumpLimits:
    """A rested 1.5 kW pump of 6 m3/h into zones."""
    base = PumpLimits("pump", "zones", 1500.0, 570.0, 6.0, 300.0, 600.0, 10, resting_s=1e6)
    return replace(base, **changes)


def zone(
    name: str, flow: float, *windows: tuple[float, float], source: str = "pump", **changes: Any
) -> ZoneLimits:
    """A zone; windows in hours from now (default: both days whole)."""
    spans = tuple((NOW + a * HOUR, NOW + b * HOUR) for a, b in windows or ((0.0, 48.0),))
    return replace(ZoneLimits(name, source, flow, spans, 120.0, 4 * HOUR), **changes)


def want(name: str, litres: float, urgency: float = 0.5, latest_h: float | None = None) -> Demand:
    """A demand."""
    return Demand(
        name, 5.0, litres, urgency, None if latest_h is None else NOW + latest_h * HOUR, "demand_field_due"
    )


def ask(demands: list[Demand], zones: list[ZoneLimits], power: tuple[float, ...], **more: Any) -> PlanRequest:
    """A request with one pump and no tank unless told otherwise."""
    more = {"pumps": (pump(),), "tanks": (), **more}
    return PlanRequest(NOW, STEP, power, tuple(demands), tuple(zones), **more)


def at(run: Run) -> tuple[float, float]:
    """Start and end in hours from now."""
    return (run.start_s - NOW) / HOUR, (run.end_s - NOW) / HOUR


def test_one_zone_waits_for_enough_sun() -> None:
    """3 m3 at 3 m3/h start when the sun's power lifts at least 60 % of the zone's flow, not before, and take their volume."""
    one = plan(ask([want("a", 3000.0)], [zone("a", 3.0)], sun(1600.0)))
    (run,) = one.runs
    assert one.unmet == ()
    assert run.volume_l == 3000.0
    assert run.needs_sun
    power = sun(1600.0)
    flow = make_pump(1500.0, 6.0, 1.0, None, 570.0).flow_m3_h
    first = next(i for i, p in enumerate(power) if flow(p) >= MIN_FLOW_SHARE * 3.0)
    assert run.start_s == NOW + first * STEP
    assert HOUR <= run.end_s - run.start_s <= HOUR / MIN_FLOW_SHARE


def test_zones_whose_flows_fit_run_together() -> None:
    """At full power 2 + 3 m3/h run beside each other on 6 m3/h; a third of 2 waits until there is room."""
    demands = [want("a", 2000.0, 0.9), want("b", 3000.0, 0.8), want("c", 2000.0, 0.7)]
    zones = [zone("a", 2.0), zone("b", 3.0), zone("c", 2.0)]
    one = plan(ask(demands, zones, (1500.0,) * STEPS))
    spans = {r.zone: at(r) for r in one.runs}
    assert spans == {"a": (0.0, 1.0), "b": (0.0, 1.0), "c": (1.0, 2.0)}


def test_the_most_urgent_first() -> None:
    """When only one fits at a time, urgency decides; for equal urgency the earlier latest start, then the name."""
    demands = [
        want("a", 5000.0, 0.5),
        want("b", 5000.0, 0.9),
        want("c", 5000.0, 0.5, 30.0),
        want("d", 5000.0, 0.5),
    ]
    one = plan(ask(demands, [zone(n, 5.0) for n in "abcd"], (1500.0,) * STEPS))
    assert [r.zone for r in one.runs] == ["b", "c", "a", "d"]


def test_scarce_water_stays_with_whoever_misses_it_most() -> None:
    """Each run goes to the zone that is most urgent after what is placed already: of two tonnes for two zones of eight the one in
    need gets all, one that is hardly less urgent the half.
    """
    zones = [zone(name, 4.0, source="tank", max_run_s=450.0) for name in "ab"]
    filler = pump(pump="well", into="tank")
    tank = (TankLimits("tank", 2000.0, 8000.0),)

    def given(other: float) -> dict[str, float]:
        demands = [want("a", 8000.0, 0.9), want("b", 8000.0, other)]
        one = plan(ask(demands, zones, (0.0,) * STEPS, pumps=(filler,), tanks=tank))
        return {name: sum(r.volume_l for r in one.runs if r.zone == name) for name in "ab"}

    assert given(0.3) == {"a": pytest.approx(2000.0, abs=30.0), "b": 0.0}
    assert given(0.85) == pytest.approx({"a": 1000.0, "b": 1000.0}, abs=30.0)


def test_of_those_who_are_hurt_alike_the_driest_comes_first() -> None:
    """Urgency ends at 1: of two fields there, the one that misses 90 mm comes before the one that misses 5 mm, whatever its
    name; of two that can both wait, the one that is due first.
    """
    zones = [zone(name, 6.0, use_l_d=1000.0) for name in "ab"]
    a, b = want("a", 5000.0, 1.0, 0.0), replace(want("b", 5000.0, 1.0, 0.0), net_mm=90.0)
    assert [run.zone for run in plan(ask([a, b], zones, (1500.0,) * STEPS)).runs] == ["b", "a"]
    late, soon = want("a", 5000.0, 0.0, 40.0), want("b", 5000.0, 0.0, 30.0)
    assert [run.zone for run in plan(ask([late, soon], zones, (1500.0,) * STEPS)).runs] == ["b", "a"]


def test_a_great_need_does_not_pass_over_the_mornings_water() -> None:
    """A zone that wants a hundred tonnes takes the few that the sun brings through an empty tank in its morning window, and the
    full tank in the evening.
    """
    filler = pump(pump="well", into="tank", rated_flow_m3_h=6.0)
    windows = [(1.0, 5.0), (11.0, 13.0), (25.0, 29.0), (35.0, 37.0)]
    request = ask(
        [want("a", 100000.0)], [zone("a", 6.0, *windows, source="tank")], sun(3000.0),
        pumps=(filler,), tanks=(TankLimits("tank", 0.0, 8000.0),),
    )  # fmt: skip
    begins = [at(run)[0] for run in plan(request).runs]
    assert [sum(a <= begin < b for begin in begins) > 0 for a, b in windows] == [True] * 4


def test_water_from_the_tank_by_its_level() -> None:
    """Of 5 m3 wanted the tank's 2 m3 go in the first window; the midday sun fills it and the evening gives the rest."""
    filler = pump(pump="well", into="tank", rated_flow_m3_h=2.0)
    request = ask(
        [want("a", 5000.0)], [zone("a", 4.0, (0.5, 2.0), (10.0, 13.0), source="tank")], sun(1600.0, 2.0),
        pumps=(filler,), tanks=(TankLimits("tank", 2000.0, 8000.0),),
    )  # fmt: skip
    one = plan(request)
    assert [(at(r)[0], r.volume_l, r.needs_sun) for r in one.runs] == [
        (0.5, pytest.approx(2000.0, abs=30.0), False), (10.0, pytest.approx(3000.0, abs=30.0), False),
    ]  # fmt: skip
    assert [(f.tank, f.pump, f.target_l) for f in one.fills] == [("tank", "well", 8000.0)]
    assert one.unmet == ()
    dry = plan(replace(request, power_w=(0.0,) * STEPS))
    assert sum(r.volume_l for r in dry.runs) == pytest.approx(2000.0, abs=30.0)
    assert [u.key for u in dry.unmet] == ["plan_no_water"]


def test_a_full_tank_is_not_filled() -> None:
    """No fill is planned for a full tank nor with a locked pump."""
    full = ask([], [], sun(1600.0), pumps=(pump(into="tank"),), tanks=(TankLimits("tank", 8000.0, 8000.0),))
    assert plan(full).fills == ()
    locked = replace(full, pumps=(pump(into="tank", locked=True),), tanks=(TankLimits("tank", 0.0, 8000.0),))
    assert plan(locked).fills == ()


def test_direct_zones_come_before_filling() -> None:
    """The power that direct zones take does not fill the tank at the same time."""
    pumps = (pump(), pump(pump="well", into="tank", rated_flow_m3_h=2.0))
    tank = (TankLimits("tank", 0.0, 8000.0),)
    zones = [zone("a", 6.0, (0.0, 2.0)), zone("g", 1.0, (0.0, 2.0), source="tank")]
    both = plan(
        ask([want("a", 12000.0), want("g", 500.0)], zones, (1500.0,) * STEPS, pumps=pumps, tanks=tank)
    )
    alone = plan(ask([want("g", 500.0)], zones, (1500.0,) * STEPS, pumps=pumps, tanks=tank))
    assert [u.zone for u in both.unmet] == ["g"]
    assert alone.unmet == ()


def test_late_demands_start_without_sun_only_with_a_back_up() -> None:
    """A demand that must start in 2 h while the sun comes in 6: with grid power at 2 h, without it when the sun is there."""
    request = ask([want("a", 3000.0, 0.9, latest_h=2.0)], [zone("a", 3.0)], sun(1600.0, 6.0))
    (waits,) = plan(request).runs
    (forced,) = plan(replace(request, backup_w=1500.0)).runs
    assert at(waits)[0] > 6.0
    assert at(forced) == (2.0, 3.0)
    assert forced.latest_start_s == NOW + 2.0 * HOUR


def test_forced_start_keeps_to_the_windows() -> None:
    """Due at 5 h between two windows: at the end of the one before, where most sun had its chance; overdue: in the next one."""
    zones = [zone("a", 3.0, (1.0, 4.0), (9.0, 10.5))]
    request = ask([want("a", 3000.0, 0.9, latest_h=5.0)], zones, (0.0,) * STEPS, backup_w=1500.0)
    assert [at(r) for r in plan(request).runs] == [(3.0, 4.0)]
    overdue = replace(request, demands=(want("a", 3000.0, 0.9, latest_h=-5.0),))
    assert [at(r) for r in plan(overdue).runs] == [(1.0, 2.0)]


def test_runs_under_way_are_never_chopped() -> None:
    """A running run stays as it is, its flow is taken, and its zone gets nothing more until it has soaked."""
    running = Run("a", NOW - HOUR, NOW + HOUR, 10_000.0, True)
    request = ask(
        [want("a", 15_000.0, 1.0), want("b", 3000.0)], [zone("a", 5.0), zone("b", 3.0)], (1500.0,) * STEPS,
        pumps=(pump(resting_s=0.0, running_s=HOUR),), running=(running,),
    )  # fmt: skip
    one = plan(request)
    assert running in one.runs
    mine = [r for r in one.runs if r.zone == "a" and r is not running]
    assert [r.volume_l for r in mine] == [5000.0]
    assert mine[0].start_s >= running.end_s + SOAK_S
    others = [r for r in one.runs if r.zone == "b"]
    assert min(r.start_s for r in others) == running.end_s
    assert sum(r.volume_l for r in others) == pytest.approx(3000.0, abs=0.01)


def test_long_needs_are_cut_at_the_longest_run() -> None:
    """10 m3 at 5 m3/h with at most one hour: two runs with a pause, the pump's rest kept between them."""
    zones = [zone("a", 5.0, max_run_s=HOUR)]
    one = plan(ask([want("a", 10_000.0)], zones, (1500.0,) * STEPS))
    assert [at(r) for r in one.runs] == [(0.0, 1.0), (1.5, 2.5)]


def test_rest_after_a_stop_and_rain() -> None:
    """A pump that stopped four minutes ago starts in six; nothing starts before the rain stop is over."""
    request = ask([want("a", 3000.0)], [zone("a", 3.0)], (1500.0,) * STEPS, pumps=(pump(resting_s=240.0),))
    assert plan(request).runs[0].start_s == NOW + 360.0
    assert plan(replace(request, rain_until_s=NOW + 5 * HOUR)).runs[0].start_s == NOW + 5 * HOUR


def test_small_doses_share_one_start() -> None:
    """Two doses of 200 s are too short for the pump's 300 s alone, but one after the other they are long enough."""
    litres = 5.0 / 3.6 * 200.0
    zones = [zone("a", 5.0), zone("b", 5.0)]
    alone = plan(ask([want("a", litres)], zones, (1500.0,) * STEPS))
    assert [u.key for u in alone.unmet] == ["plan_too_small"]
    long = want("b", 5.0 / 3.6 * 400.0, 0.1)
    both = plan(ask([want("a", litres, 0.9), long], zones, (1500.0,) * STEPS))
    assert both.unmet == ()
    assert [r.zone for r in both.runs] == ["b", "a"]
    assert both.runs[0].end_s == both.runs[1].start_s


REASONS: dict[str, dict[str, Any]] = {
    "plan_no_window": {"zones": (zone("a", 3.0, (50.0, 60.0)),)},
    "plan_no_power": {"power_w": (500.0,) * STEPS},
    "plan_no_capacity": {"pumps": (pump(rated_flow_m3_h=1.5),)},
    "plan_no_starts_left": {"pumps": (pump(starts_left=0),)},
    "plan_pump_locked": {"pumps": (pump(locked=True),)},
    "plan_no_source": {"zones": (zone("a", 3.0, source="nowhere"),)},
    "plan_no_water": {"zones": (zone("a", 3.0, source="tank"),), "tanks": (TankLimits("tank", 0.0, 100.0),)},
    "plan_too_small": {"demands": (want("a", 50.0),)},
}


@pytest.mark.parametrize("key", REASONS)
def test_what_is_not_met_is_named(key: str) -> None:
    """A demand without a place is told in full with the thing that stood in its way."""
    request = replace(ask([want("a", 3000.0)], [zone("a", 3.0)], (1500.0,) * STEPS), **REASONS[key])
    one = plan(request)
    assert one.runs == ()
    assert [(u.zone, u.key, u.volume_l) for u in one.unmet] == [("a", key, request.demands[0].volume_l)]


def test_a_demand_of_an_unknown_zone_is_told() -> None:
    """A demand for which there is no zone is named, not lost."""
    one = plan(ask([want("ghost", 10.0)], [], (1500.0,) * STEPS))
    assert [(u.zone, u.key) for u in one.unmet] == [("ghost", "plan_no_source")]


def test_the_digest_is_of_the_content() -> None:
    """Equal requests give equal plans; a later plan with the same runs has the same digest, another volume another one."""
    request = ask([want("a", 3000.0)], [zone("a", 3.0, (2.0, 8.0))], (1500.0,) * STEPS)
    assert plan(request) == plan(request)
    later = replace(request, now_s=NOW + HOUR)
    assert plan(later).ident == plan(request).ident
    assert plan(replace(request, demands=(want("a", 3001.0),))).ident != plan(request).ident


@pytest.mark.serial
def test_a_plan_is_quick() -> None:
    """Eight zones on two pumps and a tank over 48 hours take at most as long as 80,000 rounds of a plain loop."""
    zones = [zone(f"z{i}", 2.0 + 0.3 * i, (0.5, 5.0), (11.0, 13.0), (24.5, 29.0), source="pump" if i < 4 else "tank")
             for i in range(8)]  # fmt: skip
    demands = [want(f"z{i}", 3000.0 + 500.0 * i, 0.1 * i) for i in range(8)]
    pumps = (pump(), pump(pump="well", into="tank"))
    request = ask(demands, zones, sun(3000.0), pumps=pumps, tanks=(TankLimits("tank", 3000.0, 20_000.0),))
    assert ratio(lambda: plan(request)) <= 80_000.0


def test_demands_that_can_wait_share_scarce_sun_too() -> None:
    """Where nobody is in need (urgency 0) no zone takes all its runs before another had a first."""
    zones = [zone(name, 3.0, (1.0, 11.0), max_run_s=3600.0) for name in "abc"]
    one = plan(ask([want(name, 20_000.0, 0.0) for name in "abc"], zones, sun(1000.0)))
    litres = {name: sum(run.volume_l for run in one.runs if run.zone == name) for name in "abc"}
    assert min(litres.values()) > 0.7 * max(litres.values())


# Rules that hold for every request --------------------------------------------------------------------------------------

hours = st.floats(0.0, 50.0).map(lambda h: round(h, 3))


@st.composite
def requests(draw: st.DrawFn) -> PlanRequest:
    """Any mixture of direct and gravity zones, pumps in any state, torn windows and wild skies."""
    powers = draw(st.one_of(
        st.builds(sun, st.floats(0.0, 6000.0), st.floats(0.0, 24.0)),
        st.lists(st.floats(0.0, 4000.0), min_size=4, max_size=60).map(tuple),
    ))  # fmt: skip
    pumps = []
    for name, into in (("p", "zones"), ("q", "zones"), ("w", "tank")):
        rated = draw(st.floats(300.0, 3000.0))
        running = draw(st.sampled_from([0.0, 0.0, 100.0, 5000.0]))
        pumps.append(PumpLimits(
            name, into, rated, rated * draw(st.sampled_from([0.2, 0.38, 0.9, 1.0])), draw(st.floats(1.0, 12.0)),
            draw(st.sampled_from([0.0, 300.0, 900.0])), draw(st.sampled_from([0.0, 600.0, 1800.0])), draw(st.integers(0, 6)),
            running, 0.0 if running else draw(st.sampled_from([0.0, 200.0, 1e5])), draw(st.sampled_from([False] * 7 + [True])),
        ))  # fmt: skip
    zones, demands = [], []
    for i in range(draw(st.integers(1, 6))):
        spans = draw(st.lists(st.tuples(hours, hours).filter(lambda w: w[0] < w[1]), max_size=4))
        name = f"z{i}"
        zones.append(ZoneLimits(
            name, draw(st.sampled_from(["p", "q", "tank"])), draw(st.floats(0.3, 8.0)),
            join([(NOW + a * HOUR, NOW + b * HOUR) for a, b in spans]),
            draw(st.sampled_from([0.0, 120.0, 600.0])), draw(st.sampled_from([900.0, 7200.0])),
            use_l_d=draw(st.sampled_from([0.0, 500.0, 6000.0])),
        ))  # fmt: skip
        latest = draw(st.one_of(st.none(), st.floats(-5.0, 40.0)))
        demands.append(want(name, draw(st.floats(0.0, 30_000.0)), draw(st.floats(0.0, 1.0)), latest))
    tank = TankLimits("tank", draw(st.floats(0.0, 5000.0)), draw(st.floats(5000.0, 50_000.0)))
    return PlanRequest(
        NOW, STEP, powers, tuple(demands), tuple(zones), tuple(pumps), (tank,),
        rain_until_s=draw(st.sampled_from([0.0, NOW + 3 * HOUR])), backup_w=draw(st.sampled_from([0.0, 2000.0])),
    )  # fmt: skip


def mean(run: Run) -> float:
    """Mean flow of a run, m3/h."""
    return run.volume_l * 3.6 / (run.end_s - run.start_s)


def busy(request: PlanRequest, one: Plan, limits: PumpLimits) -> list[tuple[float, float]]:
    """When a pump runs for its zones, joined."""
    mine = {z.zone for z in request.zones if z.source == limits.pump}
    return list(join([(r.start_s, r.end_s) for r in one.runs if r.zone in mine]))


@settings(max_examples=150, deadline=None)
@given(requests())
def test_runs_keep_to_windows_rain_and_run_lengths(request: PlanRequest) -> None:
    """No run outside its zone's windows or the horizon, before the rain stop is over, shorter or longer than allowed; runs of
    one zone are apart by the soaking time.
    """
    one = plan(request)
    for item in request.zones:
        runs = [r for r in one.runs if r.zone == item.zone]
        for run in runs:
            assert any(a - 1e-3 <= run.start_s and run.end_s <= b + 1e-3 for a, b in item.windows)
            assert max(request.now_s, request.rain_until_s) <= run.start_s
            assert run.end_s <= one.until_s + 1e-3
            assert item.min_run_s - 1e-3 <= run.end_s - run.start_s <= item.max_run_s + 1.0
            carried_l = item.flow_m3_h * (run.end_s - run.start_s) / 3.6
            assert run.volume_l <= carried_l + 0.001, "volumes are stated to the millilitre"
        assert all(b.start_s - a.end_s >= SOAK_S - 1e-3 for a, b in itertools.pairwise(runs))


@settings(max_examples=150, deadline=None)
@given(requests())
def test_volumes_never_exceed_the_demand_and_nothing_is_lost(request: PlanRequest) -> None:
    """Planned plus unmet is what was wanted (within 0.1 %), and never more."""
    one = plan(request)
    for demand in request.demands:
        planned = sum(r.volume_l for r in one.runs if r.zone == demand.zone)
        unmet = sum(u.volume_l for u in one.unmet if u.zone == demand.zone)
        assert planned <= demand.volume_l + 0.002
        assert planned + unmet == pytest.approx(demand.volume_l, rel=1.1e-3, abs=0.01)


@settings(max_examples=150, deadline=None)
@given(requests())
def test_pumps_are_never_asked_for_more_than_they_can(request: PlanRequest) -> None:
    """At no moment do the runs on a pump take more than its rated flow, nor, without back-up, more than the sun lifts."""
    one = plan(request)
    for limits in request.pumps:
        mine = {z.zone for z in request.zones if z.source == limits.pump}
        runs = [r for r in one.runs if r.zone in mine]
        for run in runs:
            together = [r for r in runs if r.start_s <= run.start_s < r.end_s]
            assert sum(mean(r) for r in together) <= limits.rated_flow_m3_h * (1 + 1e-6)
        if request.backup_w == 0.0:
            assert (
                sum(r.volume_l for r in runs) <= _lifted(request, limits, busy(request, one, limits)) + 0.01
            )


def _lifted(request: PlanRequest, limits: PumpLimits, spans: list[tuple[float, float]]) -> float:
    """Litres that the expected power lifts while the pump runs."""
    model = make_pump(limits.rated_w, limits.rated_flow_m3_h, 1.0, None, limits.threshold_w)
    total = 0.0
    for i, power in enumerate(request.power_w):
        a = NOW + i * STEP
        seconds = sum(max(0.0, min(e, a + STEP) - max(s, a)) for s, e in spans)
        total += model.flow_m3_h(power) / 3.6 * seconds
    return total


@settings(max_examples=150, deadline=None)
@given(requests())
def test_pumps_keep_their_run_rest_and_starts(request: PlanRequest) -> None:
    """Every run of a pump lasts its minimum, rests between them (and after what was before now) are kept, starts of the first
    day are within those left, and a locked pump does nothing.
    """
    one = plan(request)
    for limits in request.pumps:
        spans = busy(request, one, limits)
        if limits.locked:
            assert spans == []
        if limits.running_s > 0.0:
            spans = list(join([(NOW - limits.running_s, NOW), *spans]))
        elif spans:
            assert spans[0][0] >= NOW + limits.min_rest_s - limits.resting_s - 1e-3
        planned = [s for s in spans if s[1] > NOW]
        assert all(end - start >= limits.min_run_s - 1e-3 for start, end in planned)
        assert all(b[0] - a[1] >= limits.min_rest_s - 1e-3 for a, b in itertools.pairwise(spans))
        assert sum(1 for s, _ in spans if NOW <= s < NOW + 24 * HOUR) <= limits.starts_left


@settings(max_examples=150, deadline=None)
@given(requests())
def test_tanks_never_run_dry(request: PlanRequest) -> None:
    """Even if the fill pump had all the sun to itself, gravity runs never draw more than can have come by then."""
    one = plan(request)
    mine = {z.zone for z in request.zones if z.source == "tank"}
    runs = [r for r in one.runs if r.zone in mine]
    filler = request.pumps[2]
    tank = request.tanks[0]
    for run in runs:
        drawn = sum(
            r.volume_l * min(1.0, max(0.0, (run.end_s - r.start_s) / (r.end_s - r.start_s))) for r in runs
        )
        assert (
            drawn
            <= tank.volume_l + _lifted(request, filler, [(NOW, run.end_s)]) + _forced(request, one, run) + 1.0
        )
        assert not run.needs_sun


def _forced(request: PlanRequest, one: Plan, run: Run) -> float:
    """Litres that filling by force can have brought until a run ends, at most: the pump's flow since its forced start."""
    begin = min((f.forced_from_s for f in one.fills if f.forced_from_s is not None), default=math.inf)
    return request.pumps[2].rated_flow_m3_h / 3.6 * max(0.0, run.end_s - begin)


@settings(max_examples=60, deadline=None)
@given(requests())
def test_equal_requests_give_equal_plans(request: PlanRequest) -> None:
    """The planner has no memory: the same request twice is the same plan with the same digest."""
    assert plan(request) == plan(replace(request))
