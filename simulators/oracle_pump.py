"""When a pump should fill its tank: least cost of bought energy and starts for a known outflow, by dynamic programming.

Five-minute slots; states are the tank's content (a grid, values in between by straight lines) and how long the pump has run or
rested. Minimum run and rest hold in the plan; what else the limits take away is seen when the plan is played.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

SLOT_MIN: Final = 5
GRID: Final = 80
SHORT_IDR_M3: Final = 3000.0
"""What a m3 missing in the tank costs the plan: near to what the crop's thirst costs."""


@dataclass(frozen=True, slots=True)
class Filling:
    """A tank's case, by slot: ``lift_m3`` and its ``energy_idr`` when the pump runs (0 lift: it may not), ``out_m3`` through
    the valves. m3 in the tank: ``low`` (below it the valves close), ``full`` (above it the pump must stop). ``start_idr``
    each; ``end_idr_m3``: worth of what is left.
    """

    lift_m3: Sequence[float]
    energy_idr: Sequence[float]
    out_m3: Sequence[float]
    low: float
    full: float
    loss_idr_m3: float
    start_idr: float
    end_idr_m3: float
    run_slots: int
    rest_slots: int


def runs(case: Filling, now_m3: float, on_slots: int, off_slots: int) -> list[bool]:
    """Whether the pump runs, by slot, from ``now_m3`` in the tank after ``on_slots`` of running (0: it rests since
    ``off_slots``).
    """
    import numpy as np

    top = case.full + max(case.lift_m3, default=0.0)
    grid = np.linspace(0.0, top, GRID)
    states = case.run_slots + case.rest_slots
    value = np.tile(-case.end_idr_m3 * grid, (states, 1))
    choices: list[Any] = []
    for slot in reversed(range(len(case.lift_m3))):
        on, off = _afters(case, slot, grid)
        going = np.array([np.interp(on[0], grid, row) for row in value[: case.run_slots]]) + on[1]
        resting = np.array([np.interp(off[0], grid, row) for row in value[case.run_slots :]]) + off[1]
        value, choice = _best(case, slot, going, resting)
        choices.append(choice)
    return _forward(case, choices[::-1], grid, now_m3, on_slots, off_slots)


def _afters(case: Filling, slot: int, grid: Any) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """(content after, cost of the slot) with the pump on and off."""
    import numpy as np

    found = []
    for lift, energy in ((case.lift_m3[slot], case.energy_idr[slot]), (0.0, 0.0)):
        after = grid - case.out_m3[slot] + lift
        cost = energy + SHORT_IDR_M3 * np.maximum(0.0, np.minimum(case.out_m3[slot], case.low - after))
        cost = cost + case.loss_idr_m3 * np.maximum(0.0, after - case.full) * (lift > 0.0)
        found.append((np.clip(after, min(case.low, grid[0]), grid[-1]), cost))
    return found[0], found[1]


def _best(case: Filling, slot: int, going: Any, resting: Any) -> tuple[Any, Any]:
    """Values and choices (True: on) of all states at the beginning of a slot. State k < run_slots: has run k + 1 slots (the
    last: or more); then as many for the rest.
    """
    import numpy as np

    able = case.lift_m3[slot] > 0.0
    value, choice = [], []
    for state in range(case.run_slots):
        stay = going[min(state + 1, case.run_slots - 1)]
        if state < case.run_slots - 1:
            value.append(stay)
            choice.append(np.ones(stay.shape, bool))
        else:
            picked = (stay <= resting[0]) & able
            value.append(np.where(picked, stay, resting[0]))
            choice.append(picked)
    for state in range(case.rest_slots):
        stay = resting[min(state + 1, case.rest_slots - 1)]
        begun = going[0] + case.start_idr
        picked = (begun < stay) & (able and state == case.rest_slots - 1)
        value.append(np.where(picked, begun, stay))
        choice.append(picked)
    return np.array(value), np.array(choice)


def _forward(
    case: Filling, choices: list[Any], grid: Any, now_m3: float, on_slots: int, off_slots: int
) -> list[bool]:
    level = now_m3
    state = (
        min(on_slots, case.run_slots) - 1
        if on_slots
        else case.run_slots + min(max(1, off_slots), case.rest_slots) - 1
    )
    plan = []
    for slot, choice in enumerate(choices):
        nearest = int(min(GRID - 1, max(0, round(level / grid[-1] * (GRID - 1)))))
        on = bool(choice[state][nearest])
        plan.append(on)
        level = max(min(level, case.low), level - case.out_m3[slot] + (case.lift_m3[slot] if on else 0.0))
        if on:
            state = min(state + 1, case.run_slots - 1) if state < case.run_slots else 0
        else:
            state = min(state + 1, len(choice) - 1) if state >= case.run_slots else case.run_slots
    return plan
