"""What the meters of plant, load and grid tell of each other: a lost count is found out, a silent meter is stood in for."""

from __future__ import annotations

from typing import Any

import pytest

from controller.core.account_figures import carried, figures
from controller.core.decision import EventKind
from controller.core.state import Accounts, Parts, restored
from controller.core.state_json import from_json, to_json
from controller.impact.day import Day, day_of
from tests.controller.core.sites import tank_site
from tests.controller.core.timeline import SILENT, Plant, at, play

HOUR = 3600.0
NODE = {
    "pv_power": "inverter.power_w", "pv_energy": "inverter.energy_wh", "load_power": "load.power_w",
    "load_energy": "load.energy_wh", "grid_power": "grid.power_w", "grid_import": "grid.import_wh",
    "grid_export": "grid.export_wh", "backup": "grid", "other_load_w": 150.0,
}  # fmt: skip
STEADY = {"pv": 1000.0, "load": 200.0, "grid": -800.0}
COUNTERS = ("pv_wh", "load_wh", "import_wh", "export_wh")


def metered(**more: Any) -> Plant:
    """A site whose plant, load, grid and pump have counters in steps of 10 Wh; an hour of noon, the pump off."""
    pump = {"power": "meter.power_w", "energy": "meter.energy_wh"}
    plant = Plant(tank_site(pump, NODE | more), cycle_s=60.0)
    shown = dict.fromkeys(COUNTERS, 50_000.0)
    play(
        plant,
        at(0, level=1.8, sun=0.0, energy=50_000.0, **STEADY, **shown),
        at(60, energy=50_010.0, **dict.fromkeys(shown, 50_010.0)),
    )
    return play(plant, at(HOUR, pv_wh=51_000.0, load_wh=50_200.0, export_wh=50_800.0, import_wh=50_020.0))


def flow(plant: Plant, place: str) -> Parts:
    """What passed there: by the counter, by others' measure, by a rating."""
    return plant.state.accounts.flows[place]


def away(plant: Plant, dark_s: float) -> None:
    """Killed; another process on another boot goes on."""
    plant.state = restored(from_json(to_json(plant.state)))
    plant.reboot(dark_s)
    plant.boot += "2"


@pytest.mark.parametrize(
    ("pv_wh", "told_wh"), [(5000.0, 12_980.0), (19_000.0, 12_980.0), (13_300.0, 13_300.0)]
)
def test_a_count_lost_while_nobody_looked_is_found_out(pv_wh: float, told_wh: float) -> None:
    """Load 3 kWh, sold 11, bought 1.02 in five hours: a plant's counter of 5 or 19 kWh contradicts them, one of 13.3 does not."""
    plant = metered()
    before = sum(flow(plant, "pv"))
    away(plant, 5 * HOUR)
    later = {"load_wh": 53_200.0, "export_wh": 61_800.0, "import_wh": 51_040.0, "pv_wh": 51_000.0 + pv_wh}
    play(plant, at(plant.t, **later), at(plant.t + 120.0))
    counted, filled, rated = flow(plant, "pv")
    assert counted + filled + rated - before == pytest.approx(told_wh)
    assert filled == pytest.approx(0.0 if told_wh == pv_wh else told_wh)


def test_a_meter_that_stays_silent_judges_nobody() -> None:
    """Nobody knows what was sold meanwhile, so the plant's counter stands."""
    plant = metered()
    away(plant, 5 * HOUR)
    later = {"load_wh": 53_200.0, "export_wh": SILENT, "import_wh": 51_040.0, "pv_wh": 56_000.0}
    plant.readings.clear()
    play(plant, at(plant.t, **later), at(plant.t + 120.0))
    assert flow(plant, "pv") == (6000.0, 0.0, 0.0)


def test_a_battery_leaves_the_counter_alone() -> None:
    """What went into a battery is in no sum of the others: the plant's counter stands."""
    plant = metered(battery_power="battery.power_w")
    away(plant, 5 * HOUR)
    play(plant, at(plant.t, load_wh=53_200.0, export_wh=61_800.0, pv_wh=56_000.0), at(plant.t + 120.0))
    assert flow(plant, "pv") == (6000.0, 0.0, 0.0)


def test_a_silent_load_meter_is_stood_in_for() -> None:
    """Half an hour without the load meter, which comes back as another one: what plant and grid told of it stays, 100 Wh."""
    plant = metered()
    before = flow(plant, "load")
    play(plant, at(plant.t, load=SILENT, load_wh=SILENT), at(plant.t + 0.5 * HOUR))
    play(plant, at(plant.t, load=200.0, load_wh=90_000.0), at(plant.t + 120.0))
    assert flow(plant, "load")[0] == before[0]
    assert flow(plant, "load")[1] == pytest.approx(200.0 * 0.5, abs=10.0)


def test_another_meter_is_told_from_a_plausible_step() -> None:
    """The grid's meter is silent for eleven minutes and comes back 1390 Wh higher, which a connection could pass: not while the
    plant made 1 kW and the site took 200 W of it.
    """
    plant = metered()
    before = flow(plant, "export")
    play(plant, at(plant.t, grid=SILENT, export_wh=SILENT, import_wh=SILENT), at(plant.t + 660.0))
    play(plant, at(plant.t, grid=-800.0, export_wh=52_190.0, import_wh=50_020.0), at(plant.t + 120.0))
    assert sum(flow(plant, "export")) - sum(before) == pytest.approx(800.0 * 12 / 60, abs=40.0)


def test_a_pump_that_was_off_counted_nothing() -> None:
    """Its meter is silent for a quarter of an hour and shows the old number no more, but stays in doubt while its power reads 0;
    after five hours it is 530 Wh higher. The site never took as much.
    """
    plant = metered()
    play(
        plant,
        at(plant.t, power=SILENT, energy=SILENT),
        at(plant.t + 900.0, power=0.0),
        at(plant.t + 5 * HOUR),
    )
    play(plant, at(plant.t, energy=50_540.0), at(plant.t + 120.0))
    assert sum(flow(plant, "pump/sumur")) == 10.0


def days(plant: Plant) -> list[Day]:
    """Those that were closed, and the one that runs."""
    told = [event.figures for _, event in plant.events(EventKind.DAY)]
    found = [day_of(one) for one in (*told, figures(plant.state.accounts))]
    return [day for day in found if day is not None]


def test_import_that_is_told_a_day_late_is_paid_for_by_that_day() -> None:
    """Back in the evening with the grid's meter silent, which tells the 6 kWh of the outage next morning: more than this day used.
    The rest is charged to what the next day uses; nothing is lost of it.
    """
    plant = metered()
    away(plant, 8 * HOUR)
    silent = {"grid": SILENT, "import_wh": SILENT, "export_wh": SILENT}
    plant.readings.clear()
    play(plant, at(plant.t, load_wh=56_200.0, pv=0.0, **silent), at(plant.t + 4 * HOUR))
    play(plant, at(plant.t, grid=200.0, import_wh=56_020.0, export_wh=50_800.0))
    for hour in range(1, 11):
        play(plant, at(plant.t + HOUR, load_wh=56_200.0 + 1000.0 * hour))
    found = days(plant)
    assert len(found) >= 2
    assert sum(day.grid_wh or 0.0 for day in found) == pytest.approx(6020.0, abs=1.0)
    assert sum(day.solar_wh or 0.0 for day in found) == pytest.approx(66_200.0 - 50_000.0 - 6020.0, abs=1.0)
    assert all((day.solar_wh or 0.0) >= 0.0 for day in found)


def test_the_ratio_of_the_counters_is_learned() -> None:
    """After a day without gaps the plant's counter is known to show 3 % more than the others add up to."""
    plant = metered()
    for hour in range(2, 7):
        made = {
            "pv_wh": 50_000.0 + 1030.0 * hour,
            "export_wh": 50_000.0 + 810.0 * hour,
            "load_wh": 50_000.0 + 200.0 * hour,
        }
        play(plant, at(hour * HOUR, **made))
    play(plant, at(13 * HOUR))
    assert plant.state.pv_share == pytest.approx(1030.0 * 6 / (1010.0 * 6 - 20.0))


def test_two_silent_meters_make_up_for_each_other_once_they_speak() -> None:
    """An hour without plant and grid, then three without the plant alone, whose counter was reset meanwhile: what was sold and
    used in all four hours says what it made, though nobody knew it in the first.
    """
    plant = metered()
    silent = {
        "pv": SILENT,
        "pv_wh": SILENT,
        "grid": SILENT,
        "export_wh": SILENT,
        "import_wh": SILENT,
        "sun": 700.0,
    }
    before = sum(flow(plant, "pv"))
    play(plant, at(plant.t, **silent), at(plant.t + HOUR))
    play(plant, at(plant.t, load_wh=50_400.0, export_wh=51_600.0, import_wh=50_020.0, grid=-800.0))
    for hour in (1, 2, 3):
        play(plant, at(plant.t + HOUR, load_wh=50_400.0 + 200.0 * hour, export_wh=51_600.0 + 800.0 * hour))
    play(plant, at(plant.t, pv=1000.0, pv_wh=51_900.0), at(plant.t + 120.0))
    assert sum(flow(plant, "pv")) - before == pytest.approx(4000.0, abs=40.0)


def test_a_night_without_the_inverter_makes_nothing() -> None:
    """It sleeps for an hour; load and import differ by 30 Wh, as meters do. Waking up it counted nothing: nothing was made."""
    plant = metered()
    play(plant, at(plant.t, pv=SILENT, pv_wh=SILENT, grid=200.0), at(plant.t + 1200.0))
    before = plant.state.accounts.pv_wh
    play(plant, at(plant.t, load_wh=50_400.0, import_wh=50_190.0), at(plant.t + HOUR))
    play(plant, at(plant.t, pv=0.0, pv_wh=51_000.0), at(plant.t + 120.0))
    assert before == pytest.approx(1000.0, abs=1.0)
    assert flow(plant, "pv") == pytest.approx((1000.0, 0.0, 0.0), abs=1e-6)


def test_a_balance_that_came_in_parts_is_taken_back_whole() -> None:
    """Import is told some cycles before the use that it paid: what is below nothing for a while is taken back too, when the
    plant's own counter speaks.
    """
    plant = metered()
    play(plant, at(plant.t, pv=SILENT, pv_wh=SILENT, sun=700.0), at(plant.t + 1200.0))
    for part in range(1, 7):
        play(plant, at(plant.t + 60.0, import_wh=50_020.0 + 30.0 * part))
        used = {"load_wh": 50_200.0 + 230.0 * part, "export_wh": 50_800.0 + 800.0 * part}
        play(plant, at(plant.t + 1800.0, **used))
    play(plant, at(plant.t, pv=1000.0, pv_wh=57_000.0), at(plant.t + 120.0))
    assert flow(plant, "pv") == pytest.approx((7000.0, 0.0, 0.0))


def test_what_is_less_than_a_step_is_taken_back_once() -> None:
    """A silence in which the others passed 15 Wh; the plant's counter has not moved yet. The next step of it takes nothing more."""
    plant = metered()
    play(
        plant, at(plant.t + 60.0, pv=SILENT, pv_wh=SILENT, sun=700.0), at(plant.t + 600.0, export_wh=50_815.0)
    )
    play(plant, at(plant.t + 60.0, pv=1000.0, pv_wh=51_000.0), at(plant.t + 60.0, pv_wh=51_010.0))
    assert flow(plant, "pv") == pytest.approx((1010.0, 0.0, 0.0))


def test_a_night_is_dark_even_where_two_meters_differ() -> None:
    """Load and grid have power alone, 60 W apart; the inverter sleeps from seven to midnight. It made nothing."""
    counters = ("load_energy", "grid_import", "grid_export")
    plant = Plant(
        tank_site({}, {name: one for name, one in NODE.items() if name not in counters}), cycle_s=60.0
    )
    play(plant, at(0, level=1.8, sun=SILENT, pv=0.0, load=200.0, grid=200.0, pv_wh=50_000.0), at(120.0))
    play(plant, at(7 * HOUR, pv=SILENT, pv_wh=SILENT, load=3030.0, grid=2970.0), at(11 * HOUR))
    assert sum(flow(plant, "pv")) == 0.0


def test_what_a_genset_gave_was_not_made_by_the_sun() -> None:
    """Where the back-up is a genset the import meter is its own: 600 Wh used and imported leave nothing for a silent plant."""
    plant = metered(backup="diesel")
    before = sum(flow(plant, "pv"))
    play(plant, at(plant.t, pv=SILENT, pv_wh=SILENT, sun=700.0, grid=200.0), at(plant.t + 1200.0))
    for part in range(1, 7):
        given = {"load_wh": 50_200.0 + 100.0 * part, "import_wh": 50_020.0 + 100.0 * part}
        play(plant, at(plant.t + 600.0, **given))
    assert sum(flow(plant, "pv")) == pytest.approx(before)


@pytest.mark.parametrize("seen_first", [False, True])
def test_a_line_that_was_silent_as_a_whole_loses_nothing(seen_first: bool) -> None:
    """All four meters are silent for an hour and speak again at once (before it the plant's power alone told an hour more): its
    counter is believed, since the others' tell as much.
    """
    plant = metered()
    silent = dict.fromkeys(("load", "grid", *COUNTERS), SILENT)
    if seen_first:
        play(plant, at(plant.t, sun=700.0, **silent), at(plant.t + HOUR))
    play(plant, at(plant.t, sun=700.0, pv=SILENT, **silent), at(plant.t + HOUR))
    hours = 2.0 if seen_first else 1.0
    told = {"load_wh": 50_200.0 + 200.0 * hours, "export_wh": 50_800.0 + 800.0 * hours, "import_wh": 50_020.0}
    play(plant, at(plant.t, pv_wh=51_000.0 + 1000.0 * hours, **told, **STEADY), at(plant.t + 120.0))
    assert flow(plant, "pv") == pytest.approx((1000.0 + 1000.0 * hours, 0.0, 0.0))


def test_days_that_share_a_silence_teach_no_ratio() -> None:
    """The grid's meter is silent around midnight while the inverter sleeps: each of the two days holds import of the other, so
    neither says what the counters show of each other.
    """
    plant = metered()
    told = {"pv_wh": 51_000.0, "load_wh": 50_200.0, "import_wh": 50_020.0, "export_wh": 50_800.0}
    for hour in range(13, 50):
        sun, grid = 7 <= hour % 24 < 17, 3 <= hour % 24 < 22
        grown = (
            {"pv_wh": 1000.0, "load_wh": 200.0, "export_wh": 800.0}
            if sun
            else dict.fromkeys(("load_wh", "import_wh"), 400.0)
        )
        told |= {name: told[name] + more for name, more in grown.items()}
        power = STEADY if sun else {"pv": 0.0, "load": 400.0, "grid": 400.0}
        inverter = {} if 7 <= hour % 24 < 18 else {"pv": SILENT, "pv_wh": SILENT}
        meter = {} if grid else {"grid": SILENT, "import_wh": SILENT, "export_wh": SILENT}
        play(plant, at(plant.t + HOUR - 60.0, **(told | power | inverter | meter)))
    assert len(plant.events(EventKind.DAY)) == 2
    assert plant.state.pv_share == 0.0


def test_a_battery_takes_import_that_no_page_carries() -> None:
    """Where only what a battery gives is metered, import beyond the use of the day went into it: it is nobody's debt."""
    flows: dict[str, Parts] = {"load": (1000.0, 0.0, 0.0), "import": (3000.0, 0.0, 0.0)}
    assert carried(Accounts(flows=flows), load_silent=True)["import"] == (2000.0, 0.0, 0.0)
    assert carried(Accounts(flows=flows | {"discharge": (0.0, 0.0, 0.0)}), load_silent=True) == {}
