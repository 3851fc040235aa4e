"""A factor that the ledger recalls has its validity again; its source says where it stands and whether it was read there."""

from __future__ import annotations

import pytest

from controller.core.site_impact import Factor
from controller.factors import registry
from controller.report.factor_words import source_in, whole


def test_the_source_says_whether_it_was_read() -> None:
    """Source, place in the document, and how it was looked up; of a site's own factor its source alone."""
    one = registry()["rice-sfw-flooded"]
    assert source_in(one, "id").endswith(
        "jilid 4 bab 5; tabel 5.12, halaman 5.54; dibaca di salinan terbuka tabelnya"
    )
    own = Factor(value=0.9, name="ours", source="our paper", year=2024)
    assert source_in(own, "id") == "our paper"


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
