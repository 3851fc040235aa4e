"""The exact planner in a process of its own: niced, short-lived, bounded in time; whatever goes wrong, the default plan is made.

``python -m controller.solver`` reads a PlanRequest from standard input and writes a Plan (pickles between this program and
itself only). HiGHS and NumPy live and die there: the daemon's memory stays as it was.
"""

from __future__ import annotations

import logging
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec

from controller.core.site import Site
from schedules.plan import Plan, PlanRequest
from schedules.planner import plan

log = logging.getLogger(__name__)

LIMIT_S = 10.0
"""What HiGHS may take for one plan, s; the whole process gets three times as long."""

NICENESS = 10


def maker(site: Site) -> Callable[[PlanRequest], Plan]:
    """The planner that the site file asks for (``planner: exact``), or the default one where HiGHS is not installed."""
    if site.file.planner != "exact":
        return plan
    if find_spec("highspy") is None:
        log.warning(
            "planner: exact needs the extra `solver` (pip install 'tirtasurya[solver]'); the default planner plans"
        )
        return plan
    return in_child


def in_child(request: PlanRequest) -> Plan:
    """The exact plan from a child process; the default plan when that fails or takes too long, and the log says why."""
    command = [sys.executable, "-m", "controller.solver"]
    try:
        done = subprocess.run(
            command, input=pickle.dumps(request), capture_output=True, timeout=3.0 * LIMIT_S, check=True
        )
        found = pickle.loads(done.stdout)  # noqa: S301  (our own child wrote it)
        if isinstance(found, Plan):
            return found
        log.error("the solver's process gave no plan; the default planner plans")
    except subprocess.CalledProcessError as error:
        last = error.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        log.error("the solver's process failed (%s); the default planner plans", last)
    except (OSError, subprocess.SubprocessError, pickle.UnpicklingError, EOFError) as error:
        log.error("the solver's process failed (%s); the default planner plans", error)
    return plan(request)


def main() -> None:
    """One question, one answer."""
    from schedules.exact import exact_plan  # brings HiGHS

    os.nice(NICENESS)
    request: PlanRequest = pickle.load(sys.stdin.buffer)  # noqa: S301  (our own parent wrote it)
    sys.stdout.buffer.write(pickle.dumps(exact_plan(request, LIMIT_S)))


if __name__ == "__main__":
    main()
