"""Every row of a ledger file in order, whatever was done to the file: what cannot be read is told and stepped over."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from controller.store.chain import Row
from controller.store.database import DAMAGE

COLUMNS = "seq, epoch_s, mono_s, boot, trusted, kind, subject, payload, prev, hash"
BATCH = 500
STEPS = tuple(2**n for n in range(40))
"""How far ahead of a place that cannot be read the next readable row is looked for."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Rows after ``after`` that the database cannot give; ``error`` in its words."""

    after: int
    error: str


def to_row(values: tuple[int, float, float, str, int, str, str, str, str, str]) -> Row:
    """A row as it is stored."""
    seq, epoch_s, mono_s, boot, trusted, *rest = values
    return Row(seq, epoch_s, mono_s, boot, bool(trusted), *rest)


def read_rows(connection: sqlite3.Connection, since: int = 0, kind: str | None = None) -> Iterator[Row]:
    """Rows after number ``since``, oldest first, optionally of one kind; read in short transactions (the WAL may turn)."""
    where = "" if kind is None else "AND kind = ?"
    while True:
        parameters = (since,) if kind is None else (since, kind)
        query = f"SELECT {COLUMNS} FROM ledger WHERE seq > ? {where} ORDER BY seq LIMIT {BATCH}"
        found = connection.execute(query, parameters).fetchall()
        for values in found:
            yield to_row(values)
        if len(found) < BATCH:
            return
        since = found[-1][0]


def last_row(connection: sqlite3.Connection) -> Row | None:
    """The newest row; None in an empty ledger."""
    values = connection.execute(f"SELECT {COLUMNS} FROM ledger ORDER BY seq DESC LIMIT 1").fetchone()
    return None if values is None else to_row(values)


def every_row(connection: sqlite3.Connection) -> Iterator[Row | Unreadable]:
    """All rows, oldest first, in short transactions; numbers always rise, even in a file whose tree was bent."""
    since: int | None = 0
    while since is not None:
        batch, error = _batch(connection, since, BATCH)
        if error:
            batch, error = _one_by_one(connection, since)
        for values in batch:
            row = to_row(values)
            if row.seq <= since:
                error = "its rows are not in order"
                break
            yield row
            since = row.seq
        if error:
            yield Unreadable(since, error)
            since = _readable_after(connection, since)
        elif len(batch) < BATCH:
            return


Batch = list[tuple[int, float, float, str, int, str, str, str, str, str]]


def _batch(connection: sqlite3.Connection, since: int, size: int) -> tuple[Batch, str]:
    try:
        query = f"SELECT {COLUMNS} FROM ledger WHERE seq > ? ORDER BY seq LIMIT {size}"
        return connection.execute(query, (since,)).fetchall(), ""
    except DAMAGE as error:
        return [], str(error)


def _one_by_one(connection: sqlite3.Connection, since: int) -> tuple[Batch, str]:
    """As far as a damaged batch can be read: texts that are no UTF-8 too, which no hash will fit."""
    before, connection.text_factory = connection.text_factory, _any_text
    found: Batch = []
    try:
        while len(found) < BATCH:
            one, error = _batch(connection, since, 1)
            if error or not one or one[0][0] <= since:
                return found, error
            found += one
            since = one[0][0]
        return found, ""
    finally:
        connection.text_factory = before


def _any_text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _readable_after(connection: sqlite3.Connection, since: int) -> int | None:
    """The number before the next row that can be read; None when there is none. Rows between stay unread, which the chain shows."""
    for step in STEPS:
        one, error = _batch(connection, since + step, 1)
        if not error:
            return one[0][0] - 1 if one and one[0][0] > since + step else None
    return None
