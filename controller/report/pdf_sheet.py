"""The paper of the PDF: A4, our own fonts, the running lines on each page, and text that wraps. Needs fpdf2 (extra ``report``)."""

from __future__ import annotations

from importlib.resources import as_file, files

from fpdf import FPDF

from controller.report.colours import BRAND
from controller.report.draw import SOFT
from controller.report.page import Document

FAMILY = "laporan"
LEFT = RIGHT = 18.0
TOP, FOOT = 22.0, 18.0
WIDTH, HEIGHT = 210.0, 297.0
TEXT_WIDTH = WIDTH - LEFT - RIGHT
MM_PER_PT = 25.4 / 72.0
PAGES = "{nb}"
"""What fpdf2 replaces by the number of pages when it closes the file."""


class Sheet(FPDF):
    """The pages. ``bottom``: where text must end, mm from the upper edge."""

    bottom = HEIGHT - FOOT

    def __init__(self, document: Document) -> None:
        super().__init__(format="A4")
        self.document = document
        self._widths: dict[tuple[str, str, float], float] = {}
        self.set_margins(LEFT, TOP, RIGHT)
        self.set_auto_page_break(False)
        self.c_margin = 0.0
        folder = files("controller.report").joinpath("fonts")
        for style, name in (("", "Roboto-Regular.ttf"), ("B", "Roboto-Bold.ttf")):
            with as_file(folder.joinpath(name)) as path:
                self.add_font(FAMILY, style, path)
        self.set_lang(document.language)
        self.set_title(document.title)
        self.pen(9.5)

    def header(self) -> None:
        """Site and period on every page but the first, which has its own head."""
        if self.page_no() > 1:
            self.pen(7.5, SOFT)
            self.write_at(LEFT, 13.0, self.document.running[0])
            self.write_at(WIDTH - RIGHT, 13.0, self.document.running[1], right=True)
            self.rule(LEFT, 15.0, WIDTH - RIGHT, "#d5dcdf", 0.2)
        self.set_xy(LEFT, TOP)

    def footer(self) -> None:
        """The title, and the page of how many."""
        self.pen(7.5, SOFT)
        self.write_at(LEFT, HEIGHT - 10.0, self.document.title)
        # The number of pages is known only at the end: fpdf2 puts it in where a cell holds its placeholder.
        self.set_xy(LEFT + self.wide(PAGES) - self.wide("00"), HEIGHT - 12.5)
        self.cell(TEXT_WIDTH, 3.4, self.document.page_of.format(page=self.page_no(), pages=PAGES), align="R")

    def pen(self, size: float, color: str = "#1f2d33", bold: bool = False) -> None:
        """The font from here on; ``size`` in points."""
        self.set_font(FAMILY, "B" if bold else "", size)
        self.set_text_color(*rgb(color))

    def wide(self, text: str) -> float:
        """The width of a text in the current pen, mm; words are measured once."""
        key = (text, self.font_style, self.font_size_pt)
        width = self._widths.get(key)
        if width is None:
            width = self._widths[key] = self.get_string_width(text)
        return width

    def write_at(self, x: float, y: float, text: str, right: bool = False) -> None:
        """One line whose base line begins (or ends) at the point."""
        self.text(x - self.wide(text) if right else x, y, text)

    def lines(self, text: str, width: float) -> list[str]:
        """The text broken at its spaces; a word that is wider than the line is broken anywhere."""
        found, line, used = [], "", 0.0
        space = self.wide(" ")
        for whole in text.split(" "):
            word, long = whole, self.wide(whole)
            if line and used + space + long > width:
                found.append(line)
                line, used = "", 0.0
            while long > width and len(word) > 1:
                cut = self._cut(word, width)
                found.append(word[:cut])
                word = word[cut:]
                long = self.wide(word)
            line, used = (f"{line} {word}", used + space + long) if line else (word, long)
        return [*found, line]

    def _cut(self, word: str, width: float) -> int:
        used = 0.0
        for place, letter in enumerate(word):
            used += self.wide(letter)
            if used > width:
                return max(1, place)
        return len(word)

    def paragraph(self, text: str, width: float, leading: float, x: float = LEFT) -> None:
        """A wrapped text from the current height on, over pages where it must; ``leading``: from line to line, mm."""
        for line in self.lines(text, width):
            self.need(leading)
            self.text(x, self.get_y() + 0.74 * leading, line)
            self.set_y(self.get_y() + leading)

    def need(self, height: float) -> None:
        """A new page where less than so many mm are left on this one. The pen stays as it is."""
        if self.get_y() + height <= self.bottom:
            return
        style, size, color = self.font_style, self.font_size_pt, self.text_color
        self.add_page()
        self.set_font(FAMILY, style, size)
        self.text_color = color

    def down(self, height: float) -> None:
        """Space, but none at the head of a page."""
        if self.get_y() > TOP + 0.1:
            self.set_y(self.get_y() + height)

    def rule(self, x1: float, y: float, x2: float, color: str = BRAND, width: float = 0.3) -> None:
        """A horizontal line."""
        self.set_draw_color(*rgb(color))
        self.set_line_width(width)
        self.line(x1, y, x2, y)

    def area(self, x: float, y: float, width: float, height: float, color: str) -> None:
        """A filled rectangle without an edge."""
        self.set_fill_color(*rgb(color))
        self.rect(x, y, width, height, style="F")


def rgb(color: str) -> tuple[int, int, int]:
    """``#0b5563`` as three numbers."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
