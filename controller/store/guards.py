"""What stands around the rows of a ledger file: its table, its triggers, the file itself, and the state row."""

from __future__ import annotations

import sqlite3
from functools import cache
from importlib import resources

from controller.store.chain import Head
from controller.store.database import DAMAGE
from controller.store.problem import Problem

QUERY = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"


@cache
def shipped() -> dict[str, str]:
    """The tables, the index and the triggers that this program makes: name -> SQL."""
    script = resources.files("controller.store").joinpath("ledger.sql").read_text(encoding="utf-8")
    connection = sqlite3.connect(":memory:")
    try:
        connection.executescript(script)
        return dict(connection.execute(QUERY))
    finally:
        connection.close()


def mend_guards(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Put back the triggers that somebody dropped or changed; their names. Raises sqlite3.DatabaseError."""
    found, mended = dict(connection.execute(QUERY)), []
    for name, sql in shipped().items():
        if sql.startswith("CREATE TRIGGER") and found.get(name) != sql:
            connection.execute(f'DROP TRIGGER IF EXISTS "{name}"')
            connection.execute(sql)
            mended.append(name)
    return tuple(mended)


def file_problems(connection: sqlite3.Connection) -> tuple[Problem, ...]:
    """Damage of the database file, and a table of rows that is not ours. Reads the whole file."""
    problems = []
    try:
        found = dict(connection.execute(QUERY))
        said = [str(words) for (words,) in connection.execute("PRAGMA integrity_check(3)")]
    except DAMAGE as error:
        return (_of_file("file", error=str(error)),)
    if found.get("ledger") != shipped()["ledger"]:
        problems.append(_of_file("table"))
    if said != ["ok"]:
        problems.append(_of_file("file", error="; ".join(said).replace("\n", " ")))
    return tuple(problems)


def guard_warnings(connection: sqlite3.Connection) -> tuple[Problem, ...]:
    """Triggers and other parts that were dropped, changed or added: no row is wrong by that, but somebody was there."""
    try:
        found = dict(connection.execute(QUERY))
    except DAMAGE:
        return ()
    names = sorted(
        name for name in {**found, **shipped()} if found.get(name) != shipped().get(name) and name != "ledger"
    )
    return (_of_file("guards", names=", ".join(names)),) if names else ()


def state_seq(connection: sqlite3.Connection) -> int:
    """The row that the saved state belongs to, 0 when there is none. Ask before the rows are read: a daemon may be writing."""
    try:
        saved = connection.execute("SELECT seq FROM state").fetchone()
    except DAMAGE:
        return 0
    return saved[0] if saved is not None and isinstance(saved[0], int) else 0


def state_problem(saved_seq: int, head: Head, day: str) -> Problem | None:
    """The state row is saved with the head of that moment: a ledger that ends before it was cut."""
    return (
        Problem("state", head.seq, head.seq, day, "", {"noted": saved_seq}) if saved_seq > head.seq else None
    )


def _of_file(kind: str, **params: str) -> Problem:
    return Problem(kind, 0, 0, "", "", params)
