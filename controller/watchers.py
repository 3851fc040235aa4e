"""Small observers of every cycle, and what keeps their mistakes away from it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from controller.core.decision import Decision, EventKind
from controller.core.site import Site
from controller.core.snapshot import Snapshot
from controller.cycle import Observer
from controller.impact.co2 import day_impact, total
from controller.memory import Figures

log = logging.getLogger(__name__)

FELL = (
    "{what} berhenti karena galat; pompa tetap dikendalikan. / {what} stopped because of an error; the pumps are looked after "
    "all the same."
)

STATM = Path("/proc/self/statm")
PAGE_KB = 4


class Days:
    """The impact of all closings and of the day that runs, for the page."""

    def __init__(self, site: Site, closings: Sequence[Figures] = ()) -> None:
        self._site = site
        self._closed = total(day_impact(site, figures) for figures in closings)

    def cycle(self, snapshot: Snapshot, decision: Decision, cycle_ms: float) -> None:
        """Add each daily closing."""
        for event in decision.events:
            if event.kind is EventKind.DAY:
                self._closed = total((self._closed, day_impact(self._site, event.figures)))

    def totals(self, today: Figures) -> dict[str, Any]:
        """``today`` and ``total`` as the page wants them."""
        now = day_impact(self._site, today)
        return {"today": now.fields(), "total": total((self._closed, now)).fields()}


@dataclass(slots=True)
class Guarded:
    """An observer whose mistakes do not reach the cycle: told once per series of failures, then tried again every cycle."""

    name: str
    observer: Observer
    tell: Callable[[str], None]
    _fallen: bool = field(default=False)

    def cycle(self, snapshot: Snapshot, decision: Decision, cycle_ms: float) -> None:
        """Hand the cycle on."""
        try:
            self.observer.cycle(snapshot, decision, cycle_ms)
        except Exception:
            if not self._fallen:
                log.exception("%s failed", self.name)
                self.tell(FELL.format(what=self.name))
            self._fallen = True
        else:
            self._fallen = False


def rss_mb() -> float | None:
    """Resident memory of this process, MB; None where the kernel does not tell."""
    try:
        return int(STATM.read_text().split()[1]) * PAGE_KB / 1024.0
    except (OSError, IndexError, ValueError):
        return None
