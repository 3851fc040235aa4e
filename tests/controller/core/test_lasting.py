"""Timing diagrams of ponds: the sun that was not expected is taken, and rain ends a run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core.decision import EventKind
from controller.core.draft import Draft
from controller.core.instant import Instant
from controller.core.lasting import brims
from controller.core.snapshot import Snapshot
from controller.core.state import Irrigation
from controller.core.wiring import wiring
from tests.controller.core.sites import ALL_DAY, direct_site, program
from tests.controller.core.timeline import NOON, Plant, at, play, runs_plan

SUN = 1200.0
LIMITS = {"min_run_s": 60.0, "min_rest_s": 120.0}
DRIVE = {"supply": "pv", "limits": LIMITS}
RUN = ("a", 400.0, 1000.0, 2000.0)
"""Ten minutes of 12 m3/h from 400 s on."""


def ponds(*runs: tuple[str, float, float, float], kind: str = "paddy", **changes: object) -> Plant:
    """A drive on the sun into young rice (or vegetables) that wants water, with these planned runs; members take turns."""
    ponding = {"weather": {"rain": "gauge.rain_mm"}, "turns": {"members": ["ani", "budi"]}, "zones": [
        {"id": name, "valves": [f"v{name}"], "source": "sungai", "area_m2": 500.0, "flow_m3_h": 6.0, "program": "prog",
         "ponding": "paddy.level_m", "member": member} for name, member in (("a", "ani"), ("b", "budi"))]}  # fmt: skip
    plant = Plant(direct_site(DRIVE, prog=program(kind, **({"windows": ALL_DAY} | changes)), **ponding))
    plant.plan = runs_plan(*runs)
    return plant


def test_a_pond_takes_the_sun_beyond_its_plan():
    """With its 2,000 l a pond that has room stays open while the sun shines; its run ends well when the sun goes."""
    plant = ponds(RUN)
    play(plant, at(0, sun=SUN, ponding=-0.18), at(990).why("a", "zone_waters"), at(1005).on("va", "sungai"))
    play(plant, at(1800).on("va", "sungai").why("a", "zone_waters_on"))
    play(plant, at(2000, sun=0.0), at(3000).on())
    close = plant.events(EventKind.CLOSE)[0][1]
    assert close.reason.key == "irrigation_complete"
    assert close.figures["delivered_l"] > 4000.0
    assert close.figures["owed_l"] == 0.0


def test_a_field_gets_what_was_planned():
    """Only ponds hold more than was planned: vegetables under the same sun end with their water."""
    plant = ponds(RUN, kind="field")
    play(plant, at(0, sun=SUN), at(1004).on("va", "sungai"), at(1011).on())


def test_the_next_pond_takes_over():
    """A run of another pond that is due ends the overtime: the pump is handed over without a stop."""
    plant = ponds(RUN, ("b", 1000.0, 1600.0, 2000.0))
    play(plant, at(0, sun=SUN, ponding=-0.18), at(1100).on("vb", "sungai"))
    assert sum(e.subject == "sungai" for _, e in plant.events(EventKind.START)) == 1


def test_the_window_ends_it():
    """No water flows beyond the program's window, whatever the sun does."""
    plant = ponds(RUN, windows=[{"from": "12:00", "to": "12:20"}])
    play(plant, at(0, sun=SUN, ponding=-0.18), at(1100).on("va", "sungai"), at(1210).on())


def test_the_turn_ends_it():
    """When the turn has passed to another member the overtime is over."""
    plant = ponds(RUN)
    play(plant, at(0, sun=SUN, ponding=-0.18), at(1100).on("va", "sungai"))
    plant.state = replace(plant.state, turn=replace(plant.state.turn, holder="budi"))
    play(plant, at(1110).on())


@pytest.mark.parametrize("level_m", [0.049, 0.051])
def test_rain_that_fills_a_pond_ends_its_run(level_m):
    """At the upper level (50 mm) the gate closes though half of the water is still to come, and nothing is owed; below it stays."""
    full = level_m > 0.05
    plant = ponds(("a", 400.0, 3000.0, 8000.0))
    play(
        plant,
        at(0, sun=SUN, ponding=0.0, rain=0.0),
        at(1000).on("va", "sungai"),
        at(1200, ponding=level_m, rain=30.0),
    )
    play(plant, at(2000).on(*(() if full else ("va", "sungai"))))
    keys = [event.reason.key for _, event in plant.events(EventKind.CLOSE)]
    assert keys == (["irrigation_full"] if full else [])
    assert plant.state.zones["a"].balance.owed_mm == 0.0


def test_a_gauge_that_jumps_without_water_ends_nothing() -> None:
    """300 mm in a dry noon are a fault of the gauge: while no rain fell and little has come the run goes on."""
    plant = ponds(("a", 400.0, 3000.0, 8000.0))
    play(plant, at(0, sun=SUN, ponding=0.0, rain=0.0), at(1000, ponding=0.3), at(1500).on("va", "sungai"))


@pytest.mark.parametrize(
    "changes", [{"cycle_s": 700.0}, {"max_run_s": 1200.0}], ids=["cut into parts", "longest run"]
)
def test_no_run_outlasts_what_the_program_allows(changes) -> None:
    """A program that is cut into parts gets its parts, and the longest run is the longest."""
    plant = ponds(RUN, **changes)
    play(plant, at(0, sun=SUN, ponding=-0.18), at(1700).on())


@pytest.mark.parametrize("supply", ["inverter", "pv"])
def test_only_a_drive_on_the_sun_alone_goes_on(supply) -> None:
    """A pump that a back-up may carry ends with its plan."""
    plant = ponds(RUN)
    pump = plant.site.file.pumps[0].model_copy(update={"supply": supply})
    plant.site = plant.site.model_copy(update={"file": plant.site.file.model_copy(update={"pumps": (pump,)})})
    play(plant, at(0, sun=SUN, ponding=-0.18), at(1300).on(*(("va", "sungai") if supply == "pv" else ())))


def test_a_run_that_began_within_the_overtime_is_done() -> None:
    """The plan's second run of the same pond is used up by the overtime, not begun after it without a pause."""
    plant = ponds(RUN, ("a", 2000.0, 2600.0, 2000.0), max_run_s=2400.0)
    play(plant, at(0, sun=SUN, ponding=-0.18), at(2700).on("va", "sungai"), at(2900).on(), at(3600).on())


def test_a_full_pond_that_is_dosed_gets_its_rinse() -> None:
    """A run with an injector is not cut by a full field: what was dosed would stay in the pipe."""
    plant = ponds(("a", 400.0, 3000.0, 8000.0))
    state = Draft(wiring(plant.site), plant.state, Snapshot(Instant(NOON, 0.0, "boot", True), {}))
    zone, irrigation = (
        state.wiring.zone["a"],
        Irrigation("plan", NOON, 8000.0, 2600.0, 0.0, 2600.0, True, None),
    )
    full = replace(state.zones["a"].balance, ponding_mm=60.0, rain_24h_mm=30.0)
    state.zones["a"] = replace(state.zones["a"], balance=full)
    assert brims(state, zone, irrigation)
    assert not brims(state, replace(zone, injector=object()), irrigation)  # type: ignore[arg-type]


def test_a_run_whose_time_is_over_uses_up_the_next_as_well() -> None:
    """Also where the water has not come in time and the sun shines on: the second run does not follow without a pause."""
    plant = ponds(("a", 400.0, 1000.0, 90_000.0), ("a", 2000.0, 2600.0, 2000.0), max_run_s=2400.0)
    play(plant, at(0, sun=SUN, ponding=-0.18), at(1500).on("va", "sungai").why("a", "zone_waters_on"))
    play(plant, at(2700).on("va", "sungai"), at(2900).on(), at(3600).on())
