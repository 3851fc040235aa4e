"""Figures with their margins as text: as many decimals as the margin is worth, and never a margin that reads as nothing."""

from __future__ import annotations

import math

from controller.impact.day_sums import Amount
from controller.impact.estimate import Estimate
from controller.report.say import HARD, NONE, Say

FINEST = 6
"""Decimals of the smallest figures."""


def decimals_of(half_width: float, most: int = 2) -> int:
    """How many decimals two digits of the half-width need, none for one of 10 and more: 117 ± 18, 2.28 ± 0.25."""
    if not 0.0 < half_width < math.inf:
        return 1 if half_width == 0.0 else 0
    return min(most, max(0, 1 - math.floor(math.log10(half_width))))


def most_decimals(value: float) -> int:
    """How many decimals a figure of this size may have: none from 1000 on, one from 100, two from 1, three digits below."""
    size = abs(value)
    if size >= 1.0 or size == 0.0:
        return 0 if size >= 1000.0 else 1 if size >= 100.0 else 2
    return min(FINEST, 2 - math.floor(math.log10(size)))


def shown(say: Say, value: float, half: float) -> tuple[str, str]:
    """A value and its margin in the same unit: ``117``, ``± 18``. No margin is an empty text; one smaller than the
    last digit that the value is worth is ``± < 0,01``.
    """
    most = most_decimals(value)
    decimals = decimals_of(half, most) if half > 0.0 else _plain_decimals(value)
    return say.number(value, decimals), plus_minus(say, half, decimals)


def _plain_decimals(value: float) -> int:
    """Of a figure without a margin: none from 1000 on, else one, more for small ones."""
    if abs(value) >= 1000.0:
        return 0
    return max(1, decimals_of(abs(value), most_decimals(value)))


def plus_minus(say: Say, half: float, decimals: int) -> str:
    """``± 0,25``, ``± < 0,01`` for less than the last digit, nothing for 0."""
    if not half > 0.0:
        return ""
    return f"±{HARD}{at_least(say, half, decimals)}"


def at_least(say: Say, size: float, decimals: int) -> str:
    """A positive number, ``< 0,01`` where its digits would all be 0."""
    last = 10.0**-decimals
    return f"<{HARD}{say.number(last, decimals)}" if size <= last / 2.0 else say.number(size, decimals)


def pair(say: Say, amount: Amount | None, scale: float = 1.0) -> tuple[str, str]:
    """A sum and its margin; ``scale``: units of the text in one of the figure."""
    return (NONE, "") if amount is None else shown(say, amount.value * scale, amount.half_width * scale)


TONNE_KG = 999.5


def pair_of(say: Say, told: Estimate) -> tuple[str, str]:
    """An estimate and its margin, in its own unit."""
    return shown(say, told.value, told.half)


def weight(say: Say, kg: float, half: float) -> tuple[str, str, str]:
    """Value, unit and margin: kg below one tonne, else tonnes with two decimals."""
    if abs(kg) >= TONNE_KG:
        unit = "ton" if say.language == "id" else "t"
        return say.number(kg / 1000.0, 2), unit, plus_minus(say, half / 1000.0, 2)
    if abs(kg) < 1.0:
        value, margin = shown(say, kg, half)
        return value, "kg", margin
    decimals = decimals_of(half, 1)
    return say.number(kg, decimals), "kg", plus_minus(say, half, decimals)


def rupiah_margin(say: Say, half: float) -> str:
    """``± Rp201``, ``± < Rp1`` for less than one rupiah, nothing for 0."""
    if not half > 0.0:
        return ""
    return f"±{HARD}<{HARD}{say.idr(1.0)}" if half <= 0.5 else f"±{HARD}{say.idr(half)}"
