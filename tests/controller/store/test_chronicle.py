"""A ledger is checked as an auditor gets it: with files that were set aside, heads beside it, and what stands around its rows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks._forger import Kept, kept_heads
from controller.store import chronicle
from controller.store.chain import Head
from controller.store.chronicle import check_ledger
from controller.store.database import connect_readonly
from controller.store.guards import shipped
from controller.store.ledger import Ledger, set_aside
from controller.store.outside import Heads, Noted, beside
from controller.store.scan import read_rows
from controller.store.verify import Outcome
from tests.controller.store.forged import DAYS, ZONE, at, boot, make
from tests.controller.store.test_ledger import event, tampered

LAST = "2026-11-13"


def kinds(path: Path, outside: list[Noted] | None = None) -> list[str]:
    """What is wrong, in order, over all files."""
    return [problem.kind for one in check_ledger(path, outside or []) for problem in one.problems]


def all_heads(path: Path) -> Kept:
    with closing(connect_readonly(path)) as connection:
        return kept_heads(list(read_rows(connection)), ZONE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return make(tmp_path / "ledger.db")


def set_aside_once(path: Path) -> Path:
    """The last row damaged, set aside, a day in the new ledger; the old file's name."""
    tampered(path, "UPDATE ledger SET subject='x' WHERE seq=(SELECT max(seq) FROM ledger)")
    aside = set_aside(path, at(DAYS + 1, 1.0), "row 87 was changed")
    with Ledger(path) as fresh:
        fresh.commit([boot(), event()], "{}", at(DAYS + 1, 2.0))
    return aside.path


def test_a_ledger_that_was_set_aside_is_checked_too(path: Path) -> None:
    """Heads of both files fit the file they are of; only the known damage of the old one is told, with its name and day."""
    old_heads = all_heads(path)
    kept = set_aside_once(path)
    outside = [*old_heads.hours, *all_heads(path).hours]
    newest, oldest = check_ledger(path, outside)
    assert (newest.problems, newest.outcome.unproved) == ((), 0)
    (problem,) = oldest.problems
    assert (problem.kind, problem.file, problem.day, problem.until) == ("changed", kept.name, LAST, LAST)
    assert oldest.heads == len(old_heads.hours)


def test_what_is_done_to_a_file_that_was_set_aside(path: Path) -> None:
    """Cut, made anew, or gone: each is told."""
    old_heads = all_heads(path).hours
    kept = set_aside_once(path)
    before = kinds(path, old_heads)
    tampered(kept, "DELETE FROM ledger WHERE seq > 60", "UPDATE state SET seq = 60")
    assert kinds(path) == ["cut"]  # the row of the new ledger names the old one's end
    assert "cut" in kinds(path, old_heads)
    assert before == ["changed"]
    kept.rename(kept.with_name("elsewhere"))
    assert kinds(path) == ["aside"]


def test_a_ledger_replaced_by_a_new_one(path: Path) -> None:
    """Somebody begins a new ledger without a word: whole by itself, but the heads outside fit nowhere."""
    heads = all_heads(path)
    path.unlink()
    with Ledger(path) as other:
        other.commit([boot(config="cd"), *[event(level_m=float(n)) for n in range(20)]], "{}", at(0, 0.5))
    assert kinds(path) == []
    assert kinds(path, heads.hours) == ["rewritten", "cut"]


def test_the_heads_beside_are_compared_but_prove_nothing(path: Path) -> None:
    """A chain made anew is found by the file beside it when the forger left that alone; it counts as no proof."""
    lines = "\n".join(noted.short for noted in all_heads(path).closings)
    beside(path).write_text(f"# a preface\n{lines}\n")
    (one,) = check_ledger(path, [])
    assert (one.problems, one.heads, one.outcome.known) == ((), 0, None)
    beside(path).write_text("closing 2026-11-04 29:" + "0" * 64)
    (problem,) = check_ledger(path, [])[0].problems
    assert (problem.kind, problem.seq, problem.until) == ("rewritten", 29, "2026-11-04")


def test_a_state_row_of_later_rows_shows_a_cut(path: Path) -> None:
    """Whoever cuts the end and forgets the state row is found without any head; one who remembers is not."""
    tampered(path, "DELETE FROM ledger WHERE seq > 50")
    (problem,) = check_ledger(path, [])[0].problems
    assert (problem.kind, problem.seq, problem.params["noted"]) == ("state", 50, 2 + 7 * DAYS + 1)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE state SET seq = 50")
        connection.commit()
    assert kinds(path) == []


def test_a_daemon_that_writes_meanwhile_is_no_cut(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows and a state that are added while the check reads are no problem."""
    really = chronicle.examine

    def slow(connection: sqlite3.Connection, heads: Heads) -> Outcome:
        found = really(connection, heads)
        with Ledger(path) as ledger:
            ledger.commit([event()], "{}", at(DAYS, 9.0))
        return found

    monkeypatch.setattr(chronicle, "examine", slow)
    assert kinds(path) == []


def test_the_content_of_the_state_row_is_not_covered(path: Path) -> None:
    """What the controller remembers between cycles is no evidence: changing it breaks no chain, as the documents say."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("""UPDATE state SET state = '{"day":99}'""")
        connection.commit()
    assert kinds(path) == []


def test_guards_that_were_dropped_are_a_note_and_are_put_back(path: Path) -> None:
    """Dropped, changed and added triggers are told without making the rows wrong; the next opening puts ours back."""
    tampered(path, "CREATE TRIGGER theirs AFTER INSERT ON ledger BEGIN DELETE FROM state; END")
    (one,) = check_ledger(path, [])
    (warning,) = one.warnings
    assert one.problems == ()
    assert warning.params["names"] == "ledger_in_order, ledger_no_delete, ledger_no_update, theirs"
    with Ledger(path) as ledger:
        assert sorted(ledger.mended) == ["ledger_in_order", "ledger_no_delete", "ledger_no_update"]
    with Ledger(path) as ledger:
        assert ledger.mended == ()
    assert check_ledger(path, [])[0].warnings[0].params["names"] == "theirs"
    assert set(shipped()) == {
        "ledger",
        "ledger_days",
        "state",
        "ledger_no_update",
        "ledger_no_delete",
        "ledger_in_order",
    }


def test_an_index_that_hides_a_closing(path: Path) -> None:
    """An index that no longer agrees with the rows is told: reports read the closings through it."""
    with closing(sqlite3.connect(path)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name='ledger_days'").fetchone()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(path.read_bytes())
    page = (root - 1) * 4096
    data[page + 3 : page + 5] = (int.from_bytes(data[page + 3 : page + 5], "big") - 1).to_bytes(2, "big")
    path.write_bytes(data)
    assert kinds(path) == ["file"]


def test_an_empty_ledger_is_whole(tmp_path: Path) -> None:
    """No row, no problem; a head of a row that is not there shows that it was emptied."""
    Ledger(tmp_path / "ledger.db").close()
    assert kinds(tmp_path / "ledger.db") == []
    assert kinds(tmp_path / "ledger.db", [Noted(3, "ab" * 32, "2026-11-27")]) == ["cut"]
    assert check_ledger(tmp_path / "ledger.db", [])[0].outcome.head == Head()
