"""The exact planner's process: asked for by the site file, and never the reason for no plan."""

from __future__ import annotations

import logging
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from controller import solver
from controller.solver import Solver, maker
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
    """Fast by default; exact where asked for and installed, with its end; not installed: the default, and it is said."""
    ends: list[Any] = []
    assert maker(demo_site(), ends.append) is plan
    monkeypatch.setattr(solver, "find_spec", lambda _name: object())
    assert maker(exact_site(), ends.append) is not plan
    assert len(ends) == 1
    monkeypatch.setattr(solver, "find_spec", lambda _name: None)
    with caplog.at_level(logging.WARNING):
        assert maker(exact_site(), ends.append) is plan
    assert "tirtasurya[solver]" in caplog.text


@pytest.mark.parametrize(
    ("command", "limit_s", "said"),
    [
        ((sys.executable, "-c", "raise MemoryError('full')"), 30.0, "MemoryError: full"),
        (("sleep", "60"), 0.1, "0.1"),
        (("/nowhere/python",), 30.0, "nowhere"),
        (("true",), 30.0, "failed"),
        (("echo", "nonsense"), 30.0, "failed"),
    ],
)
def test_a_process_that_fails_costs_no_plan(
    command: tuple[str, ...], limit_s: float, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Wherever the child stops, the default plan is there and the log says why."""
    with caplog.at_level(logging.ERROR):
        assert Solver(command, limit_s).plan(REQUEST) == plan(REQUEST)
    assert said in caplog.text


def test_the_end_of_the_daemon_ends_the_process(caplog: pytest.LogCaptureFixture) -> None:
    """A process under way is killed at once, no other begins, and neither is called a failure."""
    slow = Solver(("sleep", "60"))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(slow.plan, REQUEST)
        while slow._child is None:
            assert not waiting.done()
        child = slow._child
        slow.end()
        assert waiting.result(10.0) == plan(REQUEST)
    assert child.returncode == -signal.SIGKILL
    assert slow.plan(REQUEST) == plan(REQUEST)
    assert not caplog.records


def test_the_child_finds_what_greed_does_not() -> None:
    """The real process answers with a plan that waters both zones, where the default waters one."""
    pytest.importorskip("highspy", reason="the extra `solver` is not installed")
    assert plan(REQUEST).unmet != ()
    assert Solver().plan(REQUEST).unmet == ()
