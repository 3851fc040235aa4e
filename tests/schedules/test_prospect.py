"""How much of a need is given at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.outlook import Outlook, RainDay
from schedules.program import Window
from schedules.prospect import DAY_S, DRY_D, POND_D, POND_POOR, POOR, RELY, Prospect, chances
from schedules.zone import demand, initial
from tests.schedules.zones import AREA_M2, CATALOG, FIELD, days

JAKARTA = ZoneInfo("Asia/Jakarta")
TWO = tuple(
    Window.model_validate(w) for w in ({"from": "06:00", "to": "09:00"}, {"from": "15:00", "to": "18:00"})
)
WEEKLY = (Window.model_validate({"from": "06:00", "to": "09:00", "days": ["mon"]}),)


def at(clock: str) -> float:
    """POSIX seconds of a Monday in June."""
    return datetime.fromisoformat(f"2026-06-15T{clock}").replace(tzinfo=JAKARTA).timestamp()


@pytest.mark.parametrize(
    ("clock", "hold_d", "closing"),
    [
        ("05:00", 0.85, False),  # the sun from six to three
        ("06:00", 0.85, False),
        ("08:00", 0.78, True),  # six hours without a window follow
        ("12:00", 0.50, False),  # the window of three o'clock comes, then the night
        ("16:00", 0.07, False),
        ("17:00", 0.02, True),
    ],
)
def test_water_must_last_until_the_window_after_the_coming_one(
    clock: str, hold_d: float, closing: bool
) -> None:
    """Hours count by the sun that they bring: from a dawn window to the next at three it is most of a day, over night nothing."""
    again = at("15:00") if clock <= "08:00" else at("06:00") + DAY_S
    assert chances(TWO, JAKARTA, at(clock)) == (pytest.approx(hold_d, abs=0.01), closing, again)


def test_a_weekly_turn_holds_a_week() -> None:
    """Who is watered on Mondays only gets water for seven days; without windows to count on it is one day."""
    assert chances(WEEKLY, JAKARTA, at("06:00"))[0] == pytest.approx(7.0)
    assert chances((), JAKARTA, at("06:00")) == (1.0, False, at("06:00") + DAY_S)


@given(
    used=st.floats(0.0, 60.0),
    safe=st.floats(0.0, 40.0),
    use=st.floats(0.1, 9.0),
    hold=st.floats(0.0, 7.0),
    plenty=st.floats(0.0, 10.0),
)
def test_never_more_than_is_missing(used: float, safe: float, use: float, hold: float, plenty: float) -> None:
    """A dose lies between nothing and what is missing, and scarcer water never makes it smaller."""

    def given_mm(prospect: Prospect) -> float:
        return prospect.dose_mm(used, safe, use)

    dose = given_mm(Prospect(hold, plenty))
    assert 0.0 <= dose <= used
    assert given_mm(Prospect(hold, plenty / 2.0)) >= dose - 1e-9
    if plenty >= 1.0 / POOR and dose > 0.0:
        assert used - dose + use * hold == pytest.approx(max(safe, use * hold))


def test_a_reserve_is_what_the_pumps_fall_behind_over_a_dry_dull_stretch() -> None:
    """Pumps that lift half as much again keep none; those that lift half of the need keep most of ten days' use."""
    assert Prospect(plenty=1.5).reserve_mm(4.0) == 0.0
    assert Prospect(plenty=0.5).reserve_mm(4.0) == pytest.approx(4.0 * DRY_D * (1.0 - 0.5 * POOR))


def rainy(chance: float) -> Outlook:
    """A week in which each amount up to 40 mm falls with this chance, on its first day and in all."""
    told = (chance,) * 5 + (0.0,)
    spans = tuple(RainDay(day * DAY_S, (day + 1) * DAY_S, 10.0, told, told) for day in range(7))
    return Outlook(0.0, "persistence", 0.0, (), (), (), rain=spans)


def test_rain_that_is_likely_enough_takes_the_place_of_a_ponds_reserve() -> None:
    """Rain of even chances is not relied upon; likely rain counts for each day of a pond's two months, and no store is left of it;
    without rain a pond stores for longer than a field.
    """
    assert Prospect(outlook=rainy(0.5)).relied_mm_d == 0.0 == Prospect().relied_mm_d
    sure = Prospect(plenty=0.5, outlook=rainy(0.99))
    week = sure.outlook.rain_quantile(7 * DAY_S, RELY) if sure.outlook is not None else 0.0
    assert sure.relied_mm_d == pytest.approx(week / 7.0)
    assert sure.stored_mm(4.0) == 0.0
    dry = Prospect(plenty=0.5)
    assert dry.stored_mm(4.0) == pytest.approx(4.0 * POND_D * (1.0 - 0.5 * POND_POOR))
    assert dry.stored_mm(4.0) > dry.reserve_mm(4.0)
    assert Prospect(plenty=1.0 / POND_POOR).stored_mm(4.0) == 0.0


def test_a_reserve_may_be_said_otherwise() -> None:
    """A dose keeps the zone's own reserve besides what it needs, or the one that it is told."""
    short = Prospect(plenty=0.5)
    assert short.dose_mm(60.0, 40.0, 2.0, 0.0) == Prospect().dose_mm(60.0, 40.0, 2.0)
    assert short.dose_mm(60.0, 40.0, 2.0, 5.0) == pytest.approx(short.dose_mm(60.0, 40.0, 2.0, 0.0) + 5.0)
    assert short.dose_mm(60.0, 40.0, 2.0) == short.dose_mm(60.0, 40.0, 2.0, short.reserve_mm(2.0))


@given(chance=st.floats(0.0, 1.0), amount=st.floats(0.0, 30.0), until_d=st.floats(1.0, 6.0))
def test_water_is_spared_by_the_chance_of_rain(chance: float, amount: float, until_d: float) -> None:
    """What is given now is in vain with the chance that as much rain comes first; never under a roof."""
    found = Prospect(outlook=rainy(chance), until_s=until_d * DAY_S).spared(amount)
    assert found == pytest.approx(chance)
    assert Prospect(until_s=until_d * DAY_S).spared(amount) == 0.0
    likely = Prospect(outlook=rainy(chance), until_s=until_d * DAY_S).likely(amount)
    assert likely == pytest.approx(max(0.0, 2.0 * chance - 1.0), abs=1e-6)


def test_a_field_waits_for_likely_rain() -> None:
    """The likelier the rain before the next chance, from an even chance on, the less a field is given now; it stays within RAW."""
    balance = days(FIELD, initial(FIELD, CATALOG, AREA_M2), 60, 5)
    use = balance.kc * balance.et0_mm_d

    def given_mm(chance: float) -> float:
        prospect = Prospect(hold_d=0.85, outlook=rainy(chance), until_s=DAY_S)
        found = demand(FIELD, balance, "z", AREA_M2, 0.0, None, CATALOG, prospect)
        return 0.0 if found is None else found.net_mm

    doses = [given_mm(chance) for chance in (0.0, 0.5, 0.7, 0.8)]
    assert doses[0] == doses[1] > doses[2] > doses[3] > 0.0
    missing = balance.depletion_mm + balance.doubt_mm
    assert missing - doses[3] + 0.85 * use <= balance.raw_mm


def test_a_field_keeps_room_for_rain_and_doubt_is_given_too() -> None:
    """With plenty of water a field gets what keeps it within nine tenths of RAW until the next chance; what its account may have
    missed counts as missing.
    """
    balance = days(FIELD, initial(FIELD, CATALOG, AREA_M2), 60, 4)
    use = balance.kc * balance.et0_mm_d
    found = demand(FIELD, balance, "z", AREA_M2, 0.0, None, CATALOG, Prospect(hold_d=0.85))
    assert balance.doubt_mm > 0.0
    assert found is not None
    missing = balance.depletion_mm + balance.doubt_mm
    assert missing - found.net_mm + 0.85 * use == pytest.approx(0.9 * balance.raw_mm)


def test_young_roots_in_sand_are_not_left_to_wilt() -> None:
    """Their RAW is 3 mm, less than the room that is kept for rain: at RAW they get water, and before it is used up."""
    balance = replace(
        days(FIELD, initial(FIELD, CATALOG, AREA_M2), 60, 2),
        raw_mm=3.0,
        taw_mm=8.0,
        doubt_mm=0.0,
        owed_mm=0.0,
    )
    for missing in (2.9, 3.0, 4.0):
        found = demand(
            FIELD,
            replace(balance, depletion_mm=missing),
            "z",
            AREA_M2,
            at("06:00"),
            None,
            CATALOG,
            Prospect(),
        )
        assert found is not None
        assert found.net_mm > 1.0
