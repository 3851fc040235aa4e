"""Timing diagrams of a drive whose fault a command resets: trip, rest, press, start, and who else may press."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from controller.core.decide import decide
from controller.core.decision import EventKind
from controller.core.site import Site
from controller.core.snapshot import Order
from controller.core.state import Phase
from controller.core.state_json import from_json, to_json
from controller.i18n import render
from controller.store.record import decision_digest
from drivers.reading import Command
from tests.controller.core import timeline
from tests.controller.core.sites import tank_site
from tests.controller.core.timeline import AUTO, SILENT, Plant, at, play

RESET = ("drive", "fault_reset")
PRESS = Command(*RESET, 1.0, 10.0)
REST_S, RETRY_S = 60.0, 300.0
FAST = {"surplus": {"average_s": 10.0}}


def site_of(reset_faults: bool = True, retries: int = 2, **pump: Any) -> Site:
    """``sumur`` behind a drive with a fault code, 60 s of rest and 300 s after a trip."""
    entry: dict[str, Any] = {
        "fault": "drive.fault_code", "limits": {"min_run_s": 0.0, "min_rest_s": REST_S, "starts_per_hour": 60},
        "protect": {"retry_after_s": RETRY_S, "retries": retries, "reset_faults": reset_faults},
    }  # fmt: skip
    return tank_site(entry | pump, FAST).model_copy(update={"fault_resets": {"sumur": RESET}})


class Drive(Plant):
    """A plant whose drive keeps its fault until a press; ``stubborn``: presses that do not help."""

    stubborn = 0

    def step(self, orders=()):
        """One decision; what it presses shows in the next one."""
        decision = super().step(orders)
        if decision.presses and not self.stubborn:
            self.inputs["fault"] = AUTO
        self.stubborn -= bool(decision.presses and self.stubborn)
        return decision

    def presses(self) -> list[float]:
        """When it was pressed; never while on, nor for a pump that is not proven off."""
        found = []
        for t, decision in self.decisions:
            if decision.presses:
                pump = decision.state.pumps["sumur"]
                assert decision.presses == (PRESS,)
                assert not pump.on
                assert pump.proven
                assert Command("relay", "switch_1", 0.0) in decision.commands
                found.append(t)
        return found


def running(site: Site | None = None, stubborn: int = 0) -> Drive:
    """It runs at 100 s, and trips at 200 s."""
    plant = Drive(site or site_of())
    plant.stubborn = stubborn
    play(plant, at(0, sun=900.0, level=0.5), at(100).on("sumur"))
    play(plant, at(200, fault=16.0).on().why("sumur", "drive_fault"))
    return plant


def test_trip_rest_press_start() -> None:
    """Off at the trip, silent for the whole rest, one press at its end, and the pump runs as soon as the fault is gone."""
    plant = running()
    play(plant, at(350).on().why("sumur", "pump_retry"), at(499).on(), at(520).on("sumur"))
    (pressed_s,) = plant.presses()
    assert 200.0 + RETRY_S <= pressed_s <= 202.0 + RETRY_S
    (event,) = [e for _, e in plant.events(EventKind.PRESS)]
    assert event.figures == {"off_s": pressed_s - 200.0, "retry": 1, "retries": 2, "code": 16.0}
    assert render(event.reason, "en") == "The pump drive's fault is reset after 5 min off (try 1 of 2)."
    assert "direset" in render(event.reason, "id")
    assert not plant.state.pumps["sumur"].press_owed
    assert plant.state.pumps["sumur"].pressed_s is None


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_a_fault_that_stays_locks_the_pump(retries: int) -> None:
    """One press for each retry that the pump is allowed, each after a whole rest and told when it failed; then locked for good."""
    plant = running(site_of(retries=retries), stubborn=99)
    play(plant, at(200 + (retries + 2) * (RETRY_S + 20)).on().why("sumur", "pump_locked"))
    plant.until(5000)
    pressed = plant.presses()
    assert len(pressed) == retries
    assert all(b - a >= RETRY_S + 10.0 for a, b in pairwise(pressed))
    failed = [t for t, e in plant.events(EventKind.TRIP) if e.reason.key == "fault_reset_failed"]
    assert [b - a for a, b in zip(pressed, failed, strict=True)] == [10.0] * retries
    assert plant.state.pumps["sumur"].phase is Phase.LOCKED


def test_a_person_resets_the_locked_drive() -> None:
    """Reset on the page presses at once, and the pump runs again when its fault is gone."""
    plant = running(site_of(retries=0))
    play(plant, at(900).on().why("sumur", "pump_locked"))
    assert plant.presses() == []
    play(plant, at(901).order(Order.RESET, "sumur").on(), at(910).on("sumur"))
    assert plant.presses() == [901.0]
    (event,) = [e for _, e in plant.events(EventKind.PRESS)]
    assert (event.reason.key, event.figures["off_s"]) == ("fault_reset_person", 701.0)
    assert "karena" not in render(event.reason, "id")
    assert "a person asked" in render(event.reason, "en")


def test_a_person_cannot_press_twice_at_once_nor_while_it_runs() -> None:
    """Reset of a running pump presses nothing; a second one while the first may still help is no second press."""
    plant = Drive(site_of())
    play(plant, at(0, sun=900.0, level=0.5), at(100).order(Order.RESET, "sumur").on("sumur"))
    plant.stubborn = 9
    play(
        plant,
        at(200, fault=16.0).on(),
        at(220).order(Order.RESET, "sumur"),
        at(221).order(Order.RESET, "sumur"),
    )
    assert plant.presses() == [220.0]


def test_a_reset_that_must_wait_is_pressed_later() -> None:
    """While the emergency stop is latched nothing is pressed; what a person asked for then is done at the next start."""
    plant = running()
    play(plant, at(210).order(Order.EMERGENCY_STOP), at(220).order(Order.RESET, "sumur"), at(800).on())
    assert plant.presses() == []
    play(plant, at(801).order(Order.RESUME), at(820).on("sumur"))
    assert len(plant.presses()) == 1


@pytest.mark.parametrize(
    "site",
    [
        site_of(reset_faults=False),
        tank_site({"fault": "drive.fault_code", "limits": {"min_rest_s": REST_S}}, FAST),
    ],
)
def test_forbidden_or_impossible(site: Site) -> None:
    """Where the site forbids it, or no device takes it, nobody presses; the pump waits, and starts when the fault has gone."""
    plant = running(site)
    play(plant, at(3000).order(Order.RESET, "sumur").on(), at(6000).on().why("sumur", "drive_fault"))
    assert plant.presses() == []
    play(plant, at(6001, fault=AUTO), at(6010).on("sumur"))


@pytest.mark.parametrize("word", [1.0, SILENT])
def test_not_before_it_is_proven_off(word: object) -> None:
    """A read-back that says on, or has fallen silent, keeps the finger away, after the rest too."""
    plant = running()
    play(plant, at(300, running_1=word), at(2000).on())
    assert plant.presses() == []
    play(plant, at(2001, running_1=AUTO), at(2400).on("sumur"))
    assert len(plant.presses()) == 1


def test_a_fault_at_rest_waits_for_its_turn() -> None:
    """A fault of a standing drive is no trip while nobody wants water; then it counts, rests, is pressed, and the pump starts."""
    plant = Drive(site_of())
    play(plant, at(0, sun=0.0, level=0.5, fault=1.0), at(2000).on())
    assert plant.presses() == []
    assert plant.state.pumps["sumur"].retries == 0
    play(plant, at(2001, sun=900.0), at(2200).on().why("sumur", "pump_retry"), at(2600).on("sumur"))
    assert len(plant.presses()) == 1


def test_other_trips_are_not_pressed() -> None:
    """A pump that ran dry, and whose drive shows a fault only afterwards, owes a whole rest for that fault before any press."""
    plant = Drive(site_of())
    play(plant, at(0, sun=900.0, level=0.5), at(100).on("sumur"), at(110, flow=0.0), at(160).on())
    tripped_s = next(t for t, e in plant.events(EventKind.TRIP) if e.reason.key == "no_flow")
    play(plant, at(170, fault=16.0, flow=AUTO), at(1200).on("sumur"))
    (pressed_s,) = plant.presses()
    assert pressed_s - tripped_s >= 2.0 * RETRY_S


def test_a_restart_neither_forgets_nor_repeats() -> None:
    """A press that was owed is made after the rest began anew; one that was made is judged, not made again."""
    plant = running(stubborn=1)
    plant.until(400)
    plant.state = from_json(to_json(plant.state))
    plant.reboot()
    play(plant, at(690).on(), at(702).on())
    (pressed_s,) = plant.presses()
    assert pressed_s >= 400.0 + RETRY_S
    plant.state = from_json(to_json(plant.state))
    plant.reboot()
    plant.until(800)
    assert len(plant.presses()) == 1
    play(plant, at(1200).on("sumur"))
    assert len(plant.presses()) == 2


def test_made_again_bit_for_bit() -> None:
    """The same state and snapshot give the same press; and the fingerprint of a decision knows whether it pressed."""
    plant = Drive(site_of())
    state, seen = plant.state, []

    def watch(site, before, snapshot):
        seen.append(snapshot)
        return decide(site, before, snapshot)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timeline, "decide", watch)
        play(plant, at(0, sun=900.0, level=0.5), at(200, fault=16.0), at(560).on("sumur"))
    for snapshot, (_, made) in zip(seen, plant.decisions, strict=True):
        again = decide(plant.site, state, snapshot)
        assert decision_digest(again) == decision_digest(made)
        state = from_json(to_json(again.state))
    (pressed,) = [made for _, made in plant.decisions if made.presses]
    assert decision_digest(pressed) != decision_digest(replace(pressed, presses=()))
