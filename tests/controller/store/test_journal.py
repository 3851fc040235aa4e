"""The journal never keeps the cycle waiting, and what a disk refused is written, in order, when it takes rows again."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import wait
from pathlib import Path

import pytest

from controller.core.decision import Event, EventKind, Reason
from controller.core.instant import Instant
from controller.store import journal
from controller.store.chain import Note
from controller.store.errors import StoreError
from controller.store.journal import LedgerWriter, SteppedJournal
from controller.store.ledger import Ledger


def at(seconds: float) -> Instant:
    return Instant(1_795_737_600.0 + seconds, seconds, "b")


def event(n: int = 0) -> Event:
    return Event(EventKind.START, "pump-1", Reason("pump-1", "sun_enough", {"n": n}))


def block(ledger: Ledger, message: str = "disk I/O error") -> None:
    ledger._connection.execute(
        f"CREATE TEMP TRIGGER sick BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, '{message}'); END"
    )


def heal(ledger: Ledger) -> None:
    ledger._connection.execute("DROP TRIGGER sick")


async def test_commit_is_durable_when_its_future_is_done(tmp_path: Path) -> None:
    """The future of a commit gives the head, and the rows are in the file by then."""
    writer = LedgerWriter(Ledger(tmp_path / "ledger.db"))
    head = await writer.commit([event(1), event(2)], "state", at(1))
    assert head.seq == 2
    with Ledger(tmp_path / "ledger.db") as other:
        assert other.head() == head
    writer.close()


def test_submit_does_not_wait_and_numbers_its_rows(tmp_path: Path) -> None:
    """While the disk is stuck submit returns at once with the numbers that the rows will have; all arrive, in order."""
    ledger = Ledger(tmp_path / "ledger.db")
    stuck, really = threading.Event(), ledger.commit_all

    def slow(batches: object) -> object:
        assert stuck.wait(20)
        return really(batches)  # type: ignore[arg-type]

    ledger.commit_all = slow  # type: ignore[assignment,method-assign]
    writer = LedgerWriter(ledger)
    tickets = [writer.submit([event(n), event(n)], f"{n}", at(n)) for n in range(50)]
    assert not any(ticket.done.done() for ticket in tickets)
    assert [(t.first_seq, t.last_seq) for t in tickets] == [(2 * n + 1, 2 * n + 2) for n in range(50)]
    stuck.set()
    writer.close()
    assert all(ticket.done.result(0).seq >= ticket.last_seq for ticket in tickets)
    with Ledger(tmp_path / "ledger.db") as again:
        assert [row.content["params"] for row in again.rows()] == [{"n": n // 2} for n in range(100)]
        saved = again.load_state()
        assert saved is not None
        assert (saved.state_json, saved.seq) == ("49", 100)


def test_rows_refused_by_the_disk_are_written_later(tmp_path: Path) -> None:
    """Futures of refused commits fail; with the next commit that works their rows are there, once and in order."""
    ledger = Ledger(tmp_path / "ledger.db")
    block(ledger)
    writer = LedgerWriter(ledger)
    for n in range(3):
        with pytest.raises(StoreError, match="disk I/O error"):
            writer.submit([event(n)], f"{n}", at(n)).done.result(20)
    assert writer.head().seq == 0
    heal(ledger)
    assert writer.submit([event(3)], "3", at(3)).done.result(20).seq == 4
    writer.close()
    with Ledger(tmp_path / "ledger.db") as again:
        assert [row.content["params"] for row in again.rows()] == [{"n": n} for n in range(4)]
        assert [row.epoch_s for row in again.rows()] == [at(n).epoch_s for n in range(4)]
        assert again.verify() == ()
        saved = again.load_state()
        assert saved is not None
        assert saved.state_json == "3"


def test_a_persons_row_leaves_the_cycles_numbers_alone(tmp_path: Path) -> None:
    """A note queued between a cycle's submit and its points keeps ``first_seq`` the cycle's; the rows stay in order."""
    writer = LedgerWriter(Ledger(tmp_path / "ledger.db"))
    writer.submit([event(1), event(2)], "state", at(1))
    ticket = writer.note(Note("indicator", "members", {"value": 24.0}), at(2))
    assert (writer.first_seq, ticket.first_seq, ticket.last_seq) == (1, 3, 3)
    assert ticket.done.result(20).seq == 3
    assert writer.submit([event(3)], "state", at(3)).first_seq == writer.first_seq == 4
    writer.close()
    with Ledger(tmp_path / "ledger.db") as again:
        assert [row.kind for row in again.rows()] == ["start", "start", "indicator", "start"]


def test_memory_is_bounded_while_the_disk_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a disk that never works the oldest rows go beyond the limit, are counted, and the rest is written at last."""
    monkeypatch.setattr(journal, "MAX_BACKLOG", 5)
    ledger = Ledger(tmp_path / "ledger.db")
    block(ledger)
    writer = LedgerWriter(ledger)
    wait([writer.submit([event(n)] if n % 2 else [], f"{n}", at(n)).done for n in range(40)], timeout=20)
    heal(ledger)
    writer.submit([event(40)], "40", at(40)).done.result(20)
    writer.close()
    with Ledger(tmp_path / "ledger.db") as again:
        numbers = [row.content["params"] for row in again.rows()]
        assert numbers[-1] == {"n": 40}
        assert len(numbers) <= 6
        assert writer.lost == 21 - len(numbers)


def test_what_can_never_be_written_does_not_block_the_rest(tmp_path: Path) -> None:
    """A batch that no file can hold fails alone and is counted; the batches around it are on the disk."""
    writer = LedgerWriter(Ledger(tmp_path / "ledger.db"))
    bad = Note("config", "site", {1: "x", "y": 2})  # type: ignore[dict-item]
    with pytest.raises(TypeError):
        writer.submit([bad], "x", at(1)).done.result(20)
    assert writer.submit([event(2)], "y", at(2)).done.result(20).seq == 1
    writer.close()
    assert writer.lost == 1


async def test_the_stepped_twin_gives_the_same_ledger(tmp_path: Path) -> None:
    """The same commits through the thread and in step leave the same chain; the stepped future is done at once."""
    threaded, stepped = LedgerWriter(Ledger(tmp_path / "a.db")), SteppedJournal(Ledger())
    for n in range(20):
        written = stepped.commit([event(n)], f"{n}", at(n))
        assert written.done()
        await threaded.commit([event(n)], f"{n}", at(n))
        assert stepped.submit([], "only state", at(n)).last_seq == n + 1
    assert threaded.head() == stepped.head()
    await asyncio.to_thread(threaded.close)
    stepped.close()
