"""Small moves of the oracle's day plans: a fill less, two fills in one, a fill earlier, later, longer or shorter."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from simulators.oracle_plan import DayPlan

STEPS = (-6, -3, -1, 1, 3, 6)
"""By how many slots a fill is moved."""


def moves(plans: dict[int, DayPlan], tries: int) -> Iterator[dict[int, DayPlan]]:
    """Up to ``tries`` changes, each of one day, always the same ones for the same plans. ``plans`` may be changed between
    them: the next move starts from what is there then.
    """
    random = Random("oracle")
    made = 0
    for _attempt in range(20 * tries):
        if made >= tries or not plans:
            return
        first = random.choice(sorted(plans))
        moved = _moved(plans[first], random)
        if moved is not None:
            made += 1
            yield {first: moved}


def _moved(plan: DayPlan, random: Random) -> DayPlan | None:
    """One day with one fill changed; None when it has none."""
    pumps = sorted(pump for pump, slots in plan.slots.items() if any(_today(slots)))
    if not pumps:
        return None
    pump = random.choice(pumps)
    slots = list(plan.slots[pump])
    fills = _fills(_today(slots))
    number = random.randrange(len(fills))
    begin, end = fills[number]
    kind, step = random.choice(("drop", "merge", "shift", "begin", "end", "end")), random.choice(STEPS)
    if kind == "merge":
        if number + 1 >= len(fills):
            return None
        slots[end : fills[number + 1][0]] = [True] * (fills[number + 1][0] - end)
    else:
        slots[begin:end] = [False] * (end - begin)
        low = begin + (step if kind in ("shift", "begin") else 0)
        high = end + (step if kind in ("shift", "end") else 0)
        if kind != "drop" and 0 <= low < high <= len(slots):
            slots[low:high] = [True] * (high - low)
    return DayPlan(plan.begin, plan.jobs, {**plan.slots, pump: slots})


def _today(slots: list[bool]) -> list[bool]:
    """The slots of the plan's own day: what is after it is planned again."""
    return slots[:288]


def _fills(slots: list[bool]) -> list[tuple[int, int]]:
    """(first slot, slot after the last) of each run."""
    edges = [i for i, (a, b) in enumerate(zip([False, *slots], [*slots, False], strict=True)) if a != b]
    return list(zip(edges[::2], edges[1::2], strict=True))
