"""The sun's power and the day's energy: where the numbers come from, and that counters are believed before integrals."""

from __future__ import annotations

import pytest

from controller.core.accounts import figures
from controller.core.decision import EventKind
from controller.core.snapshot import Order
from tests.controller.core.sites import direct_site, tank_site, two_pump_site
from tests.controller.core.timeline import NOON, SILENT, Plant, at, play, runs_plan

GRID = {"irradiance": None, "grid_power": "grid.power_w", "pv_power": "inverter.power_w"}


def budget(site, running=False, **inputs) -> tuple:
    """(potential, budget) with these inputs, the tank pump standing or running at 750 W."""
    plant = Plant(site)
    play(plant, at(0, **({"level": 0.5, "sun": 900.0} | ({} if running else inputs))), at(700))
    if running:
        assert "sumur" in plant.outputs()
    play(plant, at(701, **inputs))
    return plant.state.power.potential_w, plant.state.power.budget_w


@pytest.mark.parametrize(
    ("power", "inputs", "expected"),
    [
        ({}, {"sun": 500.0}, (800.0, 800.0)),
        ({"inverter_w": 700.0}, {"sun": 500.0}, (700.0, 700.0)),
        ({"other_load_w": 100.0}, {"sun": 500.0}, (800.0, 700.0)),
        ({"load_power": "load.power_w"}, {"sun": 500.0, "load": 300.0}, (800.0, 500.0)),
        ({}, {"sun": -5.0}, (0.0, 0.0)),
        (GRID, {"grid": -900.0}, (900.0, 900.0)),
        (GRID, {"grid": 200.0}, (0.0, 0.0)),
        (GRID, {"grid": SILENT, "pv": 640.0}, (640.0, 640.0)),
        (GRID, {"grid": SILENT, "pv": SILENT}, (None, None)),
    ],
)
def test_where_the_power_comes_from(power, inputs, expected):
    """Irradiance first, else export, else the inverter's own power; capped by the inverter, less the other loads."""
    assert budget(tank_site(power=power), **inputs) == pytest.approx(expected)


def test_the_pump_does_not_argue_for_its_own_stop():
    """What the pump draws is added back to an export and taken off a measured load."""
    potential, free = budget(
        tank_site(power=GRID | {"irradiance": "sky.irradiance_w_m2"}), running=True, sun=SILENT, grid=100.0
    )
    assert (potential, free) == (1440.0, 1440.0), "irradiance is still fresh"
    plant = Plant(tank_site({"power": "meter.power_w"}, GRID))
    play(
        plant, at(0, level=0.5, grid=-1000.0), at(700).on("sumur"), at(720, grid=-250.0), at(2000).on("sumur")
    )
    assert plant.state.power.budget_w == pytest.approx(1000.0)
    loaded = Plant(tank_site({"power": "meter.power_w"}, {"load_power": "load.power_w"}))
    play(loaded, at(0, level=0.5, sun=900.0, load=100.0), at(700).on("sumur"), at(720, load=850.0), at(730))
    assert loaded.state.power.budget_w == pytest.approx(1340.0)


def test_power_that_nobody_measures_starts_nothing_but_a_person():
    """Without any power signal the pump waits; a person may start it all the same."""
    plant = Plant(tank_site())
    play(plant, at(0, level=0.5), at(700).on().why("sumur", "pump_power_unknown"))
    play(plant, at(701).order(Order.RUN_PUMP, "sumur", 5.0).on("sumur"))


@pytest.mark.parametrize(
    ("hour", "trusted", "key"),
    [(12, True, "pump_power_unknown"), (0, True, "pump_waits_morning"), (0, False, "pump_power_unknown")],
)
def test_the_night_changes_the_sentence_only(hour, trusted, key):
    """Power that nobody tells in the dark is the night, by day or at an unknown hour a want; the pump waits all the same."""
    plant = Plant(tank_site(), epoch_s=NOON + (hour - 12) * 3600.0, trusted=trusted)
    play(plant, at(0, level=0.5), at(700).on().why("sumur", key))


def test_the_sensor_that_falls_silent_stops_the_pump_after_a_while():
    """Lost irradiance counts as no sun: the running pump stops after stop_after_s, and the mean begins anew."""
    plant = Plant(tank_site())
    play(plant, at(0, level=0.5, sun=900.0), at(1000, sun=SILENT).on("sumur"), at(1300).on())
    play(plant, at(2000, sun=900.0).on(), at(2200).on(), at(2290).on("sumur"))


def test_the_mean_covers_its_span():
    """The mean is over the last five minutes, whatever the cycle: after a step it is half way at half the span."""
    for cycle in (1.0, 20.0, 60.0):
        plant = Plant(tank_site(), cycle_s=cycle)
        play(plant, at(0, level=1.8, sun=0.0), at(1200, sun=1000.0), at(1380))
        assert plant.state.power.mean_w == pytest.approx(1600.0 * (180.0 + cycle) / 300.0, abs=160.0)
        play(plant, at(1560))
        assert plant.state.power.mean_w == pytest.approx(1600.0)


def day_of(site, hours=13.0, **inputs):
    """The DAY event of a plant that runs past midnight from noon on."""
    plant = Plant(site, cycle_s=60.0)
    play(plant, at(0, **inputs), at(hours * 3600.0))
    return plant, [e for _, e in plant.events(EventKind.DAY)]


def test_daily_closing_by_power_and_time():
    """At local midnight one DAY event with PV energy, pump energy, water, starts, run time and coverage; then a clean sheet."""
    site = tank_site({"power": "meter.power_w"}, {"pv_power": "inverter.power_w"})
    plant, days = day_of(site, level=0.5, sun=900.0, pv=1200.0)
    figures = days[0].figures
    assert len(days) == 1
    assert figures["day"] == "2026-09-22"
    assert figures["pv_wh"] == pytest.approx(1200.0 * 12.0, rel=0.01)
    run_h = float(figures["run_s"]) / 3600.0
    assert figures["used_wh"] == pytest.approx(750.0 * run_h, rel=0.02)
    assert figures["water_m3"] == pytest.approx(4.0 * run_h, rel=0.02)
    assert figures["covered_s"] == pytest.approx(12 * 3600.0, abs=120.0)
    assert figures["measured_s"] == figures["covered_s"]
    assert figures["starts"] == 2, "six hours at most, a rest, then again"
    assert figures["grid_wh"] == 0.0
    assert plant.state.accounts.day == "2026-09-23"
    assert plant.state.accounts.covered_s <= 3660.0


def test_counters_are_believed_first():
    """Energy counters beat power times time; a reset begins from zero; a jump that no plant can make is not believed."""
    site = tank_site(
        {"energy": "meter.energy_wh"}, {"pv_power": "inverter.power_w", "pv_energy": "inverter.energy_wh"}
    )
    plant = Plant(site)
    play(plant, at(0, level=0.5, sun=900.0, pv=5000.0, pv_wh=70_000.0, energy=10.0), at(700).on("sumur"))
    assert plant.state.accounts.pv_wh == 0.0
    play(
        plant,
        at(701, pv_wh=70_400.0, energy=110.0),
        at(800, pv_wh=30.0),
        at(900, pv_wh=9e9),
        at(1000, energy=115.0),
    )
    assert plant.state.accounts.pv_wh == pytest.approx(430.0 + 5000.0 / 3600.0, abs=0.1), (
        "the jump's own second by power"
    )
    assert plant.state.accounts.used_wh == pytest.approx(105.0, abs=0.3)


def test_the_grid_s_share_of_the_pump():
    """A measured import is charged to the pump up to its draw; without a meter, what the plant's potential does not cover."""
    site = tank_site({"power": "meter.power_w"}, {"grid_power": "grid.power_w", "backup": "grid"})
    plant = Plant(site, cycle_s=10.0)
    play(plant, at(0, level=0.5, sun=900.0, grid=-500.0), at(700).on("sumur"), at(1000, grid=250.0), at(4600))
    assert plant.state.accounts.grid_wh == pytest.approx(250.0, rel=0.02)
    site = tank_site({"power": "meter.power_w"}, {"backup": "diesel"})
    plant = Plant(site, cycle_s=10.0)
    play(plant, at(0, level=0.5, sun=0.0), at(700).order(Order.RUN_PUMP, "sumur", 60.0).on("sumur"), at(4300))
    assert plant.state.accounts.grid_wh == pytest.approx(750.0, rel=0.02)


def test_a_day_named_by_a_wrong_clock_is_renamed():
    """Accounts that were opened in the wrong year move to the right day without a closing; those before trust get the first day."""
    plant = Plant(tank_site(), cycle_s=60.0, trusted=False)
    play(plant, at(0, level=0.5, sun=900.0), at(1800))
    assert plant.state.accounts.day == ""
    plant.trusted, plant.epoch_s = True, plant.epoch_s + 3e7
    play(plant, at(1860))
    wrong = plant.state.accounts
    plant.epoch_s -= 3e7
    play(plant, at(1920))
    assert (wrong.day, plant.state.accounts.day) == ("2027-09-04", "2026-09-22")
    assert plant.state.accounts.covered_s >= 1800.0
    assert plant.events(EventKind.DAY) == []


def test_a_solar_drive_is_not_on_the_inverter():
    """A drive on its own panels is neither added back nor charged to the grid."""
    site = direct_site(
        {"supply": "pv", "power": "meter.power_w"}, {"grid_power": "grid.power_w", "irradiance": None}
    )
    plant = Plant(site)
    plant.plan = runs_plan(("a", 400.0, 4000.0, 9000.0))
    play(plant, at(0, grid=-800.0), at(610).on("va", "sungai"), at(1000))
    assert plant.state.power.budget_w == 800.0
    assert plant.state.accounts.grid_wh == 0.0


def test_a_small_plant_s_start_margin_gives_way():
    """Where the margin asks for more than 85 % of the plant, the margin shrinks, the need does not."""
    plant = Plant(two_pump_site(pv_kwp=1.0))
    play(plant, at(0, level=0.5, sun=950.0), at(700).on("p1").why("p2", "pump_waits_sun"))


def test_import_is_charged_however_coarse_the_pump_s_counter():
    """A counter of whole kilowatt-hours steps once in many decisions; the grid's share is not lost between its steps."""
    site = tank_site(
        {"power": "meter.power_w", "energy": "meter.energy_wh"},
        {"grid_power": "grid.power_w", "backup": "grid"},
    )
    plant = Plant(site, cycle_s=10.0)
    play(plant, at(0, level=0.5, sun=900.0, grid=-500.0, energy=0.0), at(700).on("sumur"))
    play(plant, at(1000, grid=300.0), at(4590), at(4600, energy=1000.0))
    assert plant.state.accounts.used_wh == pytest.approx(1000.0)
    assert plant.state.accounts.grid_wh == pytest.approx(300.0, rel=0.02)


def test_other_loads_count_where_a_meter_tells_them():
    """With a load meter what lamps and aerators take is told apart from the pump; the import is charged to both, and nothing
    else is guessed.
    """
    site = tank_site(
        {"power": "meter.power_w"},
        {"load_power": "load.power_w", "grid_power": "grid.power_w", "backup": "grid"},
    )
    plant = Plant(site, cycle_s=10.0)
    play(plant, at(0, level=1.8, sun=900.0, load=200.0, grid=0.0), at(3600, grid=150.0), at(7200))
    day = figures(plant.state.accounts)
    assert (day["used_wh"], day["other_wh"]) == (0.0, pytest.approx(400.0, rel=0.01))
    assert day["grid_wh"] == pytest.approx(150.0, rel=0.01)
    play(plant, at(7210, level=0.5, grid=0.0), at(7220).on("sumur"), at(7230, load=950.0), at(10820))
    later = figures(plant.state.accounts)
    assert later["used_wh"] == pytest.approx(750.0, rel=0.01)
    assert later["other_wh"] - day["other_wh"] == pytest.approx(200.0, rel=0.02), (
        "the pump's own draw is not counted twice"
    )


def test_the_closing_tells_other_loads_only_where_they_are_measured():
    """The sentence of the day names other loads on a site that measures them; their figure is never negative."""
    measured = tank_site({"power": "meter.power_w"}, {"load_power": "load.power_w"})
    for site, key in ((tank_site(), "day_closed"), (measured, "day_closed_loads")):
        _, days = day_of(site, level=0.5, sun=900.0, load=0.0)
        assert days[0].reason.key == key
        assert days[0].figures["other_wh"] == 0.0


@pytest.mark.parametrize(("sun", "rides_s"), [(0.0, 330.0), (520.0, 660.0)])
def test_a_cloud_that_the_grid_fills_costs_no_more_than_a_start(sun, rides_s):
    """cloud     ############
    pump      on -----------] off      70 Wh at 750 W last 336 s without any sun, twice as long at half of it
    """
    site = tank_site(power={"backup": "grid", "other_load_w": 100.0 if sun else 0.0})
    plant = Plant(site)
    half = 475.0 / 1.6 if sun else 0.0
    play(
        plant,
        at(0, level=0.5, sun=900.0),
        at(700).on("sumur"),
        at(1100, sun=half),
        at(1100 + rides_s).on("sumur"),
    )
    play(plant, at(1100 + rides_s + 40.0).on())


def test_without_a_meter_of_the_plant_nothing_is_said_of_what_it_made():
    """A site that reads irradiance alone closes its day without ``pv_wh``: unknown, not 0."""
    plant = play(Plant(tank_site()), at(0, sun=900.0, level=0.5), at(700))
    told = figures(plant.state.accounts)
    assert "pv_wh" not in told
    assert told["pumps_wh"] is not None
