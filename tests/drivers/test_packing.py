"""Packing: few requests, all points, nothing that the device forbids."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.packing import (
    HOLE_WORDS_NATIVE,
    HOLE_WORDS_RTU,
    HOLE_WORDS_TCP,
    Block,
    PackingError,
    hole_of,
    pack,
)
from drivers.profile_model import BlockEntry, Limits
from drivers.profile_points import Point


def at(address: int, size: int = 1, **given: object) -> Point:
    kind = {1: "u16", 2: "u32", 4: "u64"}[size]
    return Point.model_validate({"name": f"p{address}", "address": address, "type": kind, **given})


def spans(blocks: tuple[Block, ...]) -> list[tuple[int, int]]:
    return [(b.address, b.count) for b in blocks]


def test_holes_by_protocol() -> None:
    """A hole is read through while it costs less than another request: 7 registers on RS485, 44 on TCP."""
    near, far = [at(0), at(8)], [at(0), at(9)]
    assert spans(pack(near, Limits(), HOLE_WORDS_RTU)) == [(0, 9)]
    assert spans(pack(far, Limits(), HOLE_WORDS_RTU)) == [(0, 1), (9, 1)]
    assert spans(pack([at(0), at(45)], Limits(), HOLE_WORDS_TCP)) == [(0, 46)]
    assert spans(pack([at(0), at(46)], Limits(), HOLE_WORDS_TCP)) == [(0, 1), (46, 1)]


def test_a_device_with_its_own_tcp_port_is_read_through_wider_holes() -> None:
    """Nothing slow stands behind it; on a serial line nothing changes."""
    assert hole_of(HOLE_WORDS_TCP, native=True) == HOLE_WORDS_NATIVE > HOLE_WORDS_TCP
    assert hole_of(HOLE_WORDS_TCP, native=False) == HOLE_WORDS_TCP
    assert hole_of(HOLE_WORDS_RTU, native=True) == HOLE_WORDS_RTU


def test_limits() -> None:
    """Maximum length, boundaries, single reads and gaps are kept."""
    row = [at(i) for i in range(20)]
    assert spans(pack(row, Limits(max_words=16))) == [(0, 16), (16, 4)]
    assert spans(pack([at(44), at(45)], Limits(boundary=45))) == [(44, 1), (45, 1)]
    assert spans(pack(row[:3], Limits(single_reads=True))) == [(0, 1), (1, 1), (2, 1)]
    assert spans(pack([at(6), at(9)], Limits(gaps=((7, 8),)))) == [(6, 1), (9, 1)]


def test_together() -> None:
    """Points that belong together share a request even across a hole that would not pay."""
    blocks = pack([at(0, together="a"), at(50, together="a"), at(20)], Limits())
    assert spans(blocks) == [(0, 51)]
    assert {p.name for p in blocks[0].points} == {"p0", "p20", "p50"}


def test_impossible_sets_are_named() -> None:
    """A value across a boundary, or a set too wide for the device, is an error that names the points."""
    with pytest.raises(PackingError, match="p44"):
        pack([at(44, 2)], Limits(boundary=45))
    with pytest.raises(PackingError, match="p0, p90"):
        pack([at(0, together="a"), at(90, together="a")], Limits(max_words=80))


def test_tables_and_optional_points_stay_apart() -> None:
    """Each table has its own requests, and an optional point never costs the others their values."""
    blocks = pack([at(0), at(1, table="input"), at(1, optional=True)], Limits())
    assert [(b.table, b.address, b.count) for b in blocks] == [
        ("holding", 0, 1),
        ("holding", 1, 1),
        ("input", 1, 1),
    ]


def test_fixed_blocks() -> None:
    """A request that the profile prescribes is made exactly so; points outside it are packed as usual."""
    limits = Limits(blocks=(BlockEntry(address=0, count=8),))
    assert spans(pack([at(1), at(3), at(9)], limits)) == [(0, 8), (9, 1)]


@given(
    st.lists(st.tuples(st.integers(0, 400), st.sampled_from((1, 2, 4))), min_size=1, max_size=40, unique_by=lambda t: t[0] // 4),
    st.integers(4, 125), st.one_of(st.none(), st.sampled_from((40, 45, 64))), st.integers(0, 40),
)  # fmt: skip
def test_every_point_once_within_limits(
    places: list[tuple[int, int]], most: int, boundary: int | None, hole: int
) -> None:
    """Whatever the points and limits: each point is in exactly one block, wholly, and no block breaks a limit."""
    points = [at(a // 4 * 4, size) for a, size in places]
    if boundary == 45:
        points = [p for p in points if p.start // 45 == (p.start + p.size - 1) // 45]
    limits = Limits(max_words=most, boundary=boundary)
    blocks = pack(points, limits, hole)
    assert sorted(p.name for b in blocks for p in b.points) == sorted(p.name for p in points)
    for block in blocks:
        assert block.count <= most
        assert boundary is None or block.address // boundary == (block.end - 1) // boundary
        assert all(block.address <= min(p.addresses) and max(p.addresses) < block.end for p in block.points)
    assert all(a.end <= b.address for a, b in pairwise(blocks))
