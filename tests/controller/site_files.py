"""Copies of the shipped sites that a test may spoil."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from controller.config import Loaded, load

ROOT = Path(__file__).resolve().parents[2]
SITES = ROOT / "simulators" / "sites"
SHIPPED = (
    ROOT / "config.yaml",
    *(SITES / f"{kind}.yaml" for kind in ("nursery", "vegetables", "paddy", "kutai")),
)
TODAY = date(2026, 11, 21)


def copy_site(path: Path, folder: Path) -> Path:
    """The site file and its programs in ``folder``; returns the copy of the file."""
    shipped = load(path, today=TODAY)
    assert shipped.site is not None, [str(problem) for problem in shipped.problems]
    programs = shipped.site.file.programs
    target = folder / path.name
    shutil.copy(path, target)
    shutil.copytree(path.parent / programs, folder / programs)
    return target


def edit(path: Path, old: str, new: str) -> int:
    """Replace the only ``old`` in the file; the line (from 1) where ``new`` begins to differ."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
    at = text.index(old)
    same = next(
        (i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new))
    )
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text[: at + same].count("\n") + 1


def load_english(path: Path) -> Loaded:
    """Load with English messages and a fixed day."""
    return load(path, language="en", today=TODAY)
