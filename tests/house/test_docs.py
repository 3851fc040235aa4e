"""What the documents tell people to open, type and look for is there."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from controller import cli
from controller.config_files import KINDS
from simulators import cli as simulators
from tests.house.source import ROOT
from tests.services import RUN_S

PEOPLE = ("README.md", "README.id.md", "CONTRIBUTING.md", "docs/wiring.md", "docs/wiring.id.md", "docs/devices.md",
          "docs/commissioning.md", "docs/commissioning.id.md",
          "docs/schedules.md", "docs/telemetry.md", "docs/ledger.md", "docs/safety.md",
          "docs/compare.md", "docs/compare.id.md", "docs/report.md", "docs/report.id.md", "docs/grafana.md", "docs/grafana.id.md",
          "docs/impact.md", "docs/impact.id.md")  # fmt: skip
"""Documents with commands that people type."""


@cache
def documents() -> dict[str, str]:
    """Every tracked Markdown file with its text."""
    listed = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=RUN_S
    )
    return {
        name: (ROOT / name).read_text("utf-8") for name in listed.stdout.split() if (ROOT / name).exists()
    }


def test_links_lead_somewhere() -> None:
    """Every relative link and image of every document is a file of this tree."""
    broken = []
    for name, text in documents().items():
        targets = re.findall(r"(?:\]\(|src=\")([^)#\"\s]+)", text)
        relative = [target for target in targets if "://" not in target]
        broken += [f"{name}: {one}" for one in relative if not (ROOT / name).parent.joinpath(one).exists()]
    assert documents()
    assert not broken, broken


def commands() -> Iterator[tuple[str, str]]:
    """(document, command) for every tirta and tirta-sim that is told, in code blocks and between backticks."""
    for name in PEOPLE:
        text = documents().get(name, "")
        blocks = re.findall(r"^```[a-z]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        lines = [line for block in blocks for line in block.splitlines()]
        lines += re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
        for line in lines:
            found = re.match(r"\s*(?:sudo )?((?:tirta|tirta-sim) [a-z][^#>|;]*)", line)
            if found:
                yield name, found[1].strip()


@pytest.mark.parametrize(("document", "command"), list(commands()))
def test_told_commands_exist(document: str, command: str) -> None:
    """Every command line that a document tells people to type is understood: no unknown command or option."""
    program, *words = shlex.split(command)
    parser = cli.parser() if program == "tirta" else simulators._parser()
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.suppress(SystemExit):
        parser.parse_args(words)
    wrong = [
        line for line in said.getvalue().splitlines() if "invalid choice" in line or "unrecognized" in line
    ]
    assert not wrong, f"{document}: {wrong}"


def test_the_architecture_names_files_that_are_there() -> None:
    """Each Python file and pattern named below a package's heading is in that package."""
    text = documents()["docs/architecture.md"]
    missing = []
    for package, section in re.findall(
        r"^## [^\n]*`([a-z]+)/`\n(.*?)(?=^## )", text, re.MULTILINE | re.DOTALL
    ):
        named = re.findall(r"`([a-z_*/]+\.(?:py|yaml))`", section)
        missing += [f"{package}/{one}" for one in named if not list((ROOT / package).glob(one))]
    missing += [one for one in re.findall(r"`(tests/[a-z_/]+\.py)`", text) if not (ROOT / one).exists()]
    assert not missing, missing


def test_the_keys_of_a_program_are_the_real_ones() -> None:
    """The table of program keys in docs/schedules.md names keys that its kind has, and all of them; its example loads."""
    text = documents()["docs/schedules.md"]
    told: dict[str, set[str]] = {kind: set() for kind in (*KINDS, "all")}
    for kind, cell in re.findall(rf"^\| ({'|'.join(told)}) \| ([^|]+) \|", text, re.MULTILINE):
        told[kind] |= set(re.findall(r"`([a-z0-9_]+)`", cell))
    example = yaml.safe_load(re.findall(r"^```yaml\n(program: .*?)^```", text, re.MULTILINE | re.DOTALL)[0])
    shown = set(example) | {"note"}
    for kind, model in KINDS.items():
        keys = {info.alias or name for name, info in model.model_fields.items()}
        assert told[kind] | told["all"] <= keys, kind
        assert keys <= told[kind] | told["all"] | shown, kind
    KINDS["field"].model_validate(example)


@pytest.mark.parametrize("name", ["README.md", "docs/wiring.md", "docs/commissioning.md", "docs/report.md"])
def test_both_languages_have_the_same_commands(name: str) -> None:
    """The Indonesian document tells the same command lines as the English one."""
    both = []
    for one in (name, name.replace(".md", ".id.md")):
        blocks = re.findall(r"^```\n(.*?)^```", documents()[one], re.MULTILINE | re.DOTALL)
        lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
        both.append([line for line in lines if line.startswith(("tirta", "make"))])
    assert both[0]
    assert both[0] == both[1]


def test_paths_in_contributing_exist() -> None:
    """A test path that CONTRIBUTING tells people to run is there."""
    for found in re.findall(r"tests/[a-z_/]+", documents()["CONTRIBUTING.md"]):
        assert Path(ROOT / found).exists() or list(ROOT.glob(f"{found}*")), found
