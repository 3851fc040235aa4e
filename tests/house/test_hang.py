"""A test that hangs must cost minutes, not the run, and must be named."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HANGS = """
import threading
def test_before(): pass
def test_hangs(): threading.Event().wait()
def test_after(): pass
"""


@pytest.mark.slow
def test_a_hanging_test_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    """With this project's settings, shared as `make test` does it, a test that never ends fails by its name; the rest passes."""
    (tmp_path / "test_it.py").write_text(HANGS)
    [how] = re.findall(r"--dist (\w+)", (ROOT / "scripts" / "test.sh").read_text())
    command = [
        sys.executable, "-m", "pytest", "-q", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path),
        "-p", "no:cacheprovider", "-o", "faulthandler_timeout=0.5", "-n", "1", "--dist", how, str(tmp_path / "test_it.py"),
    ]  # fmt: skip
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert "FAILED test_it.py::test_hangs" in told.stdout, told.stdout + told.stderr
    assert "1 failed, 2 passed" in told.stdout
    assert "in test_hangs" in told.stderr


@pytest.mark.parametrize(("code", "failed"), [(0, 0), (1, 1), (2, 1), (5, 1), (137, 1)])
def test_only_tests_that_ran_and_passed_are_good(tmp_path: Path, code: int, failed: int) -> None:
    """`make test` fails whatever pytest ends with but 0: it ends with 5 too where all processes died before they found a test."""
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\nexit {code}\n")
    python.chmod(0o755)
    script = (ROOT / "scripts" / "test.sh").read_text()
    [run] = re.findall(r"^pytest_run\(\) \{.*?^\}", script, re.MULTILINE | re.DOTALL)
    whole = f"said=/dev/null; status=0\n{run}\npytest_run -m serial\nexit $status"
    assert subprocess.run(["sh", "-c", whole], cwd=tmp_path, timeout=20).returncode == failed
