"""What every switching device has inside: outputs with their own timers, in plant time, that end without anybody's help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from controller.core.instant import Instant
from drivers.codec_hear import Heard
from drivers.reading import Value


class World(Protocol):
    """The physics behind the devices: design's ``--world`` contract. ``device`` is the id in the site file."""

    def value(self, device: str, quantity: str, at: datetime) -> Value | None:
        """The true value now, in the glossary's unit; None when the device would have none."""
        ...

    def apply(self, device: str, quantity: str, value: float, at: datetime) -> None:
        """An output of a device was set."""
        ...

    def advance(self, at: datetime) -> None:
        """Let the physics run up to ``at``."""
        ...


class Moment:
    """The moment as the world wants it: an aware UTC datetime, made once per instant. ``now``: the plant clock."""

    __slots__ = ("_at", "_now", "_utc")

    def __init__(self, now: Callable[[], Instant]) -> None:
        self._now, self._at, self._utc = now, now(), now().utc

    def __call__(self) -> datetime:
        """Now."""
        at = self._now()
        if at is not self._at:
            self._at, self._utc = at, at.utc
        return self._utc


def reader(world: World, device: str, quantity: str, moment: Moment) -> Callable[[], Value | None]:
    """What asks the world for one value now. A world that has a ``reader(device, quantity)`` of its own saves the way there."""
    own = getattr(world, "reader", None)
    if own is not None:
        found: Callable[[], Value | None] = own(device, quantity)
        return found
    value = world.value
    return lambda: value(device, quantity, moment())


@dataclass(slots=True)
class Outputs:
    """The outputs of one device. ``dead_s``: the device's own communication time-out or limit, s, by quantity. ``ends``: when the
    outputs whose own timer runs end, monotonic s.
    """

    device: str
    world: World
    now: Callable[[], Instant]
    dead_s: dict[str, float] = field(default_factory=dict)
    ends: dict[str, float] = field(default_factory=dict)
    _preset: dict[str, float] = field(default_factory=dict)

    def take(self, heard: Heard) -> None:
        """Do what a command says; one that only sets the timer counts for the next switching on."""
        if heard.value is None:
            if heard.lease_s is not None:
                self._preset[heard.quantity] = heard.lease_s
            return
        lease_s = heard.lease_s if heard.lease_s is not None else self._preset.get(heard.quantity)
        self.set(heard.quantity, heard.value, lease_s)

    def set(self, quantity: str, value: float, lease_s: float | None = None) -> None:
        """Set an output; with ``lease_s`` it returns to 0 by itself."""
        at = self.now()
        self.world.apply(self.device, quantity, value, at.utc)
        self.ends.pop(quantity, None)
        if value != 0.0 and lease_s is not None:
            self.ends[quantity] = at.mono_s + lease_s
        elif value != 0.0 and quantity in self.dead_s:
            self.ends[quantity] = at.mono_s + self.dead_s[quantity]

    @property
    def running(self) -> bool:
        """Whether any output's own timer runs."""
        return bool(self.ends)

    def is_timed(self, quantity: str) -> bool:
        """Whether the output's own timer runs."""
        return quantity in self.ends

    def heard(self) -> None:
        """Somebody spoke to the device: its communication time-outs begin again."""
        if not self.ends or not self.dead_s:
            return
        for quantity in self.dead_s.keys() & self.ends.keys():
            self.ends[quantity] = self.now().mono_s + self.dead_s[quantity]

    def expire(self, at: Instant) -> list[str]:
        """Drop the outputs whose time is over, and name them."""
        if not self.ends:
            return []
        over = [quantity for quantity, end in self.ends.items() if end <= at.mono_s]
        for quantity in over:
            del self.ends[quantity]
            self.world.apply(self.device, quantity, 0.0, at.utc)
        return over
