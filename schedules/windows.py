"""When water may flow: local windows as POSIX intervals. The zone's clock comes from ``zoneinfo``, its shifts included."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from schedules.program import Window

Interval = tuple[float, float]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@lru_cache(maxsize=256)
def instant(day: date, clock: str, tz: ZoneInfo) -> float:
    """POSIX seconds of local ``HH:MM`` on ``day``. A time that a clock shift skips is taken where the clock lands after it
    (01:30 + shift); one that comes twice is the first.
    """
    local = datetime(day.year, day.month, day.day, int(clock[:2]), int(clock[3:]), tzinfo=tz)
    return local.timestamp()


def on_day(window: Window, day: date, tz: ZoneInfo) -> Interval | None:
    """The interval that begins on local ``day``, or None: not on this weekday. ``to`` before ``from``: until the next day;
    equal times are a window that never opens.
    """
    if window.begin == window.end or (window.days and DAYS[day.weekday()] not in window.days):
        return None
    begin = instant(day, window.begin, tz)
    end = instant(day if window.end > window.begin else day + timedelta(days=1), window.end, tz)
    return (begin, end) if end > begin else None


def ever_open(windows: Sequence[Window]) -> bool:
    """Whether any of them ever opens."""
    return any(window.begin != window.end for window in windows)


def resolve(windows: Sequence[Window], tz: ZoneInfo, now_s: float, horizon_s: float) -> tuple[Interval, ...]:
    """The allowed intervals within ``now_s``..``now_s + horizon_s``: sorted, disjoint, clipped; touching ones are joined."""
    until = now_s + horizon_s
    first = datetime.fromtimestamp(now_s, UTC).astimezone(tz).date() - timedelta(days=1)
    last = datetime.fromtimestamp(until, UTC).astimezone(tz).date()
    found: list[Interval] = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        for window in windows:
            interval = on_day(window, day, tz)
            if interval is not None and interval[1] > now_s and interval[0] < until:
                found.append((max(now_s, interval[0]), min(until, interval[1])))
    return join(found)


def join(intervals: Sequence[Interval]) -> tuple[Interval, ...]:
    """Sorted disjoint intervals that cover the same times; touching ones become one."""
    joined: list[Interval] = []
    for begin, end in sorted(intervals):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return tuple(joined)


def is_open(windows: Sequence[Window], tz: ZoneInfo, at_s: float) -> bool:
    """Whether water may flow at ``at_s`` (the end of a window is outside)."""
    ahead = resolve(windows, tz, at_s, 1.0)
    return bool(ahead) and ahead[0][0] == at_s


def open_hours_per_week(windows: Sequence[Window], tz: ZoneInfo, now_s: float) -> float:
    """Hours in the coming seven days in which water may flow; 0 names a program that can never run."""
    return sum(end - begin for begin, end in resolve(windows, tz, now_s, 7 * 86400.0)) / 3600.0
