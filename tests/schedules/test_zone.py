"""All kinds of zones through their one face: closure, credit, debt, days, restarts, speed."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.balance import Season, StepInputs, ZoneBalance
from schedules.container import EASY, POT_DOUBT, RAIN_CATCH, RAINED_DOUBT, SLACK
from schedules.crop import kc_climate
from schedules.paddy import water_mm
from schedules.program import Program, Window
from schedules.prospect import Prospect
from schedules.zone import daily_use_mm, demand, initial, owe, refit, step
from tests.schedules.zones import ALL, AREA_M2, CATALOG, FIELD, PADDY, PLANTED, POTS, TURNS, days, quarter
from tests.yardstick import ratio

MODELS = (FIELD, POTS, PADDY)
programs = pytest.mark.parametrize("program", ALL, ids=lambda p: p.kind)
models = pytest.mark.parametrize("program", MODELS, ids=lambda p: p.kind)

inputs = st.builds(
    StepInputs,
    dt_s=st.floats(60.0, 3600.0),
    et0_mm=st.floats(0.0, 1.0),
    rain_mm=st.one_of(st.just(0.0), st.floats(0.0, 40.0)),
    irrigated_mm=st.one_of(st.just(0.0), st.floats(0.0, 30.0)),
    local_date=st.just(PLANTED + timedelta(days=70)),
    vwc=st.lists(st.floats(-0.1, 0.7), max_size=3).map(tuple),
    ponding_m=st.one_of(st.none(), st.floats(-1.0, 1.0)),
)


def stored(balance: ZoneBalance) -> float:
    """Water above the dry end, up to a constant."""
    return water_mm(balance.ponding_mm) if balance.ponding_mm is not None else -balance.depletion_mm


@models
@settings(max_examples=60)
@given(series=st.lists(inputs, min_size=1, max_size=30))
def test_the_account_closes(program: Program, series: list[StepInputs]) -> None:
    """For any weather, water and probes: in = out + change + what was corrected, within 1e-9 mm, and 0 <= Dr <= TAW."""
    before = step(program, initial(program, CATALOG, AREA_M2), quarter(70), CATALOG)
    balance = before
    for one in series:
        balance = step(program, balance, one, CATALOG)
        assert -1e-9 <= balance.depletion_mm <= balance.taw_mm + 1e-9
        assert 0.0 <= balance.ks <= 1.0
    rain = sum(i.rain_mm for i in series)
    net = sum(i.irrigated_mm for i in series) * program.efficiency
    came = rain + net + (balance.corrected_mm - before.corrected_mm)
    went = balance.eta_mm + balance.drainage_mm + balance.runoff_mm - before.drainage_mm
    assert came - went == pytest.approx(stored(balance) - stored(before), abs=1e-9)
    assert balance.rain_mm == pytest.approx(rain)
    assert balance.irrigated_mm == pytest.approx(sum(i.irrigated_mm for i in series))


@models
@settings(max_examples=60)
@given(dry=st.integers(0, 12), share=st.floats(0.05, 1.0))
def test_delivered_water_reduces_the_demand(program: Program, dry: int, share: float) -> None:
    """Whatever part of a demand is delivered, by plan or by hand, the next demand is smaller by that or gone."""
    if program.kind == "field":
        program = program.model_copy(update={"max_depth_mm": 200.0})
    balance = days(program, initial(program, CATALOG, AREA_M2), 60, dry)
    want = demand(program, balance, "z", AREA_M2, 0.0, None, CATALOG)
    if want is None:
        return
    given_mm = share * want.volume_l / AREA_M2
    after = step(program, balance, quarter(59 + max(1, dry), irrigated=given_mm, dt_s=0.001), CATALOG)
    again = demand(program, after, "z", AREA_M2, 0.0, None, CATALOG)
    left = 0.0 if again is None else again.net_mm
    assert left <= (1.0 - share) * want.net_mm + 1e-6


@programs
def test_owed_water_survives(program: Program) -> None:
    """A debt outlasts a dry, dark week without any delivery, and a restart from stored JSON."""
    balance = days(program, initial(program, CATALOG, AREA_M2), 60, 6)
    balance = owe(program, balance, 3.0)
    owed = balance.owed_mm
    assert owed > 0.0
    text = json.dumps(dataclasses.asdict(balance))
    fields = json.loads(text)
    season = Season(**fields["season"]) if fields["season"] else None
    restored = ZoneBalance(**{**fields, "rain_log": tuple(fields["rain_log"]), "season": season})
    assert restored == balance
    for _ in range(96 * 7):
        restored = step(program, restored, quarter(65), CATALOG)
    assert restored.owed_mm == pytest.approx(owed)
    assert demand(program, restored, "z", AREA_M2, 0.0, None, CATALOG) is not None


@programs
def test_no_window_no_demand(program: Program) -> None:
    """A zone whose only window opens and closes in the same minute wants nothing: it could never get it."""
    never = program.model_copy(update={"windows": (Window.model_validate({"from": "06:00", "to": "06:00"}),)})
    dry = days(program, initial(program, CATALOG, AREA_M2), 60, 12)
    assert demand(program, dry, "z", AREA_M2, 0.0, None, CATALOG) is not None
    assert demand(never, dry, "z", AREA_M2, 0.0, None, CATALOG) is None


@programs
def test_a_day_without_a_clock_still_ends(program: Program) -> None:
    """With an untrusted clock the day's counters begin anew after 24 hours of elapsed time, and no date is invented."""
    balance = initial(program, CATALOG, AREA_M2)
    for i in range(97):
        balance = step(program, balance, StepInputs(900.0, 0.0, 0.0, 1.0 if i < 96 else 0.0, None), CATALOG)
    assert balance.day == ""
    assert (balance.irrigated_mm, balance.doses_today) == (0.0, 0)


def test_doses_and_days_since() -> None:
    """Water in touching steps is one dose; the next one counts after a dry step; a new local day starts at zero."""
    balance = initial(FIELD, CATALOG, AREA_M2)
    assert balance.since_irrigation_d is None
    for irrigated in (1.0, 1.0, 0.0, 1.0):
        balance = step(FIELD, balance, quarter(10, irrigated=irrigated), CATALOG)
    assert (balance.doses_today, balance.irrigated_mm) == (2, 3.0)
    balance = step(FIELD, balance, quarter(11), CATALOG)
    assert (balance.doses_today, balance.irrigated_mm) == (0, 0.0)
    assert balance.since_irrigation_d == pytest.approx(900.0 / 86400.0)


def test_rain_of_the_last_day_fades() -> None:
    """rain_24h_mm holds a shower for 24 hours, then nothing is kept of it."""
    balance = step(POTS, initial(POTS, CATALOG, AREA_M2), quarter(1, rain=12.0), CATALOG)
    seen = []
    for i in range(1, 101):
        balance = step(POTS, balance, quarter(1 + i // 96), CATALOG)
        seen.append(balance.rain_24h_mm)
    assert seen[91] == 12.0
    assert seen[-1] == 0.0
    assert balance.rain_log == ()


def test_mean_et0_follows_the_days() -> None:
    """After two weeks of 5 mm/d the mean is 5; a day of which only an hour was seen does not count."""
    balance = days(FIELD, initial(FIELD, CATALOG, AREA_M2), 60, 14, 5.0)
    assert balance.et0_mm_d == pytest.approx(5.0, abs=0.05)
    for _ in range(4):
        balance = step(FIELD, balance, quarter(74), CATALOG)
    after = step(FIELD, step(FIELD, balance, quarter(75), CATALOG), quarter(76), CATALOG)
    assert after.et0_mm_d == pytest.approx(balance.et0_mm_d)


def test_kc_follows_the_air_of_the_day_before() -> None:
    """Kc of today is adjusted by yesterday's driest hour and mean wind, not by the damp calm of midnight."""
    balance = step(FIELD, initial(FIELD, CATALOG, AREA_M2), quarter(70), CATALOG)
    usual = step(FIELD, days(FIELD, balance, 70, 1), quarter(71), CATALOG).kc
    for i in range(96):
        noon = 40 <= i < 60
        air = {"rh_min_pct": 35.0 if noon else 98.0, "wind_m_s": 3.0 if noon else 1.5}
        balance = step(FIELD, balance, quarter(70, **air), CATALOG)
    balance = step(FIELD, balance, quarter(71, rh_min_pct=99.0, wind_m_s=0.0), CATALOG)
    wind = (20 * 3.0 + 76 * 1.5 + 1.0) / 97
    assert balance.kc == pytest.approx(kc_climate(1.05, wind, 35.0, 0.7), abs=0.003)
    assert balance.kc > usual + 0.04


# Containers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("roof", "most", "doubt"), [(True, 11, POT_DOUBT), (False, 20, RAINED_DOUBT)])
def test_pots_need_small_doses_every_day(roof: bool, most: int, doubt: float) -> None:
    """10,000 bags of 0.9 l on 150 m2 hold 13.2 mm; at 4 mm/d they want about 0.7 m3 a day and the doubt more: under a roof once, in
    the open in at most two doses that leave room for rain. They never pass the end of their easy water.
    """
    program = POTS.model_copy(update={"rain_skip": not roof})
    balance = initial(program, CATALOG, AREA_M2)
    assert (balance.taw_mm, balance.raw_mm) == (pytest.approx(13.2), pytest.approx(3.96))
    doses, litres = 0, 0.0
    for i in range(96 * 10):
        balance = step(program, balance, quarter(60 + i // 96, 4.0 / 96.0), CATALOG)
        assert balance.depletion_mm < EASY * balance.taw_mm
        want = demand(program, balance, "z", AREA_M2, 0.0, None, CATALOG)
        if (
            want is not None
            and want.key == "demand_container_dose"
            and balance.depletion_mm >= balance.raw_mm
        ):
            balance = step(
                program, balance, quarter(60 + i // 96, irrigated=want.volume_l / AREA_M2, dt_s=1.0), CATALOG
            )
            doses, litres = doses + 1, litres + want.volume_l
    assert 9 <= doses <= most
    assert litres / 10 == pytest.approx(4.0 * 1.05 * (1.0 + doubt) / 0.85 * AREA_M2, rel=0.12)


@dataclass(frozen=True, slots=True)
class Certain(Prospect):
    """A prospect with one chance of rain, whatever the amount."""

    chance: float = 0.0

    def spared(self, amount_mm: float) -> float:
        """The chance."""
        return self.chance


def test_pots_keep_room_for_rain_and_no_more_than_lasts() -> None:
    """A dose in the open leaves what lasts until the next chance free for rain; all of its easy water when that rain is certain,
    nothing when the pots would pass it before; under a roof it is the whole of what is missing.
    """
    dry = replace(initial(POTS, CATALOG, AREA_M2), depletion_mm=5.0, et0_mm_d=4.0 / 1.05)
    roofed = POTS.model_copy(update={"rain_skip": False})

    def net(program: Program, hold_d: float, chance: float = 0.0) -> float:
        prospect = Certain(hold_d, chance=chance)
        want = demand(program, dry, "z", AREA_M2, 0.0, None, CATALOG, prospect)
        return 0.0 if want is None else want.net_mm

    held = dry.raw_mm + SLACK * (EASY * dry.taw_mm - dry.raw_mm)
    assert net(roofed, 0.5) == pytest.approx(5.0)
    assert net(POTS, 0.5) == pytest.approx(5.0 - (held - 0.5 * 4.0))
    assert net(POTS, 0.5, chance=1.0) == pytest.approx(5.0 - (EASY * dry.taw_mm - 0.5 * 4.0))
    assert net(POTS, 2.0) == pytest.approx(5.0)


def test_pots_straight_from_a_pump_take_fewer_and_larger_doses() -> None:
    """Where each dose may start a pump it is due later than where a tank gives it, but before the pots' easy water ends."""

    def wanted(depletion_mm: float, direct: bool) -> bool:
        program = POTS.model_copy(update={"rain_skip": False})
        used = replace(initial(program, CATALOG, AREA_M2), depletion_mm=depletion_mm)
        return (
            demand(program, used, "z", AREA_M2, 0.0, None, CATALOG, Prospect(0.5, direct=direct)) is not None
        )

    balance = initial(POTS, CATALOG, AREA_M2)
    assert wanted(balance.raw_mm, direct=False)
    assert not wanted(balance.raw_mm, direct=True)
    assert wanted(0.9 * EASY * balance.taw_mm, direct=True)


def test_pots_stop_at_the_days_limit() -> None:
    """When today's doses are used up nothing is wanted until tomorrow, however dry; a dose under way goes on."""
    dry = replace(initial(POTS, CATALOG, AREA_M2), depletion_mm=8.0, doses_today=4, since_irrigation_d=0.1)
    assert demand(POTS, dry, "z", AREA_M2, 0.0, None, CATALOG) is None
    assert demand(POTS, replace(dry, since_irrigation_d=0.0), "z", AREA_M2, 0.0, None, CATALOG) is not None
    assert demand(POTS, replace(dry, doses_today=3), "z", AREA_M2, 0.0, None, CATALOG) is not None


def test_rain_between_the_pots_is_lost() -> None:
    """Of 2 mm rain 1.6 reach the pots; under a roof none."""
    dry = replace(initial(POTS, CATALOG, AREA_M2), depletion_mm=8.0)
    assert step(POTS, dry, quarter(1, rain=2.0), CATALOG).depletion_mm == pytest.approx(
        8.0 - 2.0 * RAIN_CATCH
    )
    roofed = POTS.model_copy(update={"rain_skip": False})
    assert step(roofed, dry, quarter(1, rain=2.0), CATALOG).depletion_mm == 8.0


# Calendar -------------------------------------------------------------------------------------------------------------


def at(day: int, clock: str) -> datetime:
    """A local time on a day after planting."""
    hours, minutes = clock.split(":")
    return datetime(
        PLANTED.year, PLANTED.month, PLANTED.day, int(hours), int(minutes), tzinfo=UTC
    ) + timedelta(days=day)


def test_turns_come_every_second_day_in_two_halves() -> None:
    """6 mm every second day: half until the first window is over, the other half after it; nothing on the day between."""
    balance = step(TURNS, initial(TURNS, CATALOG, AREA_M2), quarter(0), CATALOG)
    early = demand(TURNS, balance, "z", AREA_M2, 0.0, at(0, "05:00"), CATALOG)
    assert early is not None
    assert early.volume_l == pytest.approx(3.0 * AREA_M2)
    balance = step(TURNS, balance, quarter(0, irrigated=3.0), CATALOG)
    assert demand(TURNS, balance, "z", AREA_M2, 0.0, at(0, "08:00"), CATALOG) is None
    late = demand(TURNS, balance, "z", AREA_M2, 0.0, at(0, "09:00"), CATALOG)
    assert late is not None
    assert late.volume_l == pytest.approx(3.0 * AREA_M2)
    balance = step(TURNS, balance, quarter(0, irrigated=3.0), CATALOG)
    balance = step(TURNS, balance, quarter(1), CATALOG)
    assert demand(TURNS, balance, "z", AREA_M2, 0.0, at(1, "12:00"), CATALOG) is None
    assert step(TURNS, balance, quarter(2), CATALOG).owed_mm == pytest.approx(6.0 * TURNS.efficiency)


def test_missed_turns_are_owed_up_to_three() -> None:
    """A computer that was off for two weeks owes three turns, not seven; each due day counts once however many steps it has."""
    balance = step(TURNS, initial(TURNS, CATALOG, AREA_M2), quarter(0), CATALOG)
    balance = step(TURNS, step(TURNS, balance, quarter(0), CATALOG), quarter(0), CATALOG)
    assert balance.owed_mm == pytest.approx(6.0 * TURNS.efficiency)
    back = step(TURNS, balance, quarter(14), CATALOG)
    assert back.owed_mm == pytest.approx(18.0 * TURNS.efficiency)
    want = demand(TURNS, back, "z", AREA_M2, 5.0, at(14, "06:00"), CATALOG)
    assert want is not None
    assert (want.key, want.latest_start_s) == ("demand_owed", 5.0)


def test_rain_pays_a_turn() -> None:
    """Measured rain is credited to a calendar zone, unless it has a roof."""
    roofed = TURNS.model_copy(update={"rain_skip": False})
    due = step(TURNS, initial(TURNS, CATALOG, AREA_M2), quarter(0), CATALOG)
    assert step(TURNS, due, quarter(0, rain=20.0), CATALOG).owed_mm == 0.0
    assert step(roofed, due, quarter(0, rain=20.0), CATALOG).owed_mm == due.owed_mm


def test_no_turn_falls_due_without_a_clock() -> None:
    """While the clock is untrusted nothing new falls due, and a turn before the anchor never does."""
    balance = initial(TURNS, CATALOG, AREA_M2)
    for _ in range(300):
        balance = step(TURNS, balance, StepInputs(900.0, 0.0, 0.0, 0.0, None), CATALOG)
    assert balance.owed_mm == 0.0
    early = step(TURNS, balance, StepInputs(900.0, 0.0, 0.0, 0.0, date(2026, 5, 1)), CATALOG)
    assert early.owed_mm == 0.0


# Restored under another program -------------------------------------------------------------------------------------------


def test_refit_keeps_the_water() -> None:
    """An edited program keeps the depletion where it fits, moves the limits, and books what no longer fits."""
    balance = replace(days(FIELD, initial(FIELD, CATALOG, AREA_M2), 70, 1), depletion_mm=30.0)
    sand = refit(FIELD.model_copy(update={"soil": "sand", "root_depth_m": 0.3}), balance, CATALOG, AREA_M2)
    assert sand.taw_mm == pytest.approx(22.5)
    assert sand.depletion_mm == sand.taw_mm
    assert sand.corrected_mm == pytest.approx(balance.corrected_mm + 7.5)
    assert refit(FIELD, balance, CATALOG, AREA_M2) == balance
    fewer = refit(POTS.model_copy(update={"pots": 5000}), initial(POTS, CATALOG, AREA_M2), CATALOG, AREA_M2)
    assert fewer.taw_mm == pytest.approx(6.6)


def test_refit_to_another_kind_starts_anew() -> None:
    """A zone that turns from chilli to rice begins with a new account of the right kind."""
    chilli = days(FIELD, initial(FIELD, CATALOG, AREA_M2), 70, 1)
    rice = refit(PADDY, chilli, CATALOG, AREA_M2)
    assert rice.ponding_mm == 0.0
    assert refit(FIELD, rice, CATALOG, AREA_M2).ponding_mm is None
    assert refit(TURNS, chilli, CATALOG, AREA_M2).taw_mm == 0.0


@pytest.mark.serial
@programs
def test_a_step_is_cheap(program: Program) -> None:
    """A step takes at most as long as 300 rounds of a plain loop: 35,040 steps a year and zone."""
    balance = days(program, initial(program, CATALOG, AREA_M2), 60, 1)
    one = quarter(60, 0.04)
    assert ratio(lambda: step(program, balance, one, CATALOG), times=500) <= 300.0


def test_the_doses_of_a_day_last_the_day() -> None:
    """With few doses left for much use a dose waits and grows, up to what plants bear; with doses to spare it comes at its share,
    and what cannot wait longer is given whatever is left.
    """
    program = POTS.model_copy(update={"rain_skip": False, "max_doses_per_day": 6})
    fresh = replace(initial(program, CATALOG, AREA_M2), et0_mm_d=8.0, since_irrigation_d=0.1)
    held = fresh.raw_mm + SLACK * (EASY * fresh.taw_mm - fresh.raw_mm)

    def wanted(share: float, doses: int, hold_d: float) -> bool:
        used = replace(fresh, depletion_mm=fresh.raw_mm + share * (held - fresh.raw_mm), doses_today=doses)
        return demand(program, used, "z", AREA_M2, 0.0, None, CATALOG, Prospect(hold_d)) is not None

    assert wanted(0.1, doses=0, hold_d=0.5)
    assert not wanted(0.1, doses=5, hold_d=0.5)
    assert wanted(1.0, doses=5, hold_d=0.5)


@pytest.mark.parametrize("program", [FIELD, PADDY])
def test_a_crop_in_want_needs_no_less_and_bare_land_no_more(program: Program) -> None:
    """What a zone asks for in a day does not fall with the stress of its crop, or a drought would make its pump look plentiful;
    before planting and after the harvest it is what the account says.
    """
    grown = days(program, initial(program, CATALOG, AREA_M2), 40, 3)
    short = dataclasses.replace(grown, ks=0.3, etc_mm_d=0.3 * grown.etc_mm_d)
    assert daily_use_mm(program, short) == pytest.approx(daily_use_mm(program, grown))
    bare = dataclasses.replace(grown, stage="over", etc_mm_d=0.2)
    assert daily_use_mm(program, bare) < daily_use_mm(program, grown)
