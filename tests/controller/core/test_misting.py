"""Timing diagrams of misting: by temperature and dryness, in pulses and pauses, within windows and limits, as every irrigation."""

from __future__ import annotations

from typing import Any

import pytest

from controller.core.decision import EventKind
from controller.core.snapshot import Order
from controller.core.state_json import from_json, to_json
from schedules.misting import hot
from schedules.program import MistingProgram
from tests.controller.core.sites import ALL_DAY, program, tank_site
from tests.controller.core.timeline import SIGNALS, SILENT, Plant, at, play


@pytest.fixture(autouse=True)
def _humidity(monkeypatch: pytest.MonkeyPatch) -> None:
    """The diagrams of this file know humidity too."""
    monkeypatch.setitem(SIGNALS, "rh", ("air", "rh_pct"))


def house(windows: Any = ALL_DAY, **more: Any) -> Plant:
    """A gravity zone that mists for 20 s with pauses of a minute."""
    prog = program("misting", windows=windows, **({"pause_s": 60.0} | more))
    weather = {"temp_air": "air.temp_air_c", "humidity": "air.rh_pct"}
    return Plant(tank_site(prog=prog, zones=1, weather=weather))


def pulses(plant: Plant) -> list[float]:
    """When the valve opened."""
    return [t for t, event in plant.events(EventKind.START) if event.subject == "v1"]


def test_hot_and_dry_air_is_misted() -> None:
    """34 C and 50 % (2.7 kPa): pulses of 25 s, five of them for the valve, every 85 s; cool air ends them."""
    plant = play(
        house(), at(0, sun=0.0, level=1.5, temp=30.0, rh=50.0), at(65).on().why("z1", "mist_cool"),
        at(70, temp=34.0).on("v1").why("z1", "zone_mists"), at(96).on().why("z1", "mist_pause"), at(154).on(), at(156).on("v1"),
        at(210, temp=30.5), at(260).on().why("z1", "mist_cool"),
    )  # fmt: skip
    assert pulses(plant) == [70.0, 155.0]
    assert plant.events(EventKind.CLOSE)[0][1].reason.key == "mist_over"
    litres = plant.state.zones["z1"].credit_l
    assert litres == pytest.approx(2 * 25.0 * 1500.0 / 3600.0, rel=0.1)


def test_between_on_and_off_it_goes_on() -> None:
    """32 C does not begin a mist, and does not end one either; damp air ends it at any heat."""
    prog = MistingProgram.model_validate({"program": "kabut", "windows": ALL_DAY})
    assert [hot(prog, was, 32.0, 2.0) for was in (False, True)] == [False, True]
    assert [hot(prog, was, 36.0, 1.0) for was in (False, True)] == [False, False]


def test_blind_there_is_no_mist() -> None:
    """A silent hygrometer ends the mist and is told; so does an untrusted clock."""
    plant = house()
    play(
        plant,
        at(0, sun=0.0, level=1.5, temp=36.0, rh=40.0),
        at(30, rh=SILENT),
        at(120).on().why("z1", "mist_blind"),
    )
    plant.trusted = False
    play(plant, at(200, rh=40.0).on().why("z1", "mist_closed"))


def test_windows_and_the_days_limit() -> None:
    """Outside its windows there is no mist (it is noon), and after so many pulses no more today."""
    early = house(windows=[{"from": "06:00", "to": "08:00"}])
    play(early, at(0, sun=0.0, level=1.5, temp=36.0, rh=40.0), at(60).on().why("z1", "mist_closed"))
    limited = house(max_pulses_per_day=2)
    play(limited, at(0, sun=0.0, level=1.5, temp=36.0, rh=40.0), at(600).on().why("z1", "mist_done"))
    assert len(pulses(limited)) == 2


def test_interlocks_and_people_come_first() -> None:
    """An empty tank and the emergency stop take the mist like any irrigation; a person's stop holds it for its time."""
    plant = house()
    play(plant, at(0, sun=0.0, level=1.5, temp=36.0, rh=40.0), at(100, level=0.1), at(300).on())
    play(
        plant,
        at(400, level=1.5),
        at(600).order(Order.STOP, "z1"),
        at(800).on().why("z1", "paused_by_operator"),
    )
    plant = house()
    play(
        plant,
        at(0, sun=0.0, level=1.5, temp=36.0, rh=40.0),
        at(8).order(Order.EMERGENCY_STOP).on(),
        at(200).on(),
    )


def test_the_memory_survives() -> None:
    """The state with its mists goes through JSON, and a restart waits for a minute before the next pulse."""
    plant = house(max_pulses_per_day=5)
    play(plant, at(0, sun=0.0, level=1.5, temp=36.0, rh=40.0), at(100))
    assert from_json(to_json(plant.state)) == plant.state
    plant.reboot(dark_s=5.0)
    play(plant, at(plant.t + 1.0).on(), at(plant.t + 30.0).on(), at(plant.t + 70.0).on("v1"))
    assert plant.state.mists["z1"].pulses >= 2
