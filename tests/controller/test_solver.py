"""The exact planner's process: asked for by the site file, and never the reason for no plan."""

from __future__ import annotations

import logging
import subprocess
from typing import Any

import pytest

from controller import solver
from controller.solver import in_child, maker
from schedules.planner import plan
from tests.controller.little_world import demo_site
from tests.schedules.test_planner import STEPS, ask, want, zone

ZONES = [zone("a", 5.0, (0.0, 4.0)), zone("b", 5.0, (0.0, 1.0))]
REQUEST = ask([want("a", 5000.0, 0.6), want("b", 5000.0, 0.5)], ZONES, (1500.0,) * STEPS)


def exact_site() -> Any:
    """The demonstration with ``planner: exact``."""
    site = demo_site()
    return site.model_copy(update={"file": site.file.model_copy(update={"planner": "exact"})})


def test_the_site_file_chooses(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Fast by default; exact where asked for and installed; asked for but not installed: the default, and it is said."""
    assert maker(demo_site()) is plan
    monkeypatch.setattr(solver, "find_spec", lambda _name: object())
    assert maker(exact_site()) is in_child
    monkeypatch.setattr(solver, "find_spec", lambda _name: None)
    with caplog.at_level(logging.WARNING):
        assert maker(exact_site()) is plan
    assert "tirtasurya[solver]" in caplog.text


def test_a_process_that_fails_costs_no_plan(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Wherever the child stops, the default plan is there and the log says why."""
    failures = [
        subprocess.CalledProcessError(1, "x", b"", b"Traceback\nMemoryError: full"),
        subprocess.TimeoutExpired("x", 30.0),
        OSError("no process"),
    ]
    for failure in failures:

        def run(*_a: Any, _failure: Exception = failure, **_k: Any) -> None:
            raise _failure

        monkeypatch.setattr(solver.subprocess, "run", run)
        with caplog.at_level(logging.ERROR):
            assert in_child(REQUEST) == plan(REQUEST)
    assert "MemoryError: full" in caplog.text
    assert "30" in caplog.text


def test_the_child_finds_what_greed_does_not() -> None:
    """The real process answers with a plan that waters both zones, where the default waters one."""
    pytest.importorskip("highspy", reason="the extra `solver` is not installed")
    assert plan(REQUEST).unmet != ()
    assert in_child(REQUEST).unmet == ()
