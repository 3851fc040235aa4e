"""The telemetry queue's reading end: one cursor per sink, live data and backlog, dead letters.

Opens the file anew for every call: no read transaction is ever forgotten, and a file that was set aside is let go.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from controller.store.database import translated
from controller.store.progress import Progress, Span

MAX_REJECTS = 10_000
"""Dead letters kept per sink, newest."""


@dataclass(frozen=True, slots=True)
class Line:
    """One point as it is sent, and its number."""

    seq: int
    text: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """Lines to send together; ``span``: the numbers that are settled when they are answered."""

    span: Span
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Reject:
    """A dead letter: the line, and the server's answer."""

    seq: int
    line: str
    status: int
    words: str


class Outbox:
    """What one sink still has to send. One thread at a time; raises StoreError when the file cannot be used now.

    ``every``: the cursor is written with each so-manieth answer, and by ``save``, to spare the card; what was answered since
    would be sent once more after a power cut, and a time-series database stores the same point at the same place.
    """

    def __init__(self, path: Path, sink: str, every: int = 1) -> None:
        self._path, self._sink, self._every = path, sink, every
        self._file: tuple[object, object] = (None, None)
        self._known = Progress()
        self._unsaved = 0

    def register(self) -> None:
        """Make the cursor known, so that what is thinned before its first answer is counted as lost."""
        with self._opened() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO sinks VALUES (?, ?)", (self._sink, Progress().to_json())
            )

    def mark(self) -> tuple[object, ...]:
        """Changes with every commit of anybody. Looking costs the card nothing, unlike opening the file: even a reader marks
        its place in the shared index beside it.
        """
        return tuple(
            None if stat is None else (stat.st_ino, stat.st_size, stat.st_mtime_ns)
            for stat in (_stat(self._path), _stat(self._path.with_name(f"{self._path.name}-wal")))
        )

    def pending(self) -> int:
        """Points not settled yet (numbers; thinned ones still count)."""
        with self._opened() as connection:
            newest = self._newest(connection)
            return sum(gap.size for gap in self._progress(connection).gaps(newest))

    def live(self, limit: int) -> Parcel | None:
        """The newest points not settled yet, at most ``limit``, oldest of them first."""
        with self._opened() as connection:
            newest = self._newest(connection)
            return self._parcel(connection, self._progress(connection).live(newest, limit), limit)

    def backlog(self, limit: int) -> Parcel | None:
        """The oldest points not settled yet, at most ``limit``; None when nothing is left."""
        with self._opened() as connection:
            newest = self._newest(connection)
            return self._parcel(connection, self._progress(connection).backlog(newest), limit)

    def settle(self, span: Span, rejects: Sequence[Reject] = ()) -> None:
        """These numbers were answered: stored by the server, or refused for good and kept as dead letters."""
        with self._opened() as connection:
            progress = self._progress(connection).settled(span)
            if not rejects and self._unsaved + 1 < self._every:
                self._known, self._unsaved = progress, self._unsaved + 1
                return
            connection.execute("BEGIN IMMEDIATE")
            self._store(connection, progress)
            for reject in rejects:
                row = (self._sink, reject.seq, reject.line, reject.status, reject.words[:1000])
                connection.execute("INSERT OR REPLACE INTO rejects VALUES (?, ?, ?, ?, ?)", row)
            if rejects:
                connection.execute(
                    "DELETE FROM rejects WHERE sink = ?1 AND seq <= "
                    "(SELECT seq FROM rejects WHERE sink = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)",
                    (self._sink, MAX_REJECTS),
                )
            connection.execute("COMMIT")

    def save(self) -> None:
        """Write the cursor now."""
        with self._opened() as connection:
            progress = self._progress(connection)
            if self._unsaved:
                self._store(connection, progress)

    def rejects(self) -> tuple[Reject, ...]:
        """The dead letters of this sink, oldest first."""
        query = "SELECT seq, line, status, words FROM rejects WHERE sink = ? ORDER BY seq"
        with self._opened() as connection:
            return tuple(Reject(*row) for row in connection.execute(query, (self._sink,)))

    def progress(self) -> Progress:
        """What is settled."""
        with self._opened() as connection:
            return self._progress(connection)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            uri = f"{self._path.resolve().as_uri()}?mode=rw"
            connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=5.0)
            try:
                connection.execute("PRAGMA synchronous=NORMAL")
                yield connection
            finally:
                connection.close()
        except sqlite3.DatabaseError as error:
            raise translated(self._path, error) from error

    def _progress(self, connection: sqlite3.Connection) -> Progress:
        """As stored, and what was answered since, unless the file is another one by now."""
        row = connection.execute("SELECT progress FROM sinks WHERE name = ?", (self._sink,)).fetchone()
        file = (self._inode(), row)
        if file != self._file:
            self._file, self._unsaved = file, 0
            self._known = Progress.from_json(row[0]) if row else Progress()
        return self._known

    def _store(self, connection: sqlite3.Connection, progress: Progress) -> None:
        text = progress.to_json()
        connection.execute("INSERT OR REPLACE INTO sinks VALUES (?, ?)", (self._sink, text))
        self._file, self._known, self._unsaved = (self._inode(), (text,)), progress, 0

    def _inode(self) -> int | None:
        stat = _stat(self._path)
        return None if stat is None else stat.st_ino

    def _newest(self, connection: sqlite3.Connection) -> int:
        return int(connection.execute("SELECT coalesce(max(seq), 0) FROM points").fetchone()[0])

    def _parcel(self, connection: sqlite3.Connection, span: Span | None, limit: int) -> Parcel | None:
        if span is None:
            return None
        query = (
            "SELECT seq, key, fields, epoch_ms FROM points JOIN series ON series.id = points.series "
            "WHERE seq BETWEEN ? AND ? ORDER BY seq LIMIT ?"
        )
        rows = connection.execute(query, (span.first, span.last, limit)).fetchall()
        lines = tuple(Line(seq, f"{key} {fields} {epoch_ms}") for seq, key, fields, epoch_ms in rows)
        if len(lines) == limit:
            span = Span(span.first, lines[-1].seq)
        return Parcel(span, lines)


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None
