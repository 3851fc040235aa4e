"""Tables on paper: columns by their shares, cells that wrap, the head again on each page."""

from __future__ import annotations

from controller.report.colours import BRAND, PALE
from controller.report.draw import INK, RULE, SOFT
from controller.report.page import Row, Table
from controller.report.pdf_sheet import LEFT, TEXT_WIDTH, Sheet

SIZE, LEADING, PAD = 7.8, 3.6, 0.8
GAP = 2.8
"""Between two columns, mm."""

FEW, LAST = 12, 3
"""A table of so few rows stays whole; of a longer one so many begin it on a page, and so many end it on the next."""

MOST_KEPT = 90.0
"""More than this is parted even so, mm."""

NOTE_SIZE = 7.5

Edges = list[tuple[float, float]]
Broken = list[list[str]]


def table(sheet: Sheet, block: Table) -> None:
    """Set the whole table."""
    edges = _edges(block)
    head = _broken(sheet, tuple(column.label for column in block.columns), edges, bold=True)
    sheet.need(least(sheet, block))
    if block.title:
        sheet.down(2.0)
        sheet.pen(9.0, INK, bold=True)
        sheet.paragraph(block.title, TEXT_WIDTH, 4.6)
        sheet.set_y(sheet.get_y() + 0.6)
    if block.head:
        _head(sheet, block, head, edges)
    for place, row in enumerate(block.rows):
        cells = _row(sheet, row, edges)
        if sheet.get_y() + _together(sheet, block, place, _height(cells), edges) > sheet.bottom:
            sheet.add_page()
            if block.head:
                _head(sheet, block, head, edges)
        _set(sheet, block, row, cells, edges)
    sheet.set_y(sheet.get_y() + 1.6)
    if block.note:
        sheet.pen(NOTE_SIZE, SOFT)
        sheet.paragraph(block.note, TEXT_WIDTH, LEADING)
        sheet.set_y(sheet.get_y() + 1.4)


def _together(sheet: Sheet, block: Table, place: int, height: float, edges: Edges) -> float:
    """How much must fit for the row at ``place`` to begin here, mm: a heading with the row below it, the last rows with each other
    and with the note.
    """
    left = len(block.rows) - place
    if left == LAST:
        rest = (_height(_row(sheet, row, edges)) for row in block.rows[place + 1 :])
        return height + sum(rest) + _note(sheet, block)
    if left == 1:
        return height + _note(sheet, block)
    return height + (1.5 * LEADING + 2.0 * PAD if block.rows[place].kind == "group" else 0.0)


def _note(sheet: Sheet, block: Table) -> float:
    """Height of the note below the table, mm."""
    if not block.note:
        return 0.0
    sheet.pen(NOTE_SIZE)
    return 1.6 + LEADING * len(sheet.lines(block.note, TEXT_WIDTH))


def least(sheet: Sheet, block: Table) -> float:
    """The height of what may not be parted, mm: title, head and the first rows, all of them where there are few."""
    edges = _edges(block)
    head = (
        _height(_broken(sheet, tuple(column.label for column in block.columns), edges, bold=True))
        if block.head
        else 0.0
    )
    whole = len(block.rows) <= FEW
    rows = sum(_height(_row(sheet, row, edges)) for row in block.rows[: FEW if whole else LAST])
    tail = _note(sheet, block) if whole else 0.0
    return (7.0 if block.title else 0.0) + head + min(rows + tail, MOST_KEPT if whole else 40.0)


def _edges(block: Table) -> Edges:
    """Left edge and width of each column."""
    whole = sum(column.share for column in block.columns)
    free = TEXT_WIDTH - GAP * (len(block.columns) - 1)
    edges: Edges = []
    x = LEFT
    for column in block.columns:
        width = free * column.share / whole
        edges.append((x, width))
        x += width + GAP
    return edges


def _broken(sheet: Sheet, cells: tuple[str, ...], edges: Edges, bold: bool) -> Broken:
    sheet.pen(SIZE, bold=bold)
    return [sheet.lines(text, width) if text else [""] for text, (_, width) in zip(cells, edges, strict=True)]


def _row(sheet: Sheet, row: Row, edges: Edges) -> Broken:
    if row.kind == "group":
        sheet.pen(SIZE, bold=True)
        return [sheet.lines(row.cells[0], TEXT_WIDTH - 1.0)]
    return _broken(sheet, row.cells, edges, bold=row.kind == "total")


def _height(cells: Broken) -> float:
    return max(map(len, cells)) * LEADING + 2.0 * PAD


def _head(sheet: Sheet, block: Table, cells: Broken, edges: Edges) -> None:
    """Headings stand at the bottom of their row."""
    height, y = _height(cells), sheet.get_y()
    sheet.pen(SIZE, BRAND, bold=True)
    for lines, (x, width), column in zip(cells, edges, block.columns, strict=True):
        top = y + height - PAD - len(lines) * LEADING
        _lines(sheet, lines, x, width, top, column.right)
    sheet.set_y(y + height)
    sheet.rule(LEFT, y + height, LEFT + TEXT_WIDTH, BRAND, 0.35)


def _set(sheet: Sheet, block: Table, row: Row, cells: Broken, edges: Edges) -> None:
    height, y = _height(cells), sheet.get_y()
    if row.kind == "group":
        sheet.area(LEFT, y, TEXT_WIDTH, height, PALE)
    sheet.pen(SIZE, SOFT if row.kind == "muted" else INK, bold=row.kind in ("total", "group"))
    shift = 1.0 if row.kind == "group" else 0.0
    for lines, (x, width), column in zip(cells, edges, block.columns, strict=False):
        _lines(sheet, lines, x + shift, width, y + PAD, column.right)
    if row.kind == "total":
        sheet.rule(LEFT, y, LEFT + TEXT_WIDTH, INK, 0.25)
    sheet.set_y(y + height)
    wide = 0.25 if row.kind == "total" else 0.12
    sheet.rule(LEFT, y + height, LEFT + TEXT_WIDTH, INK if row.kind == "total" else RULE, wide)


def _lines(sheet: Sheet, lines: list[str], x: float, width: float, top: float, right: bool) -> None:
    for place, text in enumerate(lines):
        sheet.write_at(x + width if right else x, top + (place + 0.76) * LEADING, text, right)
