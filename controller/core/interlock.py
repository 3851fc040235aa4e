"""The layer that refuses: a table of interlocks, applied last. A row may only move an output towards its safe state.

How to read a row: ``name`` is also the key of its sentence; the row exists for subjects that it ``applies`` to; it ``needs``
facts, and a fact that is missing fires by itself ("sensor_missing"): unknown never means fine; ``fires`` returns the
numbers of the sentence while the condition holds, which must last ``hold`` seconds. ``effect``:

* REFUSE: not now; a running pump stops too, nothing is counted, nothing is ledgered (the asking layer should have known).
* STOP: off while it lasts, then a rest. RETRY: off, a long rest, counted, locked after too many. ALARM: tell people.

Adding an interlock is adding a row here and a sentence in ``controller/i18n``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from controller.core.decision import Level
from controller.core.draft import Params
from controller.core.facts import InjectorFacts, PumpFacts, ValveFacts, ZoneFacts

LEAK_AFTER_S = 300.0
"""Water that still flows this long after everything was closed is a leak."""

WRITE_GRACE_S = 10.0
"""An output that cannot be written for this long is not under control."""

LEVEL_BACK_M = 0.05
"""A level that was too low must rise this far above its limit before it counts as enough."""


class Effect(StrEnum):
    """What a row does; see the module."""

    REFUSE = "refuse"
    STOP = "stop"
    RETRY = "retry"
    ALARM = "alarm"


F = TypeVar("F")
W = TypeVar("W")


def _always(_: object) -> bool:
    return True


def _never(_: object) -> bool:
    return False


def _at_once(_: object) -> float:
    return 0.0


@dataclass(frozen=True, slots=True)
class Interlock(Generic[F, W]):
    """One row; see the module. ``late``: looked at when the valves of this decision are known. ``latch_s``: once fired it keeps its
    effect for so long. ``second``: where another row watches the same danger, what this one needs may be missing.
    """

    name: str
    effect: Effect
    fires: Callable[[F], Params | None]
    needs: tuple[str, ...] = ()
    applies: Callable[[W], bool] = _always
    hold: Callable[[W], float] = _at_once
    level: Level = Level.WARNING
    late: bool = False
    latch_s: float = 0.0
    second: Callable[[W], bool] = _never


def emergency(f: PumpFacts | ValveFacts | ZoneFacts | InjectorFacts) -> Params | None:
    """A person pressed the emergency stop."""
    return {} if f.c.emergency else None


def stale_decision(f: PumpFacts | ValveFacts | ZoneFacts | InjectorFacts) -> Params | None:
    """The decision is older than it may be: the process was stopped or the machine slept."""
    return {"gap_s": f.c.gap_s} if f.c.restarted else None


def proving(f: PumpFacts | ValveFacts | InjectorFacts) -> Params | None:
    """It has not been proven off since the start."""
    return None if f.state.proven else {}


def write_failed(f: PumpFacts | ValveFacts | InjectorFacts) -> Params | None:
    """The last command did not reach the device."""
    return {} if f.w.key in f.c.failed else None


def low(level: float | None, limit: float, again: bool) -> Params | None:
    """Fires at and below the limit, and once it had fired until the level is a little above it."""
    limit += LEVEL_BACK_M if again else 0.0
    return {"level_m": level, "limit_m": limit} if level is not None and level <= limit else None


def grace(_: object) -> float:
    """Seconds that a failed write may last."""
    return WRITE_GRACE_S


def leak_after(_: object) -> float:
    """Seconds after which a flow with everything closed is a leak."""
    return LEAK_AFTER_S
