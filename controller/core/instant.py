"""A moment as the controller knows it: wall time with its trust, and monotonic time for durations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from schedules.frozen import light


@light
@dataclass(frozen=True, slots=True)
class Instant:
    """One moment of plant time.

    ``epoch_s``: POSIX seconds of the wall clock, UTC. ``mono_s``: monotonic seconds, comparable only within one ``boot``.
    ``trusted``: False while the wall clock may be wrong (a Pi without RTC before its first synchronisation); calendars
    are not used then. Durations and rests always use ``mono_s``.
    """

    epoch_s: float
    mono_s: float
    boot: str
    trusted: bool = True

    @property
    def utc(self) -> datetime:
        """The wall time as an aware UTC datetime."""
        return datetime.fromtimestamp(self.epoch_s, UTC)
