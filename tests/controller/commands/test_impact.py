"""`tirta impact` and `tirta indicator`: a period in words and JSON, a verification as a row, numbers that people enter."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from controller.cli import main
from controller.commands.indicator import number_of
from controller.config import load_site
from controller.errors import TirtaError
from controller.store.ledger import Ledger
from tests.controller.impact.test_statement import closings

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
    assert "members of the group  60 orang  attendance list  Siti" in run("indicator", "list")[1]
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
    connection = sqlite3.connect(tmp_path / "ledger.db")
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("UPDATE ledger SET payload = replace(payload, '8000.0', '9000.0') WHERE kind = 'day'")
    connection.commit()
    connection.close()
    code, text, error = run("impact", "--month", "2026-10")
    assert (code, "CO2 avoided" in text, "chain is broken: row 1 of 2026-10-25" in error) == (1, True, True)
    code, text, error = run("impact", "verify", "--month", "2026-10", "--by", "Siti")
    assert (code, text, "nobody can stand" in error) == (1, "", True)
