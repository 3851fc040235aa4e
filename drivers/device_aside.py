"""Registers that spoil the requests they stand in: found by halving, set aside for hours, tried again then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field

from drivers.errors import DriverError, ExceptionReply
from drivers.packing import spans_of
from drivers.profile_points import Point

AGAIN_S = 4 * 3600.0
"""A register that the device refused is asked for again after so long."""

REFUSALS = (2, 3, 4)
"""Exception codes that one bad register gives to a whole request: no such address, no such value, failed while reading."""

PATIENCE = 3
"""A "failed while reading" must come so often in a row: a device that starts says it too."""

Try = Callable[[Point, Point], Awaitable[None]]
"""Read from the first to the last of some points; raises DriverError."""


@dataclass(slots=True)
class SetAside:
    """Points that are not asked for, by name: ``until`` when, and why. ``failures``: how often each request failed of late."""

    clock: Callable[[], float]
    until: dict[str, float] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)
    _why: dict[str, DriverError] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """Who is set aside."""
        return frozenset(self.until)

    @property
    def problems(self) -> tuple[DriverError, ...]:
        """Why, each request once."""
        return tuple({error.registers: error for error in self._why.values()}.values())

    def put(self, points: Iterable[Point], why: DriverError) -> None:
        """Set points aside."""
        for point in points:
            self.until[point.name] = self.clock() + AGAIN_S
            self._why[point.name] = why

    def due(self) -> bool:
        """Let those go whose time is over; True when there were any."""
        now = self.clock()
        over = [name for name, until in self.until.items() if until <= now]
        for name in over:
            del self.until[name], self._why[name]
        return bool(over)

    def worth_halving(self, error: DriverError) -> bool:
        """Whether a failed request is to be looked into now."""
        if not isinstance(error, ExceptionReply) or error.code not in REFUSALS:
            return False
        self.failures[error.registers] = self.failures.get(error.registers, 0) + 1
        return error.code != REFUSALS[-1] or self.is_lasting(error)

    def went_well(self, registers: str) -> None:
        """A request was answered: what failed before was an accident."""
        self.failures.pop(registers, None)

    def is_lasting(self, error: DriverError) -> bool:
        """Whether this request was refused so often that it is no accident."""
        return self.failures.get(error.registers, 0) >= PATIENCE


async def bad_points(points: Sequence[Point], attempt: Try) -> list[Point]:
    """Which of a refused request's points are refused on their own too, by halving; all of them when none is good.

    Raises DriverError when the device stops answering in between.
    """
    spans = spans_of(points)
    if len(spans) < 2:
        return list(points)
    return await _halve(spans, attempt)


async def _halve(spans: Sequence[tuple[Point, ...]], attempt: Try) -> list[Point]:
    bad: list[Point] = []
    middle = len(spans) // 2
    for half in (spans[:middle], spans[middle:]):
        points = [p for span in half for p in span]
        first = min(points, key=lambda p: p.start)
        last = max(points, key=lambda p: max(p.addresses))
        try:
            await attempt(first, last)
        except ExceptionReply as refusal:
            if refusal.code not in REFUSALS:
                raise
            bad += await _halve(half, attempt) if len(half) > 1 else points
    return bad
