"""When a new plan is due it is made beside the cycle and handed over in the next snapshot."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from math import pi, sin

from controller.core.planning_request import STEP_S, plan_due, plan_request
from controller.core.site import Site
from controller.core.snapshot import Snapshot
from controller.core.state import ControllerState
from controller.core.wiring import wiring
from controller.outlooks import Outlooks
from schedules.daylight import DAWN_H, DAY_H, hour_of
from schedules.forecast import HORIZON_S
from schedules.frozen import replace
from schedules.outlook import Outlook
from schedules.plan import Plan, PlanRequest
from schedules.planner import plan

log = logging.getLogger(__name__)

RETRY_S = 300.0
"""A planner that failed is asked again after so many plant seconds, not every cycle."""

PLAIN_SHARE = 0.5
"""Where no outlook could be made at all: at noon so much of what the plant can give, less towards dawn and dusk. Pumps go by the
sun that is there in any case; without any expectation nothing would be planned and no zone watered.
"""

Done = Callable[[Plan | None], None]
Execute = Callable[[PlanRequest, Done], None]
"""Makes the plan and hands it over, now or later; None when it could not be made."""


def inline(request: PlanRequest, done: Done) -> None:
    """Make the plan at once: the cycle waits for it (stepped time)."""
    done(plan(request))


def in_worker(pool: Executor, make: Callable[[PlanRequest], Plan] | None = None) -> Execute:
    """Make plans in ``pool`` (by ``make``, else the default planner) and hand them over in the running event loop."""

    def execute(request: PlanRequest, done: Done) -> None:
        task = asyncio.get_running_loop().run_in_executor(pool, make or plan, request)
        task.add_done_callback(lambda t: done(_result(t)))

    return execute


def _result(task: asyncio.Future[Plan]) -> Plan | None:
    if task.cancelled():
        return None
    if task.exception() is not None:
        log.error("the planner failed, the old plan stays", exc_info=task.exception())
        return None
    return task.result()


class Planning:
    """Holds the newest plan. One request at a time."""

    def __init__(self, site: Site, execute: Execute) -> None:
        self._site = site
        self.outlooks = Outlooks(site)
        self._execute = execute
        self._busy = False
        self._failed = False
        self._owed = False  # one was due while the one before was made, or that one failed
        self._not_before_s = float("-inf")
        self.plan: Plan | None = None

    @property
    def outlook(self) -> Outlook | None:
        """The newest outlook on sun and rain."""
        return self.outlooks.newest

    def consider(self, state: ControllerState, snapshot: Snapshot) -> None:
        """Look ahead, and ask for a new plan when one is due. Never raises: without a new plan the old one stays."""
        self.outlooks.consider(state, snapshot)
        if not (plan_due(state) or self._owed) or not snapshot.at.trusted:
            return
        self._owed = True
        if self._busy:
            return
        if self._failed:
            self._failed, self._not_before_s = False, snapshot.at.mono_s + RETRY_S
        if snapshot.at.mono_s < self._not_before_s:
            return
        try:
            power_w, low_w = self._power_w(snapshot.at.epoch_s)
            asking = state if state.replan else replace(state, replan="owed")
            request = plan_request(self._site, asking, snapshot, power_w, low_w)
            self._busy = request is not None
            if request is not None:
                self._owed = False
                self._execute(request, self._take)
        except Exception:
            log.exception("no plan could be asked for, the old one stays")
            self._take(None)

    def _power_w(self, now_s: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """The sun's expected power, W, on the planner's grid, and what is exceeded nine times of ten."""
        seen, steps = self.outlooks.newest, int(HORIZON_S / STEP_S)
        if seen is None:
            return plain_day(self._site, now_s, steps), ()
        return seen.course(seen.power_w, now_s, steps), seen.course(seen.power_low_w, now_s, steps)

    def _take(self, plan: Plan | None) -> None:
        self._busy = False
        self._failed = plan is None
        self._owed |= self._failed
        if plan is not None:
            self.plan = plan


def plain_day(site: Site, now_s: float, steps: int) -> tuple[float, ...]:
    """Power in the middle of each of ``steps`` steps of STEP_S from POSIX ``now_s``, W, on days of which nothing is known."""
    w = wiring(site)
    hour = hour_of(now_s, w.zoneinfo)
    hours = ((hour + (i + 0.5) * STEP_S / 3600.0) % 24.0 for i in range(steps))
    return tuple([max(0.0, PLAIN_SHARE * w.peak_w * sin(pi * (one - DAWN_H) / DAY_H)) for one in hours])
