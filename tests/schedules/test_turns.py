"""Giliran: nobody is passed over, nobody holds the water for ever, and what was missed is given again."""

from __future__ import annotations

import itertools
from datetime import datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from schedules.turns import Rota, Turn, advance, after, spans, within

TZ = ZoneInfo("Asia/Jakarta")
DAY_S = 86400.0
MONDAY = datetime(2026, 7, 6, 8, 0, tzinfo=TZ).timestamp()
MIDNIGHT = datetime(2026, 7, 7, tzinfo=TZ).timestamp()
THREE = Rota(("ani", "budi", "citra"))


def test_the_first_turn_ends_at_midnight() -> None:
    """A new rota begins with its first member, until the end of the local day."""
    assert advance(THREE, Turn(), MONDAY, TZ, {"ani": 100.0}) == Turn("ani", MIDNIGHT, 100.0)


def test_a_served_turn_passes_on_at_its_end() -> None:
    """Before midnight the turn stays, after it the next member has it."""
    turn = advance(THREE, Turn("ani", MIDNIGHT, 100.0), MIDNIGHT - 1.0, TZ, {"ani": 10.0})
    assert turn.holder == "ani"
    assert advance(THREE, turn, MIDNIGHT + 1.0, TZ, {"ani": 10.0}).holder == "budi"


def test_a_missed_turn_is_given_again_once() -> None:
    """Who still lacks most of what he wanted has the next day too, and then the turn passes on."""
    turn = Turn("ani", MIDNIGHT, 100.0)
    again = advance(THREE, turn, MIDNIGHT + 1.0, TZ, {"ani": 90.0})
    assert (again.holder, again.made_up, again.until_s) == ("ani", 1, MIDNIGHT + DAY_S)
    assert advance(THREE, again, MIDNIGHT + DAY_S + 1.0, TZ, {"ani": 120.0}).holder == "budi"


def test_a_power_cut_of_days_takes_nobodys_turn() -> None:
    """After five dark days the member who had the turn still has it, and the order goes on from there."""
    turn = Turn("budi", MIDNIGHT, 100.0)
    back = advance(THREE, turn, MIDNIGHT + 5 * DAY_S, TZ, {"budi": 300.0, "citra": 300.0})
    assert (back.holder, back.made_up) == ("budi", 1)


def test_a_turn_named_by_a_clock_ahead_of_time_ends_as_any_other() -> None:
    """Until 2036, said a clock that was wrong: the turn still ends at the next midnight and passes on."""
    turn = advance(THREE, Turn("ani", MONDAY + 3650 * DAY_S), MONDAY, TZ, {"ani": 100.0})
    assert turn.holder == "ani"
    assert turn.until_s == MIDNIGHT
    assert advance(THREE, turn, MIDNIGHT + 1.0, TZ, {}).holder == "budi"


def test_a_turn_is_lent_only_while_its_zones_want_nothing() -> None:
    """Lent when nothing is wanted, taken back when something is, never lent where the rota says so."""
    turn = advance(THREE, Turn(), MONDAY, TZ, {"budi": 50.0})
    assert (turn.holder, turn.lent) == ("ani", True)
    assert spans(THREE, turn, "citra", MIDNIGHT, TZ) == ((float("-inf"), MIDNIGHT),)
    assert not advance(THREE, turn, MONDAY + 900.0, TZ, {"ani": 5.0}).lent
    strict = Rota(THREE.members, lend=False)
    assert not advance(strict, Turn(), MONDAY, TZ, {}).lent


def test_by_need_the_turn_passes_on_when_its_member_is_served() -> None:
    """In sequence a served member hands on at once, an unserved one at the end of his days."""
    rota = Rota(THREE.members, days=3, by="need")
    turn = advance(rota, Turn(), MONDAY, TZ, {"ani": 100.0})
    assert advance(rota, turn, MONDAY + 3600.0, TZ, {"ani": 40.0}).holder == "ani"
    assert advance(rota, turn, MONDAY + 7200.0, TZ, {"ani": 0.0, "budi": 9.0}).holder == "budi"


def test_turns_ahead_follow_the_order() -> None:
    """Over two days the holder has today, the next member tomorrow, and the third the day after."""
    turn = Turn("budi", MIDNIGHT, 10.0)
    until = MIDNIGHT + 1.5 * DAY_S
    assert spans(THREE, turn, "budi", until, TZ)[0][1] == MIDNIGHT
    assert spans(THREE, turn, "citra", until, TZ) == ((MIDNIGHT, MIDNIGHT + DAY_S),)
    assert spans(THREE, turn, "ani", until, TZ) == ((MIDNIGHT + DAY_S, MIDNIGHT + 2 * DAY_S),)
    assert within(((MONDAY, MIDNIGHT + 3600.0),), ((MIDNIGHT, MIDNIGHT + DAY_S),)) == (
        (MIDNIGHT, MIDNIGHT + 3600.0),
    )


RULES = st.builds(
    Rota, st.just(("a", "b", "c", "d")), st.integers(1, 3), st.sampled_from(["days", "need"]), st.booleans(), st.integers(0, 2)
)  # fmt: skip


@given(
    RULES, st.lists(st.dictionaries(st.sampled_from("abcd"), st.floats(0.0, 100.0)), min_size=40, max_size=80)
)
def test_the_order_is_kept_and_nobody_holds_for_ever(rota: Rota, days: list[dict[str, float]]) -> None:
    """Whatever is wanted, the turn only ever passes to the next in order, and within its days and its making up."""
    turn, held = Turn(), [""]
    for i, wanted in enumerate(days):
        now = MONDAY + i * DAY_S
        new = advance(rota, turn, now, TZ, wanted)
        if turn.holder:
            assert new.holder in (turn.holder, after(rota, turn.holder))
        assert now < new.until_s <= now + rota.days * DAY_S
        turn = new
        held.append(new.holder)
    longest = max(len(list(group)) for _, group in itertools.groupby(held))
    assert longest <= rota.days * (1 + rota.make_up)


@given(RULES, st.floats(0.0, 6.0), st.booleans())
def test_at_every_moment_the_water_is_somebodys(rota: Rota, days: float, lent: bool) -> None:
    """Ahead, every moment belongs to exactly one member, or to all while the turn is lent."""
    turn = Turn("b", MIDNIGHT, 1.0, 0, lent)
    at = MONDAY + days * DAY_S
    owners = [m for m in rota.members if any(a <= at < b for a, b in spans(rota, turn, m, at + 1.0, TZ))]
    assert len(owners) == (4 if lent and at < MIDNIGHT else 1)
