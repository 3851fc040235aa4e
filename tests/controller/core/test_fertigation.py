"""Timing diagrams of fertigation: rinse, pulses, rinse; what cuts it, what is told, and that solution never stands still."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller.core.decision import EventKind
from controller.core.leases import injector_lease_s, lease_s, valve_lease_s
from controller.core.snapshot import Order
from controller.core.wiring import wiring
from tests.controller.core.sites import ALL_DAY, direct_site, program, tank_site
from tests.controller.core.test_properties import LIMITS, PROTECT, SURPLUS, World, scripts
from tests.controller.core.timeline import NOON, Plant, at, play, runs_plan

INJECTOR: dict[str, Any] = {"id": "dosis", "command": "relay.switch_8", "rate_l_h": 30.0}


def tank_fed(injector: dict[str, Any] | None = None, **feed: Any) -> Plant:
    """Gravity zones z1 and z2 (1.5 m3/h: 25 l a minute) behind one injector; a minute of rinse before, two after, 10 s pulses."""
    feed = {"stock_l_m3": 5.0, "pre_rinse_s": 60.0, "post_rinse_s": 120.0} | feed
    site = tank_site(
        prog=program(windows=ALL_DAY, kind="calendar", fertigation=feed),
        injectors=[INJECTOR | (injector or {})],
    )
    zones = tuple(zone.model_copy(update={"injector": "dosis"}) for zone in site.file.zones)
    return Plant(site.model_copy(update={"file": site.file.model_copy(update={"zones": zones})}))


def closed(plant: Plant, number: int = -1) -> tuple[str, dict[str, Any]]:
    """Key and figures of a CLOSE event."""
    event = plant.events(EventKind.CLOSE)[number][1]
    return event.reason.key, dict(event.figures)


def pulses(plant: Plant) -> list[tuple[float, float]]:
    """(on, off) of every pulse."""
    ons = [t for t, e in plant.events(EventKind.START) if e.subject == "dosis"]
    offs = [t for t, e in plant.events(EventKind.STOP) if e.subject == "dosis"]
    return list(zip(ons, offs, strict=False))


def test_rinse_pulses_rinse() -> None:
    """250 l in ten minutes: clean for a minute, then 10 s of every 40 s at 30 l/h for 5 l/m3, clean for the last two minutes."""
    plant = tank_fed()
    plant.plan = runs_plan(("z1", 10.0, 610.0, 250.0))
    play(plant, at(0, sun=0.0, level=1.5), at(12).on("v1"), at(60).on("v1"), at(116).on("v1", "dosis"), at(130).on("v1"),
         at(500).on("v1"), at(700).on())  # fmt: skip
    found = pulses(plant)
    assert all(off - on == pytest.approx(10.0) for on, off in found)
    assert min(on for on, _ in found) >= 76.0
    assert all(b[0] - a[0] == pytest.approx(40.0, abs=1.0) for a, b in pairwise(found))
    key, figures = closed(plant)
    assert key == "irrigation_complete"
    assert figures["rinsed"] == 1.0
    assert figures["stock_l"] == pytest.approx(5.0 * (250.0 - 25.0 - 50.0) / 1000.0, abs=0.1)
    assert plant.events(EventKind.STOP)[-1][0] - found[-1][1] >= 120.0 - 1.0


def test_pulses_by_seconds() -> None:
    """on_s 5 and off_s 15 give five seconds in every twenty, the first at once after the rinse."""
    plant = tank_fed(stock_l_m3=None, on_s=5.0, off_s=15.0)
    plant.plan = runs_plan(("z1", 10.0, 610.0, 250.0))
    play(plant, at(0, sun=0.0, level=1.5), at(700).on())
    found = pulses(plant)
    assert [b[0] - a[0] for a, b in pairwise(found)] == pytest.approx([20.0] * (len(found) - 1), abs=1.0)
    assert closed(plant)[1]["injected_s"] == pytest.approx(sum(off - on for on, off in found))
    assert all(off - on == pytest.approx(5.0) for on, off in found[:-1])


def test_every_second_irrigation() -> None:
    """every: 2 leaves the first irrigation clean and feeds the second."""
    plant = tank_fed(every=2)
    plant.plan = runs_plan(("z1", 10.0, 610.0, 250.0), ("z1", 1000.0, 1600.0, 250.0))
    play(plant, at(0, sun=0.0, level=1.5), at(800))
    assert pulses(plant) == []
    assert "stock_l" not in closed(plant)[1]
    play(plant, at(1700))
    assert closed(plant)[1]["stock_l"] > 0.5


def test_only_on_its_weekdays() -> None:
    """The day of the diagrams is a Tuesday: a program for Mondays gives clean water."""
    assert NOON % 604800 // 86400 == 5  # days from a Thursday
    plant = tank_fed(days=["mon"])
    plant.plan = runs_plan(("z1", 10.0, 610.0, 250.0))
    play(plant, at(0, sun=0.0, level=1.5), at(700))
    assert pulses(plant) == []


def test_a_person_gives_clean_water() -> None:
    """A zone that is watered by hand gets no solution."""
    plant = tank_fed()
    play(plant, at(0, sun=0.0, level=1.5), at(5).order(Order.RUN_ZONE, "z1", 5.0), at(400))
    assert pulses(plant) == []
    assert closed(plant)[1]["delivered_l"] > 100.0


def test_a_short_run_stays_clean() -> None:
    """60 l have no room for 75 l of rinses: no pulse."""
    plant = tank_fed()
    plant.plan = runs_plan(("z1", 10.0, 154.0, 60.0))
    play(plant, at(0, sun=0.0, level=1.5), at(300))
    assert pulses(plant) == []


def test_time_over_waits_for_the_rinse() -> None:
    """The time is over in the middle of the pulses: the valve stays open for the 50 l that rinse the pipes, and no longer."""
    plant = tank_fed()
    plant.plan = runs_plan(("z1", 10.0, 610.0, 250.0))
    play(plant, at(0, sun=0.0, level=1.5), at(200))
    irrigation = plant.state.zones["z1"].irrigation
    assert irrigation is not None
    cut = replace(plant.state.zones["z1"], irrigation=replace(irrigation, ends_s=plant.t))
    plant.state = replace(plant.state, zones={**plant.state.zones, "z1": cut})
    assert plant.state.feeds["z1"].on_s > 0.0
    play(plant, at(202).on("v1"), at(300).on("v1"), at(325).on())
    key, figures = closed(plant)
    assert (key, figures["rinsed"]) == ("irrigation_time_over", 1.0)


def test_a_stop_before_the_rinse_is_told() -> None:
    """An operator's stop is obeyed at once, injector first, and the closing says that solution stands in the pipes."""
    plant = tank_fed()
    plant.plan = runs_plan(("z1", 10.0, 610.0, 250.0))
    play(plant, at(0, sun=0.0, level=1.5), at(117).on("v1", "dosis"), at(118).order(Order.STOP, "z1").on())
    key, figures = closed(plant)
    assert (key, figures["rinsed"]) == ("irrigation_unrinsed", 0.0)
    assert figures["rinse_l"] == pytest.approx(50.0)
    stops = [command.quantity for command in plant.last.commands if command.value == 0.0]
    assert stops.index("switch_8") < stops.index("switch_2")


def test_an_empty_tank_ends_the_pulse_at_once() -> None:
    """The interlock on the tank takes valve and injector in the same decision; no rinse is waited for."""
    plant = tank_fed()
    plant.plan = runs_plan(("z1", 10.0, 610.0, 250.0))
    play(plant, at(0, sun=0.0, level=1.5), at(117).on("v1", "dosis"), at(118, level=0.1).on())


def test_another_open_zone_without_its_turn_stops_the_pulses() -> None:
    """Both zones are behind the injector: while a person waters z2, z1 gets no solution, for it would reach z2 as well."""
    plant = tank_fed()
    plant.plan = runs_plan(("z1", 10.0, 610.0, 250.0))
    play(
        plant,
        at(0, sun=0.0, level=1.5),
        at(90).order(Order.RUN_ZONE, "z2", 3.0),
        at(92).on("v1", "v2"),
        at(275),
    )
    assert all(on < 92.0 or on > 270.0 for on, _ in pulses(plant))
    assert plant.state.feeds["z1"].active


def test_a_lease_that_ends_before_the_water() -> None:
    """The injector's lease is at most half of those of the pumps and valves that bring its water."""
    for site in (DIRECT, TANK):
        w = wiring(site)
        lease = injector_lease_s(w, w.injectors[0], 1.0)
        for zone in w.injectors[0].zones:
            assert all(2.0 * lease <= valve_lease_s(w, valve, 1.0) for valve in zone.valves)
            if zone.pump is not None:
                assert 2.0 * lease <= lease_s(w, zone.pump.entry.run, None, 1.0)


FEED = {"stock_l_m3": 50.0, "on_s": 2.0, "pre_rinse_s": 2.0, "post_rinse_s": 4.0}
FED = program(windows=ALL_DAY, kind="calendar", depth_mm=5.0, fertigation=FEED)
THEIRS = INJECTOR | {"rate_l_h": 600.0}


def behind(site: Any, *zones: str) -> Any:
    """The site with these zones behind its injector."""
    entries = tuple(
        z.model_copy(update={"injector": "dosis"}) if z.id in zones else z for z in site.file.zones
    )
    return site.model_copy(update={"file": site.file.model_copy(update={"zones": entries})})


TANK = behind(
    tank_site({"limits": LIMITS, "protect": PROTECT}, SURPLUS, prog=FED, injectors=[THEIRS]), "z1", "z2"
)
DIRECT = behind(
    direct_site({"limits": LIMITS, "protect": PROTECT}, SURPLUS, prog=FED, injectors=[THEIRS]), "a", "b"
)


class Fed(World):
    """A world that looks at the injector in every decision."""

    injected = 0

    def cycle(self, wishes: Any = ()) -> None:
        """One decision, then the injector's rules from the outside: commands and readings only."""
        super().cycle(wishes)
        on = self.on
        if not on["switch_8"]:
            return
        self.injected += 1
        assert not self.state.emergency, "solution during an emergency stop"
        valves = {valve.id: valve.command.quantity for valve in self.site.file.valves}
        ways = [z for z in self.site.file.zones if all(on[valves[name]] for name in z.valves)]
        assert ways, "solution without an open valve"
        sample = {key: one for key, one in self.readings.items() if self.mono - one.mono_s <= 60.0}
        if self.site is TANK or self.site.file.tanks:
            assert sample["probe", "level_m"].value > 0.2, "solution behind an empty tank"
        else:
            assert on["switch_1"], "solution without the pump"
            flow = sample["meter", "flow_m3_h"].value
            assert flow is not None
            assert flow >= 1.2, "solution into still water"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(scripts, st.sampled_from([TANK, DIRECT]))
def test_no_script_doses_into_still_water(script: Any, site: Any) -> None:
    """For any sequence of readings, gaps, boots, failed writes and orders: the injector is on only with water on its way, and
    all other rules hold as well."""
    world = Fed(site)
    world.do(("wait", 1.0, 60))
    for action in script:
        world.do(action)
    world.do(("wait", 1.0, 10))
    world.do(("restore", 0))


@pytest.mark.parametrize("site", [TANK, DIRECT], ids=["tank", "direct"])
def test_the_property_sees_solution(site: Any) -> None:
    """In good conditions the worlds of the property really dose: it is not empty."""
    world = Fed(site)
    for _ in range(1500):
        world.do(("wait", 1.0, 1))
    assert world.injected > 10
