"""Figures with their uncertainty at 95 %: IPCC 2006 Guidelines, volume 1, chapter 3, approach 1. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its half-width at 95 %, both in the figure's unit."""

    value: float = 0.0
    half: float = 0.0

    @property
    def relative(self) -> float | None:
        """The half-width as a share of the value; None of nothing."""
        return self.half / abs(self.value) if self.value else None

    def times(self, factor: float, relative: float = 0.0) -> Estimate:
        """The product with a factor that is itself uncertain, independently (equation 3.1)."""
        value = self.value * factor
        return Estimate(value, math.hypot(self.half * factor, value * relative))

    def as_dict(self) -> dict[str, float | None]:
        """For JSON: ``value``, ``half_width_95``, ``relative_95``."""
        return {"value": self.value, "half_width_95": self.half, "relative_95": self.relative}


def product(*relative: float) -> float:
    """The relative half-width of a product of independent quantities (equation 3.1)."""
    return math.sqrt(sum(one * one for one in relative))


def total(parts: Iterable[Estimate]) -> Estimate:
    """The sum of independent figures (equation 3.2)."""
    parts = tuple(parts)
    return Estimate(math.fsum(one.value for one in parts), math.sqrt(sum(one.half**2 for one in parts)))


def together(parts: Iterable[Estimate]) -> Estimate:
    """The sum of figures that err alike (one factor, one meter): half-widths add up."""
    parts = tuple(parts)
    return Estimate(math.fsum(one.value for one in parts), math.fsum(one.half for one in parts))
