"""Local windows: midnight, weekdays, zones with and without clock shifts."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from schedules.program import Window
from schedules.windows import is_open, open_hours_per_week, resolve

JAKARTA, MAKASSAR, BERLIN = ZoneInfo("Asia/Jakarta"), ZoneInfo("Asia/Makassar"), ZoneInfo("Europe/Berlin")
DAY = 86400.0


def window(begin: str, end: str, *days: str) -> Window:
    """A window as in YAML."""
    return Window.model_validate({"from": begin, "to": end, "days": days})


def utc(text: str) -> float:
    """POSIX seconds of an ISO time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def test_a_morning_in_two_zones() -> None:
    """05:30-09:00 is 22:30-02:00 UTC in Jakarta and an hour earlier in Kutai Kartanegara."""
    now = utc("2026-11-21T12:00")
    morning = (window("05:30", "09:00"),)
    assert resolve(morning, JAKARTA, now, DAY) == ((utc("2026-11-21T22:30"), utc("2026-11-22T02:00")),)
    assert resolve(morning, MAKASSAR, now, DAY) == ((utc("2026-11-21T21:30"), utc("2026-11-22T01:00")),)


def test_across_midnight_and_from_yesterday() -> None:
    """22:00-04:00 asked at 01:00 is open now since yesterday's window still runs, and again tonight."""
    now = utc("2026-11-20T18:00")
    found = resolve((window("22:00", "04:00"),), JAKARTA, now, DAY)
    assert found == ((now, utc("2026-11-20T21:00")), (utc("2026-11-21T15:00"), utc("2026-11-21T18:00")))


def test_weekdays_name_the_day_on_which_a_window_begins() -> None:
    """A Saturday window across midnight runs into Sunday; on other days nothing is open."""
    saturday = (window("20:00", "02:00", "sat"),)
    found = resolve(saturday, JAKARTA, utc("2026-11-15T17:00"), 7 * DAY)
    assert found == ((utc("2026-11-21T13:00"), utc("2026-11-21T19:00")),)
    assert open_hours_per_week(saturday, JAKARTA, utc("2026-11-15T17:00")) == 6.0


def test_touching_windows_are_one() -> None:
    """06:00-08:00 and 08:00-10:00 are one window of four hours; overlap counts once."""
    both = (window("06:00", "08:00"), window("08:00", "10:00"), window("07:00", "09:00"))
    assert resolve(both, JAKARTA, utc("2026-11-21T20:00"), 12 * 3600.0) == (
        (utc("2026-11-21T23:00"), utc("2026-11-22T03:00")),
    )


def test_clock_shifts() -> None:
    """When clocks go forward a window of 01:00-04:00 lasts two hours, when they go back four."""
    night = (window("01:00", "04:00"),)
    spring = resolve(night, BERLIN, utc("2026-03-28T22:00"), 8 * 3600.0)
    autumn = resolve(night, BERLIN, utc("2026-10-24T21:00"), 8 * 3600.0)
    assert [end - begin for begin, end in spring] == [2 * 3600.0]
    assert [end - begin for begin, end in autumn] == [4 * 3600.0]


def test_a_window_in_the_skipped_hour_does_not_open() -> None:
    """02:15-02:45 does not exist in the night when clocks go forward, or is moved as a whole: it never lasts longer."""
    found = resolve((window("02:15", "02:45"),), BERLIN, utc("2026-03-28T22:00"), 8 * 3600.0)
    assert sum(end - begin for begin, end in found) <= 1800.0


def test_equal_times_never_open() -> None:
    """A window from 06:00 to 06:00 is no window."""
    assert open_hours_per_week((window("06:00", "06:00"),), JAKARTA, 0.0) == 0.0
    assert resolve((window("06:00", "06:00"),), JAKARTA, 0.0, DAY) == ()


def test_open_until_the_end_exclusive() -> None:
    """A window is open at its first second and shut at its last."""
    morning = (window("05:30", "09:00"),)
    assert is_open(morning, JAKARTA, utc("2026-11-21T22:30"))
    assert not is_open(morning, JAKARTA, utc("2026-11-22T02:00"))
    assert not is_open(morning, JAKARTA, utc("2026-11-21T22:29:59"))


clocks = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.integers(0, 59))
some = st.lists(
    st.builds(window, clocks, clocks, st.sampled_from(["mon", "tue", "sat", "sun"])), min_size=1, max_size=4
)


@given(some, st.floats(1.7e9, 1.9e9), st.floats(1.0, 8 * DAY), st.sampled_from([JAKARTA, BERLIN]))
def test_always_sorted_disjoint_and_clipped(
    windows: list[Window], now: float, horizon: float, tz: ZoneInfo
) -> None:
    """Whatever is asked, the intervals are sorted, apart, not empty, and within the horizon."""
    found = resolve(windows, tz, now, horizon)
    edges = [t for interval in found for t in interval]
    assert edges == sorted(set(edges))
    assert all(now <= t <= now + horizon for t in edges)
