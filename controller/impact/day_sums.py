"""Sums of days with their uncertainty: half-widths at 95 %, combined as in the IPCC 2006 Guidelines, Vol. 1 Ch. 3 (Approach 1).

What a meter errs in its gain it errs every day alike: its half-widths add up linearly over the days, with their sign. Different
meters, and what was filled or read off in steps, err independently: they add up in quadrature (Eq. 3.2).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from controller.impact.day import ANY, ENERGY, GROUPS, WATER, Day

UNTOLD = 0.15
"""Half-width of a figure whose closing tells none, as a share of it, wholly systematic: IPCC practice for rated values."""


UNKNOWN = "untold"
"""Stands for the meter of such a figure."""

PARTS = ("filled_wh", "spanning_wh", "water_filled_m3", "spanning_m3", "meters")
"""Stand within other figures, which have the margin; they have none of their own, in no closing."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum in the figure's unit, its half-width at 95 % (0 of a part of another figure, which has it), and how many of the days
    tell the figure.
    """

    value: float
    half_width: float
    days: int

    @property
    def share(self) -> float | None:
        """The half-width as a share of the value; None of nothing."""
        return self.half_width / abs(self.value) if self.value else None


def sums(days: Iterable[Day]) -> dict[str, Amount]:
    """Figure -> its sum, for every figure of energy and water that at least one day tells; ``zones.ID``, ``meters.ID`` and
    ``tanks.ID`` for the parts.
    """
    days = tuple(days)
    found = {name: amount for name in (*ENERGY, *WATER) if (amount := amount_of(days, name)) is not None}
    for group in GROUPS:
        for part in dict.fromkeys(name for day in days for name in getattr(day, group)):
            told = [
                (getattr(day, group)[part], _margin(day, group, part))
                for day in days
                if part in getattr(day, group)
            ]
            found[f"{group}.{part}"] = _amount(told)
    return found


def amount_of(days: Sequence[Day], name: str) -> Amount | None:
    """The sum of one figure of ``Day``; None where no day tells it."""
    none: Mapping[str, float] | None = {} if name in PARTS else None
    told = [(value, day.margins.get(name, none)) for day in days if (value := getattr(day, name)) is not None]
    return _amount(told) if told else None


def combined(days: Iterable[Day], parts: Mapping[str, float]) -> Amount | None:
    """The sum of several figures (``water_m3``, ``tanks.ID`` ...), each times its factor: what one meter errs in two of them adds
    up or cancels. None where no day tells any.
    """
    told = [
        one
        for day in days
        if (one := _of_parts(((_told(day, name), factor) for name, factor in parts.items()))) is not None
    ]
    return _amount(told) if told else None


def _told(day: Day, name: str) -> tuple[float, Mapping[str, float]] | None:
    """A figure of a day and its margins by source."""
    group, _, part = name.partition(".")
    value = getattr(day, group).get(part) if part else getattr(day, name)
    if value is None:
        return None
    none: Mapping[str, float] | None = {} if name in PARTS else None
    margin = _margin(day, group, part) if part else day.margins.get(name, none)
    return value, {UNKNOWN: UNTOLD * value} if margin is None else margin


def _of_parts(
    parts: Iterable[tuple[tuple[float, Mapping[str, float]] | None, float]],
) -> tuple[float, dict[str, float]] | None:
    known = [(*told, factor) for told, factor in parts if told is not None]
    margins: dict[str, float] = {}
    for _, sources, factor in known:
        for source, half in sources.items():
            before = margins.get(source, 0.0)
            margins[source] = math.hypot(before, factor * half) if source == ANY else before + factor * half
    return (math.fsum(value * factor for value, _, factor in known), margins) if known else None


def sources_of(days: Sequence[Day], name: str) -> dict[str, float]:
    """What the half-width of ``amount_of`` is made of, by meter, in the figure's unit; ``ANY``: independent from day to day."""
    found: dict[str, float] = {}
    for day in days:
        value = getattr(day, name)
        margin = day.margins.get(name, {UNKNOWN: UNTOLD * (value or 0.0)})
        for source, half in margin.items() if value is not None else ():
            so_far = found.get(source, 0.0)
            found[source] = math.hypot(so_far, half) if source == ANY else so_far + half
    return found


def _margin(day: Day, group: str, part: str) -> Mapping[str, float] | None:
    """A part's margins are told as ``u95.GROUP.PART/SOURCE``."""
    prefix = f"{part}/"
    found = {
        source[len(prefix) :]: value
        for source, value in day.margins.get(group, {}).items()
        if source.startswith(prefix)
    }
    return found or ({} if group in PARTS else None)


def _amount(told: Sequence[tuple[float, Mapping[str, float] | None]]) -> Amount:
    square, systematic = 0.0, dict[str, float]()
    for value, margin in told:
        for source, half in ({"untold": UNTOLD * value} if margin is None else margin).items():
            if source == ANY:
                square += half * half
            else:
                systematic[source] = systematic.get(source, 0.0) + half
    square += sum(half * half for half in systematic.values())
    return Amount(math.fsum(value for value, _ in told), math.sqrt(square), len(told))


def coverage(days: Iterable[Day]) -> float | None:
    """Share of the time of these days that the controller saw, 0..1; None where no day tells it."""
    known = [day for day in days if day.covered_s is not None]
    length = sum(day.length_s for day in known)
    return sum(min(day.covered_s or 0.0, day.length_s) for day in known) / length if length else None
