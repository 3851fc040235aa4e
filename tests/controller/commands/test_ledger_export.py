"""What is taken out of a ledger is what is in it: to the last bit, by days and kinds, harmless to a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import tracemalloc
from contextlib import closing
from pathlib import Path

import pytest

from controller.cli import main
from controller.core.decision import Event, EventKind, Reason
from controller.store.chain import GENESIS, Note, canonical, digest
from controller.store.database import connect_readonly
from controller.store.flat import DayTable, Wanted, rows_of
from controller.store.flat_text import cell_text, line_days, line_rows, write_csv
from controller.store.ledger import Ledger
from tests.controller.store.forged import DAYS, at, make
from tests.controller.store.forged import closing as day_closing
from tests.fixtures_influx import Influx

STRANGE = 'pompa, "satu" = \\ 7\n\u200b\u00e9'


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Twelve days, and a row of strange texts."""
    make(tmp_path / "ledger.db")
    with Ledger(tmp_path / "ledger.db") as ledger:
        reason = Reason(STRANGE, "=cmd|' /C calc'!A0", {"p": STRANGE})
        ledger.commit([Event(EventKind.ORDER, "=1+1", reason, {"x": 0.1 + 0.2}), Note("indicator", STRANGE, {"value": -3.5})],
                      None, at(DAYS, 8.123456789))  # fmt: skip
    return tmp_path


def tirta(capsys: pytest.CaptureFixture[str], state: Path, *words: str) -> str:
    """The command's standard output; it must succeed."""
    code = main(["ledger", "export", "--state", str(state), *words])
    told = capsys.readouterr()
    assert code == 0, told.err
    return told.out


def test_csv_has_all_that_a_hash_is_made_of(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An auditor with nothing but the CSV and docs/telemetry.md checks the whole chain."""
    link, count = GENESIS, 0
    for row in csv.DictReader(io.StringIO(tirta(capsys, state))):
        subject = row["subject"].removeprefix("'") if row["subject"].startswith("'=") else row["subject"]
        fields = (row["prev"], int(row["seq"]), float(row["epoch_s"]), float(row["mono_s"]), row["boot"],
                  int(row["trusted"] == "True"), row["kind"], subject, row["payload"])  # fmt: skip
        assert (row["prev"], row["hash"]) == (link, digest(fields))
        link, count = row["hash"], count + 1
    assert count == 1 + 7 * DAYS + 4


def test_json_lines_too(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The payload comes as an object whose canonical JSON is what was hashed."""
    for line in tirta(capsys, state, "--format", "jsonl").splitlines():
        row = json.loads(line)
        fields = tuple(row[name] for name in ("prev", "seq", "epoch_s", "mono_s", "boot"))
        rest = (int(row["trusted"]), row["kind"], row["subject"], canonical(row["payload"]))
        assert digest((*fields, *rest)) == row["hash"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+1", "@x", "\t=1", "\r=1", "\uff1d1", "=HYPERLINK(1)"])
def test_formulas_are_defused(text: str) -> None:
    """No text of the ledger begins as a formula in a spreadsheet; a negative number stays a number."""
    assert cell_text(text, comma=False) == f"'{text}"
    assert cell_text(-3.5, comma=False) == -3.5
    assert cell_text(-3.5, comma=True) == "-3,5"


def test_days_are_a_table_with_a_column_a_figure(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line a day with the closing's figures and its impact's; local days from and to, both included; commas on request."""
    words = ("--what", "days", "--from", "2026-11-03", "--to", "2026-11-05")
    rows = list(csv.DictReader(io.StringIO(tirta(capsys, state, *words))))
    assert [row["day"] for row in rows] == ["2026-11-03", "2026-11-04", "2026-11-05"]
    assert [float(row["pv_wh"]) for row in rows] == [8002.0, 8003.0, 8004.0]
    assert list(rows[0])[:3] == ["day", "seq", "hash"]
    assert [row["impact.solar_kwh"] for row in rows] == ["2.8", "3.8", "4.8"]
    comma = tirta(capsys, state, *words, "--decimal", "comma").splitlines()
    assert comma[1].startswith("2026-11-03;21;")
    assert ";8002,0;" in comma[1]


def test_a_figure_that_an_older_closing_lacks_stays_empty(tmp_path: Path) -> None:
    """A column is empty where a closing does not have it, and a text column is one for all rows."""
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.commit(day_closing(0), "{}", at(1, 0.002))
        figures: dict[str, float | str] = {"day": "2026-11-02", "new_wh": 7.0, "water_m3": "unknown"}
        ledger.commit(
            [Event(EventKind.DAY, "site", Reason("site", "day_closed", {}), figures)], "{}", at(2, 0.002)
        )
    with closing(connect_readonly(tmp_path / "ledger.db")) as connection:
        table = DayTable(connection, Wanted())
        one, two = (dict(zip(table.columns, row, strict=True)) for row in table.rows())
    assert (one["new_wh"], two["new_wh"], two["pv_wh"], two["impact.solar_kwh"]) == (None, 7.0, None, None)
    assert {"water_m3", "hash", "impact.baseline"} <= table.texts
    assert "new_wh" not in table.texts


def test_rows_by_kind_day_and_number(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Kinds add up; a closing belongs to the day that it closes; --since leaves earlier rows out."""

    def some(*words: str) -> list[dict[str, object]]:
        return [json.loads(line) for line in tirta(capsys, state, "--json", *words).splitlines()]

    assert [row["kind"] for row in some("--kind", "boot", "--kind", "indicator")] == ["boot", "indicator"]
    day = some("--from", "2026-11-02", "--to", "2026-11-02")
    assert [row["kind"] for row in day] == ["start", "start", "start", "stop", "stop", "day", "impact"]
    assert [row["seq"] for row in some("--since", "86")] == [87, 88, 89]


@pytest.mark.parametrize(
    "words",
    [("--from", "3 Nov"), ("--what", "days", "--kind", "day"), ("--format", "parquet"), ("--format", "xml")],
)
def test_wrong_words_are_refused(
    state: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    """A date that is none, a kind of days, Parquet onto the screen, an unknown format: exit 1."""
    assert main(["ledger", "export", "--state", str(state), *words]) == 1


def test_line_protocol_through_a_real_influxdb(state: Path, influxdb: Influx) -> None:
    """Every row comes back from InfluxDB as it went in, strange texts included, and the chain checks; so do the days' figures."""
    database = influxdb.fresh_database()
    with closing(connect_readonly(state / "ledger.db")) as connection:
        influxdb.write(database, "\n".join(line_rows(connection, Wanted())))
        influxdb.write(database, "\n".join(line_days(connection, DayTable(connection, Wanted()))))
        wanted = [row for row, _day in rows_of(connection, Wanted())]
        table = [dict(zip(DayTable(connection, Wanted()).columns, row, strict=True))
                 for row in DayTable(connection, Wanted()).rows()]  # fmt: skip
    found = influxdb.query(database, "SELECT * FROM ledger")
    assert sorted(row["seq"] for row in found) == [row.seq for row in wanted]
    by_seq, link = {row["seq"]: row for row in found}, GENESIS
    for row in wanted:
        one = by_seq[row.seq]
        fields = (one["prev"], int(one["seq"]), float(one["epoch_s"]), float(one["mono_s"]), one["boot"],
                  int(one["trusted"]), one["kind"], one["subject"], one["payload"])  # fmt: skip
        assert (one["prev"], digest(fields), one["site"]) == (link, one["hash"], "desa")
        link = one["hash"]
    days = influxdb.query(database, "SELECT * FROM ledger_day")
    assert [row["pv_wh"] for row in days] == [row["pv_wh"] for row in table]
    assert [row["impact.baseline"] for row in days] == ["grid"] * DAYS
    assert days[0]["time"] == 1793552399 * 10**9  # 23:59:59 of 2026-11-01 in Jakarta


def test_parquet(state: Path, tmp_path: Path) -> None:
    """Rows and days come back typed and equal."""
    parquet = pytest.importorskip("pyarrow.parquet")
    assert (
        main(
            [
                "ledger",
                "export",
                "--state",
                str(state),
                "--format",
                "parquet",
                "-o",
                str(tmp_path / "r.parquet"),
            ]
        )
        == 0
    )
    words = ["--format", "parquet", "--what", "days", "-o", str(tmp_path / "d.parquet")]
    assert main(["ledger", "export", "--state", str(state), *words]) == 0
    rows, days = (parquet.read_table(tmp_path / name).to_pylist() for name in ("r.parquet", "d.parquet"))
    with closing(connect_readonly(state / "ledger.db")) as connection:
        wanted = [row for row, _day in rows_of(connection, Wanted())]
    assert [(row["seq"], row["epoch_s"], row["payload"], row["hash"]) for row in rows] == [
        (row.seq, row.epoch_s, row.payload, row.hash) for row in wanted
    ]
    assert [row["time"].timestamp() for row in rows] == pytest.approx(
        [row.epoch_s for row in wanted], abs=1e-6
    )
    assert [(str(day["day"]), day["pv_wh"]) for day in days][-1] == ("2026-11-12", 8011.0)


@pytest.mark.parametrize(("spoken", "word"), [("en_GB", "not installed"), ("id_ID", "belum terpasang")])
def test_parquet_without_pyarrow(state: Path, tmp_path: Path, spoken: str, word: str) -> None:
    """Without the extra it says so, with the command that installs it, and exit 1."""
    code = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from controller.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    words = [
        "ledger",
        "export",
        "--state",
        str(state),
        "--format",
        "parquet",
        "-o",
        str(tmp_path / "x.parquet"),
    ]
    env = {"LANG": spoken, "PATH": "/usr/bin", "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, env=env, timeout=60
    )
    assert done.returncode == 1
    assert word in done.stderr
    assert "pip install 'tirtasurya[parquet]'" in done.stderr


def test_memory_does_not_grow_with_the_ledger(tmp_path: Path) -> None:
    """Three times the rows take no more memory to export."""
    peaks = []
    for days in (160, 480):
        path = make(tmp_path / f"{days}.db", days)
        with closing(connect_readonly(path)) as connection:
            tracemalloc.start()
            for _line in line_rows(connection, Wanted()):
                pass
            write_csv(
                io.StringIO(),
                ("seq",),
                ((row.seq,) for row, _day in rows_of(connection, Wanted())),
                comma=False,
            )
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < 1.1 * peaks[0]
