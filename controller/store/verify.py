"""The check that nobody changed, removed, inserted or reordered a row, cut the ledger or made it anew: which rows, which days.

The chain shows every change that left the rows after it alone. Whoever makes all later rows anew, or cuts the end, is found only
by heads that were noted outside.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace

from controller.store.almanac import day_of, zone_of
from controller.store.chain import GENESIS, Head, Row
from controller.store.outside import Heads, Noted
from controller.store.places import Places, is_whole_as
from controller.store.problem import Problem
from controller.store.scan import Unreadable, every_row, read_rows

TAIL = 50
"""Rows whose chain is checked at every start; the whole ledger every night and by ``tirta ledger verify``."""

PROBLEMS_MAX = 200
"""More are not told: the first one says where to begin."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a look at one file found. ``known``: the last head from outside that fits, None when there is none."""

    problems: tuple[Problem, ...]
    head: Head
    zone: str
    known: Noted | None = None
    first_day: str = ""
    last_day: str = ""

    @property
    def unproved(self) -> int:
        """Rows after the last head from outside that fits."""
        return self.head.seq - (self.known.seq if self.known is not None else 0)


def examine(connection: sqlite3.Connection, heads: Heads | None = None) -> Outcome:
    """Check every row of an open ledger against its neighbours and against ``heads``."""
    walk = Walk(connection, heads or Heads())
    for found in every_row(connection):
        if isinstance(found, Unreadable):
            walk.unreadable(found)
        else:
            walk.row(found)
    return walk.outcome()


class Walk:
    """One pass over the rows. What is wrong was written between the last row before it and the next whole row after it."""

    def __init__(self, connection: sqlite3.Connection, heads: Heads) -> None:
        self._heads, self._places = heads, Places(connection, heads)
        self._found: list[Problem] = []
        self._open = 0  # problems from here on wait for the next whole row
        self._first: Row | None = None
        self._previous: Row | None = None
        self._broken = False  # the row before did not match its hash
        self._shift = 0  # how far the rows here were numbered anew
        self._known: Noted | None = None
        self._rewritten = False

    def row(self, row: Row) -> None:
        """Take the next row."""
        previous = self._previous
        seq, link = (previous.seq + 1, previous.hash) if previous is not None else (1, GENESIS)
        right = row.hash == row.expected_hash()
        if row.seq != seq:
            self._gap(seq, row.seq)
        elif row.prev != link and right and not self._broken:
            self._unlinked(row)
        if not right:
            self._wrong(row)
        else:
            self._shift = 0
            if self._open < len(self._found):
                self._close(row)
        self._broken = not right
        if row.seq in self._heads.by_seq and not self._shift:
            self._compare(row)
        self._previous = row
        if previous is None:
            self._first = row

    def unreadable(self, gap: Unreadable) -> None:
        """Take a place that the database cannot give."""
        self._add("unreadable", gap.after + 1, gap.after + 1, error=gap.error)

    def outcome(self) -> Outcome:
        """What was found in all."""
        first, last, zone = self._first, self._previous, self._places.zone
        head = Head(last.seq, last.hash) if last is not None else Head()
        if self._heads.beyond(head.seq - min(self._shift, 0)) is not None:
            noted, proved = self._heads.all[-1], head.seq if self._known is None else self._known.seq
            until = self._heads.days(head.seq + 1)[1]
            where = noted.where or "--head"
            self._add("cut", head.seq, head.seq, of=proved + 1, until=until, noted=noted.seq, where=where)
        days = [day_of(one, zone) if one is not None else "" for one in (first, last)]
        return Outcome(tuple(self._found), head, self._places.zone_name, self._known, *days)

    def _gap(self, seq: int, found: int) -> None:
        """Rows ``seq`` to ``found`` - 1 are not there."""
        last = self._found[-1] if self._found else None
        if last is not None and last.kind == "unreadable" and last.seq == seq:
            self._found[-1] = replace(last, last=found - 1)
        else:
            self._add("missing", seq, found - 1, after=seq - 1, count=found - seq)

    def _unlinked(self, row: Row) -> None:
        """The row before was replaced; if that one does not join either, it alone."""
        last = self._found[-1] if self._found else None
        if last is not None and last.kind == "unlinked" and last.params["next"] == row.seq - 1:
            del self._found[-1]
            self._open = min(self._open, len(self._found))
        self._add("unlinked", max(row.seq - 1, 1), max(row.seq - 1, 1), next=row.seq)

    def _wrong(self, row: Row) -> None:
        """A row whose content does not match its hash: changed, or whole in another place."""
        if self._shift and is_whole_as(row, row.seq - self._shift):
            return
        was = self._places.written_as(row) if len(self._found) < PROBLEMS_MAX else 0
        self._shift, about = 0, f"{row.kind} {row.subject}"
        last = self._found[-1] if self._found and self._broken else None
        if not was:
            if last is not None and last.kind == "changed" and last.last == row.seq - 1:
                self._found[-1] = replace(last, last=row.seq, params={})
                return
            self._add("changed", row.seq, row.seq, about=about)
        elif was < row.seq and self._joined(row) and not self._swapped(row):
            if last is not None and last.kind == "changed" and last.seq == was:
                del self._found[-1]
            self._add("inserted", was, row.seq - 1, count=row.seq - was, next=row.seq)
            self._renumbered(row, was)
        elif was > row.seq and not self._places.holds(row.prev):
            self._add("removed", row.seq, row.seq, count=was - row.seq)
            self._renumbered(row, was)
        else:
            self._add("moved", row.seq, row.seq, was=was, about=about)

    def _joined(self, row: Row) -> bool:
        """True when the rows before and after ``row`` are the next ones."""
        return self._previous is not None and self._previous.seq == row.seq - 1 and self._places.goes_on(row)

    def _swapped(self, row: Row) -> bool:
        return any(one.kind == "moved" and one.params["was"] == row.seq for one in self._found)

    def _renumbered(self, row: Row, was: int) -> None:
        """``row`` is whole but for its number: its time can be believed."""
        self._close(row)
        self._shift = row.seq - was

    def _compare(self, row: Row) -> None:
        for noted in self._heads.by_seq[row.seq]:
            if self._rewritten:
                return
            if noted.matches(row.hash):
                self._known = noted
                continue
            self._rewritten = True
            since = self._known.seq + 1 if self._known is not None else 1
            where = noted.where or "--head"
            self._add(
                "rewritten", row.seq, row.seq, of=since, until=noted.day, where=where, **{"from": since}
            )

    def _add(
        self, kind: str, seq: int, last: int, *, of: int = 0, until: str | None = None, **params: float | str
    ) -> None:
        """``of``: the row whose day is meant where it is not ``seq``; ``until``: its last day where that is known."""
        if len(self._found) >= PROBLEMS_MAX:
            return
        first_day, last_day = self._places.days(of or seq)
        last_day = last_day if until is None else until
        known = sorted(filter(None, (first_day, last_day)))
        day = known[0] if known else ""
        self._found.append(Problem(kind, seq, last, day, known[-1] if last_day else "", params))

    def _close(self, row: Row) -> None:
        """``row`` is whole: what is wrong before it was written on its day or earlier."""
        day = day_of(row, self._places.zone) if row.trusted else ""
        for place in range(self._open, len(self._found) if day else 0):
            one = self._found[place]
            if one.kind == "rewritten":
                continue
            until = min(filter(None, (one.until, day)))
            first, last = sorted((one.day or until, until))
            self._found[place] = replace(one, day=first, until=last)
        self._open = len(self._found)


def tail_problem(connection: sqlite3.Connection, last_seq: int) -> Problem | None:
    """The first problem in the last rows, or None: quick enough for every start."""
    previous: Row | None = None
    for row in read_rows(connection, max(0, last_seq - TAIL)):
        kind = _tail_kind(row, previous)
        if kind:
            day = day_of(row, zone_of(connection)[0])
            before = row.seq - 1 if previous is None else previous.seq
            params: dict[str, float | str] = {
                "about": f"{row.kind} {row.subject}",
                "after": before,
                "next": row.seq,
            }
            return Problem(kind, row.seq, row.seq, day, day, {**params, "count": row.seq - before - 1})
        previous = row
    return None


def _tail_kind(row: Row, previous: Row | None) -> str:
    """What is wrong with a row as it follows another one; the first one that is read follows unseen, but for row 1."""
    if previous is not None and row.seq != previous.seq + 1:
        return "missing"
    if row.hash != row.expected_hash():
        return "changed"
    link = GENESIS if row.seq == 1 else previous.hash if previous is not None else row.prev
    return "" if row.prev == link else "unlinked"
