"""Everything that one decision may know, frozen: the latest readings, the plan on offer, the operator's wishes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from controller.core.instant import Instant
from controller.core.site import Signal
from drivers.reading import GOOD, Quality, Value
from schedules.frozen import light
from schedules.outlook import Outlook
from schedules.plan import Plan


@dataclass(slots=True)
class Sample:
    """The latest value of one signal: GOOD, or the last word the device gave; ``mono_s`` is when it was measured.

    Never changed once it is made, which the type checker sees to: a frozen class takes twice as long to make, and a minute makes
    some seventy.
    """

    value: Final[Value | None]
    quality: Final[Quality]
    mono_s: Final[float]


class Order(StrEnum):
    """What an operator may ask for."""

    EMERGENCY_STOP = "emergency_stop"  # all outputs to safe, latched until RESUME
    RESUME = "resume"
    RUN_ZONE = "run_zone"  # target: zone, amount: minutes (1..240)
    RUN_PUMP = "run_pump"  # target: pump into its tank, amount: minutes (1..240)
    STOP = "stop"  # target: zone or pump; ends a manual or planned run, water owed is kept
    RESET = "reset"  # target: pump; clears a lock-out after a fault


@dataclass(frozen=True, slots=True)
class OperatorOrder:
    """One wish of a person; each is handed to exactly one decision. ``who`` is a role name, never personal data."""

    order: Order
    target: str = ""
    amount: float = 0.0
    who: str = "page"


@light
@dataclass(frozen=True, slots=True)
class Snapshot:
    """The frozen input of ``decide()``. ``readings`` is keyed by (device, quantity) and is not mutated afterwards."""

    at: Instant
    readings: Mapping[tuple[str, str], Sample]
    plan: Plan | None = None
    orders: tuple[OperatorOrder, ...] = ()
    failed: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    """Outputs (device, quantity) whose last command could not be written."""
    outlook: Outlook | None = None
    """What is expected of sun and rain, None while nobody can say; never needed, never credited."""

    def number(self, signal: Signal | None) -> float | None:
        """The signal's value if it is GOOD, numeric, within the site's bounds and not stale; else None."""
        if signal is None:
            return None
        sample = self.readings.get(signal.key)
        if sample is None or sample.quality is not GOOD or isinstance(sample.value, str):
            return None
        if sample.value is None or self.at.mono_s - sample.mono_s > signal.stale_s:
            return None
        value = sample.value * signal.scale + signal.offset
        return value if signal.minimum <= value <= signal.maximum else None

    def text(self, signal: Signal | None) -> str | None:
        """The signal's text value if it is GOOD and not stale; else None."""
        if signal is None:
            return None
        sample = self.readings.get(signal.key)
        if sample is None or sample.quality is not GOOD or not isinstance(sample.value, str):
            return None
        return sample.value if self.at.mono_s - sample.mono_s <= signal.stale_s else None
