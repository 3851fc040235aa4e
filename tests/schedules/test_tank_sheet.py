"""What a tank can bring to its zones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.tank_sheet import through

LITRES = st.lists(st.floats(0.0, 500.0), min_size=1, max_size=60)


@given(lifted=LITRES, data=st.data(), capacity=st.floats(0.0, 5000.0))
def test_no_water_comes_from_nothing(lifted: list[float], data: st.DataObject, capacity: float) -> None:
    """What reaches the zones is neither more than was lifted nor more than they can take, and a larger tank never brings less."""
    size = len(lifted)
    drawn = data.draw(st.lists(st.floats(0.0, 500.0), min_size=size, max_size=size))
    litres, kept = through(lifted, drawn, capacity)
    assert 0.0 <= litres <= min(sum(lifted), sum(drawn)) + 1e-6
    assert 0.0 <= kept <= capacity
    assert through(lifted, drawn, 2.0 * capacity)[0] >= litres - 1e-6


def test_a_tank_carries_noon_to_the_evening_as_far_as_it_holds() -> None:
    """noon   noon  noon  evening
    lifted   100    100   100     0
    drawn      0      0     0   300     a tank of 250 l gives 250, none gives nothing
    """
    lifted, drawn = [100.0, 100.0, 100.0, 0.0], [0.0, 0.0, 0.0, 300.0]
    assert through(lifted, drawn, 250.0) == (pytest.approx(250.0), 0.0)
    assert through(lifted, drawn, 0.0) == (0.0, 0.0)
    assert through(lifted, [0.0] * 4, 150.0, held_l=100.0) == (0.0, 150.0)
