"""What a battery adds to the sun for a pump whose tank is short of water. Writes nothing.

A village's battery is for its lamps at night. Where each litre is missed it may carry a small part of a pump's need for as long
as it is well charged: then the pump runs through thin clouds, and in hours when the sun alone just misses.
"""

from __future__ import annotations

from controller.core.draft import Draft
from controller.core.wiring import PumpWiring, Wiring

FULL_PCT = 105.0
"""No battery holds more: a word above is a sentinel's (65,535 for "unknown"), not a charge. Some count a little beyond 100."""


def part(w: Wiring, pump: PumpWiring, soc_pct: float | None) -> float:
    """The share of its need, 0..1, that the battery brings to a pump whose tank is short; 0 while its charge is unknown or low."""
    surplus = w.power.surplus
    if pump.entry.supply != "inverter" or soc_pct is None:
        return 0.0
    return surplus.battery_share if surplus.battery_from_pct <= soc_pct <= FULL_PCT else 0.0


def least_sun_w(c: Draft, pump: PumpWiring) -> float:
    """Power of the sun on which the pump is fed, W: what it needs, less the battery's part while that helps."""
    return pump.need_w * (1.0 - _part_now(c, pump))


def helps(c: Draft, pump: PumpWiring) -> bool:
    """True while the battery carries a part of this pump's need."""
    return _part_now(c, pump) > 0.0


def _part_now(c: Draft, pump: PumpWiring) -> float:
    if pump.id not in c.pressed or c.wiring.battery_soc is None:
        return 0.0
    return part(c.wiring, pump, c.number(c.wiring.battery_soc))
