"""The turns of the members (giliran) as the controller keeps them: remembered over restarts, passed on with the demands.

Writes: ``turn``, ``replan``, ``events``.
"""

from __future__ import annotations

from controller.core.decision import EventKind, Reason
from controller.core.draft import Draft, Params
from controller.core.site import Site, Turns, Zone
from controller.core.wiring import Wiring, ZoneWiring
from schedules.plan import Demand
from schedules.turns import Rota, Turn, advance, spans, within
from schedules.windows import Interval


def pass_on(c: Draft) -> None:
    """Pass the turn on when it is over or its member has enough; without a trusted clock it stays where it is."""
    turns = c.wiring.site.file.turns
    if turns is None or not c.trusted:
        return
    if c.demands is c.old.demands and c.epoch < c.turn.until_s:
        return
    old = c.turn
    c.turn = advance(rota(turns), old, c.epoch, c.wiring.zoneinfo, _wanted(c.wiring.site, turns, c.demands))
    if (c.turn.holder, c.turn.until_s, c.turn.lent) == (old.holder, old.until_s, old.lent):
        return
    c.replan = c.replan or "turn"
    if c.turn.holder != old.holder or c.turn.made_up != old.made_up:
        key = "turn_again" if c.turn.made_up else "turn_passes"
        reason = Reason("site", key, {"holder": c.turn.holder}, group="plan")
        c.event(EventKind.PLAN, reason, {"holder": c.turn.holder, "until_s": c.turn.until_s})


def rota(turns: Turns) -> Rota:
    """The order as the pure rules know it."""
    return Rota(turns.members, turns.days, turns.by, turns.lend, turns.make_up)


def takes_turns(turns: Turns | None, zone: Zone) -> bool:
    """True if this zone waits for its member's turn."""
    return turns is not None and zone.member in turns.members and turns.source in (None, zone.source)


def _wanted(site: Site, turns: Turns, demands: tuple[Demand, ...]) -> dict[str, float]:
    """Litres that each member's zones want."""
    members = {zone.id: zone.member or "" for zone in site.file.zones if takes_turns(turns, zone)}
    wanted: dict[str, float] = {}
    for one in demands:
        member = members.get(one.zone)
        if member is not None:
            wanted[member] = wanted.get(member, 0.0) + one.volume_l
    return wanted


def clipped(
    w: Wiring, turn: Turn, zone: ZoneWiring, windows: tuple[Interval, ...], until_s: float
) -> tuple[tuple[Interval, ...], str]:
    """(the zone's windows within its member's turns, who holds the turn instead of it: "" for nobody)."""
    turns = w.site.file.turns
    if turns is None or not takes_turns(turns, zone.entry) or turn.holder == "":
        return windows, ""
    member = zone.entry.member or ""
    allowed = spans(rota(turns), turn, member, until_s, w.zoneinfo)
    return within(windows, allowed), "" if turn.holder == member else turn.holder


def tell(c: Draft) -> None:
    """Say whose turn it is."""
    if c.turn.holder and c.trusted and c.wiring.site.file.turns is not None:
        key = "turn_lent" if c.turn.lent else "turn_now"
        params: Params = {"holder": c.turn.holder, "left_s": max(0.0, c.turn.until_s - c.epoch)}
        c.reasons.append(Reason("site", key, params, group="plan"))
