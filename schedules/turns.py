"""Giliran: whose turn the water is. Pure; a turn ends at a local midnight, or as soon as its member has enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from schedules.frozen import replace
from schedules.windows import Interval, instant

MISSED_SHARE = 0.5
"""A member who still lacks this share of the most that he wanted during his turn has missed it."""

SERVED_SHARE = 0.05
"""Below this share of the most that was wanted a member is served."""


@dataclass(frozen=True, slots=True)
class Rota:
    """``members`` in order; a turn lasts ``days`` local days (by ``need``: at most). ``make_up``: how often a missed turn is
    given again before the next member's. ``lend``: while its member's zones want nothing, the others may take water.
    """

    members: tuple[str, ...]
    days: int = 1
    by: Literal["days", "need"] = "days"
    lend: bool = True
    make_up: int = 1


@dataclass(frozen=True, slots=True)
class Turn:
    """Who holds the turn until POSIX ``until_s``; ``wanted_l``: the most that the member's zones wanted during it; ``made_up``:
    how often it was given again; ``lent``: others may take water now. "": nobody yet.
    """

    holder: str = ""
    until_s: float = 0.0
    wanted_l: float = 0.0
    made_up: int = 0
    lent: bool = False


def ends(rota: Rota, now_s: float, tz: ZoneInfo, turns: int = 1) -> float:
    """POSIX s at which so many turns that begin on the local day of ``now_s`` are over."""
    day = datetime.fromtimestamp(now_s, UTC).astimezone(tz).date()
    return instant(day + timedelta(days=rota.days * turns), "00:00", tz)


def advance(rota: Rota, turn: Turn, now_s: float, tz: ZoneInfo, wanted: Mapping[str, float]) -> Turn:
    """The turn now, from the turn as remembered and what each member's zones want, litres.

    It does not follow the calendar: after a power cut it is still the turn of whoever had it, and a turn in which the water did
    not come is given again.
    """
    if turn.holder not in rota.members:
        return _given(rota, rota.members[0], now_s, tz, wanted)
    mine = wanted.get(turn.holder, 0.0)
    most = max(turn.wanted_l, mine)
    turn = replace(turn, until_s=min(turn.until_s, ends(rota, now_s, tz)))  # named by a clock that was ahead
    if now_s >= turn.until_s:
        if most > 0.0 and mine > MISSED_SHARE * most and turn.made_up < rota.make_up:
            again = _given(rota, turn.holder, now_s, tz, wanted)
            return replace(again, made_up=turn.made_up + 1)
        return _given(rota, after(rota, turn.holder), now_s, tz, wanted)
    if rota.by == "need" and most > 0.0 and mine <= SERVED_SHARE * most:
        return _given(rota, after(rota, turn.holder), now_s, tz, wanted)
    return replace(turn, wanted_l=most, lent=rota.lend and mine <= 0.0)


def after(rota: Rota, member: str, turns: int = 1) -> str:
    """Whose turn comes so many turns after ``member``'s."""
    return rota.members[(rota.members.index(member) + turns) % len(rota.members)]


def _given(rota: Rota, member: str, now_s: float, tz: ZoneInfo, wanted: Mapping[str, float]) -> Turn:
    mine = wanted.get(member, 0.0)
    return Turn(member, ends(rota, now_s, tz), mine, 0, rota.lend and mine <= 0.0)


def spans(rota: Rota, turn: Turn, member: str, until_s: float, tz: ZoneInfo) -> tuple[Interval, ...]:
    """When a member may take water up to POSIX ``until_s``, if the turns go on as they should; a turn that is lent is open to
    all.
    """
    if turn.holder not in rota.members:
        return ()
    found: list[Interval] = []
    begin, end, holder = float("-inf"), turn.until_s, turn.holder
    while begin < until_s:
        if holder == member or (turn.lent and end == turn.until_s):
            found.append((begin, end))
        begin, end, holder = end, ends(rota, end + 1.0, tz), after(rota, holder)
    return tuple(found)


def within(windows: tuple[Interval, ...], allowed: tuple[Interval, ...]) -> tuple[Interval, ...]:
    """The parts of windows that lie in allowed spans, both sorted and disjoint."""
    cut = ((max(a, c), min(b, d)) for a, b in windows for c, d in allowed)
    return tuple(sorted((a, b) for a, b in cut if b > a))
