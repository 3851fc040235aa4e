"""Names, sources and references of factors in the reader's language: the registry has them in English."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from controller.core.site_impact import Factor
from controller.i18n.numbers import Language


@lru_cache(maxsize=1)
def indonesian() -> Mapping[str, Mapping[str, str]]:
    """``names`` by id, ``sources`` and ``references`` by their English text."""
    path = files("controller.impact").joinpath("factors", "names.id.yaml")
    raw: Any = yaml.safe_load(path.read_text("utf-8"))
    return {part: {str(key): str(text) for key, text in words.items()} for part, words in raw.items()}


def name_in(one: Factor, language: Language) -> str:
    """The factor's name; one of the site's own as it is written there."""
    return indonesian()["names"].get(one.id, one.name) if language == "id" else one.name


def source_in(one: Factor, language: Language) -> str:
    """Where its value stands."""
    return indonesian()["sources"].get(one.source, one.source) if language == "id" else one.source


def reference_in(one: Factor, language: Language) -> str:
    """The place in that document; "" where none is known."""
    return indonesian()["references"].get(one.reference, one.reference) if language == "id" else one.reference
