"""The oracle as a strategy: it plans each day with the true future, and plays the plan under everybody's limits."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulators.limits import Wants
from simulators.oracle_plan import DayPlan, Job, Planner
from simulators.view import View
from simulators.world import World

PLAN_MIN = 240
"""Minute of the day at which the next day is planned: before any window, with the pumps at rest."""


@dataclass(slots=True)
class Foresight:
    """Plays DayPlans. ``plans``: those made so far, by their first minute; given ones are played as they are."""

    planner: Planner
    world: World
    plans: dict[int, DayPlan] = field(default_factory=dict)
    name: str = "oracle"
    _plan: DayPlan | None = None
    _until: int = 0
    _done: dict[int, float] = field(default_factory=dict)
    _since: dict[str, tuple[bool, int]] = field(default_factory=dict)

    def wants(self, view: View) -> Wants:
        """What the plan says now."""
        minute = round((view.at_s - self.planner.case.traces.start_s) / 60.0)
        for ident in self.world.pumps:
            on = view.is_running(ident)
            if self._since.get(ident, (not on, 0))[0] is not on:
                self._since[ident] = (on, minute if ident in self._since else minute - 1440)
        if self._plan is None or minute >= self._until:
            self._begin(minute)
        assert self._plan is not None
        zones = {job.zone for job in self._plan.jobs if self._is_due(job, minute, view)}
        pumps = {ident for ident in self._plan.slots if self._plan.is_on(ident, minute)}
        pumps |= {
            ident
            for ident in self.world.pumps
            if ident not in self._plan.slots and any(self._source(zone) == ident for zone in zones)
        }
        return Wants(frozenset(pumps), frozenset(zones), True)

    def _source(self, zone: str) -> str:
        return self.world.zones[zone].zone.source

    def _begin(self, minute: int) -> None:
        """The next plan: given, or made now."""
        day = (minute - PLAN_MIN) // 1440 + 1
        self._until = min(day * 1440 + PLAN_MIN, self.planner.case.traces.minutes)
        self._done.clear()
        plan = self.plans.get(minute)
        if plan is None and minute < self.planner.case.traces.minutes:
            turning = {
                ident: (minute - at, 0) if on else (0, minute - at) for ident, (on, at) in self._since.items()
            }
            plan = self.planner.plan(self.world, minute, self._until, turning)
        self._plan = self.plans[minute] = plan or DayPlan(minute)

    def _is_due(self, job: Job, minute: int, view: View) -> bool:
        """Whether a job's water should flow now; its meter begins at its first minute."""
        mask = self.planner.case.traces.open[job.zone]
        if not job.begin <= minute < job.end or minute >= len(mask) or not mask[minute]:
            return False
        began = self._done.setdefault(id(job), view.irrigated_m3(job.zone))
        return view.irrigated_m3(job.zone) - began < job.volume_m3 - self._half(job)

    def _half(self, job: Job) -> float:
        """Half of what a minute brings: what is stopped when nearest to its volume."""
        return self.world.zones[job.zone].zone.flow_m3_h / 120.0
