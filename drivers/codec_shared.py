"""Several points in the same registers (views, masks, halves): which of them speaks when a simulator fills the registers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from drivers.codec_scale import Coder
from drivers.profile_points import Point
from drivers.reading import Value


class Missing:
    """Neither a value nor None: nobody said anything about it."""


MISSING: Final = Missing()

_WHOLE = 0xFFFF


class Shared:
    """The points of one block that share registers with others of it."""

    def __init__(self, points: Sequence[Point], coders: Sequence[Coder]) -> None:
        owners: dict[int, int] = {}
        for point in points:
            for address in point.addresses:
                owners[address] = owners.get(address, 0) + 1
        self._bits = [_bits_of(p, c) for p, c in zip(points, coders, strict=True)]
        self._views = [p.view for p in points]
        self._silence: list[Any] = [c.form.pack(0) if c.form and not c.form.is_text else 0 for c in coders]
        for i, coder in enumerate(coders):
            if coder.form is not None and coder.form.is_text:
                self._silence[i] = b""
        self._contested = [i for i, p in enumerate(points) if any(owners[a] > 1 for a in p.addresses)]

    def spoken(self, raws: Sequence[Any], wanted: Sequence[Value | Missing | None]) -> list[Any]:
        """The raw values with those silenced whose bits another one fills: who was told a value goes first, views last."""
        out = list(raws)
        taken: dict[int, int] = {}
        order = sorted(
            self._contested, key=lambda i: (wanted[i] is MISSING or wanted[i] is None, self._views[i], i)
        )
        for i in order:
            mine = self._bits[i]
            if any(taken.get(address, 0) & bits for address, bits in mine.items()):
                out[i] = self._silence[i]
                continue
            for address, bits in mine.items():
                taken[address] = taken.get(address, 0) | bits
        return out


def _bits_of(point: Point, coder: Coder) -> dict[int, int]:
    """Which bits of which register a point fills; a point that tests bits fills those that it tests."""
    mask = coder.coding.mask
    if mask is None and coder.coding.first is not None:
        mask = 0
        for test in coder.coding.first:
            mask |= test.mask
    if mask is None or len(point.addresses) > 1:
        return dict.fromkeys(point.addresses, _WHOLE)
    return {point.addresses[0]: mask}
