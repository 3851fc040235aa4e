"""A zone's own air, and what reaches the accounts of pots and paddies through decide()."""

from __future__ import annotations

import pytest

from controller.core.climate import deficit_kpa
from controller.core.decision import EventKind
from tests.controller.core.sites import ALL_DAY, direct_site, program
from tests.controller.core.timeline import SILENT, Plant, at, play


def test_deficit_of_known_air() -> None:
    """30 C and 60 % lack 1.70 kPa (FAO-56 Eq. 11); saturated air lacks nothing, an impossible 120 % too."""
    assert deficit_kpa(30.0, 60.0) == pytest.approx(1.697, abs=0.002)
    assert deficit_kpa(30.0, 100.0) == deficit_kpa(30.0, 120.0) == 0.0


def pots(**more: object) -> Plant:
    """The site with both zones on pots that are dosed by a sum."""
    prog = program(windows=ALL_DAY, kind="container", pots=600, pot_volume_l=8.0, **more)
    return Plant(direct_site(prog=prog), cycle_s=60.0)


def test_the_sun_reaches_the_pots() -> None:
    """Two hours at 600 W/m2 are 432 J/cm2, held at twice the limit of 190; a silent pyranometer is told after half an hour."""
    plant = pots(dose_by="radiation")
    play(plant, at(0, sun=600.0), at(7200))
    name = next(iter(plant.state.zones))
    assert plant.state.zones[name].balance.dose_sum == pytest.approx(380.0)
    play(plant, at(7260, sun=SILENT), at(7260 + 3600))
    assert plant.state.zones[name].balance.blind_s > 1800.0


def test_the_closing_tells_the_drained_days() -> None:
    """The DAY event of a site with a paddy carries the season's figures by zone."""
    prog = program(windows=ALL_DAY, kind="paddy", planted="2026-08-01")
    plant = Plant(direct_site(prog=prog), cycle_s=900.0)
    play(plant, at(0), at(86400.0 * 2))
    name = next(iter(plant.state.zones))
    figures = plant.events(EventKind.DAY)[-1][1].figures
    assert figures[f"{name}.planted"] == "2026-08-01"
    assert figures[f"{name}.drained_proven_d"] == 0
    assert f"{name}.drainages" in figures
