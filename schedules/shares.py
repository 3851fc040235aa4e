"""Scarce water by need and by fairness: who is about to be hurt comes first, and among equals who has received least for their
share. Pure; volumes are gross litres.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MEMORY_DAYS = 7.0
"""What was received is forgotten with this time constant, days."""

HURT = 0.5
"""From this urgency on a demand counts as need; below it, it can wait."""

DAY_S = 86400.0


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim on scarce water. ``want_l`` now; ``got_l`` received lately; ``weight``: its share (share x area), above 0;
    ``hurt``: it must be served before the others.
    """

    want_l: float
    got_l: float
    weight: float
    hurt: bool


def remembered(got_l: float, seconds: float, litres: float) -> float:
    """What a zone has received lately, ``seconds`` and ``litres`` later."""
    return got_l * math.exp(-seconds / (MEMORY_DAYS * DAY_S)) + litres


def ration(claims: Mapping[str, Claim], supply_l: float) -> dict[str, float]:
    """Litres for each claim: never more than it wants, together no more than ``supply_l``, all of it where it is needed."""
    given = dict.fromkeys(claims, 0.0)
    left = max(0.0, supply_l)
    for hurt in (True, False):
        tier = [(name, claim) for name, claim in claims.items() if claim.hurt is hurt]
        for name, litres in _level(tier, left).items():
            given[name] = litres
            left = max(0.0, left - litres)
    return given


def _level(tier: Sequence[tuple[str, Claim]], supply_l: float) -> dict[str, float]:
    """Raise the level (litres received per weight, those of the last days included) until the supply is used or all have what
    they want. The level is exact: between two of its corners the water that it takes grows evenly.
    """
    if not tier or sum(claim.want_l for _, claim in tier) <= supply_l:
        return {name: claim.want_l for name, claim in tier}

    def taken(level: float) -> list[float]:
        return [min(c.want_l, max(0.0, level * c.weight - c.got_l)) for _, c in tier]

    corners = sorted(x for _, c in tier for x in (c.got_l / c.weight, (c.got_l + c.want_l) / c.weight))
    low = corners[0]
    for corner in corners:
        if sum(taken(corner)) > supply_l:
            used = sum(taken(low))
            if corner > low:
                low += (corner - low) * max(0.0, supply_l - used) / (sum(taken(corner)) - used)
            break
        low = corner
    return {name: litres for (name, _), litres in zip(tier, taken(low), strict=True)}
