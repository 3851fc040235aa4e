"""The source text of the four packages, parsed once: what the tests of structure look at."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("drivers", "schedules", "controller", "simulators")

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Module(NamedTuple):
    """One file: its path below the root, as text and as a tree."""

    path: str
    text: str
    tree: ast.Module

    def at(self, node: ast.AST) -> str:
        """Where a node is, clickable."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}"


@cache
def modules() -> tuple[Module, ...]:
    """Every Python file of the four packages that holds something."""
    files = sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
    texts = ((str(file.relative_to(ROOT)), file.read_text(encoding="utf-8")) for file in files)
    return tuple(Module(path, text, ast.parse(text, path)) for path, text in texts if text.strip())


def below(*prefixes: str) -> Iterator[Module]:
    """The files below some folders, such as `controller/core`."""
    return (module for module in modules() if module.path.startswith(prefixes))


def imports(module: Module) -> Iterator[tuple[ast.AST, str]]:
    """Every name that a file imports, in full: `drivers.reading.Reading`."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)
