"""A centrifugal pump on a riser: electric power to flow, by affinity laws, with the power below which nothing is lifted.

Own curve, independent of the planner's (schedules/hydraulics), so that the plant is not the controller's own opinion.
Pump head H = H0 n2 - k Q2, riser head Hs + r Q2, so q = sqrt((n2 - m2) / (1 - m2)) with q = Q / rated, n = speed / rated and
m the speed at which the shut-off head equals the lift. Shaft power at speed n: a n3 + (1 - a) n2 q of rated, a = 0.70;
m follows from the threshold power that the site states: a m3 = threshold / rated.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from controller.core.site import Pump

_SHUTOFF: Final = 0.70  # share of rated power that turns the pump at full speed with no flow
_STEPS: Final = 256
DRY_SHARE: Final = 0.40
"""Power of a pump that has lost its water, share of what it takes with water."""

RATED_HZ: Final = 50.0


class Curve:
    """Power, speed and flow of one pump on its riser. Tables are made once; look-ups interpolate."""

    def __init__(self, pump: Pump) -> None:
        """Rated point, threshold and heads of the site file."""
        self.rated_w = pump.rated_power_w
        self.rated_m3_h = pump.rated_flow_m3_h
        self.threshold_w = min(pump.threshold, 0.68 * pump.rated_power_w)
        self.minimum_speed: float = (self.threshold_w / self.rated_w / _SHUTOFF) ** (1.0 / 3.0)
        self.static_head_m = (
            pump.static_head_m if pump.static_head_m is not None else 0.85 * pump.rated_head_m
        )
        self.shutoff_head_m: float = max(1.15 * pump.rated_head_m, self.static_head_m / self.minimum_speed**2)
        speeds = [index / _STEPS * 1.1 for index in range(_STEPS + 1)]
        powers = [self.power_w(speed) for speed in speeds]
        self._speed_by_power = _inverse(speeds, powers)

    def flow_share(self, speed: float) -> float:
        """Flow over rated flow at a relative speed (0 below the minimum speed)."""
        low = self.minimum_speed**2
        return ((speed * speed - low) / (1.0 - low)) ** 0.5 if speed * speed > low else 0.0

    def power_w(self, speed: float) -> float:
        """Electric power at a relative speed, W."""
        return self.rated_w * speed * speed * (_SHUTOFF * speed + (1.0 - _SHUTOFF) * self.flow_share(speed))

    def speed(self, power_w: float) -> float:
        """The relative speed that a power keeps up, at most 1.1."""
        position = power_w / self.rated_w * (_STEPS / 1.1)
        index = int(position)
        if index >= _STEPS:
            return self._speed_by_power[_STEPS]
        low = self._speed_by_power[index]
        return low + (position - index) * (self._speed_by_power[index + 1] - low)

    def pressure_bar(self, speed: float, flow_share: float) -> float:
        """Gauge pressure at the pump's outlet, bar."""
        head = self.shutoff_head_m * speed * speed
        return max(0.0, head - 0.15 * self.shutoff_head_m * flow_share * flow_share) / 10.197


def _inverse(speeds: list[float], powers: list[float]) -> list[float]:
    """Speeds at _STEPS + 1 equal steps of relative power up to 1.1."""
    table, at = [], 0
    top = powers[round(_STEPS / 1.1)] if powers else 0.0
    for index in range(_STEPS + 1):
        wanted = index / _STEPS * 1.1 * top
        while at < len(powers) - 2 and powers[at + 1] < wanted:
            at += 1
        span = powers[at + 1] - powers[at]
        share = (wanted - powers[at]) / span if span > 0.0 else 0.0
        table.append(speeds[at] + min(1.0, max(0.0, share)) * (speeds[at + 1] - speeds[at]))
    return table


@dataclass(slots=True)
class Wear:
    """What the motor goes through: starts and the lengths of runs and rests (finished ones), seconds."""

    starts: int = 0
    run_s: float = 0.0
    max_starts_per_hour: int = 0
    shortest_run_s: float | None = None
    shortest_rest_s: float | None = None
    turning: bool = False
    changed_s: float | None = None
    recent: deque[float] = field(default_factory=deque)

    def note(self, turning: bool, now_s: float) -> None:
        """The motor began or ceased to turn at ``now_s`` (call on change only)."""
        span = now_s - self.changed_s if self.changed_s is not None else None
        if turning:
            self.starts += 1
            self.recent.append(now_s)
            while self.recent[0] <= now_s - 3600.0:
                self.recent.popleft()
            self.max_starts_per_hour = max(self.max_starts_per_hour, len(self.recent))
            if span is not None and (self.shortest_rest_s is None or span < self.shortest_rest_s):
                self.shortest_rest_s = span
        elif span is not None and (self.shortest_run_s is None or span < self.shortest_run_s):
            self.shortest_run_s = span
        self.turning, self.changed_s = turning, now_s


@dataclass(slots=True)
class PumpState:
    """One pump as it is. ``wanted``: the run command; ``set_hz``: the drive's set-point. Counters never fall.

    ``blocked``: share of the flow that the intake no longer passes; ``broken``: share that leaves through a broken riser;
    ``fault``: the drive refuses to turn. Units as the names say.
    """

    pump: Pump
    curve: Curve
    wanted: bool = False
    set_hz: float = RATED_HZ
    power_w: float = 0.0
    speed: float = 0.0
    flow_m3_h: float = 0.0
    pressure_bar: float = 0.0
    energy_wh: float = 0.0
    volume_m3: float = 0.0
    lost_m3: float = 0.0
    suction_m: float = 3.0
    rest_m: float = 3.0
    drawdown_m: float = 0.8
    blocked: float = 0.0
    broken: float = 0.0
    fault: float = 0.0
    wear: Wear = field(default_factory=Wear)

    def draw(self, available_w: float) -> float:
        """Electric power that the pump takes when at most ``available_w`` can be had, W; sets speed, not flow.

        A solar drive lowers its speed to the sun; below a tenth of its rating it sleeps.
        """
        if not self.wanted or self.fault or available_w < 0.1 * self.curve.rated_w:
            self.speed = 0.0
            return 0.0
        ceiling = min(1.1, self.set_hz / RATED_HZ)
        full = self.curve.power_w(ceiling)
        if full <= available_w:
            self.speed = ceiling
            return full
        self.speed = min(ceiling, self.curve.speed(available_w))
        return available_w

    def recover(self, dt_s: float) -> None:
        """The well follows the flow: first order, ten minutes, ``drawdown_m`` at rated flow."""
        target = self.rest_m - self.drawdown_m * self.flow_m3_h / self.curve.rated_m3_h
        self.suction_m += (target - self.suction_m) * min(1.0, dt_s / 600.0)

    def stop(self) -> None:
        """The motor stands still; counters and the command stay."""
        self.power_w = self.speed = self.flow_m3_h = self.pressure_bar = 0.0
