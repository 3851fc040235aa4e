"""The spreadsheet holds real numbers with units, equal to the model's, dates as dates, and texts that are never formulas."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime

import pytest

from controller.report.model import Report
from controller.report.period import month
from controller.report.xlsx import DATES, xlsx
from controller.store.chain import Note
from tests.controller.report.books import book
from tests.controller.report.ledgers import MEMBERS, report_of, site_of, write_ledger

MADE = datetime(2026, 4, 1, tzinfo=UTC)
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


def serial(iso: str) -> int:
    """The number that spreadsheets keep for a day."""
    return (date.fromisoformat(iso) - date(1899, 12, 30)).days


def test_days_are_numbers_and_dates(report: Report) -> None:
    """A day's date and figures are numbers, equal to the model's, with the unit in the heading; every sheet's head is frozen."""
    content = xlsx(report, "en", MADE)
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        sheets = [name for name in file.namelist() if name.startswith("xl/worksheets/sheet")]
        assert all(b'state="frozen"' in file.read(name) for name in sheets)
    rows = book(content)["Days"]
    assert len(rows) == 31
    for row, day in zip(rows, report.days, strict=True):
        assert row["Day"].value == serial(day.day)
        assert row["PV energy used (kWh)"].value == pytest.approx((day.solar_wh or 0.0) / 1000.0)
        assert row["Water pumped (m³)"].value == pytest.approx(day.water_m3)


@pytest.mark.parametrize("language", ["id", "en"])
def test_numbers_have_formats_and_dates_are_dates(report: Report, language: str) -> None:
    """No number, date or amount is kept as a text, each number has a number format, and dates are written as the language does."""
    told = book(xlsx(report, language, MADE))  # type: ignore[arg-type]
    texts = [
        cell.value
        for rows in told.values()
        for row in rows
        for cell in row.values()
        if isinstance(cell.value, str)
    ]
    assert not [text for text in texts if re.fullmatch(r"[-+−]?[\d.,]+( ?(%|kg|kWh|m³))?", text)]
    assert not [text for text in texts if re.fullmatch(r"\d{4}-\d\d-\d\d|\d\d-\d\d-\d{4}.*", text)]
    shapes = {
        cell.shape
        for rows in told.values()
        for row in rows
        for cell in row.values()
        if isinstance(cell.value, float)
    }
    dates = set(DATES[language].values())  # type: ignore[index]
    assert shapes == {"#,##0.00", "0.0000", "#,##0", "0.0%", "General", *dates}
    head = "Hari" if language == "id" else "Day"
    days = told[head if language == "id" else "Days"]
    assert {row[head].shape for row in days} == {DATES[language]["day"]}  # type: ignore[index]


def test_sums_stand_in_the_summary(report: Report) -> None:
    """Each sum is in the summary with its margin, and the CO2 beside its unit; the period is two dates."""
    summary = {row["Pos"].value: row for row in book(xlsx(report, "id", MADE))["Ringkasan"]}
    water = report.sums["water_m3"]
    told = summary["Air dipompa"]
    assert (told["Nilai"].value, told["± 95 %"].value) == pytest.approx((water.value, water.half_width))
    assert summary["CO₂ terhindarkan"]["Nilai"].value == pytest.approx(report.statement.co2_kg.value)
    assert summary["CO₂ terhindarkan"]["Satuan"].value == "kg"
    assert summary["Dari"]["Nilai"].value == serial("2026-03-01")
    assert summary["Sampai"]["Nilai"].value == serial("2026-03-31")


def test_no_text_is_a_formula(report: Report) -> None:
    """What begins like a formula is kept as a text, and no sheet holds a formula (the reader refuses one)."""
    (entered,) = book(xlsx(report, "id", MADE))["Diisi orang"]
    assert (entered["Angka"].value, entered["Nilai"].value, entered["Bukti"].value) == (
        "=1+1",
        24.0,
        "@SUM(A1)",
    )


def test_the_same_report_is_the_same_file(report: Report) -> None:
    """Two spreadsheets of one report are equal to the byte."""
    assert xlsx(report, "id", MADE) == xlsx(report, "id", MADE)


def test_rows_are_as_high_as_their_texts(report: Report) -> None:
    """A row whose text is longer than its column is higher than one line: no text lies on the next row, whatever opens the file."""
    with zipfile.ZipFile(io.BytesIO(xlsx(report, "id", MADE))) as file:
        names = re.findall(r'<sheet name="([^"]+)"', file.read("xl/workbook.xml").decode())
        notes = file.read(f"xl/worksheets/sheet{names.index('Catatan') + 1}.xml").decode()
    width = float(re.findall(r'<col min="2" max="2" width="([\d.]+)"', notes)[0])
    rows = re.findall(r"<row ([^>]*)>.*?<t[^>]*>(?:[^<]*)</t>.*?<t[^>]*>([^<]*)</t>", notes)
    assert len(rows) > 10
    long = [(head, text) for head, text in rows if len(text) > width]
    assert long
    for head, text in long:
        height = re.search(r'ht="([\d.]+)"', head)
        assert height is not None, text
        assert float(height[1]) >= 15.0 * len(text) / width
