"""`tirta ledger verify` as an auditor meets it: exit codes, both languages, JSON, heads from anywhere, and what it cannot know."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from benchmarks._forger import kept_heads
from controller.cli import main
from controller.store.database import connect_readonly
from controller.store.scan import read_rows
from tests.controller.store.forged import ZONE, make
from tests.controller.store.test_ledger import tampered


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A whole ledger, and ``kept.log``: the heads that the log would have of it."""
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    path = make(tmp_path / "ledger.db")
    with closing(connect_readonly(path)) as connection:
        heads = kept_heads(list(read_rows(connection)), ZONE).hours
    lines = (f"Nov 27 00:07:00 pi tirta[7]: INFO controller.heads: {noted.text}\n" for noted in heads)
    (tmp_path / "kept.log").write_text("".join(lines))
    return tmp_path


def verify(capsys: pytest.CaptureFixture[str], state: Path, *words: str) -> tuple[int, str, str]:
    code = main(["ledger", "verify", "--state", str(state), *words])
    told = capsys.readouterr()
    return code, told.out, told.err


def as_json(capsys: pytest.CaptureFixture[str], state: Path, *words: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(verify(capsys, state, "--json", *words)[1])
    return answer


def test_without_heads_it_says_what_nobody_can_know(
    state: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole, with zone and days, and in plain words that a cut end or a ledger made anew cannot be seen; in both languages."""
    code, out, _ = verify(capsys, state)
    assert code == 0
    assert "87 rows, whole; 2026-11-01 - 2026-11-13 (Asia/Jakarta)" in out
    assert "cannot be known" in out
    monkeypatch.setenv("LANG", "id_ID.UTF-8")
    code, out, _ = verify(capsys, state)
    assert code == 0
    assert "87 baris, utuh" in out
    assert "tidak dapat diketahui" in out


def test_with_the_log_everything_is_proved(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Heads from a log prove the ledger to its last row; JSON says to which row and from which line."""
    answer = as_json(capsys, state, "--heads", str(state / "kept.log"))
    assert (answer["ok"], answer["unproved_rows"], answer["unknown"][0][:8]) == (
        True,
        0,
        f"{answer['heads']} heads",
    )
    assert answer["proved"]["seq"] == answer["rows"] == 87
    assert answer["proved"]["where"].startswith(str(state / "kept.log:"))
    early = as_json(
        capsys,
        state,
        "--head",
        next(line for line in (state / "kept.log").read_text().splitlines() if " 8:" in line),
    )
    assert (early["proved"]["seq"], early["unproved_rows"], len(early["unknown"])) == (8, 79, 2)


def test_what_is_wrong_is_told_with_its_day_and_exit_1(
    state: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A changed row and a cut tail: rows and local days, on stderr and in JSON, in both languages."""
    tampered(
        state / "ledger.db",
        "UPDATE ledger SET payload = replace(payload, '8003', '9003') WHERE seq = 28",
        "DELETE FROM ledger WHERE seq > 80",
        "UPDATE state SET seq = 80",
    )
    code, _, err = verify(capsys, state, "--heads", str(state / "kept.log"))
    assert code == 1
    first, second, note = err.splitlines()
    assert first.startswith("row 28 of 2026-11-04 (day site) was changed")
    assert second.startswith("row 80 of 2026-11-12 is the last one, but row 87 was noted outside")
    assert "note: the guards" in note
    monkeypatch.setenv("LANG", "id_ID.UTF-8")
    assert "baris 28 tanggal 2026-11-04 (day site) diubah" in verify(capsys, state)[2]
    answer = as_json(capsys, state, "--heads", str(state / "kept.log"))
    assert [(p["kind"], p["seq"], p["day"], p["until"]) for p in answer["problems"]] == [
        ("changed", 28, "2026-11-04", "2026-11-04"),
        ("cut", 80, "2026-11-12", "2026-11-12"),
    ]
    assert (answer["ok"], answer["warnings"][0]["kind"]) == (False, "guards")


@pytest.mark.parametrize(
    ("words", "code"),
    [(("--head", "812"), 1), (("--head", "812:abcd"), 1), (("--heads", "config.yaml"), 1), (("--heads", "nowhere.txt"), 2),
     (("--head", "1:" + "0" * 16), 1)],
)  # fmt: skip
def test_words_that_are_no_heads(
    state: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int
) -> None:
    """No head, too short, a file without heads: wrong input; a file that is not there: out of reach; another head: a problem."""
    found, _, err = verify(capsys, state, *words)
    assert found == code
    assert err


def test_no_ledger_is_out_of_reach(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2 where there is no ledger at all."""
    assert verify(capsys, tmp_path)[0] == 2
