"""A year's ledger made by the shipped code, and everything that a forger with the file can do to it."""

from __future__ import annotations

import random
import sqlite3
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from controller.config import load_site
from controller.core.decision import Event, EventKind, Level, Reason
from controller.core.instant import Instant
from controller.store.almanac import day_of
from controller.store.chain import GENESIS, Head, Note, Row, canonical
from controller.store.ledger import INSERT, Ledger
from controller.store.outside import Noted, noted_of
from controller.store.scan import read_rows
from simulators.season import Season, local_midnight
from simulators.world import World

ROOT = Path(__file__).resolve().parents[1]
BEGIN = date(2026, 1, 1)
DAY_S = 86_400.0


def source_rows(folder: Path, days: int) -> list[Row]:
    """The rows that the shipped controller writes for the demonstration's site in so many days of seeded weather."""
    site, profiles = load_site(ROOT / "config.yaml")
    start = local_midnight(site, BEGIN.isoformat())
    Season(site, profiles, World(site, 1, start), start, days + 0.05, folder).run()
    with Ledger(folder / "ledger.db") as ledger:
        return list(ledger.rows())


def make_year(path: Path, rows: Sequence[Row], source_days: int, days: int, zone: str) -> None:
    """A ledger of ``days`` days and a morning: the source's days again and again, each with its own closing, chained by the shipped
    code.
    """
    site_zone = ZoneInfo(zone)
    by_day: dict[int, list[Row]] = {}
    for row in rows:
        by_day.setdefault((date.fromisoformat(day_of(row, site_zone)) - BEGIN).days, []).append(row)
    boot = Note("boot", "site", {"config": "0" * 64, "site": "desa-impian", "timezone": zone})
    start_s = datetime.combine(BEGIN, datetime.min.time(), site_zone).timestamp()
    with Ledger(path, durable=False) as ledger:
        ledger.commit([boot], None, Instant(start_s, 0.0, "year"))
        for day in range(days):
            ahead = day - day % source_days
            for at, entries in _batches(by_day.get(day % source_days, []), ahead):
                ledger.commit(entries, canonical({"day": day}), at)
        noon_s = start_s + DAY_S * (days % source_days + 0.5)
        morning = [row for row in by_day.get(days % source_days, []) if row.epoch_s < noon_s]
        for at, entries in _batches(morning, days - days % source_days):
            ledger.commit(entries, canonical({"day": days}), at)


def _batches(rows: Sequence[Row], ahead: int) -> Iterator[tuple[Instant, list[Event | Note]]]:
    """Rows of one instant, so many days later."""
    batch: list[Event | Note] = []
    last: Row | None = None
    for row in rows:
        if last is not None and row.epoch_s != last.epoch_s:
            yield _later(last, ahead), batch
            batch = []
        batch.append(_entry(row, ahead))
        last = row
    if last is not None:
        yield _later(last, ahead), batch


def _later(row: Row, ahead: int) -> Instant:
    return Instant(row.epoch_s + ahead * DAY_S, row.mono_s + ahead * DAY_S, "year")


def _entry(row: Row, ahead: int) -> Event | Note:
    content = row.content
    figures = dict(content["figures"])  # type: ignore[arg-type]
    if figures.get("day"):
        figures["day"] = (date.fromisoformat(str(figures["day"])) + timedelta(days=ahead)).isoformat()
    if "key" not in content:
        return Note(row.kind, row.subject, figures)
    reason = Reason(
        str(content["reason_subject"]), str(content["key"]), content["params"],  # type: ignore[arg-type]
        Level(content["level"]), group=str(content["group"]),
    )  # fmt: skip
    return Event(EventKind(row.kind), row.subject, reason, figures)


@dataclass(frozen=True)
class Kept:
    """Heads outside, as the shipped code tells them: at closings only, with the log's hours, with InfluxDB's minutes."""

    closings: list[Noted]
    hours: list[Noted]
    minutes: list[Noted]


def kept_heads(rows: Sequence[Row], zone: str) -> Kept:
    """What the daemon that wrote these rows would have told outside, until the last minute."""
    site_zone = ZoneInfo(zone)
    closings, times = [], [row.epoch_s for row in rows]
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        if row.kind == "impact" and (following is None or following.epoch_s > row.epoch_s):
            closings.append(Noted(row.seq, row.hash, day_of(row, site_zone), closing=True))
    told = {every: [] for every in (60.0, 3600.0)}
    for every, heads in told.items():
        first, last = int(times[0] // every) + 1, int(times[-1] // every) + 1
        seen = -1
        for tick in range(first, last + 1):
            place = bisect_right(times, tick * every) - 1
            if place != seen:
                heads.append(noted_of(Head.of(rows[place]), site_zone))
                seen = place
    return Kept(closings, [*closings, *told[3600.0]], [*closings, *told[60.0]])


def days_of(rows: Sequence[Row], zone: str) -> dict[int, str]:
    """The true day of every row."""
    return {row.seq: day_of(row, ZoneInfo(zone)) for row in rows}


# ------------------------------------------------------------------------------------------------- what a forger does


FALSE_FIGURES = canonical({"figures": {"solar_kwh": 99.9}})


@dataclass(frozen=True)
class Forgery:
    """``first``: the first row of the original that is touched. ``chained``: the forger made all later hashes anew, or cut the end:
    only heads outside can tell.
    """

    kind: str
    first: int
    chained: bool = False


class Forger:
    """Works on an open ledger within one transaction that is rolled back afterwards. ``rows``: what it holds."""

    def __init__(self, connection: sqlite3.Connection, rows: Sequence[Row], rng: random.Random) -> None:
        self._db, self._rows, self._rng = connection, rows, rng

    def disarm(self) -> None:
        """Drop the triggers, as anybody with the file can."""
        for name in ("ledger_no_update", "ledger_no_delete", "ledger_in_order"):
            self._db.execute(f"DROP TRIGGER IF EXISTS {name}")

    def ways(self) -> dict[str, Callable[[int], Forgery]]:
        """Every way to tamper, by name; each takes the row (1 .. last) where it begins."""
        return {
            "change a text": self.change_payload, "change a time": self.change_time, "change any field": self.change_field,
            "delete a row": self.delete, "delete and renumber": self.delete_renumbered, "insert a row": self.insert,
            "replace a row and its hash": self.replace_whole, "swap two rows": self.swap, "reorder a stretch": self.shuffle,
            "cut the tail": self.cut, "change and make the chain anew": self.change_chained,
            "delete and make the chain anew": self.delete_chained, "insert and make the chain anew": self.insert_chained,
            "reorder and make the chain anew": self.swap_chained,
        }  # fmt: skip

    def change_payload(self, seq: int) -> Forgery:
        """A figure or a word of a row."""
        text = self._rows[seq - 1].payload
        place = self._rng.randrange(len(text))
        other = self._rng.choice([c for c in "0123456789ax" if c != text[place]])
        self._set(seq, payload=text[:place] + other + text[place + 1 :])
        return Forgery("changed", seq)

    def change_time(self, seq: int) -> Forgery:
        """Another moment, days away as well."""
        moved_s = self._rng.choice((-1, 1)) * 10 ** self._rng.uniform(-3, 7)
        self._set(seq, epoch_s=self._rows[seq - 1].epoch_s + moved_s)
        return Forgery("changed", seq)

    def change_field(self, seq: int) -> Forgery:
        """Any field to something else."""
        row = self._rows[seq - 1]
        field, value = self._rng.choice([
            ("mono_s", row.mono_s + 1.0), ("boot", row.boot + "x"), ("trusted", int(not row.trusted)), ("kind", "stop" + row.kind),
            ("subject", row.subject + "2"), ("prev", row.hash), ("hash", row.prev),
        ])  # fmt: skip
        self._set(seq, **{str(field): value})
        return Forgery("changed", seq)

    def delete(self, seq: int) -> Forgery:
        """One to thirty rows, away."""
        last = min(seq + self._rng.choice((0, 0, 2, 29)), len(self._rows))
        self._db.execute("DELETE FROM ledger WHERE seq BETWEEN ? AND ?", (seq, last))
        return Forgery("deleted", seq, chained=last == len(self._rows))

    def delete_renumbered(self, seq: int) -> Forgery:
        """Rows away, and the numbers closed up; the hashes stay."""
        count = min(self._rng.choice((1, 1, 3, 30)), len(self._rows) - seq + 1)
        self._db.execute("DELETE FROM ledger WHERE seq BETWEEN ? AND ?", (seq, seq + count - 1))
        self._renumber(seq + count, -count)
        return Forgery("deleted", seq, chained=seq + count > len(self._rows))

    def insert(self, seq: int) -> Forgery:
        """A false row with a right hash of its own, before row ``seq``; the later rows get new numbers."""
        self._renumber(seq, 1)
        self._put([self._false(seq, self._prev(seq))])
        return Forgery("inserted", seq)

    def replace_whole(self, seq: int) -> Forgery:
        """A false row in the place of another, with its right hash: the next one does not carry it."""
        self._db.execute("DELETE FROM ledger WHERE seq = ?", (seq,))
        self._put([self._false(seq, self._prev(seq))])
        return Forgery("changed", seq, chained=seq == len(self._rows))

    def swap(self, seq: int) -> Forgery:
        """Two rows change places."""
        other = self._rng.choice(
            [n for n in (seq + 1, seq + 7, seq + 500) if n <= len(self._rows)] or [seq - 1]
        )
        first, last = sorted((seq, other))
        for number, put in ((first, -1), (last, first), (-1, last)):
            self._db.execute("UPDATE ledger SET seq = ? WHERE seq = ?", (put, number))
        return Forgery("reordered", first)

    def shuffle(self, seq: int) -> Forgery:
        """Some rows in another order."""
        numbers = list(range(seq, min(seq + 8, len(self._rows)) + 1))
        if len(numbers) < 2:
            return self.swap(seq)
        mixed = numbers[1:] + numbers[:1]
        for number, put in zip(numbers, mixed, strict=True):
            self._db.execute("UPDATE ledger SET seq = ? WHERE seq = ?", (-put, number))
        self._db.execute("UPDATE ledger SET seq = -seq WHERE seq < 0")
        return Forgery("reordered", seq)

    def cut(self, seq: int) -> Forgery:
        """The end, cleanly away, and the state made to fit."""
        self._db.execute("DELETE FROM ledger WHERE seq >= ?", (seq,))
        self._db.execute("UPDATE state SET seq = ?", (seq - 1,))
        return Forgery("cut", seq, chained=True)

    def change_chained(self, seq: int) -> Forgery:
        """Another content, and every hash from there on made anew."""
        self._chain(seq, [replace(self._rows[seq - 1], payload=FALSE_FIGURES), *self._rows[seq:]])
        return Forgery("changed", seq, chained=True)

    def delete_chained(self, seq: int) -> Forgery:
        """A row less, and every hash from there on made anew."""
        self._chain(seq, self._rows[seq:])
        return Forgery("deleted", seq, chained=True)

    def insert_chained(self, seq: int) -> Forgery:
        """A row more, and every hash from there on made anew."""
        self._chain(seq, [self._false(seq, GENESIS), *self._rows[seq - 1 :]])
        return Forgery("inserted", seq, chained=True)

    def swap_chained(self, seq: int) -> Forgery:
        """Two rows in another order, and every hash from there on made anew."""
        first = min(seq, len(self._rows) - 1)
        one, other = self._rows[first - 1], self._rows[first]
        self._chain(first, [other, one, *self._rows[first + 1 :]])
        return Forgery("reordered", first, chained=True)

    def same_again(self, seq: int) -> Forgery:
        """Rows deleted and put in again as they were: harmless."""
        rows = self._rows[seq - 1 : seq + 20]
        self._db.execute("DELETE FROM ledger WHERE seq BETWEEN ? AND ?", (rows[0].seq, rows[-1].seq))
        self._put(rows)
        return Forgery("same", seq)

    def _prev(self, seq: int) -> str:
        return self._rows[seq - 2].hash if seq > 1 else GENESIS

    def _false(self, seq: int, prev: str) -> Row:
        """A row that never was, with its right hash; dated as its neighbour, or anywhere."""
        near = self._rows[min(seq, len(self._rows)) - 1]
        away_s = self._rng.choice((0.0, 0.0, -400.0, 30 * DAY_S))
        row = replace(near, seq=seq, prev=prev, payload=FALSE_FIGURES, epoch_s=near.epoch_s + away_s)
        return replace(row, hash=row.expected_hash())

    def _set(self, seq: int, **fields: object) -> None:
        for name, value in fields.items():
            self._db.execute(f"UPDATE ledger SET {name} = ? WHERE seq = ?", (value, seq))

    def _renumber(self, seq: int, by: int) -> None:
        self._db.execute("UPDATE ledger SET seq = -seq WHERE seq >= ?", (seq,))
        self._db.execute("UPDATE ledger SET seq = -seq + ? WHERE seq < 0", (by,))

    def _chain(self, seq: int, rows: Sequence[Row]) -> None:
        """Put ``rows`` in from ``seq`` on, each with a right number, link and hash."""
        self._db.execute("DELETE FROM ledger WHERE seq >= ?", (seq,))
        link, chained = self._prev(seq), []
        for number, row in enumerate(rows, seq):
            row = replace(row, seq=number, prev=link)  # noqa: PLW2901
            link = row.expected_hash()
            chained.append(replace(row, hash=link))
        self._put(chained)

    def _put(self, rows: Sequence[Row]) -> None:
        self._db.executemany(INSERT, [
            (r.seq, r.epoch_s, r.mono_s, r.boot, int(r.trusted), r.kind, r.subject, r.payload, r.prev, r.hash) for r in rows
        ])  # fmt: skip


def rows_of(connection: sqlite3.Connection) -> list[Row]:
    """All rows."""
    return list(read_rows(connection))
