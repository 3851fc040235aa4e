"""What a dashboard is, without Grafana's words: texts in both languages, queries, and what kind of picture shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, ...] = ("id", "en")

Kind = Literal["stat", "lines", "bars", "states", "table", "text"]
"""One number; lines over time; bars over time; states over time; rows; words."""

Dialect = Literal["influxql", "sql"]


DAYS_ZONE = "Asia/Jakarta"
"""Daily closings are dated the last second of their local day. In the westernmost zone of Indonesia each of them, from WIB to
WIT, falls on its own day."""


class T(NamedTuple):
    """One text in both languages. "Solar" is diesel in Indonesian: the sun's plant is PLTS."""

    id: str
    en: str

    def to(self, language: Language) -> str:
        """The text in that language."""
        return self.id if language == "id" else self.en


NO_TEXT = T("", "")


@dataclass(frozen=True, slots=True)
class Query:
    """One query in the data source's own language, with Grafana's macros.

    ``alias``: the name of its series ($tag_device, $col or a text). ``table``: rows and columns instead of series over
    time. ``text``: the language's own column is selected (``{language}`` in ``query``).
    """

    query: str
    alias: T | str = ""
    table: bool = False

    def to(self, language: Language) -> str:
        """The query for a dashboard in that language: ``{language}`` becomes "id" or "en"."""
        return self.query.replace("{language}", language)


@dataclass(frozen=True, slots=True)
class Column:
    """How one column or series of a panel is shown: its title, unit and words for its values; hidden when ``title`` is None.

    ``name``: of a field, or /pattern/ for several.
    """

    name: str
    title: T | None = None
    unit: str = ""
    decimals: int | None = None
    words: Mapping[float | str, Word] | None = None
    width: int = 0
    steps: tuple[Step, ...] = ()
    colour: str = ""
    empty: str = ""


class Word(NamedTuple):
    """What a number means and its colour."""

    text: T
    colour: str


class Step(NamedTuple):
    """From this value on (None: from below everything) this colour."""

    above: float | None
    colour: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture. ``why``: where its number comes from and what it cannot tell; every panel with data has one.

    ``unit``: Grafana's unit id, "suffix:mm" for what it has no id for. ``steps``: thresholds, only where a limit holds at
    every site. ``stack``: lines or bars on top of each other. ``total``: sums in the legend. ``width`` of 24 columns,
    ``height`` in rows of 30 px. ``join``: several queries as one table, by this column. ``month``: rows summed by month of this
    column. ``bridge_s``: lines are drawn over pauses of that length at most, for devices that report seldom; longer ones
    stay gaps. ``soft``: the axis reaches this at least, so that nought is not drawn on a scale of a hundred.
    ``from_start``: bars stand after their moment (it is the start of what they count), not before.
    """

    title: T
    kind: Kind
    queries: tuple[Query, ...] = ()
    why: T = NO_TEXT
    unit: str = ""
    decimals: int | None = None
    words: Mapping[float | str, Word] | None = None
    steps: tuple[Step, ...] = ()
    columns: tuple[Column, ...] = ()
    join: str = ""
    stack: bool = False
    total: bool = False
    minimum: float | None = None
    maximum: float | None = None
    width: int = 12
    height: int = 8
    body: T = NO_TEXT
    month: str = ""
    bridge_s: float = 0.0
    soft: float | None = None
    from_start: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A heading and the panels below it."""

    title: T
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """One dashboard. ``many``: several sites at once. ``marks``: kinds of event drawn into its graphs, as a pattern."""

    name: str
    title: T
    why: T
    rows: tuple[Row, ...]
    since: str = "now-24h"
    refresh: str = "1m"
    dialect: Dialect = "influxql"
    many: bool = False
    marks: str = ""
    tags: tuple[str, ...] = field(default=())

    def uid(self, language: Language) -> str:
        """Its address in Grafana: /d/<uid>."""
        return f"tirta-{self.name}-{language}"

    @property
    def panels(self) -> tuple[Panel, ...]:
        """All panels in their order."""
        return tuple(panel for row in self.rows for panel in row.panels)
