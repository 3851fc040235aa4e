"""The PV plant of the world."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from controller.core.site import Power
from simulators.pv import INVERTER_EFFICIENCY, PvPlant
from simulators.sky import MINUTES
from simulators.weather import GeneratedWeather, sky_of
from simulators.weather_minutes import Day
from tests.simulators.sample import site

PLACE = site().file.site
SKY = sky_of(PLACE)
ORDINAL = date(2026, 3, 20).toordinal()
WEATHER = GeneratedWeather(PLACE, 5, SKY).day(ORDINAL)


def even(light: float) -> Day:
    """A day of constant 32 C, 1 m/s and ``light`` whenever the sun is up."""
    ghi = [light if sun > 0.0 else 0.0 for sun in SKY.day(ORDINAL).cos_zenith]
    return replace(WEATHER, ghi_w_m2=ghi, temp_c=[32.0] * MINUTES, wind_m_s=[1.0] * MINUTES)


def test_worked_example() -> None:
    """11.7 kWp at 800 W/m2, 32 C and 1 m/s: cells at 55.5 C, 7,190 W after 14.08 % losses, times the inverter's 96 %."""
    plant = PvPlant(Power(pv_kwp=11.7, tilt_deg=0), SKY.latitude)
    noon = plant.day(SKY.day(ORDINAL), even(800.0))
    assert noon.cell_c[720] == pytest.approx(55.5, abs=0.3)
    assert noon.potential_w[720] == pytest.approx(7190 * INVERTER_EFFICIENCY, rel=0.01)


def test_the_inverter_clips() -> None:
    """No minute gives more than the inverter's rating, and bright ones give exactly that."""
    potential = (
        PvPlant(Power(pv_kwp=11.7, inverter_w=3000), SKY.latitude)
        .day(SKY.day(ORDINAL), even(900.0))
        .potential_w
    )
    assert max(potential) == 3000


def test_night_gives_nothing() -> None:
    """While the sun is down the plant's potential is 0."""
    sky = SKY.day(ORDINAL)
    day = PvPlant(Power(pv_kwp=2), SKY.latitude).day(sky, WEATHER)
    assert all(watts == 0.0 for watts, sun in zip(day.potential_w, sky.cos_zenith, strict=True) if sun == 0.0)


def test_tilt_towards_the_sun_gains() -> None:
    """In June, south of the equator, modules that look north give more than modules that look south."""
    june = date(2026, 6, 21).toordinal()
    weather = GeneratedWeather(PLACE, 5, SKY).day(june)
    gains = [
        sum(
            PvPlant(Power(pv_kwp=2, tilt_deg=20, azimuth_deg=side), SKY.latitude)
            .day(SKY.day(june), weather)
            .poa_w_m2
        )
        for side in (0, 180)
    ]
    assert gains[0] > 1.1 * gains[1]


def test_yield_of_a_year_is_the_atlas_figure() -> None:
    """A kWp at 10 degrees north gives 1,250 to 1,450 kWh a year (Global Solar Atlas around the site: 1,300 to 1,400)."""
    plant = PvPlant(Power(pv_kwp=1), SKY.latitude)
    source = GeneratedWeather(PLACE, 5, SKY)
    first = date(2025, 1, 1).toordinal()
    total = (
        sum(sum(plant.day(SKY.day(d), source.day(d)).potential_w) for d in range(first, first + 365, 5))
        / 60e3
        * 5
    )
    assert 1250 < total < 1450
