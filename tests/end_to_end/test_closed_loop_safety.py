"""Whatever breaks, alone or together, the world's truth shows no violation: motors, wells, valves, tanks and fields as they really
are. Short scenes here; the long ones are marked slow."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller.core import enforce, runs
from controller.core.snapshot import Order
from controller.core.state import Phase
from simulators.tank import STAND_M, TankState
from tests.end_to_end.closed_loop import Loop
from tests.end_to_end.faults import FAULTS, order
from tests.end_to_end.referee import Referee
from tests.end_to_end.scenes import running, scene, with_positions
from tests.end_to_end.sites import SITES

LONG = bool(os.environ.get("TIRTA_TEST_LONG"))
"""Set it for the whole grid of faults, sites and cycle lengths, and many more combinations (about half an hour)."""

KINDS = tuple(SITES)
CYCLES = (1.0, 10.0, 60.0)
NAMES = tuple(FAULTS)
USUAL: dict[str, str] = {name: KINDS[number % len(KINDS)] for number, name in enumerate(NAMES)}
"""Each fault on one site in the default run; all of them on all sites are slow."""

USUAL |= {
    "motor fault": "paddy", "drive silent": "paddy", "suction dead": "kutai", "suction stuck plausible": "kutai",
    "level frozen": "nursery", "level dead": "vegetables", "grid outage": "nursery", "inverter silent": "kutai",
    "relay silent": "paddy", "valves silent": "nursery", "off ignored once": "paddy", "tcp gone": "vegetables",
    "serial gone": "paddy", "broker gone": "kutai", "killed in a cycle": "paddy", "valve stuck closed": "paddy",
}  # fmt: skip


class Errors(logging.Handler):
    """Keeps what was logged as an error: exceptions that somebody caught count as crashes here."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """See logging."""
        self.lines.append(f"{record.getMessage()} {record.exc_info and record.exc_info[1]!r}")


@pytest.fixture(autouse=True)
def errors() -> Iterator[Errors]:
    """Nothing may crash, also not quietly."""
    handler = Errors()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)
    assert not handler.lines, handler.lines


def broken(kind: str, name: str, cycle_s: float, lasts_s: float, after_s: float) -> None:
    """One fault on a running pump, its end, and what comes after."""
    loop, referee = running(kind, cycle_s)
    try:
        referee.excuse(*FAULTS[name].excuses)
        FAULTS[name].begin(loop)
        loop.run(lasts_s)
        FAULTS[name].end(loop)
        loop.run(after_s)
        settle(loop, referee)
        referee.assert_clean()
    finally:
        loop.close()


def settle(loop: Loop, referee: Referee) -> None:
    """Everything that flows is stopped by a person, and the fields' accounts are closed."""
    if loop.controller is None:
        loop.begin()
    for zone in loop.site.file.zones:
        loop.order(Order.STOP, zone.id)
    loop.run(max(120.0, 3.0 * loop.cycle_s))
    referee.floods()


@pytest.mark.parametrize("name", NAMES)
def test_one_fault_on_a_running_pump(name: str) -> None:
    """A fault of four minutes on a running pump, and the rest and the start after it, violate nothing."""
    broken(USUAL[name], name, 2.0, 240.0, 660.0)


@pytest.mark.parametrize("lasts_s", [6.0, 25.0, 45.0, 70.0])
@pytest.mark.parametrize("name", ["relay silent", "grid outage", "killed in a cycle"])
def test_short_ones_end_just_before_or_after_a_lease(name: str, lasts_s: float) -> None:
    """A wire that is back before, or just after, a lease ran out cheats no rest; nor does the grid."""
    broken("nursery", name, 1.0, lasts_s, 700.0)


def spread() -> list[tuple[str, str, float]]:
    """Every fault once, over all sites and cycle lengths in turn; with TIRTA_TEST_LONG every combination."""
    every = [(name, kind, cycle_s) for name in NAMES for kind in KINDS for cycle_s in CYCLES]
    if LONG:
        return every
    step = len(KINDS) * len(CYCLES)
    return [every[number * step + (5 * number) % step] for number in range(len(NAMES))]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "kind", "cycle_s"), spread())
def test_every_fault_on_every_site(name: str, kind: str, cycle_s: float) -> None:
    """Every fault on every site at three cycle lengths, for longer."""
    broken(kind, name, cycle_s, 1500.0, 2400.0)


PHASES = {
    Phase.STARTING: 4.0,
    Phase.RUNNING: 400.0,
    Phase.STOPPING: 4.0,
    Phase.RESTING: 30.0,
    Phase.STOPPED: 2.0,
}
WAYS = ("killed, same boot", "killed, new boot", "killed in a cycle")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("phase", PHASES)
def test_killed_in_every_phase(phase: Phase, way: str) -> None:
    """Killed in any phase of a direct pump, away for seconds or for longer than every lease: leases end what was on, rests are
    served again in full, and the field is not watered twice."""
    loop, referee = scene("paddy", flooded=True)  # nothing is wanted but what a person orders
    try:
        loop.run(60.0)
        loop.order(Order.RUN_ZONE, "petak-hulu", 12.0)
        assert loop.controller is not None
        if phase in (Phase.STOPPING, Phase.RESTING):
            at(loop, Phase.RUNNING)
        at(loop, phase)
        loop.run(PHASES[phase])
        FAULTS[way].begin(loop)
        loop.run(3.0 if way == "killed, same boot" else 100.0)
        FAULTS[way].end(loop)
        loop.order(Order.RUN_ZONE, "petak-tengah", 5.0)
        loop.run(1800.0)
        settle(loop, referee)
        referee.assert_clean(expect=["restarted"])
        assert len(referee.motors["pompa-sungai"].starts) >= 1
    finally:
        loop.close()


def at(loop: Loop, phase: Phase) -> None:
    """Let time pass until the first pump is in this phase."""
    assert loop.controller is not None
    cycle = loop.controller.cycle
    loop.until(lambda: next(iter(cycle.state.pumps.values())).phase is phase, 3600.0)


def test_a_locked_pump_stays_locked_over_restarts() -> None:
    """A well that stays dry locks the pump after its retries; neither restarts nor weeks unlock it, a person does."""
    loop, referee = running("nursery", 10.0)
    try:
        FAULTS["well runs dry"].begin(loop)
        loop.until(lambda: "pump_locked" in referee.keys, 3 * 3600.0)
        starts = len(referee.motors["pompa"].starts)
        FAULTS["well runs dry"].end(loop)
        for way in WAYS:
            FAULTS[way].begin(loop)
            loop.run(60.0)
            FAULTS[way].end(loop)
            loop.run(1500.0)
        assert len(referee.motors["pompa"].starts) == starts
        loop.order(Order.RESET, "pompa")
        loop.until(lambda: loop.world.pumps["pompa"].wanted, 7200.0)
        referee.assert_clean(expect=["no_flow", "pump_retry", "pump_locked"])
    finally:
        loop.close()


@pytest.mark.parametrize("way", WAYS)
def test_an_emergency_stop_holds_over_restarts(way: str) -> None:
    """Pressed, killed, restarted, ordered about by others: everything stays off until Resume."""
    loop, referee = running("kutai", 2.0)
    try:
        loop.order(Order.RUN_ZONE, "sengon", 60.0)
        loop.run(20.0)
        loop.order(Order.EMERGENCY_STOP)
        loop.run(6.0)
        FAULTS[way].begin(loop)
        loop.run(90.0)
        FAULTS[way].end(loop)
        for what, target in (
            (Order.RUN_ZONE, "jagung"),
            (Order.RUN_PUMP, "pompa-kolam"),
            (Order.RESET, "pompa-kolam"),
        ):
            loop.order(what, target, 30.0)
        loop.run(1500.0)
        referee.assert_clean(expect=["emergency_stop", "order_refused_emergency"])
        loop.order(Order.RESUME)
        loop.until(lambda: loop.world.pumps["pompa-kolam"].wanted, 3600.0)
    finally:
        loop.close()


@pytest.mark.parametrize(("kind", "stale_s"), [("nursery", 60.0), ("kutai", 60.0)])
def test_a_dead_level_sensor_stops_the_pump_within_its_limit(kind: str, stale_s: float) -> None:
    """The pump that fills a tank stops within the age limit of its level, and waits until the level is back."""
    loop, referee = running(kind)
    try:
        began = loop.now_s
        FAULTS["level dead"].begin(loop)
        pump = next(iter(loop.world.pumps.values()))
        loop.until(lambda: not pump.wanted, stale_s + 10.0)
        assert loop.now_s - began <= stale_s + 2.0 * loop.cycle_s + 2.0
        loop.run(1800.0)
        assert not pump.wanted
        FAULTS["level dead"].end(loop)
        loop.until(lambda: pump.wanted, 1800.0)
        referee.assert_clean(expect=["sensor_missing"])
    finally:
        loop.close()


def test_a_stuck_level_does_not_flood_the_yard() -> None:
    """A level that stands at half while the sun shines: the tank runs over by no more than 15 cm of water a try, four tries."""
    loop, referee = running("nursery", 10.0)
    try:
        FAULTS["level frozen"].begin(loop)
        referee.excuse("drain", "overflow")
        loop.run(6 * 3600.0)
        tank = loop.world.tanks["tandon"]
        assert tank.overflow_m3 <= 4 * 0.2 * tank.tank.area_m2
        assert loop.world.pumps["pompa"].volume_m3 <= 4 * 0.2 * tank.tank.area_m2 + 1.0
        referee.assert_clean(expect=["no_rise", "pump_locked"])
    finally:
        loop.close()


@pytest.mark.parametrize("kind", KINDS)
def test_the_books_agree_with_the_world(kind: str) -> None:
    """With healthy sensors a day's water and energy in the closing are the world's, within 3 %, and nothing is violated."""
    loop, referee = scene(kind, 60.0, at="2026-12-01T00:00")
    try:
        if kind == "paddy":
            loop.run(9 * 3600.0)
            loop.order(Order.RUN_ZONE, "petak-hulu", 120.0)
        loop.run(86400.0 + 120.0 - loop.now_s)
        day = next(event.figures for _at, event in loop.told if event.kind == "day")
        truth = loop.world.truth()
        assert truth["water"]["pumped_m3"] > 1.0
        assert day["water_m3"] == pytest.approx(truth["water"]["pumped_m3"], rel=0.03)
        assert day["used_wh"] == pytest.approx(1000.0 * truth["energy"]["pump_kwh"], rel=0.03)
        low = min([tank_share(state) for state in loop.world.tanks.values()], default=1.0)
        for zone, given in delivered(loop).items():
            assert (
                0.97 * low * given - 30.0 <= 1000.0 * loop.world.zones[zone].volume_m3 <= 1.03 * given + 30.0
            )
        settle(loop, referee)
        referee.assert_clean()
    finally:
        loop.close()


def tank_share(state: TankState) -> float:
    """The least share of its nominal flow (a full tank's) that a gravity zone without a meter gets: at the empty mark."""
    tank = state.tank
    return float(((tank.empty_m + STAND_M) / (tank.full_m + STAND_M)) ** 0.5)


def delivered(loop: Loop) -> dict[str, float]:
    """Litres by zone as the closed irrigations tell them."""
    found: dict[str, float] = {}
    for _at, event in loop.told:
        if event.kind == "close":
            found[event.subject] = found.get(event.subject, 0.0) + float(event.figures["delivered_l"])
    return found


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_weeks_of_haze(kind: str) -> None:
    """A fortnight under a sun of a third, with clocks that step and a broker that goes: nothing is violated, and what a back-up
    may carry is carried."""
    loop, referee = scene(kind, 60.0, at="2026-11-20T05:00")
    try:
        FAULTS["haze"].begin(loop)
        for day in range(14):
            for name in ("clock an hour back", "broker gone", "level jumping")[day % 3 :: 3]:
                referee.excuse(*FAULTS[name].excuses)
                FAULTS[name].begin(loop)
                loop.run(7200.0)
                FAULTS[name].end(loop)
            loop.run(86400.0 - 7200.0)
        settle(loop, referee)
        referee.assert_clean()
    finally:
        loop.close()


# ---------------------------------------------------------------------------------------------------------- combinations


ORDERS = {
    "run a zone": order(Order.RUN_ZONE, "zone", 10.0),
    "fill the tank": order(Order.RUN_PUMP, "pump", 20.0),
    "stop the pump": order(Order.STOP),
    "stop the zone": order(Order.STOP, "zone"),
    "emergency": order(Order.EMERGENCY_STOP, ""),
    "resume": order(Order.RESUME, ""),
    "checked": order(Order.RESET),
}
spans = st.sampled_from([1.0, 3.0, 10.0, 30.0, 60.0, 90.0, 300.0, 900.0])
moves = st.one_of(
    st.tuples(st.just("fault"), st.sampled_from(NAMES), spans, spans),
    st.tuples(st.just("order"), st.sampled_from(tuple(ORDERS)), spans, spans),
)
scripts = st.lists(moves, min_size=3, max_size=12)


def script_of(kind: str, cycle_s: float, hour: str, script: list[Any]) -> None:
    """Faults begin one after the other and end when their time has come, many of them while others last."""
    loop, referee = scene(kind, cycle_s, f"2026-12-01T{hour}")
    try:
        ends: list[tuple[float, str]] = []
        loop.run(700.0)
        for what, name, lasts_s, pause_s in script:
            if what == "order":
                ORDERS[name](loop)
            elif all(name != other for _end, other in ends):
                referee.excuse(*FAULTS[name].excuses)
                FAULTS[name].begin(loop)
                ends.append((loop.now_s + lasts_s, name))
            loop.run(pause_s)
            for end, other in sorted(ends):
                if end <= loop.now_s:
                    FAULTS[other].end(loop)
                    ends.remove((end, other))
        for _end, other in ends:
            FAULTS[other].end(loop)
        loop.run(900.0)
        settle(loop, referee)
        referee.assert_clean()
        assert loop.ledger.verify() == ()
    finally:
        loop.close()


bounded = settings(deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))


@settings(bounded, max_examples=10)
@given(st.sampled_from(KINDS), st.sampled_from([2.0, 10.0]), st.sampled_from(["09:00", "14:30"]), scripts)
def test_no_combination_is_unsafe(kind: str, cycle_s: float, hour: str, script: list[Any]) -> None:
    """Random faults and orders, overlapping, on any site: no violation."""
    script_of(kind, cycle_s, hour, script)


@pytest.mark.slow
@settings(bounded, max_examples=250 if LONG else 30)
@given(
    st.sampled_from(KINDS),
    st.sampled_from([1.0, 2.0, 10.0, 60.0]),
    st.sampled_from(["05:00", "09:00", "14:30"]),
    scripts,
)
def test_no_combination_is_unsafe_at_length(kind: str, cycle_s: float, hour: str, script: list[Any]) -> None:
    """The same, for many more of them."""
    script_of(kind, cycle_s, hour, script)


# ------------------------------------------------------------------------------------------- the referee sees, the rows count


WITHOUT: dict[str, tuple[str, str, tuple[str, ...], str]] = {
    "no flow and dry power": ("nursery", "well runs dry", ("no_flow", "dry_power"), "dry"),
    "a stuck meter": ("kutai", "intake blocked", ("no_flow", "meter_stands", "no_rise"), "dry"),
    "no path": ("paddy", "valve stuck closed", ("no_path", "no_flow", "meter_stands"), "shut"),
}


@pytest.mark.parametrize("name", WITHOUT)
def test_the_referee_sees_what_an_interlock_prevents(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its rows taken out of the table the same fault is a violation: rows and referee both work."""
    kind, fault, rows, found = WITHOUT[name]
    monkeypatch.setattr(enforce, "PUMPS", tuple(row for row in enforce.PUMPS if row.name not in rows))
    change = with_positions("relay", 4) if name == "no path" else None
    loop, referee = running(kind, 2.0, change=change, flooded=True)  # no other zone is open
    try:
        FAULTS[fault].begin(loop)
        loop.run(1200.0)
        assert any(text.startswith(found) for text in referee.found), referee.found
    finally:
        loop.close()


def test_the_referee_sees_a_field_that_gets_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """If irrigations did not end with their litres, the zones' truth would show it."""
    monkeypatch.setattr(runs, "FULL", 3.0)
    loop, referee = scene("nursery", 30.0, at="2026-12-01T05:00")
    try:
        loop.run(8 * 3600.0)
        settle(loop, referee)
        assert any(text.startswith("flood") for text in referee.found)
    finally:
        loop.close()
