"""The plan of a pump into its tank is the cheapest of all plans that keep minimum run and rest."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.oracle_pump import SHORT_IDR_M3, Filling, runs

SLOTS = 8


def _cost(case: Filling, plan: tuple[bool, ...], level: float) -> float | None:
    """What a plan costs, None when it breaks a run or a rest. The pump has rested long at first."""
    lengths, on = [99], False
    total = 0.0
    for slot, now in enumerate(plan):
        if now is not on:
            if lengths[-1] < (case.run_slots if on else case.rest_slots):
                return None
            lengths.append(0)
            total += case.start_idr if now else 0.0
            on = now
        lengths[-1] += 1
        if now and case.lift_m3[slot] == 0.0 and lengths[-1] > case.run_slots:
            return None
        if now and case.lift_m3[slot] == 0.0 and lengths[-1] == 1:
            return None
        after = level - case.out_m3[slot] + (case.lift_m3[slot] if now else 0.0)
        total += case.energy_idr[slot] if now else 0.0
        total += SHORT_IDR_M3 * max(0.0, min(case.out_m3[slot], case.low - after))
        total += case.loss_idr_m3 * max(0.0, after - case.full) if now else 0.0
        level = max(min(level, case.low), after)
    return total - case.end_idr_m3 * level


@settings(max_examples=40, deadline=None)
@given(
    energy=st.lists(st.sampled_from([0.0, 40.0, 90.0]), min_size=SLOTS, max_size=SLOTS),
    out=st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=SLOTS, max_size=SLOTS),
    start=st.floats(1.0, 4.0),
    end=st.sampled_from([0.0, 60.0, 200.0]),
)
def test_no_other_plan_is_cheaper(energy: list[float], out: list[float], start: float, end: float) -> None:
    """Against all 256 plans of eight slots: never dearer than the best by more than the grid's rounding."""
    case = Filling([0.5] * SLOTS, energy, out, 0.5, 4.5, 500.0, 100.0, end, 1, 2)
    plan = tuple(runs(case, start, 0, 99))
    found = _cost(case, plan, start)
    best = min(
        cost
        for other in product([False, True], repeat=SLOTS)
        if (cost := _cost(case, other, start)) is not None
    )
    assert found is not None
    assert found <= best + 0.08 * abs(best) + 120.0
