"""The sentences of the checks of profiles in Bahasa Indonesia. The English ones stand in the code that finds the mistake."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files

from drivers.marked_yaml import Problem, load_text

WORDS = {
    "words": "kata", "numbers": "angka", "words: join": "kata: join", "point": "titik", "setting": "pengaturan",
    "a plain number": "angka tanpa satuan", "layout's": "layout", "entry's": "entri",
}  # fmt: skip
"""English words that are filled into the sentences."""

Row = tuple[re.Pattern[str], str]


@lru_cache(maxsize=1)
def rows() -> Sequence[tuple[str, str]]:
    """(English, Indonesian); read when the first mistake is shown in Indonesian."""
    text = files("drivers").joinpath("profile_texts.yaml").read_text("utf-8")
    data, _ = load_text(text, "profile_texts.yaml")
    assert isinstance(data, list)
    return [(english, indonesian) for english, indonesian in data]


@lru_cache(maxsize=1)
def _patterns() -> Sequence[Row]:
    """The sentences as patterns, those with the most words of their own first."""
    ordered = sorted(rows(), key=lambda row: -len(row[0].replace("{}", "")))
    return [
        (re.compile(re.escape(english).replace(r"\{\}", "(.+?)"), re.DOTALL), told)
        for english, told in ordered
    ]


def indonesian(text: str) -> str:
    """A sentence of the checks in Bahasa Indonesia; as it is when there is none for it (words of pydantic are translated there)."""
    for pattern, told in _patterns():
        found = pattern.fullmatch(text)
        if found is not None:
            pieces = told.split("{}")
            return pieces[0] + "".join(
                _word(word) + piece for word, piece in zip(found.groups(), pieces[1:], strict=True)
            )
    return text


def _word(word: str) -> str:
    """A word of those above, or a sentence inside a sentence."""
    return WORDS.get(word, indonesian(word) if " " in word else word)


def in_indonesian(problem: Problem) -> Problem:
    """The problem with message and hint in Bahasa Indonesia."""
    return replace(problem, message=indonesian(problem.message), hint=indonesian(problem.hint))
