"""The state row: exact both ways, and refused with its place when damaged."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from controller.core.snapshot import Order
from controller.core.state import ControllerState, PumpState, initial_state, restored
from controller.core.state_json import StateError, from_json, to_json
from tests.controller.core.sites import direct_site, program, tank_site
from tests.controller.core.timeline import Plant, at, play, runs_plan


def busy() -> ControllerState:
    """A state with everything in it: a run, a plan, trips, counters, a pause, an emergency's traces."""
    plant = Plant(
        direct_site(
            {"volume": "meter.volume_m3"},
            prog=program("container", windows=[{"from": "00:00", "to": "23:59"}]),
        )
    )
    plant.plan = runs_plan(("a", 700.0, 4000.0, 9000.0))
    play(
        plant,
        at(0, sun=1200.0, volume=1.0 / 3.0),
        at(710, volume=0.4),
        at(800, running_2=0.0).order(Order.STOP, "b"),
    )
    return plant.state


def test_exact_round_trip():
    """from_json(to_json(state)) equals the state to the last bit, and its text is canonical."""
    for state in (busy(), initial_state(tank_site()), ControllerState()):
        text = to_json(state)
        assert from_json(text) == state
        assert to_json(from_json(text)) == text
        assert "\n" not in text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d.pop("format"), "format 1"),
        (lambda d: d.update(format=2), "format 1"),
        (lambda d: d["state"].update(surprise=1), r"state: unknown \['surprise'\]"),
        (
            lambda d: d["state"]["zones"]["a"].pop("balance"),
            r"state.zones.a: unknown \[\], missing \['balance'\]",
        ),
        (
            lambda d: d["state"]["pumps"]["sungai"].update(phase="flying"),
            "state.pumps.sungai.phase: 'flying'",
        ),
        (
            lambda d: d["state"]["pumps"]["sungai"].update(starts="x"),
            "state.pumps.sungai.starts: 'x' is not a list",
        ),
        (
            lambda d: d["state"]["pumps"]["sungai"].update(starts=[1.0, "x"]),
            r"state.pumps.sungai.starts\[1\]",
        ),
        (lambda d: d["state"]["pumps"]["sungai"].update(retries=1.5), "retries: 1.5 is not of type int"),
        (lambda d: d["state"]["pumps"]["sungai"].update(proven=1), "proven: 1 is not of type bool"),
        (lambda d: d["state"]["pumps"].update(sungai=3), "state.pumps.sungai: 3 is not a mapping"),
        (lambda d: d["state"].update(pumps=[]), r"state.pumps: \[\] is not a mapping"),
        (lambda d: d["state"]["power"].update(buckets=[[1.0]]), "is not a list as expected"),
        (
            lambda d: d["state"]["power"].update(mean_w="many"),
            "mean_w: 'many' is not of type float or .* not null",
        ),
        (
            lambda d: d["state"]["zones"]["a"]["balance"].update(level="gut feeling"),
            "level: 'gut feeling' is none of",
        ),
        (lambda d: d["state"]["zones"]["a"]["balance"].update(level=[1]), "is none of"),
    ],
)
def test_damage_is_named(change, says):
    """Whatever is not as written is a StateError that names the place."""
    data = json.loads(to_json(busy()))
    change(data)
    with pytest.raises(StateError, match=says):
        from_json(json.dumps(data))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": 1}'])
def test_what_is_no_state_is_refused(text):
    """A cut or foreign text is refused."""
    with pytest.raises(StateError):
        from_json(text)


def test_every_cut_is_refused():
    """A row that was cut anywhere is never half read."""
    text = to_json(busy())
    for length in range(0, len(text), 97):
        with pytest.raises(StateError):
            from_json(text[:length])


def test_numbers_that_json_cannot_carry():
    """NaN never reaches the disk."""
    with pytest.raises(StateError, match="finite"):
        to_json(ControllerState(mono_s=float("nan")))


def test_a_whole_number_is_read_as_a_float():
    """Another writer's 5 for 5.0 is accepted."""
    state = replace(ControllerState(), pumps={"p": PumpState(rest_s=5.0)})
    assert from_json(to_json(state).replace('"rest_s":5.0', '"rest_s":5')) == state


def test_a_restored_state_restarts():
    """A state that another process reads back starts from off, even within the same boot of the computer."""
    plant = Plant(tank_site())
    play(plant, at(0, sun=900.0, level=0.5), at(700).on("sumur"))
    plant.state = restored(from_json(to_json(plant.state)))
    play(plant, at(701).on().why("site", "restarted"))
    assert restored(ControllerState()) == ControllerState()
