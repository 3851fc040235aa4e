"""`tirta report` from the command line: every format and language, and words that help when there is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from controller import cli
from controller.commands import report as command
from tests.controller.report.ledgers import MEMBERS, site_of, write_ledger
from tests.controller.site_files import SITES
from tests.controller.store.test_ledger import tampered

BEGINS = {"html": b"<!doctype html>", "pdf": b"%PDF-", "xlsx": b"PK", "json": b"{"}


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory with one month."""
    folder = tmp_path_factory.mktemp("state")
    write_ledger(folder, site_of(), "2026-03-01", "2026-03-31", notes=[MEMBERS])
    return folder


def run(state: Path, *words: str) -> int:
    """The command on the nursery's site file; its exit code."""
    return cli.main(["report", "-c", str(SITES / "nursery.yaml"), "--state", str(state), *words])


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("kind", command.FORMATS)
def test_every_format_in_both_languages(state: Path, tmp_path: Path, kind: str, language: str) -> None:
    """Each format is written whole to the file named, and nothing else is left beside it."""
    file = tmp_path / f"report.{kind}"
    assert run(state, "--month", "2026-03", "--format", kind, "--lang", language, "-o", str(file)) == 0
    assert file.read_bytes().startswith(BEGINS[kind])
    assert list(tmp_path.iterdir()) == [file]


def test_json_on_standard_output(state: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """``-o -`` writes to standard output; the JSON has its schema, sums with half-widths and sentences in both languages."""
    assert run(state, "--from", "2026-03-02", "--to", "2026-03-04", "--format", "json", "-o", "-") == 0
    told = json.loads(capfdbinary.readouterr().out)
    assert (told["schema"], len(told["days"]), told["coverage"]["share"]) == (1, 3, 1.0)
    assert told["sums"]["water_m3"]["half_width"] > 0.0
    assert set(told["happenings"]["listed"][0]["text"]) == {"id", "en"}
    assert told["status"]["en"] == "estimated, unverified"


def test_a_name_by_itself(state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without -o and without a period the last month is written under a name of site and month, in the site's language."""
    monkeypatch.chdir(tmp_path)
    assert run(state) == 0
    assert [file.name for file in tmp_path.iterdir()] == ["laporan-desa-impian-2026-03.html"]


@pytest.mark.parametrize(
    ("lang", "said"),
    [("id_ID.UTF-8", "buku besar berisi hari 2026-03-01"), ("C", "the ledger has days from 2026-03-01")],
)
def test_no_closing(
    state: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, lang: str, said: str
) -> None:
    """A period without closings: exit 1, and the days that there are, in the reader's language."""
    monkeypatch.setenv("LC_ALL", lang)
    assert run(state, "--month", "2027-01") == 1
    assert said in capsys.readouterr().err


def test_wrong_periods(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is no month, and a half range: exit 1, with how it is written."""
    assert run(state, "--month", "2026-13") == 1
    assert "--month 2026-11" in capsys.readouterr().err
    assert run(state, "--from", "2026-03-01") == 1


def test_no_ledger(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A state directory without a ledger cannot be reached: exit 2."""
    assert run(tmp_path) == 2
    assert "ledger.db" in capsys.readouterr().err


def test_a_file_that_is_no_ledger(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file of anything else under the ledger's name: exit 1, damaged, and who says where."""
    (tmp_path / "ledger.db").write_bytes(b"this is no database" * 1000)
    assert run(tmp_path, "--month", "2026-03") == 1
    assert "tirta ledger verify" in capsys.readouterr().err


def test_a_broken_chain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A changed row: no report (exit 1) but with --despite-damage, whose first page says that the chain is broken."""
    path = write_ledger(tmp_path, site_of(), "2026-03-01", "2026-03-05")
    tampered(path, "UPDATE ledger SET payload = replace(payload, '7000.0', '9000.0') WHERE kind = 'day'")
    file = tmp_path / "report.html"
    assert run(tmp_path, "--month", "2026-03", "-o", str(file)) == 1
    assert not file.exists()
    assert run(tmp_path, "--month", "2026-03", "-o", str(file), "--despite-damage") == 0
    assert "Rantai buku besar RUSAK" in file.read_text("utf-8").partition("<h2")[0]
    assert "--despite-damage" in capsys.readouterr().err


def test_a_missing_extra(
    state: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without fpdf2 a PDF is refused with how to install it; HTML needs nothing."""
    monkeypatch.setitem(command.NEEDS, "pdf", "a_module_that_nobody_has")
    assert run(state, "--format", "pdf") == 1
    assert "make install ARGS=--report" in capsys.readouterr().err
