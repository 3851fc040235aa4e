"""When a new plan is due it is made beside the cycle and handed over in the next snapshot."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor

from controller.core.planning_request import STEP_S, plan_due, plan_request
from controller.core.site import Power, Site
from controller.core.snapshot import Snapshot
from controller.core.state import ControllerState
from schedules.plan import Plan, PlanRequest
from schedules.planner import plan
from schedules.solar import Array, clearness, expected_power

log = logging.getLogger(__name__)

HORIZON_S = 48 * 3600.0
"""How far a plan looks."""

Execute = Callable[[PlanRequest, Callable[[Plan], None]], None]
"""Makes the plan and hands it over, now or later."""


def inline(request: PlanRequest, done: Callable[[Plan], None]) -> None:
    """Make the plan at once: the cycle waits for it (stepped time)."""
    done(plan(request))


def in_worker(pool: Executor) -> Execute:
    """Make plans in ``pool`` and hand them over in the running event loop."""

    def execute(request: PlanRequest, done: Callable[[Plan], None]) -> None:
        task = asyncio.get_running_loop().run_in_executor(pool, plan, request)
        task.add_done_callback(
            lambda t: done(t.result()) if not t.cancelled() and t.exception() is None else _lost(t)
        )

    return execute


def _lost(task: asyncio.Future[Plan]) -> None:
    if not task.cancelled():
        log.error("the planner failed, the old plan stays", exc_info=task.exception())


class Planning:
    """Holds the newest plan. One request at a time."""

    def __init__(self, site: Site, execute: Execute) -> None:
        self._site = site
        self._array = array_of(site)
        self._execute = execute
        self._busy = False
        self.plan: Plan | None = None

    def consider(self, state: ControllerState, snapshot: Snapshot) -> None:
        """Ask for a new plan when one is due."""
        if self._busy or not plan_due(state):
            return
        request = plan_request(self._site, state, snapshot, self._power_w(snapshot))
        if request is not None:
            self._busy = True
            self._execute(request, self._take)

    def _power_w(self, snapshot: Snapshot) -> tuple[float, ...]:
        """The sun's power that this hour's clearness lets expect, W, on the planner's grid."""
        power, now_s = self._site.file.power, snapshot.at.epoch_s
        ghi = snapshot.number(power.irradiance)
        index = None
        if ghi is not None:
            index = clearness(ghi, now_s, self._array.latitude_deg, self._array.longitude_deg)
        return expected_power(self._array, now_s, STEP_S, int(HORIZON_S / STEP_S), index)

    def _take(self, plan: Plan) -> None:
        self._busy = False
        self.plan = plan


def array_of(site: Site) -> Array:
    """The site's PV array as the expectation sees it."""
    power: Power = site.file.power
    return Array(
        latitude_deg=site.file.site.latitude,
        longitude_deg=site.file.site.longitude,
        pv_kwp=power.pv_kwp,
        tilt_deg=power.tilt_deg,
        azimuth_deg=power.azimuth_deg,
        limit_w=power.inverter_w,
    )
