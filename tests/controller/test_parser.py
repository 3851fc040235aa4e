"""The command lines speak the reader's language, down to what argparse itself says, and a wrong one is exit 1."""

from __future__ import annotations

import argparse
import contextlib
import io
import re
from collections.abc import Iterator

import pytest

from controller import cli
from controller.commands.parser import Parser
from simulators import cli as simulator_cli

ROOTS = (cli.parser, simulator_cli._parser)
ENGLISH = re.compile(
    r"usage:|positional arguments|options:|show this help|the following|unrecognized|expected one|invalid"
)


def parsers(root: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """The parser and all its sub-commands."""
    yield root
    for action in root._actions:
        if isinstance(action, argparse._SubParsersAction):
            for one in action.choices.values():
                yield from parsers(one)


@pytest.fixture
def indonesian(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal in Bahasa Indonesia."""
    monkeypatch.setenv("LC_ALL", "id_ID.UTF-8")


def test_every_option_is_explained() -> None:
    """No command has an option or argument without a word about it, but for what is written as its name says."""
    for make in ROOTS:
        for one in parsers(make()):
            for action in one._actions:
                named = isinstance(action, argparse._SubParsersAction) or not action.option_strings
                assert action.help or named, f"{one.prog} {action.option_strings}"


@pytest.mark.usefixtures("indonesian")
def test_help_has_no_english_frame() -> None:
    """Every help of every command, in Indonesian, is without argparse's English."""
    for make in ROOTS:
        for one in parsers(make()):
            assert not ENGLISH.search(one.format_help()), one.prog
            assert one.format_help().startswith("cara menulis: ")


@pytest.mark.usefixtures("indonesian")
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["chek"], "tidak ada 'chek' (pilihan: 'run'"),
        (["manual", "run"], "belum ditulis: ZONE"),
        (["manual", "run", "cabai", "--minutes", "lima"], "--minutes: bukan angka: 'lima'"),
        (["manual", "run", "cabai", "--minutes"], "--minutes: perlu satu nilai"),
        (["check", "--foo"], "tidak dikenal: --foo"),
    ],
)
def test_mistakes_are_told_in_indonesian(words: list[str], says: str) -> None:
    """What argparse complains of comes in the reader's language, with exit 1."""
    assert says in complaint(cli.parser(), words)


def test_mistakes_in_english_have_no_function_names() -> None:
    """A number that is none is called that, whatever our own converter is named."""
    assert "argument --rate: not a number: 'x'" in complaint(simulator_cli._parser(), ["demo", "--rate", "x"])
    assert "must be above 0, at most 600" in complaint(simulator_cli._parser(), ["demo", "--rate", "0"])


def complaint(parser: argparse.ArgumentParser, words: list[str]) -> str:
    """What is said on standard error before exit 1."""
    assert isinstance(parser, Parser)
    said = io.StringIO()
    with contextlib.redirect_stderr(said), pytest.raises(SystemExit) as end:
        parser.parse_args(words)
    assert end.value.code == 1
    text = said.getvalue()
    assert not ENGLISH.search(text) or text.startswith("usage:")
    return text
