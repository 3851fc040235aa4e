"""The pump's machine: every phase against every move, and the refusing layer on its own."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from controller.core import arrival, enforce, pump
from controller.core.draft import Draft
from controller.core.injectors import INJECTORS, WATCHED_INJECTORS
from controller.core.instant import Instant
from controller.core.interlocks_land import VALVES, WATCHED_VALVES, WATCHED_ZONES, ZONES
from controller.core.interlocks_pumps import PUMPS, WATCHED_PUMPS
from controller.core.pump import TABLE, Move
from controller.core.snapshot import Order, Sample, Snapshot
from controller.core.state import Phase, PumpState, ValveState, initial_state
from controller.core.wiring import wiring
from drivers.reading import Quality
from tests.controller.core.sites import booster_site, direct_site, tank_site, two_pump_site
from tests.controller.core.timeline import NOON, Plant, at, play, runs_plan

S, G, R, T, Z, L = (Phase.STOPPED, Phase.STARTING, Phase.RUNNING, Phase.STOPPING, Phase.RESTING, Phase.LOCKED)

EXPECTED = {
    # move:      stopped starting running stopping resting locked
    Move.START:  (G, None, None, None, None, None),
    Move.READY:  (None, R, None, None, None, None),
    Move.CANCEL: (None, S, T, None, None, None),
    Move.TRIP:   (Z, Z, T, None, None, None),
    Move.LOCK:   (L, L, L, None, None, None),
    Move.QUIET:  (None, None, None, Z, None, None),
    Move.RESTED: (None, None, None, None, S, None),
}  # fmt: skip


@pytest.mark.parametrize("move", list(Move))
@pytest.mark.parametrize("phase", list(Phase))
def test_every_phase_with_every_move(phase, move):
    """The table is exactly this one: nothing but READY turns a pump on, and nothing leaves LOCKED."""
    assert TABLE.get((phase, move)) == EXPECTED[move][list(Phase).index(phase)]


def test_only_running_is_on():
    """The output is on in one phase only."""
    assert [phase for phase in Phase if PumpState(phase=phase).on] == [Phase.RUNNING]


def refusing(site, asked, state_changes=None, trusted=True, failed=(), **readings):
    """What the interlocks alone say to a pump for which ``asked`` was proposed at mono 10,000: the draft, and what fired."""
    w = wiring(site)
    name = w.pumps[0].id
    state = initial_state(site)
    good = PumpState(phase=Phase.STOPPED, proven=True, off_since_s=0.0)
    state = replace(
        state, boot="b", mono_s=9999.0, cycle_s=1.0, pumps={name: replace(good, **(state_changes or {}))},
        valves={valve.id: ValveState(proven=True) for valve in w.valves},
    )  # fmt: skip
    values = {
        ("meter", "flow_m3_h"): 4.0,
        ("probe", "level_m"): 1.0,
        ("relay", "running_1"): 0.0,
    } | readings.get("values", {})
    samples = {key: Sample(value, Quality.GOOD, 10_000.0) for key, value in values.items()}
    c = Draft(w, state, Snapshot(Instant(NOON, 10_000.0, "b", trusted), samples, failed=frozenset(failed)))
    arrival.arrive(c)
    c.wanted[name] = "plan"
    c.asked[name] = asked
    fired, _, _ = enforce.enforce(c)
    return c, fired.get(name)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({}, None),
        ({"proven": False}, "proving_off"),
        ({"off_since_s": 9500.0}, "min_rest"),
        ({"starts": (9000.0, 9100.0, 9200.0, 9300.0)}, "starts_per_hour"),
        ({"starts_today": 20}, "starts_per_day"),
        ({"phase": Phase.LOCKED, "fault": "no_flow"}, "pump_locked"),
        ({"phase": Phase.RUNNING, "since_s": 10_000.0 - 6 * 3600.0}, "max_run"),
    ],
)
def test_the_refusing_layer_does_not_trust_the_asking_one(changes, key):
    """Even if the machine proposed it, the interlocks refuse a start in rest, too many starts, a locked or unproven pump."""
    _, fired = refusing(tank_site(), Phase.RUNNING, changes)
    assert (None if fired is None else fired.reason.key) == key


def test_emergency_and_gap_refuse_by_themselves():
    """The latch of the emergency stop and a stale decision refuse every output, whatever was asked."""
    c, _ = refusing(tank_site(), Phase.STOPPED)
    for field, key in (("emergency", "emergency_stop"), ("restarted", "stale_decision")):
        setattr(c, field, True)
        c.asked["sumur"] = Phase.RUNNING
        fired, _, _ = enforce.enforce(c)
        assert fired["sumur"].reason.key == key
        setattr(c, field, False)


def test_enforcement_only_takes_away():
    """With nothing asked, nothing opens and nothing fires."""
    c, fired = refusing(direct_site(), Phase.STOPPED)
    assert fired is None
    assert c.opened == set()


def test_an_untrusted_clock_refuses_planned_zones():
    """A zone that a calendar wants is refused while the clock may be wrong, whoever asked for it."""
    c, _ = refusing(tank_site(), Phase.STOPPED, trusted=False)
    for group, opened in (("plan", set()), ("forced", set()), ("manual", {"v1"})):
        c.wanted["z1"] = group
        enforce.enforce(c)
        assert c.opened == opened


def test_every_row_is_named_once_per_table():
    """Interlocks are told apart by name."""
    for table in (PUMPS, VALVES, WATCHED_PUMPS, WATCHED_VALVES, WATCHED_ZONES, ZONES):
        names = [row.name for row in table]
        assert len(names) == len(set(names))


def test_a_pump_that_cannot_be_fed_by_its_tank_stops():
    """A booster stops when its source tank is at the reserve, comes back a little above it, and does without read-back."""
    plant = Plant(booster_site())
    plant.plan = runs_plan(("a", 700.0, 4000.0, 9000.0))
    play(
        plant,
        at(0, sun=900.0, level=1.0),
        at(710).on("va", "booster"),
        at(800, level=0.2).on("va").why("booster", "source_empty"),
    )
    play(
        plant,
        at(1500, level=0.23).on().why("booster", "source_empty"),
        at(1501, level=0.3),
        at(1510).on("va", "booster"),
    )


def test_one_surplus_never_starts_two_pumps():
    """Power for one pump starts the first; the second waits until there is enough for both."""
    plant = Plant(two_pump_site())
    play(plant, at(0, sun=700.0, level=0.5), at(700).on("p1").why("p2", "pump_waits_sun"), at(2000).on("p1"))
    play(plant, at(2001, sun=1000.0), at(2400).on("p1", "p2"), at(2401, sun=600.0), at(2800).on("p1"))


def test_a_valve_that_is_not_proven_keeps_its_pump_waiting():
    """A pump whose only zone has a valve of unknown state does not start, and does not count it as a fault."""
    plant = Plant(direct_site({"limits": {"min_rest_s": 60.0}}))
    plant.plan = runs_plan(("a", 100.0, 4000.0, 9000.0))
    play(plant, at(0, sun=1200.0, running_2=1.0), at(400).on().why("sungai", "pump_no_way"))
    assert plant.state.pumps["sungai"].retries == 0


def test_a_stop_while_the_valves_open_cancels_the_start():
    """STOP between valve and pump: the pump never runs, the valve closes again."""
    plant = Plant(direct_site({"limits": {"min_rest_s": 60.0}}))
    plant.plan = runs_plan(("a", 400.0, 4000.0, 9000.0))
    play(plant, at(0, sun=1200.0), at(402).on("va"), at(403).order(Order.STOP, "a").on(), at(420).on())
    assert not plant.state.pumps["sungai"].starts


def test_a_silent_valve_read_back_keeps_its_pump_waiting():
    """Unknown is not shut: a valve whose read-back fell silent is not used."""
    from tests.controller.core.timeline import SILENT

    plant = Plant(direct_site({"limits": {"min_rest_s": 60.0}}))
    plant.plan = runs_plan(("a", 400.0, 4000.0, 9000.0))
    play(plant, at(0, sun=1200.0), at(300, running_2=SILENT), at(450).on().why("sungai", "pump_no_way"))


def test_a_pump_that_has_run_well_for_an_hour_counts_its_trips_anew():
    """Trips far apart do not add up to a lock-out."""
    plant = Plant(tank_site({"protect": {"retries": 1, "retry_after_s": 60.0}}), cycle_s=10.0)
    plant.state = initial_state(plant.site)
    play(plant, at(0, sun=900.0, level=0.5), at(1000).on("sumur"))
    for start in (5000, 10_000, 15_000):
        play(
            plant,
            at(start, flow=0.0),
            at(start + 60).on().why("sumur", "pump_retry"),
            at(start + 70, flow=4.0),
        )
        play(plant, at(start + 800).on("sumur"))
    assert pump.HOUR_S == 3600.0


def test_every_interlock_is_documented():
    """docs/safety.md has a line for every interlock, and names none that does not exist."""
    text = (Path(__file__).parents[3] / "docs" / "safety.md").read_text("utf-8")
    lines = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    told = {name for line in lines for name in re.findall(r"`([a-z_]+)`", line)}
    tables = (PUMPS, VALVES, WATCHED_PUMPS, WATCHED_VALVES, WATCHED_ZONES, ZONES)
    names = {row.name for row in (*INJECTORS, *WATCHED_INJECTORS)}
    assert told == names | {row.name for table in tables for row in table}
