"""Keeping the telemetry queue within its bytes: the oldest data is thinned, then dropped, and every loss is counted."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from controller.store.progress import Progress

CHUNK = 20_000
"""Numbers handled in one step; a step writes a few MB at most."""

SLOT_MS = 900_000
"""Of thinned data one point per series and quarter of an hour stays."""

NEAR = 0.98
"""Thinning begins before the file is full: one that grew beyond its limit is written anew as a whole."""

UNTOUCHED = 0.25
"""The newest share of the queue, which is never thinned."""


@dataclass(frozen=True, slots=True)
class Removed:
    """Points taken out by one call: ``thinned`` in all, ``lost`` of them before every sink had them."""

    thinned: int = 0
    lost: int = 0


def used_bytes(connection: sqlite3.Connection) -> int:
    """Bytes of the file that hold data (free pages are used again)."""
    pages, free, size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def thin(connection: sqlite3.Connection, max_bytes: int) -> Removed:
    """Bring the queue below nine tenths of ``max_bytes`` if it is near it. Call inside a transaction."""
    if used_bytes(connection) <= NEAR * max_bytes:
        return Removed()
    needed = [Progress.from_json(row[0]) for row in connection.execute("SELECT progress FROM sinks")]
    thinned = lost = 0
    while used_bytes(connection) > 0.9 * max_bytes:
        victims = _victims(connection)
        if not victims:
            break
        connection.executemany("DELETE FROM points WHERE seq = ?", ((seq,) for seq in victims))
        thinned += len(victims)
        lost += sum(1 for seq in victims if not all(progress.has(seq) for progress in needed))
    connection.execute(
        "DELETE FROM series WHERE id NOT IN (SELECT series FROM points UNION SELECT series FROM held)"
    )
    count(connection, thinned=thinned, lost=lost)
    return Removed(thinned, lost)


def _victims(connection: sqlite3.Connection) -> list[int]:
    """The next numbers to remove: first those that thinning spares none of, at last whole old chunks."""
    low, high = connection.execute("SELECT min(seq), max(seq) FROM points").fetchone()
    if low is None or low == high:
        return []
    limit = high - int((high - low + 1) * UNTOUCHED)
    begin = max(low, counter(connection, "thinned_to") + 1)
    while begin <= limit:
        end = min(limit, begin + CHUNK - 1)
        count(connection, thinned_to=end - counter(connection, "thinned_to"))
        rows = connection.execute(
            "SELECT seq FROM points WHERE seq BETWEEN ?1 AND ?2 AND seq NOT IN "
            "(SELECT min(seq) FROM points WHERE seq BETWEEN ?1 AND ?2 GROUP BY series, epoch_ms / ?3)",
            (begin, end, SLOT_MS),
        ).fetchall()
        if rows:
            return [row[0] for row in rows]
        begin = end + 1
    query = "SELECT seq FROM points WHERE seq < ? ORDER BY seq LIMIT ?"
    return [row[0] for row in connection.execute(query, (high, max(1, min(CHUNK, (high - low + 1) // 8))))]


def counter(connection: sqlite3.Connection, name: str) -> int:
    """A counter's value, 0 when it was never counted."""
    row = connection.execute("SELECT value FROM counters WHERE name = ?", (name,)).fetchone()
    return int(row[0]) if row else 0


def count(connection: sqlite3.Connection, **amounts: int) -> None:
    """Add to counters; zeros cost nothing."""
    for name, amount in amounts.items():
        if amount:
            connection.execute(
                "INSERT INTO counters VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = value + ?2",
                (name, amount),
            )
