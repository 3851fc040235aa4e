"""Where a member's fields with the same pumps keep their common reserve for a dry stretch: where the next storm leaves most of it.

Water that a field has stored need not be brought to it while it is dry, and the pumps serve the others. So the reserve may lie
anywhere. Of a storm a field loses what exceeds its room, so with the same rain on all the least is lost when rooms are alike: soils
that hold much are filled, and soils that hold little are kept at their need.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Store:
    """One field: ``area_m2`` > 0, ``wanted_mm``: the reserve that it would keep alone, ``safe_mm``: the depletion that it may have
    without any, ``most_mm``: the reserve that it can hold and will use itself. Depths are mm at the plants, >= 0; the fields'
    efficiencies are taken as alike.
    """

    area_m2: float
    wanted_mm: float
    safe_mm: float
    most_mm: float

    def kept_mm(self, room_mm: float) -> float:
        """Its reserve when ``room_mm`` stays free for rain, mm."""
        return min(self.most_mm, max(0.0, self.safe_mm - room_mm))


def shared(stores: Sequence[Store]) -> list[float]:
    """The reserve of each store, mm, so that together they keep what all want (or all that they can), and all that keep any, and
    could keep more, have the same room.
    """
    wanted = sum(one.area_m2 * one.wanted_mm for one in stores)
    low, high = 0.0, max((one.safe_mm for one in stores), default=0.0)
    for _ in range(30):
        middle = 0.5 * (low + high)
        kept = sum(one.area_m2 * one.kept_mm(middle) for one in stores)
        low, high = (middle, high) if kept > wanted else (low, middle)
    return [one.kept_mm(high) for one in stores]
