"""Jobs of the calendar that no pump depends on: the ledger's head told outside every hour, the ledger verified every night.

APScheduler's triggers say when; the cycle's own clock fires them, so that they come in plant time in every world. A job that
was missed (power cut, clock step) comes once, not as often as it was missed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from controller.core.decision import Decision
from controller.core.instant import Instant
from controller.core.snapshot import Snapshot

log = logging.getLogger(__name__)

HEAD_MINUTE = 7
"""Minute of the hour at which the ledger's head is told outside."""

VERIFY_HOUR = 1
"""Local hour at which the ledger is verified."""


@dataclass(slots=True)
class Job:
    """``action`` runs in the cycle's thread and must not wait; ``due_s`` is POSIX seconds, None before the first look."""

    name: str
    trigger: CronTrigger
    action: Callable[[Instant], None]
    due_s: float | None = None


class Upkeep:
    """An observer of every cycle that fires what is due. ``timezone``: the site's."""

    def __init__(self, jobs: Sequence[Job], timezone: str) -> None:
        self._jobs = tuple(jobs)
        self._zone = ZoneInfo(timezone)
        self._next_s = 0.0

    def cycle(self, snapshot: Snapshot, decision: Decision, cycle_ms: float) -> None:
        """Fire the jobs whose time has come; nothing while the wall clock is not trusted."""
        at = snapshot.at
        if at.epoch_s < self._next_s or not at.trusted:
            return
        for job in self._jobs:
            if job.due_s is not None and job.due_s <= at.epoch_s:
                self._fire(job, at)
            if job.due_s is None or job.due_s <= at.epoch_s:
                job.due_s = self._after(job.trigger, at.epoch_s)
        self._next_s = min((job.due_s for job in self._jobs if job.due_s is not None), default=float("inf"))

    def _fire(self, job: Job, at: Instant) -> None:
        try:
            job.action(at)
        except Exception:
            log.exception("the job %s failed; it comes again at its next time", job.name)

    def _after(self, trigger: CronTrigger, epoch_s: float) -> float:
        now = datetime.fromtimestamp(epoch_s, self._zone)
        fire = trigger.get_next_fire_time(now, now)
        return float("inf") if fire is None else float(fire.timestamp())


def hourly(minute: int, timezone: str) -> CronTrigger:
    """Every hour at ``minute``."""
    return CronTrigger(minute=minute, timezone=timezone)


def nightly(hour: int, timezone: str) -> CronTrigger:
    """Every day at ``hour`` local time."""
    return CronTrigger(hour=hour, minute=0, timezone=timezone)
