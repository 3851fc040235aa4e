"""Where fields keep what they store together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.reserve import Store, shared

STORES = st.lists(
    st.builds(
        Store, st.floats(10.0, 10_000.0), st.floats(0.0, 80.0), st.floats(0.0, 80.0)
    ).map(lambda one: Store(one.area_m2, one.safe_mm, min(one.most_mm, one.safe_mm))),
    max_size=6,
)  # fmt: skip


def test_soil_that_holds_much_keeps_it_for_all() -> None:
    """Trees on sand and corn on clay: what the corn stores is not lost with the next storm, until their rooms are alike."""
    trees, corn = Store(4000.0, 11.0, 7.0), Store(2500.0, 31.0, 25.0)
    assert shared([trees, corn], 0.0) == pytest.approx([0.0, 0.0])
    assert shared([trees, corn], 45.0) == pytest.approx([0.0, 18.0], abs=1e-6)
    assert shared([trees, corn], 63.0) == pytest.approx([2.0, 22.0], abs=1e-6)
    assert shared([trees, corn], 999.0) == pytest.approx([7.0, 25.0])


@given(stores=STORES, wanted_m3=st.floats(0.0, 2000.0))
def test_all_that_is_wanted_is_kept_and_rooms_are_alike(stores: list[Store], wanted_m3: float) -> None:
    """Together they keep what is wanted or all they can; whoever keeps some and could keep more has the same room as all others."""
    kept = shared(stores, wanted_m3)
    assert all(0.0 <= mm <= one.most_mm for mm, one in zip(kept, stores, strict=True))
    total_m3 = sum(one.area_m2 * mm for mm, one in zip(kept, stores, strict=True)) / 1000.0
    all_m3 = sum(one.area_m2 * one.most_mm for one in stores) / 1000.0
    assert total_m3 == pytest.approx(min(wanted_m3, all_m3), abs=1e-3)
    rooms = [one.safe_mm - mm for mm, one in zip(kept, stores, strict=True) if 1e-5 < mm < one.most_mm - 1e-5]
    assert not rooms or max(rooms) - min(rooms) < 1e-5
