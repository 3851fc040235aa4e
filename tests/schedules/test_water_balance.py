"""A field zone: FAO-56's drying example, closure, probes and their trust, what is wanted when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.catalog import Soil
from schedules.soil import depletion_at, stress
from schedules.water_balance import STUCK_S, root_zone, trust
from schedules.zone import demand, initial, owe, step
from tests.schedules.zones import AREA_M2, CATALOG, FIELD, PLANTED, days, quarter

SOIL: Soil = CATALOG.soil("ultisol")
MM = st.floats(0.0, 60.0)


WHOLE = FIELD.model_copy(update={"refill": 1.0})


def test_ten_days_without_water() -> None:
    """Example 37: depletion and Ks of tomato on ten dry days (Ks of the morning holds for the day)."""
    expected = [61.0, 67.0, 72.8, 78.3, 83.4, 88.2, 92.6, 96.9, 100.8, 104.5]
    stresses = [1.0, 1.0, 0.97, 0.91, 0.85, 0.80, 0.75, 0.70, 0.66, 0.62]
    depletion = 55.0
    for want, ks in zip(expected, stresses, strict=True):
        flows = root_zone(SOIL, depletion, 160.0, 64.0, 6.0, 0.0, 0.0, 86400.0)
        assert flows.ks == pytest.approx(ks, abs=0.006)
        depletion = flows.depletion_mm
        assert depletion == pytest.approx(want, abs=0.15)


@given(start=st.floats(0.0, 1.0), raw=st.floats(0.1, 0.8), taw=st.floats(5.0, 200.0), etc=MM, rain=MM, net=MM,
       dt=st.floats(1.0, 86400.0))  # fmt: skip
def test_root_zone_closes(
    start: float, raw: float, taw: float, etc: float, rain: float, net: float, dt: float
) -> None:
    """For any input: in = out + change within 1e-9 mm, depletion within 0..TAW, no flow negative."""
    flows = root_zone(SOIL, start * taw, taw, raw * taw, etc, rain, net, dt)
    assert 0.0 <= flows.depletion_mm <= taw
    assert min(flows.entered_mm, flows.eta_mm, flows.drainage_mm) >= 0.0
    assert flows.entered_mm <= rain
    stored = start * taw - flows.depletion_mm
    assert abs(flows.entered_mm + net - flows.eta_mm - flows.drainage_mm - stored) < 1e-9


def test_storm_runs_off() -> None:
    """120 mm in an hour on clay: what enters is its conductivity, the rest runs off and is counted."""
    program = FIELD.model_copy(update={"soil": "clay"})
    balance = step(program, initial(program, CATALOG, AREA_M2), quarter(10, rain=120.0, dt_s=3600.0), CATALOG)
    assert balance.runoff_mm == pytest.approx(120.0 - CATALOG.soil("clay").ksat_mm_h)


def test_dry_days_reach_raw_then_water_ends_the_need() -> None:
    """A dry week makes a demand; the demanded volume, delivered, takes the depletion to zero and the demand away."""
    balance = days(WHOLE, initial(WHOLE, CATALOG, AREA_M2), 40, 7)
    want = demand(WHOLE, balance, "z", AREA_M2, 0.0, None, CATALOG)
    assert want is not None
    assert want.key == "demand_field_due"
    assert want.net_mm == pytest.approx(balance.depletion_mm)
    assert want.volume_l == pytest.approx(want.net_mm / 0.9 * AREA_M2)
    wet = step(WHOLE, balance, quarter(46, irrigated=want.volume_l / AREA_M2), CATALOG)
    assert wet.depletion_mm == pytest.approx(0.0, abs=1e-9)
    assert wet.drainage_mm == pytest.approx(balance.drainage_mm, abs=1e-9)
    assert demand(WHOLE, wet, "z", AREA_M2, 0.0, None, CATALOG) is None


def test_need_is_told_a_day_ahead() -> None:
    """Within a day of RAW the demand is there, not yet urgent, with the time when it must start."""
    balance = replace(days(WHOLE, initial(WHOLE, CATALOG, AREA_M2), 70, 1), depletion_mm=0.0)
    use = balance.kc * balance.et0_mm_d
    soon = replace(balance, depletion_mm=balance.raw_mm - 0.5 * use)
    early = replace(balance, depletion_mm=balance.raw_mm - 1.1 * use)
    want = demand(WHOLE, soon, "z", AREA_M2, 1000.0, None, CATALOG)
    assert want is not None
    assert want.key == "demand_field_soon"
    assert want.urgency < 0.5
    assert want.latest_start_s == pytest.approx(1000.0 + 43200.0)
    assert demand(WHOLE, early, "z", AREA_M2, 1000.0, None, CATALOG) is None


def test_limits_of_one_irrigation() -> None:
    """``refill`` and ``max_depth_mm`` bound what one irrigation gives."""
    balance = replace(days(FIELD, initial(FIELD, CATALOG, AREA_M2), 70, 1), depletion_mm=24.0)
    half = demand(FIELD.model_copy(update={"refill": 0.5}), balance, "z", AREA_M2, 0.0, None, CATALOG)
    flat = demand(FIELD.model_copy(update={"max_depth_mm": 5.0}), balance, "z", AREA_M2, 0.0, None, CATALOG)
    assert half is not None
    assert flat is not None
    assert (half.net_mm, flat.net_mm) == (12.0, 5.0)


def test_a_mild_day_lends_the_field_nothing_and_a_hot_one_takes() -> None:
    """RAW is the table's p of TAW at 2 and at 4 mm/d of use, and less at 8: what FAO-56 adds for mild days is not relied upon."""
    soak = initial(FIELD, CATALOG, AREA_M2)
    share = {et0: (b := days(FIELD, soak, 60, 30, et0)).raw_mm / b.taw_mm for et0 in (2.0, 4.0, 8.0)}
    p = CATALOG.crop("chilli").p
    assert share[2.0] == share[4.0] == pytest.approx(p)
    assert share[8.0] < 0.9 * p


def test_nothing_is_wanted_before_planting_and_after_the_harvest() -> None:
    """A dry bare field asks for nothing."""
    dry = replace(days(FIELD, initial(FIELD, CATALOG, AREA_M2), 200, 1), depletion_mm=30.0)
    assert dry.stage == "over"
    assert demand(FIELD, dry, "z", AREA_M2, 0.0, None, CATALOG) is None
    later = FIELD.model_copy(update={"planted": date(2027, 1, 1)})
    assert demand(later, replace(dry, day="2026-12-31"), "z", AREA_M2, 0.0, None, CATALOG) is None


def test_a_first_probe_is_taken_whole_and_later_ones_slowly() -> None:
    """The first word of a probe sets the depletion; one that disagrees later moves it by 2 % a step, two that agree by 6 %."""
    first = step(FIELD, initial(FIELD, CATALOG, AREA_M2), quarter(70, vwc=(0.22,)), CATALOG)
    assert first.depletion_mm == pytest.approx(depletion_at(SOIL, 0.22, first.taw_mm))
    assert first.level == "sensor"
    dry = depletion_at(SOIL, 0.18, first.taw_mm) - first.depletion_mm
    one = step(FIELD, first, quarter(70, vwc=(0.18,)), CATALOG)
    two = step(FIELD, first, quarter(70, vwc=(0.17, 0.19)), CATALOG)
    assert one.depletion_mm - first.depletion_mm == pytest.approx(dry * 900 / (900 + 43200))
    assert two.depletion_mm - first.depletion_mm == pytest.approx(dry * 900 / (900 + 14400))
    assert two.corrected_mm == pytest.approx(first.depletion_mm - two.depletion_mm + first.corrected_mm)


def test_trust_of_probes() -> None:
    """The median rules, impossible values do not vote, disagreement is told and slows the belief."""
    agree = trust((0.20, 0.22, 0.21), SOIL)
    outvoted = trust((0.20, 0.45, 0.21), SOIL)
    torn = trust((0.15, 0.30), SOIL)
    assert agree is not None
    assert outvoted is not None
    assert torn is not None
    assert (agree.vwc, outvoted.vwc, torn.vwc) == (0.21, 0.21, pytest.approx(0.225))
    assert agree.tau_s < outvoted.tau_s < torn.tau_s
    assert torn.spread == pytest.approx(0.15)
    assert trust((0.0, -1.0, 0.9), SOIL) is None
    assert trust((0.2, 0.95), SOIL) == trust((0.2,), SOIL)


def test_steps_down_from_sensor_to_balance_to_calendar() -> None:
    """Without probes for three hours the balance rules; when the weather is not measured either, it is only a calendar."""
    balance = step(FIELD, initial(FIELD, CATALOG, AREA_M2), quarter(70, vwc=(0.22,)), CATALOG)
    levels = []
    for hour in range(5):
        for _ in range(4):
            balance = step(FIELD, balance, quarter(70, measured=hour < 4), CATALOG)
        levels.append(balance.level)
    assert levels == ["sensor", "sensor", "sensor", "balance", "calendar"]
    back = step(FIELD, balance, quarter(70, vwc=(0.22,)), CATALOG)
    assert back.level == "sensor"


def test_a_probe_that_never_moves_is_not_believed() -> None:
    """A probe stuck at wet for two days loses its voice: the crop still gets its water from the balance."""
    balance = initial(FIELD, CATALOG, AREA_M2)
    for i in range(96 * 9):
        balance = step(FIELD, balance, quarter(70 + i // 96, 4.0 / 96, vwc=(0.30,)), CATALOG)
        if i * 900.0 < STUCK_S:
            assert balance.level == "sensor"
    assert balance.level == "balance"
    assert demand(FIELD, balance, "z", AREA_M2, 0.0, None, CATALOG) is not None
    moved = step(FIELD, balance, quarter(79, vwc=(0.22,)), CATALOG)
    assert moved.level == "sensor"


def test_owed_water_is_wanted_until_it_came() -> None:
    """A run cut short leaves a debt that makes a demand although RAW is far; rain or pipe pay it, never more than is dry."""
    balance = replace(days(FIELD, initial(FIELD, CATALOG, AREA_M2), 70, 1), depletion_mm=6.0, owed_mm=0.0)
    assert demand(FIELD, balance, "z", AREA_M2, 0.0, None, CATALOG) is None
    cut = owe(FIELD, balance, 5.0)
    assert cut.owed_mm == pytest.approx(4.5)
    assert owe(FIELD, cut, 50.0).owed_mm == 6.0
    night = cut
    for _ in range(40):
        night = step(FIELD, night, quarter(70), CATALOG)
    assert night.owed_mm == cut.owed_mm
    want = demand(FIELD, night, "z", AREA_M2, 0.0, None, CATALOG)
    assert want is not None
    assert want.key == "demand_owed"
    assert want.net_mm >= cut.owed_mm
    assert step(FIELD, night, quarter(70, irrigated=2.0), CATALOG).owed_mm == pytest.approx(4.5 - 1.8)
    assert step(FIELD, night, quarter(70, rain=2.5), CATALOG).owed_mm == pytest.approx(3.5)


def test_under_a_roof_rain_is_no_water() -> None:
    """With ``rain_skip: false`` rain is counted as rain but does not wet the zone."""
    roofed = FIELD.model_copy(update={"rain_skip": False})
    balance = replace(days(FIELD, initial(FIELD, CATALOG, AREA_M2), 70, 1), depletion_mm=9.0)
    assert step(FIELD, balance, quarter(71, rain=2.0), CATALOG).depletion_mm == pytest.approx(7.0)
    dry = step(roofed, balance, quarter(71, rain=2.0), CATALOG)
    assert (dry.depletion_mm, dry.rain_mm, dry.runoff_mm) == (9.0, 2.0, 2.0)


def test_a_date_that_becomes_known_keeps_the_share() -> None:
    """While the clock is untrusted the seedling's roots and the highest Kc hold; with the date the same share of RAW is used."""
    blind = initial(FIELD, CATALOG, AREA_M2)
    assert (blind.stage, blind.day) == ("unknown", "")
    assert blind.kc > 0.9
    seen = step(FIELD, blind, quarter(100), CATALOG)
    assert (seen.stage, seen.day) == ("mid", date(2026, 9, 9).isoformat())
    assert seen.depletion_mm / seen.raw_mm == pytest.approx(blind.depletion_mm / blind.raw_mm)
    assert stress(seen.depletion_mm, seen.taw_mm, seen.raw_mm) == 1.0
    assert date(2026, 9, 9) == PLANTED.replace(month=9, day=9)
