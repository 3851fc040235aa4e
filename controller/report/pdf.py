"""The document as PDF: the same blocks as the page, set by fpdf2 (extra ``report``; docs/decisions/0014)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from controller.report.colours import AMBER_TEXT, BRAND, PALE
from controller.report.draw import INK, PAPER, SOFT, Box, Drawing, Line, stripes
from controller.report.page import Block, Bullets, Cover, Document, Heading, Picture, Table, Text, Tile, Tiles
from controller.report.pdf_sheet import LEFT, RIGHT, TEXT_WIDTH, WIDTH, Sheet, rgb
from controller.report.pdf_table import least, table

LEADS = {"lead": (11.0, 5.8), "body": (9.5, 4.9), "small": (8.0, 4.0), "warning": (9.0, 4.6)}
"""Size in points and leading in mm of each style of text."""


SHORT = 6
"""A paragraph of so many lines is not parted; of a longer one at least half as many lines begin it on a page."""


def pdf(document: Document, made: datetime) -> bytes:
    """The file. ``made``: stands in it as its date, so that the same ledger gives the same file."""
    sheet = Sheet(document)
    sheet.set_creation_date(made)
    sheet.add_page()
    for place, block in enumerate(document.blocks):
        if isinstance(block, Heading):
            _heading(sheet, block, _least(sheet, document.blocks[place + 1 : place + 3]))
        else:
            _block(sheet, block)
    return bytes(sheet.output())


def _least(sheet: Sheet, blocks: Sequence[Block]) -> float:
    """How much of the blocks after a heading must stand on its page, mm: a text with the beginning of the table that it opens."""
    if not blocks:
        return 0.0
    first = blocks[0]
    if isinstance(first, Text):
        return _text_height(sheet, first) + (_opened(sheet, blocks[1:]))
    if isinstance(first, Picture):
        return first.drawing.height + 6.0
    return least(sheet, first) if isinstance(first, Table) else 16.0


def _opened(sheet: Sheet, blocks: Sequence[Block]) -> float:
    if blocks and isinstance(blocks[0], Text):
        return _text_height(sheet, blocks[0])
    return least(sheet, blocks[0]) if blocks and isinstance(blocks[0], Table) else 0.0


def _text_height(sheet: Sheet, block: Text) -> float:
    size, lead = LEADS[block.style]
    sheet.pen(size)
    return len(sheet.lines(block.text, TEXT_WIDTH)) * lead + 2.0


def _block(sheet: Sheet, block: Block) -> None:
    match block:
        case Cover():
            _cover(sheet, block)
        case Tiles():
            _tiles(sheet, block)
        case Text():
            _text(sheet, block)
        case Bullets():
            _bullets(sheet, block)
        case Picture():
            _picture(sheet, block)
        case Table():
            table(sheet, block)


def _cover(sheet: Sheet, cover: Cover) -> None:
    y = 18.0
    sheet.area(LEFT, y, TEXT_WIDTH, 2.2, BRAND)
    sheet.pen(9.5, BRAND, bold=True)
    sheet.write_at(LEFT, y + 9.5, cover.kicker)
    _status(sheet, cover, y + 9.5)
    sheet.pen(23.0, BRAND, bold=True)
    sheet.set_y(y + 11.5)
    sheet.paragraph(cover.title, TEXT_WIDTH, 10.0)
    sheet.pen(13.0, INK)
    sheet.paragraph(cover.period, TEXT_WIDTH, 6.4)
    sheet.pen(9.5, SOFT)
    sheet.paragraph(cover.place, TEXT_WIDTH, 4.9)
    sheet.set_y(sheet.get_y() + 4.5)


def _status(sheet: Sheet, cover: Cover, y: float) -> None:
    """The badge at the right edge: verified, or not."""
    color = BRAND if cover.good else AMBER_TEXT
    sheet.pen(8.5, color, bold=True)
    width = sheet.wide(cover.status) + 4.4
    sheet.set_draw_color(*rgb(color))
    sheet.set_line_width(0.35)
    sheet.rect(WIDTH - RIGHT - width, y - 4.0, width, 5.6, round_corners=True, corner_radius=1.0)
    sheet.write_at(WIDTH - RIGHT - 2.2, y, cover.status, right=True)


def _tiles(sheet: Sheet, block: Tiles) -> None:
    gap, across = 3.0, min(4, len(block.tiles))
    width = (TEXT_WIDTH - gap * (across - 1)) / across
    for start in range(0, len(block.tiles), across):
        row = block.tiles[start : start + across]
        height = max(_tile_height(sheet, tile, width) for tile in row)
        sheet.need(height)
        y = sheet.get_y()
        for place, tile in enumerate(row):
            _tile(sheet, tile, LEFT + place * (width + gap), y, width, height)
        sheet.set_y(y + height + 3.0)
    sheet.set_y(sheet.get_y() + 1.5)


def _small(tile: Tile) -> list[str]:
    return [text for text in (tile.margin, tile.note) if text]


def _tile_height(sheet: Sheet, tile: Tile, width: float) -> float:
    sheet.pen(7.5)
    lines = sum(len(sheet.lines(text, width - 5.5)) for text in _small(tile))
    return 17.0 + 3.6 * lines


def _tile(sheet: Sheet, tile: Tile, x: float, y: float, width: float, height: float) -> None:
    sheet.area(x, y, width, height, PALE)
    sheet.area(x, y, 1.0, height, BRAND)
    sheet.pen(8.0, "#46555c")
    sheet.write_at(x + 3.5, y + 5.0, tile.label)
    sheet.pen(17.0, BRAND, bold=True)
    sheet.write_at(x + 3.5, y + 12.6, tile.value)
    after = x + 3.5 + sheet.wide(tile.value) + 1.4
    sheet.pen(9.0, INK)
    sheet.write_at(after, y + 12.6, tile.unit)
    sheet.pen(7.5, "#46555c")
    base = y + 17.2
    for text in _small(tile):
        for line in sheet.lines(text, width - 5.5):
            sheet.write_at(x + 3.5, base, line)
            base += 3.6


def _heading(sheet: Sheet, block: Heading, after: float) -> None:
    size, lead = (14.0, 6.4) if block.level == 1 else (11.0, 5.2)
    if block.new_page and sheet.get_y() > 60.0:
        sheet.add_page()
    sheet.need((16.0 if block.level == 1 else 9.0) + after)
    sheet.down(6.0 if block.level == 1 else 3.5)
    sheet.pen(size, BRAND, bold=True)
    y = sheet.get_y() + 0.78 * lead
    sheet.write_at(LEFT, y, block.text)
    _tags(sheet, block.tags, y, LEFT + sheet.wide(block.text))
    sheet.set_y(sheet.get_y() + lead + (0.8 if block.level == 1 else 0.4))
    if block.level == 1:
        sheet.rule(LEFT, sheet.get_y(), LEFT + TEXT_WIDTH)
        sheet.set_y(sheet.get_y() + 2.6)


def _tags(sheet: Sheet, tags: tuple[str, ...], y: float, after: float) -> None:
    """The disclosures at the right edge of the heading's line."""
    sheet.pen(7.0, "#46555c")
    widths = [sheet.wide(tag) + 2.4 for tag in tags]
    x = max(after + 2.0, WIDTH - RIGHT - sum(widths) - 1.2 * max(0, len(tags) - 1))
    sheet.set_draw_color(*rgb("#a9b7bc"))
    sheet.set_line_width(0.2)
    for tag, width in zip(tags, widths, strict=True):
        sheet.rect(x, y - 3.0, width, 4.0, round_corners=True, corner_radius=0.8)
        sheet.write_at(x + 1.2, y - 0.2, tag)
        x += width + 1.2


def _text(sheet: Sheet, block: Text) -> None:
    size, lead = LEADS[block.style]
    sheet.pen(size, SOFT if block.style == "small" else INK)
    if block.style != "warning":
        count = len(sheet.lines(block.text, TEXT_WIDTH))
        sheet.need(lead * (count if count <= SHORT else SHORT / 2))
        sheet.paragraph(block.text, TEXT_WIDTH, lead)
        sheet.set_y(sheet.get_y() + 2.0)
        return
    height = len(sheet.lines(block.text, TEXT_WIDTH - 7.0)) * lead + 3.6
    sheet.need(height)
    y = sheet.get_y()
    sheet.area(LEFT, y, TEXT_WIDTH, height, "#fdf6e6")
    sheet.area(LEFT, y, 1.0, height, "#c98a00")
    sheet.set_y(y + 1.8)
    sheet.paragraph(block.text, TEXT_WIDTH - 7.0, lead, LEFT + 4.0)
    sheet.set_y(y + height + 2.4)


def _bullets(sheet: Sheet, block: Bullets) -> None:
    sheet.need(16.0)
    sheet.down(1.0)
    sheet.pen(9.0, INK, bold=True)
    sheet.paragraph(block.title, TEXT_WIDTH, 5.0)
    for item in block.items:
        sheet.pen(9.0)
        sheet.need(4.6)
        sheet.text(LEFT + 0.8, sheet.get_y() + 3.4, "•")
        sheet.paragraph(item, TEXT_WIDTH - 4.5, 4.5, LEFT + 4.5)
        sheet.set_y(sheet.get_y() + 0.7)
    sheet.set_y(sheet.get_y() + 1.8)


def _picture(sheet: Sheet, block: Picture) -> None:
    sheet.need(block.drawing.height + 6.0)
    sheet.pen(9.0, INK, bold=True)
    sheet.paragraph(block.title, TEXT_WIDTH, 5.2)
    _draw(sheet, block.drawing, sheet.get_y())
    sheet.set_y(sheet.get_y() + block.drawing.height + 4.0)


def _draw(sheet: Sheet, drawing: Drawing, top: float) -> None:
    for mark in drawing.marks:
        if isinstance(mark, Box):
            _box(sheet, mark, top)
        elif isinstance(mark, Line):
            sheet.set_draw_color(*rgb(mark.color))
            sheet.set_line_width(mark.width)
            sheet.line(LEFT + mark.x1, top + mark.y1, LEFT + mark.x2, top + mark.y2)
        else:
            sheet.pen(mark.size, mark.color, mark.bold)
            back = {"start": 0.0, "middle": 0.5, "end": 1.0}[mark.anchor] * sheet.wide(mark.text)
            sheet.text(LEFT + mark.x - back, top + mark.y, mark.text)


def _box(sheet: Sheet, box: Box, top: float) -> None:
    sheet.set_fill_color(*rgb(box.fill))
    sheet.set_draw_color(*rgb(box.edge or PAPER))
    sheet.set_line_width(0.15)
    sheet.rect(LEFT + box.x, top + box.y, box.width, box.height, style="DF" if box.edge else "F")
    for line in stripes(box):
        sheet.rule(LEFT + line.x1, top + line.y1, LEFT + line.x2, line.color, line.width)
