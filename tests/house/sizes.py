"""How big files and functions are, against the budgets of CONTRIBUTING.md. `python -m tests.house.sizes` prints it.

Files: all lines. Functions: from `def` to the last line, docstring included, inner functions also counted by themselves.
"""

from __future__ import annotations

import ast
import math
import statistics
import sys
from collections.abc import Iterator
from typing import NamedTuple

from tests.house.source import Function, Module, modules


class Budget(NamedTuple):
    """Lines at the median, at the 95th percentile and at most."""

    median: int
    p95: int
    most: int


class Sized(NamedTuple):
    """One thing and its lines."""

    lines: int
    where: str


FILES = Budget(120, 400, 500)
FUNCTIONS = Budget(8, 40, 60)


def files() -> list[Sized]:
    """Every file of the four packages."""
    return [Sized(len(module.text.splitlines()), module.path) for module in modules()]


def functions() -> list[Sized]:
    """Every function and method of the four packages."""
    return [
        Sized((node.end_lineno or node.lineno) - node.lineno + 1, f"{module.at(node)} {node.name}")
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, Function)
    ]


def undocumented() -> list[str]:
    """Public modules, classes, functions and methods without a docstring."""
    return [
        f"{module.at(node)} {name}"
        for module in modules()
        for node, name in _public(module)
        if not _has_doc(node)
    ]


def documented_share() -> float:
    """The share of public names with a docstring, 0 to 1."""
    total = sum(1 for module in modules() for _ in _public(module))
    return 1.0 - len(undocumented()) / max(total, 1)


def measured(sizes: list[Sized]) -> Budget:
    """Median, 95th percentile (nearest rank) and maximum."""
    ordered = sorted(size.lines for size in sizes) or [0]
    return Budget(
        math.ceil(statistics.median(ordered)), ordered[math.ceil(0.95 * len(ordered)) - 1], ordered[-1]
    )


def table() -> str:
    """The numbers for people, the biggest named."""
    rows = []
    for name, sizes, budget in (("files", files(), FILES), ("functions", functions(), FUNCTIONS)):
        found = measured(sizes)
        pairs = ", ".join(
            f"{label} {have} (<= {most})"
            for label, have, most in zip(("median", "p95", "max"), found, budget, strict=True)
        )
        rows.append(
            f"{len(sizes):5d} {name:9s} lines: {pairs}; biggest {max(sizes, default=Sized(0, '-')).where}"
        )
    rows.append(f"      public names with a docstring: {100 * documented_share():.1f} % (100 %)")
    return "\n".join(rows)


def problems() -> list[str]:
    """What is over budget, in words."""
    found = []
    for name, sizes, budget in (("file", files(), FILES), ("function", functions(), FUNCTIONS)):
        have = measured(sizes)
        found += [
            f"{name} {size.where}: {size.lines} lines > {budget.most}"
            for size in sizes
            if size.lines > budget.most
        ]
        found += (
            [f"{name} median: {have.median} lines > {budget.median}"] if have.median > budget.median else []
        )
        found += [f"{name} 95th percentile: {have.p95} lines > {budget.p95}"] if have.p95 > budget.p95 else []
    return found + [f"no docstring: {name}" for name in undocumented()]


def _public(module: Module) -> Iterator[tuple[ast.AST, str]]:
    yield module.tree, "(module)"
    yield from _public_in(module.tree)


def _public_in(parent: ast.Module | ast.ClassDef) -> Iterator[tuple[ast.AST, str]]:
    for node in parent.body:
        if (
            isinstance(node, ast.ClassDef | Function)
            and not node.name.startswith("_")
            and not _is_repeat(node)
        ):
            yield node, node.name
            if isinstance(node, ast.ClassDef):
                yield from _public_in(node)


def _is_repeat(node: ast.ClassDef | Function) -> bool:
    """An overload, or a property's setter: said once is enough."""
    marks = {ast.unparse(mark).rpartition(".")[2] for mark in node.decorator_list}
    return bool(marks & {"overload", "setter", "override"})


def _has_doc(node: ast.AST) -> bool:
    return isinstance(node, ast.Module | ast.ClassDef | Function) and bool(ast.get_docstring(node))


if __name__ == "__main__":
    print(table())
    sys.exit("\n".join(problems()) or None)
