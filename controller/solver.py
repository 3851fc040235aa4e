"""The exact planner in a process of its own: niced, short-lived, bounded in time; whatever goes wrong, the default plan is made.

``python -m controller.solver`` reads a PlanRequest from standard input and writes a Plan (pickles between this program and
itself only). HiGHS and NumPy live and die there: the daemon's memory stays as it was.
"""

from __future__ import annotations

import contextlib
import logging
import math
import os
import pickle
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from controller.core.site import Site
from schedules.plan import Plan, PlanRequest
from schedules.planner import plan

log = logging.getLogger(__name__)

LIMIT_S = 10.0
"""What HiGHS may take for one plan, s; the whole process gets three times as long."""

NICENESS = 10

COMMAND = (sys.executable, "-m", "controller.solver")


def maker(site: Site, at_end: Callable[[Callable[[], None]], object]) -> Callable[[PlanRequest], Plan]:
    """The planner that the site file asks for (``planner: exact``), or the default one where HiGHS is not installed.

    ``at_end`` is given what ends a process that is under way when the daemon stops.
    """
    if site.file.planner != "exact":
        return plan
    if find_spec("highspy") is None:
        log.warning(
            "planner: exact needs the extra `solver` (pip install 'tirtasurya[solver]'); the default planner plans"
        )
        return plan
    solver = Solver()
    at_end(solver.end)
    return solver.plan


class Solver:
    """One child process at a time, made for one plan. Blocks; call it in a worker thread."""

    def __init__(self, command: Sequence[str] = COMMAND, limit_s: float = 3.0 * LIMIT_S) -> None:
        self._command, self._limit_s = command, limit_s
        self._child: subprocess.Popen[bytes] | None = None
        self._ended = False

    def plan(self, request: PlanRequest) -> Plan:
        """The exact plan from a child process; the default plan when that fails or takes too long, and the log says why."""
        try:
            found = pickle.loads(self._ask(pickle.dumps(request)))  # noqa: S301  (our own child wrote it)
            if isinstance(found, Plan):
                return found
            log.error("the solver's process gave no plan; the default planner plans")
        except subprocess.CalledProcessError as error:
            last = error.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
            self._failed(f"exit {error.returncode}: {last}")
        except (OSError, subprocess.SubprocessError, pickle.UnpicklingError, EOFError) as error:
            self._failed(str(error))
        return plan(request)

    def end(self) -> None:
        """The daemon stops: kill the process under way and start no other. Called from another thread than ``plan``."""
        self._ended = True
        child = self._child  # once: the other thread forgets it when it has ended
        if child is not None:
            child.kill()

    def _ask(self, question: bytes) -> bytes:
        pipe = subprocess.PIPE
        with subprocess.Popen(self._command, stdin=pipe, stdout=pipe, stderr=pipe) as child:
            self._child = child
            if self._ended:
                child.kill()
            try:
                answer, said = child.communicate(question, self._limit_s)
            finally:
                child.kill()  # by its own id; nothing where it has ended
                self._child = None
        if child.returncode != 0:
            raise subprocess.CalledProcessError(child.returncode, self._command, answer, said)
        return answer

    def _failed(self, why: str) -> None:
        if not self._ended:
            log.error("the solver's process failed (%s); the default planner plans", why)


def main() -> None:
    """One question, one answer. Its processor time is bounded: whoever asked may be gone."""
    most_s = math.ceil(3.0 * LIMIT_S)
    resource.setrlimit(resource.RLIMIT_CPU, (most_s, most_s))
    os.nice(NICENESS)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("800")  # where memory runs out this goes, not the daemon
    from schedules.exact import exact_plan  # brings HiGHS

    request: PlanRequest = pickle.load(sys.stdin.buffer)  # noqa: S301  (our own parent wrote it)
    sys.stdout.buffer.write(pickle.dumps(exact_plan(request, LIMIT_S)))


if __name__ == "__main__":
    main()
