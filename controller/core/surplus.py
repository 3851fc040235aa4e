"""How much power the sun leaves for the pumps, and its mean. Writes: ``power``.

The plant's potential is estimated by ``potential.py``. What the pumps draw themselves is added back, so that a running pump does
not argue for its own stop; what starting pumps will draw is reserved, so that one surplus never starts two.
"""

from __future__ import annotations

from controller.core import battery, probing
from controller.core.draft import Draft
from controller.core.potential import CLEAR_SKY, Estimate, estimate
from controller.core.runs import RANK
from controller.core.state import Phase, PowerState
from controller.core.wiring import PumpWiring

BUCKETS = 10
"""The mean is kept in this many parts of ``Surplus.average_s``."""

COMPLETE = 0.9
"""A mean counts when it covers at least this share of ``Surplus.average_s``."""


def measure(c: Draft) -> None:
    """Set potential, budget and mean from the signals of this moment."""
    found, others = _now(c)
    old = c.power
    if found is None:
        if old.budget_w is not None or old.buckets:
            c.power = PowerState()
        return
    budget, sure = found.watts - others, found.sure_w - others
    budget, sure = budget if budget > 0.0 else 0.0, sure if sure > 0.0 else 0.0
    average = c.wiring.power.surplus.average_s
    buckets = _pour(old.buckets, c.dt, budget, average)
    seconds = energy = 0.0
    for part_s, part_ws in buckets:
        seconds += part_s
        energy += part_ws
    mean = energy / seconds if seconds >= COMPLETE * average else None
    c.power = PowerState(found.watts, budget, mean, buckets, found.source, found.spread, sure)


def _now(c: Draft) -> tuple[Estimate | None, float]:
    """What the plant could give, and what other loads take of it, W."""
    w, power = c.wiring, c.wiring.power
    own, drives = 0.0, None
    for name, watts in c.draws.items():
        if w.pump[name].entry.supply == "inverter":
            own += watts
        else:
            drives = watts + (drives or 0.0)
    load = c.number(w.load_power)
    others = power.other_load_w if load is None else max(0.0, load - own)
    return estimate(c, own, others, drives), others


def _pour(
    buckets: tuple[tuple[float, float], ...], dt: float, watts: float, average_s: float
) -> tuple[tuple[float, float], ...]:
    """The buckets with ``dt`` seconds of ``watts`` added and what is older than the average taken off."""
    if dt <= 0.0:
        return buckets
    dt = min(dt, average_s)
    if buckets and buckets[-1][0] + dt <= average_s / BUCKETS:
        seconds, energy = buckets[-1]
        return (*buckets[:-1], (seconds + dt, energy + dt * watts))
    buckets = (*buckets, (dt, dt * watts))
    total = sum([part[0] for part in buckets])
    first = 0
    while total - buckets[first][0] >= average_s:
        total -= buckets[first][0]
        first += 1
    return buckets[first:] if first else buckets


def reserved_w(c: Draft, pump: PumpWiring, starting: bool) -> float:
    """Power that is already promised: to all other pumps that run or start when this one wants to start, and to those before
    it in the site file when it only wants to go on. One surplus never starts two pumps.
    """
    total = 0.0
    for other in c.wiring.pumps:
        if other is pump:
            if not starting:
                break
            continue
        if c.asked.get(other.id, c.pumps[other.id].phase) in (Phase.STARTING, Phase.RUNNING):
            total += max(other.need_w, c.draws.get(other.id, 0.0))
    return total


def carried(c: Draft, pump: PumpWiring, group: str) -> bool:
    """True if a back-up supply may carry this pump at this rank: a person asked, or a forced start where the site allows it."""
    power = c.wiring.power
    if power.backup == "none" or pump.entry.supply == "pv":
        return False
    return group == "manual" or (group == "forced" and power.backup_for_forced)


def hope_w(c: Draft) -> float:
    """What the pumps could have when the estimate errs by its own error, W: reason enough to try."""
    power = c.power
    return (power.budget_w or 0.0) + power.spread * (power.potential_w or 0.0)


def start_w(c: Draft, pump: PumpWiring) -> float:
    """The mean power that starts this pump, W: with less margin where its tank is short and each litre is missed."""
    return pump.hold_w if pump.id in c.pressed else pump.start_w


def needs_no_mean(c: Draft, pump: PumpWiring, group: str) -> bool:
    """True if the power of this moment is enough to start: for a forced start, and where a battery carries the next cloud."""
    return RANK[group] >= RANK["forced"] or battery.helps(c, pump)


def enough_to_start(c: Draft, pump: PumpWiring, group: str) -> bool:
    """True if the sun (or what may stand in for it) lets the pump start now."""
    if carried(c, pump, group):
        return True
    budget, mean = c.power.budget_w, c.power.mean_w
    if budget is None:
        return group == "manual"  # a person is there and answers for it; the protections still hold
    reserved = reserved_w(c, pump, starting=True)
    if c.power.source == CLEAR_SKY and group == "manual":
        return True
    if probing.is_probe(c, pump, reserved):
        return hope_w(c) - reserved >= pump.hold_w
    budget -= reserved
    if needs_no_mean(c, pump, group):
        return budget >= battery.least_sun_w(c, pump)
    mean = 0.0 if mean is None else mean - reserved
    return budget >= pump.hold_w and mean >= start_w(c, pump)


def enough_to_go_on(c: Draft, pump: PumpWiring, group: str) -> bool:
    """True if there is power now for a pump that runs. An inverter that throttles gives all that is taken: the sun has more."""
    budget = c.power.budget_w
    if group == "manual" or carried(c, pump, group) or c.power.source == CLEAR_SKY:
        return True
    return budget is not None and budget - reserved_w(c, pump, starting=False) >= battery.least_sun_w(c, pump)
