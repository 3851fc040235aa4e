"""Where the points of a block lie in its words: all of them at once, and one alone when only it has moved."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from itertools import chain, compress
from operator import itemgetter, ne
from typing import Any

from drivers.codec_point import char_of, swap_bytes, word_places
from drivers.profile_points import Point

Words = Sequence[int]


class Layout:
    """``points`` of a block of ``count`` words from ``base`` on. ``exclusive``: no two points share a word, so that each can be put
    alone.
    """

    def __init__(self, points: Sequence[Point], base: int, count: int) -> None:
        placed = [word_places(point, base) for point in points]
        chars = [char_of(point) for point in points]
        self._count = count
        self._places = tuple(place for places, _ in placed for place in places)
        swapped = tuple(swap for places, swap in placed for _ in places)
        self._swapped = swapped if any(swapped) else None
        self.exclusive = len(set(self._places)) == len(self._places)
        back = {place: i for i, place in enumerate(self._places)}
        whence = [back.get(i, len(back)) for i in range(count)]  # the last one is the 0 of the holes
        self._lay = _selector(whence, len(back) + 1) if self.exclusive else None
        self._select = _selector(self._places, count)
        self._to_bytes = None if set(chars) == {"H"} else struct.Struct(f">{len(self._places)}H")
        self._from_bytes = struct.Struct(">" + "".join(chars))
        self._points = [
            (places, swap, ">" + char, f">{len(places)}H")
            for (places, swap), char in zip(placed, chars, strict=True)
        ]
        owners: list[list[int]] = [[] for _ in range(count)]
        for i, (places, _) in enumerate(placed):
            for place in places:
                owners[place].append(i)
        self._owners = tuple(map(tuple, owners))

    def raws(self, words: Words) -> list[Any]:
        """The raw numbers of all points."""
        chosen: Words = self._select(words) if self._select is not None else words
        if self._swapped is not None:
            chosen = [swap_bytes(w) if s else w for w, s in zip(chosen, self._swapped, strict=True)]
        return list(
            chosen if self._to_bytes is None else self._from_bytes.unpack(self._to_bytes.pack(*chosen))
        )

    def words(self, raws: Sequence[Any]) -> list[int]:
        """The words that show these raw numbers; holes are 0, shared words are filled by all."""
        flat: Words = raws
        if self._to_bytes is not None:
            flat = self._to_bytes.unpack(self._from_bytes.pack(*raws))
        if self._swapped is not None:
            flat = [swap_bytes(w) if s else w for w, s in zip(flat, self._swapped, strict=True)]
        if self._lay is not None:
            return list(self._lay((*flat, 0)))
        words = [0] * self._count
        for place, word in zip(self._places, flat, strict=True):
            words[place] |= word
        return words

    def moved(self, words: Words, before: Words) -> list[int]:
        """The points some of whose words differ, in order."""
        found = [*compress(self._owners, map(ne, words, before))]
        if len(found) == 1:
            return list(found[0])
        return sorted({*chain.from_iterable(found)})

    def raw(self, words: Words, point: int) -> Any:
        """The raw number of one point."""
        places, swapped, char, many = self._points[point]
        if char == ">H" and not swapped:
            return words[places[0]]
        own = [swap_bytes(words[place]) if swapped else words[place] for place in places]
        return struct.unpack(char, struct.pack(many, *own))[0]

    def put(self, words: list[int], point: int, raw: Any) -> None:
        """Write the raw number of one point into the words of an exclusive block."""
        places, swapped, char, many = self._points[point]
        if char == ">H" and not swapped:
            words[places[0]] = raw
            return
        for place, word in zip(places, struct.unpack(many, struct.pack(char, raw)), strict=True):
            words[place] = swap_bytes(word) if swapped else word


def _selector(places: Sequence[int], count: int) -> Callable[[Words], Words] | None:
    if list(places) == list(range(count)):
        return None
    if len(places) == 1:
        only = places[0]
        return lambda words: (words[only],)
    return itemgetter(*places)
