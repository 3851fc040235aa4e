"""What a report is made of on paper: blocks with finished texts, in order. The writers (HTML, PDF) only set them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from controller.report.draw import Drawing

Style = Literal["lead", "body", "small", "warning"]
Kind = Literal["", "total", "group", "muted"]


@dataclass(frozen=True, slots=True)
class Cover:
    """The head of the first page. ``status``: verified or not, in words; ``good``: whether somebody verified."""

    kicker: str
    title: str
    period: str
    place: str
    status: str
    good: bool = False


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure of the first page: its name, the number, its unit, its margin and one line below."""

    label: str
    value: str
    unit: str
    margin: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tiles:
    """Figures side by side."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 or 2. ``tags``: the disclosures that the section answers (``GRI 302-1``)."""

    text: str
    tags: tuple[str, ...] = ()
    level: int = 1
    new_page: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    text: str
    style: Style = "body"


@dataclass(frozen=True, slots=True)
class Bullets:
    """Short sentences, one below the other, under a small heading."""

    title: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing with what it shows above it."""

    title: str
    drawing: Drawing


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, its share of the width, and whether numbers stand at its right edge."""

    label: str
    share: float = 1.0
    right: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row's finished cells. ``kind``: a total, a heading within the table, or something to be read past."""

    cells: tuple[str, ...]
    kind: Kind = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table that may break over pages; its head comes again on each. ``head``: False for names and values only."""

    columns: tuple[Column, ...]
    rows: Sequence[Row]
    title: str = ""
    note: str = ""
    head: bool = True


Block: TypeAlias = "Cover | Tiles | Heading | Text | Bullets | Picture | Table"


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report in one language. ``running``: what stands on each page; ``page_of``: ``Halaman {page} dari {pages}``."""

    language: Literal["id", "en"]
    title: str
    running: tuple[str, str]
    page_of: str
    blocks: tuple[Block, ...] = field(default=())
