"""One day's schedule of the oracle: the relaxation solved again from the world as it is, and rounded to what can be switched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulators.oracle_lift import kwh_idr
from simulators.oracle_lp import Solution
from simulators.oracle_model import Case, End, Model, build
from simulators.oracle_pump import SLOT_MIN, Filling, runs
from simulators.tank import STAND_M
from simulators.world import World

DAY_MIN = 1440
FULL_SHARE = 0.85
"""A day is full when so much of the capacity that was counted on is planned."""

BACK_M = 0.08
"""A tank is planned to stay so far above the level at which its valves close."""


@dataclass(slots=True)
class Job:
    """Water for a zone: ``volume_m3`` from minute ``begin`` on, while its windows allow, until ``end``."""

    zone: str
    begin: int
    end: int
    volume_m3: float


@dataclass(slots=True)
class DayPlan:
    """``jobs`` by zone in order; ``slots``: by tank pump, whether it runs, by slot of SLOT_MIN from minute ``begin`` on."""

    begin: int
    jobs: list[Job] = field(default_factory=list)
    slots: dict[str, list[bool]] = field(default_factory=dict)

    def is_on(self, pump: str, minute: int) -> bool:
        """Whether a tank pump should run in a minute."""
        slots = self.slots.get(pump, ())
        index = (minute - self.begin) // SLOT_MIN
        return 0 <= index < len(slots) and slots[index]


@dataclass(slots=True)
class Knobs:
    """How the relaxation is rounded; the search tries others. ``step_min``: longest daylight step; ``ahead_d``: horizon;
    ``least_m3``: share of the least run of a zone under which a job waits; ``margin``: share of water added to each job;
    ``tank_d``: horizon of the tanks' fills; ``derate``: share of the pumps' capacity that is counted on.
    """

    step_min: int = 60
    ahead_d: int = 12
    least: float = 1.0
    margin: float = 0.0
    tank_d: float = 2.0
    derate: float = 0.9


@dataclass(slots=True)
class Planner:
    """Plans from any minute of a case. ``full``: the whole case's programme, solved: its prices end each day's programme."""

    case: Case
    full: Model
    found: Solution
    knobs: Knobs = field(default_factory=Knobs)

    def plan(self, world: World, minute: int, until: int, turning: Mapping[str, tuple[int, int]]) -> DayPlan:
        """The schedule of ``minute``..``until``. ``turning``: by pump, minutes of running or of rest (the other is 0)."""
        last = self._horizon(minute)
        ends = None if last >= self.case.traces.minutes else self._ends(last)
        model = build(self.case, world, minute, last, self.knobs.step_min, ends)
        found = model.lp.solve()
        plan = DayPlan(minute)
        wanted = {zone: self._jobs(model, found, zone) for zone in world.zones}
        plan.jobs = [job for jobs in wanted.values() for job in jobs if job.begin < until]
        for ident, pump in world.pumps.items():
            if pump.pump.into not in world.tanks:
                self._gather(plan, ident, minute, until)
        for ident, pump in world.pumps.items():
            if pump.pump.into in world.tanks:
                plan.slots[ident] = self._fill(world, ident, minute, model, found, wanted, turning[ident])
        return plan

    def _horizon(self, minute: int) -> int:
        """A midnight at least ``ahead_d`` days later, or the end."""
        wanted = minute + self.knobs.ahead_d * DAY_MIN
        later = [edge for edge in self.full.edges if edge >= wanted and self._is_midnight(edge)]
        return later[0] if later else self.case.traces.minutes

    def _is_midnight(self, minute: int) -> bool:
        day = self.case.traces.day
        return 0 < minute < len(day) and day[minute] != day[minute - 1]

    def _ends(self, last: int) -> dict[str, End]:
        """What water is worth at a border of the whole programme, by zone and tank, and how much the whole plan has there."""
        border = self.full.edges.index(last)
        x, dual, price = self.found.x, self.found.dual, self.case.prices.water
        ends = {}
        for ident, column in self.full.columns.items():
            zone = self.case.world.zones[ident]
            short = price * zone.zone.area_m2 / 1000.0 / zone.ground.efficiency
            wanted = sum(x[var] for var in column.water[border])
            worth = tuple(-dual[row] for row in column.rows[border - 1])
            ends[ident] = End(worth, wanted, short)
        for ident, rows in self.full.tank_rows.items():
            ends[ident] = End((-dual[rows[border - 1]],), 0.0, 0.0)
        return ends

    def _jobs(self, model: Model, found: Solution, zone: str) -> list[Job]:
        """The programme's flows as jobs of at least the zone's shortest run; less waits for the next step."""
        state = self.case.world.zones[zone]
        program = self.case.world.site.programs[state.zone.program_name]
        least = max(60.0, self.knobs.least * program.min_run_s) / 3600.0 * state.zone.flow_m3_h
        mask, jobs, kept = self.case.traces.open[zone], [], 0.0
        for index, volume in enumerate(model.flows(found, zone)):
            begin = model.edges[index]
            kept += volume
            if kept < least or not any(mask[begin : model.edges[index + 1]]):
                continue
            end = begin
            while end < len(mask) and (mask[end] or end < model.edges[index + 1]):
                end += 1
            jobs.append(Job(zone, begin, end, kept * (1.0 + self.knobs.margin)))
            kept = 0.0
        return jobs

    def _gather(self, plan: DayPlan, ident: str, minute: int, until: int) -> None:
        """A pump that feeds zones itself: each zone's day in one job, so that it starts seldom; on a day that needs all of the
        sun that was counted on, all of the sun that there is.
        """
        fed = {name for name, zone in self.case.world.zones.items() if zone.zone.source == ident}
        whole = [Job(zone, 0, 0, 0.0) for zone in sorted({job.zone for job in plan.jobs if job.zone in fed})]
        for job in whole:
            parts = [part for part in plan.jobs if part.zone == job.zone]
            job.begin, job.end = min(p.begin for p in parts), max(p.end for p in parts)
            job.volume_m3 = sum(p.volume_m3 for p in parts)
        volume = sum(job.volume_m3 for job in whole)
        begin = min((job.begin for job in whole), default=until)
        able = sum(self.case.lifts[ident].volume_m3[begin:until])
        if volume > FULL_SHARE * able:
            for job in whole:
                job.volume_m3 /= self.case.derate
        whole.sort(key=lambda job: job.begin)
        plan.jobs = [job for job in plan.jobs if job.zone not in fed] + whole

    def _fill(
        self,
        world: World,
        ident: str,
        minute: int,
        model: Model,
        found: Solution,
        wanted: Mapping[str, list[Job]],
        turned: tuple[int, int],
    ) -> list[bool]:
        """When the pump should run for what the jobs take out of its tank."""
        pump = world.pumps[ident]
        tank = world.tanks[pump.pump.into]
        last = min(model.edges[-1], minute + round(self.knobs.tank_d * DAY_MIN))
        count = (last - minute) // SLOT_MIN
        out = [0.0] * count
        push = ((tank.level_m + STAND_M) / (tank.tank.full_m + STAND_M)) ** 0.5
        for zone, jobs in wanted.items():
            if world.zones[zone].zone.source == pump.pump.into:
                for job in jobs:
                    _spread(out, job, minute, world.zones[zone].zone.flow_m3_h * push)
        lift, energy = self._lift(ident, minute, count)
        limits = pump.pump.limits
        border = max(i for i, edge in enumerate(model.edges) if edge <= last)
        worth = -found.dual[model.tank_rows[pump.pump.into][max(0, border - 1)]]
        case = Filling(
            lift,
            energy,
            out,
            (tank.tank.empty_m + BACK_M) * tank.tank.area_m2,
            tank.tank.full_m * tank.tank.area_m2,
            self.case.prices.loss,
            self.case.prices.start,
            worth,
            max(1, -(-int(limits.min_run_s) // (60 * SLOT_MIN))),
            max(1, -(-int(limits.min_rest_s) // (60 * SLOT_MIN))),
        )
        return runs(case, tank.volume_m3, turned[0] // SLOT_MIN, turned[1] // SLOT_MIN)

    def _lift(self, ident: str, minute: int, count: int) -> tuple[list[float], list[float]]:
        """m3 and rupiah by slot; 0 m3 where the limits would not let the pump run."""
        lift, price = self.case.lifts[ident], kwh_idr(self.case.world) / 1000.0
        volumes, costs = [], []
        for slot in range(count):
            span = slice(minute + slot * SLOT_MIN, minute + (slot + 1) * SLOT_MIN)
            bright = sum(m3 > 0.0 for m3 in lift.volume_m3[span])
            volumes.append(sum(lift.volume_m3[span]) if 2 * bright > SLOT_MIN else 0.0)
            costs.append(
                price * sum(v * wh for v, wh in zip(lift.volume_m3[span], lift.bought_wh[span], strict=True))
            )
        return volumes, costs


def _spread(out: list[float], job: Job, minute: int, rate_m3_h: float) -> None:
    """Add a job's water to the slots in which it will flow."""
    left, slot = job.volume_m3, max(0, (job.begin - minute) // SLOT_MIN)
    while left > 0.0 and slot < len(out) and minute + slot * SLOT_MIN < job.end:
        flow = min(left, rate_m3_h * SLOT_MIN / 60.0)
        out[slot] += flow
        left -= flow
        slot += 1
