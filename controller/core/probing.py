"""Trying whether there is more sun than a throttled inverter shows: start the least pump, look whether the sun rises to it.

A probe is a start like any other (rest, starts per hour and day, minimum run). It is good when meters show within ``PROBE_S``
that the sun carries it; else the pump stops as soon as its minimum run allows, and the next probe waits 10 minutes, then 20, 40,
at most 80: until the sun stands clearly higher, or the next day. Nothing is probed on the last starts of a limit, nor more than
``PER_DAY`` times without success. Writes: ``sun``, ``pumps`` (the end of a probe).
"""

from __future__ import annotations

from controller.core.decision import Reason
from controller.core.draft import Draft
from controller.core.potential import CLEAR_SKY, clear_w
from controller.core.state import Phase, PumpState
from controller.core.wiring import PumpWiring
from schedules.frozen import replace

PROBE_S = 120.0
"""A probe is proven within so long (at least four cycles), not before ``SETTLE_S`` (two cycles): meters and inverters take time."""

SETTLE_S = 30.0
PAUSE_S, PAUSE_MAX_S = 600.0, 4800.0
PER_DAY = 8
HIGHER = 1.25
"""A clear sky with so much more power than at the failed probe is a new chance."""

HOUR_S = 3600.0


def is_probe(c: Draft, pump: PumpWiring, taken_w: float) -> bool:
    """True if starting this pump would rest on an estimate only. ``taken_w``: promised to others."""
    power = c.power
    return power.source == CLEAR_SKY and (power.sure_w or 0.0) - taken_w < pump.need_w


def hindrance(c: Draft, pump: PumpWiring, state: PumpState, group: str) -> Reason | None:
    """Why no probe now, or None."""
    sun = c.sun
    if sun.probe_until_s is not None and c.mono < sun.probe_until_s and not _higher(c):
        return Reason(pump.id, "pump_probe_waits", {"left_s": sun.probe_until_s - c.mono}, group=group)
    if sun.probes >= PER_DAY:
        return Reason(pump.id, "pump_probe_day", {"probes": float(sun.probes)}, group=group)
    if not _starts_left(c, pump, state):
        return Reason(pump.id, "pump_probe_spares", {"starts": float(state.starts_today)}, group=group)
    for other in c.wiring.pumps:
        if other is not pump and (_busy(c, other) or _smaller(c, other, pump)):
            return Reason(pump.id, "pump_probe_other", {"pump": other.entry.name or other.id}, group=group)
    return None


def _higher(c: Draft) -> bool:
    clear = clear_w(c)
    return clear is not None and clear >= HIGHER * c.sun.probe_clear_w


def _starts_left(c: Draft, pump: PumpWiring, state: PumpState) -> bool:
    """Two starts of the hour and three of the day must be left: the sure sun may need them."""
    limits = pump.entry.limits
    recent = sum(1 for start in state.starts if c.mono - start < HOUR_S)
    hour, day = limits.starts_per_hour, limits.starts_per_day
    return hour - recent >= min(2, hour) and day - state.starts_today >= min(3, day)


def _busy(c: Draft, other: PumpWiring) -> bool:
    """It is starting or being tried: one at a time."""
    phase = c.asked.get(other.id, c.pumps[other.id].phase)
    return phase is Phase.STARTING or (phase is Phase.RUNNING and c.pumps[other.id].probing_s is not None)


def _smaller(c: Draft, other: PumpWiring, pump: PumpWiring) -> bool:
    """A smaller pump is wanted and could be tried first."""
    state = c.pumps[other.id]
    rested = state.phase is Phase.RESTING and c.mono - state.off_since_s >= state.rest_s
    able = other.id in c.wanted and (rested or state.phase is Phase.STOPPED) and other.id not in c.waits
    if not able or other.need_w >= pump.need_w or not _starts_left(c, other, state):
        return False
    return not any(subject.startswith(f"{other.id}/") for subject in c.trips)


def judge(c: Draft, pump: PumpWiring, state: PumpState, group: str, enough: bool) -> float | None:
    """A probe under way: None when it is over and good (or not needed any more), else the seconds until it has failed (0: now).

    ``enough``: by what is known now the pump may run.
    """
    since = state.probing_s
    if since is None:
        return None
    ran, cycle = c.mono - since, c.cycle_s
    if enough and ran >= max(SETTLE_S, 2.0 * cycle) and c.draws.get(pump.id, 0.0) > 0.3 * pump.need_w:
        c.pumps[pump.id] = replace(state, probing_s=None)
        c.sun = replace(c.sun, probe_wait_s=0.0, probe_until_s=None)
        c.waits[pump.id] = Reason(pump.id, "pump_probe_good", {"power_w": c.draws[pump.id]}, group=group)
        return None
    end = max(PROBE_S, 4.0 * cycle) - ran
    left = max(end, pump.entry.limits.min_run_s - (c.mono - state.since_s), 0.0)
    key = "pump_probe_runs" if end > 0.0 else "pump_probe_short"
    c.waits[pump.id] = Reason(pump.id, key, {"left_s": max(end if end > 0.0 else left, 0.0)}, group=group)
    return left


def note_failed(c: Draft) -> float:
    """Note a probe without success; the pause before the next, s."""
    sun = c.sun
    wait = min(PAUSE_MAX_S, max(PAUSE_S, 2.0 * sun.probe_wait_s))
    c.sun = replace(
        sun,
        probes=sun.probes + 1,
        probe_wait_s=wait,
        probe_until_s=c.mono + wait,
        probe_clear_w=clear_w(c) or 0.0,
    )
    return wait


def failed(c: Draft, pump: PumpWiring) -> Reason:
    """The sentence of a stop without success, which is noted."""
    wait = note_failed(c)
    params: dict[str, float | str] = {"need_w": pump.need_w, "left_s": wait}
    if c.power.budget_w is None:
        return Reason(pump.id, "pump_stop_unseen", {"need_w": pump.need_w})
    return Reason(pump.id, "pump_stop_probe", params | {"power_w": c.power.budget_w})
