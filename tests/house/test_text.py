"""What the tracked files say: nothing of one developer's machine, and no command that does not exist."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator

import pytest

from tests.house.source import ROOT
from tests.services import RUN_S

# Put together here so that this file passes its own test.
MACHINE = ["/wo" + "rk/", "/ro" + "ot/.", "/home/" + "runner", "/opt/" + "wheels"]
REGISTRIES = [
    "pypi" + ".org",
    "python" + "hosted",
    "piwheels" + ".org",
    "deb.debian" + ".org",
    "registry." + "npmjs",
]


@pytest.mark.parametrize("word", MACHINE + REGISTRIES)
def test_tracked_files_name_no_machine_and_no_registry(word: str) -> None:
    """No tracked file holds a path of somebody's own machine or the host of a package registry."""
    found = [
        f"{name}:{text[: text.index(word)].count(chr(10)) + 1}" for name, text in _tracked() if word in text
    ]
    assert not found, f"{word}: " + ", ".join(found)


@pytest.mark.parametrize("document", ["README.md", "README.id.md", "CONTRIBUTING.md"])
def test_documented_make_commands_exist(document: str) -> None:
    """Every `make` command that a document tells people to type is a target of the Makefile."""
    text = (ROOT / document).read_text(encoding="utf-8")
    told = set(re.findall(r"(?:^|[`$;&|] *|sudo )make ([a-z][a-z-]*)", text, re.MULTILINE))
    assert told, f"{document} names no make command"
    assert not told - _targets()


def test_readme_has_the_two_commands() -> None:
    """A newcomer finds both commands in the README, in both languages."""
    for document in ("README.md", "README.id.md"):
        text = (ROOT / document).read_text(encoding="utf-8")
        assert "make demo" in text, document
        assert "make test" in text, document


def test_help_lists_every_target() -> None:
    """`make help` names every target that the Makefile has, with what it does."""
    told = subprocess.run(
        ["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=RUN_S
    ).stdout
    assert set(re.findall(r"^ +make ([a-z]+) +\S", told, re.MULTILINE)) == _targets()


def _targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def _tracked() -> Iterator[tuple[str, str]]:
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=RUN_S
    ).stdout
    for name in filter(None, names.split("\0")):
        content = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b""
        if b"\0" not in content[:8000]:
            yield name, content.decode("utf-8", "replace")
