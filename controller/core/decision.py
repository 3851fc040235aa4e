"""What a decision says: the next state, the outputs wanted, and one reason for everything that runs, waits or stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from drivers.reading import Command
from schedules.frozen import light

if TYPE_CHECKING:
    from controller.core.state import ControllerState


class Level(StrEnum):
    """How loud a reason is."""

    INFO = "info"
    WARNING = "warning"
    ALARM = "alarm"


@light
@dataclass(frozen=True, slots=True)
class Reason:
    """Why a subject (zone, pump, tank, device or "site") is as it is: an i18n key and its numbers (SI units, by suffix).

    ``controller.i18n`` renders it as one sentence in Bahasa Indonesia or English. ``group`` is the arbitration rank
    that decided: interlock, emergency, manual, forced, plan or idle.
    """

    subject: str
    key: str
    params: Mapping[str, float | str] = field(default_factory=dict)
    level: Level = Level.INFO
    group: str = "idle"


class EventKind(StrEnum):
    """What is worth a row in the ledger."""

    START = "start"  # an output leaves its safe state: recorded before it is acted
    STOP = "stop"  # an output returns to its safe state: acted before it is recorded
    TRIP = "trip"  # an interlock took something away
    CLEAR = "clear"  # the interlock's cause is gone
    PRESS = "press"  # a drive's fault is reset: recorded before it is acted
    ORDER = "order"  # an operator did something
    PLAN = "plan"  # another plan was latched
    CLOSE = "close"  # a zone's irrigation ended: mm and litres delivered, litres owed
    DAY = "day"  # daily closing


@light
@dataclass(frozen=True, slots=True)
class Event:
    """One change that the ledger keeps: the subject, why, and the figures. ``figures`` holds only JSON scalars."""

    kind: EventKind
    subject: str
    reason: Reason
    figures: Mapping[str, float | str] = field(default_factory=dict)


@light
@dataclass(frozen=True, slots=True)
class Decision:
    """``commands``: the wanted value of every output of the site, each cycle, in the safe order (stops first, pump before
    valve; starts last, valve before pump); the actuator sends changes and renews leases. ``events``: what changed. ``presses``:
    commands without a state, each to be sent once, now.
    """

    state: ControllerState
    commands: tuple[Command, ...]
    reasons: tuple[Reason, ...]
    events: tuple[Event, ...] = ()
    presses: tuple[Command, ...] = ()
