"""Hostile sequences: power cuts in the middle, sensors that lie or are replaced, clocks that jump, valves that do not obey."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from controller.core.decision import EventKind
from controller.core.snapshot import Order
from controller.core.state import restored
from controller.core.state_json import StateError, from_json, to_json
from tests.controller.core.sites import ALL_DAY, direct_site, program, tank_site
from tests.controller.core.test_fertigation import INJECTOR, behind, closed, pulses, tank_fed
from tests.controller.core.test_frequency import ENTRY, Driven
from tests.controller.core.test_probing import OFF_GRID, ZERO_EXPORT, Throttled, keys
from tests.controller.core.timeline import SIGNALS, Plant, at, play, runs_plan

GAUGED = {"weather": {"rain": "gauge.rain_mm"}}


def cut(plant: Plant, dark_s: float) -> Plant:
    """The power fails and comes back: a new process reads the state on a new boot."""
    plant.state = restored(from_json(to_json(plant.state)))
    plant.readings = {}
    plant.reboot(dark_s)
    plant.boot = "another boot"
    return plant


@pytest.mark.parametrize("other", [400.0, 950.0])
def test_another_rain_gauge_is_no_cloudburst(other: float) -> None:
    """A gauge that is replaced after dry days shows hundreds of mm more, or less: none of it is rain."""
    plant = Plant(tank_site(**GAUGED), cycle_s=60.0)
    play(
        plant,
        at(0, sun=0.0, level=1.0, rain=600.0),
        at(2 * 86400.0 + 120.0, rain=other),
        at(2 * 86400.0 + 240.0),
    )
    assert plant.state.air.rain_mm == 0.0
    play(plant, at(plant.t, rain=other + 4.0), at(plant.t + 60.0))
    assert plant.state.air.rain_mm == pytest.approx(4.0)


def test_rain_during_a_power_cut_is_no_cloudburst() -> None:
    """20 mm that fell in ten dark minutes are a burst of ten minutes, on whatever boot they are read."""
    plant = Plant(tank_site(**GAUGED), cycle_s=60.0)
    play(plant, at(0, sun=0.0, level=1.0, rain=600.0), at(86400.0))
    cut(plant, 600.0)
    play(plant, at(plant.t, rain=620.0), at(plant.t + 60.0))
    ((fell, seconds),) = plant.state.air.bursts
    assert fell == pytest.approx(20.0)
    assert seconds == pytest.approx(600.0, abs=61.0)


def test_a_power_cut_with_solution_in_the_pipes_is_told_and_ends_the_turn() -> None:
    """Fed every second irrigation and cut in a pulse: the restart tells of the unrinsed pipes, and the next one is clean."""
    plant = tank_fed(every=2)
    feed = replace(plant.state.feeds["z1"], turn=1)
    plant.state = replace(plant.state, feeds={**plant.state.feeds, "z1": feed})
    plant.plan = runs_plan(("z1", 10.0, 610.0, 250.0), ("z1", 1500.0, 2100.0, 250.0))
    play(plant, at(0, sun=0.0, level=1.5), at(117).on("v1", "dosis"))
    cut(plant, 60.0)
    play(plant, at(plant.t).on())
    assert closed(plant)[0] == "irrigation_unrinsed"
    before = len(pulses(plant))
    play(plant, at(2300))
    assert len(pulses(plant)) == before


@pytest.mark.parametrize("ends", ["cut", "trip"])
def test_a_trial_that_takes_the_power_away_has_failed(ends: str) -> None:
    """A probe that trips the inverter, or this computer with it, counts and waits like one that found no sun."""
    site = tank_site({"limits": {"min_rest_s": 60.0}}, OFF_GRID | {"inverter_status": "inverter.status"})
    plant = Throttled(site, cycle_s=10.0)
    play(plant, at(0, level=0.5), at(1000))
    plant = Throttled(site, cycle_s=10.0)
    play(plant, at(0, level=0.5))
    while plant.state.pumps["sumur"].probing_s is None:
        play(plant, at(plant.t))
    if ends == "cut":
        cut(plant, 30.0)
        play(plant, at(plant.t))
    else:
        play(plant, at(plant.t, inverter="fault"), at(plant.t + 10.0, inverter="running"))
    assert plant.state.sun.probes == 1
    play(plant, at(plant.t + 500.0).on().why("sumur", "pump_probe_waits"))


def test_an_orderly_end_of_a_trial_is_no_failure() -> None:
    """A trial without trouble costs nothing: its end is not counted."""
    plant = Throttled(tank_site(power=ZERO_EXPORT), cycle_s=10.0)
    play(plant, at(0, level=0.5), at(1000).on("sumur"))
    assert plant.state.sun.probes == 0


@pytest.mark.parametrize(("wrong", "key"), [({"flow": 0.0}, "no_flow"), ({"power": 90.0}, "dry_power")])
def test_a_drive_at_full_speed_in_the_dark_is_protected(wrong: dict[str, float], key: str) -> None:
    """By hand on the grid at night a drive turns at 50 Hz without any sun: a dry well stops it as at noon."""
    entry = ENTRY | {"protect": {"no_flow_after_s": 45.0, "dry_power_share": 0.5}}
    plant = Driven(direct_site(entry, {"backup": "grid"}), epoch_s=1_790_053_200.0 + 10 * 3600.0)
    play(plant, at(0, sun=0.0), at(20).order(Order.RUN_ZONE, "a", 60.0), at(100).on("va", "sungai"))
    assert plant.state.pumps["sungai"].hertz == 50.0
    play(plant, at(101, **wrong), at(250).on())
    assert key in keys(plant, EventKind.TRIP)


def test_a_flickering_sky_does_not_keep_a_dry_pump_turning() -> None:
    """40 s of sun, 40 s without, and the well is dry: neither wait begins anew, the drive stops after one ride."""
    plant = Plant(tank_site({"supply": "pv"}), cycle_s=10.0)
    play(plant, at(0, level=0.5, sun=900.0), at(1300).on("sumur"))
    for i in range(12):
        play(plant, at(1310.0 + 80.0 * i, sun=100.0, flow=0.0), at(1350.0 + 80.0 * i, sun=900.0))
    assert "sumur" not in plant.outputs()


def test_a_valve_that_refuses_to_close_gets_no_solution() -> None:
    """z2's valve reads open though it was closed: its water would carry z1's solution, so there is none."""
    site = tank_fed().site
    v2 = site.file.valves[1].model_copy(
        update={"command": site.file.valves[1].command.model_validate(
            {"output": "relay.switch_3", "feedback": "relay.running_3"})}
    )  # fmt: skip
    plant = Plant(
        site.model_copy(update={"file": site.file.model_copy(update={"valves": (site.file.valves[0], v2)})})
    )
    plant.plan = runs_plan(("z1", 10.0, 610.0, 250.0))
    play(plant, at(0, sun=0.0, level=1.5), at(100, running_3=1.0), at(400).on("v1"))
    assert pulses(plant) == []


def test_zones_behind_one_main_valve_are_fed() -> None:
    """A main valve that both zones name does not make the closed one a way for the water."""
    feed = {"stock_l_m3": 5.0, "pre_rinse_s": 60.0, "post_rinse_s": 120.0}
    site = behind(
        tank_site(prog=program(windows=ALL_DAY, kind="calendar", fertigation=feed), injectors=[INJECTOR]),
        "z1",
        "z2",
    )
    zones = (
        site.file.zones[0].model_copy(update={"valves": ("v1",)}),
        site.file.zones[1].model_copy(update={"valves": ("v1", "v2")}),
    )
    plant = Plant(site.model_copy(update={"file": site.file.model_copy(update={"zones": zones})}))
    plant.plan = runs_plan(("z1", 10.0, 610.0, 250.0))
    play(plant, at(0, sun=0.0, level=1.5), at(116).on("v1", "dosis"))


def test_mist_that_never_came_does_not_use_up_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the tank is empty pulses are due but none flows: with the water back there is as much mist as on any day."""
    monkeypatch.setitem(SIGNALS, "rh", ("air", "rh_pct"))
    weather = {"temp_air": "air.temp_air_c", "humidity": "air.rh_pct"}
    prog = program("misting", windows=ALL_DAY, pause_s=60.0, max_pulses_per_day=3)
    plant = Plant(tank_site(prog=prog, zones=1, weather=weather))
    play(
        plant, at(0, sun=0.0, level=0.1, temp=36.0, rh=40.0), at(900).on(), at(901, level=1.5), at(1800).on()
    )
    assert len([t for t, e in plant.events(EventKind.START) if e.subject == "v1"]) == 3
    play(plant, at(1801).why("z1", "mist_done"))


class Dead(Plant):
    """The sun shines on a plant whose inverter gives 50 W: the grid carries the pump."""

    dead = False

    def _answers(self) -> dict[str, Any]:
        load = sum(750.0 for pump in self.state.pumps.values() if pump.on)
        pv = 50.0 if self.dead else 1500.0
        return {**super()._answers(), "pv": pv, "grid": load - pv + 200.0}


def test_a_dead_plant_under_a_bright_sky_burns_no_grid() -> None:
    """The sensor promises 1,400 W, the meters show 50 W and import: the pump stops as for a cloud, and does not start again."""
    power = {"grid_power": "grid.power_w", "pv_power": "inverter.power_w", "backup": "grid"}
    plant = Dead(tank_site(power=power), cycle_s=10.0)
    play(plant, at(0, level=0.5, sun=900.0), at(1200).on("sumur"))
    plant.dead = True
    play(plant, at(1600).on(), at(4000).on())


class Unseen(Plant):
    """A battery that no meter shows carries everything."""

    def _answers(self) -> dict[str, Any]:
        return {**super()._answers(), "grid": 0.0}


def test_after_sunset_no_unseen_battery_carries_the_pump() -> None:
    """Only a grid meter, and it stands still: by day that may be the sun, at night it is not."""
    limits = {"limits": {"max_run_s": 12 * 3600.0}}
    plant = Unseen(
        tank_site(limits, power={"irradiance": None, "grid_power": "grid.power_w", "other_load_w": 50.0}),
        cycle_s=30.0,
    )
    play(plant, at(0, level=0.5), at(2000).on("sumur"))
    play(plant, at(4.0 * 3600.0).on("sumur"), at(6.5 * 3600.0).on())


def test_a_state_with_a_number_that_is_none_is_refused_by_name() -> None:
    """NaN and infinity in a stored state are damage, whatever JSON readers accept."""
    data = json.loads(to_json(Plant(tank_site()).state))
    for word in ("NaN", "Infinity", "1e999"):
        text = json.dumps(data).replace('"ratio": 1.0', f'"ratio": {word}')
        with pytest.raises(StateError, match=r"state\.sun\.ratio"):
            from_json(text)


def test_what_an_older_version_wrote_is_read() -> None:
    """Fields that later versions added begin at their defaults; balances, debts and counts are kept."""
    plant = play(Plant(tank_site(**GAUGED), cycle_s=60.0), at(0, sun=0.0, level=1.0, rain=6.0), at(3600.0))
    data = json.loads(to_json(plant.state))
    new = {"seen_s", "turn", "sky", "rain", "injectors", "feeds", "mists", "sun"}
    old: dict[str, Any] = {key: value for key, value in data["state"].items() if key not in new}
    for name in ("bursts", "gauged_s"):
        del old["air"][name]
    for pump in old["pumps"].values():
        for name in ("probing_s", "hertz", "hertz_s"):
            del pump[name]
    for zone in old["zones"].values():
        for name in ("ended_s", "got_l"):
            del zone[name]
    for name in ("source", "spread", "sure_w"):
        del old["power"][name]
    before = plant.state.zones["z1"].balance
    plant.state = from_json(json.dumps({"format": 1, "state": old}))
    cut(plant, 600.0)
    play(plant, at(plant.t, rain=26.0), at(plant.t + 60.0))
    assert plant.state.zones["z1"].balance.depletion_mm == pytest.approx(before.depletion_mm, abs=0.5)
    assert plant.state.air.rain_mm == pytest.approx(20.0)


def test_what_a_clock_ahead_of_time_saw_is_not_believed() -> None:
    """The sky was last seen in 2036, says a clock that was wrong: that is long forgotten, not fresh for ten years."""
    plant = Throttled(tank_site(power=ZERO_EXPORT), cycle_s=10.0)
    ahead = replace(plant.state.sun, clear=1.0, seen_s=plant.epoch_s + 10 * 365 * 86400.0)
    plant.state = replace(plant.state, sun=ahead)
    play(plant, at(0, level=1.8), at(100))
    assert plant.state.power.source == "clear_sky"
    assert plant.state.power.spread > 0.3


@pytest.mark.parametrize("wrong", [-237.3, -240.0, 1e9, -999.0])
def test_no_word_of_the_weather_raises(wrong: float) -> None:
    """Temperatures that cannot be (one makes FAO-56 Eq. 11 divide by nothing) are silence: no error, no mist, no need of water."""
    weather = {"temp_air": "air.temp_air_c", "wind": "air.wind_m_s"}
    plant = Plant(tank_site(weather=weather), cycle_s=60.0)
    play(plant, at(0, sun=500.0, level=1.0, temp=wrong, wind=wrong), at(1800.0, sun=1e6), at(3600.0))
    assert plant.state.zones["z1"].balance.depletion_mm < 60.0
    assert plant.state.power.potential_w is None


@pytest.mark.parametrize("other", [900.0, 3.0])
def test_another_water_meter_gives_nobody_water(other: float) -> None:
    """A meter that is replaced while the pump stands overnight shows other cubic metres: no zone is credited with them."""
    plant = Plant(direct_site({"volume": "meter.volume_m3"}), cycle_s=60.0)
    plant.plan = runs_plan(("a", 100.0, 4000.0, 200.0))
    play(plant, at(0, sun=1200.0, volume=890.0), at(1500.0, volume=890.2), at(3000.0).on())
    before = plant.state.accounts.water_m3
    play(plant, at(10 * 3600.0 - 100.0, sun=0.0, volume=other), at(10 * 3600.0))
    assert plant.state.accounts.water_m3 == pytest.approx(before)
    assert before == pytest.approx(0.2, abs=0.01)
