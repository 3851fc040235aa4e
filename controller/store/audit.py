"""Reading a ledger: rows, daily closings, and the check that nobody changed, cut or reordered it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from controller.store.chain import GENESIS, Head, Json, Row
from controller.store.database import connect_readonly

COLUMNS = "seq, epoch_s, mono_s, boot, trusted, kind, subject, payload, prev, hash"
TAIL = 50
"""Rows whose chain is checked at every start; the whole ledger only by ``tirta ledger verify``."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a ledger. ``seq``: the row (0: the file as a whole). ``day``: its UTC day, YYYY-MM-DD, or ""."""

    seq: int
    day: str
    text: str


@dataclass(frozen=True, slots=True)
class Closing:
    """One daily closing: the row's number and its figures (Wh and m3 by suffix), with the factor and the price that its impact
    row was valued at. ``impact``: all figures of that row; empty where there is none.
    """

    seq: int
    epoch_s: float
    subject: str
    figures: dict[str, float | str]
    impact: dict[str, float | str] = field(default_factory=dict)


def _row(values: tuple[int, float, float, str, int, str, str, str, str, str]) -> Row:
    seq, epoch_s, mono_s, boot, trusted, *rest = values
    return Row(seq, epoch_s, mono_s, boot, bool(trusted), *rest)


def read_rows(connection: sqlite3.Connection, since: int = 0, kind: str | None = None) -> Iterator[Row]:
    """Rows after number ``since``, oldest first, optionally of one kind; read in short transactions (the WAL may turn)."""
    where = "" if kind is None else "AND kind = ?"
    while True:
        parameters = (since,) if kind is None else (since, kind)
        query = f"SELECT {COLUMNS} FROM ledger WHERE seq > ? {where} ORDER BY seq LIMIT 500"
        found = connection.execute(query, parameters).fetchall()
        for values in found:
            yield _row(values)
        if len(found) < 500:
            return
        since = found[-1][0]


def last_row(connection: sqlite3.Connection) -> Row | None:
    """The newest row; None in an empty ledger."""
    values = connection.execute(f"SELECT {COLUMNS} FROM ledger ORDER BY seq DESC LIMIT 1").fetchone()
    return None if values is None else _row(values)


VALUED = ("factor_kg_per_kwh", "price_idr_per_kwh", "co2_avoided_kg", "ch4_avoided_kg", "saved_idr")
"""What a closing keeps of its impact row: another factor in the site file tomorrow does not revalue yesterday."""


def closings(connection: sqlite3.Connection, since: int = 0) -> Iterator[Closing]:
    """All daily closings after row ``since``, oldest first."""
    impacts = read_rows(connection, since, "impact")
    impact = next(impacts, None)
    for row in read_rows(connection, since, "day"):
        figures, valued = _figures(row.content), dict[str, float | str]()
        while impact is not None and impact.seq < row.seq:
            impact = next(impacts, None)
        if impact is not None and impact.epoch_s == row.epoch_s:
            valued = _figures(impact.content)
            figures |= {name: valued[name] for name in VALUED if name in valued}
        yield Closing(row.seq, row.epoch_s, row.subject, figures, valued)


def _figures(content: dict[str, Json]) -> dict[str, float | str]:
    figures = content.get("figures")
    if not isinstance(figures, dict):
        return {}
    return {key: value for key, value in figures.items() if isinstance(value, float | int | str)}


def verify_rows(connection: sqlite3.Connection, expected: Head | None = None) -> tuple[Problem, ...]:
    """Every problem of a ledger, in order; empty when it is whole.

    ``expected``: a head that was noted elsewhere (log, MQTT, InfluxDB); a ledger that ends before it was cut.
    """
    problems: list[Problem] = []
    previous: Row | None = None
    try:
        for row in read_rows(connection):
            problems += _row_problems(row, previous)
            if expected is not None and row.seq == expected.seq and row.hash != expected.hash:
                problems.append(
                    _problem(row, "does not carry the hash that was noted outside: the ledger was rewritten")
                )
            previous = row
    except sqlite3.DatabaseError as error:
        day = _day(previous) if previous else ""
        after = f"after row {previous.seq}" if previous else "from its beginning"
        return (*problems, Problem(0, day, f"the file cannot be read {after}: {error}"))
    last = previous.seq if previous else 0
    if expected is not None and last < expected.seq:
        day = _day(previous) if previous else ""
        problems.append(
            Problem(
                last,
                day,
                f"the ledger ends at row {last}, but row {expected.seq} was noted outside: it was cut",
            )
        )
    return tuple(problems)


def tail_problem(connection: sqlite3.Connection) -> Problem | None:
    """The first problem in the last rows, or None: quick enough for every start."""
    last = last_row(connection)
    if last is None:
        return None
    previous: Row | None = None
    for row in read_rows(connection, max(0, last.seq - TAIL)):
        first_read = previous is None and row.seq > 1
        problems = _row_problems(row, None if first_read else previous, linked=not first_read)
        if problems:
            return problems[0]
        previous = row
    return None


def _row_problems(row: Row, previous: Row | None, linked: bool = True) -> list[Problem]:
    problems = []
    if linked:
        seq, link = (previous.seq + 1, previous.hash) if previous else (1, GENESIS)
        if row.seq != seq:
            problems.append(_problem(row, f"follows row {seq - 1}: {row.seq - seq} row(s) are missing"))
        elif row.prev != link:
            problems.append(_problem(row, f"does not carry the hash of row {seq - 1}"))
    if row.hash != row.expected_hash():
        problems.append(_problem(row, "was changed: its content does not match its hash"))
    return problems


def _problem(row: Row, text: str) -> Problem:
    return Problem(row.seq, _day(row), f"row {row.seq} of {_day(row)} ({row.kind} {row.subject}) {text}")


def _day(row: Row) -> str:
    try:
        return datetime.fromtimestamp(row.epoch_s, UTC).date().isoformat()
    except (OverflowError, ValueError, OSError):
        return ""


def verify_file(path: Path, expected: Head | None = None) -> tuple[Problem, ...]:
    """``verify_rows`` on a file that another process may be writing."""
    connection = connect_readonly(path)
    try:
        return verify_rows(connection, expected)
    finally:
        connection.close()
