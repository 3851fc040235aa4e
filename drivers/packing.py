"""Which requests read a set of points: as few as the protocol's overhead makes worthwhile, within the device's limits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from drivers.profile_model import BlockEntry, Limits
from drivers.profile_points import Point, TableName

HOLE_WORDS_RTU = 7
"""Unwanted registers that cost less on RS485 than another request: at 9600 baud a request with its answer's frame, gaps and
turn-round takes about 15 ms, a register 2.1 ms."""

HOLE_WORDS_TCP = 44
"""The same on TCP. The device may stand on a serial line behind a gateway: there another request costs its frames (14 ms at 9600
baud), two silences (7), the device's turn-round (about 30) and its gap (20 and more), and the network and the gateway (about 10):
some 90 ms, in which 44 registers pass."""

HOLE_WORDS_NATIVE = 64
"""The same for a device that speaks Modbus TCP itself: nothing slow follows."""


def hole_of(bus_words: int, native: bool) -> int:
    """Holes worth reading through, registers: what the bus says, more where the device has its own TCP port."""
    return HOLE_WORDS_NATIVE if native and bus_words == HOLE_WORDS_TCP else bus_words


@dataclass(frozen=True, slots=True)
class Block:
    """One read request and the points that it answers."""

    table: TableName
    address: int
    count: int
    points: tuple[Point, ...]

    @property
    def end(self) -> int:
        """The first address after it."""
        return self.address + self.count


@dataclass(slots=True)
class _Span:
    """Points that must be read together, and what they cover."""

    first: int
    last: int
    points: list[Point]


class PackingError(ValueError):
    """Points that the device's limits cannot read: too wide, or across a boundary."""


def pack(points: Iterable[Point], limits: Limits, hole_words: int = HOLE_WORDS_RTU) -> tuple[Block, ...]:
    """Blocks for the points, sorted by table and address. Raises PackingError.

    Points with the same ``together`` word, and the words of one value, are never torn apart. A hole of up to ``hole_words``
    unwanted registers is read through (eight times as many bits), but never a gap of the device, a boundary or a maximum.
    Optional points never share a request with others: their absence must not cost the others their values.
    """
    tables: dict[tuple[TableName, bool], list[Point]] = {}
    for point in points:
        tables.setdefault((point.table, point.optional), []).append(point)
    blocks: list[Block] = []
    for (table, _), members in sorted(tables.items()):
        bits = table in ("coil", "discrete")
        fixed = [b for b in limits.blocks if b.table == table]
        spans = _spans(members)
        for entry in fixed:
            mine = [s for s in spans if entry.address <= s.first and s.last < entry.address + entry.count]
            spans = [s for s in spans if s not in mine]
            if mine:
                blocks.append(_fixed(entry, mine))
        exact = limits.exact_counts.get(table)
        most = exact or (limits.max_bits if bits else limits.max_words)
        hole = most if exact else hole_words * (8 if bits else 1)
        packed = _pack(table, spans, limits, hole, most)
        blocks += [_widened(b, exact) for b in packed] if exact else packed
    return tuple(sorted(blocks, key=lambda b: (b.table, b.address)))


def _widened(block: Block, exact: int) -> Block:
    """The request with exactly so many registers or coils; it reaches beyond its points, backwards at the end of the table."""
    start = min(block.address, 65536 - exact)
    return Block(block.table, start, exact, block.points)


def _fixed(entry: BlockEntry, spans: Sequence[_Span]) -> Block:
    return Block(entry.table, entry.address, entry.count, tuple(p for s in spans for p in s.points))


def spans_of(points: Iterable[Point]) -> tuple[tuple[Point, ...], ...]:
    """The points in address order, those that may not be torn apart together."""
    return tuple(tuple(span.points) for span in _spans(points))


def _spans(points: Iterable[Point]) -> list[_Span]:
    """Points in address order, those that belong together as one span."""
    sets: dict[str, list[Point]] = {}
    for i, point in enumerate(points):
        sets.setdefault(f"+{point.together}" if point.together else str(i), []).append(point)
    spans = []
    for members in sets.values():
        members.sort(key=lambda p: p.start)
        addresses = [a for p in members for a in p.addresses]
        spans.append(_Span(min(addresses), max(addresses), members))
    return sorted(spans, key=lambda s: (s.first, s.last))


def _pack(table: TableName, spans: Sequence[_Span], limits: Limits, hole: int, most: int) -> Iterable[Block]:
    first = last = -1
    inside: list[Point] = []
    for span in spans:
        if not _fits(span.first, span.last, limits, most):
            names = ", ".join(p.name for p in span.points)
            raise PackingError(
                f"{names}: {span.last - span.first + 1} registers at {span.first} exceed the device's limits"
            )
        end = max(last, span.last)
        near = (
            span.first - last - 1 <= hole
            and not limits.single_reads
            and not _gap_between(last, span.first, limits)
        )
        if inside and (span.last <= last or (near and _fits(first, end, limits, most))):
            inside += span.points
            last = end
            continue
        if inside:
            yield Block(table, first, last - first + 1, tuple(inside))
        first, last, inside = span.first, span.last, list(span.points)
    if inside:
        yield Block(table, first, last - first + 1, tuple(inside))


def _fits(first: int, last: int, limits: Limits, most: int) -> bool:
    crosses = limits.boundary is not None and first // limits.boundary != last // limits.boundary
    return last - first + 1 <= most and not crosses


def _gap_between(last: int, first: int, limits: Limits) -> bool:
    """True when a forbidden gap lies between two points."""
    return any(gap_first < first and gap_last > last for gap_first, gap_last in limits.gaps)
