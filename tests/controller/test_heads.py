"""The ledger's head is told outside: when a day is closed, hourly, and where it ended."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from controller.heads import HeadKeeper, append
from controller.store.chain import Note
from controller.store.chronicle import check_ledger
from controller.store.journal import LedgerWriter
from controller.store.ledger import Ledger
from controller.store.outside import Noted, beside, heads_in
from drivers.errors import Disconnected
from tests.controller.store.forged import ZONE, at, boot, closing


@dataclass
class Broker:
    """Keeps what was published, or is away."""

    away: bool = False
    said: list[tuple[str, str, bool]] = field(default_factory=list)

    def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:
        if self.away:
            raise Disconnected("mqtt: away")
        self.said.append((topic, payload.decode(), retain))


@dataclass
class Kept:
    journal: LedgerWriter
    keeper: HeadKeeper
    pool: ThreadPoolExecutor
    brokers: tuple[Broker, Broker]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    """A keeper of heads on a real writer, with one broker away and one there."""
    journal, pool = LedgerWriter(Ledger(tmp_path / "ledger.db")), ThreadPoolExecutor(1)
    brokers = (Broker(away=True), Broker())
    keeper: Any = HeadKeeper("desa", ZONE, journal, tmp_path, pool.submit, brokers)  # type: ignore[arg-type]
    yield Kept(journal, keeper, pool, brokers)
    pool.shutdown()
    journal.close()


async def close_day(kept: Kept, day: int) -> None:
    """What a cycle does at midnight: the rows are handed over, the observers follow, other rows come behind."""
    told, impact = closing(day)
    moment = at(day + 1, 0.002)
    kept.journal.submit([told, impact], "{}", moment)
    decision, snapshot = SimpleNamespace(events=(told,)), SimpleNamespace(at=moment)
    first_seq = kept.journal.first_seq
    kept.keeper.cycle(snapshot, decision, 0.1)  # type: ignore[arg-type]
    assert kept.journal.first_seq == first_seq
    later = kept.journal.submit([Note("config", "site")], "{}", at(day + 1, 1.0))
    await asyncio.wrap_future(later.done)
    await asyncio.sleep(0.05)


async def test_a_closing_is_told_in_all_places(
    kept: Kept, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Log, MQTT (retained) and the file carry the head of the closing's own last row, with the day; the ledger fits all of them."""
    caplog.set_level(logging.INFO)
    kept.journal.submit([boot()], "{}", at(0, 0.5))
    for day in (0, 1):
        await close_day(kept, day)
    kept.keeper.tell(at(2, 1.0))
    kept.pool.shutdown()
    with Ledger(tmp_path / "ledger.db") as ledger:
        hashes = {row.seq: row.hash for row in ledger.rows()}
    topic = "tirta/desa/ledger"
    assert [said for said in kept.brokers[1].said if said[0].endswith("closing")] == [
        (f"{topic}/closing", f"closing 2026-11-01 3:{hashes[3]}", True),
        (f"{topic}/closing", f"closing 2026-11-02 6:{hashes[6]}", True),
    ]
    assert kept.brokers[1].said[-1] == (f"{topic}/head", f"7:{hashes[7]} 2026-11-03", True)
    lines = beside(tmp_path / "ledger.db").read_text("utf-8").splitlines()
    assert all(line.startswith("#") for line in lines[:-2])
    collected = heads_in(
        [*lines, *caplog.text.splitlines(), *(said[1] for said in kept.brokers[1].said)], "kept"
    )
    (checked,) = check_ledger(tmp_path / "ledger.db", collected)
    assert (checked.problems, checked.outcome.unproved) == ((), 0)
    assert kept.keeper.now() == f"7:{hashes[7]} 2026-11-03"


def test_a_disk_that_refuses_the_file_of_heads_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """No folder, no file: an error in the log, no exception in the daemon's pool."""
    append(tmp_path / "nowhere" / "ledger.heads.txt", Noted(3, "ab" * 32, "2026-11-01", closing=True))
    assert "cannot be written" in caplog.text
