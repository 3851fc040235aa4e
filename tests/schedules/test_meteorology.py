"""Pressure, vapour, radiation: the worked examples of FAO-56."""

from __future__ import annotations

import json
import math

import pytest

from schedules import evapotranspiration as et
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
    assert met.wind_at_2m(3.2, 10.0) == pytest.approx(2.4, abs=0.02)


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


def _answers(inputs: dict[str, float], wanted: dict[str, float]) -> dict[str, float]:
    """What this package says to one published case."""
    i = inputs
    said: dict[str, float] = {}
    if "elevation_m" in i:
        said["pressure_kpa"] = met.pressure_kpa(i["elevation_m"])
        said["gamma_kpa_per_c"] = met.psychrometric(said["pressure_kpa"])
    if "tmax_c" in i:
        said["es_kpa"] = met.mean_saturation_kpa(i["tmax_c"], i["tmin_c"])
    if "rhmax_pct" in i:
        said["ea_kpa"] = met.vapour_from_rh(i["tmax_c"], i["tmin_c"], i["rhmax_pct"], i["rhmin_pct"])
    if "latitude_deg" in i:
        where = (i["latitude_deg"], int(i["day_of_year"]))
        said |= {
            "dr": met.earth_sun(where[1]), "declination_rad": met.declination(where[1]),
            "sunset_angle_rad": met.sunset_angle(*where), "ra_mj_m2_d": met.ra_daily(*where),
            "daylight_hours": met.daylight_h(*where),
        }  # fmt: skip
    if "rs_mj_m2_d" in i:
        said["rso_mj_m2_d"] = met.rs_clear(i["elevation_m"], said["ra_mj_m2_d"])
        long = met.rn_long(i["tmax_c"], i["tmin_c"], said["ea_kpa"], i["rs_mj_m2_d"], said["rso_mj_m2_d"])
        said["rn_mj_m2_d"] = met.rn_short(i["rs_mj_m2_d"]) - long
        said["eto_mm_d"] = et.et0_daily(
            i["tmax_c"], i["tmin_c"], said["ea_kpa"], said["rn_mj_m2_d"], i["wind_2m_m_s"], i["elevation_m"]
        )
    elif "ra_mj_m2_d" in i:
        said["eto_mm_d"] = et.hargreaves(i["tmax_c"], i["tmin_c"], i["ra_mj_m2_d"])
    return {key: said[key] for key in wanted}


def test_published_cases() -> None:
    """Every atmosphere, vapour, radiation and ET0 case of the shared examples holds within its own tolerance."""
    cases = json.loads(shared_data("fao56_examples.json").read_text("utf-8"))["cases"]
    checked = 0
    for case in cases:
        if case["topic"] not in ("atmosphere", "vapour", "radiation", "eto"):
            continue
        for key, value in _answers(case["inputs"], case["expected"]).items():
            tolerance = case["tolerance"].get(key, case["tolerance"].get("default"))
            assert value == pytest.approx(case["expected"][key], abs=tolerance), (case["id"], key)
            checked += 1
    assert checked > 10
