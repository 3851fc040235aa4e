"""One telemetry file: series, points, points that wait for a trusted clock, counters. Used under the queue's lock."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

from controller.core.instant import Instant
from controller.store.database import connect, connect_readonly, make_schema, translated
from controller.store.errors import StoreError
from controller.store.point import Point, Series, milliseconds
from controller.store.progress import Progress
from controller.store.thinning import count, counter, thin

VERSION = 1
MAX_HELD = 50_000
"""Points that may wait for a trusted clock; the oldest go first and are counted as lost."""

MAX_SERIES_CACHED = 5_000

Entry: TypeAlias = tuple[Point, str, bool]
"""A point, the boot it was measured in, and whether the wall clock was trusted then."""

_Row: TypeAlias = tuple[int, int, int, int, int, int, str]
"""Seq, series, epoch_ms, mono_ms, boot, trusted, fields."""

_INSERT = "INSERT INTO points VALUES (?, ?, ?, ?, ?, ?, ?)"
_HOLD = "INSERT INTO held (series, epoch_ms, mono_ms, boot, fields) VALUES (?, ?, ?, ?, ?)"


_NEWEST_HELD = "SELECT max(mono_ms) FROM held JOIN boots ON boots.id = held.boot WHERE boots.boot = ?"
_NEWEST = "SELECT max(epoch_ms) FROM points WHERE trusted = 1 AND seq > (SELECT max(seq) FROM points) - 500"


def newest_point_s(path: Path, known: Instant | None = None) -> float:
    """When the last points of a telemetry file were measured, POSIX seconds: a sign of life that is younger than the state row.

    Points of the boot of ``known`` that wait for a trusted clock are dated by its clock, right or wrong. 0 when there is none, or
    the file cannot be read now (whoever writes it next says why).
    """
    try:
        connection = connect_readonly(path)
        try:
            newest = connection.execute(_NEWEST).fetchone()[0]
            held = None if known is None else connection.execute(_NEWEST_HELD, (known.boot,)).fetchone()[0]
        finally:
            connection.close()
    except (StoreError, sqlite3.DatabaseError):
        return 0.0
    held_s = 0.0 if held is None or known is None else known.epoch_s + held / 1000.0 - known.mono_s
    return max(held_s, 0.0 if newest is None else newest / 1000.0)


class Shelf:
    """Raises DamagedError (set the file aside) or StoreError (try again later)."""

    def __init__(self, path: Path | str, max_bytes: int) -> None:
        self._path, self._max_bytes = path, max_bytes
        self.connection = connect(path, "NORMAL")
        try:
            make_schema(self.connection, path, "telemetry", VERSION)
            self._next_seq = self._newest() + 1
        except sqlite3.DatabaseError as error:
            self.connection.close()
            raise translated(path, error) from error
        except BaseException:
            self.connection.close()
            raise
        self._series: dict[str, int] = {}
        self._boots: dict[str, tuple[int, int | None]] = {}
        self._released: set[str] = set()

    def close(self) -> None:
        """Close the file; what was committed stays."""
        self.connection.close()

    def store(self, entries: Iterable[Entry], at: Instant) -> None:
        """Commit the entries in one transaction; learn the boot's clock offset when ``at`` is trusted."""
        before = self._next_seq
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                self._learn(at)
                self._insert(entries)
                self._bound()
                self.connection.execute("COMMIT")
            except BaseException:
                self._next_seq = before
                self._forget()
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise
            self._shrink()
        except sqlite3.DatabaseError as error:
            raise translated(self._path, error) from error

    def counts(self) -> dict[str, int]:
        """See ``Telemetry.counts``."""
        held = "SELECT count(*) FROM held JOIN boots ON boots.id = held.boot WHERE"
        current = "boots.id = (SELECT max(id) FROM boots)"
        return {
            "held": self._one(f"{held} {current}"),
            "unplaced": self._one(f"{held} NOT {current}"),
            "thinned": counter(self.connection, "thinned"),
            "lost": counter(self.connection, "lost"),
            "rejected": self._one("SELECT count(*) FROM rejects"),
        }

    def _one(self, query: str) -> int:
        return int(self.connection.execute(query).fetchone()[0])

    def _newest(self) -> int:
        newest = self.connection.execute("SELECT coalesce(max(seq), 0) FROM points").fetchone()[0]
        for (text,) in self.connection.execute("SELECT progress FROM sinks"):
            progress = Progress.from_json(text)
            newest = max(newest, progress.done, *(span.last for span in progress.ahead))
        return int(newest)

    def _learn(self, at: Instant) -> None:
        """The first trusted moment of a boot dates everything that was measured in it before."""
        if not at.trusted or at.boot in self._released:
            return
        boot, offset = self._boot(at.boot)
        if offset is None:
            offset = milliseconds(at.epoch_s - at.mono_s)
            self.connection.execute("UPDATE boots SET offset_ms = ? WHERE id = ?", (offset, boot))
            self._boots[at.boot] = (boot, offset)
        query = "SELECT series, mono_ms, fields FROM held WHERE boot = ? ORDER BY id"
        rows = [
            (seq, series, mono_ms + offset, mono_ms, boot, 0, fields)
            for seq, (series, mono_ms, fields) in enumerate(
                self.connection.execute(query, (boot,)), self._next_seq
            )
        ]
        self._add(rows)
        self.connection.execute("DELETE FROM held WHERE boot = ?", (boot,))
        self._released.add(at.boot)

    def _insert(self, entries: Iterable[Entry]) -> None:
        rows: list[_Row] = []
        held: list[tuple[int, int, int, int, str]] = []
        known, seq = self._series, self._next_seq
        last: str | None = None
        boot, offset = 0, None
        mono_then = epoch_then = math.nan
        mono_ms = epoch_ms = 0
        for (series, fields, epoch_s, mono_s), boot_id, trusted in entries:
            number = known.get(series.key) or self._series_id(series)
            if mono_s != mono_then:  # a cycle's points are mostly of one moment
                mono_then, mono_ms = mono_s, round(mono_s * 1000.0)
            if epoch_s != epoch_then:
                epoch_then, epoch_ms = epoch_s, round(epoch_s * 1000.0)
            if boot_id is not last:
                last, (boot, offset) = boot_id, self._boot(boot_id)
            if trusted:
                rows.append((seq, number, epoch_ms, mono_ms, boot, 1, fields))
            elif offset is not None:
                rows.append((seq, number, mono_ms + offset, mono_ms, boot, 0, fields))
            else:
                held.append((number, epoch_ms, mono_ms, boot, fields))
                continue
            seq += 1
        self._add(rows)
        self.connection.executemany(_HOLD, held)

    def _add(self, rows: list[_Row]) -> None:
        self.connection.executemany(_INSERT, rows)
        self._next_seq += len(rows)

    def _series_id(self, series: Series) -> int:
        key = series.key
        known = self._series.get(key)
        if known is None:
            tags = json.dumps(dict(series.tags), sort_keys=True)
            insert = (
                "INSERT INTO series (key, measurement, tags) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING"
            )
            self.connection.execute(insert, (key, series.measurement, tags))
            known = self.connection.execute("SELECT id FROM series WHERE key = ?", (key,)).fetchone()[0]
            if len(self._series) >= MAX_SERIES_CACHED:  # every event is a series of its own
                self._series.clear()
            self._series[key] = known
        return known

    def _boot(self, boot: str) -> tuple[int, int | None]:
        known = self._boots.get(boot)
        if known is None:
            self.connection.execute(
                "INSERT INTO boots (boot) VALUES (?) ON CONFLICT (boot) DO NOTHING", (boot,)
            )
            query = "SELECT id, offset_ms FROM boots WHERE boot = ?"
            known = self._boots[boot] = self.connection.execute(query, (boot,)).fetchone()
        return known

    def _bound(self) -> None:
        """Keep everything that may grow within its limit."""
        excess = self.connection.execute(
            "SELECT max(id) - min(id) + 1 - ? FROM held", (MAX_HELD,)
        ).fetchone()[0]
        if excess is not None and excess > 0:
            oldest = "DELETE FROM held WHERE id < (SELECT min(id) FROM held) + ?"
            count(self.connection, lost=self.connection.execute(oldest, (excess,)).rowcount)
        if thin(self.connection, self._max_bytes).thinned:
            self._series.clear()

    def _shrink(self) -> None:
        """Write the file anew when the limit was lowered, once: pages that a file gives back by itself (auto_vacuum) would cost
        every commit a page more on the card.
        """
        pages, size = (
            self.connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size")
        )
        if pages * size > self._max_bytes:
            self.connection.execute("VACUUM")

    def _forget(self) -> None:
        """After a rollback the caches may name rows that are not there."""
        self._series.clear()
        self._boots.clear()
        self._released.clear()
