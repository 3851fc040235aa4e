"""Bent scales: calibration curves through points, and polynomials, both ways."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from drivers.profile_coding import Coding

_STEPS = 200
_HALVINGS = 60


class CurveError(ValueError):
    """A curve that cannot be: a setting is missing, or its points do not rise."""


@dataclass(frozen=True, slots=True)
class Bend:
    """``forward``: raw number -> value in the paper's unit; ``back`` is its reverse within the type's range."""

    forward: Callable[[float], float]
    back: Callable[[float], float]


def bend_of(coding: Coding, settings: Mapping[str, float | str]) -> Bend | None:
    """The bend of a coding, None where it is straight. Raises CurveError."""
    if coding.curve is not None:
        return _through([(_number(x, settings), _number(y, settings)) for x, y in coding.curve])
    if coding.polynomial is not None:
        return _polynomial(coding.polynomial)
    return None


def _number(x: float | str, settings: Mapping[str, float | str]) -> float:
    if not isinstance(x, str):
        return float(x)
    value = settings.get(x)
    if value is None or isinstance(value, str):
        raise CurveError(f"the setting '{x}' must be a number: a point of the curve stands there")
    return float(value)


def _through(points: Sequence[tuple[float, float]]) -> Bend:
    """Straight lines from point to point; beyond the ends the first and last line go on."""
    points = sorted(points)
    xs, ys = [x for x, _ in points], [y for _, y in points]
    if len(set(xs)) != len(xs):
        raise CurveError("two points of the curve stand at the same raw number")
    rising = all(b > a for a, b in itertools.pairwise(ys))
    falling = all(b < a for a, b in itertools.pairwise(ys))
    if not rising and not falling:
        raise CurveError("a curve must only rise or only fall")
    mirrored = (ys, xs) if rising else (ys[::-1], xs[::-1])
    return Bend(lambda x: _line(xs, ys, x), lambda y: _line(*mirrored, y))


def _line(xs: Sequence[float], ys: Sequence[float], x: float) -> float:
    i = min(max(bisect_right(xs, x) - 1, 0), len(xs) - 2)
    return ys[i] + (x - xs[i]) * (ys[i + 1] - ys[i]) / (xs[i + 1] - xs[i])


def _polynomial(factors: Sequence[float]) -> Bend:
    """c0 + c1 x + c2 x^2 + ...; its reverse is searched among the raw numbers of one register, nearest to 0 first."""

    def forward(x: float) -> float:
        value = 0.0
        for factor in reversed(factors):
            value = value * x + factor
        return value

    def back(y: float) -> float:
        sides = [65535.0 * i / _STEPS for i in range(_STEPS + 1)]
        best = min(sides, key=lambda x: abs(forward(x) - y))
        for low, high in itertools.pairwise(sides):
            if (forward(low) - y) * (forward(high) - y) <= 0:
                return _halve(forward, low, high, y)
        return best

    return Bend(forward, back)


def _halve(forward: Callable[[float], float], low: float, high: float, y: float) -> float:
    rising = forward(high) >= forward(low)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if (forward(middle) < y) == rising:
            low = middle
        else:
            high = middle
    return (low + high) / 2
