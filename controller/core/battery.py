"""What a battery adds to the sun for a pump whose tank is short of water. Writes nothing.

A village's battery is for its lamps at night. Where each litre is missed it may carry a small part of a pump's need for as long
as it is well charged: then the pump runs through thin clouds, and in hours when the sun alone just misses.
"""

from __future__ import annotations

from controller.core.draft import Draft
from controller.core.wiring import PumpWiring


def least_sun_w(c: Draft, pump: PumpWiring) -> float:
    """Power of the sun on which the pump is fed, W: what it needs, less the battery's part while that helps."""
    share = c.wiring.power.surplus.battery_share
    return pump.need_w * (1.0 - share) if helps(c, pump) else pump.need_w


def helps(c: Draft, pump: PumpWiring) -> bool:
    """True while the battery may carry a part of this pump's need: its tank is short, and the state of charge is known and high."""
    if pump.id not in c.pressed or c.wiring.battery_soc is None or pump.entry.supply != "inverter":
        return False
    soc_pct = c.number(c.wiring.battery_soc)
    return soc_pct is not None and soc_pct >= c.wiring.power.surplus.battery_from_pct
