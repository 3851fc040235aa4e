"""From what a cycle saw and decided to points: states when they change, a running pump often, the rest seldom."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

from controller.core.decision import Decision, Event, Reason
from controller.core.instant import Instant
from controller.core.site import Site
from controller.core.snapshot import Snapshot
from controller.store.point import FieldValue, Point, Series, number, quoted, render_fields
from controller.telemetry.groups import NONE, Derived, Group, Key, Read, groups_of
from drivers.reading import GOOD, Value

Render = Callable[[Reason, Literal["id", "en"]], str]
"""``controller.i18n.render``: a reason as one sentence in "id" or "en"."""


DECIMALS = 4
"""Of what is calculated (mm, W, shares): sixteen digits of a millimetre are only bytes on the card and on the line."""


STATE_S = 900.0
"""What is calculated alone (a zone's balance, ETo) is a state: told when it changes, and again after so long, plant seconds."""


_new = tuple.__new__
"""A Point without the detour of its keywords: a season makes millions."""


class Points:
    """Makes the points that are due. On a cycle where nothing is due ``due`` costs a few microseconds.

    ``rest_s`` and ``pump_s``: periods in plant seconds (``telemetry:`` of the site file).
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._rest_s, self._pump_s = site.file.telemetry.rest_s, site.file.telemetry.pump_s
        self._groups = groups_of(site)
        self._watched: list[tuple[Key, Group]] = [(key, g) for g in self._groups for key in g.watch]
        self._values: list[object] = [None] * len(self._watched)
        self._each: list[tuple[Key, Group]] = [(key, g) for g in self._groups for key in g.each]
        self._readings: object = None
        self._due_s = float("-inf")

    def due(self, snapshot: Snapshot, decision: Decision) -> list[Point]:
        """The points of this cycle; call it once per cycle, with rising time."""
        if snapshot.readings is not self._readings:
            self._readings = snapshot.readings
            self._look(snapshot)
        if decision.events:
            self._hurry()
        now_s = snapshot.at.mono_s
        if now_s < self._due_s:
            return []
        rest_s, pump_s = _next(now_s, self._rest_s), _next(now_s, self._pump_s)
        points, due_s, pumps = [], float("inf"), decision.state.pumps
        for group in self._groups:
            if group.due_s <= now_s:
                group.due_s = pump_s if group.pump and pumps[group.pump].on else rest_s
                point = _made(group, snapshot, decision)
                if point is not None:
                    points.append(point)
            if group.due_s < due_s:
                due_s = group.due_s
        self._due_s = due_s
        return points

    def _look(self, snapshot: Snapshot) -> None:
        """Make due what depends on a state that a device reports and that has changed."""
        get, values = snapshot.readings.get, self._values
        for index, (key, group) in enumerate(self._watched):
            sample = get(key)
            if sample is not None and sample.value != values[index]:
                values[index] = sample.value
                group.due_s = self._due_s = float("-inf")
        for key, group in self._each:
            sample = get(key)
            if sample is not None and sample.mono_s > group.newest_s:
                group.due_s = self._due_s = float("-inf")

    def _hurry(self) -> None:
        """Make due what the decision may just have changed: pumps, valves and zones, cheap enough to be told again."""
        for group in self._groups:
            if group.derive is not None:
                group.due_s = float("-inf")
        self._due_s = float("-inf")


def _made(group: Group, snapshot: Snapshot, decision: Decision) -> Point | None:
    """The group's point, None when there is nothing (new) to tell."""
    at, reads, derive = snapshot.at, group.rows, group.derive
    now_s, newest_s = at.mono_s, float("-inf")
    if reads:
        newest_s = _rendered(group, snapshot)
    if derive is not None:
        values = derive(snapshot, decision)
        if values != group.derived:
            _derived(group, values)
        elif not reads and now_s - group.newest_s < STATE_S:
            return None
        newest_s = now_s
    elif newest_s <= group.newest_s:
        return None
    told = group.moved and _tells(group)
    if not group.now or not (told or reads or now_s - group.newest_s >= STATE_S):
        return None
    group.newest_s = newest_s
    return _new(Point, (group.series, group.text, at.epoch_s - (now_s - newest_s), newest_s))


def _tells(group: Group) -> bool:
    """Put the text together from what moved; whether it says something else than the last point."""
    group.moved = False
    group.now = [*group.read_parts, *group.derived_parts]
    if not group.now or group.now == group.parts:
        return False
    group.parts, group.text = group.now, ",".join(sorted(group.now))
    return True


def _derived(group: Group, values: Derived) -> None:
    """Fields from the state; most of them stay for a quarter of an hour."""
    texts, before = group.texts or [""] * len(values), group.derived
    for i, value in enumerate(values):
        if before is not None and (value is before[i] or (value and value == before[i])):  # -0.0 is no 0.0
            continue
        texts[i] = ""
        if value is not None and math.isfinite(value):
            texts[i] = f"{group.names[i]}={number(round(value, DECIMALS))}"
    group.derived, group.texts, group.derived_parts = values, texts, tuple(filter(None, texts))
    group.moved = True


def _rendered(group: Group, snapshot: Snapshot) -> float:
    """Bring the texts of the fields that are signals up to date; when the newest of those that are shown was measured."""
    newest_s, now_s, get, moved = float("-inf"), snapshot.at.mono_s, snapshot.readings.get, False
    for key, stale_s, read in group.rows:
        sample, part = get(key), ""
        if sample is not None and sample.quality is GOOD and now_s - sample.mono_s <= stale_s:
            raw = sample.value
            if raw is not read.raw and raw != read.raw:  # mostly the very same object
                read.raw, read.part = raw, _part(read, raw)
            part = read.part
            if part and sample.mono_s > newest_s:
                newest_s = sample.mono_s
        if part is not read.shown:
            read.shown, moved = part, True
    if moved:
        group.read_parts, group.moved = [read.shown for _, _, read in group.rows if read.shown], True
    return newest_s


def _part(read: Read, raw: Value | None) -> str:
    """The field's text; empty when the value is none, or out of the signal's bounds."""
    if raw is None:
        return ""
    if isinstance(raw, str):
        return f"{read.name}={quoted(raw)}"
    value = raw * read.scale + read.offset
    return f"{read.name}={number(value)}" if read.minimum <= value <= read.maximum else ""  # NaN: empty too


def _next(now_s: float, period_s: float) -> float:
    """The next moment on the period's grid, so that periods do not drift with the cycle."""
    return (now_s // period_s + 1.0) * period_s


class EventPoints:
    """Points of the ledger's events, each a series of its own by the row's number."""

    def __init__(self, site: Site, render: Render) -> None:
        self._site_id, self._render = site.file.site.id, render
        self._zones = frozenset(zone.id for zone in site.file.zones)

    def of(self, event: Event, seq: int, at: Instant) -> Point:
        """One event as a point: its key and its sentence in both languages."""
        zone = event.subject in self._zones
        series = Series.of(
            "event",
            site=self._site_id,
            kind=str(event.kind),
            device=NONE if zone else event.subject,
            zone=event.subject if zone else NONE,
            seq=str(seq),
        )
        fields: dict[str, FieldValue | None] = {
            "key": event.reason.key,
            "text_id": self._render(event.reason, "id"),
            "text_en": self._render(event.reason, "en"),
        }
        return Point(series, render_fields(fields), at.epoch_s, at.mono_s)
