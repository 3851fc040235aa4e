"""What a pump lifts at a given electric power: its curve, the affinity laws and the pipe. One pump, one pipe, one duty point."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

WH_PER_M3_M = 2.725
"""Energy to lift 1 m3 of water by 1 m without any loss, Wh (rho g / 3600)."""

SHUTOFF = 1.30
"""Head at zero flow over rated head: usual for centrifugal and submersible pumps; H(Q) = H0 - a Q^2 through both points."""

STATIC_SHARE = 0.80
"""Share of the rated head that is pure lift when the site does not say."""

THRESHOLD_SHARE = 0.38
"""Electric power at which flow begins, as a share of rated: median of 49 DC submersible pumps (0.31-0.46)."""

EFFICIENCY = (0.10, 0.65)
"""Wire-to-water efficiencies that exist: below, a worn pump or a wrong number; above, no small pump (best measured 0.52)."""

POINTS = 48


@dataclass(frozen=True, slots=True)
class Pump:
    """A pump in its pipe: ``rated_power_w`` electric lifts ``rated_flow_m3_h`` against ``rated_head_m``, of which
    ``static_head_m`` is pure lift (must be below the head at zero flow); below ``threshold_w`` nothing flows.
    """

    rated_power_w: float
    rated_flow_m3_h: float
    rated_head_m: float
    static_head_m: float
    threshold_w: float

    @property
    def shutoff_m(self) -> float:
        """Head at zero flow and rated speed, m."""
        return SHUTOFF * self.rated_head_m

    def speed_at_zero_flow(self) -> float:
        """Speed (share of rated) at which the pump just holds the static head: n0 = sqrt(Hstatic / H0)."""
        return math.sqrt(min(1.0, self.static_head_m / self.shutoff_m))

    def flow_at_speed(self, speed: float) -> float:
        """Flow, m3/h, at a share of rated speed (affinity: head falls with its square) into this pipe."""
        curve = (self.shutoff_m - self.rated_head_m) / self.rated_flow_m3_h**2
        pipe = max(0.0, self.rated_head_m - self.static_head_m) / self.rated_flow_m3_h**2
        lift = speed * speed * self.shutoff_m - self.static_head_m
        return math.sqrt(lift / (curve + pipe)) if lift > 0.0 else 0.0

    def head_at_flow(self, flow_m3_h: float) -> float:
        """Head that the pipe asks for at a flow, m: static plus friction with the square of flow."""
        friction = max(0.0, self.rated_head_m - self.static_head_m)
        return self.static_head_m + friction * (flow_m3_h / self.rated_flow_m3_h) ** 2

    def power_at_speed(self, speed: float) -> float:
        """Electric power, W: with the cube of speed, and linear in flow from what zero flow takes to rated.

        The share at zero flow is set so that flow begins at ``threshold_w``.
        """
        flow = self.flow_at_speed(speed)
        relative = flow / (speed * self.rated_flow_m3_h) if speed > 0.0 else 0.0
        idle = self._idle_share()
        return self.rated_power_w * speed**3 * (idle + (1.0 - idle) * relative)

    def _idle_share(self) -> float:
        cube = self.speed_at_zero_flow() ** 3
        return min(1.0, self.threshold_w / (self.rated_power_w * cube)) if cube > 0.0 else 1.0

    def flow_m3_h(self, power_w: float) -> float:
        """Flow, m3/h, when the drive gives the pump this electric power: 0 below the threshold, rated at most."""
        if power_w < self.threshold_w:
            return 0.0
        powers, flows = _table(self)
        if power_w >= powers[-1]:
            return flows[-1]
        return _between(power_w, powers, flows)

    def power_w(self, flow_m3_h: float) -> float:
        """Electric power, W, that this flow takes; at least the threshold, at most rated (for any larger flow)."""
        if flow_m3_h <= 0.0:
            return 0.0
        powers, flows = _table(self)
        if flow_m3_h >= flows[-1]:
            return powers[-1]
        return max(self.threshold_w, _between(flow_m3_h, flows, powers))

    def wire_to_water(self) -> float:
        """Hydraulic over electric power at the rated point, 0..: values above 1 break physics."""
        return WH_PER_M3_M * self.rated_flow_m3_h * self.rated_head_m / self.rated_power_w

    def most_flow_m3_h(self, efficiency: float = EFFICIENCY[1]) -> float:
        """The largest flow that rated power can lift to the rated head with this wire-to-water efficiency, m3/h."""
        return self.rated_power_w * efficiency / (WH_PER_M3_M * self.rated_head_m)

    def is_possible(self) -> bool:
        """False when power, flow and head cannot hold together (a flow that the head forbids)."""
        return self.wire_to_water() <= EFFICIENCY[1] and self.static_head_m <= self.rated_head_m


def make_pump(
    rated_power_w: float,
    rated_flow_m3_h: float,
    rated_head_m: float,
    static_head_m: float | None = None,
    threshold_w: float | None = None,
) -> Pump:
    """A pump from its plate; what the plate does not say is taken as usual (80 % static head, threshold 0.38 of rated)."""
    return Pump(
        rated_power_w,
        rated_flow_m3_h,
        rated_head_m,
        STATIC_SHARE * rated_head_m if static_head_m is None else static_head_m,
        THRESHOLD_SHARE * rated_power_w if threshold_w is None else threshold_w,
    )


@lru_cache(maxsize=64)
def _table(pump: Pump) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Rising powers and flows from where flow begins to rated; spaced by the square of speed above that point, because flow
    rises with its root there.
    """
    low = pump.speed_at_zero_flow()
    speeds = [low + (1.0 - low) * (i / POINTS) ** 2 for i in range(POINTS + 1)]
    powers = [pump.power_at_speed(s) for s in speeds]
    flows = [pump.flow_at_speed(s) for s in speeds]
    return tuple(powers), tuple(flows)


def _between(x: float, xs: tuple[float, ...], ys: tuple[float, ...]) -> float:
    """Linear interpolation in a rising table; below its first point, the first value."""
    i = bisect_right(xs, x)
    if i == 0:
        return ys[0]
    span = xs[i] - xs[i - 1]
    return ys[i - 1] + (ys[i] - ys[i - 1]) * (x - xs[i - 1]) / span if span > 0.0 else ys[i]
