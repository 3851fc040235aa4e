"""The ledger keeps every acknowledged row, refuses change, and tells exactly where somebody tampered."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.decision import Event, EventKind, Reason
from controller.core.instant import Instant
from controller.store.audit import closings, verify_file
from controller.store.chain import Head, Note, Row, canonical, digest
from controller.store.database import connect_readonly
from controller.store.errors import DamagedError, StoreError, TooNewError
from controller.store.ledger import Ledger, set_aside

DAY = 86_400.0
START = 1_795_737_600.0  # 2026-11-27 00:00 UTC


def at(seconds: float, trusted: bool = True) -> Instant:
    return Instant(START + seconds, 100.0 + seconds, "boot-a", trusted)


def event(kind: EventKind = EventKind.START, **figures: float) -> Event:
    return Event(
        kind,
        "pump-1",
        Reason("pump-1", "sun_enough", {"power_w": 1150.0, "for_s": 300}, group="plan"),
        figures,
    )


def three_days(ledger: Ledger) -> None:
    for day in range(3):
        ledger.commit([event(), event(EventKind.STOP, run_s=12.5)], f'{{"day":{day}}}', at(day * DAY + 3600))
        ledger.commit(
            [event(EventKind.DAY, pv_wh=8000.0 + day)], f'{{"day":{day},"closed":1}}', at(day * DAY + DAY - 1)
        )


def tampered(path: Path, *statements: str) -> None:
    """What an intruder with the file can do: drop the triggers and change it."""
    connection = sqlite3.connect(path)
    for name in ("ledger_no_update", "ledger_no_delete", "ledger_in_order"):
        connection.execute(f"DROP TRIGGER IF EXISTS {name}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_rows_and_state_come_back(tmp_path: Path) -> None:
    """What was committed is read back equal after the file was closed and opened again."""
    with Ledger(tmp_path / "ledger.db") as ledger:
        rows = ledger.commit(
            [event(level_m=0.1 + 0.2), Note("config", "site", {"hash": "ab"})], '{"a":1}', at(1.25, False)
        )
        head = ledger.head()
    with Ledger(tmp_path / "ledger.db") as again:
        assert tuple(again.rows()) == rows
        assert again.head() == head
        assert head.seq == 2
        saved = again.load_state()
        assert saved is not None
        assert (saved.state_json, saved.at, saved.seq) == ('{"a":1}', at(1.25, False), 2)
        assert rows[0].content == {
            "figures": {"level_m": 0.30000000000000004},
            "group": "plan",
            "key": "sun_enough",
            "level": "info",
            "params": {"for_s": 300, "power_w": 1150.0},
            "reason_subject": "pump-1",
        }


def test_durable_settings(tmp_path: Path) -> None:
    """The ledger runs in WAL mode with synchronous=FULL: an acknowledged row survives a power cut."""
    ledger = Ledger(tmp_path / "ledger.db")
    pragma = lambda name: ledger._connection.execute(f"PRAGMA {name}").fetchone()[0]  # noqa: E731
    assert (pragma("journal_mode"), pragma("synchronous")) == ("wal", 2)
    ledger.close()


def test_same_inputs_same_chain(tmp_path: Path) -> None:
    """Two ledgers, one on disk and one in memory, that take the same events end with the same hash."""
    with Ledger(tmp_path / "ledger.db") as one, Ledger() as two:
        three_days(one)
        three_days(two)
        assert one.head() == two.head()
        two.commit([event(level_m=1e-9)], None, at(9 * DAY))
        one.commit([event(level_m=2e-9)], None, at(9 * DAY))
        assert one.head() != two.head()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger SET payload='{}' WHERE seq=1",
        "DELETE FROM ledger WHERE seq=9",
        "DELETE FROM ledger",
        "INSERT OR REPLACE INTO ledger SELECT seq, epoch_s, mono_s, boot, 1, kind, 'x', '{}', prev, hash FROM ledger WHERE seq=9",
        "INSERT INTO ledger SELECT 11, epoch_s, mono_s, boot, 1, kind, 'x', payload, hash, hash FROM ledger WHERE seq=9",
        "INSERT INTO ledger SELECT 10, epoch_s, mono_s, boot, 1, kind, 'x', payload, prev, hash FROM ledger WHERE seq=9",
    ],
)
def test_append_only(tmp_path: Path, statement: str) -> None:
    """The database itself refuses to change, delete, replace or misplace a row."""
    with Ledger(tmp_path / "ledger.db") as ledger:
        three_days(ledger)
        before = tuple(ledger.rows())
    connection = sqlite3.connect(tmp_path / "ledger.db")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement)
    connection.close()
    with Ledger(tmp_path / "ledger.db") as ledger:
        assert tuple(ledger.rows()) == before


@pytest.mark.parametrize(
    ("statement", "seq", "day", "words"),
    [
        (
            "UPDATE ledger SET payload=replace(payload, '8001', '9001') WHERE seq=6",
            6,
            "2026-11-28",
            "was changed",
        ),
        ("UPDATE ledger SET epoch_s=epoch_s+1 WHERE seq=4", 4, "2026-11-28", "was changed"),
        ("UPDATE ledger SET trusted=0 WHERE seq=4", 4, "2026-11-28", "was changed"),
        ("DELETE FROM ledger WHERE seq=5", 5, "2026-11-28", "1 row(s) are missing"),
        ("DELETE FROM ledger WHERE seq<4", 1, "2026-11-28", "3 row(s) are missing"),
        ("UPDATE ledger SET seq=seq+1 WHERE seq=9", 9, "2026-11-29", "1 row(s) are missing"),
    ],
)
def test_verify_names_row_and_day(tmp_path: Path, statement: str, seq: int, day: str, words: str) -> None:
    """Whoever gets past the triggers is found: verify names the row and its day."""
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        three_days(ledger)
        assert ledger.verify() == ()
    tampered(path, statement)
    first = verify_file(path)[0]
    assert first.seq == seq
    assert first.day <= day <= first.until or (first.day, first.until) == (day, "")
    assert words in first.text


def test_rewritten_and_cut_ledgers_show_against_a_noted_head(tmp_path: Path) -> None:
    """A tail that was cut cleanly, or a whole chain computed anew, is found by the head noted outside."""
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        three_days(ledger)
        noted = ledger.head()
        assert ledger.verify(noted) == ()
    tampered(path, "DELETE FROM ledger WHERE seq>7")
    assert verify_file(path) == ()
    (problem,) = verify_file(path, noted)
    assert "it was cut" in problem.text
    assert problem.day == "2026-11-29"
    with Ledger(tmp_path / "other.db") as forged:
        for _ in range(9):
            forged.commit([event()], None, at(5))
        (problem,) = forged.verify(noted)
    assert "rewritten" in problem.text


def test_a_failed_commit_leaves_nothing_behind(tmp_path: Path) -> None:
    """When one row of a transaction is refused neither rows nor state of it are there, and the next commit joins on."""
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.commit([event()], "1", at(0))
        ledger._connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON ledger WHEN NEW.kind='stop' BEGIN SELECT RAISE(ABORT,'disk full'); END"
        )
        with pytest.raises(StoreError):
            ledger.commit([event(), event(EventKind.STOP)], "2", at(1))
        assert ledger.head().seq == 1
        saved = ledger.load_state()
        assert saved is not None
        assert saved.state_json == "1"
        ledger.commit([event()], "3", at(2))
        assert ledger.verify() == ()


def test_daily_closings_are_readable_beside_the_writer(tmp_path: Path) -> None:
    """Another process reads the closings, with their figures, while the ledger is open for writing."""
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        three_days(ledger)
        reader = connect_readonly(path)
        assert [(c.seq, c.figures["pv_wh"]) for c in closings(reader)] == [
            (3, 8000.0),
            (6, 8001.0),
            (9, 8002.0),
        ]
        assert [c.seq for c in closings(reader, since=3)] == [6, 9]
        reader.close()


def test_damaged_ledger_is_kept_and_replaced(tmp_path: Path) -> None:
    """A ledger whose last rows were changed does not open, says what to do, and set_aside keeps it and its state."""
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        three_days(ledger)
        old = ledger.head()
    tampered(path, "UPDATE ledger SET subject='pump-2' WHERE seq=9")
    with pytest.raises(DamagedError, match=r"row 9 of 2026-11-29 .* Set it aside"):
        Ledger(path)
    aside = set_aside(path, at(4 * DAY))
    assert aside.path.name == "ledger.db.damaged-20261201T000000Z"
    assert aside.path.exists()
    with Ledger(path) as fresh:
        (row,) = fresh.rows()
        assert row.content == {"figures": {"file": aside.path.name, "head_hash": old.hash, "head_seq": 9}}
        saved = fresh.load_state()
        assert saved is not None
        assert saved.state_json == '{"day":2,"closed":1}'


@pytest.mark.parametrize(
    "content", [b"not a database, but a text " * 400, b"SQLite format 3\x00" + bytes(range(256)) * 64]
)
def test_a_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    """Garbage in the ledger's place is named as damage, kept, and replaced by a working ledger."""
    path = tmp_path / "ledger.db"
    path.write_bytes(content)
    with pytest.raises(DamagedError, match="Set it aside"):
        Ledger(path)
    aside = set_aside(path, at(0))
    assert aside.path.read_bytes() == content
    assert aside.saved is None
    with Ledger(path) as fresh:
        fresh.commit([event()], "{}", at(1))
        assert fresh.head().seq == 2


def test_later_version_and_missing_folder_are_refused(tmp_path: Path) -> None:
    """A ledger of a later program is left alone; a folder that is not there is no damage."""
    path = tmp_path / "ledger.db"
    Ledger(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(TooNewError, match="later version"):
        Ledger(path)
    with pytest.raises(StoreError) as caught:
        Ledger(tmp_path / "nowhere" / "ledger.db")
    assert not isinstance(caught.value, DamagedError)


@given(
    st.dictionaries(st.text(), st.floats() | st.text() | st.integers() | st.booleans()),
    st.text(st.characters(exclude_categories=["Cs"])),
)
def test_anything_can_be_recorded(figures: dict[str, float | str], subject: str) -> None:
    """NaN, infinities, huge numbers and any text go into a row and the chain stays whole."""
    with Ledger() as ledger:
        ledger.commit([Note("config", subject, figures)], None, at(0))
        assert ledger.verify() == ()


@given(
    st.integers(-5, 2**63 - 1), st.floats() | st.integers() | st.none() | st.text(), st.floats(), st.text() | st.binary(),
    st.booleans(), st.text() | st.none(), st.text(),
)  # fmt: skip
def test_the_quick_hash_is_the_hash(
    seq: int, epoch_s: float, mono_s: float, boot: str, trusted: bool, kind: str, payload: str
) -> None:
    """Whatever stands in a row's fields, the hash made in one step is that of the canonical JSON of all of them."""
    row = Row(seq, epoch_s, mono_s, boot, trusted, kind, "s\u00e9\n", payload, "0" * 64, "")
    fields = ("0" * 64, seq, epoch_s, mono_s, boot, int(trusted), kind, "s\u00e9\n", payload)
    assert row.expected_hash() == digest(fields)


def test_canonical_json_is_exact() -> None:
    """Keys are sorted, floats keep every bit, and what JSON cannot say becomes a text."""
    assert (
        canonical({"b": 0.1 + 0.2, "a": [float("nan"), float("-inf")]})
        == '{"a":["nan","-inf"],"b":0.30000000000000004}'
    )


CHILD = """
import sys
from pathlib import Path
from controller.core.decision import Event, EventKind, Reason
from controller.core.instant import Instant
from controller.store.ledger import Ledger
ledger = Ledger(Path(sys.argv[1]))
seq = ledger.head().seq
while True:
    seq += 2
    events = [Event(EventKind.START, "pump-1", Reason("pump-1", "sun_enough", {"n": seq - 1})),
              Event(EventKind.STOP, "pump-1", Reason("pump-1", "sun_gone", {"n": seq}))]
    ledger.commit(events, str(seq), Instant(float(seq), float(seq), "b"))
    print(seq, flush=True)
"""


def test_kill_9_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """Five times killed in the middle of writing: every acknowledged row is there once, state and rows agree."""
    path = tmp_path / "ledger.db"
    for round_ in range(5):
        command = [sys.executable, "-c", CHILD, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path.cwd()) as child:
            assert child.stdout is not None
            for _ in range(20 + 17 * round_):
                assert child.stdout.readline()
            child.send_signal(signal.SIGKILL)
            acknowledged = [int(line) for line in child.stdout.read().split()]
        with Ledger(path) as ledger:
            assert ledger.head().seq >= (acknowledged or [40])[-1]
            assert ledger.verify() == ()
            numbers = [row.content["params"] for row in ledger.rows()]
            assert numbers == [{"n": n + 1} for n in range(len(numbers))]
            saved = ledger.load_state()
            assert saved is not None
            assert int(saved.state_json) == saved.seq == ledger.head().seq
            assert ledger._connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_new_ledger_has_no_head() -> None:
    """An empty ledger's head is row 0 with the genesis hash, and it is whole."""
    with Ledger() as ledger:
        assert ledger.head() == Head()
        assert ledger.load_state() is None
        assert ledger.verify() == ()
