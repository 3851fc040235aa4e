"""What a drive's speeds cost: the pump's curve (``schedules/hydraulics``) in steps of half a hertz up to 50 Hz."""

from __future__ import annotations

import math
from bisect import bisect_right

from controller.core.site import Pump
from schedules.hydraulics import Pump as Curve
from schedules.hydraulics import make_pump

NOMINAL_HZ, STEP_HZ = 50.0, 0.5

SAFE_HZ = 2.0
"""Flow rises steeply above that point, and neither its head nor the pump's curve is known to a hertz: a speed just above it may
lift nothing and be taken for a dry pump.
"""

Speeds = tuple[float, tuple[float, ...]]
"""The lowest useful frequency, Hz, and the electric power, W, at each step from there; rising."""


def curve_of(entry: Pump) -> Curve:
    """The pump's curve, from the figures of its nameplate."""
    return make_pump(
        entry.rated_power_w, entry.rated_flow_m3_h, entry.rated_head_m, entry.static_head_m, entry.threshold
    )


def speeds_of(entry: Pump) -> Speeds:
    """From ``SAFE_HZ`` above the frequency at which water begins to rise: 50 Hz x root of static head over head at zero flow."""
    curve = curve_of(entry)
    lowest = NOMINAL_HZ * curve.speed_at_zero_flow()
    least = min(NOMINAL_HZ, math.ceil((lowest + SAFE_HZ) / STEP_HZ) * STEP_HZ)
    steps = round((NOMINAL_HZ - least) / STEP_HZ)
    return least, tuple(curve.power_at_speed((least + i * STEP_HZ) / NOMINAL_HZ) for i in range(steps + 1))


def paid_hz(speeds: Speeds, watts: float) -> float:
    """The highest step that ``watts`` pay for, at least the lowest, Hz."""
    least, powers = speeds
    return least + STEP_HZ * max(0, bisect_right(powers, watts + 0.5) - 1)


def expected_w(speeds: Speeds, hertz: float) -> float:
    """What the pump should take at this set-point, W."""
    least, powers = speeds
    return powers[min(len(powers) - 1, max(0, round((hertz - least) / STEP_HZ)))]
