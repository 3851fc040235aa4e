"""The members' turns in the controller: who may be planned, and what a restart leaves of it."""

from __future__ import annotations

from dataclasses import replace

from controller.core.decision import EventKind
from controller.core.planning_request import plan_request
from controller.core.site import Site, SiteFile
from controller.core.snapshot import Snapshot
from controller.core.state import restored
from controller.core.state_json import from_json, to_json
from schedules.planner import plan as make_plan
from tests.controller.core.sites import ALL_DAY, program, tank_site
from tests.controller.core.timeline import Plant, at, play

THIRSTY = program("calendar", windows=ALL_DAY, depth_mm=8.0)
POWER = [1500.0] * 192


def site(**turns: object) -> Site:
    """Two zones of two members on one tank."""
    plain = tank_site(prog=THIRSTY)
    zones = [
        zone.model_dump(exclude_none=True) | {"member": member}
        for zone, member in zip(plain.file.zones, ("ani", "budi"), strict=True)
    ]
    data = plain.file.model_dump(exclude_none=True, by_alias=True)
    data |= {"zones": zones, "turns": {"members": ["ani", "budi"], **turns}}
    return Site(file=SiteFile.model_validate(data), programs=plain.programs)


def ask(plant: Plant):
    """The request after the newest decision."""
    seconds = plant.decisions[-1][0]
    instant = type(
        "I", (), {"epoch_s": plant.epoch_s + seconds, "mono_s": seconds + plant.offset, "trusted": True}
    )()
    return plan_request(plant.site, plant.state, Snapshot(instant, plant.readings), POWER)


def thirsty(**turns: object) -> Plant:
    """A plant at its first grid point, both zones asking."""
    plant = Plant(site(**turns))
    play(plant, at(0, sun=900.0, level=1.7, frozen=("level",)), at(900))
    return plant


def test_only_the_holder_is_planned_and_the_others_are_told() -> None:
    """Both want water; today's runs are all of the holder, the other's come after midnight, and the site says whose turn it is."""
    plant = thirsty()
    request = ask(plant)
    assert request is not None
    assert plant.state.turn.holder == "ani"
    end = plant.state.turn.until_s
    runs = make_plan(request).runs
    assert {run.zone for run in runs if run.start_s < end} == {"z1"}
    assert all(run.start_s >= end for run in runs if run.zone == "z2")
    assert [zone.holder for zone in request.zones] == ["", "ani"]
    assert any(r.key == "turn_now" and r.params["holder"] == "ani" for r in plant.last.reasons)
    passed = [e for _, e in plant.events(EventKind.PLAN) if e.reason.key == "turn_passes"]
    assert [e.figures["holder"] for e in passed] == ["ani"]


def test_a_restart_keeps_the_turn() -> None:
    """The state that was stored and read back by a new process has the same holder, and goes on from there."""
    plant = thirsty()
    back = restored(from_json(to_json(plant.state)))
    assert back.turn == plant.state.turn
    other = Plant(site())
    other.state = replace(back, turn=replace(back.turn, holder="budi"))
    play(other, at(0, sun=0.0, level=1.7), at(60))
    assert other.state.turn.holder == "budi"


def test_a_lent_turn_is_open_to_the_others() -> None:
    """When the holder wants nothing the other's zone keeps its windows of today."""
    plant = thirsty()
    lent = replace(plant.state.turn, lent=True)
    plant.state = replace(plant.state, turn=lent)
    request = ask(plant)
    assert request is not None
    assert request.zones[1].windows[0][0] < lent.until_s


def test_a_site_without_turns_knows_none() -> None:
    """Without `turns` nothing is clipped and nobody holds anything."""
    plant = Plant(tank_site(prog=THIRSTY))
    play(plant, at(0, sun=900.0, level=1.7, frozen=("level",)), at(900))
    request = ask(plant)
    assert request is not None
    assert plant.state.turn.holder == ""
    assert [zone.holder for zone in request.zones] == ["", ""]
