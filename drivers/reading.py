"""What crosses the boundary between the wire and the controller: readings in, commands out. Pure values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

Value = float | str
"""A number in the SI unit that the quantity's suffix names (docs/nomenclature.md), or a text for states."""


class Quality(StrEnum):
    """How far a value may be trusted. Only GOOD may feed a decision."""

    GOOD = "good"
    ABSENT = "absent"  # the device says that it has no value now (sentinel, not in this state)
    SUSPECT = "suspect"  # outside the point's range or step; the raw value is kept for the technician

    __hash__ = str.__hash__


GOOD = Quality.GOOD
"""For what runs every cycle: to ask an enumeration for a member by name takes ten times as long (Python 3.11)."""


class Reading(NamedTuple):
    """One decoded value of one point.

    ``quantity`` is unique within a device; channels carry an index (``switch_3``). ``measured_at`` is the payload's own
    aware UTC time where the device sends one (LoRaWAN), else None: the poller stamps plant time.
    """

    device: str
    quantity: str
    value: Value | None
    quality: Quality = Quality.GOOD
    measured_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """A wish for one output of one device.

    ``value`` is 0 for the safe state, 1 for on, or the SI value of a set-point (``frequency_hz``). ``lease_s`` is how long
    the wish holds without renewal, in plant seconds; 0 for a command to the safe state, which needs none.
    """

    device: str
    quantity: str
    value: float
    lease_s: float = 0.0

    @property
    def is_stop(self) -> bool:
        """True for a move to the safe state: it overtakes everything else on the bus."""
        return self.value == 0.0
