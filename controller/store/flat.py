"""A ledger as tables: its rows, and its daily closings with a column for every figure. One row at a time: memory stays flat."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo

from controller.store.almanac import day_of, figures_of, is_day, zone_of
from controller.store.audit import VALUED, Closing, closings
from controller.store.chain import Row
from controller.store.scan import read_rows

Cell = float | int | str | bool | None

ROW_COLUMNS = (
    "seq", "time", "trusted", "kind", "subject", "payload", "prev", "hash", "day", "epoch_s", "mono_s", "boot",
)  # fmt: skip
"""Everything that a row's hash is made of, and the local day that it belongs to."""

DAY_FIRST = ("day", "seq", "hash")
"""A closing's first columns: its day, and the row of the ledger that it comes from."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: of these kinds (none: all), after row ``since``, of the local days ``first``..``last`` (YYYY-MM-DD, "": open)."""

    kinds: Collection[str] = field(default=())
    since: int = 0
    first: str = ""
    last: str = ""

    def has_day(self, day: str) -> bool:
        """True for a day of the range; a row without a day only where nobody asked for days."""
        return (not self.first or self.first <= day) and (not self.last or (day != "" and day <= self.last))


def rows_of(connection: sqlite3.Connection, wanted: Wanted) -> Iterator[tuple[Row, str]]:
    """Rows with their local day, oldest first."""
    zone = zone_of(connection)[0]
    for row in read_rows(connection, wanted.since):
        if wanted.kinds and row.kind not in wanted.kinds:
            continue
        day = day_of(row, zone)
        if wanted.has_day(day):
            yield row, day


def cells_of(row: Row, day: str) -> tuple[Cell, ...]:
    """A row under ROW_COLUMNS; ``time`` is UTC."""
    try:
        at = row.at.utc.isoformat().replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError):
        at = ""
    return (row.seq, at, row.trusted, row.kind, row.subject, row.payload, row.prev, row.hash, day,
            row.epoch_s, row.mono_s, row.boot)  # fmt: skip


def site_of(connection: sqlite3.Connection) -> str:
    """The site's id, as the first boot row that names it says; "-" in an older ledger."""
    for row in read_rows(connection, 0, "boot"):
        if site := figures_of(row).get("site"):
            return str(site)
    return "-"


class DayTable:
    """The daily closings of a range. ``columns``: the figures of the ``day`` rows by name, then those of the ``impact`` rows, with
    ``impact.`` before; a figure that an older closing lacks is None. ``texts``: columns that are no numbers.
    """

    def __init__(self, connection: sqlite3.Connection, wanted: Wanted) -> None:
        self._connection, self._wanted = connection, wanted
        self._zone, _ = zone_of(connection)
        names: dict[str, bool] = {}
        for _closing, cells in self._closings():
            for name, value in cells.items():
                names[name] = names.get(name, False) or isinstance(value, str)
        ordered = sorted(names, key=lambda name: (name.startswith("impact."), name))
        self.columns = (*DAY_FIRST, *ordered)
        self.texts = frozenset(name for name, text in names.items() if text) | {"hash"}

    def rows(self) -> Iterator[tuple[Cell, ...]]:
        """One row for each closing, oldest first."""
        for (closing, day, hashed), cells in self._closings():
            yield (day, closing.seq, hashed, *(cells.get(name) for name in self.columns[len(DAY_FIRST) :]))

    def _closings(self) -> Iterator[tuple[tuple[Closing, str, str], dict[str, float | str]]]:
        for closing in closings(self._connection, self._wanted.since):
            day = closing_day(closing, self._zone)
            if not self._wanted.has_day(day):
                continue
            query = "SELECT hash FROM ledger WHERE seq = ?"
            (hashed,) = self._connection.execute(query, (closing.seq,)).fetchone()
            own = {name: value for name, value in closing.figures.items() if name != "day"}
            for name in VALUED if closing.impact else ():
                own.pop(name, None)
            yield (
                (closing, day, hashed),
                own | {f"impact.{n}": v for n, v in closing.impact.items() if n != "day"},
            )


def closing_day(closing: Closing, zone: tzinfo) -> str:
    """The day that a closing closes."""
    named = str(closing.figures.get("day", ""))
    return named if is_day(named) else datetime.fromtimestamp(closing.epoch_s, zone).date().isoformat()


def last_second(day: str, zone: tzinfo) -> float:
    """The last second of a local day, POSIX seconds: where a day's figures stand in a time series."""
    return datetime.combine(date.fromisoformat(day), time(23, 59, 59), zone).timestamp()


Write = Callable[[str], object]
