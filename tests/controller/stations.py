"""Devices and clocks that a test holds in its hand, for the stations between core and drivers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from controller.core.instant import Instant
from controller.core.snapshot import Sample, Snapshot
from drivers.errors import DriverError, TimeOut
from drivers.reading import Command, Quality, Reading

EPOCH = 1_790_028_000.0
Key = tuple[str, str]


@dataclass
class HandClock:
    """A clock that only moves when told; ``sleep`` moves it too, and lets others run."""

    mono_s: float = 1000.0
    trusted: bool = True
    rate: float = 1.0

    def now(self) -> Instant:
        """The moment."""
        return Instant(EPOCH + self.mono_s, self.mono_s, "boot", self.trusted)

    def pass_(self, seconds: float) -> Instant:
        """Let time pass."""
        self.mono_s += seconds
        return self.now()

    async def sleep(self, plant_s: float) -> None:
        """Time passes by waiting."""
        await asyncio.sleep(0)
        self.mono_s += plant_s


@dataclass
class FakeDevice:
    """Answers with ``answers[class]`` (an exception is raised), takes commands into ``taken`` unless ``refuse`` says no."""

    id: str
    polls: Mapping[str, float] = field(default_factory=lambda: {"fast": 1.0})
    answers: dict[str, Sequence[Reading] | Exception] = field(default_factory=dict)
    refuse: Exception | None = None
    gate: asyncio.Event | None = None
    problems: tuple[DriverError, ...] = ()
    asked: list[str] = field(default_factory=list)
    taken: list[Command] = field(default_factory=list)
    begun: list[Command] = field(default_factory=list)
    deliver: Callable[..., None] | None = None
    profile: object = None

    async def read(self, poll_class: str) -> tuple[Reading, ...]:
        """See ``drivers.device.Device``."""
        self.asked.append(poll_class)
        if self.gate is not None:
            await self.gate.wait()
        answer = self.answers.get(poll_class, ())
        if isinstance(answer, Exception):
            raise answer
        return tuple(answer)

    async def command(self, command: Command) -> None:
        """See ``drivers.device.Device``."""
        self.begun.append(command)
        if self.gate is not None and not command.is_stop:
            await self.gate.wait()
        if self.refuse is not None:
            raise self.refuse
        self.taken.append(command)

    def listen(self, deliver: Callable[..., None]) -> None:
        """See ``drivers.device.Device``."""
        self.deliver = deliver


def good(device: str, quantity: str, value: float) -> Reading:
    """A plain good reading."""
    return Reading(device, quantity, value)


def silence(device: str) -> TimeOut:
    """What a dead device raises."""
    return TimeOut("no answer within 1 s", bus="b", unit=1, device=device)


def seen(at: Instant, readings: Mapping[Key, tuple[float, float]] | None = None) -> Snapshot:
    """A snapshot with good readings: key -> (value, mono_s)."""
    table = {key: Sample(value, Quality.GOOD, mono_s) for key, (value, mono_s) in (readings or {}).items()}
    return Snapshot(at, table)


async def settle(turns: int = 20) -> None:
    """Let everything that can run now run."""
    for _ in range(turns):
        await asyncio.sleep(0)
