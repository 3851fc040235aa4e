"""The exact planner: the same question as a mixed-integer program on the grid of steps, solved by HiGHS (extra ``solver``).

Runs begin and end on steps. What it does not model (runs under way, forced starts, several pumps on one sun) it leaves to the
default planner; of two plans the cheaper by ``objective.cost_idr`` is given. Never import it on the daemon's path: HiGHS brings
NumPy. ``controller.solver`` calls it in a process of its own.
"""

from __future__ import annotations

import importlib
import math
from typing import Any

from schedules import planner_fills
from schedules.objective import START_IDR, UNMET_IDR_L, cost_idr, delay_idr_l, weight
from schedules.plan import Plan, PlanRequest, Run, Unmet
from schedules.plan_check import is_possible
from schedules.planner import plan, sealed
from schedules.planner_need import Need, gather
from schedules.tank_sheet import TankSheet
from schedules.timeline import EPS, Grid, PumpSheet

GAP = 0.005
"""A plan this close to the best possible is good enough."""


def exact_plan(request: PlanRequest, limit_s: float = 10.0) -> Plan:
    """The better of the default plan and what HiGHS finds within ``limit_s`` seconds. Raises ImportError without HiGHS."""
    usual = plan(request)
    found = solve(request, limit_s)
    if found is None or cost_idr(request, found) >= cost_idr(request, usual) - 0.01:
        return usual
    return found


def solve(request: PlanRequest, limit_s: float) -> Plan | None:
    """What HiGHS finds, or None: not modelled, nothing found in time, or steps that do not fit as runs.

    Raises ImportError without HiGHS.
    """
    highs: Any = importlib.import_module("highspy")
    model = _Model(highs.Highs(), request)
    if request.running or not model.needs or len(model.feeding) > 1:
        return None
    model.h.silent()
    model.h.setOptionValue("time_limit", limit_s)
    model.h.setOptionValue("mip_rel_gap", GAP)
    model.h.setOptionValue("threads", 1)
    model.build()
    model.h.minimize()
    if model.h.getInfo().primal_solution_status != 2:  # no feasible point
        return None
    found = model.plan()
    return found if is_possible(request, found) else None


class _Model:
    """Variables by zone and step: ``on`` (binary) and ``litres``; by pump and step: ``up`` (binary)."""

    def __init__(self, h: Any, request: PlanRequest) -> None:
        self.h, self.request = h, request
        self.grid = Grid.of(request)
        self.pumps = {p.pump: PumpSheet.of(p, self.grid) for p in request.pumps}
        sources = {*self.pumps, *(t.tank for t in request.tanks)}
        self.needs = [n for n in gather(request, self.grid) if n.zone.source in sources and n.left_l > 0.0]
        self.feeding = sorted({n.zone.source for n in self.needs} & set(self.pumps))
        self.on: list[dict[int, Any]] = []
        self.litres: list[dict[int, Any]] = []
        self.up: dict[str, dict[int, Any]] = {}

    def build(self) -> None:
        """All variables, all rules, the objective."""
        for need in self.needs:
            self._zone(need)
        for name in self.feeding:
            self._pump(self.pumps[name])
        for tank in self.request.tanks:
            fillers = [s for s in self.pumps.values() if s.limits.into == tank.tank]
            self._tank(TankSheet.of(tank, Grid.of(self.request), fillers))

    def _steps(self, need: Need) -> list[int]:
        """The steps that lie wholly in the zone's windows, and in which its pump lifts enough."""
        grid, sheet = self.grid, self.pumps.get(need.zone.source)
        found = []
        for begin, end in need.open():
            for i in grid.steps(begin, end):
                a = grid.now_s + i * grid.step_s
                if a < begin - EPS or a + grid.step_s > end + EPS:
                    continue
                if sheet is None or sheet.capacity(i) >= need.zone.least_flow_m3_h:
                    found.append(i)
        return found

    def _zone(self, need: Need) -> None:
        h, zone, step_s = self.h, need.zone, self.grid.step_s
        full = zone.flow_m3_h / 3.6 * step_s
        least = full if zone.source not in self.pumps else zone.least_share * full
        on: dict[int, Any] = {}
        litres: dict[int, Any] = {}
        for i in self._steps(need):
            on[i] = h.addBinary()
            price = delay_idr_l(need.demand, self.grid.now_s, self.grid.now_s + i * step_s)
            litres[i] = h.addVariable(0.0, full, price - UNMET_IDR_L * weight(need.demand))
            h.addConstr(litres[i] <= full * on[i])
        for i, var in on.items():
            if i + 1 in on:  # full flow but in the last step of a run
                h.addConstr(litres[i] - least * var - least * on[i + 1] >= -least)
        self.on.append(on)
        self.litres.append(litres)
        if litres:
            h.addConstr(sum(litres.values()) <= need.left_l)
        self._lengths(on, zone.min_run_s, need.pause_s, zone.max_run_s)

    def _lengths(self, on: dict[int, Any], least_s: float, pause_s: float, most_s: float = math.inf) -> None:
        """Shortest and longest run and the pause after it, in whole steps on the safe side."""
        h, step_s = self.h, self.grid.step_s
        least, pause = max(1, math.ceil(least_s / step_s - EPS)), math.ceil(pause_s / step_s - EPS)
        for i, var in on.items():
            before = on.get(i - 1, 0.0)
            for k in range(1, least):
                h.addConstr(on.get(i + k, 0.0) - var + before >= 0.0) if i + k in on else h.addConstr(
                    1.0 * var - before <= 0.0
                )
            for k in range(2, pause + 1):
                if i - k in on:
                    h.addConstr(1.0 * var - before + on[i - k] <= 1.0)
        if most_s < math.inf:
            most = math.floor(most_s / step_s + EPS)
            for i in on:
                span = [on[j] for j in range(i, i + most + 1) if j in on]
                if len(span) > most:
                    h.addConstr(sum(span) <= most)

    def _pump(self, sheet: PumpSheet) -> None:
        """Capacity, minimum run and rest, the rest it is in, starts of the first day; each start has its price."""
        h, limits, step_s = self.h, sheet.limits, self.grid.step_s
        mine = [k for k, n in enumerate(self.needs) if n.zone.source == limits.pump]
        steps = sorted({i for k in mine for i in self.on[k]})
        up = self.up[limits.pump] = {i: h.addBinary() for i in steps}
        starts: dict[int, Any] = {}
        for i in steps:
            zones = [self.on[k][i] for k in mine if i in self.on[k]]
            h.addConstr(sum(zones) - len(zones) * up[i] <= 0.0)
            h.addConstr(sum(zones) - up[i] >= 0.0)
            flows = [self.litres[k][i] for k in mine if i in self.litres[k]]
            h.addConstr(sum(flows) <= sheet.capacity(i) / 3.6 * step_s)
            running = i == 0 and limits.running_s > 0.0
            starts[i] = h.addVariable(0.0, 1.0, 0.0 if running else START_IDR)
            h.addConstr(starts[i] - up[i] + up.get(i - 1, 0.0) >= (-1.0 if running else 0.0))
            ready = self.grid.now_s + i * step_s >= sheet.ready_s - EPS
            if not ready or (limits.running_s > 0.0 and 0 < i < math.ceil(limits.min_rest_s / step_s)):
                h.addConstr(1.0 * up[i] - up.get(i - 1, 0.0) <= 0.0) if ready else h.addConstr(
                    1.0 * up[i] <= 0.0
                )
        day = [starts[i] for i in steps if i * step_s < 86400.0]
        if day:
            h.addConstr(sum(day) <= float(limits.starts_left if not limits.locked else 0))
        if limits.locked:
            for var in up.values():
                h.addConstr(1.0 * var <= 0.0)
        self._lengths(up, limits.min_run_s, limits.min_rest_s)

    def _tank(self, sheet: TankSheet) -> None:
        """The tank never runs dry: within a step water is drawn before it is filled; filling stops while a pump feeds zones."""
        h, limits = self.h, sheet.limits
        mine = [k for k, n in enumerate(self.needs) if n.zone.source == limits.tank]
        if not mine:
            return
        level: Any = limits.volume_l
        for i, fill in enumerate(sheet.fill_l):
            drawn = [self.litres[k][i] for k in mine if i in self.litres[k]]
            if drawn:
                h.addConstr(sum(drawn) - level <= 0.0)
            after = h.addVariable(0.0, limits.capacity_l, 0.0)
            busy = [self.up[name][i] for name in self.feeding if i in self.up[name]]
            h.addConstr(after - level + sum(drawn) + fill * sum(busy) <= fill)
            level = after

    def plan(self) -> Plan:
        """The solution as runs, what is left as unmet, and the fillings timed as always."""
        runs: list[Run] = []
        left: list[Unmet] = []
        for k, need in enumerate(self.needs):
            mine = self._runs(k, need)
            runs += mine
            missing = round(need.demand.volume_l - sum(run.volume_l for run in mine), 3)
            if missing > 0.001 * need.demand.volume_l:
                left.append(Unmet(need.zone.zone, missing, "plan_no_capacity", {"volume_l": missing}))
        asked = {need.zone.zone for need in self.needs}
        left += [
            Unmet(d.zone, d.volume_l, "plan_no_source", {"volume_l": d.volume_l, "source": ""})
            for d in self.request.demands
            if d.zone not in asked and d.volume_l > 0.0
        ]
        runs.sort(key=lambda run: (run.start_s, run.zone, run.end_s))
        fills = planner_fills.fills(self.request, self._sheets(runs))
        return sealed(self.request.now_s, self.grid.until_s, tuple(runs), fills, tuple(left))

    def _sheets(self, runs: list[Run]) -> dict[str, TankSheet]:
        grid = Grid.of(self.request)
        pumps = [PumpSheet.of(p, grid) for p in self.request.pumps]
        sheets = {
            t.tank: TankSheet.of(t, grid, [s for s in pumps if s.limits.into == t.tank])
            for t in self.request.tanks
        }
        zones = {zone.zone: zone for zone in self.request.zones}
        for run in runs:
            zone = zones[run.zone]
            if zone.source in sheets:
                sheets[zone.source].book(run.start_s, run.volume_l, zone.flow_m3_h)
        return sheets

    def _runs(self, k: int, need: Need) -> list[Run]:
        """Steps that follow each other as one run; a gravity run ends when its water is through."""
        grid, direct = self.grid, need.zone.source in self.pumps
        on = [i for i, var in self.on[k].items() if self.h.val(var) > 0.5]
        runs, first = [], 0
        for j, i in enumerate(on):
            if j + 1 < len(on) and on[j + 1] == i + 1:
                continue
            volume = sum(self.h.val(self.litres[k][step]) for step in on[first : j + 1])
            volume = math.floor(volume * 1000.0) / 1000.0
            start = math.ceil(grid.now_s + on[first] * grid.step_s)
            stop = math.floor(grid.now_s + (i + 1) * grid.step_s)
            if not direct:
                through = max(need.zone.min_run_s, volume * 3.6 / need.zone.flow_m3_h)
                stop = min(stop, math.ceil(start + through))
            first = j + 1
            if volume > EPS:
                latest = need.demand.latest_start_s
                runs.append(Run(need.zone.zone, float(start), float(stop), volume, direct, latest))
        return runs
