"""Stock solution into an irrigation: rinse, pulses, rinse. Asks for injectors; what may refuse them is ``injectors``.

Only planned irrigations are fed, each n-th or on the weekdays of the program; a person who waters by hand gives clean water.
Writes: ``feeds``, ``injected``.
"""

from __future__ import annotations

from datetime import datetime

from controller.core.draft import Draft, Params
from controller.core.state import Feed, Irrigation
from controller.core.valves import passes
from controller.core.wiring import ZoneWiring
from schedules.fertigation import Fertigation
from schedules.frozen import replace

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

RINSE_MAX = 2.0
RINSE_GRACE_S = 60.0
"""A last rinse may take this many times as long as it should, and a minute; then its irrigation ends and is told."""

DONE = 1.0 - 1e-6
"""Sums of litres are never quite even."""


def count(c: Draft) -> None:
    """What the water and the injectors did since the last decision."""
    for name, feed in c.feeds.items():
        zone = c.wiring.zone[name]
        irrigation = c.zones[name].irrigation
        if (
            irrigation is None
            or not feed.active
            or feed.ordered_s != irrigation.ordered_s
            or zone.injector is None
        ):
            continue
        litres = irrigation.delivered_l - feed.seen_l
        was = c.old.injectors.get(zone.injector.id)
        on = was is not None and was.on
        if litres <= 0.0 and not on:
            continue
        fed = feed.primed and feed.rinsing_s is None
        c.feeds[name] = replace(
            feed,
            seen_l=irrigation.delivered_l,
            clean_l=0.0 if on else feed.clean_l + litres,
            span_l=feed.span_l + litres if fed else feed.span_l,
            span_s=feed.span_s + c.lived_s if fed else feed.span_s,
            on_s=feed.on_s + c.lived_s if on else feed.on_s,
        )


def ask(c: Draft) -> None:
    """Say which injectors are wanted on now: all open zones behind one must want it, or it would reach the wrong plants."""
    wanted: dict[str, bool] = {}
    for zone in c.wiring.zones:
        if zone.injector is None:
            continue
        irrigation = c.zones[zone.id].irrigation
        pulse = irrigation is not None and irrigation.began_s is not None and _pulse(c, zone, irrigation)
        if pulse or passes(c, zone):
            wanted[zone.injector.id] = wanted.get(zone.injector.id, True) and pulse
    c.injected = {name for name, pulse in wanted.items() if pulse}


def _pulse(c: Draft, zone: ZoneWiring, irrigation: Irrigation) -> bool:
    """Whether the zone wants stock solution at this moment; moves its feed on."""
    feed, program = c.feeds.get(zone.id), zone.program.fertigation
    if feed is None or program is None or zone.injector is None or irrigation.group == "manual":
        return False
    if feed.ordered_s != irrigation.ordered_s:
        feed = _begun(c, zone, irrigation, feed, program)
    if feed.active:
        feed = _moved(c, zone, irrigation, feed, program)
    c.feeds[zone.id] = feed
    return feed.pulse_s is not None


def _begun(c: Draft, zone: ZoneWiring, irrigation: Irrigation, feed: Feed, program: Fertigation) -> Feed:
    """The feed of an irrigation that begins: its turn, on its weekday, and with room between the rinses."""
    turn = feed.turn + 1
    local = datetime.fromtimestamp(c.epoch, c.wiring.zoneinfo) if c.trusted else None
    today = not program.days or (local is not None and DAYS[local.weekday()] in program.days)
    flow = zone.entry.flow_m3_h
    room = irrigation.target_l > program.pre(flow) + program.post(flow)
    return Feed(turn=turn, ordered_s=irrigation.ordered_s, active=turn >= program.every and today and room)


def _moved(c: Draft, zone: ZoneWiring, irrigation: Irrigation, feed: Feed, program: Fertigation) -> Feed:
    """Rinse, pulses, rinse: where the feed stands now."""
    flow = zone.entry.flow_m3_h
    post_l = program.post(flow)
    if not feed.primed and feed.clean_l >= DONE * program.pre(flow):
        feed = replace(feed, primed=True)
    over = (
        irrigation.target_l - irrigation.delivered_l <= post_l
        or irrigation.ends_s - c.mono <= 3.6 * post_l / flow
    )
    if feed.rinsing_s is None and (over or _stops_soon(c, zone)):
        feed = replace(feed, rinsing_s=c.mono, pulse_s=None)
    if not feed.primed or feed.rinsing_s is not None or zone.injector is None:
        return feed
    pulse_s = feed.pulse_s
    if pulse_s is not None and feed.on_s - pulse_s >= DONE * program.on_s:
        pulse_s = None
    due_s = program.due_s(feed.span_l, feed.span_s, zone.injector.entry.rate_l_h)
    if pulse_s is None and due_s - feed.on_s >= DONE * program.on_s:
        pulse_s = feed.on_s
    return feed if pulse_s == feed.pulse_s else replace(feed, pulse_s=pulse_s)


def _stops_soon(c: Draft, zone: ZoneWiring) -> bool:
    """The sun is short: what the pump still lifts is the rinse."""
    return zone.pump is not None and c.pumps[zone.pump.id].short_since_s is not None


def unrinsed(zone: ZoneWiring, feed: Feed) -> bool:
    """True while stock solution stands in the zone's pipes."""
    program = zone.program.fertigation
    return (
        program is not None and feed.on_s > 0.0 and feed.clean_l < DONE * program.post(zone.entry.flow_m3_h)
    )


def rinses(c: Draft, zone: ZoneWiring, irrigation: Irrigation) -> bool:
    """True if the irrigation must go on only to rinse: its time or its water is over, the solution is still in the pipes."""
    feed, program = c.feeds.get(zone.id), zone.program.fertigation
    if feed is None or program is None or feed.ordered_s != irrigation.ordered_s or not unrinsed(zone, feed):
        return False
    over = irrigation.delivered_l >= DONE * irrigation.target_l or c.mono >= irrigation.ends_s
    if not over:
        return False
    if feed.rinsing_s is None:
        feed = c.feeds[zone.id] = replace(feed, rinsing_s=c.mono, pulse_s=None)
    flow = zone.entry.flow_m3_h
    longest = RINSE_MAX * 3.6 * program.post(flow) / flow + RINSE_GRACE_S
    return feed.rinsing_s is not None and c.mono - feed.rinsing_s < longest


def close(c: Draft, zone: ZoneWiring) -> Params:
    """The figures of a fed irrigation that ends: litres of stock, seconds on, and whether the pipes are clean; else nothing."""
    feed, program, irrigation = c.feeds.get(zone.id), zone.program.fertigation, c.zones[zone.id].irrigation
    if feed is None or irrigation is None or feed.ordered_s != irrigation.ordered_s:
        return {}
    c.feeds[zone.id] = Feed(turn=0 if feed.on_s > 0.0 else feed.turn)
    if not feed.active or zone.injector is None or program is None:
        return {}
    rinse_l = max(0.0, program.post(zone.entry.flow_m3_h) - feed.clean_l) if feed.on_s > 0.0 else 0.0
    return {
        "stock_l": feed.on_s * zone.injector.entry.rate_l_h / 3600.0, "injected_s": feed.on_s,
        "rinsed": 0.0 if unrinsed(zone, feed) else 1.0, "rinse_l": rinse_l,
    }  # fmt: skip
