"""Who may import whom: the contracts of pyproject.toml hold, and do bite."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import PACKAGES, ROOT, below, imports
from tests.services import RUN_S

# The core turns values into values. pydantic is there for the shape of the site file, nothing else from outside.
CORE_MAY = ("controller.core", "schedules", "drivers.reading", "pydantic")
TOUCHES_THE_WORLD = {
    *(
        "asyncio",
        "concurrent",
        "ctypes",
        "http",
        "io",
        "logging",
        "multiprocessing",
        "os",
        "pathlib",
        "random",
    ),
    *(
        "secrets",
        "select",
        "selectors",
        "shutil",
        "signal",
        "socket",
        "sqlite3",
        "ssl",
        "subprocess",
        "sys",
        "tempfile",
    ),
    *("threading", "time", "urllib", "uuid"),
}
SCHEDULES_MAY_TOUCH = {"pathlib"}


@pytest.mark.slow
def test_contracts_hold() -> None:
    """The contracts of design section 4 hold."""
    result = _lint(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("drivers/bad.py", "controller.errors"),
        ("drivers/bad.py", "schedules.plan"),
        ("schedules/bad.py", "drivers.reading"),
        ("schedules/bad.py", "controller.config"),
        ("controller/bad.py", "simulators.world"),
        ("controller/core/bad.py", "drivers.device"),
        ("controller/core/bad.py", "controller.clock"),
        ("controller/store/bad.py", "controller.poller"),
        ("controller/planning/bad.py", "controller.cycle"),
        ("controller/web/bad.py", "controller.app"),
        ("controller/app/bad.py", "controller.cli"),
    ],
)
def test_contracts_bite(tmp_path: Path, importer: str, imported: str) -> None:
    """An import against the layers breaks a contract, whatever else the packages hold."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        _write(tmp_path / package / "__init__.py", "")
    _write(tmp_path / "controller" / "core" / "__init__.py", "")
    _write((tmp_path / imported.replace(".", "/")).with_suffix(".py"), "")
    _write(tmp_path / importer, "")
    for folder in {(tmp_path / importer).parent, (tmp_path / imported.replace(".", "/")).parent}:
        _write(folder / "__init__.py", "")
    clean = _lint(tmp_path)
    assert clean.returncode == 0, clean.stdout + clean.stderr
    _write(tmp_path / importer, f"import {imported}\n")
    broken = _lint(tmp_path)
    assert (broken.returncode, "BROKEN" in broken.stdout) == (1, True), broken.stdout + broken.stderr


def test_core_takes_values_only() -> None:
    """`controller.core` imports the schedules, readings and the pure part of the standard library, nothing else."""
    found = [
        f"{module.at(node)} {name}"
        for module in below("controller/core/")
        for node, name in imports(module)
        if not name.startswith(CORE_MAY)
        and (
            name.partition(".")[0] in TOUCHES_THE_WORLD
            or name.partition(".")[0] not in sys.stdlib_module_names
        )
    ]
    assert not found, "\n".join(found)


def test_schedules_touch_nothing() -> None:
    """`schedules` computes: of the outside it reads only its own data files."""
    found = [
        f"{module.at(node)} {name}"
        for module in below("schedules/")
        for node, name in imports(module)
        if name.partition(".")[0] in TOUCHES_THE_WORLD - SCHEDULES_MAY_TOUCH
    ]
    assert not found, "\n".join(found)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    return subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=RUN_S,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": "."},
    )
