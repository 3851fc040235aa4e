"""The PDF has the same figures and sentences as the HTML, its own fonts, and site, period and page number on each page."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from controller.i18n.numbers import Language
from controller.report.compose import document
from controller.report.page import Block, Column, Document, Heading, Row, Table, Text
from controller.report.pdf import pdf
from controller.report.period import year
from tests.controller.report.ledgers import MEMBERS, report_of, site_of, write_ledger
from tests.services import RUN_S, require

MADE = datetime(2026, 4, 1, tzinfo=UTC)


def pages_of(content: bytes, folder: Path) -> list[str]:
    """The text of each page."""
    program, path = require("pdftotext"), folder / "file.pdf"
    path.write_bytes(content)
    told = subprocess.run(
        [program, "-layout", str(path), "-"], capture_output=True, check=True, timeout=RUN_S
    ).stdout.decode()
    return told.split("\f")[:-1]


@pytest.mark.parametrize("language", ["id", "en"])
def test_each_page_is_named_and_numbered(tmp_path: Path, language: Language) -> None:
    """Every page has its number of how many, all but the first the site and the period; no cell of a table is lost."""
    path = write_ledger(
        tmp_path, site_of(), "2026-01-01", "2026-03-31", without=["2026-02-03"], notes=[MEMBERS]
    )
    doc = document(report_of(path, site_of(), year("2026")), language)
    pages = pages_of(pdf(doc, MADE), tmp_path)
    assert len(pages) > 6
    for number, page in enumerate(pages, start=1):
        assert doc.page_of.format(page=number, pages=len(pages)) in page
        assert number == 1 or doc.running[1] in page.splitlines()[0]
    words = _squeezed("".join(pages))
    cells = {
        cell for block in doc.blocks if isinstance(block, Table) for row in block.rows for cell in row.cells
    }
    lost = [cell for cell in cells if len(cell) < 14 and _squeezed(cell) not in words]
    assert not lost


def test_the_same_report_is_the_same_file(tmp_path: Path) -> None:
    """Two PDFs of one document are equal to the byte."""
    path = write_ledger(tmp_path, site_of(), "2026-01-01", "2026-01-05")
    doc = document(report_of(path, site_of(), year("2026")), "id")
    assert pdf(doc, MADE) == pdf(doc, MADE)


def test_a_long_table_keeps_its_head(tmp_path: Path) -> None:
    """A table of hundreds of rows breaks over pages: each begins with the head, every row is there once, long words wrap."""
    rows = tuple(Row((f"row{i}x", "W" * 200 if i % 50 == 0 else "value")) for i in range(300))
    doc = Document(
        "en", "t", ("s", "p"), "Page {page} of {pages}", (Table((Column("Head"), Column("Other")), rows),)
    )
    pages = pages_of(pdf(doc, MADE), tmp_path)
    assert len(pages) > 4
    assert all("Head" in page for page in pages)
    assert re.findall(r"row(\d+)x", "".join(pages)) == [str(i) for i in range(300)]
    assert "".join(pages).count("W") == 200 * 6


@pytest.mark.parametrize("before", range(8))
def test_no_table_ends_with_a_row_alone(tmp_path: Path, before: int) -> None:
    """However a table falls on the page, its last three rows and its note stand together, and a table of five is not parted."""
    for count in (5, 60):
        rows = tuple(Row((f"row{i}x", "value"), "total" if i == count - 1 else "") for i in range(count))
        filling = tuple(Text(f"line {i}") for i in range(24 + before if count == 5 else before))
        blocks: tuple[Block, ...] = (
            *filling,
            Table((Column("Head"), Column("Other")), rows, "Title", "the note below"),
        )
        told = pages_of(
            pdf(Document("en", "t", ("s", "p"), "Page {page} of {pages}", blocks), MADE), tmp_path
        )
        by_page = [re.findall(r"row(\d+)x", page) for page in told]
        assert [place for page in by_page for place in page] == [str(i) for i in range(count)]
        begun = [len(page) for page in by_page if page]
        assert begun[-1] >= 3
        assert begun[0] >= 3
        assert count != 5 or begun == [5]
        assert by_page[next(i for i, page in enumerate(told) if "the note below" in page)]


def test_a_short_paragraph_is_not_parted(tmp_path: Path) -> None:
    """A paragraph of four lines stands on one page, wherever it falls."""
    text = "begin " + "word " * 75 + "end"
    for before in range(32, 40):
        blocks: tuple[Block, ...] = (*(Text(f"line {i}") for i in range(before)), Text(text))
        told = pages_of(
            pdf(Document("en", "t", ("s", "p"), "Page {page} of {pages}", blocks), MADE), tmp_path
        )
        assert [page for page in told if "begin" in page and "end" in page], before


def test_a_heading_brings_the_table_that_its_text_opens(tmp_path: Path) -> None:
    """A heading, its text and the first rows of the table below stand on one page, wherever they fall."""
    table = Table((Column("Head"), Column("Other")), tuple(Row((f"row{i}x", "value")) for i in range(30)))
    for before in range(26, 40):
        blocks: tuple[Block, ...] = (
            *(Text(f"line {i}") for i in range(before)),
            Heading("Section"),
            Text("opening words"),
            table,
        )
        told = pages_of(
            pdf(Document("en", "t", ("s", "p"), "Page {page} of {pages}", blocks), MADE), tmp_path
        )
        assert [page for page in told if "Section" in page and "opening words" in page and "row2x" in page], (
            before
        )


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)
