"""The set-point of a drive on the inverter's side: as much speed as the sun pays for, and few changes of it.

The speed is read off the pump's curve (``schedules/hydraulics``) in steps of half a hertz, between the speed at which water begins
to rise and 50 Hz. It falls at once when the sun falls; it rises by at most ``RAMP_HZ_S``, not before ``CALM_S`` after the last
change, and only by ``BAND_HZ`` or more. Where the inverter throttles, nobody sees how much more it could give: then the speed
climbs by ``CLIMB_HZ`` every ``CLIMB_S`` as long as no power is missing, and steps back when it is. Writes: ``pumps``.
"""

from __future__ import annotations

from controller.core import surplus
from controller.core.draft import Draft
from controller.core.potential import CLEAR_SKY
from controller.core.speeds import NOMINAL_HZ, STEP_HZ, paid_hz
from controller.core.state import PumpState
from controller.core.wiring import PumpWiring
from schedules.frozen import replace

RAMP_HZ_S, BAND_HZ, CALM_S = 1.0, 1.0, 15.0
CLIMB_HZ, CLIMB_S = 2.0, 60.0


def follow(c: Draft) -> None:
    """Set every such drive's frequency; 0 for one that is off."""
    for pump in c.wiring.drives:
        state = c.pumps[pump.id]
        hertz = _wanted_hz(c, pump, state) if state.on else 0.0
        if hertz != state.hertz:
            c.pumps[pump.id] = replace(state, hertz=hertz, hertz_s=c.mono)


def _wanted_hz(c: Draft, pump: PumpWiring, state: PumpState) -> float:
    """The next set-point of a running pump."""
    group, power = c.wanted.get(pump.id, state.group), c.power
    if group == "manual" or surplus.carried(c, pump, group):
        return NOMINAL_HZ  # a person, or a supply that does not follow the sun
    least, now = pump.speeds[0], state.hertz
    if now == 0.0 or state.probing_s is not None or power.budget_w is None:
        return least
    reserved = surplus.reserved_w(c, pump, starting=False)
    since = c.mono - state.hertz_s
    if power.source == CLEAR_SKY:  # all that is taken is served
        aim = min(now + CLIMB_HZ, paid_hz(pump.speeds, surplus.hope_w(c) - reserved))
        return aim if _is_worth(aim, now) and since >= CLIMB_S else now
    aim = paid_hz(pump.speeds, power.budget_w - reserved)
    if aim <= now:
        return aim
    if since < CALM_S or not _is_worth(aim, now):
        return now
    return min(aim, now + max(BAND_HZ, RAMP_HZ_S * since // STEP_HZ * STEP_HZ))


def _is_worth(aim_hz: float, now_hz: float) -> bool:
    """Whether a rise is worth a word to the drive: by ``BAND_HZ``, or up to full speed."""
    return aim_hz - now_hz >= BAND_HZ or now_hz < aim_hz == NOMINAL_HZ
