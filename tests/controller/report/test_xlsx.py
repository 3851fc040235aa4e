"""The spreadsheet holds real numbers with their units, equal to the model's, and texts that can never be formulas."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

import pytest

from controller.report.model import Report
from controller.report.period import month
from controller.report.xlsx import xlsx
from controller.store.chain import Note
from tests.controller.report.ledgers import MEMBERS, report_of, site_of, write_ledger

MADE = datetime(2026, 4, 1, tzinfo=UTC)
NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
FORMULA = Note("indicator", "=1+1", {**MEMBERS.figures, "evidence": "@SUM(A1)"})


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A month with one gap and something that a person entered."""
    path = write_ledger(
        tmp_path_factory.mktemp("xlsx"),
        site_of(),
        "2026-03-01",
        "2026-03-31",
        gaps=["2026-03-05"],
        notes=[FORMULA],
    )
    return report_of(path, site_of(), month("2026-03"))


def rows_of(content: bytes, sheet: int) -> list[dict[str, str | float]]:
    """The rows of a sheet: column letter -> value."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        root = ET.fromstring(book.read(f"xl/worksheets/sheet{sheet}.xml"))
        strings = "xl/sharedStrings.xml" in book.namelist() and ET.fromstring(
            book.read("xl/sharedStrings.xml")
        )
    shared = ["".join(one.itertext()) for one in strings] if strings is not False else []
    return [
        {re.sub(r"\d", "", cell.attrib["r"]): _value(cell, shared) for cell in row}
        for row in root.iterfind(".//m:row", NS)
    ]


def _value(cell: ET.Element, shared: list[str]) -> str | float:
    text = "".join(cell.itertext())
    kind = cell.attrib.get("t")
    return shared[int(text)] if kind == "s" else text if kind == "inlineStr" else float(text)


def test_sheets_freeze_and_numbers_are_numbers(report: Report) -> None:
    """Six sheets with frozen heads; a day's date and figures are numbers, equal to the model's; the unit is in the heading."""
    content = xlsx(report, "en", MADE)
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        assert all(b'state="frozen"' in book.read(name) for name in sheets)
    assert len(sheets) == 6
    heads, *days = rows_of(content, 2)
    named = {str(head): letter for letter, head in heads.items()}
    assert len(days) == 31
    for row, day in zip(days, report.days, strict=True):
        assert row["A"] == (date.fromisoformat(day.day) - date(1899, 12, 30)).days
        assert row[named["PV energy used (kWh)"]] == pytest.approx((day.solar_wh or 0.0) / 1000.0)
        assert row[named["Water pumped (m³)"]] == pytest.approx(day.water_m3)


def test_sums_stand_in_the_summary(report: Report) -> None:
    """Each sum is in the summary with its margin, and the CO2 beside its unit."""
    summary = {row["A"]: row for row in rows_of(xlsx(report, "id", MADE), 1)}
    water = report.sums["water_m3"]
    assert (summary["Air dipompa"]["B"], summary["Air dipompa"]["D"]) == pytest.approx(
        (water.value, water.half_width)
    )
    assert summary["CO₂ terhindarkan"]["B"] == pytest.approx(report.statement.co2_kg.value)
    assert summary["CO₂ terhindarkan"]["C"] == "kg"


def test_no_text_is_a_formula(report: Report) -> None:
    """What begins like a formula is kept as a text, and no sheet holds a formula."""
    content = xlsx(report, "id", MADE)
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert not [
            name for name in book.namelist() if name.startswith("xl/worksheets") and b"<f>" in book.read(name)
        ]
    entered = rows_of(content, 6)[1]
    assert (entered["A"], entered["B"], entered["E"]) == ("=1+1", 24.0, "@SUM(A1)")


def test_the_same_report_is_the_same_file(report: Report) -> None:
    """Two spreadsheets of one report are equal to the byte."""
    assert xlsx(report, "id", MADE) == xlsx(report, "id", MADE)
