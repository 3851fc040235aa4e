"""Where a row of a ledger belongs: under which number it was written, and between which days of the site."""

from __future__ import annotations

import sqlite3

from controller.store.almanac import first_after, zone_of
from controller.store.chain import GENESIS, Row, digest
from controller.store.database import DAMAGE
from controller.store.outside import Heads
from controller.store.scan import COLUMNS, to_row

NEARBY = 64
"""How many removed rows in a row are recognised when the rows after them were numbered anew."""

BACK = 50
"""How many rows back a whole one is looked for."""


class Places:
    """What an open ledger and the heads of it that were noted outside say of places."""

    def __init__(self, connection: sqlite3.Connection, heads: Heads) -> None:
        self._connection, self._heads = connection, heads
        self.zone, self.zone_name = zone_of(connection)

    def days(self, seq: int) -> tuple[str, str]:
        """The first and the last day on which row ``seq`` can have been written; "" where nobody can know."""
        first, last = self._heads.days(seq)
        for before in range(seq - 1, max(0, seq - BACK), -1):
            row = self._row(before)
            if row is not None and row.trusted and row.hash == row.expected_hash():
                return max(first, first_after(row, self.zone)), last
        return first, last

    def written_as(self, row: Row) -> int:
        """The number under which a row's content matches its hash; 0 when there is none."""
        near = range(max(1, row.seq - NEARBY), row.seq + NEARBY + 1)
        numbers = (*self._after_hash(row.prev), *near)
        return next((seq for seq in numbers if seq != row.seq and is_whole_as(row, seq)), 0)

    def holds(self, hashed: str) -> bool:
        """True when some row carries this hash."""
        return hashed == GENESIS or bool(self._after_hash(hashed))

    def goes_on(self, row: Row) -> bool:
        """True when the row after ``row`` carries its hash, or when it is the last one."""
        following = self._row(row.seq + 1)
        return following is None or following.prev == row.hash

    def _after_hash(self, hashed: str) -> list[int]:
        try:
            found = self._connection.execute("SELECT seq FROM ledger WHERE hash = ?", (hashed,))
            return [seq + 1 for (seq,) in found]
        except DAMAGE:
            return []

    def _row(self, seq: int) -> Row | None:
        try:
            query = f"SELECT {COLUMNS} FROM ledger WHERE seq = ?"
            values = self._connection.execute(query, (seq,)).fetchone()
        except DAMAGE:
            return None
        return None if values is None else to_row(values)


def is_whole_as(row: Row, seq: int) -> bool:
    """True when a row's content matches its hash under the number ``seq``."""
    return row.hash == digest((row.prev, seq, row.epoch_s, row.mono_s, row.boot, int(row.trusted),
                               row.kind, row.subject, row.payload))  # fmt: skip
