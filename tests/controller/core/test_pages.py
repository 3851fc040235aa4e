"""Days across times that nobody saw: each is closed once, gaps are told, what counters passed meanwhile belongs to the return."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core.accounts import figures
from controller.core.decision import EventKind
from controller.core.state import restored
from controller.core.state_json import from_json, to_json
from controller.impact.day import Day, day_of
from tests.controller.core.sites import tank_site
from tests.controller.core.timeline import SILENT, Plant, at, play

HOUR, DAY = 3600.0, 86_400.0
POWER = {"pv_power": "inverter.power_w", "pv_energy": "inverter.energy_wh"}


def metered(**more: object) -> Plant:
    """A plant whose PV and pump have counters, from noon on, idle; decided until 13:00."""
    site = tank_site({"power": "meter.power_w", "energy": "meter.energy_wh"}, POWER | more)
    plant = Plant(site, cycle_s=60.0)
    play(plant, at(0, level=1.8, sun=0.0, pv=0.0, pv_wh=1000.0, energy=500.0, load=0.0), at(HOUR))
    return plant


def killed(plant: Plant, away_s: float, seen_s: float = 0.0, trusted: bool = True) -> None:
    """The process died; another one on another boot reads its state."""
    plant.state = restored(from_json(to_json(plant.state)), seen_s)
    plant.trusted = trusted
    plant.reboot(away_s)
    plant.boot += "2"


def closed(plant: Plant) -> list[Day]:
    """The days that were closed so far, the one that runs as the last."""
    days = [day_of(event.figures) for _, event in plant.events(EventKind.DAY)]
    return [day for day in (*days, day_of(figures(plant.state.accounts))) if day is not None]


def test_an_outage_of_days() -> None:
    """From 13:00 to 10:00 three days later: the day of the return tells what the counters passed, marked; gaps to the second."""
    plant = metered()
    killed(plant, 69 * HOUR - 60.0)
    play(plant, at(plant.t, pv_wh=20_000.0, energy=4500.0), at(plant.t + HOUR))
    first, last = closed(plant)
    assert (first.day, last.day) == ("2026-09-22", "2026-09-25")
    assert (first.pv_wh, first.pumps_wh, first.spanning_wh) == (0.0, 0.0, 0.0)
    assert (first.covered_s, first.gaps, first.gap_s) == (HOUR, 1, pytest.approx(11 * HOUR))
    assert (last.pv_wh, last.pumps_wh, last.spanning_wh) == (19_000.0, 4000.0, 4000.0)
    assert (last.gaps, last.gap_s) == (1, pytest.approx(10 * HOUR))
    assert last.length_s == DAY


def test_an_outage_within_a_day_goes_on_with_it() -> None:
    """Away from 13:00 to 15:00: one gap, nothing is closed, nothing spans."""
    plant = metered()
    killed(plant, 2 * HOUR - 60.0)
    play(plant, at(plant.t, energy=700.0), at(plant.t + HOUR))
    (day,) = closed(plant)
    assert (day.gaps, day.gap_s, day.pumps_wh, day.spanning_wh) == (1, pytest.approx(2 * HOUR), 200.0, 0.0)
    assert day.covered_s == pytest.approx(2 * HOUR, abs=61.0)


@pytest.mark.parametrize(("away_h", "days"), [(3, 1), (45, 2)])
def test_a_clock_that_is_not_trusted_yet(away_h: int, days: int) -> None:
    """A computer without a clock counts on a page of its own until it knows the day; then the gap is told as if it had known."""
    plant = metered()
    killed(plant, away_h * HOUR - 60.0, trusted=False)
    play(plant, at(plant.t, pv_wh=3000.0, energy=900.0), at(plant.t + 0.5 * HOUR))
    assert plant.state.shelved is not None
    assert plant.state.accounts.day == ""
    plant.trusted = True
    plant.step()
    found = closed(plant)
    assert len(found) == days
    assert sum(day.pumps_wh or 0.0 for day in found) == 400.0
    assert sum(day.pv_wh or 0.0 for day in found) == 2000.0
    assert sum(day.gap_s or 0.0 for day in found) == pytest.approx(
        (3 if days == 1 else 11 + 10) * HOUR, abs=120.0
    )
    assert found[-1].spanning_wh == (0.0 if days == 1 else 400.0)
    assert plant.state.shelved is None


@pytest.mark.parametrize(("away_h", "covered_s"), [(9.95, [HOUR + 540.0]), (33.95, [HOUR, 540.0])])
def test_time_before_midnight_of_a_clock_that_was_right_after_it(
    away_h: float, covered_s: list[float]
) -> None:
    """Back nine minutes before midnight, the day known nine after it: those minutes are covered on the day to which they belong,
    the one that was open or one of its own.
    """
    plant = metered()
    killed(plant, (away_h + 1.0) * HOUR - 60.0 - 360.0, trusted=False)
    play(plant, at(plant.t), at(plant.t + 1080.0))
    plant.trusted = True
    plant.step()
    found = closed(plant)
    assert [day.covered_s for day in found[:-1]] == pytest.approx(covered_s, abs=61.0)
    assert found[-1].covered_s == pytest.approx(540.0, abs=61.0)
    assert sum(day.gap_s or 0.0 for day in found) == pytest.approx((away_h + 1.0) * HOUR - 360.0, abs=61.0)


def test_the_time_between_the_kept_state_and_the_kill_is_covered() -> None:
    """The state row is ten minutes old when the process dies; a later sign of life says that it decided until then."""
    plant = metered()
    saved = plant.state
    play(plant, at(plant.t), at(plant.t + 600.0))
    seen_s = plant.epoch_s + plant.t - 60.0
    before_s = plant.state.accounts.covered_s
    plant.state = saved
    killed(plant, 1200.0, seen_s)
    plant.step()
    assert plant.state.accounts.covered_s == pytest.approx(before_s)
    assert plant.state.accounts.gap_s == pytest.approx(1260.0)


def test_a_pump_without_a_counter_is_filled_by_its_rating_until_the_kill() -> None:
    """It ran when the state was kept, and a stop would have been kept: its rated power stands in for the minutes, and is told."""
    plant = Plant(tank_site({"power": "meter.power_w"}), cycle_s=60.0)
    play(plant, at(0, level=0.5, sun=900.0), at(1200).on("sumur"))
    before = figures(plant.state.accounts)
    killed(plant, 600.0, plant.epoch_s + plant.t - 60.0 + 300.0)
    plant.step()
    after = figures(plant.state.accounts)
    assert float(after["used_wh"]) - float(before["used_wh"]) == pytest.approx(750.0 * 300.0 / 3600.0)
    assert float(after["filled_wh"]) - float(before["filled_wh"]) == pytest.approx(62.5)


def test_nobody_invents_what_nobody_measured() -> None:
    """Power without a counter is told for the time that was seen, no watt-hour more, however long the gap."""
    plant = Plant(tank_site({"power": "meter.power_w"}, {"pv_power": "inverter.power_w"}), cycle_s=60.0)
    play(plant, at(0, level=1.8, sun=0.0, pv=1200.0), at(HOUR))
    killed(plant, 5 * HOUR)
    play(plant, at(plant.t), at(plant.t + HOUR))
    day = closed(plant)[-1]
    assert day.pv_wh == pytest.approx(1200.0 * (day.covered_s or 0.0) / HOUR, rel=0.001)


def test_a_device_that_is_silent_over_midnight_spans() -> None:
    """The controller is there, the pump's meter is not: its word of both days is told on the second and marked."""
    plant = metered()
    play(plant, at(plant.t, energy=SILENT), at(13 * HOUR))
    play(plant, at(plant.t, energy=900.0), at(plant.t + 600.0))
    first, second = closed(plant)
    assert (first.pumps_wh, second.pumps_wh, second.spanning_wh) == (0.0, 400.0, 400.0)
    assert (first.gaps, second.gaps) == (0, 0)


def test_midnight_between_two_cycles_is_split() -> None:
    """With cycles that do not meet midnight each day gets its own seconds."""
    plant = Plant(tank_site(), cycle_s=50.0, epoch_s=1_790_053_200.0 + 15.0)
    play(plant, at(0, level=1.8, sun=0.0), at(13 * HOUR))
    first, second = closed(plant)
    assert first.covered_s == pytest.approx(12 * HOUR - 15.0)
    assert (first.covered_s or 0.0) + (second.covered_s or 0.0) == pytest.approx(plant.t - 50.0)


def test_a_closing_that_was_made_is_not_made_again() -> None:
    """Killed again and again after an outage over midnight: one closing of each day, and the energy once."""
    plant = metered()
    killed(plant, 14 * HOUR)
    play(plant, at(plant.t, energy=900.0), at(plant.t + 120.0))
    for _ in range(4):
        killed(plant, 300.0)
        play(plant, at(plant.t), at(plant.t + 120.0))
    first, second = closed(plant)
    assert (first.day, second.day) == ("2026-09-22", "2026-09-23")
    assert (first.pumps_wh, second.pumps_wh, second.gaps) == (0.0, 400.0, 5)


def test_an_older_state_goes_on() -> None:
    """A state that knew nothing of places keeps what it had of the day."""
    plant = metered(load_power="load.power_w")
    kept = replace(plant.state.accounts, flows={}, other_wh=150.0, used_wh=300.0, begins_s=0.0, tanks={})
    plant.state = replace(plant.state, accounts=kept)
    play(plant, at(plant.t, load=100.0), at(plant.t + HOUR))
    told = figures(plant.state.accounts)
    assert told["aux_wh"] == pytest.approx(250.0, rel=0.03)
    assert told["pumps_wh"] == 300.0


@pytest.mark.parametrize("trusted", [True, False])
def test_what_a_tank_gained_is_told_once(trusted: bool) -> None:
    """2 m3 more on the first day, killed at 14:00 until the next morning, nothing since: the second day gained nothing."""
    plant = Plant(tank_site({}), cycle_s=60.0)
    play(plant, at(0, level=0.5, sun=0.0), at(HOUR, level=1.0), at(2 * HOUR))
    killed(plant, 20 * HOUR, trusted=trusted)
    play(plant, at(plant.t), at(plant.t + HOUR))
    plant.trusted = True
    play(plant, at(plant.t + 19 * HOUR))
    told = [event.figures.get("tanks.toren") for _, event in plant.events(EventKind.DAY)]
    assert told == pytest.approx([2.0, 0.0])
