"""The world as the simulators see it: coupled, conserving, and with a value for every quantity."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import isfinite
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.quantities import QUANTITIES, STATES
from simulators.naturals import DEVICE_ONLY
from simulators.truth import water_residual_m3
from simulators.world import World, default_world
from tests.simulators.sample import START, pump, shipped, site
from tests.yardstick import ratio

ROOT = Path(__file__).parents[2]
SHIPPED = [ROOT / "config.yaml", *sorted((ROOT / "simulators" / "sites").glob("*.yaml"))]
OUTPUTS = ["switch_1", "switch_2", "switch_3", "switch_4"]


def run(world: World, minutes: int, step_s: float = 60.0) -> None:
    """Advance by ``minutes`` in steps."""
    begin = datetime.fromtimestamp(world.now_s, UTC)
    for number in range(1, int(minutes * 60 / step_s) + 1):
        world.advance(begin + timedelta(seconds=number * step_s))


def switch(world: World, *on: str) -> None:
    """Exactly these outputs of the relay are on."""
    for output in OUTPUTS:
        world.apply("relay", output, 1.0 if output in on else 0.0)


def number(world: World, device: str, quantity: str) -> float:
    """A numeric value."""
    value = world.value(device, quantity)
    assert isinstance(value, float | int)
    return float(value)


Command = st.tuples(st.sampled_from([*OUTPUTS, "hour"]), st.sampled_from([0.0, 1.0]), st.floats(0.5, 4000))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(Command, max_size=40),
    st.sampled_from(["grid", "none", "diesel"]),
    st.integers(0, 5),
    st.booleans(),
)
def test_water_and_energy_are_conserved(
    commands: list[tuple[str, float, float]], backup: str, seed: int, direct: bool
) -> None:
    """Whatever is commanded in whatever steps: water in = out + storage to 1e-9 m3, counters never fall, power is balanced,
    a pump that is off moves nothing, and no sun gives no PV power.
    """
    changes = {"pumps": [pump(into="zones")], "tanks": [], "zones": direct_zones()} if direct else {}
    made = site(**changes)
    power = made.file.power.model_copy(update={"backup": backup})
    made = made.model_copy(update={"file": made.file.model_copy(update={"power": power})})
    world = default_world(made, seed, START)
    counters = [0.0] * 6
    for output, value, span_s in commands:
        if output == "hour":
            world.advance(datetime.fromtimestamp(world.now_s, UTC) + timedelta(hours=7))
        else:
            world.apply("relay", output, value)
        world.advance(datetime.fromtimestamp(world.now_s, UTC) + timedelta(seconds=span_s))
        energy, unit, supply = world.supply.energy, world.pumps["pompa"], world.supply
        fresh = [energy.pv_yield, energy.imported, energy.genset, energy.load, unit.energy_wh, unit.volume_m3]
        assert all(new >= old for new, old in zip(fresh, counters, strict=True))
        counters = fresh
        assert supply.pv_w + supply.grid_w + supply.genset_w - supply.battery_w == pytest.approx(
            supply.load_w, abs=1e-6
        )
        if not unit.wanted:
            assert (unit.power_w, unit.flow_m3_h) == (0.0, 0.0)
        if world.sky.day(world.sky.ordinal(world.now_s - 1.0)).cos_zenith[world.minute] == 0.0:
            assert supply.pv_w == 0.0
    assert water_residual_m3(world) == pytest.approx(0.0, abs=1e-9)


def direct_zones() -> list[dict[str, object]]:
    """Two zones behind the pump itself."""
    return [
        {"id": "cabai", "valves": ["k1"], "source": "pompa", "area_m2": 400, "flow_m3_h": 2.0},
        {"id": "sawah", "valves": ["k2", "k3"], "source": "pompa", "area_m2": 300, "flow_m3_h": 2.5},
    ]


def test_large_steps_are_cut_at_the_minutes() -> None:
    """One step of five hours leaves the same truth as 300 steps of a minute, bit for bit."""
    worlds = [default_world(site(), 2, START) for _ in range(2)]
    for world, step_s in zip(worlds, (60.0, 18000.0), strict=True):
        switch(world, "switch_1", "switch_2", "switch_4")
        run(world, 300, step_s)
    assert worlds[0].truth() == worlds[1].truth()


def test_small_steps_are_taken_exactly() -> None:
    """Second by second, a quarter of an hour moves the same water as in minutes (to the rounding of many sums)."""
    worlds = [default_world(site(), 2, START + timedelta(hours=4)) for _ in range(2)]
    for world, step_s in zip(worlds, (60.0, 1.0), strict=True):
        world.apply("relay", "switch_1", 1.0)
        run(world, 15, step_s)
    assert worlds[0].pumps["pompa"].volume_m3 == pytest.approx(worlds[1].pumps["pompa"].volume_m3, rel=1e-9)


def test_same_seed_same_world() -> None:
    """Two worlds of one seed agree on everything; another seed has other weather."""
    truths = []
    for seed in (5, 5, 6):
        world = default_world(site(), seed, START)
        switch(world, "switch_1", "switch_3")
        run(world, 2 * 1440)
        truths.append(world.truth())
    assert truths[0] == truths[1]
    assert truths[0] != truths[2]


def test_the_pump_fills_the_tank_that_waters_the_field() -> None:
    """Pumped water raises the level by its volume, opening the valve lowers it and wets the soil, and meters show it."""
    world = default_world(site(), 1, START)
    level, dry = number(world, "tandon", "level_m"), number(world, "tanah", "vwc")
    world.apply("relay", "switch_1", 1.0)
    run(world, 12)
    assert number(world, "air", "flow_m3_h") == pytest.approx(4.5, rel=0.01)
    assert number(world, "tandon", "level_m") - level == pytest.approx(
        number(world, "air", "volume_m3") / 2.5
    )
    assert number(world, "meter", "power_w") == pytest.approx(750, rel=0.01)
    full = number(world, "tandon", "level_m")
    switch(world, "switch_2")
    run(world, 60)
    assert number(world, "air", "flow_m3_h") == 0.0
    assert number(world, "tandon", "level_m") < full - 0.5
    assert number(world, "tanah", "vwc") > dry


def test_a_signal_is_given_before_the_sites_correction() -> None:
    """The probe says the raw value that the site's two-point calibration turns into the soil's true content."""
    world = default_world(site(), 1, START)
    raw = number(world, "tanah", "vwc")
    probe = world.site.file.zones[0].probes[0]
    assert raw * probe.scale + probe.offset == pytest.approx(world.zones["cabai"].ground.vwc)
    assert number(world, "pipa", "level_m") == pytest.approx(world.zones["sawah"].ground.ponding_m + 0.2)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_device_has_every_quantity(path: Path) -> None:
    """Each device of each shipped site has a value within the glossary's bounds for every quantity, by day and by night."""
    world = default_world(shipped(path), 1, START)
    for hours in (5, 10):
        run(world, hours * 60, 3600.0)
        for entry in world.site.file.devices:
            for name, quantity in QUANTITIES.items():
                for channel in ("", "_1", "_2"):
                    value = world.value(entry.id, name + channel)
                    if name in DEVICE_ONLY:
                        assert value is None
                        continue
                    assert value is not None
                    if quantity.is_text:
                        assert isinstance(value, str)
                        assert name != "status" or value in STATES
                    else:
                        assert isfinite(float(value))
                        assert quantity.minimum <= float(value) <= quantity.maximum, (entry.id, name)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_sites_pump_and_water_at_noon(path: Path) -> None:
    """With everything switched on from eight to two, water is pumped and every zone gets some, and nothing is lost."""
    world = default_world(shipped(path), 1, START)
    run(world, 60)
    for output in [unit.run for unit in world.site.file.pumps] + [
        valve.command for valve in world.site.file.valves
    ]:
        world.apply(output.device, output.quantity, 1.0)
    run(world, 360)
    truth = world.truth()
    assert truth["water"]["pumped_m3"] > 1.0
    assert all(zone["irrigated_mm"] > 0.0 for zone in truth["water"]["zones"].values())
    assert water_residual_m3(world) == pytest.approx(0.0, abs=1e-9)


def test_an_unknown_relay_keeps_its_state() -> None:
    """A channel that drives nothing reads back what was written."""
    world = default_world(site(), 1, START)
    assert world.value("relay", "switch_8") == 0.0
    world.apply("relay", "switch_8", 1.0)
    assert world.value("relay", "switch_8") == 1.0


def test_off_grid_the_pump_follows_the_sun_and_the_inverter_throttles() -> None:
    """Without grid the pump takes at most what the sun leaves, and PV power equals the load; at night nothing turns."""
    made = site()
    power = made.file.power.model_copy(update={"backup": "none", "grid_power": None})
    world = default_world(
        made.model_copy(update={"file": made.file.model_copy(update={"power": power})}), 1, START
    )
    world.apply("relay", "switch_1", 1.0)
    for _ in range(600):
        run(world, 1)
        potential = world.supply.potential_w
        assert world.supply.pv_w <= potential + 1e-9
        assert world.pumps["pompa"].power_w <= max(0.0, potential - 100.0) + 1e-9
        assert world.supply.pv_w == pytest.approx(world.supply.load_w)
    run(world, 240)
    assert world.pumps["pompa"].power_w == 0.0
    assert world.value("inverter", "status") == "standby"


def test_surplus_is_exported_only_when_the_site_may() -> None:
    """With export the grid meter goes negative at noon; without, it never does and PV power falls to the load."""
    worlds = {export: World(site(), 1, START, export=export) for export in (True, False)}
    for world in worlds.values():
        run(world, 300)
    assert worlds[True].supply.grid_w < 0.0
    assert worlds[False].supply.grid_w == 0.0
    assert worlds[False].supply.pv_w == pytest.approx(100.0)


@pytest.mark.parametrize("knob", ["dry", "blocked", "broken", "stuck", "fault"])
def test_faults_show_where_a_real_one_would(knob: str) -> None:
    """Dry well: no flow, 40 % power. Blocked intake: less flow. Broken riser: flow, but the tank stays. Stuck valve: waters
    unasked. Fault: the motor stands.
    """
    world = default_world(site(), 1, START)
    world.apply("relay", "switch_1", 1.0)
    run(world, 2)
    unit, tank = world.pumps["pompa"], world.tanks["tangki"]
    power, flow, volume = unit.power_w, unit.flow_m3_h, tank.volume_m3
    if knob == "dry":
        unit.rest_m = unit.suction_m = 0.0
    elif knob == "stuck":
        world.valves["k1"].stuck = 1.0
    else:
        setattr(unit, knob, 1.0 if knob != "blocked" else 0.6)
    run(world, 2)
    if knob == "dry":
        assert (unit.flow_m3_h, unit.power_w) == (0.0, pytest.approx(0.4 * power))
    elif knob == "blocked":
        assert unit.flow_m3_h == pytest.approx(0.4 * flow)
    elif knob == "broken":
        assert unit.flow_m3_h == flow
        assert tank.volume_m3 == pytest.approx(volume)
    elif knob == "stuck":
        assert world.zones["cabai"].flow_m3_h > 0.0
    else:
        assert (unit.power_w, unit.flow_m3_h) == (0.0, 0.0)
    assert water_residual_m3(world) == pytest.approx(0.0, abs=1e-9)


def test_a_direct_pump_against_closed_valves() -> None:
    """With no open path nothing flows, the pressure is at its highest, and less power is drawn."""
    world = default_world(site(pumps=[pump(into="zones")], tanks=[], zones=direct_zones()), 1, START)
    switch(world, "switch_1", "switch_2")
    run(world, 2)
    unit = world.pumps["pompa"]
    flow, pressure, power = unit.flow_m3_h, unit.pressure_bar, unit.power_w
    switch(world, "switch_1")
    run(world, 2)
    assert flow > 0.0 == unit.flow_m3_h
    assert unit.pressure_bar > pressure
    assert unit.power_w < power


def test_two_pumps_in_a_chain_conserve_water() -> None:
    """A second pump that draws from the first one's tank takes the water out of it, and stops lifting when it is empty."""
    second = pump(id="angkat", run={"output": "relay.switch_4"}, into="atas", suction_tank="tangki", flow=None, volume=None,
                  power=None, energy=None)  # fmt: skip
    tanks = [
        {"id": "tangki", "level": "tandon.level_m", "area_m2": 2.5, "height_m": 2.2, "full_m": 2.0},
        {"id": "atas", "level": "pipa.level_m", "area_m2": 50, "height_m": 3.0, "full_m": 2.5},
    ]
    valves = [{"id": "k1", "command": "relay.switch_2"}]
    zones = [{"id": "cabai", "valves": ["k1"], "source": "atas", "area_m2": 400, "flow_m3_h": 2.0}]
    world = default_world(site(pumps=[pump(), second], tanks=tanks, valves=valves, zones=zones), 1, START)
    switch(world, "switch_4")
    run(world, 120)
    assert world.tanks["tangki"].available_m3 == pytest.approx(0.0, abs=1e-9)
    assert world.pumps["angkat"].flow_m3_h == 0.0
    switch(world, "switch_1", "switch_2", "switch_4")
    run(world, 120)
    assert water_residual_m3(world) == pytest.approx(0.0, abs=1e-9)


def test_time_does_not_run_backwards() -> None:
    """Advancing to a moment that has passed changes nothing."""
    world = default_world(site(), 1, START)
    run(world, 60)
    before = world.truth()
    world.advance(START)
    assert world.truth() == before


@pytest.mark.serial
def test_a_minute_of_the_world_is_cheap() -> None:
    """One pump, one tank and three zones: a minute of the world, weather included, takes at most 500 rounds of a plain loop."""
    world = default_world(site(), 1, START)
    switch(world, *OUTPUTS)
    assert ratio(lambda: run(world, 1440), series=3) / 1440 <= 500.0
