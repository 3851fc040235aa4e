"""The water accounts on their grid: nothing doubled, nothing lost, whatever the cycle and the clock do."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from controller.core.balances import URGENT, demands
from controller.core.decision import EventKind
from controller.core.draft import Draft
from controller.core.instant import Instant
from controller.core.snapshot import Order, Snapshot
from controller.core.state import GRID_S, initial_state
from controller.core.wiring import wiring
from schedules.outlook import Outlook
from tests.controller.core.sites import ALL_DAY, program, tank_site
from tests.controller.core.timeline import SILENT, Plant, at, play

NOON = 1_780_000_000.0
GAUGE = {"weather": {"rain": "gauge.rain_mm", "temp_air": "air.temp_air_c"}}


def balance(plant, zone="z1"):
    """The zone's account."""
    return plant.state.zones[zone].balance


def test_the_grid_is_aligned_and_steps_once():
    """The first grid point is the next quarter of an hour of a trusted clock; then one step every 900 s of plant time."""
    plant = Plant(tank_site(), epoch_s=1_790_053_200.0 + 600.0)
    play(plant, at(0, sun=900.0, level=1.5), at(299))
    before = balance(plant)
    play(plant, at(300))
    stepped = balance(plant)
    assert before.et0_today_mm == 0.0 < stepped.et0_today_mm
    play(plant, at(1199))
    assert balance(plant) == stepped
    play(plant, at(1200))
    assert balance(plant).day_s == 2 * GRID_S


@pytest.mark.parametrize("cycle", [5.0, 20.0, 60.0])
def test_the_cycle_does_not_matter(cycle):
    """Evapotranspiration and rain of six hours are the same at any cycle length."""
    plant = Plant(tank_site(**GAUGE), cycle_s=cycle)
    play(plant, at(0, sun=700.0, level=1.8, rain=10.0, temp=28.0), at(3600, rain=14.0), at(6 * 3600.0))
    assert balance(plant).et0_today_mm == pytest.approx(3.029, abs=0.001)
    assert balance(plant).rain_mm == pytest.approx(4.0)


def test_a_clock_step_doubles_nothing():
    """The wall clock jumps a day ahead and back: the accounts go by elapsed time."""
    plants = [Plant(tank_site(), cycle_s=60.0) for _ in range(2)]
    for plant in plants:
        play(plant, at(0, sun=700.0, level=1.8), at(3600))
    plants[1].epoch_s += 7200.0
    for plant in plants:
        play(plant, at(5400))
    plants[1].epoch_s -= 7200.0
    for plant in plants:
        play(plant, at(10_800))
    assert balance(plants[1]).day_s == balance(plants[0]).day_s
    assert balance(plants[1]).depletion_mm == pytest.approx(balance(plants[0]).depletion_mm, abs=0.1)


def test_missed_steps_are_made_up_for_at_most_a_day():
    """After a restart the missed quarters of an hour are stepped by climatology, at most 24 h of them; without trust none."""
    for dark, trusted, days in (
        (6 * 3600.0, True, 0.25),
        (9 * 86_400.0, True, 1.0),
        (6 * 3600.0, False, 0.0),
    ):
        plant = Plant(tank_site(), cycle_s=60.0)
        play(plant, at(0, sun=0.0, level=1.8), at(3600))
        dry = balance(plant).depletion_mm
        plant.trusted = trusted
        plant.reboot(dark)
        play(plant, at(plant.t))
        lost = balance(plant).depletion_mm - dry
        assert lost == pytest.approx(0.0) if days == 0.0 else 0.2 * days < lost < 8.0 * days


def test_rain_puts_off_what_can_wait():
    """Enough rain in 24 h lets a zone that is not urgent wait, and the zone says so; a heavy claim of the gauge is not believed."""
    site = tank_site(prog=program("calendar", windows=ALL_DAY, depth_mm=40.0), **GAUGE)
    plant = Plant(site, cycle_s=60.0)
    play(plant, at(0, sun=0.0, level=1.5, rain=0.0), at(901))
    assert [one.zone for one in plant.state.demands] == ["z1", "z2"]
    play(plant, at(1000, rain=6.0), at(1900).why("z1", "zone_rained"))
    assert plant.state.demands == ()
    play(plant, at(2000, rain=900.0), at(2800))
    assert balance(plant).rain_24h_mm == pytest.approx(6.0)
    play(plant, at(2900, rain=SILENT), at(4000))
    assert balance(plant).rain_24h_mm == pytest.approx(6.0)


POND = ({"kind": "paddy"}, {"ponding_mm": -130.0, "etc_mm_d": 5.0})
FIELD = ({"kind": "field"}, {"depletion_mm": 19.0})
REFILLED = ({"kind": "field", "refill": 1.0}, {"depletion_mm": 19.0})


@pytest.mark.parametrize(
    ("ground", "watts", "waits"),
    [
        (POND, 300.0, False),
        (POND, 50_000.0, True),
        (FIELD, 300.0, False),
        (FIELD, 50_000.0, True),
        (REFILLED, 300.0, True),
    ],
)
def test_ground_that_stores_does_not_wait_because_it_rained(ground, watts, waits):
    """After rain ground that is not urgent waits where its pumps serve a dry stretch, and takes the sun where they cannot; a field
    whose program says how much it gets keeps no reserve, and waits.
    """
    written, state_of = ground
    site = tank_site(prog=program(windows=ALL_DAY, planted="2026-04-20", **written))
    day = (0.0,) * 24 + (watts,) * 24 + (0.0,) * 48
    outlook = Outlook(NOON, "persistence", NOON, day, day, day)
    c = Draft(
        wiring(site), initial_state(site), Snapshot(Instant(NOON, 0.0, "boot", True), {}, outlook=outlook)
    )
    state = c.zones["z1"]
    today = datetime.fromtimestamp(NOON, c.wiring.zoneinfo).date().isoformat()
    wet = {**state_of, "day": today, "et0_mm_d": 5.0, "kc": 1.0, "raw_mm": 20.0, "taw_mm": 40.0}
    for rain, wanted in ((0.0, True), (30.0, not waits)):
        c.zones["z1"] = replace(state, balance=replace(state.balance, **wet, rain_24h_mm=rain))
        found = [one.urgency for one in demands(c) if one.zone == "z1"]
        assert len(found) == wanted, rain
        assert all(urgency < URGENT for urgency in found)


def test_manual_water_is_credited():
    """Water that a person ordered counts in the zone's account like any other."""
    plant = Plant(tank_site())
    play(plant, at(0, sun=0.0, level=1.5), at(10).order(Order.RUN_ZONE, "z2", 4.0), at(1000))
    assert balance(plant, "z2").irrigated_mm == pytest.approx(1.0, abs=0.05)
    assert plant.events(EventKind.CLOSE)[0][1].figures["began"] == "manual"


def test_probes_and_ponding_are_read_at_the_grid():
    """A paddy's water level and a field's probes reach their accounts."""
    zones = [{"id": "z1", "valves": ["v1"], "source": "toren", "area_m2": 100.0, "flow_m3_h": 1.5, "program": "prog",
              "ponding": "paddy.level_m"}]  # fmt: skip
    plant = Plant(tank_site(zones=1, prog=program("paddy")).model_copy(), cycle_s=60.0)
    site = tank_site(zones=1, prog=program("paddy"))
    data = site.file.model_dump()
    plant.site = site.model_copy(update={"file": type(site.file).model_validate(data | {"zones": zones})})
    play(plant, at(0, sun=0.0, level=1.5, ponding=-0.12), at(960))
    assert balance(plant).ponding_mm == pytest.approx(-120.0)
    assert balance(plant).level == "sensor"


def test_a_site_that_changed_keeps_what_still_exists():
    """A state of another site file: new zones and pumps begin fresh, old ones keep their account, gone ones are forgotten."""
    plant = Plant(tank_site(zones=1), cycle_s=60.0)
    play(plant, at(0, sun=700.0, level=1.8), at(4000))
    kept = balance(plant).depletion_mm
    plant.site = tank_site(zones=3)
    plant.step()
    assert set(plant.state.zones) == {"z1", "z2", "z3"} == {f"z{name[1]}" for name in plant.state.valves}
    assert balance(plant).depletion_mm == pytest.approx(kept, abs=0.01)
    plant.site = tank_site(zones=2)
    plant.boot += "+"
    plant.step()
    assert set(plant.state.zones) == {"z1", "z2"}


def test_wind_is_brought_to_two_metres():
    """An anemometer at 10 m sees 1.34 times the wind at 2 m: told its height, the account is that of the lower one."""
    wind = {"weather": {"temp_air": "air.temp_air_c", "wind": "air.wind_m_s"}}
    mast = {"weather": wind["weather"] | {"wind_height_m": 10.0}}
    low, high, wrong = Plant(tank_site(**wind)), Plant(tank_site(**mast)), Plant(tank_site(**wind))
    for plant, speed in ((low, 2.0), (high, 2.0 / 0.748), (wrong, 2.0 / 0.748)):
        play(plant, at(0, sun=700.0, level=1.8, temp=30.0, wind=speed), at(3600.0))
    assert balance(high).et0_today_mm == pytest.approx(balance(low).et0_today_mm, abs=0.001)
    assert balance(wrong).et0_today_mm > balance(low).et0_today_mm + 0.005
