"""Days that nobody saw stand as one line, and days that somebody saw each on their own."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.impact.day import Day
from controller.report.compose import document
from controller.report.page import Table
from controller.report.period import month
from controller.report.say import Say
from controller.report.spans import FEWEST, Span, spans
from tests.controller.report.ledgers import report_of, site_of, write_ledger

ID, EN = (Say(language, ZoneInfo("Asia/Jakarta")) for language in ("id", "en"))


@given(st.lists(st.booleans(), max_size=28))
def test_no_day_is_lost_or_told_twice(closed: list[bool]) -> None:
    """Spans and days together are the days in order; a span has only unseen days, at least three, and none beside it."""
    days = [Day(f"2026-02-{place:02}", closed=one) for place, one in enumerate(closed, start=1)]
    told = list(spans(days))
    names: list[str] = []
    for one in told:
        if isinstance(one, Span):
            run = [day for day in days if one.first <= day.day <= one.last]
            assert len(run) == one.days >= FEWEST
            assert not any(day.closed for day in run)
            names += [day.day for day in run]
        else:
            names.append(one.day)
    assert names == [day.day for day in days]
    assert not any(isinstance(one, Span) and isinstance(other, Span) for one, other in pairwise(told))


@pytest.mark.parametrize(("first", "last", "indonesian", "english"), [
    ("2026-08-03", "2026-08-21", "3–21 Agustus 2026", "3–21 August 2026"),
    ("2026-02-28", "2026-03-03", "28 Februari – 3 Maret 2026", "28 February – 3 March 2026"),
    ("2025-12-30", "2026-01-02", "30 Desember 2025 – 2 Januari 2026", "30 December 2025 – 2 January 2026"),
    ("2026-08-03", "2026-08-03", "3 Agustus 2026", "3 August 2026"),
])  # fmt: skip
def test_days_from_to(first: str, last: str, indonesian: str, english: str) -> None:
    """Two days are written as briefly as the language allows: month and year once where they are the same."""
    assert ID.days(first, last).replace("\u00a0", " ") == indonesian
    assert EN.days(first, last).replace("\u00a0", " ") == english


def test_a_month_of_silence_is_one_line(tmp_path: Path) -> None:
    """19 days without a closing are one line of each table by days, with the days and how many; two alone stand one by one."""
    silent = [f"2026-08-{day:02}" for day in (*range(3, 22), 25, 26)]
    path = write_ledger(tmp_path, site_of(), "2026-08-01", "2026-08-31", without=silent)
    doc = document(report_of(path, site_of(), month("2026-08")), "id")
    tables = {block.title: block.rows for block in doc.blocks if isinstance(block, Table)}
    firsts = {title: [row.cells[0].replace("\u00a0", " ") for row in rows] for title, rows in tables.items()}
    assert firsts["Hari yang tidak lengkap"] == ["3–21 Agustus 2026, 19 hari", "25 Agu 2026", "26 Agu 2026"]
    for title in ("Energi per hari, kWh", "Air per petak dan hari, m³"):
        assert firsts[title][2] == "3–21 Agu 2026, 19 hari"
        assert len(firsts[title]) == 31 - 19 + 1 + 1
        assert all(len(row.cells) == len(tables[title][0].cells) for row in tables[title])
