"""Time is an argument: only controller/clock.py (plant time) and drivers/line.py (line time) may ask for it or wait."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib

import pytest

from tests.house.source import ROOT, Module, below, modules
from tests.services import RUN_S

OWNERS = {"controller/clock.py", "drivers/line.py"}
LOOP_TIMERS = {"call_later", "call_at"}
LOOP_LIKE = re.compile(r"(^|_)loop$|^get_(running|event)_loop$", re.IGNORECASE)


def test_no_loop_timers() -> None:
    """No event loop's clock or timer is used outside the two owners (ruff cannot see methods)."""
    found = [place for module in modules() if module.path not in OWNERS for place in _loop_timers(module)]
    assert not found, "time is an argument:\n" + "\n".join(found)


@pytest.mark.parametrize(
    "code",
    [
        "loop.call_later(1, f)",
        "self._loop.call_at(1, f)",
        "asyncio.get_running_loop().time()",
        "self.loop.time()",
        "event_loop.time()",
        "asyncio.wait(tasks, timeout=1)",
    ],
)
def test_loop_timers_are_seen(code: str) -> None:
    """The check above sees each way to reach a loop's timer."""
    assert list(_loop_timers(Module("x.py", code, ast.parse(code))))


@pytest.mark.parametrize(
    "code",
    [
        "sample.time()",
        "datetime.time(6, 30)",
        "instant.at.time()",
        "loop.create_task(f())",
        "asyncio.wait(tasks)",
    ],
)
def test_other_times_are_not_seen(code: str) -> None:
    """A time of day is not a clock."""
    assert not list(_loop_timers(Module("x.py", code, ast.parse(code))))


BANNED = """\
import time
from time import monotonic, perf_counter, sleep
import sched
import asyncio, datetime, signal, threading
datetime.datetime.now()
datetime.datetime.now(datetime.timezone.utc)
datetime.datetime.utcnow()
datetime.datetime.today()
datetime.date.today()
asyncio.sleep(1)
asyncio.wait_for(f, 1)
asyncio.timeout(1)
asyncio.timeout_at(1)
threading.Timer(1, f)
signal.alarm(1)
signal.setitimer(1, 2)
"""


@pytest.mark.parametrize("package", ["controller", "drivers", "schedules", "simulators"])
def test_ruff_bans_every_timer(package: str) -> None:
    """Ruff refuses each line that reads a clock or waits, in every package, and says that time is an argument."""
    lines = BANNED.splitlines()
    expected = {number for number, line in enumerate(lines, 1) if "import asyncio" not in line}
    assert _refused(f"{package}/some_module.py", BANNED) == expected


@pytest.mark.parametrize("owner", sorted(OWNERS))
def test_ruff_lets_the_owners(owner: str) -> None:
    """The two owners may."""
    assert not _refused(owner, BANNED)


def test_no_exceptions_but_the_two_owners() -> None:
    """Neither the settings nor a comment lift the ban anywhere else in the four packages."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    per_file = settings["tool"]["ruff"]["lint"]["per-file-ignores"]
    lifted = {path for path, rules in per_file.items() if any("TID251".startswith(rule) for rule in rules)}
    assert lifted == OWNERS | {"tests/**", "benchmarks/**", "scripts/**"}
    silenced = re.compile(r"#\s*(ruff:\s*)?noqa(?!:)|#\s*(ruff:\s*)?noqa:[^#]*TID")
    found = [module.path for module in modules() if silenced.search(module.text)]
    assert not found, f"noqa that lifts the ban, or everything: {found}"


def test_no_switch_for_simulation() -> None:
    """The shipped code does not know whether the world is simulated: no name in it says so."""
    word = re.compile(r"simulat(ed|ion|ing)$|^(is|in)_(sim|demo)|^demo_mode$", re.IGNORECASE)
    found = [
        f"{module.at(node)} {name}"
        for module in below("controller/", "drivers/", "schedules/")
        for node in ast.walk(module.tree)
        for name in (getattr(node, "id", None), getattr(node, "attr", None), getattr(node, "arg", None))
        if name and word.search(name)
    ]
    assert not found, "\n".join(found)


def _loop_timers(module: Module) -> list[str]:
    calls = (node for node in ast.walk(module.tree) if isinstance(node, ast.Call))
    return [
        f"{module.at(call)} {ast.unparse(call)}"
        for call in calls
        if _is_loop_timer(call.func) or _is_timed_wait(call)
    ]


def _is_timed_wait(call: ast.Call) -> bool:
    timed = any(keyword.arg == "timeout" for keyword in call.keywords)
    return timed and ast.unparse(call.func) in {"asyncio.wait", "asyncio.as_completed"}


def _is_loop_timer(called: ast.expr) -> bool:
    if not isinstance(called, ast.Attribute):
        return False
    if called.attr in LOOP_TIMERS:
        return True
    holder = called.value.func if isinstance(called.value, ast.Call) else called.value
    name = getattr(holder, "attr", None) or getattr(holder, "id", "")
    return called.attr == "time" and bool(LOOP_LIKE.search(name))


def _refused(path: str, code: str) -> set[int]:
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--no-cache",
        "--select",
        "TID251",
        "--output-format",
        "json",
    ]
    result = subprocess.run(
        [*command, "--stdin-filename", path, "-"],
        cwd=ROOT,
        input=code,
        capture_output=True,
        text=True,
        check=False,
        timeout=RUN_S,
    )
    problems = json.loads(result.stdout)
    assert all("time is an argument" in problem["message"] for problem in problems)
    return {problem["location"]["row"] for problem in problems}
