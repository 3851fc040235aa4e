"""Heads kept outside are read from wherever they were kept, and say of days what they can."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.store.chain import Head
from controller.store.outside import Heads, Noted, heads_in, noted_of

HASH = "5f" * 32


@pytest.mark.parametrize(
    ("line", "noted"),
    [
        (f"812:{HASH}", Noted(812, HASH)),
        (f"INFO controller.heads: ledger head 812:{HASH} 2026-11-27", Noted(812, HASH, "2026-11-27")),
        (f"Nov 27 00:00:03 pi tirta[411]: INFO x: ledger closing 2026-11-26 812:{HASH}", Noted(812, HASH, "2026-11-26", True)),
        (f"tirta/desa/ledger/closing closing 2026-11-26 812:{HASH}", Noted(812, HASH, "2026-11-26", True)),
        (f",,0,2026-11-27T03:00:00Z,812:{HASH} 2026-11-27,ledger_head,controller,desa", Noted(812, HASH, "2026-11-27")),
        (f'controller,site=desa ledger_head="812:{HASH} 2026-11-27" 1795737600000', Noted(812, HASH, "2026-11-27")),
        (f'{{"head": "812:{HASH}"}}', Noted(812, HASH)),
        (f"812:{HASH[:16]}", Noted(812, HASH[:16])),
        (f"812:{HASH} 2026-13-99", Noted(812, HASH)),
    ],
)  # fmt: skip
def test_a_head_is_found_wherever_it_was_kept(line: str, noted: Noted) -> None:
    """A log, MQTT, an export of InfluxDB in CSV or line protocol, JSON, a shortened one from paper."""
    (found,) = heads_in(["something else 12:34:56", line], "kept.txt")
    assert (found.seq, found.hash, found.day, found.closing) == (
        noted.seq,
        noted.hash,
        noted.day,
        noted.closing,
    )
    assert found.where == "kept.txt:2"


@pytest.mark.parametrize(
    "line", [f"812:{HASH[:15]}", f"812:{HASH}0", f"x812:{HASH}", "", "2026-11-27T03:00:00Z", HASH]
)
def test_what_is_no_head(line: str) -> None:
    """Too short, too long, part of another word, a time: no head."""
    assert heads_in([line], "x") == []


@given(st.integers(1, 10**12 - 1), st.binary(min_size=32, max_size=32), st.dates(), st.booleans())
def test_what_is_told_outside_is_read_back(seq: int, raw: bytes, day: object, closing: bool) -> None:
    """Both wordings, long and short, come back as they were told."""
    noted = Noted(seq, raw.hex(), str(day), closing)
    for text in (noted.text, noted.short):
        (found,) = heads_in([text], "")
        assert (found.seq, found.hash, found.day, found.closing) == (seq, raw.hex(), str(day), closing)


def test_days_of_rows_between_heads() -> None:
    """A row lies after what a closing closed and not after the day of the next head; without days nothing is said."""
    heads = Heads(
        [
            Noted(10, HASH, "2026-11-01", True),
            Noted(14, HASH, "2026-11-02"),
            Noted(20, HASH),
            Noted(30, HASH, "2026-11-05"),
        ]
    )
    assert heads.days(10) == ("", "2026-11-01")
    assert heads.days(11) == ("2026-11-02", "2026-11-02")
    assert heads.days(20) == ("2026-11-02", "2026-11-05")
    assert heads.days(31) == ("2026-11-05", "")
    assert Heads().days(3) == ("", "")
    assert heads.beyond(30) is None
    after = heads.beyond(14)
    assert after is not None
    assert after.seq == 20


def test_a_head_of_an_untrusted_clock_names_no_day() -> None:
    """What the wall clock said while it was not to be trusted is not told as a day."""
    from datetime import UTC

    assert noted_of(Head(3, HASH, 1.8e9), UTC).day == "2027-01-15"
    assert noted_of(Head(3, HASH), UTC).short == f"3:{HASH}"
