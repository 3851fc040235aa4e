"""Where a season's time goes: every station of the cycle timed by itself, without what it calls of the others."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from controller import cycle, planning
from controller.actuator import Actuator
from controller.poller import Poller
from controller.store.journal import SteppedJournal
from controller.store.telemetry import Telemetry
from controller.telemetry.capture import Capture
from simulators.rig import Rig
from simulators.world import World


@dataclass(slots=True)
class Stations:
    """Seconds by station, and the length of every plan made, s."""

    seconds: dict[str, float] = field(default_factory=dict)
    plans_s: list[float] = field(default_factory=list)
    _inner: list[float] = field(default_factory=list)

    def timed(self, station: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """``work``, its time added to the station's."""

        def call(*given: Any, **named: Any) -> Any:
            began = self._begin()
            try:
                return work(*given, **named)
            finally:
                self._end(station, began)

        return call

    def awaited(self, station: str, work: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Any]:
        """The same for a coroutine function; in stepped time none of them is ever suspended."""

        async def call(*given: Any, **named: Any) -> Any:
            began = self._begin()
            try:
                return await work(*given, **named)
            finally:
                self._end(station, began)

        return call

    def plan_p95_ms(self) -> float:
        """What 95 of 100 plans take at most, ms; NaN without any."""
        ordered = sorted(self.plans_s)
        return 1000.0 * ordered[math.ceil(0.95 * len(ordered)) - 1] if ordered else math.nan

    def _begin(self) -> float:
        self._inner.append(0.0)
        return time.perf_counter()

    def _end(self, station: str, began: float) -> None:
        took = time.perf_counter() - began
        own = took - self._inner.pop()
        self.seconds[station] = self.seconds.get(station, 0.0) + own
        if station == PLANNER:
            self.plans_s.append(took)
        if self._inner:
            self._inner[-1] += took


PLANNER = "planner"

_CALLED: tuple[tuple[Any, str, str], ...] = (
    (World, "advance", "world"),
    (Rig, "advance", "devices that speak by themselves"),
    (cycle, "decide", "decide"),
    (Actuator, "apply", "act"),
    (Capture, "cycle", "capture points"),
    (Telemetry, "tick", "store points"),
    (SteppedJournal, "commit", "ledger"),
    (planning.Planning, "consider", "outlook and request of plans"),
    (planning, "plan", PLANNER),
)
_AWAITED: tuple[tuple[Any, str, str], ...] = (
    (Poller, "poll_due", "poll: registers, codec, table"),
    (Actuator, "flush", "act"),
)


@contextmanager
def watched() -> Iterator[Stations]:
    """Time all stations meanwhile; the clocks cost some 5 % themselves."""
    stations, before = (
        Stations(),
        [(owner, name, getattr(owner, name)) for owner, name, _ in _CALLED + _AWAITED],
    )
    for owner, name, station in _CALLED:
        setattr(owner, name, stations.timed(station, getattr(owner, name)))
    for owner, name, station in _AWAITED:
        setattr(owner, name, stations.awaited(station, getattr(owner, name)))
    try:
        yield stations
    finally:
        for owner, name, work in before:
            setattr(owner, name, work)
