"""Strategies side by side: the verdict, and the command."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from controller.config import load_site
from simulators import cli_compare
from simulators.cases import Case, open_case, run
from simulators.cli import main
from simulators.compare import SMALL_GAP, jobs_of, run_all, verdict
from simulators.compare_table import shown, text
from simulators.strategies import ORACLE, PRACTICES, PROVIDED, STRATEGIES
from tests.services import wait_until

SITE = "simulators/sites/nursery.yaml"


def _cost(strategy: str, total: float | None, bound: float | None = None) -> dict[str, Any]:
    return {"strategy": strategy, "cost_idr": {"total": total}} | (
        {"bound_idr": bound} if bound is not None else {}
    )


KILLED = f"""
from pathlib import Path
from simulators.cases import Case
from simulators.compare import run_all
if __name__ == "__main__":
    run_all([(Case(Path({SITE!r}), None, seed, "2026-10-01", 300.0), "solar", None) for seed in (1, 2)], 2)
"""


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_killed_comparison_leaves_nothing_running(tmp_path: Path) -> None:
    """Its workers end with it, in the middle of their seasons, even when it had no time to say so."""
    (tmp_path / "killed.py").write_text(KILLED)
    path = os.environ | {"PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen([sys.executable, tmp_path / "killed.py"], env=path) as started:
        try:
            wait_until(
                lambda: len(_children(started.pid)) >= 3, "two workers and their resource tracker", 60.0
            )
            workers = _children(started.pid)
        finally:
            started.kill()
    try:
        wait_until(lambda: not any(map(_alive, workers)), "the workers' end", 30.0)
    finally:
        for one in filter(_alive, workers):
            os.kill(one, signal.SIGKILL)


def test_a_season_too_short_to_tell_is_told() -> None:
    """Under a week people read that the end outweighs the play; from a week on they do not."""
    said = [
        open_case(Case(Path(SITE), days=days, planted_days_ago=20)).notes() for days in (2.0, 6.9, 7.0, None)
    ]
    told = [any("below zero" in one or "di bawah nol" in one for one in notes) for notes in said]
    assert told == [True, True, False, False]


def test_the_share_by_hand() -> None:
    """(best practice - ours) / (best practice - oracle), the regret per hectare, and the bound of the oracle beside it."""
    results = [
        _cost("solar", 120.0),
        _cost("timer", 300.0),
        _cost("surplus", 200.0),
        _cost("oracle", 100.0, 90.0),
    ]
    assert verdict(results, 5000.0) == {
        "best_practice": "surplus",
        "oracle_bound_idr": 90.0,
        "share": 0.8,
        "regret_idr_ha": 40.0,
        "gap_share": 0.5,
    }


def test_ours_with_a_provider_has_a_share_of_its_own() -> None:
    """The row of ours with a provider is held against the same practice and oracle, and takes nothing from ours without one."""
    results = [_cost("solar", 120.0), _cost(PROVIDED, 110.0), _cost("timer", 200.0), _cost("oracle", 100.0)]
    assert verdict(results, 1.0)["share"] == 0.8
    assert verdict(results, 1.0, PROVIDED)["share"] == 0.9


def test_the_oracle_is_never_worse_than_ours() -> None:
    """What ours switched is one of its seeds: played again it costs what ours cost, to a per cent, or the oracle found better."""
    case = Case(
        Path("simulators/sites/nursery-direct.yaml"), seed=2, start="2026-11-12", days=1.0, oracle_tries=1
    )
    ours, oracle = (run(open_case(case), name, {}) for name in ("solar", "oracle"))
    assert oracle["cost_idr"]["total"] <= 1.01 * ours["cost_idr"]["total"] + 100.0


def test_a_small_gap_gets_no_share() -> None:
    """Where foresight is worth less than a twentieth of the best practice's cost the share is None and the regret stays."""
    near = 200.0 * (1.0 - 0.9 * SMALL_GAP)
    found = verdict([_cost("solar", 199.0), _cost("timer", 200.0), _cost("oracle", near)], 10_000.0)
    assert found["share"] is None
    assert found["regret_idr_ha"] == pytest.approx(199.0 - near)


@pytest.mark.parametrize("missing", ["solar", "timer", "oracle"])
def test_what_was_not_compared_is_null(missing: str) -> None:
    """Without ours, a practice or the oracle there is no share."""
    results = [_cost("solar", 120.0), _cost("timer", 300.0), _cost("oracle", 100.0)]
    found = verdict([result for result in results if result["strategy"] != missing], 1.0)
    assert found["share"] is None
    assert (found["best_practice"] is None) is (missing == "timer")
    assert (found["regret_idr_ha"] is None) is (missing != "timer")


def test_processes_and_one_process_give_the_same_seasons() -> None:
    """Seasons do not depend on where they run, and come back in the order that was asked for."""
    case = Case(Path(SITE), seed=3, start="2026-11-12", days=1.0)
    jobs = jobs_of(case, ["surplus", "timer"], {"timer": {"share": 0.5}})
    alone, together = run_all(jobs, 1), run_all(jobs, 2)
    for result in (*alone, *together):
        for measured in ("wall_s", "cycles_per_s", "peak_rss_mb"):
            del result[measured]
    assert alone == together
    assert [result["strategy"] for result in alone] == ["surplus", "timer"]


@pytest.mark.parametrize("kind", ["nursery", "paddy"])
def test_ours_and_the_practices_start_alike_and_break_nothing(kind: str) -> None:
    """The shipped controller and a practice play the same start of the same weather, water adds up, and no limit is broken."""
    case = Case(Path(f"simulators/sites/{kind}.yaml"), seed=2, start="2026-11-12", days=2.0)
    ours, timer = (run(open_case(case), name) for name in ("solar", "timer"))
    assert ours["energy"]["pv_available_kwh"] == pytest.approx(timer["energy"]["pv_available_kwh"], rel=1e-6)
    for result in (ours, timer):
        assert result["violations"] == []
        assert abs(result["water_residual_m3"]) < 1e-6
        assert set(ours) == set(result)


def test_the_command_compares_and_draws(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """JSON with the verdict's keys; a PNG; a page in Indonesian with the table in it."""
    monkeypatch.setenv("LANG", "id_ID.UTF-8")
    page, picture = tmp_path / "beda.html", tmp_path / "beda.png"
    span = ["-c", SITE, "--start", "2026-11-12", "--days", "1", "--jobs", "1"]
    names = ["--strategy", "timer", "--strategy", "surplus"]
    assert main(["compare", *span, *names, "--json", "--plot", str(page), "--plot", str(picture)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {"site", "weather", "from", "to", "results", "best_practice", "oracle_bound_idr", "share"} <= set(
        found
    )
    assert found["best_practice"] in PRACTICES
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert "praktik terbaik" in page.read_text(encoding="utf-8")


def test_what_a_change_would_have_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Against a site file with half the pump, the same practice in the same weather pumps less, and the text says so."""
    changed = tmp_path / "nursery.yaml"
    text = Path(SITE).read_text(encoding="utf-8").replace("rated_flow_m3_h: 4.5", "rated_flow_m3_h: 2.2")
    changed.write_text(text, encoding="utf-8")
    (tmp_path / "nursery").symlink_to(Path("simulators/sites/nursery").resolve())
    span = ["-c", SITE, "--start", "2026-11-12", "--days", "2", "--jobs", "1"]
    assert main(["compare", *span, "--strategy", "dawn-to-dusk", "--against", str(changed)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert any(line.startswith("  dawn-to-dusk: ") and "pumped m3" in line for line in said)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--plot", "beda.pdf"], "beda.pdf"),
        (["--start", "12-11-2026"], "12-11-2026"),
        (["--weather", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_what_cannot_be_is_said(options: list[str], word: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong option ends with exit 1 or 2 and a sentence that names it."""
    base = [
        "compare",
        "-c",
        SITE,
        "--start",
        "2026-11-12",
        "--days",
        "1",
        "--strategy",
        "timer",
        "--jobs",
        "1",
    ]
    assert main([*base, *options]) in (1, 2)
    assert word in capsys.readouterr().err


def test_a_season_of_a_practice_has_the_keys_of_a_season(capsys: pytest.CaptureFixture[str]) -> None:
    """`season --strategy` prints what a season prints, with the controller's own debts and impact null."""
    span = ["-c", SITE, "--start", "2026-11-12", "--days", "1", "--json"]
    assert main(["season", *span, "--strategy", "surplus"]) == 0
    found = json.loads(capsys.readouterr().out)
    site, _ = load_site(SITE)
    assert found["strategy"] == "surplus"
    assert all(zone["owed_mm"] is None for zone in found["water"]["zones"].values())
    assert set(found["water"]["zones"]) == {zone.id for zone in site.file.zones}
    assert main(["season", *span, "--strategy", "surplus", "--state", "somewhere"]) == 1


def test_without_its_solver_all_but_the_oracle_are_compared(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where HiGHS is missing a plain `compare` says so and goes on; whoever names the oracle is told what to install."""
    monkeypatch.setitem(sys.modules, "highspy", None)
    args = argparse.Namespace(strategy=None, against=None)
    assert cli_compare._names(args) == [name for name in STRATEGIES if name != ORACLE]
    assert "tirtasurya[compare]" in capsys.readouterr().err
    assert main(["compare", "-c", SITE, "--days", "1", "--strategy", "oracle"]) == 1
    assert "tirtasurya[compare]" in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["changed", "folder", "matplotlib"])
def test_what_cannot_work_is_said_before_anything_runs(
    missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A changed file that is not there, a plot into no folder, a plot without matplotlib: no season is spent on it."""
    monkeypatch.setattr(cli_compare, "run_all", lambda *_: pytest.fail("a season ran"))
    options = {
        "changed": ["--against", str(tmp_path / "no.yaml")],
        "folder": ["--plot", str(tmp_path / "no" / "beda.html")],
        "matplotlib": ["--plot", str(tmp_path / "beda.png")],
    }[missing]
    if missing == "matplotlib":
        monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert main(["compare", "-c", SITE, "--days", "1", "--strategy", "timer", *options]) == 1
    assert ("tirtasurya[compare]" if missing == "matplotlib" else "no") in capsys.readouterr().err


def test_a_world_of_your_own_cannot_be_compared(capsys: pytest.CaptureFixture[str]) -> None:
    """`compare` needs the world's own truth: --world is no option of it."""
    with pytest.raises(SystemExit):
        main(["compare", "-c", SITE, "--world", "my:World"])
    assert "--world" in capsys.readouterr().err


def test_the_table_in_indonesian(monkeypatch: pytest.MonkeyPatch) -> None:
    """An Indonesian reads a decimal comma, and that ours runs on the sun, not on diesel."""
    monkeypatch.setenv("LANG", "id_ID.UTF-8")
    assert text(1234.5, 1) == "1.234,5"
    assert shown("solar") == "solar (PLTS)"
    monkeypatch.setenv("LANG", "C")
    assert text(1234.5, 1) == "1,234.5"
    assert shown("solar") == "solar"


def test_a_season_in_indonesian(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines of a season are told in Indonesian, with the sun never called solar alone."""
    monkeypatch.setenv("LANG", "id_ID.UTF-8")
    assert main(["season", "-c", SITE, "--start", "2026-11-12", "--days", "0.5"]) == 0
    said = capsys.readouterr().out
    assert "solar (PLTS)" in said
    assert "721 siklus" in said
    assert "bagian PLTS" in said
    assert not {"irrigated", "pumped", "share", "cycles"} & set(said.replace(",", " ").split())
