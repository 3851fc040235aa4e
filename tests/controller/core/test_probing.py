"""A throttled inverter hides its surplus: what is guessed of it, how it is tried, and what a trial costs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.decision import EventKind
from controller.core.probing import PER_DAY
from controller.core.snapshot import Order
from tests.controller.core.sites import tank_site, two_pump_site
from tests.controller.core.timeline import NOON, Plant, at, play

ZERO_EXPORT = {
    "irradiance": None,
    "grid_power": "grid.power_w",
    "pv_power": "inverter.power_w",
    "pv_kwp": 2.0,
}
OFF_GRID = ZERO_EXPORT | {"grid_power": None}


class Throttled(Plant):
    """An inverter that gives what is taken, at most ``sun_w``; the rest comes from the grid."""

    sun_w = 1500.0

    def _answers(self) -> dict[str, Any]:
        load = sum(
            next(p for p in self.site.file.pumps if p.id == name).rated_power_w
            for name, pump in self.state.pumps.items()
            if pump.on
        )
        pv = min(self.sun_w, load)
        return dict(super()._answers()) | {"pv": pv, "grid": load - pv}


def starts(plant: Plant) -> int:
    return len(plant.events(EventKind.START))


def keys(plant: Plant, kind: EventKind) -> list[str]:
    return [event.reason.key for _, event in plant.events(kind)]


@pytest.mark.parametrize("power", [ZERO_EXPORT, OFF_GRID])
def test_enough_sun_behind_a_throttled_inverter_runs_the_pump(power):
    """The meters show no surplus at all, yet the pump is tried, proven within minutes and then runs as any other."""
    plant = Throttled(tank_site(power=power), cycle_s=10.0)
    play(plant, at(0, level=0.5), at(1000).on("sumur").why("sumur", "pump_runs_plan"))
    assert keys(plant, EventKind.START) == ["pump_start_probe"]
    assert plant.state.power.source == "clear_sky"
    told = [r.key for _, d in plant.decisions for r in d.reasons if r.subject == "sumur"]
    assert told.count("pump_probe_good") == 1
    assert "pump_probe_runs" in told
    play(plant, at(4000).on("sumur"))
    assert starts(plant) == 1


@pytest.mark.parametrize("power", [ZERO_EXPORT, OFF_GRID])
def test_a_failed_trial_stops_and_waits_longer_each_time(power):
    """Too little sun: each trial ends with its minimum run, the pauses grow, and the last starts of the day are kept."""
    limits = {"limits": {"min_run_s": 180.0, "min_rest_s": 300.0}}
    plant = Throttled(tank_site(limits, power | {"pv_kwp": 4.0}), cycle_s=10.0, epoch_s=NOON - 2 * 3600.0)
    plant.sun_w = 400.0
    play(plant, at(0, level=0.5), at(15000))
    times = [t for t, _ in plant.events(EventKind.START)]
    stops = [t for t, _ in plant.events(EventKind.STOP)]
    assert set(keys(plant, EventKind.STOP)) == {"pump_stop_probe"}
    assert all(
        stop - start == pytest.approx(180.0, abs=20.0) for start, stop in zip(times, stops, strict=True)
    )
    pauses = [after - before for before, after in zip(stops, times[1:], strict=False)]
    assert len(pauses) >= 2
    assert pauses[0] >= 600.0
    assert pauses[1] >= 1200.0


def test_a_failed_trial_teaches_how_clear_the_sky_is():
    """What the meters prove during the failure is the estimate of the hours that follow: it fades, it is not forgotten."""
    plant = Throttled(tank_site({"limits": {"min_run_s": 180.0}}, ZERO_EXPORT), cycle_s=10.0)
    plant.sun_w = 400.0
    play(plant, at(0, level=0.5), at(700).on("sumur"), at(1200).on())
    assert plant.state.power.potential_w == pytest.approx(400.0, rel=0.1)
    assert plant.state.sun.probes == 1


def test_at_night_nothing_is_tried():
    """Without sun above the horizon the estimate is nothing, and so is the budget."""
    plant = Throttled(tank_site(power=ZERO_EXPORT), cycle_s=60.0, epoch_s=NOON + 9 * 3600.0)
    play(plant, at(0, level=0.5), at(7 * 3600.0).on())
    assert starts(plant) == 0


def test_without_a_trusted_clock_nothing_is_guessed():
    """The clear sky needs the hour: with a clock that may be wrong only what meters prove counts, and a person."""
    plant = Throttled(tank_site(power=ZERO_EXPORT), cycle_s=10.0, trusted=False)
    play(plant, at(0, level=0.5), at(2000).on(), at(2010).order(Order.RUN_PUMP, "sumur", 5.0).on("sumur"))


def test_the_smaller_pump_is_tried_first_and_one_at_a_time():
    """Two pumps want water: the 500 W one is tried, and only when it is proven the 750 W one."""
    plant = Throttled(two_pump_site(**ZERO_EXPORT), cycle_s=10.0)
    plant.sun_w = 1400.0
    play(plant, at(0, level=0.5), at(2000).on("p1", "p2"))
    order = [(e.subject, e.reason.key) for _, e in plant.events(EventKind.START)]
    assert order == [("p2", "pump_start_probe"), ("p1", "pump_start_probe")]
    (first, _), (second, _) = plant.events(EventKind.START)
    assert second - first >= 30.0


def test_an_inverter_that_exports_needs_no_trial():
    """Power that leaves for the grid is measured surplus: the start is an ordinary one."""
    plant = Plant(tank_site(power=ZERO_EXPORT), cycle_s=10.0)
    play(plant, at(0, level=0.5, grid=-1200.0, pv=1200.0), at(1000).on("sumur"))
    assert keys(plant, EventKind.START) == ["pump_start_plan"]


def test_the_last_starts_are_not_spent_on_trials():
    """With fewer than three starts of the day left no trial is made."""
    site = tank_site({"limits": {"min_run_s": 60.0, "min_rest_s": 60.0, "starts_per_day": 4}}, ZERO_EXPORT)
    plant = Throttled(site, cycle_s=10.0, epoch_s=NOON - 4 * 3600.0)
    plant.sun_w = 300.0
    play(plant, at(0, level=0.5), at(9 * 3600.0))
    assert starts(plant) == 2


@settings(max_examples=15, deadline=None)
@given(
    suns=st.lists(st.sampled_from([0.0, 200.0, 600.0, 740.0, 900.0, 2000.0]), min_size=8, max_size=8),
    power=st.sampled_from([ZERO_EXPORT, OFF_GRID]),
)
def test_no_run_without_sun_but_for_bounded_trials(suns, power):
    """Whatever the sky does: a pump runs at most its minimum run (or the stop delay) on power that is not the sun's, and trials
    of one day are bounded.
    """
    site = tank_site({"limits": {"min_run_s": 300.0, "starts_per_day": 50, "starts_per_hour": 10}}, power)
    plant = Throttled(site, cycle_s=30.0, epoch_s=NOON - 4 * 3600.0)
    play(plant, at(0, level=0.5))
    unpaid_s = longest_s = 0.0
    for i, sun in enumerate(suns):
        plant.sun_w = sun
        while plant.t < (i + 1) * 3600.0:
            plant.step()
            plant.t += 30.0
            short = "sumur" in plant.outputs() and sun < 0.8 * 750.0
            unpaid_s = unpaid_s + 30.0 if short else 0.0
            longest_s = max(longest_s, unpaid_s)
    assert longest_s <= 300.0 + 180.0
    assert keys(plant, EventKind.STOP).count("pump_stop_probe") <= PER_DAY
