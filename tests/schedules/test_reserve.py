"""Where fields keep what they store together."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.reserve import Store, shared

STORES = st.lists(
    st.builds(
        Store, st.floats(10.0, 10_000.0), st.floats(0.0, 90.0), st.floats(0.0, 80.0), st.floats(0.0, 80.0)
    ).map(lambda one: replace(one, most_mm=min(one.most_mm, one.safe_mm))),
    max_size=6,
)  # fmt: skip


def test_soil_that_holds_much_keeps_it_for_all() -> None:
    """Trees on sand and corn on clay: what the corn stores is not lost with the next storm, until their rooms are alike."""

    def kept(trees_mm: float, corn_mm: float) -> list[float]:
        return shared([Store(4000.0, trees_mm, 11.0, 7.0), Store(2500.0, corn_mm, 31.0, 25.0)])

    assert kept(0.0, 0.0) == pytest.approx([0.0, 0.0])
    assert kept(10.0, 2.0) == pytest.approx([0.0, 18.0], abs=1e-6)
    assert kept(10.0, 9.2) == pytest.approx([2.0, 22.0], abs=1e-6)
    assert kept(90.0, 90.0) == pytest.approx([7.0, 25.0])
    assert shared([]) == []


@given(stores=STORES)
def test_all_that_is_wanted_is_kept_and_rooms_are_alike(stores: list[Store]) -> None:
    """Together they keep what is wanted or all they can; whoever keeps some and could keep more has the same room as all others."""
    kept = shared(stores)
    assert all(0.0 <= mm <= one.most_mm for mm, one in zip(kept, stores, strict=True))
    total_l = sum(one.area_m2 * mm for mm, one in zip(kept, stores, strict=True))
    wanted_l = sum(one.area_m2 * one.wanted_mm for one in stores)
    all_l = sum(one.area_m2 * one.most_mm for one in stores)
    assert total_l == pytest.approx(min(wanted_l, all_l), abs=1.0)
    rooms = [one.safe_mm - mm for mm, one in zip(kept, stores, strict=True) if 1e-5 < mm < one.most_mm - 1e-5]
    assert not rooms or max(rooms) - min(rooms) < 1e-5
