"""The queue writes together and seldom, dates what was measured too early, stays within its bytes and never blocks."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from controller.core.instant import Instant
from controller.store import telemetry as module
from controller.store.errors import StoreError
from controller.store.outbox import Outbox, Reject
from controller.store.point import Point, Series
from controller.store.progress import Span
from controller.store.telemetry import Telemetry

START = 1_795_737_600.0
PUMP = Series.of("pump", site="demo", device="drive")


def at(seconds: float, boot: str = "boot-a", trusted: bool = True) -> Instant:
    return Instant(START + seconds, 50.0 + seconds, boot, trusted)


def point(when: Instant, value: float = 1.5, series: Series = PUMP) -> Point:
    return Point(series, f"power_w={value:g}", when.epoch_s, when.mono_s)


def stepped(path: Path, **options: int) -> Telemetry:
    return Telemetry(path, at(0), background=False, **options)  # type: ignore[arg-type]


def stored(path: Path) -> list[tuple[int, str, int, int, int]]:
    with sqlite3.connect(path) as connection:
        rows = connection.execute(
            "SELECT seq, fields, epoch_ms, mono_ms, trusted FROM points ORDER BY seq"
        ).fetchall()
    connection.close()
    return rows


def test_one_commit_per_thirty_seconds_of_plant_time(tmp_path: Path) -> None:
    """Points wait in memory and are all there, once, after thirty seconds of plant time and after close."""
    queue = stepped(tmp_path / "t.db")
    for second in range(59):
        queue.append([point(at(second), second)], at(second))
        queue.tick(at(second))
        assert len(stored(tmp_path / "t.db")) == (31 if second >= 30 else 0)
    queue.close(at(59))
    rows = stored(tmp_path / "t.db")
    assert [row[0] for row in rows] == list(range(1, 60))
    assert rows[7] == (8, "power_w=7", round((START + 7) * 1000), 57_000, 1)


def test_settings_of_the_file(tmp_path: Path) -> None:
    """WAL, synchronous=NORMAL, and no auto_vacuum, which would write one page more with every new page."""
    queue = stepped(tmp_path / "t.db")
    values = [queue.read(f"PRAGMA {name}")[0][0] for name in ("journal_mode", "synchronous", "auto_vacuum")]
    assert values == ["wal", 1, 0]
    queue.close(at(0))


def test_points_before_the_clock_was_trusted_are_dated_later(tmp_path: Path) -> None:
    """What was measured on a wrong clock is not offered to sinks until the clock is right, then at its right time."""
    path = tmp_path / "t.db"
    queue = stepped(path)
    wrong = Instant(3600.0, 100.0, "boot-b", False)  # a Pi that believes in 1970
    queue.append([point(wrong, 1)], wrong)
    queue.flush(wrong)
    later = Instant(3630.0, 130.0, "boot-b", False)
    queue.append([point(later, 2)], later)
    assert stored(path) == []
    assert queue.counts()["held"] == 1
    assert Outbox(path, "s").live(10) is None
    right = Instant(START, 140.5, "boot-b", True)
    queue.append([point(right, 3)], right)
    queue.flush(right)
    assert [(row[1], row[2] / 1000.0 - START, row[4]) for row in stored(path)] == [
        ("power_w=1", -40.5, 0),
        ("power_w=2", -10.5, 0),
        ("power_w=3", 0.0, 1),
    ]
    slipped = Instant(
        99.0, 150.5, "boot-b", False
    )  # the clock lost its trust again: the offset learned still holds
    queue.append([point(slipped, 4)], slipped)
    queue.close(slipped)
    assert stored(path)[3][2] / 1000.0 - START == 10.0


def test_points_of_a_boot_that_never_knew_the_time_are_counted(tmp_path: Path) -> None:
    """A boot that ended before the clock was trusted cannot be dated: its points are kept, counted, and never sent."""
    path = tmp_path / "t.db"
    queue = stepped(path)
    wrong = Instant(3600.0, 100.0, "boot-b", False)
    queue.append([point(wrong)], wrong)
    queue.close(wrong)
    queue = stepped(path)
    queue.append([point(at(9))], at(9))
    queue.flush(at(9))
    assert (queue.counts()["unplaced"], queue.counts()["held"], len(stored(path))) == (1, 0, 1)
    queue.close(at(9))


@pytest.mark.parametrize(
    "content", [b"no database at all " * 300, b"SQLite format 3\x00" + bytes(range(256)) * 64]
)
def test_a_damaged_file_is_set_aside(tmp_path: Path, content: bytes) -> None:
    """Garbage does not block the start: it is kept under a dated name, the notice says so, and writing goes on."""
    path = tmp_path / "telemetry.db"
    path.write_bytes(content)
    queue = stepped(path)
    queue.append([point(at(1))], at(1))
    queue.close(at(1))
    assert len(stored(path)) == 1
    kept = tmp_path / "telemetry.db.damaged-20261127T000000Z"
    assert kept.read_bytes() == content
    assert kept.name in queue.notices[0]


def test_damage_while_running(tmp_path: Path) -> None:
    """A file that is ruined while it is open is set aside at the next commit, and the points of that commit are kept."""
    path = tmp_path / "telemetry.db"
    queue = stepped(path)
    for second in range(3000):
        queue.append([point(at(second), second, Series.of("pump", device=f"d{second}"))], at(second))
    queue.flush(at(3000))
    queue.read("PRAGMA wal_checkpoint(TRUNCATE)")
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    queue.append([point(at(4000), 7)], at(4000))
    queue._shelf._series.clear()
    queue.read("PRAGMA shrink_memory")
    queue.flush(at(4000))
    queue.close(at(4000))
    assert [row[1] for row in stored(path)] == ["power_w=7"]
    assert len(list(tmp_path.glob("telemetry.db.damaged-*Z"))) == 1


def test_only_the_newest_damaged_files_stay(tmp_path: Path) -> None:
    """A card that keeps failing does not fill up with set-aside files."""
    path = tmp_path / "telemetry.db"
    for n in range(5):
        path.write_bytes(b"garbage" * 1000)
        Telemetry(path, at(n), background=False).close(at(n))
    kept = sorted(p.name for p in tmp_path.glob("telemetry.db.damaged-*"))
    assert kept == ["telemetry.db.damaged-20261127T000003Z", "telemetry.db.damaged-20261127T000004Z"]


def test_a_disk_that_refuses_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Points that the disk refused are kept in order and written later; beyond the bound the oldest go, counted."""
    monkeypatch.setattr(module, "MAX_BUFFER", 100)
    path = tmp_path / "t.db"
    queue = stepped(path)
    queue.read("PRAGMA max_page_count=1")  # any growth is SQLITE_FULL, as on a full card
    texts = [f'text="{n}{500 * "x"}"' for n in range(120)]
    for n, text in enumerate(texts):
        queue.append([Point(PUMP, text, at(n).epoch_s, float(n))], at(n))
        if n % 10 == 9:
            queue.flush(at(n))
    assert stored(path) == []
    queue.flush(at(119))
    assert any("disk is full" in notice and "free space" in notice for notice in queue.notices)
    queue.read("PRAGMA max_page_count=100000")
    queue.close(at(120))
    assert [row[1] for row in stored(path)] == texts[20:]
    assert queue.dropped == 20


def test_a_slow_disk_does_not_hold_the_caller(tmp_path: Path) -> None:
    """While a commit is stuck append and tick return at once, and every point is written once at the end."""
    path = tmp_path / "t.db"
    queue = Telemetry(path, at(0), commit_s=1.0)
    stuck, really = threading.Event(), queue._shelf.store

    def slow(*arguments: object) -> None:
        assert stuck.wait(20)
        really(*arguments)  # type: ignore[arg-type]

    queue._shelf.store = slow  # type: ignore[method-assign]
    for n in range(50):
        queue.append([point(at(n), n)], at(n))
        queue.tick(at(n))
    assert queue.buffered > 40
    stuck.set()
    queue.close(at(50))
    assert [row[1] for row in stored(path)] == [f"power_w={n}" for n in range(50)]


def test_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    """Numbers are never used twice, not even when everything that a sink had settled was removed."""
    path = tmp_path / "t.db"
    for n in range(3):
        queue = stepped(path)
        queue.append([point(at(n), n)], at(n))
        queue.close(at(n))
        Outbox(path, "s").settle(Span(1, n + 1))
        with sqlite3.connect(path) as connection:
            connection.execute("DELETE FROM points")
        connection.close()
    queue = stepped(path)
    queue.append([point(at(9))], at(9))
    queue.close(at(9))
    assert [row[0] for row in stored(path)] == [4]


def test_bounded_in_bytes_oldest_thinned_first(tmp_path: Path) -> None:
    """The file stays within its limit; the oldest data loses resolution first, the newest stays whole, losses are counted."""
    path = tmp_path / "t.db"
    limit = 2_000_000
    queue = Telemetry(path, at(0), max_bytes=limit, background=False)
    outbox = Outbox(path, "s")
    outbox.register()
    series = [Series.of("pump", device=f"d{n}") for n in range(8)]
    written = 0
    for minute in range(12_000):
        queue.append([point(at(minute * 60), minute, s) for s in series], at(minute * 60))
        written += 8
        if minute % 30 == 29:
            queue.flush(at(minute * 60))
            assert path.stat().st_size <= limit * 1.05
        if minute == 2000:
            outbox.settle(Span(1, 8 * 2000))
    queue.flush(at(12_000 * 60))
    counts = queue.counts()
    assert len(stored(path)) + counts["thinned"] == written
    assert 0 < counts["lost"] < counts["thinned"]
    rows = stored(path)
    newest = [row[0] for row in rows if row[0] > written - 5000]
    assert newest == list(range(written - 4999, written + 1))
    old = [row[2] for row in rows[:800]]
    assert len(old) / ((old[-1] - old[0]) / 60_000 * 8) < 0.1, (
        "the oldest data is at a quarter of an hour or coarser"
    )
    queue.close(at(12_000 * 60))
    queue = Telemetry(path, at(0), max_bytes=1_000_000, background=False)
    for n in range(20):
        queue.flush(at(n))
    queue.read("PRAGMA wal_checkpoint(TRUNCATE)")
    assert path.stat().st_size <= 1_050_000, "a lowered limit gives the bytes back"
    queue.close(at(0))


def test_a_sparing_cursor_forgets_nothing_but_what_may_come_twice(tmp_path: Path) -> None:
    """A cursor written with every third answer skips nothing in between; another reader sees at most two answers less, and
    ``save`` or a dead letter writes it at once.
    """
    path = tmp_path / "t.db"
    queue = stepped(path)
    queue.append([point(at(n), n) for n in range(40)], at(40))
    queue.flush(at(40))
    outbox, behind = Outbox(path, "s", 3), []
    for _ in range(8):
        parcel = outbox.backlog(4)
        assert parcel is not None
        outbox.settle(parcel.span)
        behind.append(outbox.progress().done - Outbox(path, "s").progress().done)
    assert behind == [4, 8, 0, 4, 8, 0, 4, 8]
    outbox.save()
    assert Outbox(path, "s").progress().done == outbox.progress().done == 32
    outbox.settle(Span(33, 33))
    outbox.settle(Span(34, 34), [Reject(34, "line", 400, "no")])
    assert Outbox(path, "s").progress().done == 34
    queue.close(at(40))


def test_a_sparing_cursor_knows_a_new_file(tmp_path: Path) -> None:
    """When the file was set aside, nothing that was answered for the old one is skipped in the new one."""
    path = tmp_path / "t.db"
    outbox = Outbox(path, "s", 100)
    for _ in range(2):
        queue = stepped(path)
        queue.append([point(at(n), n) for n in range(5)], at(5))
        queue.flush(at(5))
        outbox.register()
        assert outbox.pending() == 5
        outbox.settle(Span(1, 5))
        assert outbox.pending() == 0
        queue.close(at(5))
        for file in tmp_path.glob("t.db*"):
            file.rename(file.with_name(f"old-{file.name}"))


def test_dead_letters_are_kept_with_the_servers_words(tmp_path: Path) -> None:
    """A refused line is kept once, with status and words, beside the cursor that went past it."""
    path = tmp_path / "t.db"
    queue = stepped(path)
    queue.append([point(at(n), n) for n in range(3)], at(3))
    queue.flush(at(3))
    outbox = Outbox(path, "influx")
    parcel = outbox.backlog(10)
    assert parcel is not None
    assert parcel.span == Span(1, 3)
    reject = Reject(2, parcel.lines[1].text, 400, "field type conflict")
    for _ in range(2):
        outbox.settle(parcel.span, [reject])
    assert outbox.rejects() == (reject,)
    assert outbox.pending() == 0
    assert outbox.backlog(10) is outbox.live(10) is None
    assert Outbox(path, "other").pending() == 3
    queue.flush(at(4))
    assert queue.counts()["rejected"] == 1
    queue.close(at(4))


def test_no_file_is_an_error_not_a_new_file(tmp_path: Path) -> None:
    """The reading end never creates a queue."""
    with pytest.raises(StoreError):
        Outbox(tmp_path / "none.db", "s").pending()
    assert not (tmp_path / "none.db").exists()


def test_a_day_writes_less_than_sixty_megabytes(tmp_path: Path) -> None:
    """A busy site (40 devices, two pumps running ten hours) hands less than 60 MB a day to the disk."""
    path = tmp_path / "t.db"
    slow = [
        Series.of("soil", site="demo", device=f"probe-{n}", zone="cabai", depth_cm="20") for n in range(40)
    ]
    pumps = [Series.of("pump", site="demo", device=f"pump-{n}") for n in range(2)]
    soil = "ec_us_cm=1234.5,ph=6.25,temp_c=27.31,vwc=0.2345"
    drive = "energy_wh=123456.7,flow_m3_h=4.312,frequency_hz=47.3,power_w=1123.4,pressure_bar=2.31,running=1,volume_m3=1234.567"
    queue = Telemetry(path, at(0), background=False, max_bytes=200_000_000)
    before = written_bytes()
    for tens in range(8640):
        now = at(tens * 10.0)
        due = [Point(s, soil, now.epoch_s, now.mono_s) for s in slow] if tens % 6 == 0 else []
        if 2000 < tens < 5600:
            due += [Point(s, drive, now.epoch_s, now.mono_s) for s in pumps]
        queue.append(due, now)
        queue.tick(now)
    queue.close(at(86_400.0))
    megabytes = (written_bytes() - before) / 1e6
    assert 1.0 < megabytes < 60.0


def written_bytes() -> int:
    """Bytes that this process has handed to write calls."""
    text = Path("/proc/self/io").read_text()
    return int(text.split("wchar: ")[1].split()[0])


CHILD = """
import sys
from pathlib import Path
from controller.core.instant import Instant
from controller.store.point import Point, Series
from controller.store.telemetry import Telemetry
at = lambda n: Instant(1e9 + n, float(n), "b")
queue = Telemetry(Path(sys.argv[1]), at(0), background=False)
for n in range(1, 10**9):
    queue.append([Point(Series.of("pump", device="d"), f"n={n}", 1e9 + n, float(n))], at(n))
    if n % 10 == 0:
        queue.flush(at(n))
        print(n, flush=True)
"""


def test_kill_9_loses_nothing_committed(tmp_path: Path) -> None:
    """Killed in the middle of writing: every committed point is there once, in order, and the file is whole."""
    path = tmp_path / "t.db"
    command = [sys.executable, "-c", CHILD, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path.cwd()) as child:
        assert child.stdout is not None
        for _ in range(200):
            assert child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        committed = [int(line) for line in child.stdout.read().split()]
    rows = stored(path)
    assert [row[1] for row in rows] == [f"n={n}" for n in range(1, len(rows) + 1)]
    assert len(rows) >= (committed or [2000])[-1]
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_committed_s_tells_what_is_on_the_disk(tmp_path: Path) -> None:
    """``committed_s`` moves only with a commit that worked, so that an MQTT message is acknowledged only then."""
    queue = stepped(tmp_path / "t.db")
    queue.append([point(at(1))], at(1))
    assert queue.committed_s == at(0).mono_s
    queue.flush(at(2))
    assert queue.committed_s == at(2).mono_s
    queue._shelf.connection.execute(
        "CREATE TEMP TRIGGER sick BEFORE INSERT ON points BEGIN SELECT RAISE(ABORT, 'I/O error'); END"
    )
    queue.append([point(at(3))], at(3))
    queue.flush(at(3))
    assert queue.committed_s == at(2).mono_s
    queue._shelf.connection.execute("DROP TRIGGER sick")
    queue.close(at(5))
    assert queue.committed_s == at(5).mono_s
    assert len(stored(tmp_path / "t.db")) == 2
