"""Factors have an Indonesian name, source and place in their document."""

from __future__ import annotations

import re

from controller.factors import registry
from controller.impact.factor_names import indonesian, name_in, reference_in, source_in

ENGLISH = re.compile(
    r"\b(of|the|and|with|without|below|above|before|after|than|per energy|season|flooded|drainage|methane|oxide|default|values|"
    r"water|pumps|service|tables?|volume|chapter|annex|density|life cycle|rooftop|deliberately|low|any|between|generator)\b",
    re.IGNORECASE,
)


def test_no_name_is_english_in_indonesian() -> None:
    """No factor of the registry has an English word in its Indonesian name or source; no translation is of one that is gone."""
    every = registry().values()
    assert not [
        one.id
        for one in every
        for words in (name_in, source_in, reference_in)
        if ENGLISH.search(words(one, "id"))
    ]
    assert set(indonesian()["names"]) <= set(registry())
    assert set(indonesian()["sources"]) <= {one.source for one in every}
    assert set(indonesian()["references"]) <= {one.reference for one in every}


def test_numbers_stay() -> None:
    """A translated name or source has the numbers of the English one (tables, powers, years), whatever marks a language sets."""
    for one in registry().values():
        for words in (name_in, source_in, reference_in):
            english, local = words(one, "en"), words(one, "id")
            assert sorted(re.findall(r"\d+", english)) == sorted(re.findall(r"\d+", local)), one.id


def test_english_and_own_names_stay() -> None:
    """In English the registry's words are used; a factor of the site's own keeps its name in both languages."""
    one = registry()["rice-sfw-flooded"]
    assert (name_in(one, "en"), source_in(one, "en")) == (one.name, one.source)
    own = one.model_copy(update={"id": "", "name": "ours", "source": "our paper"})
    assert (name_in(own, "id"), source_in(own, "id")) == ("ours", "our paper")
