"""The fewest requests that can read a set of points, whatever they cost otherwise: a yardstick for packing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from drivers.packing import spans_of
from drivers.profile import Limits, Point
from drivers.transport import Read, Table

Span = tuple[int, int]
"""First and last address."""


def ideal(points: Iterable[Point], limits: Limits, unit: int) -> list[Read]:
    """The requests. Within the device's limits any hole may be read through, and optional points are taken for granted.

    Spans in address order are cut into runs; every way to cut them is weighed (dynamic programming over the cuts), so no other
    choice of requests is smaller.
    """
    tables: dict[str, list[Point]] = {}
    for point in points:
        tables.setdefault(point.table, []).append(point)
    requests: list[Read] = []
    for name, members in tables.items():
        table, spans = Table(name), _spans(members)
        fixed = {(b.address, b.address + b.count - 1) for b in limits.blocks if b.table == name}
        inside = {f for f in fixed if any(f[0] <= s[0] and s[1] <= f[1] for s in spans)}
        spans = [s for s in spans if not any(f[0] <= s[0] and s[1] <= f[1] for f in inside)]
        own = {address for point in members for address in point.addresses}
        runs = [
            *inside,
            *_cut(spans, lambda first, last, own=own, table=table: _fits(first, last, limits, own, table)),
        ]
        exact = limits.exact_counts.get(table.value)
        requests += [Read(unit, table, first, exact or last - first + 1) for first, last in runs]
    return requests


def _spans(points: Sequence[Point]) -> list[Span]:
    """What belongs together, in address order, what overlaps as one."""
    spans: list[Span] = []
    for members in spans_of(points):
        places = [address for point in members for address in point.addresses]
        first, last = min(places), max(places)
        if spans and first <= spans[-1][1]:
            first, last = min(first, spans[-1][0]), max(last, spans.pop()[1])
        spans.append((first, last))
    return sorted(spans)


def _cut(spans: Sequence[Span], fits: Callable[[int, int], bool]) -> list[Span]:
    """The fewest runs of neighbouring spans that all fit."""
    best: list[tuple[int, list[Span]]] = [(0, [])]
    for end in range(1, len(spans) + 1):
        ways = []
        for start in range(end):
            run = (spans[start][0], max(span[1] for span in spans[start:end]))
            if start == end - 1 or fits(*run):
                ways.append((best[start][0] + 1, [*best[start][1], run]))
        best.append(min(ways, key=lambda way: way[0]))
    return best[-1][1]


def _fits(first: int, last: int, limits: Limits, own: set[int], table: Table) -> bool:
    most = limits.exact_counts.get(table.value) or (limits.max_bits if table.is_bits else limits.max_words)
    if limits.single_reads or last - first + 1 > most:
        return False
    if limits.boundary is not None and first // limits.boundary != last // limits.boundary:
        return False
    hidden = {a for low, high in limits.gaps for a in range(max(low, first), min(high, last) + 1)}
    return not hidden - own
