"""Numbers, times and dates are written as people here write them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from controller.web import formats

JAKARTA, MAKASSAR, JAYAPURA = (ZoneInfo(f"Asia/{city}") for city in ("Jakarta", "Makassar", "Jayapura"))
MOMENT = datetime(2026, 11, 21, 6, 30, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("value", "digits", "indonesian", "english"),
    [
        (2961.0, 0, "2.961", "2,961"),
        (2.284, 2, "2,28", "2.28"),
        (1444.7, 2, "1.444,70", "1,444.70"),
        (-0.04, 1, "0,0", "0.0"),
        (-3.5, 1, "-3,5", "-3.5"),
        (None, 1, "–", "–"),
    ],
)
def test_numbers(value: float | None, digits: int, indonesian: str, english: str) -> None:
    """Indonesian has a decimal comma and dots between thousands, English the reverse; nothing known is a dash."""
    assert (formats.number(value, digits, "id"), formats.number(value, digits, "en")) == (indonesian, english)


@pytest.mark.parametrize(
    ("seconds", "indonesian", "english"),
    [
        (0, "0 detik", "0 s"),
        (59.4, "59 detik", "59 s"),
        (119.6, "2 menit", "2 min"),
        (290, "5 menit", "5 min"),
        (720, "12 menit", "12 min"),
        (7500, "2 jam 5 menit", "2 h 5 min"),
        (7200, "2 jam", "2 h"),
        (3 * 86400 + 4 * 3600, "3 hari 4 jam", "3 days 4 h"),
    ],
)
def test_durations(seconds: float, indonesian: str, english: str) -> None:
    """A time span has its two largest units."""
    assert (formats.duration(seconds, "id"), formats.duration(seconds, "en")) == (indonesian, english)


@pytest.mark.parametrize(
    ("zone", "indonesian", "english"),
    [
        (JAKARTA, "13.30 WIB", "13:30 WIB"),
        (MAKASSAR, "14.30 WITA", "14:30 WITA"),
        (JAYAPURA, "15.30 WIT", "15:30 WIT"),
    ],
)
def test_clock(zone: ZoneInfo, indonesian: str, english: str) -> None:
    """The time of day is local and names its zone, with a dot in Indonesian."""
    assert formats.clock(MOMENT, zone, "id", True) == indonesian
    assert formats.clock(MOMENT, zone, "en", True) == english


def test_date() -> None:
    """A date is written out with its weekday."""
    assert formats.date(MOMENT, JAKARTA, "id") == "Sabtu, 21 November 2026"
    assert formats.date(MOMENT, JAKARTA, "en") == "Saturday, 21 November 2026"


def test_units() -> None:
    """Watts, litres, shares and masses change their unit where people would."""
    assert [formats.watts(w, "id") for w in (0.0, 999.4, 1309.0, 11600.0)] == [
        "0 W",
        "999 W",
        "1.309 W",
        "11,6 kW",
    ]
    assert [formats.litres(v, "en") for v in (1440.0, 12345.0)] == ["1,440 litres", "12.3 m³"]
    assert formats.percent(0.784, "id") == "78 %"
    assert [formats.kilograms(m, "id") for m in (0.052, 1.83, 412.6, 2280.0)] == [
        "0,05 kg",
        "1,8 kg",
        "413 kg",
        "2,28 ton",
    ]
