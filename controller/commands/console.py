"""Talking to a person at a terminal, or to a program that asked for JSON."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from drivers.marked_yaml import Problem

Language = Literal["en", "id"]

_CHOSEN: ContextVar[Language | None] = ContextVar("chosen", default=None)


def speak(words: Sequence[str]) -> None:
    """Take the language that a command line asks for with ``--lang``: every message of the command is in it, from the first one
    on. Without ``--lang`` it is the environment's.
    """
    pairs = zip(words, [*words[1:], ""], strict=False)
    asked = [
        after if word == "--lang" else word.partition("=")[2]
        for word, after in pairs
        if word.partition("=")[0] == "--lang"
    ]
    _CHOSEN.set("id" if asked[-1:] == ["id"] else "en" if asked[-1:] == ["en"] else None)


def language() -> Language:
    """What ``--lang`` asked for; else ``id`` when the environment speaks Indonesian, else ``en``."""
    if (chosen := _CHOSEN.get()) is not None:
        return chosen
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if word := os.environ.get(name):
            return "id" if word.lower().startswith(("id", "in_")) else "en"
    return "en"


def t(english: str, indonesian: str) -> str:
    """The text in the reader's language."""
    return indonesian if language() == "id" else english


def out(text: str) -> None:
    """One line on standard output."""
    sys.stdout.write(text + "\n")


def err(text: str) -> None:
    """One line on standard error."""
    sys.stderr.write(text + "\n")


def out_json(value: object) -> None:
    """``value`` as JSON on standard output."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")


def failed(message: str, hint: str, *, as_json: bool, program: str = "tirta") -> None:
    """Say what went wrong and what to do, where the caller will look for it."""
    if as_json:
        out_json({"ok": False, "error": message, "hint": hint})
    err(f"{program}: {message}" + (f"\n       {hint}" if hint else ""))


def as_dict(problem: Problem) -> dict[str, Any]:
    """The JSON shape of a problem."""
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "path": problem.path,
        "message": problem.message,
        "hint": problem.hint,
    }


def table(rows: Iterable[tuple[str, ...]]) -> None:
    """Rows in aligned columns on standard output."""
    lines = [tuple(row) for row in rows]
    if not lines:
        return
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    for row in lines:
        out("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def text_of(value: object, language_: Language) -> str:
    """A text that may come as {"id": ..., "en": ...}, in the language."""
    if isinstance(value, Mapping):
        return str(value.get(language_) or value.get("en") or "")
    return "" if value is None else str(value)


def config_option(parser: argparse.ArgumentParser, default: str | None = "config.yaml") -> None:
    """-c FILE, alike everywhere."""
    text = t("the site's file (config.yaml)", "berkas lokasi (config.yaml)")
    parser.add_argument("-c", "--config", default=default, metavar=t("FILE", "BERKAS"), help=text)


def json_option(parser: argparse.ArgumentParser) -> None:
    """--json, alike everywhere."""
    parser.add_argument("--json", action="store_true", help=t("for programs", "untuk program lain"))


def lang_option(parser: argparse.ArgumentParser) -> None:
    """--lang, of everything that the command says."""
    parser.add_argument("--lang", choices=("id", "en"), help=t("of the text", "bahasa tulisan"))
