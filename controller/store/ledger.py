"""The ledger: what was done and why, append-only and chained, and beside it the one row of state that is replaced.

One object, one writing thread at a time. Reading for people and auditors: ``controller.store.audit``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from controller.core.decision import Event
from controller.core.instant import Instant
from controller.store.audit import Closing, closings, verify_rows
from controller.store.chain import Head, Note, Row, row_after
from controller.store.database import DAMAGE, MEMORY, connect, make_schema, move_aside, translated
from controller.store.errors import DamagedError, StoreError
from controller.store.guards import mend_guards
from controller.store.outside import beside
from controller.store.problem import Problem
from controller.store.scan import last_row, read_rows
from controller.store.verify import tail_problem

VERSION = 1

INSERT = "INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
SAVE = "INSERT OR REPLACE INTO state VALUES (1, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Saved:
    """The state row: its JSON, when it was saved, and the ledger's head at that moment."""

    state_json: str
    at: Instant
    seq: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction writes: events of one instant, and the state after them (None leaves the state row)."""

    entries: Sequence[Event | Note]
    state_json: str | None
    at: Instant


class Ledger:
    """``Ledger(path)``: durable (every commit is on the disk when it returns). ``Ledger()``: in memory, for simulations.

    Raises DamagedError when the file is not a ledger or its last rows do not join; ``set_aside`` then keeps it and
    begins another.
    """

    def __init__(self, path: Path | None = None, *, durable: bool = True) -> None:
        self.path = path
        self._name = path or MEMORY
        self._connection = connect(self._name, "FULL" if durable else "OFF")
        try:
            make_schema(self._connection, self._name, "ledger", VERSION)
            self.mended = self._mended() if path is not None else ()
            self._head = self._checked_head()
        except StoreError:
            self._connection.close()
            raise

    def head(self) -> Head:
        """The last committed row."""
        return self._head

    def commit(self, entries: Sequence[Event | Note], state_json: str | None, at: Instant) -> tuple[Row, ...]:
        """Write the rows and the state in one transaction; both or neither are there afterwards. Returns the rows.

        Raises StoreError when the disk refuses; then nothing was written and the same call may be repeated.
        """
        return self.commit_all((Batch(entries, state_json, at),))

    def commit_all(self, batches: Sequence[Batch]) -> tuple[Row, ...]:
        """Write several batches in one transaction, in order; the last state wins."""
        rows: list[Row] = []
        head, saved = self._head, None
        for batch in batches:
            for entry in batch.entries:
                row = row_after(head, entry, batch.at)
                head = Head.of(row)
                rows.append(row)
            if batch.state_json is not None:
                at = batch.at
                saved = (head.seq, at.epoch_s, at.mono_s, at.boot, int(at.trusted), batch.state_json)
        with self._transaction() as execute:
            for row in rows:
                execute(INSERT, (row.seq, row.epoch_s, row.mono_s, row.boot, int(row.trusted),
                                 row.kind, row.subject, row.payload, row.prev, row.hash))  # fmt: skip
            if saved is not None:
                execute(SAVE, saved)
        self._head = head
        return tuple(rows)

    def save_state(self, state_json: str, at: Instant) -> None:
        """Replace the state row."""
        self.commit((), state_json, at)

    def load_state(self) -> Saved | None:
        """The last saved state; None in a new ledger."""
        return load_state(self._connection, self._name)

    def rows(self, since: int = 0, kind: str | None = None) -> Iterator[Row]:
        """Rows after number ``since``, oldest first, optionally of one kind."""
        return read_rows(self._connection, since, kind)

    def closings(self) -> Iterator[Closing]:
        """All daily closings, oldest first."""
        return closings(self._connection)

    def verify(self, expected: Head | None = None) -> tuple[Problem, ...]:
        """Check every row; see ``controller.store.audit.verify_rows``."""
        return verify_rows(self._connection, expected)

    def close(self) -> None:
        """Close the file; what was committed stays."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _checked_head(self) -> Head:
        try:
            last = last_row(self._connection)
            problem = tail_problem(self._connection, last.seq) if last is not None else None
        except DAMAGE as error:
            raise translated(self._name, error) from error
        if problem is not None:
            raise DamagedError(
                self._name, f"is damaged: {problem.text}", "Set it aside; it is kept for inspection.",
                (f"rusak: {problem.said('id')}", "Sisihkan; berkas itu disimpan untuk diperiksa."),
            )  # fmt: skip
        return Head.of(last)

    def _mended(self) -> tuple[str, ...]:
        """Triggers that somebody had dropped or changed, put back."""
        try:
            return mend_guards(self._connection)
        except DAMAGE as error:
            raise translated(self._name, error) from error

    @contextmanager
    def _transaction(self) -> Iterator[Callable[..., sqlite3.Cursor]]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection.execute
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        except sqlite3.DatabaseError as error:
            raise translated(self._name, error) from error


def load_state(connection: sqlite3.Connection, name: Path | str) -> Saved | None:
    """The state row of an open ledger file. Raises DamagedError when it cannot be read."""
    try:
        row = connection.execute("SELECT seq, epoch_s, mono_s, boot, trusted, state FROM state").fetchone()
    except DAMAGE as error:
        raise translated(name, error) from error
    return None if row is None else Saved(row[5], Instant(row[1], row[2], row[3], bool(row[4])), row[0])


@dataclass(frozen=True, slots=True)
class Aside:
    """A ledger that was set aside: where it is now, and what could still be read of it."""

    path: Path
    head: Head
    saved: Saved | None


def set_aside(path: Path, at: Instant, why: str = "") -> Aside:
    """Keep a damaged ledger under another name and begin a new one whose first row names the old one's file and head.

    ``why``: what was found damaged, for the row. The file of its heads goes with it.
    The state is carried over when it can still be read: balances and debts of water outlive the damage.
    """
    head, saved = _salvage(path)
    kept = move_aside(path, at.epoch_s)
    if (heads := beside(path)).exists():
        heads.rename(beside(kept))
    figures: dict[str, float | str] = {"file": kept.name, "head_seq": head.seq, "head_hash": head.hash}
    note = Note("aside", "ledger", figures | ({"why": why} if why else {}))
    with Ledger(path) as fresh:
        fresh.commit((note,), saved.state_json if saved else None, at)
    return Aside(kept, head, saved)


def _salvage(path: Path) -> tuple[Head, Saved | None]:
    head, saved = Head(), None
    try:
        connection = sqlite3.connect(path, isolation_level=None)
    except DAMAGE:
        return head, saved
    try:
        saved = load_state(connection, path)
        last = last_row(connection)
        head = Head.of(last)
    except (*DAMAGE, StoreError):
        pass  # what could be read before is all there is
    finally:
        connection.close()
    return head, saved
