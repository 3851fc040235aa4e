"""Whatever a forger does to a ledger is found, with the right day, as far as a chain and heads kept outside can tell at all."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks._forger import Forger, Kept, days_of, kept_heads
from controller.store.chain import Row
from controller.store.database import connect_readonly
from controller.store.errors import DamagedError
from controller.store.ledger import Ledger, set_aside
from controller.store.outside import Heads, Noted
from controller.store.problem import TEXTS, Problem
from controller.store.scan import read_rows
from controller.store.verify import examine
from tests.controller.store.forged import DAYS, ZONE, at, make


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of twelve days and a morning."""
    return make(tmp_path_factory.mktemp("ledger") / "ledger.db")


@pytest.fixture
def opened(path: Path, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A copy of it, open for everything."""
    shutil.copy(path, tmp_path / "ledger.db")
    with closing(sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)) as connection:
        yield connection


@pytest.fixture
def rows(opened: sqlite3.Connection) -> list[Row]:
    return list(read_rows(opened))


@pytest.fixture
def kept(rows: list[Row]) -> Kept:
    return kept_heads(rows, ZONE)


WAYS = tuple(Forger(sqlite3.connect(":memory:"), (), random.Random()).ways())


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_tamper_is_found_on_its_day(
    opened: sqlite3.Connection, rows: list[Row], kept: Kept, way: str
) -> None:
    """At every row of the ledger, also after the last closing, with heads of closings and hours, or of minutes: told first, on
    exactly the day of the first row that was touched.
    """
    truth, rng = days_of(rows, ZONE), random.Random(way)
    for seq in range(1, len(rows) + 1):
        opened.execute("BEGIN")
        forger = Forger(opened, rows, rng)
        forger.disarm()
        did = forger.ways()[way](seq)
        for heads in (kept.hours, kept.minutes):
            found = examine(opened, Heads(heads)).problems
            assert found, (way, seq)
            assert (found[0].day, found[0].until) == (truth[did.first],) * 2, (way, seq, found[0])
        if not did.chained:
            alone = examine(opened).problems
            assert alone, (way, seq)
            assert alone[0].day <= truth[did.first], (way, seq, alone[0])
            assert not alone[0].until or truth[did.first] <= alone[0].until, (way, seq, alone[0])
        opened.execute("ROLLBACK")
    assert examine(opened, Heads(kept.minutes)).problems == ()


def test_equal_rows_put_in_again_are_accepted(
    opened: sqlite3.Connection, rows: list[Row], kept: Kept
) -> None:
    """Rows that were deleted and put in again as they were leave nothing to find: evidence is what the rows say."""
    forger = Forger(opened, rows, random.Random(1))
    forger.disarm()
    for seq in range(1, len(rows), 9):
        forger.same_again(seq)
        assert examine(opened, Heads(kept.minutes)).problems == ()


@pytest.mark.parametrize(
    ("way", "kind"),
    [("change a text", "changed"), ("delete a row", "missing"), ("delete and renumber", "removed"),
     ("insert a row", "inserted"), ("swap two rows", "moved"), ("replace a row and its hash", "unlinked")],
)  # fmt: skip
def test_the_kind_of_tampering_is_named(
    opened: sqlite3.Connection, rows: list[Row], way: str, kind: str
) -> None:
    """The first words say what was done, and to which rows."""
    opened.execute("BEGIN")
    forger = Forger(opened, rows, random.Random(5))
    forger.disarm()
    forger.ways()[way](40)
    first = examine(opened).problems[0]
    assert (first.kind, first.seq) == (kind, 40)


def test_bytes_changed_anywhere_in_the_file(path: Path, tmp_path: Path) -> None:
    """A byte changed anywhere, 300 times: the check never falls, and it tells unless every row reads as before."""
    original, rng, copy = path.read_bytes(), random.Random(11), tmp_path / "ledger.db"
    with closing(connect_readonly(path)) as connection:
        before = list(read_rows(connection))
    seen = 0
    for _ in range(300):
        changed = bytearray(original)
        changed[rng.randrange(100, len(changed))] ^= 1 << rng.randrange(8)
        copy.write_bytes(changed)
        with closing(sqlite3.connect(f"file:{copy}?mode=ro&immutable=1", uri=True)) as connection:
            found = examine(connection, Heads([Noted(before[-1].seq, before[-1].hash)])).problems
            if not found:
                assert list(read_rows(connection)) == before
        seen += bool(found)
    assert seen > 100


def test_a_start_survives_bytes_changed_anywhere(path: Path, tmp_path: Path) -> None:
    """A byte changed anywhere, 60 times: the ledger opens, or is damaged in words and is set aside; a start never falls."""
    original, rng, copy = path.read_bytes(), random.Random(12), tmp_path / "ledger.db"
    for number in range(60):
        changed = bytearray(original)
        changed[rng.randrange(20, len(changed))] ^= 1 << rng.randrange(8)
        copy.write_bytes(changed)
        try:
            Ledger(copy).close()
        except DamagedError:
            set_aside(copy, at(DAYS, 8.0 + number), "test")
            with Ledger(copy) as fresh:
                assert [row.kind for row in fresh.rows()] == ["aside"]


def test_a_page_lost_in_the_middle_is_stepped_over(path: Path, tmp_path: Path) -> None:
    """A page of zeros: told as rows that cannot be read, and the rows behind it are checked all the same."""
    copy = tmp_path / "ledger.db"
    data = bytearray(path.read_bytes())
    place = data.index(b'"run_s":11.0', 3 * 4096) // 4096 * 4096
    data[place : place + 4096] = bytes(4096)
    end = data.rindex(b"sun_gone")
    data[end : end + 8] = b"sun_went"
    copy.write_bytes(data)
    with closing(sqlite3.connect(f"file:{copy}?mode=ro&immutable=1", uri=True)) as connection:
        found = examine(connection).problems
    assert [one.kind for one in found] == ["unreadable", "changed"]
    assert found[0].last > found[0].seq
    assert "2026-11-01" <= found[0].day <= found[0].until <= "2026-11-13"


def test_heads_that_fit_say_how_far_the_ledger_is_proved(path: Path, kept: Kept) -> None:
    """Without heads nothing is proved; with those of closings everything up to the last closing; with all, everything."""
    with closing(connect_readonly(path)) as connection:
        bare, days = examine(connection), examine(connection, Heads(kept.closings))
        full = examine(connection, Heads(kept.minutes))
    assert (bare.known, bare.unproved) == (None, bare.head.seq)
    assert days.known is not None
    assert (days.known.closing, days.known.day, days.unproved) == (True, "2026-11-12", 2)
    assert (full.unproved, full.zone, full.first_day, full.last_day) == (0, ZONE, "2026-11-01", "2026-11-13")


def test_an_older_ledger_shows_its_zone_by_its_closings(tmp_path: Path) -> None:
    """Without a zone in any boot row the closings at local midnight tell it; without closings days are UTC, which is said."""
    path = make(tmp_path / "ledger.db", 2)
    with closing(sqlite3.connect(path)) as connection:
        rows = list(read_rows(connection))
    for name, first, zone in (("closings", 2, "UTC+07:00"), ("none", len(rows) - 1, "UTC")):
        with Ledger(tmp_path / f"{name}.db") as older:
            rechained(older, rows[first - 1 :])
            with closing(connect_readonly(tmp_path / f"{name}.db")) as connection:
                assert examine(connection).zone == zone


def rechained(ledger: Ledger, rows: list[Row]) -> None:
    """The same rows in a ledger of their own."""
    from benchmarks._forger import _entry

    for row in rows:
        ledger.commit([_entry(row, 0)], None, row.at)


@pytest.mark.parametrize("kind", TEXTS)
def test_every_problem_is_told_in_both_languages(kind: str) -> None:
    """Each kind has its sentence in both, with rows and days; a span and an open end are said as such."""
    names = ("after", "count", "next", "was", "where", "from", "noted", "error", "kept", "names")
    params = dict.fromkeys(names, "7")
    texts = {}
    for language in ("en", "id"):
        one = Problem(kind, 12, 14, "2026-11-27", "2026-11-28", params, "old.db")
        texts[language] = one.said(language)  # type: ignore[arg-type]
        assert texts[language].startswith("old.db: ")
        assert "{" not in texts[language]
    assert texts["en"] != texts["id"]
    assert Problem(kind, 1, 1, "2026-11-27", "").when("en") == "2026-11-27 or later"
    assert Problem(kind, 1, 1, "2026-11-27", "2026-11-27").when("id") == "2026-11-27"
