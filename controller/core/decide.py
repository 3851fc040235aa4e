"""The one decision: a pure function from the site, what is remembered and what is seen to what is wanted.

Total and deterministic: nothing that the world can do raises; no clock, no I/O, no log (the reasons are the log). The order
of the steps is the order of this file; the interlocks come last and can only take away.
"""

from __future__ import annotations

from controller.core import (
    accounts,
    arrival,
    balances,
    energy,
    enforce,
    explain,
    fertigation,
    frequency,
    injectors,
    leases,
    metering,
    misting,
    orders,
    pump,
    resets,
    runs,
    surplus,
    tanks,
    turns,
    valves,
)
from controller.core.decision import Decision
from controller.core.draft import Draft
from controller.core.interlock import Effect
from controller.core.site import Site
from controller.core.snapshot import Snapshot
from controller.core.state import ControllerState
from controller.core.wiring import wiring


def decide(site: Site, state: ControllerState, snapshot: Snapshot) -> Decision:
    """What to do now, and what to remember. The same three arguments always give the same answer.

    ``site`` must have passed the configuration check (KeyError for a name that nothing defines); nothing else raises.
    """
    c = Draft(wiring(site), state, snapshot)
    arrival.arrive(c)
    accounts.turn_page(c)
    metering.meter(c)
    fertigation.count(c)
    energy.count(c)
    orders.obey(c)
    balances.balances(c)
    accounts.close_day(c)
    runs.end(c)
    turns.pass_on(c)
    runs.ask(c)
    runs.latch(c)
    runs.begin(c)
    misting.mist(c)
    surplus.measure(c)
    runs.want(c)
    tanks.fill(c)
    fertigation.ask(c)
    valves.prove(c)
    resets.follow(c)
    for one in c.wiring.pumps:
        c.asked[one.id] = pump.propose(c, one)
    fired, refused, watch = enforce.enforce(c)
    for one in c.wiring.pumps:
        found = fired.get(one.id)
        retry = found is not None and found.effect is Effect.RETRY
        pump.settle(c, one, c.asked[one.id], None if found is None else found.reason, retry)
    valves.settle(c, c.opened, refused)
    injectors.settle(c, watch)
    frequency.follow(c)
    watch.finish()
    reasons = explain.explain(c, fired)
    return Decision(_frozen(c), leases.commands(c), reasons, tuple(c.events), tuple(c.presses))


def _frozen(c: Draft) -> ControllerState:
    """The next state."""
    at = c.snapshot.at
    return ControllerState(
        at.boot, c.mono, c.epoch, at.trusted, c.cycle_s, c.gap_s, c.began_s, c.emergency, c.grid_s, c.replan,
        c.due_s, c.plan, c.demands, c.pumps, c.valves, c.tanks, c.zones, c.air, c.power, c.accounts, c.counters,
        c.pending, c.trips, c.held, sky=c.sky, rain=c.rain, thirst=c.thirst, taught=c.taught, injectors=c.injectors, feeds=c.feeds,
        turn=c.turn, mists=c.mists, sun=c.sun, shelved=c.shelved, pv_share=c.pv_share,
    )  # fmt: skip
