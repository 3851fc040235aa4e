"""Applies the table of interlocks to what was asked, last of all. What comes out is never more than what was asked.

Writes: ``opened``, ``pending``, ``held``, ``trips``, ``waits``, ``events``, ``reasons``, ``pumps`` (``fed``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic

from controller.core import valves
from controller.core.decision import EventKind, Level, Reason
from controller.core.draft import Draft, Params
from controller.core.facts import PumpFacts, ValveFacts, ZoneFacts
from controller.core.interlock import Effect, F, Interlock
from controller.core.interlocks_land import VALVES, WATCHED_VALVES, WATCHED_ZONES, ZONES
from controller.core.interlocks_pumps import PUMPS, WATCHED_PUMPS
from controller.core.state import Phase
from controller.core.wiring import PumpWiring, Reader, ValveWiring, Wiring, ZoneWiring
from schedules.frozen import replace

ASKED = (Phase.STARTING, Phase.RUNNING)


@dataclass(frozen=True, slots=True)
class Bound(Generic[F]):
    """One row as it applies to one subject: its key in the state, how long it must hold, and the signals it cannot do without."""

    row: Interlock[F, Any]
    fires: Callable[[F], Params | None]
    subject: str
    key: str
    hold_s: float
    needs: tuple[tuple[str, str, Reader], ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a site, bound to its subjects."""

    pumps: dict[str, tuple[Bound[PumpFacts], ...]]
    late: dict[str, tuple[Bound[PumpFacts], ...]]
    watched: dict[str, tuple[Bound[PumpFacts], ...]]
    valves: dict[str, tuple[Bound[ValveFacts], ...]]
    watched_valves: dict[str, tuple[Bound[ValveFacts], ...]]
    zones: dict[str, tuple[Bound[ZoneFacts], ...]]
    watched_zones: dict[str, tuple[Bound[ZoneFacts], ...]]


def _signal(subject: PumpWiring | ValveWiring | ZoneWiring, fact: str) -> Reader:
    """The signal behind a fact that a row needs."""
    if fact == "level":
        fact = "tank"
    elif fact == "source_m":
        fact = "suction_tank"
    source: Any = getattr(subject, fact)
    level: Reader = source if isinstance(source, Reader) else source.level
    return level


def _bind(table: tuple[Interlock[F, Any], ...], subject: Any, late: bool = False) -> tuple[Bound[F], ...]:
    return tuple(
        Bound(
            row,
            row.fires,
            subject.id,
            f"{subject.id}/{row.name}",
            row.hold(subject),
            ()
            if row.second(subject)
            else tuple((fact, f"{subject.id}/missing-{fact}", _signal(subject, fact)) for fact in row.needs),
        )
        for row in table
        if row.late is late and row.applies(subject)
    )


def rows(w: Wiring) -> Rows:
    """The interlocks of this site, bound once."""
    found = w.memo.get("rows")
    if not isinstance(found, Rows):
        found = Rows(
            {pump.id: _bind(PUMPS, pump) for pump in w.pumps},
            {pump.id: _bind(PUMPS, pump, late=True) for pump in w.pumps},
            {pump.id: _bind(WATCHED_PUMPS, pump) for pump in w.pumps},
            {valve.id: _bind(VALVES, valve) for valve in w.valves},
            {valve.id: _bind(WATCHED_VALVES, valve) for valve in w.valves},
            {zone.id: _bind(ZONES, zone) for zone in w.zones},
            {zone.id: _bind(WATCHED_ZONES, zone) for zone in w.zones},
        )
        w.memo["rows"] = found
    return found


@dataclass(slots=True)
class Fired:
    """The first interlock that took a subject, with its sentence."""

    reason: Reason
    effect: Effect


class Watch:
    """One pass over the table: who fired, whose time is running. Old timers that no row renews are gone afterwards."""

    __slots__ = ("c", "held", "pending", "trips")

    def __init__(self, c: Draft) -> None:
        self.c = c
        self.pending: dict[str, float] = {}
        self.trips: dict[str, str] = {}
        self.held: dict[str, float] = {}

    def first(self, bound: tuple[Bound[F], ...], facts: F) -> Fired | None:
        """The first row that fires; a missing fact fires for the row that needs it."""
        held = self.c.held
        for one in bound:
            for fact, key, reader in one.needs:
                if getattr(facts, fact) is None:
                    missing: Params = {"signal": reader.name, "stale_s": reader.stale_s}
                    reason = Reason(one.subject, "sensor_missing", missing, Level.WARNING, "interlock")
                    return self._fire(key, reason, Effect.STOP)
            params = one.fires(facts)
            if params is None:
                until = held.get(one.key) if held else None
                if until is None or self.c.mono >= until:
                    continue
                self.held[one.key] = until
                params = {"left_s": until - self.c.mono}
                key = f"{one.row.name}_held"
            else:
                if one.hold_s > 0.0:
                    since = self.pending[one.key] = self.c.pending.get(one.key, self.c.mono)
                    if self.c.mono - since < one.hold_s:
                        continue
                if one.row.latch_s > 0.0:
                    self.held[one.key] = self.c.mono + one.row.latch_s
                key = one.row.name
            reason = Reason(one.subject, key, params, one.row.level, "interlock")
            return self._fire(one.key, reason, one.row.effect)
        return None

    def _fire(self, key: str, reason: Reason, effect: Effect) -> Fired:
        if effect is not Effect.REFUSE:
            self.trips[key] = reason.key
            if key not in self.c.old.trips:
                self.c.event(EventKind.TRIP, reason, dict(reason.params))
        return Fired(reason, effect)

    def finish(self) -> None:
        """Tell what has cleared, and keep what holds. A pump that rests or is locked after a trip has not cleared it."""
        c = self.c
        for name, pump in c.pumps.items():
            if pump.fault:
                self.trips[f"{name}/{pump.fault}"] = pump.fault
        for key, until in c.held.items():
            if until > c.mono and key not in self.held:
                self.held[key] = until
                self.trips[key] = c.trips.get(key, "held")
        for key, cause in c.old.trips.items():
            if key not in self.trips:
                subject, _, row = key.partition("/")
                c.event(EventKind.CLEAR, Reason(subject, "trip_cleared", {"cause": cause}), {"row": row})
        c.pending, c.trips, c.held = self.pending, self.trips, self.held


def enforce(c: Draft) -> tuple[dict[str, Fired], dict[str, Reason], Watch]:
    """Refuse what must not be of the phases in ``c.asked``.

    Returns the interlocks that took a pump, the sentences for valves that were taken, and the watch, which the caller
    finishes when the pumps have settled.
    """
    watch, bound = Watch(c), rows(c.wiring)
    fired, facts = _pumps(c, watch, bound)
    opened, refused = _valves(c, watch, bound, _zones(c, watch, bound))
    c.opened = opened
    for pump in c.wiring.pumps:
        late = bound.late[pump.id]
        if late and c.asked[pump.id] in ASKED and pump.id not in fired:
            found = watch.first(late, facts[pump.id])
            if found is not None:
                fired[pump.id] = found
    return fired, refused, watch


def _pumps(c: Draft, watch: Watch, bound: Rows) -> tuple[dict[str, Fired], dict[str, PumpFacts]]:
    """The pumps' own rows; then which zones each may feed. Also the facts, for the rows that come later."""
    fired: dict[str, Fired] = {}
    facts: dict[str, PumpFacts] = {}
    for pump in c.wiring.pumps:
        phase = c.asked[pump.id]
        if phase in ASKED:
            facts[pump.id] = PumpFacts(c, pump, phase)
            found = watch.first(bound.pumps[pump.id], facts[pump.id])
            if found is not None:
                fired[pump.id] = found
                phase = Phase.STOPPING if c.pumps[pump.id].on else Phase.STOPPED
        elif bound.watched[pump.id]:
            alarm = watch.first(bound.watched[pump.id], PumpFacts(c, pump, phase))
            if alarm is not None:
                c.reasons.append(alarm.reason)
        if pump.zones:
            fed = valves.feed(c, pump, phase)
            if fed != c.pumps[pump.id].fed:
                c.pumps[pump.id] = replace(c.pumps[pump.id], fed=fed, served=fed or c.pumps[pump.id].served)
    return fired, facts


def _zones(c: Draft, watch: Watch, bound: Rows) -> list[ZoneWiring]:
    """The zones that may have their way open."""
    found = []
    for zone in c.wiring.zones:
        asked = zone.id in c.wanted if zone.pump is None else zone.id in c.pumps[zone.pump.id].fed
        if not asked:
            alarm = (
                watch.first(bound.watched_zones[zone.id], ZoneFacts(c, zone))
                if zone.flow is not None
                else None
            )
            if alarm is not None:
                c.reasons.append(alarm.reason)
            continue
        taken = watch.first(bound.zones[zone.id], ZoneFacts(c, zone))
        if taken is None:
            found.append(zone)
        else:
            c.waits[zone.id] = taken.reason
    return found


def _valves(
    c: Draft, watch: Watch, bound: Rows, zones: list[ZoneWiring]
) -> tuple[set[str], dict[str, Reason]]:
    """The valves that are open after this decision, and why others that were asked for are not."""
    asked = {valve.id for zone in zones for valve in zone.valves}
    refused: dict[str, Reason] = {}
    for valve in c.wiring.valves:
        if valve.id in asked:
            found = watch.first(bound.valves[valve.id], ValveFacts(c, valve, True))
            if found is not None:
                refused[valve.id] = found.reason
                c.reasons.append(found.reason)
        elif bound.watched_valves[valve.id]:
            alarm = watch.first(bound.watched_valves[valve.id], ValveFacts(c, valve, False))
            if alarm is not None:
                c.reasons.append(alarm.reason)
    return asked - refused.keys(), refused
