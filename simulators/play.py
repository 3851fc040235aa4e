"""Playing a strategy minute by minute on the bare world: no controller, no wires, but the controller's own limits.

    world = World(site, seed, start, weather=weather)
    play(world, strategy, days)
    truth_of(world)

The order of a minute is the season's: the world moves, the strategy looks, the limits switch.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Protocol

from simulators.limits import Limits, Wants
from simulators.view import View
from simulators.world import World

STEP_S = 60.0


class Strategy(Protocol):
    """A way to irrigate. Asked every minute; it remembers what it likes but sees only what has been."""

    @property
    def name(self) -> str:
        """As on the command line."""
        ...

    def wants(self, view: View) -> Wants:
        """What should run now. Called once a minute of plant time."""
        ...


class Power:
    """The sun's power for pumps as the controller estimates it (controller/core/surplus), and its mean, W."""

    def __init__(self, world: World) -> None:
        """The site file's nameplate, derate, inverter and other load."""
        power = world.site.file.power
        self._per_irradiance = power.pv_kwp * power.derate
        self._limit_w = power.inverter_w if power.inverter_w is not None else float("inf")
        self._load_w = power.other_load_w
        self._recent: deque[float] = deque(maxlen=max(1, round(power.surplus.average_s / STEP_S)))

    def see(self, view: View) -> None:
        """Write the power of this minute and the mean into the view."""
        potential = min(view.irradiance_w_m2 * self._per_irradiance, self._limit_w)
        view.power_w = watts = max(0.0, potential - self._load_w)
        recent = self._recent
        recent.append(watts)
        view.mean_w = sum(recent) / len(recent) if len(recent) == recent.maxlen else None


def play(
    world: World, strategy: Strategy, days: float, progress: Callable[[float], None] | None = None
) -> None:
    """Let ``strategy`` irrigate ``world`` from its start for ``days``; what came of it is the world's truth.

    ``progress``: called with the day after each day.
    """
    limits = Limits(world)
    view, power = View(world, limits), Power(world)
    sky, at, step = world.sky, world.start.astimezone(UTC), timedelta(seconds=STEP_S)
    midnight = sky.midnight(sky.ordinal(world.now_s))
    view.day = sky.ordinal(world.now_s)
    for index in range(int(days * 86400.0 / STEP_S) + 1):
        if index:
            at += step
            world.advance(at)
            view.et0_mm += world.day.et0_mm[world.minute]
        now = view.at_s = world.now_s
        into = now - midnight
        if into >= 86400.0:
            midnight += 86400.0
            into -= 86400.0
            view.day += 1
            if progress is not None:
                progress(index * STEP_S / 86400.0)
        view.minute = int(into / 60.0)
        view.irradiance_w_m2 = world.pv_day.poa_w_m2[world.minute]
        view.rain_mm = world.rain_mm
        power.see(view)
        limits.step(now, view.day, view.minute, view.power_w, strategy.wants(view))
