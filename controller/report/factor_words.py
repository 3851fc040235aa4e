"""A factor as a report shows it: its source with the place in the document, and what a row of the ledger does not repeat."""

from __future__ import annotations

from controller.core.site_impact import Factor
from controller.factors import factor_of
from controller.i18n.numbers import Language
from controller.impact.factor_names import name_in
from controller.impact.phrases import source_words

__all__ = ["name_in", "source_in", "whole"]


def source_in(one: Factor, language: Language) -> str:
    """Where its value stands, in which table, and whether it was read there."""
    return source_words(one, language)


def whole(one: Factor) -> Factor:
    """With the validity and uncertainty that a row of the ledger does not repeat, where the registry still has that value."""
    known = factor_of(one.id) if one.id else None
    return (
        known
        if known is not None and (known.name, known.value, known.unit) == (one.name, one.value, one.unit)
        else one
    )
