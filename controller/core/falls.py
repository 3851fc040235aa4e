"""What a tank really gives its zones: its own fall while nothing fills it, beside what their nominal flows would have taken.

Gravity pushes less from a low tank, emitters clog, nominal flows are somebody's guess; a level that falls by FALL_M measures them.
A fall is counted from one step of the sensor to another, so that one which shows whole centimetres measures well too. What is found
holds for the level at which it was found: three marks (empty, half, full) are learned, and between them the share goes straight.
Writes: ``counters`` (five a tank: the fall under way, the share found lately, the three marks).
"""

from __future__ import annotations

from collections.abc import Mapping

from controller.core.draft import Draft
from controller.core.state import Counter
from controller.core.wiring import TankWiring
from schedules.frozen import replace

FALL_M = 0.04
"""A fall of this much measures."""

TRUST = 0.3
"""What one fall changes of what is known."""

AGES, NEAR = 0.98, 40.0
"""What earlier falls told of a mark counts so much less after one more, and a fall at the mark itself so much more than what falls
told lately; one far from it hardly counts.
"""

SHARE = (0.3, 1.3)
"""Of the nominal flow: less is a shut way that interlocks speak of, more a leak or another's tap."""

SETTLE_S = 120.0
"""So long after a pump stopped its pipe may still run, and the water swings."""


def share(counters: Mapping[str, Counter], tank: TankWiring, level_m: float | None) -> float:
    """The part of their nominal flow that the tank's zones take at this level, 0.3 to 1.3; 1 as long as no fall has told. For a
    level that nobody knows it is what falls told lately, whatever the level was.
    """
    lately = counters.get(f"{tank.id}/share")
    if lately is None:
        return 1.0
    if level_m is None:
        return lately.value
    return sum([weight * _mark(counters, key, lately.value)[0] for key, weight in _marks(tank, level_m)])


def _mark(counters: Mapping[str, Counter], key: str, lately: float) -> tuple[float, float]:
    """(share, falls that told it: the counter's ``rated``) of a mark: the fewer were near it, the more of what they told lately."""
    told = counters.get(key)
    if told is None:
        return lately, 0.0
    return (told.rated * told.value + lately) / (told.rated + 1.0), told.rated


def _marks(tank: TankWiring, level_m: float) -> tuple[tuple[str, float], tuple[str, float]]:
    """The two marks about a level, with the weight of each."""
    way = 2.0 * min(1.0, tank.litres(level_m) / tank.capacity_l)
    low = 0 if way < 1.0 else 1
    return (f"{tank.id}/share/{low}", 1.0 - (way - low)), (f"{tank.id}/share/{low + 1}", way - low)


def learn(c: Draft, tank: TankWiring, nominal_l: float, metered_l: float) -> None:
    """Litres that left the tank since the last decision: by nominal flows, and by meters of zones that have one."""
    key = f"{tank.id}/fall"
    level = tank.level.read(c.readings, c.mono)
    if level is None or c.restarted or _disturbed(c, tank):
        c.counters.pop(key, None)
        return
    last = c.counters.get(key)
    if last is None or level > last.value:
        c.counters[key] = Counter(level, c.mono)  # not begun: where in its step the level stands is unknown
        return
    if last.step == 0.0:
        began = level < last.value
        c.counters[key] = Counter(level, c.mono, step=1.0) if began else last
        return
    last = replace(last, assumed=last.assumed + nominal_l, rated=last.rated + metered_l)
    fell_m = last.value - level
    if fell_m < FALL_M:
        c.counters[key] = last
        return
    c.counters[key] = Counter(level, c.mono, step=1.0)
    if last.assumed > 0.0:
        seen = (1000.0 * fell_m * tank.entry.area_m2 - last.rated) / last.assumed
        _found(c, tank, last.value - 0.5 * fell_m, min(max(seen, SHARE[0]), SHARE[1]))


def _found(c: Draft, tank: TankWiring, level_m: float, seen: float) -> None:
    """Take in a fall about ``level_m``: the marks beside it move so that what they say of it moves by ``TRUST`` of the error. Every
    fall lets what was known of all three age a little.
    """
    counters = c.counters
    lately = share(counters, tank, None)
    wrong = seen - share(counters, tank, level_m)
    lately += TRUST * (seen - lately)
    weights = dict(_marks(tank, level_m))
    squares = sum(weight * weight for weight in weights.values())
    for number in range(3):
        key = f"{tank.id}/share/{number}"
        before, falls = _mark(counters, key, lately)
        weight = weights.get(key, 0.0)
        after = min(max(before + TRUST * wrong * weight / squares, SHARE[0]), SHARE[1])
        counters[key] = Counter(after, c.mono, rated=AGES * falls + NEAR * weight**4)
    counters[f"{tank.id}/share"] = Counter(lately, c.mono)


def rest(c: Draft, tank: TankWiring) -> None:
    """Nothing is open: the next fall begins anew."""
    c.counters.pop(f"{tank.id}/fall", None)


def _disturbed(c: Draft, tank: TankWiring) -> bool:
    """True if a pump fills or draws from the tank, or did so just now."""
    for pump in c.wiring.pumps:
        if tank is pump.tank or tank.id == pump.entry.suction_tank:
            state = c.old.pumps.get(pump.id)
            if state is None or state.on or c.mono - state.off_since_s < SETTLE_S:
                return True
    return False
