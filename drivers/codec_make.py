"""What a simulated device puts into its registers for a value: one function a point, most of them plain arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drivers.codec_point import RANGES, at_rest, char_of, raw_of
from drivers.codec_scale import Coder, Context
from drivers.codec_shared import Missing
from drivers.profile_points import Point
from drivers.reading import Value

Make = Callable[[Value | Missing | None, Context], Any]
"""What goes into the struct: int, float or bytes; clamped, never a sentinel by accident."""


def maker_of(point: Point, coder: Coder) -> Make:
    """The function of one point. Numbers of plain points that fit are made here, everything else the long way."""
    bounds = RANGES.get(char_of(point))

    def slowly(value: Value | Missing | None, context: Context) -> Any:
        if isinstance(value, Missing):
            value = point.simulate.value if point.simulate is not None else None
            if value is None and (not coder.absent or point.quantity is None):
                return at_rest(coder)
        return raw_of(coder, value, context, bounds, clamp=True)

    factor = coder.factored
    if factor is not None and bounds is not None:
        return _scaled(coder, factor, bounds, slowly)
    if (
        not coder.plain
        or coder.words
        or coder.form
        or bounds is None
        or coder.coding.mask
        or coder.coding.active_low
    ):
        return slowly
    low, high = bounds
    offset, num, den, pre, absent = coder.offset, coder.num, coder.den, coder.pre, coder.absent

    def quickly(value: Value | Missing | None, context: Context) -> Any:
        if value.__class__ is float:
            raw = (value - offset) * den / num - pre
            if low <= raw <= high:
                number = round(raw)
                if number not in absent:
                    return number
        return slowly(value, context)

    return quickly


def _scaled(coder: Coder, factor: str, bounds: tuple[int, int], slowly: Make) -> Make:
    """Numbers that one run-time factor scales; worked out anew when the factor's point says something else."""
    low, high = bounds
    offset, more, pre, absent = coder.offset, coder.unit[2], coder.pre, coder.absent
    last: Value | None = None
    ratio: tuple[float, float] | None = None

    def quickly(value: Value | Missing | None, context: Context) -> Any:
        nonlocal last, ratio
        if value.__class__ is float:
            known = context.get(factor)
            if known is not last:
                last, ratio = known, coder.ratio(context)
            if ratio is not None:
                raw = (value - offset - more) * ratio[1] / ratio[0] - pre
                if low <= raw <= high:
                    number = round(raw)
                    if number not in absent:
                        return number
        return slowly(value, context)

    return quickly
