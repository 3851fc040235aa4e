"""People's rows go into the ledger whole, named, and never beside another writer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from controller.core.instant import Instant
from controller.store.chain import Note
from controller.store.errors import StoreError
from controller.store.ledger import Ledger
from controller.store.lock import HeldError, claim, holder
from controller.store.notes import NoteError, append_note, checked
from tests.controller.store.test_ledger import at, event

VERIFIED = Note("verification", "2026-11", {"by": "Siti Rahma", "co2_avoided_kg": 12.5})


def now(newest_s: float) -> Instant:
    return Instant(newest_s + 60.0, 60.0, "note")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state directory whose controller has ended."""
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.commit([event()], "{}", at(0))
    return tmp_path


def test_a_row_is_on_the_disk_with_the_way_it_came(state: Path) -> None:
    """The row follows the last one, carries the figures and ``via``, is dated after what the ledger knows, and the state stays."""
    noted = append_note(state, VERIFIED, now)
    with Ledger(state / "ledger.db") as ledger:
        (row,) = ledger.rows(since=1)
        assert (noted.seq, noted.head) == (2, ledger.head())
        assert (row.kind, row.subject, row.epoch_s) == ("verification", "2026-11", at(60).epoch_s)
        assert row.content["figures"] == {"by": "Siti Rahma", "co2_avoided_kg": 12.5, "via": "command"}
        assert ledger.verify() == ()
        saved = ledger.load_state()
        assert saved is not None
        assert saved.seq == 1


@pytest.mark.parametrize(
    "note",
    [
        Note("start", "pump-1"),
        Note("verification", ""),
        Note("indicator", "x" * 201, {}),
        Note("indicator", "members", {"value": float("nan")}),
        Note("indicator", "members", {"value": True}),
        Note("indicator", "members", {"value": [1]}),  # type: ignore[dict-item]
        Note("baseline", "diesel", {"text": "x" * 6001}),
    ],
)
def test_what_no_person_may_add(state: Path, note: Note) -> None:
    """A kind of the controller's own, no subject, no finite number, too long: refused in both languages, nothing written."""
    with pytest.raises(NoteError) as caught:
        append_note(state, note, now)
    assert caught.value.english != caught.value.indonesian
    with Ledger(state / "ledger.db") as ledger:
        assert ledger.head().seq == 1


def test_while_another_holds_the_lock_nothing_is_written(state: Path) -> None:
    """While a controller holds the state directory the row is refused; afterwards it is taken, and the lock's word is new."""
    lock = claim(state)
    word = holder(state)
    with pytest.raises(HeldError):
        append_note(state, VERIFIED, now)
    os.close(lock)
    assert append_note(state, VERIFIED, now).seq == 2
    assert len(word) == len(holder(state)) == 16
    assert holder(state) != word


def test_no_ledger_is_made_by_mistake(tmp_path: Path) -> None:
    """A wrong directory is refused and stays as it was."""
    with pytest.raises(StoreError, match="no such file"):
        append_note(tmp_path, VERIFIED, now)
    assert list(tmp_path.iterdir()) == []
    assert holder(tmp_path) == ""


WRITER = """
import sys
from pathlib import Path
from controller.core.instant import Instant
from controller.store.chain import Note
from controller.store.lock import HeldError
from controller.store.notes import append_note
state, name = Path(sys.argv[1]), sys.argv[2]
for n in range(20):
    while True:
        try:
            append_note(state, Note("indicator", name, {"n": n}), lambda newest_s: Instant(newest_s, 0.0, name))
            break
        except HeldError:
            pass
"""


def test_three_writers_at_once_never_interleave(state: Path) -> None:
    """Three processes that add twenty rows each at the same time leave sixty rows in one whole chain, each writer's in order."""
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(state), name]) for name in "abc"]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    with Ledger(state / "ledger.db") as ledger:
        assert ledger.verify() == ()
        rows = list(ledger.rows(since=1))
    assert len(rows) == 60
    for name in "abc":
        numbers = [row.content["figures"] for row in rows if row.subject == name]
        assert numbers == [{"n": n, "via": "command"} for n in range(20)]


def test_a_checked_note_is_another_one() -> None:
    """Checking never changes the caller's note."""
    assert checked(VERIFIED, "api").figures["via"] == "api"
    assert "via" not in VERIFIED.figures
