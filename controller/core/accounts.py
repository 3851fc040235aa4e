"""The days of the accounts: a page for each local day, closed at midnight; and a page of its own after a time that nobody saw.

What counters passed while the controller was away is told on the day when it was read, and marked as spanning; what nobody measured
is told nowhere. A page that may have ended meanwhile is shelved until a trusted clock tells which day it is.
Writes: ``accounts``, ``shelved``, ``pumps`` (starts of the day), ``sun`` (probes of the day).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from controller.core.account_figures import carried, figures, told_tanks
from controller.core.account_margins import margins
from controller.core.decision import EventKind, Reason
from controller.core.draft import Draft
from controller.core.node import learn, uneven
from controller.core.state import Accounts, Parts
from schedules.frozen import replace

__all__ = ["close_day", "drained", "figures", "turn_page"]

DAY_S = 86400.0
DAY_MAX_S = 90000.0
"""No day ends later than this from now (25 h); one that does was named by a wrong clock."""


def turn_page(c: Draft) -> None:
    """After a time without the controller: note the gap, and begin a new page where the old one's day may be over."""
    if not c.restarted:
        if c.accounts.tanks.keys() != c.wiring.tank.keys():
            c.accounts = replace(c.accounts, tanks=_opening(c))
        return
    day, old = c.accounts, c.old
    if c.lost_s > 0.0:
        day = replace(day, covered_s=day.covered_s + c.lost_s)
    seen_s = max(old.epoch_s + c.lost_s, old.seen_s) if old.boot != c.boot else c.epoch - c.gap_s
    if not day.day or c.shelved is not None:
        c.accounts = replace(day, gaps=day.gaps + 1) if day.covered_s else day
        return
    if c.trusted and c.epoch < day.ends_s:
        c.accounts = replace(day, gaps=day.gaps + 1, gap_s=day.gap_s + max(0.0, c.epoch - seen_s))
        return
    c.shelved = replace(day, until_s=seen_s)
    c.accounts = Accounts(gaps=1)  # its tanks begin with what they tell first


def _opening(c: Draft) -> dict[str, float]:
    """What is in each tank now, m3; a tank that does not tell keeps what it had when it was last told."""
    had, found = c.accounts.tanks, dict[str, float]()
    for tank in c.wiring.tanks:
        level = tank.level.read(c.readings, c.mono)
        if tank.id in had:
            found[tank.id] = had[tank.id]
        elif level is not None:
            found[tank.id] = level * tank.entry.area_m2
    return found if found != had else had  # type: ignore[return-value]


def drained(c: Draft) -> dict[str, float | str]:
    """What each paddy's season has come to for its methane (``schedules.drained``), as ``zone.figure``."""
    told: dict[str, float | str] = {}
    for zone in c.wiring.zones:
        season = c.zones[zone.id].balance.season
        if season is not None:
            told |= {
                f"{zone.id}.planted": season.planted,
                f"{zone.id}.drained_proven_d": season.proven_d,
                f"{zone.id}.drained_estimated_d": season.estimated_d,
                f"{zone.id}.drainages": season.drainages,
            }
    return told


def close_day(c: Draft) -> None:
    """At local midnight of a trusted clock: one DAY event with the figures of the day that ended, and a clean page."""
    day = c.accounts
    if not c.trusted:
        _untrusted_day(c)
        return
    if c.shelved is None and day.day and c.epoch < day.ends_s <= c.epoch + DAY_MAX_S:
        return
    begins, ends = _bounds(c)
    name = begins.date().isoformat()
    if c.shelved is not None:
        _unshelve(c, name, begins.timestamp(), ends.timestamp())
        return
    if not day.day or day.ends_s > c.epoch:
        # What was counted before the clock was right belongs to the day that it names now.
        c.accounts = replace(day, day=name, begins_s=begins.timestamp(), ends_s=ends.timestamp())
        return
    late_s = min(max(0.0, c.epoch - day.ends_s), c.lived_s if c.gap_s == 0.0 else 0.0)
    learn(c, day)
    tanks = _close(c, replace(day, covered_s=day.covered_s - late_s))
    c.accounts = Accounts(
        name,
        ends.timestamp(),
        covered_s=late_s,
        flows=_carried(c, day),
        tanks=tanks,
        begins_s=begins.timestamp(),
    )
    _fresh_starts(c)


def _bounds(c: Draft) -> tuple[datetime, datetime]:
    """The local midnights around now."""
    local = datetime.fromtimestamp(c.epoch, c.wiring.zoneinfo).date()
    begins = datetime.combine(local, time(), c.wiring.zoneinfo)
    return begins, datetime.combine(local + timedelta(days=1), time(), c.wiring.zoneinfo)


def _unshelve(c: Draft, name: str, begins_s: float, ends_s: float) -> None:
    """A trusted clock after a gap: the shelved day is over and closed, or it is this one and goes on."""
    shelved, day = c.shelved, c.accounts
    assert shelved is not None
    c.shelved = None
    back_s = c.epoch - day.covered_s - day.gap_s
    if c.epoch < shelved.ends_s <= c.epoch + DAY_MAX_S:
        c.accounts = _joined(shelved, day, max(0.0, back_s - shelved.until_s))
        return
    missed_s = min(max(0.0, shelved.ends_s - shelved.until_s), DAY_MAX_S)
    over = shelved.until_s < shelved.ends_s
    early_s = min(max(0.0, begins_s - back_s), day.covered_s)
    if shelved.ends_s == begins_s:
        missed_s, shelved = (
            max(0.0, missed_s - early_s),
            replace(shelved, covered_s=shelved.covered_s + early_s),
        )
    ended = replace(shelved, gaps=shelved.gaps + over, gap_s=shelved.gap_s + missed_s)
    tanks = _close(c, ended, day.tanks)
    if shelved.ends_s != begins_s:
        _close_early(c, early_s)
    day = replace(day, covered_s=day.covered_s - early_s, tanks=tanks)
    gap_s = day.gap_s + max(0.0, back_s - begins_s)
    flows = _flows(day.flows, _carried(c, shelved))
    c.accounts = replace(day, day=name, begins_s=begins_s, ends_s=ends_s, gap_s=gap_s, flows=flows)
    _fresh_starts(c)


def _close_early(c: Draft, early_s: float) -> None:
    """A page that a clock names only after midnight: the time before it makes a closing of its own. What was counted stays on the
    day when the clock was right.
    """
    ends = _bounds(c)[0]
    begins = datetime.combine(ends.date() - timedelta(days=1), time(), c.wiring.zoneinfo)
    length_s = ends.timestamp() - begins.timestamp()
    if early_s <= 0.0:
        return
    early = Accounts(
        begins.date().isoformat(), ends.timestamp(), covered_s=min(early_s, length_s), gaps=1,
        gap_s=max(0.0, length_s - early_s), begins_s=begins.timestamp(),
    )  # fmt: skip
    _close(c, early)


def _carried(c: Draft, day: Accounts) -> dict[str, Parts]:
    meter = c.wiring.load_energy
    last = None if meter is None else c.counters.get(meter.name)
    # Behind a gap every counter was silent: what it told since is on the page that follows.
    found = carried(day, day.until_s > 0.0 or (last is not None and last.silent_s is not None))
    return {"late": (0.0, 0.0, 0.0), **found} if uneven(c) else found


def _joined(one: Accounts, other: Accounts, gap_s: float) -> Accounts:
    """The day gone on with on another page, as one."""
    zones, none = {**one.zones, **other.zones}, (0.0, 0.0)
    flows = _flows(one.flows, other.flows)
    shares = {name: _sum2(one.zones.get(name, none), other.zones.get(name, none)) for name in zones}
    return Accounts(
        one.day, one.ends_s, one.pv_wh + other.pv_wh, one.used_wh + other.used_wh, one.grid_wh + other.grid_wh,
        one.water_m3 + other.water_m3, one.run_s + other.run_s, one.covered_s + other.covered_s,
        one.measured_s + other.measured_s, one.starts + other.starts, one.starts_from_s, one.other_wh + other.other_wh, flows,
        shares, one.tanks, one.spanning_wh, one.spanning_m3, one.gaps + other.gaps, one.gap_s + other.gap_s + gap_s,
        one.begins_s, 0.0,
    )  # fmt: skip


def _flows(one: Mapping[str, Parts], other: Mapping[str, Parts]) -> dict[str, Parts]:
    nothing = (0.0, 0.0, 0.0)
    return {name: _sum3(one.get(name, nothing), other.get(name, nothing)) for name in {**one, **other}}


def _sum3(one: tuple[float, float, float], other: tuple[float, float, float]) -> tuple[float, float, float]:
    return (one[0] + other[0], one[1] + other[1], one[2] + other[2])


def _sum2(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return (one[0] + other[0], one[1] + other[1])


def _close(c: Draft, day: Accounts, ended: Mapping[str, float] | None = None) -> dict[str, float]:
    """Tell the day; returns what is in each tank at its end, m3: what the page after it began with (``ended``), else now."""
    tanks, gained = told_tanks(c, day)
    for name, m3 in (ended or {}).items():
        tanks[name] = m3
        if name in day.tanks:
            gained[name] = m3 - day.tanks[name]
    told = figures(day, gained) | margins(c, day, gained)
    key = "day_closed" if c.wiring.load_power is None else "day_closed_loads"
    params = {
        name: told.get(name, 0.0) for name in ("day", "pv_wh", "used_wh", "other_wh", "grid_wh", "water_m3")
    }
    params["grid_wh"] = day.grid_wh
    c.event(EventKind.DAY, Reason("site", key, params), told | drained(c))
    return tanks


def _untrusted_day(c: Draft) -> None:
    """Without a calendar the daily limit of starts renews after every 24 h of operation; the books stay open."""
    if c.accounts.covered_s - c.accounts.starts_from_s >= DAY_S:
        c.accounts = replace(c.accounts, starts_from_s=c.accounts.covered_s)
        _fresh_starts(c)


def _fresh_starts(c: Draft) -> None:
    c.sun = replace(c.sun, probes=0, probe_wait_s=0.0, probe_until_s=None)
    for pump, state in c.pumps.items():
        c.pumps[pump] = replace(state, starts_today=0)
