"""Pressure, vapour, radiation: the worked examples of FAO-56."""

from __future__ import annotations

import json
import math

import pytest

from benchmarks._fao56 import compared
from schedules import meteorology as met
from tests.services import shared_data


def test_pressure_and_psychrometer_at_1800_m() -> None:
    """Example 2: P 81.8 kPa and gamma 0.054 kPa/C."""
    pressure = met.pressure_kpa(1800)
    assert pressure == pytest.approx(81.8, abs=0.06)
    assert met.psychrometric(pressure) == pytest.approx(0.054, abs=0.0006)


def test_mean_saturation_is_not_saturation_of_the_mean() -> None:
    """Example 3: es 2.39 kPa, more than e0 of the mean temperature gives."""
    es = met.mean_saturation_kpa(24.5, 15.0)
    assert es == pytest.approx(2.39, abs=0.006)
    assert es > met.saturation_kpa((24.5 + 15.0) / 2) + 0.08


def test_vapour_from_a_psychrometer() -> None:
    """Example 4: ea 1.91 kPa from 19.5 wet and 25.6 dry at 1200 m."""
    ea = met.vapour_from_psychrometer(19.5, 25.6, met.pressure_kpa(1200))
    assert ea == pytest.approx(1.91, abs=0.006)


def test_vapour_from_relative_humidity() -> None:
    """Example 5: ea 1.70 kPa from the extremes, 1.78 from the mean of humidity."""
    assert met.vapour_from_rh(25, 18, 82, 54) == pytest.approx(1.70, abs=0.006)
    assert met.vapour_from_mean_rh(25, 18, (82 + 54) / 2) == pytest.approx(1.78, abs=0.01)


def test_extraterrestrial_radiation_at_20_south() -> None:
    """Examples 8 and 9: dr 0.985, declination 0.120, sunset 1.527 rad, Ra 32.2 and N 11.7 on 3 September."""
    assert met.earth_sun(246) == pytest.approx(0.985, abs=0.0006)
    assert met.declination(246) == pytest.approx(0.120, abs=0.0006)
    assert met.sunset_angle(-20, 246) == pytest.approx(1.527, abs=0.0006)
    assert met.ra_daily(-20, 246) == pytest.approx(32.2, abs=0.06)
    assert met.daylight_h(-20, 246) == pytest.approx(11.7, abs=0.06)


def test_radiation_from_sunshine_in_rio() -> None:
    """Example 10: Ra 25.1, N 10.9, Rs 14.5 at 22.9 S on 15 May with 7.1 h of sun."""
    ra = met.ra_daily(-22.9, 135)
    hours = met.daylight_h(-22.9, 135)
    assert (ra, hours) == (pytest.approx(25.1, abs=0.06), pytest.approx(10.9, abs=0.06))
    assert met.rs_from_sunshine(7.1, hours, ra) == pytest.approx(14.5, abs=0.06)


def test_net_radiation_in_rio() -> None:
    """Examples 11 and 12: Rnl 3.5, Rns 11.1, Rn 7.6 MJ/m2/d."""
    rnl = met.rn_long(25.1, 19.1, 2.1, 14.5, 18.8)
    assert rnl == pytest.approx(3.5, abs=0.07)
    assert met.rn_short(14.5) == pytest.approx(11.1, abs=0.07)
    assert met.rn_short(14.5) - rnl == pytest.approx(7.6, abs=0.07)


def test_soil_heat_and_wind() -> None:
    """Examples 13 and 14: monthly soil heat 0.33 MJ/m2/d, 3.2 m/s at 10 m is 2.4 m/s at 2 m."""
    assert met.soil_heat_month_known(14.1, 18.8) == pytest.approx(0.33, abs=0.003)
    assert met.soil_heat_month(14.1, 16.1) == pytest.approx(0.28, abs=0.003)
    assert met.wind_at_2m(3.2, 10.0) == pytest.approx(2.4, abs=0.02)


def test_wind_needs_a_height() -> None:
    """Wind at 2 m is itself within a thousandth, wind from a mast is less, and a height of nothing is an error."""
    assert met.wind_at_2m(3.2, 2.0) == pytest.approx(3.2, rel=0.001)
    assert met.wind_at_2m(3.2, 30.0) < met.wind_at_2m(3.2, 10.0) < 3.2
    with pytest.raises(ValueError, match=r"begins at 0\.2 m"):
        met.wind_at_2m(3.2, 0.05)


def test_psychrometers_of_three_kinds() -> None:
    """Eq. 16: the less air moves over the wet bulb, the more a degree of difference counts."""
    pressure = met.pressure_kpa(60.0)
    kinds = [met.vapour_from_psychrometer(24.0, 30.0, pressure, a) for a in (0.000662, 0.0008, 0.0012)]
    assert kinds == sorted(kinds, reverse=True)
    assert kinds[0] - kinds[2] == pytest.approx((0.0012 - 0.000662) * pressure * 6.0)
    assert met.vapour_from_psychrometer(24.0, 24.0, pressure) == met.saturation_kpa(24.0)


def test_the_sky_is_never_warmer_than_the_ground() -> None:
    """Below a third of the clear sky's light net longwave radiation stays at its least, above it at its most (Eq. 39)."""
    least, most = met.rn_long(32.0, 23.0, 2.8, 0.3, 1.0), met.rn_long(32.0, 23.0, 2.8, 1.0, 1.0)
    assert 0.0 < least == met.rn_long(32.0, 23.0, 2.8, 0.05, 1.0)
    assert most == met.rn_long(32.0, 23.0, 2.8, 1.3, 1.0) > 10.0 * least


def test_a_clock_of_another_zone_sees_the_same_sun() -> None:
    """Ra of an hour is that of the site whatever zone its clock shows: 14-15 h at N'Diaye is 15-16 h UTC + 1 and 5-6 h UTC - 9."""
    home = met.ra_period(16.22, 274, met.solar_time_angle(274, 14.5, 16.25, 0.0))
    for hours in (1, 9, -9, -14):
        clock = (14.5 + hours) % 24.0
        there = met.ra_period(16.22, 274, met.solar_time_angle(274, clock, 16.25, -15.0 * hours))
        assert there == pytest.approx(home, rel=1e-4)


def test_radiation_from_temperature() -> None:
    """Example 15: Rs 22.3 at Lyon from the range of temperature, and never above the clear sky."""
    assert met.rs_from_temperature(26.6, 14.8, 40.6) == pytest.approx(22.3, abs=0.05)
    assert met.rs_from_temperature(40.0, 5.0, 40.6, 100.0) == pytest.approx(met.rs_clear(100.0, 40.6))


def test_bangkok_in_april_without_radiation() -> None:
    """Example 16: Ra 38.06, Rs 21.9, Rn 13.9 MJ/m2/d on the coast."""
    ra = met.ra_daily(13.73, 105)
    assert ra == pytest.approx(38.06, abs=0.06)
    rs = met.rs_from_temperature(34.8, 25.6, ra, 2.0, k_rs=0.19)
    assert rs == pytest.approx(21.9, abs=0.06)
    rn = met.rn_short(rs) - met.rn_long(34.8, 25.6, 2.85, rs, met.rs_clear(2.0, ra))
    assert rn == pytest.approx(13.9, abs=0.06)


@pytest.mark.parametrize(
    ("day", "ra", "hours"),
    [(15, 37.53, 12.19), (80, 37.76, 12.00), (172, 31.82, 11.78), (265, 37.36, 12.01), (355, 37.13, 12.22)],
)
def test_sun_at_tanjung_enim(day: int, ra: float, hours: float) -> None:
    """Ra and N at 3.75 S equal what refet, pyet and pyfao56 agree on."""
    assert met.ra_daily(-3.75, day) == pytest.approx(ra, abs=0.005)
    assert met.daylight_h(-3.75, day) == pytest.approx(hours, abs=0.006)


def test_hours_of_a_day_add_up_to_the_day() -> None:
    """Ra of 24 hours around the clock is Ra of the day, at the equator and where the sun sets late."""
    for latitude in (-3.75, 50.8):
        parts = sum(met.ra_period(latitude, 187, (h + 0.5 - 12) * math.pi / 12) for h in range(24))
        assert parts == pytest.approx(met.ra_daily(latitude, 187), rel=1e-9)


def test_polar_day_and_night_are_numbers() -> None:
    """At the poles the formulas give 24 and 0 hours instead of failing."""
    assert met.daylight_h(80, 172) == pytest.approx(24.0)
    assert met.daylight_h(-80, 172) == 0.0
    assert met.ra_daily(-80, 172) == pytest.approx(0.0, abs=1e-9)


def test_published_cases() -> None:
    """Every number of the shared examples on air, sun, ET0, soil water and stress holds within its own tolerance."""
    cases = json.loads(shared_data("fao56_examples.json").read_text("utf-8"))["cases"]
    rows = list(compared(cases))
    assert len(rows) >= 40
    assert {row[0].split()[0] for row in rows} >= {"S01", "S04", "S05", "S07", "S08", "S09"}
    for name, said, want, tolerance in rows:
        assert said == pytest.approx(want, abs=tolerance), name
