"""What people are told of soil probes that contradict each other, stand still or say what cannot be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core.decision import Level, Reason
from controller.core.site import Signal, Site
from controller.i18n import render
from schedules.probe_bias import OFF_MM_D
from schedules.water_balance import STUCK_S
from tests.controller.core.sites import program, tank_site
from tests.controller.core.timeline import SILENT, Plant, at, play

HOUR = 3600.0


def probed() -> Site:
    """One field zone with two probes."""
    site = tank_site(zones=1, prog=program("field", crop="chilli", planted="2026-08-01", soil="ultisol"))
    probes = tuple(Signal.model_validate(one) for one in ("tanah-1.vwc", "tanah-2.vwc_2"))
    zone = site.file.zones[0].model_copy(update={"probes": probes})
    return site.model_copy(update={"file": site.file.model_copy(update={"zones": (zone,)})})


def put_down(plant: Plant, **changes: float) -> None:
    """Change the account of the zone as if it had come to that by itself."""
    zone = plant.state.zones["z1"]
    balance = replace(zone.balance, **changes)  # type: ignore[arg-type]
    plant.state = replace(plant.state, zones={"z1": replace(zone, balance=balance)})


def doubts(plant: Plant) -> list[Reason]:
    """The zone's reasons that speak of probes."""
    return [one for one in plant.last.reasons if one.subject == "z1" and one.key.startswith("probe")]


@pytest.mark.parametrize(
    ("first", "second", "key"),
    [
        (0.20, 0.24, None), (0.20, 0.29, "probes_disagree"), (0.20, SILENT, None),
        (0.20, 0.70, "probe_impossible"), (0.0, 0.20, "probe_impossible"), (SILENT, SILENT, None),
    ],
)  # fmt: skip
def test_what_the_probes_say_together(first: object, second: object, key: str | None) -> None:
    """Probes within 0.06 m3/m3 are no matter; further apart, or beyond what the soil holds, a warning names them."""
    plant = Plant(probed())
    play(plant, at(0, sun=900.0, level=1.5, soil_1=first, soil_2=second), at(2 * 900.0))
    assert [one.key for one in doubts(plant)] == ([key] if key else [])
    assert all(one.level is Level.WARNING for one in doubts(plant))


def test_the_sentence_names_both_probes() -> None:
    """In both languages people read which probe is wet, which is dry, and how far they are apart; then it is over."""
    plant = Plant(probed())
    play(plant, at(0, sun=900.0, level=1.5, soil_1=0.18, soil_2=0.31), at(900.0))
    (reason,) = doubts(plant)
    for language in ("id", "en"):
        words = render(reason, language)
        assert "tanah-2 (2)" in words
        assert "31 %" in words
        assert words.index("31 %") < words.index("18 %")
    play(plant, at(901, soil_2=0.19), at(1900.0))
    assert doubts(plant) == []


def test_stuck_probes_are_told() -> None:
    """Two days of the very same word are told, until it moves."""
    plant = Plant(probed())
    play(plant, at(0, sun=900.0, level=1.5, soil_1=0.25, soil_2=0.25), at(900.0))
    put_down(plant, probe_still_s=STUCK_S)
    play(plant, at(2000.0))
    (reason,) = doubts(plant)
    assert reason.key == "probes_stuck"
    assert plant.state.zones["z1"].balance.level == "sensor"  # for its last three hours
    play(plant, at(2001, soil_1=0.22, soil_2=0.22), at(3000.0))
    assert doubts(plant) == []


def gauged() -> Site:
    """The same with a rain gauge."""
    site = probed()
    weather = site.file.weather.model_copy(update={"rain": Signal.model_validate("cuaca.rain")})
    return site.model_copy(update={"file": site.file.model_copy(update={"weather": weather})})


def found_off(site: Site, bias_mm_d: float) -> list[Reason]:
    """What is told of probes that have put in so much a day."""
    plant = Plant(site)
    play(plant, at(0, sun=900.0, level=1.5, soil_1=0.25, soil_2=0.25), at(900.0))
    put_down(plant, bias_mm_d=bias_mm_d)
    play(plant, at(1801.0))
    return doubts(plant)


@pytest.mark.parametrize(
    ("site", "share", "key"),
    [
        (probed(), -1.2, "probes_find_less"), (probed(), -0.9, None), (gauged(), -1.2, "probes_find_less"),
        (gauged(), 1.2, "probes_find_more"), (gauged(), 0.9, None), (probed(), 1.2, None),
    ],
)  # fmt: skip
def test_soil_against_gauge_and_meter_is_told(site: Site, share: float, key: str | None) -> None:
    """Days of corrections to one side are told with their size; where no gauge counts the rain, wetter soil is no matter."""
    told = found_off(site, share * OFF_MM_D)
    assert [one.key for one in told] == ([key] if key else [])
    for one in told:
        assert f"1.8 mm a day {'drier' if share < 0 else 'wetter'}" in render(one, "en")
        assert f"1,8 mm per hari lebih {'kering' if share < 0 else 'basah'}" in render(one, "id")


def test_probes_that_fell_silent_a_day_ago_say_nothing() -> None:
    """The mean outlives its probes by days; the warning does not."""
    plant = Plant(probed())
    play(
        plant,
        at(0, sun=900.0, level=1.5, soil_1=0.25, soil_2=0.25),
        at(900.0),
        at(901, soil_1=SILENT, soil_2=SILENT),
    )
    for age, keys in ((3600.0 * 20.0, ["probes_find_less"]), (3600.0 * 24.1, [])):
        put_down(plant, bias_mm_d=-2.0 * OFF_MM_D, probe_age_s=age)
        play(plant, at(plant.t + 901.0))
        assert [one.key for one in doubts(plant)] == keys


def test_a_zone_without_probes_has_no_doubt() -> None:
    """Nothing is looked up, nothing told."""
    plant = Plant(tank_site())
    play(plant, at(0, sun=900.0, level=1.5), at(900.0))
    assert doubts(plant) == []
