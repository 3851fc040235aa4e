"""Factors have an Indonesian name and source, and one that the ledger recalls has its validity again."""

from __future__ import annotations

import re

import pytest

from controller.core.site_impact import Factor
from controller.factors import registry
from controller.report.factor_words import _indonesian, name_in, source_in, whole

ENGLISH = re.compile(
    r"\b(of|the|and|with|without|below|above|before|after|than|per energy|season|flooded|drainage|methane|oxide|default|values|"
    r"water|pumps|service|tables?|volume|chapter|annex|density|life cycle|rooftop|deliberately|low|any|between|generator)\b",
    re.IGNORECASE,
)


def test_no_name_is_english_in_indonesian() -> None:
    """No factor of the registry has an English word in its Indonesian name or source; no translation is of one that is gone."""
    every = registry().values()
    assert not [
        one.id for one in every if ENGLISH.search(name_in(one, "id")) or ENGLISH.search(source_in(one, "id"))
    ]
    assert set(_indonesian()["names"]) <= set(registry())
    assert set(_indonesian()["sources"]) <= {one.source for one in every}


def test_numbers_stay() -> None:
    """A translated name or source has the numbers of the English one (tables, powers, years), whatever marks a language sets."""
    for one in registry().values():
        for english, indonesian in ((one.name, name_in(one, "id")), (one.source, source_in(one, "id"))):
            assert sorted(re.findall(r"\d+", english)) == sorted(re.findall(r"\d+", indonesian)), one.id


def test_english_and_own_names_stay() -> None:
    """In English the registry's words are used; a factor of the site's own keeps its name in both languages."""
    one = registry()["rice-sfw-flooded"]
    assert (name_in(one, "en"), source_in(one, "en")) == (one.name, one.source)
    own = one.model_copy(update={"id": "", "name": "ours", "source": "our paper"})
    assert (name_in(own, "id"), source_in(own, "id")) == ("ours", "our paper")


@pytest.mark.parametrize(("value", "same"), [(0.86, True), (0.85, False)])
def test_what_the_ledger_does_not_repeat(value: float, same: bool) -> None:
    """A factor as a closing recalls it gets validity and uncertainty from the registry, but only while its value is the same."""
    one = registry()["grid-sumatera-cm-pv-ex-post-2019"]
    bare = Factor.model_construct(
        id=one.id, name=one.name, value=value, unit=one.unit, source=one.source, year=one.year
    )
    assert one.valid_from is not None
    assert (whole(bare) == one) is same
    assert same or whole(bare) is bare
