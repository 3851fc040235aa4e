"""Timing diagrams of a pump that a battery helps through thin sun while its tank is short of water."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core.decision import EventKind
from tests.controller.core.sites import tank_site
from tests.controller.core.timeline import SILENT, Plant, at, fill_plan, play

NEAR, THIN, DIM = 500.0, 422.0, 360.0
"""W/m2 for 800, 675 and 576 W: 1.07, 0.90 and 0.77 of the 750 W that the pump needs; the battery's part is a fifth of them."""


def plant(*, short: bool = True, battery: bool = True) -> Plant:
    """A tank that cannot serve all that is wanted of it, on an inverter with a battery."""
    found = Plant(
        tank_site(power={"battery_soc": {"signal": "inverter.soc_pct", "stale_s": 60}} if battery else {})
    )
    plan = fill_plan(3200.0)
    found.plan = replace(plan, fills=tuple(replace(fill, short=short) for fill in plan.fills))
    return found


@pytest.mark.parametrize("sun", [NEAR, THIN])
def test_a_charged_battery_starts_the_pump_of_a_short_tank_in_thin_sun(sun):
    """At 0.9 times its need the pump starts as soon as it is rested: the battery brings the rest, and no mean is waited for."""
    short = play(plant(), at(0, sun=0.0, soc=60.0, level=0.5).on(), at(700, sun=sun).on("sumur"))
    assert short.events(EventKind.START)[0][1].reason.params["need_w"] == pytest.approx(0.8 * 750.0)


@pytest.mark.parametrize(
    ("how", "soc", "why"),
    [
        ({"short": False}, 60.0, "pump_waits_sun"),
        ({}, 49.0, "pump_waits_sun"),
        ({}, SILENT, "pump_waits_sun"),
        ({}, 6553.5, "pump_waits_sun"),
        ({}, -1.0, "pump_waits_sun"),
        ({"battery": False}, 60.0, "pump_waits_sun"),
    ],
)
def test_without_need_or_charge_it_waits_for_its_margin(how, soc, why):
    """A tank that suffices, a battery below half, one that is silent or absurd, none that is named: thin sun starts nothing."""
    play(plant(**how), at(0, sun=THIN, soc=soc, level=0.5).on(), at(1500).on().why("sumur", why))


def test_the_battery_brings_no_more_than_its_share():
    """Below 0.8 times its need the pump waits for power, and one that runs is given up after the usual three minutes."""
    play(plant(), at(0, sun=DIM, soc=90.0, level=0.5).on(), at(1500).on().why("sumur", "pump_waits_power"))
    play(
        plant(),
        at(0, sun=NEAR, soc=90.0, level=0.5).on(),
        at(600).on("sumur"),
        at(1300, sun=THIN).on("sumur"),
        at(1900).on("sumur"),
        at(2000, sun=DIM).on("sumur"),
        at(2170).on("sumur").why("sumur", "pump_sun_short"),
        at(2190).on(),
    )


def test_a_battery_that_runs_low_lets_go():
    """The night's light comes first: below half its charge the pump is on the sun alone again."""
    play(
        plant(),
        at(0, sun=THIN, soc=51.0, level=0.5).on(),
        at(600).on("sumur"),
        at(1300, soc=49.0).on("sumur"),
        at(1490).on(),
        at(2400).on().why("sumur", "pump_waits_sun"),
    )
