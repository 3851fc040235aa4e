"""ET0 by day, by hour and by step: FAO-56's examples, another implementation, and what happens when sensors are missing."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from schedules import meteorology as met
from schedules.evapotranspiration import (
    SUMATRA,
    Atmosphere,
    clear_share,
    climate_temp,
    et0_daily,
    et0_day,
    et0_hourly,
    et0_step,
    hargreaves,
)
from schedules.solar import clear_sky_ghi, cos_zenith
from tests.services import shared_data

LATITUDE, LONGITUDE = -3.75, 103.8
DAY = 86400.0


def midnight(month: int, day: int) -> float:
    """Local midnight (WIB) as POSIX seconds."""
    return datetime(2026, month, day, tzinfo=UTC).timestamp() - 7 * 3600.0


def test_bangkok_in_april() -> None:
    """Example 17: 5.72 mm/d."""
    ra = met.ra_daily(13.73, 105)
    rs = met.rs_from_sunshine(8.5, met.daylight_h(13.73, 105), ra)
    rn = met.rn_short(rs) - met.rn_long(34.8, 25.6, 2.85, rs, met.rs_clear(2.0, ra))
    heat = met.soil_heat_month(29.2, (34.8 + 25.6) / 2)
    assert (rs, rn, heat) == (
        pytest.approx(22.65, abs=0.02), pytest.approx(14.33, abs=0.02), pytest.approx(0.14, abs=0.005),
    )  # fmt: skip
    assert et0_daily(34.8, 25.6, 2.85, rn, 2.0, 2.0, heat) == pytest.approx(5.72, abs=0.02)


def test_uccle_in_july() -> None:
    """Example 18: 3.88 mm/d from sunshine, humidity and wind at 10 m."""
    ra = met.ra_daily(50.80, 187)
    rs = met.rs_from_sunshine(9.25, met.daylight_h(50.80, 187), ra)
    ea = met.vapour_from_rh(21.5, 12.3, 84, 63)
    assert rs == pytest.approx(22.07, abs=0.05)
    eto = et0_day(21.5, 12.3, 50.80, 187, 100.0, rs, ea, met.wind_at_2m(2.78, 10.0))
    assert eto == pytest.approx(3.88, abs=0.02)


def test_hours_at_n_diaye() -> None:
    """Example 19: 0.63 mm/h in the afternoon of 1 October, nothing at night."""
    pressure = met.pressure_kpa(8.0)
    angle = met.solar_time_angle(274, 14.5, 16.25, 15.0)
    ra = met.ra_period(16.22, 274, angle)
    assert ra == pytest.approx(3.543, abs=0.003)
    ea = met.saturation_kpa(38.0) * 0.52
    rn = met.rn_short(2.450) - met.rn_long_hourly(38.0, ea, 2.450 / met.rs_clear(8.0, ra))
    assert rn == pytest.approx(1.749, abs=0.005)
    assert et0_hourly(38.0, ea, rn, 0.1 * rn, 3.3, pressure) == pytest.approx(0.627, abs=0.005)
    ea = met.saturation_kpa(28.0) * 0.90
    rn = -met.rn_long_hourly(28.0, ea, 0.8)
    assert et0_hourly(28.0, ea, rn, 0.5 * rn, 1.9, pressure) == pytest.approx(0.0, abs=0.005)


def test_lyon_from_temperature_alone() -> None:
    """Example 20: 5.04 mm/d by Hargreaves, 4.56 by Penman-Monteith with the missing-data rules (day 196 for mid-July)."""
    assert hargreaves(26.6, 14.8, 40.6) == pytest.approx(5.04, abs=0.02)
    ea = met.saturation_kpa(14.8)
    rs = met.rs_from_temperature(26.6, 14.8, 40.6, 200.0)
    rn = met.rn_short(rs) - met.rn_long(26.6, 14.8, ea, rs, met.rs_clear(200.0, 40.6))
    assert (ea, rn) == (pytest.approx(1.68, abs=0.01), pytest.approx(13.5, abs=0.1))
    assert et0_daily(26.6, 14.8, ea, rn, 2.0, 200.0) == pytest.approx(4.56, abs=0.02)


def test_tanjung_enim_in_april() -> None:
    """3.858 mm/d, on which three public programs agree within 0.002."""
    ea = met.vapour_from_rh(32.5, 23.2, 96, 60)
    assert et0_day(32.5, 23.2, LATITUDE, 105, 60.0, 17.5, ea, 0.8) == pytest.approx(3.858, abs=0.002)


def test_what_stands_in_for_what_is_missing() -> None:
    """Each rule of FAO-56 chapter 3 stands in exactly where its quantity is missing: Tdew = Tmin, Rs from sunshine or from the
    range of temperature (inland, coast, never above the clear sky), 1 m/s, no soil heat.
    """
    place = (13.73, 105, 2.0)
    ra = met.ra_daily(13.73, 105)
    sunny = met.rs_from_sunshine(8.5, met.daylight_h(13.73, 105), ra)
    inland, coast = (met.rs_from_temperature(34.8, 25.6, ra, 2.0, k) for k in (0.16, 0.19))
    ea = met.saturation_kpa(25.6)
    assert et0_day(34.8, 25.6, *place) == et0_day(34.8, 25.6, *place, rs=inland, ea=ea, wind_2m=1.0)
    assert et0_day(34.8, 25.6, *place, k_rs=0.19) == et0_day(34.8, 25.6, *place, rs=coast)
    assert et0_day(34.8, 25.6, *place, sunshine_h=8.5) == et0_day(34.8, 25.6, *place, rs=sunny)
    assert et0_day(34.8, 25.6, *place, rs=20.0, sunshine_h=1.0) == et0_day(34.8, 25.6, *place, rs=20.0)
    bright = et0_day(44.0, 6.0, *place)
    assert bright == et0_day(44.0, 6.0, *place, rs=met.rs_clear(2.0, ra))
    assert et0_day(34.8, 25.6, *place, soil_heat=1.0) < et0_day(34.8, 25.6, *place)


def test_bangkok_by_one_call() -> None:
    """Example 17 again, from sunshine and monthly soil heat: 5.72 mm/d."""
    heat = met.soil_heat_month(29.2, (34.8 + 25.6) / 2)
    assert et0_day(
        34.8, 25.6, 13.73, 105, 2.0, ea=2.85, wind_2m=2.0, sunshine_h=8.5, soil_heat=heat
    ) == pytest.approx(5.72, abs=0.02)


def test_hargreaves_is_a_third_too_much_here() -> None:
    """On the series of Sitiung Hargreaves gives 1.35 times Penman-Monteith with the rules for missing data: 4.46, not 3.30 mm/d."""
    full, crude = [], []
    with shared_data("weather/sitiung_sumatra_daily_1980_1985.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            low, high, rs = (float(row[name] or "nan") for name in ("tmin_c", "tmax_c", "srad_mj_m2"))
            if high < 45.0 and rs > 2.0 and low < high:  # impossible values stand in the source
                day = date.fromisoformat(row["date"]).timetuple().tm_yday
                full.append(et0_day(high, low, -2.0, day, 140.0, rs=rs))
                crude.append(hargreaves(high, low, met.ra_daily(-2.0, day)))
    assert sum(full) / len(full) == pytest.approx(3.30, abs=0.03)
    assert sum(crude) / len(crude) == pytest.approx(4.46, abs=0.03)


def a_day(air: Atmosphere, start: float, **measured: list[float]) -> float:
    """ET0 of a day in 96 steps, mm; ``measured`` holds a series per quantity. The evening before was like this one."""
    total = 0.0
    share = air.evening_share
    for turn in range(2):
        for i in range(96):
            now = {name: values[i] for name, values in measured.items()}
            moment = replace(air, at_s=start + (i + 0.5) * 900.0, evening_share=share, **now)
            seen = clear_share(moment)
            share = share if seen is None else seen
            total += turn * et0_step(moment, 900.0)
    return total


@pytest.mark.parametrize(("month", "day"), [(1, 15), (4, 15), (7, 15), (10, 15)])
@pytest.mark.parametrize("share", [0.35, 0.63, 0.95])
def test_steps_add_up_to_the_daily_equation(month: int, day: int, share: float) -> None:
    """A day of 15-minute steps gives the daily equation's ET0 within 7 %, on dull and bright days (what is left is soil heat at
    night, dew, and the curve of vapour pressure).
    """
    start = midnight(month, day)
    at = [start + (i + 0.5) * 900.0 for i in range(96)]
    ghi = [share * clear_sky_ghi(cos_zenith(t, LATITUDE, LONGITUDE)) for t in at]
    temp = [climate_temp(SUMATRA, t, LONGITUDE) for t in at]
    total = a_day(Atmosphere(start, LATITUDE, LONGITUDE, 60.0), start, ghi_w_m2=ghi, temp_c=temp)
    day_of_year = datetime.fromtimestamp(start + DAY / 2, UTC).timetuple().tm_yday
    daily = et0_day(max(temp), min(temp), LATITUDE, day_of_year, 60.0, sum(ghi) * 900.0 / 1e6)
    assert total == pytest.approx(daily, rel=0.07)


def test_without_any_sensor() -> None:
    """With nothing measured the year's mean is 3-4 mm/d, as measured around the site (2.6-5.5, year 3.3)."""
    air = Atmosphere(0.0, LATITUDE, LONGITUDE, 60.0)
    assert not air.measured
    days = [a_day(air, midnight(month, 15)) for month in range(1, 13)]
    assert all(2.6 < d < 4.5 for d in days)
    assert 3.0 < sum(days) / 12 < 4.0


@pytest.mark.parametrize("missing", ["rh_pct", "wind_m_s", "temp_c", "ghi_w_m2"])
def test_one_sensor_missing_changes_little(missing: str) -> None:
    """On an ordinary day each missing quantity moves ET0 by less than 15 %: the rules stand in well."""
    start = midnight(5, 10)
    at = [start + (i + 0.5) * 900.0 for i in range(96)]
    temp = [climate_temp(SUMATRA, t, LONGITUDE) + 0.7 for t in at]
    dew = met.saturation_kpa(min(temp))
    full = {
        "ghi_w_m2": [0.6 * clear_sky_ghi(cos_zenith(t, LATITUDE, LONGITUDE)) for t in at],
        "temp_c": temp, "rh_pct": [100.0 * dew / met.saturation_kpa(t) for t in temp], "wind_m_s": [0.9] * 96,
    }  # fmt: skip
    air = Atmosphere(start, LATITUDE, LONGITUDE, 60.0)
    whole = a_day(air, start, **full)
    without = a_day(air, start, **{k: v for k, v in full.items() if k != missing})
    assert without == pytest.approx(whole, rel=0.15)
    assert without != whole


def test_night_gives_nothing_and_never_less() -> None:
    """At night ET0 is at least zero whatever the sensors say, and a step of zero seconds is zero."""
    air = Atmosphere(midnight(3, 1) + 3600.0, LATITUDE, LONGITUDE, 60.0, 0.0, 22.0, 99.0, 0.2)
    assert et0_step(air, 900.0) == pytest.approx(0.0, abs=0.002)
    assert et0_step(replace(air, rh_pct=180.0, wind_m_s=-5.0, ghi_w_m2=-3.0), 900.0) >= 0.0
    assert et0_step(replace(air, at_s=midnight(3, 1) + DAY / 2, ghi_w_m2=800.0), 0.0) == 0.0


def test_course_of_a_usual_day() -> None:
    """The climate's temperature is lowest at 5 h and highest at 14 h solar time, and has no jump anywhere."""
    start = midnight(8, 1)
    course = [climate_temp(SUMATRA, start + i * 60.0, LONGITUDE) for i in range(1440)]
    solar = [(start / 3600.0 + i / 60.0 + LONGITUDE / 15.0) % 24.0 for i in range(1440)]
    assert solar[course.index(min(course))] == pytest.approx(5.0, abs=0.05)
    assert solar[course.index(max(course))] == pytest.approx(14.0, abs=0.05)
    assert max(abs(b - a) for a, b in pairwise(course)) < 0.05
    assert math.isclose(course[0], climate_temp(SUMATRA, start + DAY, LONGITUDE), abs_tol=0.05)
