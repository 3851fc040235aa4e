"""Ways to the ledger that never keep the cycle waiting for a disk: a writer thread, and its stepped twin."""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from controller.core.decision import Event
from controller.core.instant import Instant
from controller.store.chain import Head, Note
from controller.store.errors import StoreError
from controller.store.ledger import Batch, Ledger

MAX_BACKLOG = 10_000
"""Batches kept while the disk refuses to write; beyond that the oldest state-only batches go first."""

UNWRITABLE = (ValueError, TypeError, OverflowError, RecursionError, sqlite3.Error)
"""A batch that can never be written, whatever the disk says."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A promise: ``first_seq``..``last_seq`` are the rows' numbers (last < first: only state); ``done`` gives the head as these
    rows left it, when they are on the disk.
    """

    first_seq: int
    last_seq: int
    done: Future[Head]


@dataclass(slots=True)
class _Job:
    batch: Batch
    done: Future[Head] = field(default_factory=Future)


Annotate = Callable[[Event], Note | None]
"""A further row that an event brings with it, in the same transaction (a daily closing: its impact)."""


def _with_notes(entries: Sequence[Event | Note], annotate: Annotate | None) -> tuple[Event | Note, ...]:
    if annotate is None or not entries:
        return tuple(entries)
    notes = (annotate(entry) for entry in entries if isinstance(entry, Event))
    return (*entries, *(note for note in notes if note is not None))


class LedgerWriter:
    """Owns a ledger in one thread. ``submit`` returns at once; rows queued together share one transaction.

    When the disk refuses, the futures fail but the rows are kept in memory, in order, and written with the next
    submit: the ledger then tells late, never wrongly. Nothing else may write the ledger while this lives.
    """

    def __init__(self, ledger: Ledger, annotate: Annotate | None = None) -> None:
        self._ledger, self._annotate = ledger, annotate
        self._next_seq = ledger.head().seq + 1
        self.first_seq = self._next_seq
        """Number of the first row of the latest submit: event i of it has the number first_seq + i."""
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._owed: list[Batch] = []
        self.lost = 0
        self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)
        self._thread.start()

    def submit(self, entries: Sequence[Event | Note], state_json: str | None, at: Instant) -> Ticket:
        """Queue one transaction; never blocks. Call from one thread only (the event loop's)."""
        self.first_seq = self._next_seq
        return self._queue(_with_notes(entries, self._annotate), state_json, at)

    def note(self, note: Note, at: Instant) -> Ticket:
        """Queue a person's row, from the same thread. It may fall between a cycle's submit and the points made of its events:
        ``first_seq`` stays the cycle's.
        """
        return self._queue((note,), None, at)

    def reached(self, at: Instant) -> Ticket:
        """A promise of the head after everything that was submitted so far."""
        return self._queue((), None, at)

    def _queue(self, rows: Sequence[Event | Note], state_json: str | None, at: Instant) -> Ticket:
        first = self._next_seq
        self._next_seq += len(rows)
        job = _Job(Batch(rows, state_json, at))
        self._jobs.put(job)
        return Ticket(first, self._next_seq - 1, job.done)

    def commit(self, entries: Sequence[Event | Note], state_json: str, at: Instant) -> asyncio.Future[Head]:
        """``submit`` for the event loop."""
        return asyncio.wrap_future(self.submit(entries, state_json, at).done)

    def save_state(self, state_json: str, at: Instant) -> Ticket:
        """Queue a replacement of the state row."""
        return self.submit((), state_json, at)

    def head(self) -> Head:
        """The last row that is on the disk."""
        return self._ledger.head()

    def close(self) -> None:
        """Write what is queued, then end the thread and close the ledger."""
        self._jobs.put(None)
        self._thread.join()
        self._ledger.close()

    def _run(self) -> None:
        going = True
        while going:
            jobs, going = self._waiting()
            self._write(jobs)

    def _waiting(self) -> tuple[list[_Job], bool]:
        """Everything that is queued now, at least one; False when the end was among it."""
        jobs: list[_Job] = []
        job = self._jobs.get()
        while job is not None:
            jobs.append(job)
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return jobs, True
        return jobs, False

    def _write(self, jobs: list[_Job]) -> None:
        self._owed += [job.batch for job in jobs]
        before = self._ledger.head()
        try:
            rows = self._ledger.commit_all(self._owed)
        except StoreError as error:
            self._shorten()
            for job in jobs:
                job.done.set_exception(error)
            return
        except UNWRITABLE as error:
            self._write_singly()
            for job in jobs:
                job.done.set_exception(error)
            return
        written = sum(len(batch.entries) for batch in self._owed[: -len(jobs)])
        self._owed.clear()
        for job in jobs:
            written += len(job.batch.entries)
            job.done.set_result(Head.of(rows[written - 1]) if written else before)

    def _write_singly(self) -> None:
        """One batch holds what no file can hold: it must not keep the others from the disk. It is counted as lost."""
        owed, self._owed = self._owed, []
        for batch in owed:
            try:
                self._ledger.commit_all((batch,))
            except StoreError:
                self._owed.append(batch)
            except UNWRITABLE:
                self.lost += len(batch.entries)

    def _shorten(self) -> None:
        """Keep the memory bounded while the disk refuses: older states are superseded, then the oldest rows go."""
        last = self._owed[-1:]
        self._owed = [Batch(b.entries, None, b.at) for b in self._owed[:-1] if b.entries] + last
        excess = len(self._owed) - MAX_BACKLOG
        if excess > 0:
            self.lost += sum(len(b.entries) for b in self._owed[:excess])
            del self._owed[:excess]


class SteppedJournal:
    """The same promises kept at once, in the caller's thread: for stepped simulations and tests."""

    def __init__(self, ledger: Ledger, annotate: Annotate | None = None) -> None:
        self._ledger, self._annotate = ledger, annotate
        self.first_seq = ledger.head().seq + 1

    def submit(self, entries: Sequence[Event | Note], state_json: str | None, at: Instant) -> Ticket:
        """Write one transaction before returning. Raises StoreError when the disk refuses."""
        self.first_seq = self._ledger.head().seq + 1
        self._ledger.commit(_with_notes(entries, self._annotate), state_json, at)
        head = self._ledger.head()
        done: Future[Head] = Future()
        done.set_result(head)
        return Ticket(self.first_seq, head.seq, done)

    def commit(self, entries: Sequence[Event | Note], state_json: str, at: Instant) -> asyncio.Future[Head]:
        """``submit`` for the event loop: the future is done already."""
        self.submit(entries, state_json, at)
        future: asyncio.Future[Head] = asyncio.get_running_loop().create_future()
        future.set_result(self._ledger.head())
        return future

    def save_state(self, state_json: str, at: Instant) -> Ticket:
        """Replace the state row."""
        return self.submit((), state_json, at)

    def head(self) -> Head:
        """The last committed row."""
        return self._ledger.head()

    def close(self) -> None:
        """Close the ledger."""
        self._ledger.close()
