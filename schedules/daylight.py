"""When in the day crops use their water: a sine from dawn to dusk, by night nothing.

At half past five a field with 0.4 days of use left is not dry by three in the afternoon but at eleven: from nine to three a crop
uses more than half a day's water.
"""

from __future__ import annotations

from datetime import UTC, datetime
from math import acos, cos, pi
from zoneinfo import ZoneInfo

DAY_S = 86400.0
DAWN_H, DAY_H = 6.0, 12.0
"""Local hour at which crops begin to use water, and for how long they do (the site lies near the equator)."""


def hour_of(at_s: float, tz: ZoneInfo) -> float:
    """Local hour of the day at POSIX ``at_s``, in whole minutes, 0..24."""
    local = datetime.fromtimestamp(at_s, UTC).astimezone(tz)
    return local.hour + local.minute / 60.0


def used_d(hours: float) -> float:
    """Days of use from midnight until so many hours later."""
    whole, hour = divmod(hours, 24.0)
    lit = min(1.0, max(0.0, (hour - DAWN_H) / DAY_H))
    return whole + 0.5 * (1.0 - cos(pi * lit))


def lasts_s(hour: float | None, left_d: float) -> float:
    """Seconds from the local ``hour`` (0..24; None where nobody knows it: then evenly, day and night) until ``left_d`` days of use
    are used; 0 where nothing is left.
    """
    if left_d <= 0.0:
        return 0.0
    if hour is None:
        return left_d * DAY_S
    whole, share = divmod(used_d(hour) + left_d, 1.0)
    ends_h = 24.0 * whole + DAWN_H + DAY_H * acos(1.0 - 2.0 * share) / pi
    return max(0.0, ends_h - hour) * 3600.0


def later_s(dawn_s: float | None, from_s: float, days: float) -> float:
    """When so many days of use from ``from_s`` on are used, POSIX s. ``dawn_s``: as for ``use_d``."""
    hour = None if dawn_s is None else ((from_s - dawn_s) / 3600.0 + DAWN_H) % 24.0
    return from_s + lasts_s(hour, days)


def use_d(dawn_s: float | None, from_s: float, to_s: float) -> float:
    """Days of use between two times, POSIX s, not below 0. ``dawn_s``: any dawn; None where nobody knows it: evenly."""
    if dawn_s is None:
        return max(0.0, to_s - from_s) / DAY_S
    hours = ((one - dawn_s) / 3600.0 + DAWN_H for one in (to_s, from_s))
    return max(0.0, used_d(next(hours)) - used_d(next(hours)))
