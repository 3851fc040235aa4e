"""Which profile it is, or which remain, and where they disagree. Between look-alike maps nothing is guessed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from drivers.quantities import split_channel
from drivers.reading import Quality, Value
from drivers.scan_judge import Candidate, Seen

ENOUGH_BITS = 10.0
"""Less evidence than this chooses nobody, even when nobody else fits."""

MARGIN_BITS = 10.0
SAME_KIND_MARGIN_BITS = 16.0
"""So far behind the first a candidate is out; look-alikes are mostly of one kind, there more is wanted."""

_ALIKE = 0.05
_LESS_BITS = 3.0  # who says the same and as much is another product with the same registers: see its label
MOST_DIFFERENCES = 6


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one candidate makes of a register."""

    label: str
    quantity: str
    value: Value | None
    unit: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Registers that the candidates read differently."""

    table: str
    address: int
    raw: tuple[int, ...]
    opinions: tuple[Opinion, ...]


@dataclass(slots=True)
class Verdict:
    """``chosen``: what it is, None while that is open. ``rivals``: between whom it is open, the likeliest first (with nobody
    to rival, one whose evidence is too thin). ``also``: others that fit and say nothing else. ``out``: the rest, with reasons.
    """

    chosen: Candidate | None = None
    rivals: list[Candidate] = field(default_factory=list)
    also: list[Candidate] = field(default_factory=list)
    out: list[Candidate] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)


def decide(candidates: Iterable[Candidate]) -> Verdict:
    """The verdict over everything that was tried on one device."""
    everybody = sorted(candidates, key=lambda c: (c.misfit is not None, not c.proven, -c.bits, c.label))
    fits = [c for c in everybody if c.misfit is None]
    verdict = Verdict(out=[c for c in everybody if c.misfit is not None])
    if not fits:
        return verdict
    first, *others = fits
    rivals: list[Candidate] = []
    for other in others:
        if first.proven and not other.proven:
            verdict.out.append(other)
        elif _says_no_more(other, first) and other.bits < first.bits - _LESS_BITS:
            verdict.also.append(other)
        elif other.bits > first.bits - _margin(first, other):
            rivals.append(other)
        else:
            verdict.out.append(other)
    if rivals or not (first.proven or first.bits >= ENOUGH_BITS):
        verdict.rivals = [first, *rivals]
        verdict.differences = differences(verdict.rivals)
    else:
        verdict.chosen = first
    return verdict


def _margin(first: Candidate, other: Candidate) -> float:
    alike = first.profile.kind == other.profile.kind
    return SAME_KIND_MARGIN_BITS if alike else MARGIN_BITS


def _says_no_more(other: Candidate, first: Candidate) -> bool:
    """Whether the other is the first's map or a part of it: it says the same of all that it reads, and commands nothing else."""
    if other.profile.commands and other.profile.commands != first.profile.commands:
        return False
    known = {(s.cells, s.quantity): s for s in first.seen}
    if not other.informative:
        return False
    return all(
        (match := known.get((seen.cells, seen.quantity))) is not None and _equal(match.value, seen.value)
        for seen in other.seen
        if seen.quality is Quality.GOOD
    )


def differences(rivals: Sequence[Candidate]) -> list[Difference]:
    """Registers of which the rivals say different things, the most telling first."""
    found: dict[tuple[str, int], Difference] = {}
    for rival in rivals:
        for seen in rival.informative:
            place = seen.cells[0]
            if place in found:
                continue
            difference = _at(place, seen, rivals)
            if difference is not None:
                found[place] = difference
    ordered = sorted(found.values(), key=lambda d: (-len(d.opinions), d.table, d.address))
    return ordered[:MOST_DIFFERENCES]


def _at(place: tuple[str, int], told: Seen, rivals: Sequence[Candidate]) -> Difference | None:
    opinions = [
        Opinion(rival.label, seen.quantity, seen.value, seen.unit)
        for rival in rivals
        for seen in rival.seen
        if place in seen.cells
    ]
    first = opinions[0]
    if all(
        _base(one.quantity) == _base(first.quantity) and _equal(one.value, first.value) for one in opinions
    ):
        return None
    return Difference(*place, told.raw, tuple(opinions))


def _base(quantity: str) -> str:
    """Without the index of a channel or phase."""
    return split_channel(quantity)[0]


def _equal(one: Value | None, other: Value | None) -> bool:
    if isinstance(one, float | int) and isinstance(other, float | int):
        return math.isclose(one, other, rel_tol=_ALIKE, abs_tol=1e-6)
    return one == other
