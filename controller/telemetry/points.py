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
        points, due_s = [], float("inf")
        for group in self._groups:
            if group.due_s <= now_s:
                often = group.pump and decision.state.pumps[group.pump].on
                group.due_s = pump_s if often else rest_s
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
    at = snapshot.at
    now_s = at.mono_s
    parts, newest_s = _rendered(group, snapshot) if group.reads else ([], float("-inf"))
    if group.derive is not None:
        values = group.derive(snapshot, decision)
        if values == group.derived and not group.reads and now_s - group.newest_s < STATE_S:
            return None
        parts += _derived(group, values)
        newest_s = now_s
    elif newest_s <= group.newest_s:
        return None
    if not parts:
        return None
    if parts != group.parts:
        group.parts, group.text = parts, ",".join(sorted(parts))
    elif not group.reads and now_s - group.newest_s < STATE_S:
        return None
    group.newest_s = newest_s
    return _new(Point, (group.series, group.text, at.epoch_s - (now_s - newest_s), newest_s))


def _derived(group: Group, values: Derived) -> tuple[str, ...]:
    """Fields from the state; most of them stay for a quarter of an hour."""
    if values != group.derived:
        texts, before = group.texts or [""] * len(values), group.derived
        for i, value in enumerate(values):
            if before is not None and (
                value is before[i] or (value and value == before[i])
            ):  # -0.0 is no 0.0
                continue
            texts[i] = ""
            if value is not None and math.isfinite(value):
                texts[i] = f"{group.names[i]}={number(round(value, DECIMALS))}"
        group.derived, group.texts, group.derived_parts = values, texts, tuple(filter(None, texts))
    return group.derived_parts


def _rendered(group: Group, snapshot: Snapshot) -> tuple[list[str], float]:
    """The fields that are signals, and when the newest of them was measured."""
    parts, newest_s, now_s, get = [], float("-inf"), snapshot.at.mono_s, snapshot.readings.get
    for key, stale_s, read in group.rows:
        sample = get(key)
        if sample is None:
            continue
        raw, quality, mono_s = sample
        if quality is not GOOD or now_s - mono_s > stale_s:
            continue
        if raw is not read.raw and raw != read.raw:  # mostly the very same object
            read.raw, read.part = raw, _part(read, raw)
        if read.part:
            parts.append(read.part)
            if mono_s > newest_s:
                newest_s = mono_s
    return parts, newest_s


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
