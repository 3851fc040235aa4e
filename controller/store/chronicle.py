"""A ledger as an auditor gets it: the present file and those that were set aside before it, one chain of files.

A ledger that was found damaged stays beside the new one, whose first row names it with its last readable row. Heads that were
noted outside belong to whichever file they fit.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from controller.store.almanac import day_of, figures_of, zone_of
from controller.store.database import DAMAGE, connect_readonly
from controller.store.errors import StoreError
from controller.store.guards import file_problems, guard_warnings, state_problem, state_seq
from controller.store.outside import Heads, Noted, beside, heads_in
from controller.store.problem import Problem
from controller.store.scan import read_rows
from controller.store.verify import Outcome, examine

FILES_MAX = 100


@dataclass(frozen=True, slots=True)
class Checked:
    """One file. ``heads``: how many heads from outside were compared with it."""

    name: str
    outcome: Outcome
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    heads: int


@dataclass(frozen=True, slots=True)
class _Part:
    """A file of the chain, newest first. ``end``: where the ledger after it says that it ended."""

    path: Path
    end: Noted | None = None


def check_ledger(path: Path, outside: Sequence[Noted]) -> tuple[Checked, ...]:
    """Check the ledger at ``path`` and every one that was set aside before it, newest first.

    Raises StoreError when there is none at ``path``.
    """
    parts, problems = _parts(path)
    shares = _shared(parts, outside)
    checked = []
    for place, (part, heads) in enumerate(zip(parts, shares, strict=True)):
        one = _check(part, heads, "" if place == 0 else part.path.name)
        checked.append(replace(one, problems=one.problems + problems) if place == 0 else one)
    return tuple(checked)


def _check(part: _Part, heads: Sequence[Noted], name: str) -> Checked:
    noted = [*heads, *_beside(part.path), *([part.end] if part.end is not None else [])]
    with closing(connect_readonly(part.path)) as connection:
        saved_seq = state_seq(connection)
        outcome = examine(connection, Heads(noted))
        found = [*outcome.problems]
        state = state_problem(saved_seq, outcome.head, outcome.last_day)
        if state is not None and not any(one.kind == "cut" for one in found):
            found.append(state)
        if not any(one.kind == "unreadable" for one in found):
            found += file_problems(connection)
        warnings = guard_warnings(connection)
    known = _last_fitting(outcome, heads)
    return Checked(
        part.path.name,
        replace(outcome, known=known),
        tuple(replace(one, file=name) for one in found),
        tuple(replace(one, file=name) for one in warnings),
        len(heads),
    )


def _last_fitting(outcome: Outcome, heads: Sequence[Noted]) -> Noted | None:
    """What is beside the ledger proves nothing to others: only heads from outside count."""
    limit = outcome.known.seq if outcome.known is not None else 0
    return max((one for one in heads if one.seq <= limit), key=lambda one: one.seq, default=None)


def _parts(path: Path) -> tuple[list[_Part], tuple[Problem, ...]]:
    parts, problems = [_Part(path)], []
    connect_readonly(path).close()
    for part in parts:
        for kept, end in _set_aside(part.path):
            older = path.parent / kept
            if older.is_file() and len(parts) < FILES_MAX and all(older != one.path for one in parts):
                parts.append(_Part(older, end))
            else:
                lost = {"kept": kept, "error": "no such file"}
                problems.append(Problem("aside", 0, 0, "", "", lost))
    return parts, tuple(problems)


def _set_aside(path: Path) -> list[tuple[str, Noted | None]]:
    """What the rows ``aside`` of a file name: another file of the same folder, and its end."""
    found: list[tuple[str, Noted | None]] = []
    try:
        with closing(connect_readonly(path)) as connection:
            for row in read_rows(connection, 0, "aside"):
                figures = figures_of(row)
                seq, hashed = figures.get("head_seq"), str(figures.get("head_hash", ""))
                end = (
                    Noted(int(seq), hashed, where=path.name)
                    if isinstance(seq, int | float) and seq > 0
                    else None
                )
                found.append((Path(str(figures.get("file", ""))).name or "?", end))
    except (*DAMAGE, StoreError):
        pass  # the check of that file tells
    return found


def _beside(path: Path) -> list[Noted]:
    """The file of heads that belongs to a ledger file."""
    kept = beside(path)
    try:
        with kept.open(encoding="utf-8", errors="replace") as lines:
            return heads_in(lines, kept.name)
    except OSError:
        return []


def _shared(parts: Sequence[_Part], outside: Sequence[Noted]) -> list[list[Noted]]:
    """To each file the heads that fit it; one that fits none, by its day, else to the newest."""
    shares: list[list[Noted]] = [[] for _ in parts]
    if len(parts) == 1:
        return [list(outside)]
    known = [_known(part.path, outside) for part in parts]
    for noted in outside:
        fits = [place for place, (found, _) in enumerate(known) if noted.matches(found.get(noted.seq, ""))]
        by_day = [place for place, (_, day) in enumerate(known) if noted.day and day and day <= noted.day]
        shares[(fits or by_day or [len(parts) - 1 if noted.day else 0])[0]].append(noted)
    return shares


def _known(path: Path, outside: Sequence[Noted]) -> tuple[dict[int, str], str]:
    """The hashes of the noted rows as this file has them, and its first day."""
    wanted, found = {one.seq for one in outside}, {}
    try:
        with closing(connect_readonly(path)) as connection:
            first_day = _first_day(connection)
            for seq in wanted:
                one = connection.execute("SELECT hash FROM ledger WHERE seq = ?", (seq,)).fetchone()
                if one is not None:
                    found[seq] = str(one[0])
    except (*DAMAGE, StoreError):
        return found, ""
    return found, first_day


def _first_day(connection: sqlite3.Connection) -> str:
    first = next(read_rows(connection), None)
    return "" if first is None else day_of(first, zone_of(connection)[0])
