"""Simulated meters err as they are told, and what they have counted in all is known whatever they show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.meters import Register


class Flow:
    """Something that passes."""

    def __init__(self) -> None:
        self.amount = 100.0

    def __call__(self) -> float:
        return self.amount


@given(st.lists(st.tuples(st.floats(0, 500), st.sampled_from(["pass", "reset", "replace"])), max_size=40))
def test_what_a_register_has_counted_is_known(steps: list[tuple[float, str]]) -> None:
    """Through roll-overs, resets and other meters ``passed`` is the sum of all growth times the gain of its time."""
    flow = Flow()
    register, expected = Register(flow, 1.01, 1000.0, 0.1, shown=990.0), 0.0
    for amount, what in steps:
        flow.amount += amount
        expected += amount * register.gain
        if what == "reset":
            register.begin(0.0, register.gain)
        elif what == "replace":
            register.begin(321.0, 0.98)
        assert 0.0 <= register.show() < 1000.0
    assert register.passed == pytest.approx(expected)


def test_a_display_rolls_over() -> None:
    """990 and 25 on a display of 1,000 are 15, in its steps."""
    flow = Flow()
    register = Register(flow, 1.0, 1000.0, 10.0, shown=990.0)
    flow.amount += 27.0
    assert register.show() == pytest.approx(10.0)
