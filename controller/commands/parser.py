"""A command line that speaks the reader's language: argparse's own words too, and exit 1 for a wrong one (argparse says 2)."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable
from typing import Any, NoReturn

from controller.commands.console import language, t
from controller.errors import WRONG_INPUT

ERRORS = (
    (r"the following arguments are required: (.*)", r"belum ditulis: \1"),
    (r"unrecognized arguments: (.*)", r"tidak dikenal: \1"),
    (r"argument (\S+): expected one argument", r"\1: perlu satu nilai"),
    (r"argument (\S+): invalid choice: (.*) \(choose from (.*)\)", r"\1: tidak ada \2 (pilihan: \3)"),
    (r"argument (\S+): invalid \w+ value: (.*)", r"\1: bukan angka: \2"),
    (r"argument (\S+): (.*)", r"\1: \2"),
)
"""What argparse says, and the same in Bahasa Indonesia."""


class Parser(argparse.ArgumentParser):
    """See the module. Sub-commands are of the same kind."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"formatter_class": Formatter, "add_help": False, **options})
        self._positionals.title = t("arguments", "isian")
        self._optionals.title = t("options", "pilihan")
        self.add_argument("-h", "--help", action="help", help=t("this text", "tulisan ini"))

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and how it is written."""
        self.print_usage(sys.stderr)
        self.exit(WRONG_INPUT, f"{self.prog}: {translated(message)}\n")


class Formatter(argparse.HelpFormatter):
    """Begins the usage in the reader's language."""

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        """As the library, with another first word."""
        super().add_usage(
            usage, actions, groups, t("usage: ", "cara menulis: ") if prefix is None else prefix
        )


def translated(message: str) -> str:
    """An error of argparse in the reader's language; one that is not known stays as it is."""
    if language() != "id":
        return re.sub(r"invalid _?(\w+) value", "not a number", message)
    for english, indonesian in ERRORS:
        if re.fullmatch(english, message, re.DOTALL):
            return re.sub(english, indonesian, message, flags=re.DOTALL)
    return message
