"""An orderly end: the ledger says that everything is off, and the next start neither repeats nor forgets anything."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core.decision import EventKind
from controller.core.farewell import farewell
from controller.core.instant import Instant
from controller.core.state import restored
from controller.core.state_json import from_json, to_json
from tests.controller.core.sites import direct_site
from tests.controller.core.timeline import NOON, Plant, at, play, runs_plan


def running() -> Plant:
    """A pump that waters zone a through its valve."""
    plant = Plant(direct_site({"limits": {"min_rest_s": 60.0}}))
    plant.plan = runs_plan(("a", 100.0, 4000.0, 900.0))
    play(plant, at(0, sun=1200.0), at(500).on("va", "sungai"))
    return plant


def test_what_was_on_is_told_off_pump_before_valve():
    """One STOP for each output that was on, with how long it ran, the pump's first; what was off says nothing."""
    plant = running()
    state, events = farewell(plant.site, plant.state, Instant(NOON + 510.0, 510.0, "boot-1"))
    assert [(e.kind, e.subject, e.reason.key) for e in events] == [
        (EventKind.STOP, "sungai", "shut_down"),
        (EventKind.STOP, "va", "shut_down"),
    ]
    since = plant.state.pumps["sungai"].since_s
    assert events[0].figures["run_s"] == 510.0 - since
    assert not any(pump.on or pump.proven for pump in state.pumps.values())
    assert not any(valve.on for valve in state.valves.values())
    assert farewell(plant.site, state, Instant(NOON + 511.0, 511.0, "boot-1"))[1] == ()


def test_the_next_start_tells_no_stop_again_and_keeps_the_debt():
    """After the end and a start, the irrigation is closed with its debt, the rest is served in full, no output stops twice."""
    plant = running()
    given = plant.state.zones["a"].irrigation.delivered_l
    starts = plant.state.pumps["sungai"].starts_today
    state, _ = farewell(plant.site, plant.state, Instant(NOON + 510.0, 510.0, "boot-1"))
    plant.state = restored(from_json(to_json(state)))
    plant.plan, plant.decisions, plant.t = None, [], 520.0
    first = plant.step()
    assert [e.subject for e in first.events if e.kind is EventKind.STOP] == []
    closed = next(e for e in first.events if e.kind is EventKind.CLOSE)
    assert closed.subject == "a"
    assert closed.figures["owed_l"] == pytest.approx(900.0 - given)
    pump = first.state.pumps["sungai"]
    assert (pump.phase, pump.off_since_s, pump.rest_s, pump.starts_today) == ("resting", 520.0, 60.0, starts)


def test_a_longer_rest_after_a_trip_is_kept():
    """A pump that rests after a trip keeps its cause and its longer rest."""
    plant = running()
    tripped = replace(
        plant.state.pumps["sungai"], phase="stopping", fault="no_flow", rest_s=1200.0, retries=2
    )
    state, events = farewell(
        plant.site, replace(plant.state, pumps={"sungai": tripped}), Instant(NOON + 510.0, 510.0, "boot-1")
    )
    kept = state.pumps["sungai"]
    assert (kept.phase, kept.fault, kept.rest_s, kept.retries) == ("resting", "no_flow", 1200.0, 2)
    assert [event.subject for event in events] == ["va"]
