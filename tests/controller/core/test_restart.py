"""What a restart knows: how long it was away, and the water of the time that nobody decided in, counted once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core.decision import EventKind
from controller.core.state import Counter, restored
from controller.core.state_json import from_json, to_json
from tests.controller.core.sites import direct_site
from tests.controller.core.timeline import SILENT, Plant, at, play, runs_plan


def running(**inputs: float) -> Plant:
    """A metered pump that waters zone a; decided up to 510 s."""
    plant = Plant(direct_site({"volume": "meter.volume_m3", "limits": {"min_rest_s": 60.0}}))
    plant.plan = runs_plan(("a", 100.0, 4000.0, 900.0))
    play(plant, at(0, sun=1200.0, volume=5.0), at(500).on("va", "sungai"), at(510, **inputs))
    return plant


def reborn(plant: Plant, dark_s: float, seen_s: float = 0.0) -> None:
    """The process died; another one reads its state ``dark_s`` later."""
    plant.state = restored(from_json(to_json(plant.state)), seen_s)
    plant.plan, plant.decisions = None, []
    plant.t += dark_s


def told_gap(plant: Plant) -> float:
    """The gap of the STOP that the first decision tells of the pump."""
    stop = next(e for e in plant.step().events if e.kind is EventKind.STOP and e.subject == "sungai")
    return float(stop.reason.params["gap_s"])


def test_the_gap_is_told_from_the_last_sign_of_life():
    """The state row may be minutes old; a later sign of life makes the told gap shorter, never longer, even beyond a day."""
    plant = running()
    saved_s = plant.epoch_s + plant.t - 1.0
    reborn(plant, 99.0)
    assert told_gap(plant) == pytest.approx(100.0)
    plant = running()
    reborn(plant, 99.0, saved_s + 60.0)
    assert told_gap(plant) == pytest.approx(40.0)
    assert plant.state.gap_s == pytest.approx(100.0), "balances miss the time since the state was saved"
    plant = running()
    reborn(plant, 5 * 86400.0 - 1.0)
    assert told_gap(plant) == pytest.approx(5 * 86400.0)


def test_water_of_the_gap_is_counted_once():
    """What the meter shows more after the restart was delivered by a pump that ran on until its lease was over."""
    plant = running()
    before = plant.state.accounts.water_m3
    reborn(plant, 30.0)
    plant.inputs["volume"] = 5.1
    plant.step()
    assert plant.state.accounts.water_m3 == pytest.approx(before + 0.1)
    assert plant.state.zones["a"].credit_l >= 99.99
    play(plant, at(plant.t + 5.0))
    assert plant.state.accounts.water_m3 == pytest.approx(before + 0.1)


def test_water_that_was_assumed_before_is_not_counted_again_after():
    """While the meter was silent its water was assumed; when it speaks again after a restart, that part is taken off."""
    plant = running(volume=SILENT)
    play(plant, at(600))
    name = "meter.volume_m3"
    assumed = plant.state.counters[name].assumed
    assert assumed > 0.05
    before = plant.state.accounts.water_m3
    reborn(plant, 30.0)
    plant.inputs["volume"] = 5.0 + assumed + 0.02
    plant.step()
    assert plant.state.accounts.water_m3 == pytest.approx(before + 0.02)
    assert plant.state.counters[name].assumed == 0.0


def test_the_order_of_things_survives():
    """Mappings come back in the order in which they were written: decisions may follow it."""
    state = replace(running().state, counters={"z": Counter(1.0, 2.0), "a": Counter(3.0, 4.0)})
    assert list(from_json(to_json(state)).counters) == ["z", "a"]
