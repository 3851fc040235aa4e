"""When a new plan is due it is made beside the cycle and handed over in the next snapshot."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor

from controller.core.planning_request import plan_request
from controller.core.site import Site
from controller.core.snapshot import Snapshot
from controller.core.state import ControllerState
from schedules.plan import Plan, PlanRequest
from schedules.planner import plan

log = logging.getLogger(__name__)

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
        self._execute = execute
        self._busy = False
        self.plan: Plan | None = None

    def consider(self, state: ControllerState, snapshot: Snapshot) -> None:
        """Ask for a new plan when one is due."""
        if self._busy:
            return
        request = plan_request(self._site, state, snapshot)
        if request is not None:
            self._busy = True
            self._execute(request, self._take)

    def _take(self, plan: Plan) -> None:
        self._busy = False
        self.plan = plan
