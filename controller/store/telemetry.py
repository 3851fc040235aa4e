"""The telemetry queue's writing end: points are kept in memory and committed together, in plant time, by one thread.

It never blocks the cycle and never blocks a start: a damaged file is set aside, a full disk is waited for.
Reading end for sinks: ``controller.store.outbox``.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from controller.core.instant import Instant
from controller.store.database import KEPT_ASIDE, TEMPORARY, move_aside
from controller.store.errors import DamagedError, StoreError, TooNewError
from controller.store.point import Point
from controller.store.shelf import Entry, Shelf

MAX_BUFFER = 50_000
"""Points kept in memory while the disk refuses; the oldest go first and are counted (about 10 MB)."""


class Telemetry:
    """``path`` None keeps everything in a temporary file (simulations). ``at``: the moment of the start, to name a set-aside file.

    ``background`` False commits in the caller's thread. Call ``append`` and ``tick`` from one thread only.
    """

    def __init__(
        self,
        path: Path | None,
        at: Instant,
        max_bytes: int = 200_000_000,
        commit_s: float = 30.0,
        background: bool = True,
    ) -> None:
        self.path = path
        self.notices: deque[str] = deque(maxlen=20)
        self.dropped = 0
        self._max_bytes, self._commit_s = max_bytes, commit_s
        self._buffer: list[Entry] = []
        self._refused: list[Entry] = []  # touched by the worker only while ``_writing`` is not done
        self.committed_s = at.mono_s
        """Monotonic moment up to which everything that was appended is on the disk."""
        self._since_s = at.mono_s
        self._lock = threading.Lock()
        self._shelf = self._opened(at)
        self._counts = self._shelf.counts()
        self._pool = ThreadPoolExecutor(1, "telemetry") if background else None
        self._writing: Future[None] | None = None

    def append(self, points: Sequence[Point], at: Instant) -> None:
        """Take points that were measured at or before ``at``; nothing is written yet."""
        boot, trusted = at.boot, at.trusted
        self._buffer += [(point, boot, trusted) for point in points]

    def tick(self, at: Instant) -> None:
        """Commit when ``commit_s`` of plant time has passed; call it every cycle, it costs nothing otherwise."""
        if at.mono_s - self._since_s >= self._commit_s:
            self.flush(at)

    def flush(self, at: Instant) -> None:
        """Commit now, unless the commit before is still under way (then the points wait for the next tick)."""
        if self._writing is not None and not self._writing.done():
            return
        self._since_s = at.mono_s
        self._shorten()
        batch, self._buffer, self._refused = self._refused + self._buffer, [], []
        if self._pool is None:
            self._store(batch, at)
        else:
            self._writing = self._pool.submit(self._store, batch, at)

    def close(self, at: Instant) -> None:
        """Commit what is left and close the file."""
        if self._writing is not None:
            with contextlib.suppress(Exception):
                self._writing.result()
        self.flush(at)
        if self._pool is not None:
            self._pool.shutdown(wait=True)
        self._shelf.close()

    def abandon(self) -> None:
        """Close the file without what is only in memory, as a killed process does (simulations)."""
        if self._pool is not None:
            self._pool.shutdown(wait=True)
        self._shelf.close()

    @property
    def buffered(self) -> int:
        """Points that are only in memory, but for those being written now."""
        return len(self._buffer) + len(self._refused)

    def counts(self) -> dict[str, int]:
        """As of the last commit, without touching the disk: ``held`` (waiting for a trusted clock), ``unplaced`` (their boot
        never had one), ``thinned``, ``lost`` (thinned or pushed out before every sink had them), ``rejected`` (by a server).
        """
        return {**self._counts, "lost": self._counts["lost"] + self.dropped}

    def read(self, query: str, parameters: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        """The rows of a short query, by the writing connection (a queue in memory has no other). May wait for a commit."""
        with self._lock:
            return self._shelf.connection.execute(query, parameters).fetchall()

    def _store(self, batch: list[Entry], at: Instant) -> None:
        try:
            with self._lock:
                try:
                    self._shelf.store(batch, at)
                except DamagedError:
                    self._shelf.close()
                    self._shelf = self._opened(at)
                    self._shelf.store(batch, at)
                self._counts = self._shelf.counts()
            self.committed_s = at.mono_s
        except StoreError as error:
            self.notices.append(str(error))
            self._refused = batch

    def _opened(self, at: Instant) -> Shelf:
        if self.path is None:
            return Shelf(TEMPORARY, self._max_bytes)
        try:
            return Shelf(self.path, self._max_bytes)
        except (DamagedError, TooNewError) as error:
            kept = move_aside(self.path, at.epoch_s, KEPT_ASIDE)
            self.notices.append(f"{error} It is kept as {kept.name}.")
            return Shelf(self.path, self._max_bytes)

    def _shorten(self) -> None:
        """Keep the memory bounded while the disk refuses, oldest first."""
        excess = len(self._refused) + len(self._buffer) - MAX_BUFFER
        if excess <= 0:
            return
        old = min(excess, len(self._refused))
        del self._refused[:old]
        del self._buffer[: excess - old]
        self.dropped += excess
