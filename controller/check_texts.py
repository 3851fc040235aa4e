"""What each finding says, and what to do about it, in English and Bahasa Indonesia (check_texts.yaml)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Literal

Language = Literal["en", "id"]
Param = float | str | tuple[str, str]
"""What a text is filled with: a number, a word, or a word in English and Bahasa Indonesia."""


@lru_cache(maxsize=1)
def texts() -> Mapping[str, Mapping[str, str]]:
    """key -> {en, hint, id, petunjuk}; read when the first finding is shown."""
    from drivers.marked_yaml import load_text

    data, _ = load_text(
        files("controller").joinpath("check_texts.yaml").read_text("utf-8"), "check_texts.yaml"
    )
    assert isinstance(data, dict)
    return data


def render(key: str, params: Mapping[str, Param], language: Language) -> tuple[str, str]:
    """(message, hint) of a finding in the language; numbers with a decimal comma in Indonesian."""
    row = texts()[key]
    values = {name: _word(value, language) for name, value in params.items()}
    message, hint = (row["id"], row["petunjuk"]) if language == "id" else (row["en"], row["hint"])
    return message.format_map(values), hint.format_map(values)


def _word(value: Param, language: Language) -> str | Number:
    if isinstance(value, tuple):
        return value[1 if language == "id" else 0]
    return value if isinstance(value, str) else Number(value, language)


class Number(float):
    """A number that formats itself in a language."""

    language: str

    def __new__(cls, value: float, language: str) -> Number:
        """``value`` as it will be shown in ``language``."""
        number = super().__new__(cls, value)
        number.language = language
        return number

    def __format__(self, spec: str) -> str:
        plain = f"{spec}.0f" if abs(self) >= 1e6 else f"{spec}.6g"
        text = format(float(self), spec if spec.strip("+") else plain)
        return text.replace(".", ",") if self.language == "id" else text
