"""Stepped plant time: the world advances, everything that is due is asked and answered, then the cycle runs. No waiting.

The same cycle, poller and actuator as on a site; only who waits for whom differs: between two cycles this clock lets the
actuator finish its writes, advances the world and lets the poller fetch what is due.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from controller.core.instant import Instant

BOOT = "simulation"


def _unset(*_arguments: object) -> Any:
    raise RuntimeError("the stepped clock is not joined to a world and a controller yet")


@dataclass(slots=True)
class SteppedClock:
    """From ``start_epoch_s`` in steps of the cycle for ``span_s`` seconds of plant time.

    ``advance``: moves the world to the new instant; ``barrier``: awaited before the instant is handed to the cycle (polls)
    and ``settle`` after the cycle (writes).
    """

    start_epoch_s: float
    span_s: float
    advance: Callable[[Instant], None] = _unset
    barrier: Callable[[Instant], Awaitable[None]] = _unset
    settle: Callable[[], Awaitable[None]] = _unset
    boot: str = BOOT
    rate: float = float("inf")
    _now: Instant = field(init=False)

    def __post_init__(self) -> None:
        self._now = self._at(0.0)

    def now(self) -> Instant:
        """The instant of the current step: the same object until the next one."""
        return self._now

    async def sleep(self, plant_s: float) -> None:
        """Nothing may wait in stepped time: it would never wake."""
        raise RuntimeError("stepped time does not sleep")

    async def every(self, period_s: float) -> AsyncIterator[Instant]:
        """Step through the span."""
        for index in range(int(self.span_s / period_s) + 1):
            at = self._now = self._at(index * period_s)
            self.advance(at)
            await self.barrier(at)
            yield at
            await self.settle()

    def _at(self, mono_s: float) -> Instant:
        return Instant(self.start_epoch_s + mono_s, mono_s, self.boot)
