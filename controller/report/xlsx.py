"""The report as a spreadsheet: real numbers, units in the heading, a sheet per table. Needs XlsxWriter (extra ``report``)."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias
from zoneinfo import ZoneInfo

from xlsxwriter import Workbook

from controller.i18n.numbers import Language
from controller.report.colours import BRAND
from controller.report.front import period_words
from controller.report.model import Report
from controller.report.say import Say
from controller.report.xlsx_cells import Cell
from controller.report.xlsx_rows import sheets

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

Formats: TypeAlias = "dict[str, Format]"

DATES: Mapping[Language, Mapping[str, str]] = {
    "id": {"day": "dd-mm-yyyy", "moment": "dd-mm-yyyy hh:mm"},
    "en": {"day": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm"},
}
SHAPES = {"number": "#,##0.00", "small": "0.0000", "plain": "General", "whole": "#,##0", "share": "0.0%"}
"""Number formats; the spreadsheet writes them with the marks of its own language."""


LETTERS = 230.0
"""So many letters side by side can be read on a printed page."""

LINE_PT, WIDER = 15.0, 1.05
"""Height of a line; what a text takes more than its letters, for words that do not fill their lines."""


def xlsx(report: Report, language: Language, made: datetime) -> bytes:
    """The file. Rows go to the disk as they are written: a year's thousands of events need no memory."""
    file = io.BytesIO()
    shapes = {**SHAPES, **DATES[language]}
    book = Workbook(
        file, {"constant_memory": True, "default_date_format": shapes["day"], "remove_timezone": True}
    )
    say = Say(language, ZoneInfo(report.site.timezone))
    words = period_words(report, say)
    book.set_properties(
        {"title": say("title", site=report.site.name, period=words), "created": made.replace(tzinfo=None)}
    )
    formats = {
        name: book.add_format({"num_format": shape, "valign": "top"}) for name, shape in shapes.items()
    }
    formats["text"] = book.add_format({"valign": "top", "text_wrap": True, "align": "left", "indent": 1})
    head = {"bold": True, "text_wrap": True, "valign": "top", "font_color": "#ffffff", "bg_color": BRAND}
    formats["head"] = book.add_format({**head, "align": "left", "indent": 1})
    formats["number head"] = book.add_format({**head, "align": "right"})
    for sheet in sheets(report, say):
        page = book.add_worksheet(sheet.name)
        _print_setup(page, f"{report.site.name}, {words}", sum(width for _, width in sheet.heads))
        _fill(page, sheet.heads, sheet.rows, formats)
    book.close()
    return file.getvalue()


def _print_setup(page: Worksheet, running: str, letters: float) -> None:
    """A4 across, as many pages beside each other as the columns need to be read."""
    page.set_landscape()
    page.set_paper(9)
    page.set_margins(0.5, 0.5, 0.8, 0.6)
    page.fit_to_pages(math.ceil(letters / LETTERS), 0)
    page.repeat_rows(0)
    page.repeat_columns(0)
    page.freeze_panes(1, 1)
    page.set_header(f"&L{running.replace('&', '&&')}")
    page.set_footer("&R&P / &N")


def _fill(
    page: Worksheet, heads: Sequence[tuple[str, float]], rows: Iterable[Sequence[Cell]], formats: Formats
) -> None:
    for column, (_, width) in enumerate(heads):
        page.set_column(column, column, width)
    widths = [width for _, width in heads]
    page.set_row(0, _height([head for head, _ in heads], widths))
    told = iter(rows)
    first = next(told, ())
    for column, (head, _) in enumerate(heads):
        shape = first[column].shape if column < len(first) else "text"
        page.write_string(0, column, head, formats["head" if shape == "text" else "number head"])
    last = 0
    for last, row in enumerate(chain((first,) if first else (), told), start=1):
        page.set_row(last, _height([cell.value for cell in row], widths))
        for column, cell in enumerate(row):
            _write(page, last, column, cell, formats)
    page.autofilter(0, 0, max(1, last), len(heads) - 1)


def _height(values: Sequence[object], widths: Sequence[float]) -> float:
    """Of a row whose texts wrap, points: not every program finds it by itself."""
    texts = ((len(text), width) for text, width in zip(values, widths, strict=False) if isinstance(text, str))
    return LINE_PT * max(
        (math.ceil(letters * WIDER / width) for letters, width in texts if letters), default=1
    )


def _write(page: Worksheet, row: int, column: int, cell: Cell, formats: Formats) -> None:
    """Texts as texts, whatever they begin with: no name of a site becomes a formula."""
    value = cell.value
    if isinstance(value, str):
        page.write_string(row, column, value, formats["text"])
    elif isinstance(value, datetime | date):
        page.write_datetime(row, column, value, formats[cell.shape])
    elif value is not None:
        page.write_number(row, column, value, formats[cell.shape])
