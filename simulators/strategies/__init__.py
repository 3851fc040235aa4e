"""The practices that Tirtasurya is compared with, by their names on the command line, and the grids they are tuned on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any, Final

from controller.core.site import Site
from simulators.play import Strategy
from simulators.strategies import dawn_to_dusk, et_bucket, surplus, threshold, timer

OURS: Final = "solar"
PROVIDED: Final = "solar+provider"
"""Ours again, with a provider of forecasts of a stated error: a row of its own in benchmarks/compare.py."""

ORACLE: Final = "oracle"

_MAKERS: Final[Mapping[str, tuple[Callable[..., Strategy], type[Any]]]] = {
    "dawn-to-dusk": (dawn_to_dusk.DawnToDusk, dawn_to_dusk.Habits),
    "timer": (timer.Timer, timer.Habits),
    "threshold": (threshold.Threshold, threshold.Habits),
    "et-bucket": (et_bucket.EtBucket, et_bucket.Habits),
    "surplus": (surplus.Surplus, surplus.Habits),
}

PRACTICES: Final = tuple(_MAKERS)
STRATEGIES: Final = (OURS, *PRACTICES, ORACLE)

GRIDS: Final[Mapping[str, Mapping[str, tuple[Any, ...]]]] = {
    "dawn-to-dusk": {"turn_h": (1.0, 3.0), "every_days": (1, 2, 4), "brim": (0.8, 1.0)},
    "timer": {"share": (0.2, 0.4, 0.6, 0.8, 1.0), "hour": (6.0, 9.0), "grid": (True, False)},
    "threshold": {"dry": (0.4, 0.55, 0.7, 0.85), "wet": (0.75, 0.9, 1.0), "grid": (True,)},
    "et-bucket": {"trigger": (0.1, 0.2, 0.3, 0.45), "hour": (6.0, 9.0), "grid": (True, False)},
    "surplus": {"margin": (1.0, 1.26, 1.5), "below": (0.5, 0.65, 0.8, 0.9), "top": (0.9, 1.0)},
}
"""What is tried for each practice and site, on months that are not scored."""


def make(name: str, site: Site, parameters: Mapping[str, Any] | None = None) -> Strategy:
    """A practice on a site. ``parameters``: its Habits by name (default: the module's own). Raises KeyError, TypeError."""
    strategy, habits = _MAKERS[name]
    return strategy(site, habits(**(parameters or {})))


def habits_type(name: str) -> type[Any]:
    """The dataclass of a practice's parameters. Raises KeyError."""
    _, habits = _MAKERS[name]
    return habits


def grid(name: str) -> Iterator[dict[str, Any]]:
    """Every combination of a practice's grid that makes sense."""
    axes = GRIDS[name]
    for values in product(*axes.values()):
        found = dict(zip(axes, values, strict=True))
        if found.get("dry", 0.0) < found.get("wet", 1.0) and found.get("below", 0.0) < found.get("top", 1.0):
            yield found
