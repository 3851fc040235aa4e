"""`tirta impact` and `tirta indicator`: a period in words and JSON, a verification as a row, numbers that people enter."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from controller.cli import main
from controller.commands.indicator import number_of, today_at
from controller.config import load_site
from controller.core.instant import Instant
from controller.errors import TirtaError
from controller.impact.entries import read_entries
from controller.impact.indicators import amount
from controller.store.chain import Note
from controller.store.database import connect_readonly
from controller.store.ledger import Ledger
from tests.controller.impact.test_statement import closings
from tests.controller.store.test_ledger import tampered

ROOT = Path(__file__).resolve().parents[3]

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line on a ledger with the last week of October."""
    monkeypatch.setenv("LC_ALL", "C")
    site, _ = load_site(ROOT / "config.yaml")
    with Ledger(tmp_path / "ledger.db") as ledger:
        closings(ledger, site, [f"2026-10-{day}" for day in range(25, 32)])

    def call(*args: str) -> tuple[int, str, str]:
        where = ["--state", str(tmp_path), "-c", str(ROOT / "config.yaml")]
        code = main([*args, *where])
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def test_a_month_in_words_and_as_json(run: Run) -> None:
    """56 kWh x 0.86 = 48.16 kg, in both languages and as numbers; a week of a month is told as 7 of 31 days."""
    code, text, _ = run("impact", "--month", "2026-10", "--lang", "id")
    assert code == 0
    assert "Emisi CO2 terhindarkan: 48 ± 5 kg CO2" in text
    assert "7 dari 31 hari" in text
    assert "Perkiraan, belum diverifikasi" in text
    found = json.loads(run("impact", "--month", "2026-10", "--json")[1])
    assert found["co2_kg"]["value"] == pytest.approx(48.16)
    assert found["status"] == {"en": "estimated, unverified", "id": "perkiraan, belum diverifikasi"}


def test_a_verification_needs_a_name_and_both_ends(run: Run) -> None:
    """Then the row is there and the same period says who stands for it; another period does not."""
    assert run("impact", "verify", "--month", "2026-10")[0] == 1
    assert run("impact", "verify", "--by", "Siti")[0] == 1
    code, text, _ = run(
        "impact",
        "verify",
        "--month",
        "2026-10",
        "--by",
        "Siti Rahma",
        "--role",
        "auditor",
        "--note",
        "meters read",
    )
    assert code == 0
    assert "Verified by Siti Rahma (auditor)" in text
    assert "Siti Rahma" in run("impact", "--month", "2026-10")[1]
    assert "Estimated, unverified" in run("impact", "--from", "2026-10-25", "--to", "2026-10-31")[1]


def test_a_period_without_days_and_one_that_cannot_be(run: Run) -> None:
    """Said in one sentence, with exit 1."""
    for args in (
        ["--month", "2025-01"],
        ["--month", "2026-13"],
        ["--from", "2026-02-02", "--to", "2026-01-01"],
    ):
        code, _, error = run("impact", *args)
        assert code == 1
        assert "tirta:" in error


def test_the_factors_are_listed_with_their_source(run: Run) -> None:
    """What a site file may name."""
    text = run("impact", "factors")[1]
    assert "grid-sumatera-cm-pv-ex-post-2019" in text
    assert "Kepmen ESDM 163.K/HK.02/MEM.S/2021" in text


def test_an_indicator_needs_evidence_a_day_and_a_name(run: Run) -> None:
    """Then it is a row of the ledger and is listed, apart from what is metered."""
    code, _, error = run("indicator", "add", "--name", "members", "--value", "60")
    assert code == 1
    assert "--date, --evidence, --by" in error
    whole = [
        "--name",
        "members",
        "--value",
        "60",
        "--date",
        "2026-10-30",
        "--evidence",
        "attendance list",
        "--by",
        "Siti",
    ]
    assert run("indicator", "add", *whole)[0] == 0
    assert "members of the group  60 people  attendance list  Siti" in run("indicator", "list")[1]
    assert "anggota kelompok  60 orang  attendance list  Siti" in run("indicator", "list", "--lang", "id")[1]
    assert "members of the group: 60 people" in run("impact", "--month", "2026-10", "--lang", "en")[1]
    found = json.loads(run("impact", "--month", "2026-10", "--json")[1])
    assert [(one["name"], one["value"], one["by"]) for one in found["indicators"]] == [
        ("members", 60.0, "Siti")
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("60", 60.0),
        ("2,5", 2.5),
        ("2.5", 2.5),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1.234.567", 1234567.0),
        ("-3", -3.0),
    ],
)
def test_numbers_as_people_write_them(text: str, value: float) -> None:
    """Comma or point before the decimals."""
    assert number_of(text) == value


@pytest.mark.parametrize("text", ["1.500", "1,500", "much", "1,2,3", ""])
def test_numbers_that_could_be_two_are_refused(text: str) -> None:
    """1.500 is one and a half or fifteen hundred: nobody guesses."""
    with pytest.raises(TirtaError):
        number_of(text)


def test_half_a_month_was_half_seen_as_in_the_report(run: Run) -> None:
    """Days without a closing before the first one are not seen; a month that runs is told as running."""
    found = json.loads(run("impact", "--month", "2026-10", "--json")[1])
    assert (found["days"], found["past_days"], found["closed_days"]) == (31, 31, 7)
    assert found["coverage"] == pytest.approx(7.0 / 31.0)
    text = run("impact", "--from", "2026-10-25", "--to", "2027-10-31", "--lang", "en")[1]
    assert "is not over" in text
    assert "7 of 7 days closed, 100.0 %" in text
    code, _, error = run(
        "impact", "verify", "--by", "Siti", "--from", "2026-10-25", "--to", "2027-10-31", "--lang", "en"
    )
    assert (code, "--from 2026-10-25 --to 2026-10-31" in error) == (1, True)


def test_figures_of_a_changed_ledger_are_not_verified(run: Run, tmp_path: Path) -> None:
    """Shown with what is wrong and exit 1; nobody can stand for them."""
    tampered(
        tmp_path / "ledger.db",
        "UPDATE ledger SET payload = replace(payload, '8000.0', '9000.0') WHERE kind = 'day'",
    )
    code, text, error = run("impact", "--month", "2026-10")
    assert (code, "CO2 avoided" in text, "chain is broken: row 1 of 2026-10-25" in error) == (1, True, True)
    code, text, error = run("impact", "verify", "--month", "2026-10", "--by", "Siti")
    assert (code, text, "nobody can stand" in error) == (1, "", True)


@pytest.mark.parametrize(("zone", "code"), [("Asia/Jayapura", 0), ("Asia/Jakarta", 1)])
def test_tomorrow_by_the_sites_calendar_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], zone: str, code: int
) -> None:
    """At 22:30 in Jakarta a number of the next day has not come; in Jayapura that day has begun. The first is not written."""
    late_s = datetime(2026, 11, 22, 15, 30, tzinfo=UTC).timestamp()
    monkeypatch.setattr("controller.clock.time.time", lambda: late_s)
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.commit([Note("boot", "site", {"timezone": zone})], None, Instant(late_s - 3600.0, 0.0, "b"))
    words = (
        "--name",
        "members",
        "--value",
        "60",
        "--date",
        "2026-11-23",
        "--evidence",
        "list",
        "--by",
        "Siti",
    )
    assert main(["indicator", "add", *words, "--state", str(tmp_path), "--lang", "id"]) == code
    error = capsys.readouterr().err
    assert ("2026-11-23 belum tiba: di lokasi ini tanggal 2026-11-22" in error) == bool(code)
    with closing(connect_readonly(tmp_path / "ledger.db")) as connection:
        assert len(read_entries(connection).indicators) == 1 - code


def test_a_clock_that_is_behind_refuses_no_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer that woke up in 2020 knows no tomorrow; one without the ledger goes by the earth's first time zone."""
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.commit([Note("boot", "site", {})], None, Instant(1_795_000_000.0, 0.0, "b"))
    monkeypatch.setattr("controller.clock.time.time", lambda: 1_577_836_800.0)
    assert today_at(tmp_path / "ledger.db") is None
    monkeypatch.setattr(
        "controller.clock.time.time", lambda: datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()
    )
    assert today_at(tmp_path / "none.db") == "2026-11-23"


@pytest.mark.parametrize(
    "command",
    [
        ["impact"], ["impact", "verify", "--by", "Siti"], ["indicator", "list"], ["ledger", "verify"], ["ledger", "export"],
        ["report"],
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("lang", "other", "said"), [("id", "C", "tidak ada"), ("en", "id_ID.UTF-8", "no such file")]
)
def test_what_is_not_there_is_told_in_the_language_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: list[str], lang: str, other: str,
    said: str,
) -> None:  # fmt: skip
    """Every command says that there is no ledger in the words of --lang, whatever the environment speaks; without --lang in its."""
    monkeypatch.setenv("LC_ALL", other)
    where = ["--state", str(tmp_path / "nowhere")]
    where += [] if command[0] in ("ledger", "indicator") else ["-c", str(ROOT / "config.yaml")]
    assert main([*command, *where, "--lang", lang]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert ("--state" in told, ("sebut folder" in told) == (lang == "id")) == (True, True)
    assert main([*command, *where]) == 2
    assert said not in capsys.readouterr().err


def test_a_missing_file_of_another_kind_is_told_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the system says of a path is told in Bahasa Indonesia too, and --lang=id is --lang id."""
    assert (
        main(["ledger", "verify", "--state", str(tmp_path), "--heads", str(tmp_path / "x"), "--lang=id"]) == 2
    )
    assert "x: tidak ada" in capsys.readouterr().err


def test_a_unit_is_a_word_of_the_language() -> None:
    """People, tonnes and rupiah as each language writes them; a unit of one's own as it was entered."""
    assert (amount(60.0, "orang", "en"), amount(1.0, "orang", "en"), amount(60.0, "orang", "id")) == (
        "60 people", "1 person", "60 orang")  # fmt: skip
    assert (amount(1.25, "ton", "en"), amount(1.25, "ton", "id")) == ("1.25 t", "1,25 ton")
    assert (amount(1.5e6, "Rp", "id"), amount(-5.0, "Rp", "en"), amount(7.0, "karung", "en")) == (
        "Rp1.500.000", "-Rp5", "7 karung")  # fmt: skip
