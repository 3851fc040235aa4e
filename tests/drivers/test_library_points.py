"""Points of the library that no regular reading tells (settings, what is read on demand, what only serves others): there and back.

What has a quantity goes over real wires in test_library_wires.py and test_library_broker.py.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from drivers.codec import CodecError, Settings, decode_point, encode_point
from drivers.profile import library, load_profile
from drivers.profile_points import Point
from tests.drivers.round_trip import is_told
from tests.simulators.paper import settings_of

TRIES = 12


def silent(name: str) -> Iterator[Point]:
    """Points of a Modbus or GPIO profile that the wires' round trips leave out; not curves between the site's own numbers."""
    profile = load_profile(name)
    if profile.sunspec is None:
        yield from (
            p
            for p in profile.points
            if not is_told(p) and not any(isinstance(x, str) for x, _ in p.curve or ())
        )


def words_for(point: Point, dice: random.Random) -> tuple[int, ...]:
    """What such a point's registers may hold: a word of its table, letters, a bit, small and large numbers."""
    if point.enum is not None and point.mask is None and point.size == 1:
        return (int(dice.choice([key for key in point.enum if isinstance(key, int)])) & 0xFFFF,)
    if point.type == "str":
        return tuple(0x4141 + dice.randrange(20) for _ in range(point.size))
    most = 2 if point.table in ("coil", "discrete") else dice.choice((0x10000, 300, 16))
    return tuple(dice.randrange(most) for _ in range(point.size))


def same_again(point: Point, settings: Settings, dice: random.Random) -> bool:
    """Whether its registers told a value at least once; asserts that each value, put into registers, is read as itself."""
    told = False
    for _ in range(TRIES):
        words = words_for(point, dice)
        value = decode_point(point, words, settings)[0]
        if value is None or (point.enum is not None and value not in point.enum.values()):
            continue
        again = decode_point(point, encode_point(point, value, settings), settings)[0]
        assert again == (value if isinstance(value, str) else pytest.approx(value)), (point.name, words)
        told = True
    return told


def test_every_other_point_goes_there_and_back() -> None:
    """Each of some 340 settings and helpers decodes to a value that encodes to registers of the same value."""
    dice, seen, mute = random.Random(3), 0, []
    for name in library():
        settings = settings_of(load_profile(name))
        for point in silent(name):
            seen += 1
            if not same_again(point, settings, dice):
                mute.append(f"{name}: {point.name}")
    assert seen > 300
    assert mute == []


def test_a_wrong_way_back_is_seen() -> None:
    """Written with another scale than it is read with, a point is not the same again."""
    point = Point.model_validate({"name": "p", "address": 0, "scale": 0.1})
    other = point.model_copy(update={"scale": 0.2})
    words = encode_point(other, decode_point(point, (500,))[0])
    assert decode_point(point, words)[0] == pytest.approx(25.0)
    with pytest.raises(CodecError):
        encode_point(point, 1e9)
