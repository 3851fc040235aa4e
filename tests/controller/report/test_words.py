"""Both languages say the same things, and numbers are written as each language writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from controller.report.say import Say, bound, texts

ID, EN = (Say(language, ZoneInfo("Asia/Jakarta")) for language in ("id", "en"))
PLACEHOLDER = re.compile(r"\{\{?([a-z0-9_]+)")


def test_both_languages_fill_in_the_same() -> None:
    """Each text has both languages and nothing else, with the same names in braces."""
    assert {frozenset(entry) for entry in texts().values()} == {frozenset(("id", "en"))}
    names = {
        key: [set(PLACEHOLDER.findall(entry[one])) for one in ("id", "en")] for key, entry in texts().items()
    }
    assert not [key for key, (indonesian, english) in names.items() if indonesian != english]


def test_indonesian_says_plts() -> None:
    """ "Solar" is diesel in Indonesian: it stands only where the fuel is meant and said to be so."""
    wrong = [
        key
        for key, entry in texts().items()
        if re.search(r"\bsolar\b(?! \(BBM\))", entry["id"], re.IGNORECASE)
    ]
    assert not wrong


def test_numbers_days_and_money() -> None:
    """1.234,5 and 22 November 2026 and Rp1.444,70 in Indonesian; 1,234.5 and Rp1,444.70 in English; the clock is the site's."""
    assert (ID.number(1234.5, 1), EN.number(1234.5, 1)) == ("1.234,5", "1,234.5")
    assert (ID.number(-0.04, 1), ID.number(-3.0), ID.number(None)) == ("0,0", "−3", "–")
    assert (ID.idr(1444.7, 2), EN.idr(1444.7, 2)) == ("Rp1.444,70", "Rp1,444.70")
    assert (ID.day("2026-11-22"), EN.month("2026-08")) == ("22 November 2026", "August 2026")
    noon_s = datetime(2026, 10, 22, 0, 0, tzinfo=UTC).timestamp()
    assert (ID.moment(noon_s), EN.moment(noon_s)) == ("22-10-2026 07.00", "2026-10-22 07:00")
    assert ID.time_zone(0.0) in ("WIB", "+07")


@given(st.floats(0.0, 1.0))
def test_only_the_whole_is_all(share: float) -> None:
    """A share below 1 never reads as 100 %."""
    assert (ID.share(share) == "100,0\u00a0%") == (share == 1.0)


def test_a_number_keeps_its_unit() -> None:
    """A line never ends between a number and its unit or after ±; other spaces stay as they are."""
    told = bound(
        "619 kWh × 0,86 kg CO₂/kWh = 532 ± 60 kg (± 11 %) untuk 3 petak, 24 orang dan 12 tanaman 5 12"
    )
    assert told.replace("\u00a0", "_") == (
        "619_kWh × 0,86_kg CO₂/kWh = 532 ±_60_kg (±_11_%) untuk 3 petak, 24 orang dan 12 tanaman 5 12"
    )
