"""Reasons as sentences, in Bahasa Indonesia and English.

``texts.yaml`` holds one sentence per key and language. A placeholder is the name of a parameter; its suffix says the unit, and
numbers are written as the language writes them: 1.150 W and 2,5 m in Indonesian, 1,150 W and 2.5 m in English.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from controller.core.decision import Reason
from controller.i18n.numbers import write

Language = Literal["id", "en"]
Text = Mapping[str, str]

PLACEHOLDER = re.compile(r"\{([a-z0-9_]+)\}")

WORD_PARAMS = {"cause": "causes", "level": "levels", "status": "statuses", "who": "who", "why": "whys"}
"""Parameters whose value is itself a word to translate, and the section that has it."""


@lru_cache(maxsize=1)
def texts() -> Mapping[str, Mapping[str, Text]]:
    """The sections of ``texts.yaml``: ``reasons`` and the words that parameters may be, each key -> language -> text."""
    raw: Any = yaml.safe_load(files("controller.i18n").joinpath("texts.yaml").read_text("utf-8"))
    return {str(section): entries for section, entries in raw.items()}


def placeholders(text: str) -> set[str]:
    """The parameters that a sentence names."""
    return set(PLACEHOLDER.findall(text))


def render(reason: Reason, language: Language) -> str:
    """The reason as one sentence. Never fails: an unknown key or a missing parameter shows as itself."""
    entry = texts()["reasons"].get(reason.key)
    if entry is None:
        return " ".join([reason.key, *(f"{name}={value}" for name, value in reason.params.items())])
    return PLACEHOLDER.sub(lambda found: _value(found[1], reason.params, language), entry[language])


def _signal(name: str, language: Language) -> str:
    """``level-tandon.level_m`` as ``level-tandon (tinggi air)``: the device as it is labelled, then what it measures."""
    device, _, quantity = name.partition(".")
    words = texts()["quantities"].get(quantity.partition("_")[0])
    return f"{device} ({words[language]})" if words is not None else device


def _value(name: str, params: Mapping[str, float | str], language: Language) -> str:
    """One parameter as words."""
    value = params.get(name)
    if value is None:
        return "?"
    if isinstance(value, str):
        if name == "signal":
            return _signal(value, language)
        section = WORD_PARAMS.get(name)
        word = texts()[section].get(value) if section is not None else None
        return word[language] if word is not None else write(name, value, language)
    return write(name, value, language)
