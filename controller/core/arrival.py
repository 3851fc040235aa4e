"""The first step: how much time has passed, and whether outputs still are as they were left.

Durations come from monotonic time. On a new boot, and after a gap of more than three cycles (every lease has lapsed by then),
outputs start from off and must prove it; on a new boot rests and lock-outs are served again in full, counts stay.
Writes: every field that holds a moment.
"""

from __future__ import annotations

from controller.core import probing, runs
from controller.core.decision import EventKind, Level, Reason
from controller.core.draft import Draft
from controller.core.state import GRID_S, Counter, Phase, PowerState, PumpState, ValveState, initial_state
from schedules.frozen import replace
from schedules.zone import refit

MISSED_MAX_S = 86400.0
"""At most this much missed time is made up for in the balances."""

CYCLE_MAX_S = 60.0
"""A measured cycle longer than this is a pause, not a cycle."""

LATCH_S = 600.0
"""An interlock's latch is served again for this long after a new boot."""

MIST_PAUSE_S = 60.0
"""No mist so soon after a new boot: the pause that was under way is not known."""

AWAY_S = 7.0 * 86400.0
"""So much growth of a counter is believed after a time without the controller whose length nobody knows."""

LOST_MAX_S = 900.0
"""A state that was kept is never older than this when the controller still decides."""

PAUSE_S = 3600.0
"""How long an operator's STOP keeps the automatic away."""


def arrive(c: Draft) -> None:
    """Set ``dt``, ``lived_s``, ``cycle_s`` and ``grid_s``; start from off where that is due."""
    old, w = c.old, c.wiring
    if (
        old.boot != c.boot
        or old.pumps.keys() != w.pump.keys()
        or old.zones.keys() != w.zone.keys()
        or _fed_otherwise(c)
    ):
        _boot(c)
        return
    c.dt = c.lived_s = max(0.0, c.mono - old.mono_s)
    c.grid_s += min(c.dt, MISSED_MAX_S)
    shortest = w.site.file.site.cycle_s
    longest = 3.0 * max(shortest, old.cycle_s)
    if old.cycle_s > 0.0 and c.dt > longest:
        c.gap_s, c.lived_s = c.dt, longest
        c.cycle_s = old.cycle_s if old.gap_s == 0.0 else min(c.dt, CYCLE_MAX_S)
        c.counters = {name: _unseen(one, 0.0, old.mono_s) for name, one in c.counters.items()}
        _from_off(c, "stale_decision", c.dt)
    elif (
        c.dt != old.cycle_s or c.dt == 0.0
    ):  # two decisions of one moment measure nothing, yet end the unknown
        faster = old.cycle_s + 0.05 * (c.dt - old.cycle_s)
        c.cycle_s = min(max(c.dt, faster, shortest), CYCLE_MAX_S)


def _fed_otherwise(c: Draft) -> bool:
    """True if the site's injectors, the zones that use them, or those that mist are others than those of the state."""
    w = c.wiring
    if c.old.mists.keys() != w.misting:
        return True
    if not (w.injectors or c.old.injectors):
        return False
    fed = {zone.id for zone in w.zones if zone.injector is not None and zone.program.fertigation is not None}
    return c.old.injectors.keys() != {one.id for one in w.injectors} or c.old.feeds.keys() != fed


def _fit(c: Draft) -> None:
    """The state follows the site file: what is new begins fresh, what is gone is forgotten, accounts fit their programs."""
    w, fresh = c.wiring, initial_state(c.wiring.site)
    c.pumps = {name: c.pumps.get(name, state) for name, state in fresh.pumps.items()}
    c.valves = {name: c.valves.get(name, state) for name, state in fresh.valves.items()}
    c.tanks = {name: c.tanks.get(name, state) for name, state in fresh.tanks.items()}
    c.injectors = {name: c.injectors.get(name, state) for name, state in fresh.injectors.items()}
    c.mists = {name: c.mists.get(name, state) for name, state in fresh.mists.items()}
    c.feeds = {name: c.feeds.get(name, state) for name, state in fresh.feeds.items()}
    for name, zone in fresh.zones.items():
        kept, entry = c.old.zones.get(name), w.zone[name]
        if kept is None:
            c.zones[name] = zone
            continue
        balance = refit(entry.program, kept.balance, w.catalog, entry.entry.area_m2)
        c.zones[name] = replace(kept, balance=balance)
    c.zones = {name: c.zones[name] for name in fresh.zones}
    c.demands = tuple(one for one in c.demands if one.zone in c.zones)


def _boot(c: Draft) -> None:
    """A new boot: monotonic time began again, so every moment that the state remembers is now."""
    old, now = c.old, c.mono
    _fit(c)
    known = old.boot != "" and old.trusted and c.trusted
    missed = min(max(0.0, c.epoch - old.epoch_s), MISSED_MAX_S) if known else 0.0
    c.grid_s = c.grid_s + missed if old.boot else (c.epoch % GRID_S if c.trusted else 0.0)
    c.cycle_s = 0.0
    away_s = max(0.0, c.epoch - old.epoch_s) if known else AWAY_S
    later_s = now - away_s - old.mono_s
    c.counters = {name: _unseen(one, later_s, old.mono_s) for name, one in c.counters.items()}
    c.lost_s = min(max(0.0, old.seen_s - old.epoch_s), LOST_MAX_S)
    c.pending, c.held = {}, dict.fromkeys(c.held, now + LATCH_S)
    c.air = replace(c.air, sampled_s=None, gauged_s=None if c.air.gauged_s is None else now - missed)
    c.power = PowerState()
    for name, mist in c.mists.items():
        c.mists[name] = replace(mist, next_s=now + MIST_PAUSE_S)
    until = now + c.sun.probe_wait_s if c.sun.probe_until_s is not None else None
    c.sun = replace(c.sun, probe_until_s=until)
    if any(pump.probing_s is not None for pump in c.pumps.values()):
        probing.note_failed(c)  # a trial that took the power away has failed, whoever fed this computer
    for name, pump in c.pumps.items():
        c.pumps[name] = replace(
            pump,
            since_s=now,
            off_since_s=now,
            starts=(now,) * len(pump.starts),
            short_since_s=None,
            manual_until_s=None,
            paused_until_s=None if pump.paused_until_s is None else now + PAUSE_S,
            pressed_s=None if pump.pressed_s is None else now,
        )
    for name, zone in c.zones.items():
        if zone.paused_until_s is not None:
            c.zones[name] = replace(zone, paused_until_s=now + PAUSE_S)
        if zone.irrigation is not None:
            began = zone.irrigation.began_s
            ran = 0.0 if began is None else old.mono_s - began
            moved = replace(zone.irrigation, ordered_s=now, began_s=now - ran, ends_s=now)
            c.zones[name] = replace(c.zones[name], irrigation=moved)
            feed = c.feeds.get(name)
            if feed is not None and feed.ordered_s == zone.irrigation.ordered_s:
                c.feeds[name] = replace(feed, ordered_s=now)
            runs.close(c, c.wiring.zone[name], "irrigation_restarted")
    c.gap_s = missed
    _from_off(c, "restarted", max(0.0, c.epoch - max(old.epoch_s, old.seen_s)) if known else 0.0)


def _unseen(counter: Counter, moved_s: float, last_s: float) -> Counter:
    """The counter as it was left at ``last_s``, silent since then, with its moments ``moved_s`` later."""
    silent_s = (last_s if counter.silent_s is None else counter.silent_s) + moved_s
    return replace(counter, seen_s=counter.seen_s + moved_s, silent_s=silent_s)


def _from_off(c: Draft, key: str, gap_s: float) -> None:
    """All outputs count as off from now, unproven, and every pump serves its whole rest."""
    c.restarted, c.began_s = True, c.mono
    level = Level.WARNING if c.old.boot else Level.INFO
    for name, pump in c.pumps.items():
        if pump.on:
            c.event(EventKind.STOP, Reason(name, key, {"gap_s": gap_s}, level, "interlock"))
        c.pumps[name] = _resting(c, name, pump)
    for name, valve in c.valves.items():
        if valve.on:
            c.event(EventKind.STOP, Reason(name, key, {"gap_s": gap_s}, level, "interlock"))
        c.valves[name] = ValveState(False, c.mono, False)
    for name, injector in c.injectors.items():
        if injector.on:
            c.event(EventKind.STOP, Reason(name, key, {"gap_s": gap_s}, level, "interlock"))
        c.injectors[name] = ValveState(False, c.mono, False)
    c.reasons.append(Reason("site", key, {"gap_s": gap_s}, level, "interlock"))


def _resting(c: Draft, name: str, pump: PumpState) -> PumpState:
    """The pump off since now; a lock stays, a longer rest after a fault is served again."""
    phase = Phase.LOCKED if pump.phase is Phase.LOCKED else Phase.RESTING
    limits = c.wiring.pump[name].entry.limits
    rest = max(limits.min_rest_s, pump.rest_s if pump.fault or pump.press_owed else 0.0)
    return replace(
        pump,
        phase=phase,
        since_s=c.mono,
        off_since_s=c.mono,
        rest_s=rest,
        proven=False,
        short_since_s=None,
        probing_s=None,
        fed=(),
    )
