"""Tuned parameters of the practices, from a file of ``site: {practice: {habit: value}}`` as benchmarks/compare_parameters.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml

from controller.commands.console import t
from controller.core.site import Site
from simulators.cli_worlds import UsageError
from simulators.strategies import PRACTICES, habits_type

Habits = Mapping[str, Mapping[str, Any]]


def habits_of(path: Path | None, config: Path, site: Site) -> Habits:
    """Parameters by practice: the entry with the name of the site's file (without suffix), else with its id. Raises UsageError."""
    if path is None:
        return {}
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise _wrong(path, f"cannot be read ({reason})", f"tidak dapat dibaca ({reason})") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise _wrong(path, f"this is no YAML: {error}", f"ini bukan YAML: {error}") from None
    names = (config.stem, site.file.site.id)
    entry = next((found[name] for name in names if name in found), None) if isinstance(found, dict) else None
    if not isinstance(entry, dict):
        there = ", ".join(map(str, found)) if isinstance(found, dict) else "-"
        raise _wrong(
            path,
            f"nothing for '{names[0]}' (the site file's name) in it; there is: {there}",
            f"tidak ada bagian '{names[0]}' (nama berkas lokasi); yang ada: {there}",
        )
    for practice, habits in entry.items():
        _check(path, str(practice), habits)
    return entry


def _check(path: Path, practice: str, habits: object) -> None:
    if practice not in PRACTICES:
        known = ", ".join(PRACTICES)
        raise _wrong(
            path, f"there is no practice '{practice}': {known}", f"tidak ada praktik '{practice}': {known}"
        )
    kinds = {one.name: type(one.default) for one in fields(habits_type(practice))}
    known = ", ".join(kinds)
    for name, value in habits.items() if isinstance(habits, dict) else (("?", habits),):
        if name not in kinds:
            raise _wrong(
                path,
                f"{practice} has no '{name}'; it has: {known}",
                f"{practice} tidak punya '{name}'; yang ada: {known}",
            )
        if not _fits(value, kinds[name]):
            raise _wrong(
                path,
                f"{practice}: {name}: '{value}' does not fit, {kinds[name].__name__} is wanted",
                f"{practice}: {name}: '{value}' tidak cocok, seharusnya {kinds[name].__name__}",
            )


def _fits(value: object, kind: type) -> bool:
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is kind


def _wrong(path: Path, english: str, indonesian: str) -> UsageError:
    return UsageError(f"--parameters {path}: {t(english, indonesian)}")
