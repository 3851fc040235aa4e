"""Names and sources of factors in the report's language: the registry has them in English."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from controller.core.site_impact import Factor
from controller.factors import factor_of
from controller.i18n.numbers import Language


@lru_cache(maxsize=1)
def _indonesian() -> Mapping[str, Mapping[str, str]]:
    raw: Any = yaml.safe_load(files("controller.report").joinpath("factor_names.yaml").read_text("utf-8"))
    return {part: {str(key): str(text) for key, text in words.items()} for part, words in raw.items()}


def name_in(one: Factor, language: Language) -> str:
    """The factor's name; one of the site's own as it is written there."""
    return _indonesian()["names"].get(one.id, one.name) if language == "id" else one.name


def source_in(one: Factor, language: Language) -> str:
    """Where its value stands."""
    return _indonesian()["sources"].get(one.source, one.source) if language == "id" else one.source


def whole(one: Factor) -> Factor:
    """With the validity and uncertainty that a row of the ledger does not repeat, where the registry still has that value."""
    known = factor_of(one.id) if one.id else None
    return (
        known
        if known is not None and (known.name, known.value, known.unit) == (one.name, one.value, one.unit)
        else one
    )
