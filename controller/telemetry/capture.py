"""The station between the cycle and the telemetry queue: an observer of every cycle that never waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

from controller.core.decision import Decision, Event, EventKind
from controller.core.instant import Instant
from controller.core.site import Site
from controller.core.snapshot import Snapshot
from controller.impact.co2 import day_impact, in_force
from controller.store.point import Fields, Point, Series, render_fields
from controller.store.telemetry import Telemetry
from controller.telemetry.points import EventPoints, Points, Render

VITALS = ("backlog_points", "clock_trusted", "cycle_ms", "dropped_points", "lag_s", "ledger_head", "rss_mb")
"""The fields of the controller's own point, in the order of their names."""


class Numbered(Protocol):
    """The journal, as far as events need it: the number of the first row of its latest commit."""

    first_seq: int


@dataclass(frozen=True, slots=True)
class Vitals:
    """How the controller is: points that no sink has yet, points lost so far, resident memory in MB, and the ledger's head
    (``seq:hash``), which is kept outside the ledger so that a cut tail shows.
    """

    backlog_points: int = 0
    dropped_points: int = 0
    rss_mb: float | None = None
    ledger_head: str = ""


class Capture:
    """``cycle`` turns what a cycle saw and decided into points and ticks the queue. ``vitals`` is asked once a period."""

    def __init__(
        self,
        site: Site,
        telemetry: Telemetry,
        render: Render,
        journal: Numbered,
        vitals: Callable[[], Vitals] = Vitals,
    ) -> None:
        ident = site.file.site
        self._site, self._telemetry, self._journal, self._vitals = site, telemetry, journal, vitals
        self._points, self._events = Points(site), EventPoints(site, render)
        self._own, self._fields = Series.of("controller", site=ident.id), Fields(VITALS)
        self._period_s = site.file.telemetry.rest_s
        self._due_s = float("-inf")
        self._last_s: float | None = None
        self._worst_ms = self._worst_gap_s = 0.0

    def cycle(self, snapshot: Snapshot, decision: Decision, cycle_ms: float) -> None:
        """Observe one cycle (after its events were handed to the journal)."""
        at = snapshot.at
        if cycle_ms > self._worst_ms:
            self._worst_ms = cycle_ms
        if self._last_s is not None and at.mono_s - self._last_s > self._worst_gap_s:
            self._worst_gap_s = at.mono_s - self._last_s
        self._last_s = at.mono_s
        points: list[Point] = self._points.due(snapshot, decision)
        if decision.events:
            points += self._event_points(decision, at)
        if at.mono_s >= self._due_s:
            points.append(self._controller(decision, at))
        if points:
            self._telemetry.append(points, at)
        self._telemetry.tick(at)

    def _event_points(self, decision: Decision, at: Instant) -> list[Point]:
        points, first = [], self._journal.first_seq
        for index, event in enumerate(decision.events):
            points.append(self._events.of(event, first + index, at))
            if event.kind is EventKind.DAY:
                fields = render_fields(day_impact(self._site, event.figures).fields())
                points.append(Point(self._series(event), fields, self._last_second(event, at), at.mono_s))
        return points

    def _series(self, event: Event) -> Series:
        """A closing is told under the baseline and the factor that were in force on its day."""
        entry, ident = in_force(self._site, event.figures), self._site.file.site.id
        return Series.of("impact", site=ident, baseline=entry.baseline, factor=entry.factor.name)

    def _last_second(self, event: Event, at: Instant) -> float:
        """The last second of the closed day in POSIX seconds: a sum by days then has it on its own day, not on the next."""
        try:
            day = date.fromisoformat(str(event.figures.get("day", "")))
        except ValueError:
            return at.epoch_s
        return datetime.combine(day, time(23, 59, 59), ZoneInfo(self._site.file.site.timezone)).timestamp()

    def _controller(self, decision: Decision, at: Instant) -> Point:
        vitals, cycle_s = self._vitals(), decision.state.cycle_s or self._site.file.site.cycle_s
        fields = self._fields.of(
            float(vitals.backlog_points),
            float(at.trusted),
            self._worst_ms,
            float(vitals.dropped_points),
            max(0.0, self._worst_gap_s - cycle_s),
            vitals.ledger_head or None,
            vitals.rss_mb,
        )
        self._due_s = at.mono_s + self._period_s
        self._worst_ms = self._worst_gap_s = 0.0
        return Point(self._own, fields, at.epoch_s, at.mono_s)
