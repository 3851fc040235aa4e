"""`make install`: what it writes where, what it never overwrites, and the service's unit."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT
from tests.services import RUN_S, require

UNIT = ROOT / "deploy" / "tirtasurya.service"


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit, with a program that exists on this machine."""
    copy = tmp_path / UNIT.name
    copy.write_text(re.sub(r"(?m)^ExecStart=.*$", "ExecStart=/bin/true", UNIT.read_text(encoding="utf-8")))
    return copy


def test_unit_is_valid(unit: Path) -> None:
    """systemd finds nothing to complain about in the unit."""
    result = subprocess.run(
        [require("systemd-analyze"), "verify", unit],
        capture_output=True,
        text=True,
        check=False,
        timeout=RUN_S,
    )
    assert (result.returncode, result.stderr) == (0, "")


def test_unit_is_hardened(unit: Path) -> None:
    """systemd rates the unit's exposure at 2.0 or less of 10."""
    command = [
        require("systemd-analyze"),
        "security",
        "--offline=true",
        "--threshold=20",
        "--no-pager",
        str(unit),
    ]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=RUN_S)
    assert result.returncode == 0, result.stdout.splitlines()[-1]


def test_unit_keeps_the_daemon_running() -> None:
    """The service notifies, is watched, restarts for ever, starts at boot, and never waits for a network or a clock."""
    lines = set(UNIT.read_text(encoding="utf-8").splitlines())
    assert {
        "Type=notify",
        "WatchdogSec=60",
        "Restart=always",
        "StartLimitIntervalSec=0",
        "User=tirta",
        "WantedBy=multi-user.target",
        "ExecStart=/opt/tirtasurya/venv/bin/tirta run -c /etc/tirtasurya/config.yaml --state /var/lib/tirtasurya",
    } <= lines
    assert not [line for line in lines if line.startswith(("Wants=", "Requires="))]
    assert not [line for line in lines if "network-online" in line]


@pytest.mark.slow
def test_install_and_upgrade(tmp_path: Path) -> None:
    """A first install is complete; a second one makes a new release beside the old and keeps the site's files and PIN."""
    first = _install(tmp_path)
    etc, opt = tmp_path / "etc/tirtasurya", tmp_path / "opt/tirtasurya"
    assert (etc / "config.yaml").read_bytes() == (ROOT / "config.yaml").read_bytes()
    programs = {path.name for path in (ROOT / "schedules/programs").glob("*.yaml")}
    assert {path.name for path in (etc / "schedules/programs").iterdir()} == programs
    assert (tmp_path / "etc/systemd/system/tirtasurya.service").read_bytes() == UNIT.read_bytes()
    assert (tmp_path / "etc/systemd/system/multi-user.target.wants/tirtasurya.service").resolve().is_file()
    assert (tmp_path / "var/lib/tirtasurya").is_dir()
    assert stat.S_IMODE((etc / "pin").stat().st_mode) == 0o640
    assert _fits(_pin(first), etc / "pin")
    assert not _fits("0000000", etc / "pin")
    _imports_from_its_own_place(opt / "venv/bin/python", opt)

    release = (opt / "venv").readlink()
    (etc / "config.yaml").write_text("site: ours\n")
    pin = (etc / "pin").read_text()
    again = _install(tmp_path)
    assert (etc / "config.yaml").read_text() == "site: ours\n"
    assert (etc / "pin").read_text() == pin
    assert "PIN" not in again
    assert (opt / "venv").readlink() != release
    assert (opt / release).is_dir(), "the release before stays, to go back to"


def test_install_refuses_what_it_does_not_know(tmp_path: Path) -> None:
    """An unknown argument is named and nothing is written."""
    result = subprocess.run(
        [ROOT / "scripts/install.sh", "--prefix", tmp_path],
        capture_output=True,
        text=True,
        check=False,
        timeout=RUN_S,
    )
    assert result.returncode == 1
    assert "--prefix" in result.stderr
    assert not list(tmp_path.iterdir())


def _install(root: Path) -> str:
    command = [str(ROOT / "scripts/install.sh"), "--root", str(root)]
    # The Python of this run: its packages are in the wheel cache already, so this needs no network.
    environment = {**os.environ, "PYTHON": sys.executable}
    result = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=2 * RUN_S
    )
    assert result.returncode == 0, result.stderr
    return result.stderr


def _pin(said: str) -> str:
    found = re.search(r"PIN .*: (\d{6})$", said, re.MULTILINE)
    assert found, said
    return found[1]


def _fits(pin: str, file: Path) -> bool:
    kind, salt, digest = file.read_text().strip().split("$")
    assert kind == "scrypt"
    return hashlib.scrypt(pin.encode(), salt=bytes.fromhex(salt), n=2**14, r=8, p=1, dklen=32).hex() == digest


def _imports_from_its_own_place(python: Path, opt: Path) -> None:
    code = "import controller, drivers, schedules, simulators; print(controller.__file__)"
    result = subprocess.run(
        [python, "-c", code], cwd="/", capture_output=True, text=True, check=True, timeout=RUN_S
    )
    assert Path(result.stdout.strip()).is_relative_to(opt)
