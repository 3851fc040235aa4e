"""What an install fetches: exactly what the locks say, by hash, from the default index, and no more than each kind needs."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.source import ROOT

LOCKS = {
    "requirements.lock": (),
    "requirements-gpio.lock": ("gpio",),
    "requirements-report.lock": ("report",),
    "requirements-demo.lock": ("demo",),
    "requirements-dev.lock": ("demo", "dev"),
}
# The daemon and the demo run on a small computer: nothing heavier than NumPy.
HEAVY = {
    "pandas",
    "scipy",
    "pvlib",
    "matplotlib",
    "h5py",
    "pyarrow",
    "scikit-learn",
    "playwright",
    "sqlalchemy",
}
# Compiled, and needed: pydantic-core. The other two also run as plain Python.
COMPILED_IN_THE_DAEMON = {"pydantic-core", "markupsafe", "pyyaml"}


def _pins(lock: str) -> dict[str, set[str]]:
    """Name to its pinned versions: several where they depend on the Python."""
    pins: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", _text(lock), re.MULTILINE):
        pins.setdefault(canonicalize_name(name), set()).add(version)
    return pins


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes_and_no_index_is_named(lock: str) -> None:
    """Each requirement is pinned with SHA-256 hashes; the lock names no index, link or option."""
    entries = re.split(
        r"\n(?=\S)", "\n".join(line for line in _text(lock).splitlines() if not line.startswith("#"))
    )
    for entry in filter(str.strip, entries):
        assert re.match(r"^[a-z0-9._-]+==\S+", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry
    assert not re.search(r"^\s*-(?!-hash=)", _text(lock), re.MULTILINE)
    assert "://" not in _text(lock)


@pytest.mark.parametrize(("lock", "extras"), LOCKS.items())
def test_locks_follow_the_project(lock: str, extras: tuple[str, ...]) -> None:
    """Every requirement of pyproject.toml is in the lock, in a version that it allows (else: `make lock`)."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]
    wanted = [*project["dependencies"], *(line for extra in ("build", *extras) for line in optional[extra])]
    pins = _pins(lock)
    for requirement in (Requirement(line) for line in wanted):
        name = canonicalize_name(requirement.name)
        if name != "tirtasurya":
            assert name in pins, name
            assert all(requirement.specifier.contains(version) for version in pins[name]), requirement


def test_locks_agree() -> None:
    """The daemon's lock is part of the others, the demo's of the developers': one version of each package everywhere."""
    runtime, gpio, report, demo, dev = (
        {(name, *sorted(v)) for name, v in _pins(lock).items()} for lock in LOCKS
    )
    assert runtime <= demo <= dev
    assert runtime <= gpio
    assert runtime <= report <= dev


@pytest.mark.parametrize(
    "lock",
    ["requirements.lock", "requirements-gpio.lock", "requirements-report.lock", "requirements-demo.lock"],
)
def test_nothing_heavy_on_small_computers(lock: str) -> None:
    """The daemon and the demo install nothing heavier than NumPy."""
    assert not HEAVY & set(_pins(lock))


def test_daemon_needs_one_compiled_package() -> None:
    """Of the daemon's packages only known ones have platform files: a 32-bit Pi stays possible."""
    entries = re.split(r"\n(?=[a-z])", _text("requirements.lock"))
    # A pure package has two files at most (wheel and source); a compiled one has one per platform.
    many = {canonicalize_name(e.partition("==")[0]) for e in entries if e.count("--hash=") > 2}
    assert many <= COMPILED_IN_THE_DAEMON, many


def _text(lock: str) -> str:
    return (ROOT / lock).read_text(encoding="utf-8")
