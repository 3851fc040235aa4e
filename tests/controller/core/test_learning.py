"""What one step of the grid teaches of the sky, with a sensor, without one, and in the dark."""

from __future__ import annotations

from datetime import date

import pytest

from controller.core.draft import Draft
from controller.core.learning import learned
from controller.core.snapshot import Sample, Snapshot
from controller.core.state import Air, ControllerState, SunState
from controller.core.wiring import wiring
from drivers.reading import Quality
from schedules.rain_chain import RainMemory
from schedules.solar import clear_sky_ghi, cos_zenith
from tests.controller.little_world import DAWN, demo_site
from tests.controller.stations import EPOCH, HandClock

NOON = DAWN + 7 * 3600.0
TODAY = date(2026, 9, 22)


def taught(air: Air, sun: SunState, at_s: float = NOON, local: date | None = TODAY) -> tuple[float, ...]:
    site = demo_site()
    snapshot = Snapshot(HandClock(at_s - EPOCH).now(), {})
    c = Draft(wiring(site), ControllerState(sun=sun), snapshot)
    learned(c, at_s, air, local)
    return c.sky.recent


def test_a_silent_gauge_tells_no_dry_day() -> None:
    """Days without a word of the gauge are not counted as dry, and rain that came before it fell silent is."""
    site = demo_site()
    w = wiring(site)
    assert w.rain is not None
    told = {w.rain.key: Sample(120.0, Quality.GOOD, HandClock(NOON - EPOCH).now().mono_s)}
    wet = RainMemory("2026-09-21", 12.0, 1, d=4.0, dw=2.0)
    for readings, air, day in (
        ({}, Air(), wet.day),
        ({}, Air(rain_mm=2.0), "2026-09-22"),
        (told, Air(), "2026-09-22"),
    ):
        c = Draft(w, ControllerState(rain=wet), Snapshot(HandClock(NOON - EPOCH).now(), readings))
        learned(c, NOON, air, TODAY)
        assert c.rain.day == day


def test_the_sensor_comes_first() -> None:
    """The step's mean irradiance over the clear sky is the index, whatever the plant showed."""
    where = demo_site().file.site
    clear = clear_sky_ghi(cos_zenith(NOON - 450.0, where.latitude, where.longitude))
    air = Air(irradiance_w_m2=2 * 0.5 * clear, irradiance_n=2)
    assert taught(air, SunState(clear=0.9, seen_s=NOON)) == (pytest.approx(0.5, abs=1e-3),)


def test_without_a_sensor_the_plant_tells() -> None:
    """What the plant proved within the step is the index; older proofs say nothing of it."""
    assert taught(Air(), SunState(clear=0.7, seen_s=NOON - 100.0)) == (0.7,)
    assert taught(Air(), SunState(clear=0.7, seen_s=NOON - 1000.0)) == ()


def test_neither_in_the_dark_nor_at_an_unknown_hour() -> None:
    """A low sun or an untrusted clock teaches nothing."""
    seen = SunState(clear=0.7, seen_s=DAWN)
    assert taught(Air(), seen, at_s=DAWN) == ()
    assert taught(Air(), SunState(clear=0.7, seen_s=NOON), local=None) == ()
