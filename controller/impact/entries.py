"""What the ledger holds beside the meters' figures: how each day was valued when it closed, what people entered, who verified."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from controller.impact.baselines import Valued
from controller.impact.row import closed_as
from controller.store.audit import closings, read_rows
from controller.store.chain import Json, Note, Row

INDICATOR = "indicator"
VERIFICATION = "verification"


@dataclass(frozen=True, slots=True)
class Indicator:
    """A number that a person entered: never metered, never mixed with what is. ``day``: of the number (YYYY-MM-DD)."""

    name: str
    value: float
    unit: str
    day: str
    evidence: str
    by: str
    seq: int = 0
    epoch_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Verification:
    """A named person stands for the figures of a period: ``digest`` is the hash of exactly those."""

    first: str
    last: str
    by: str
    role: str
    note: str
    digest: str
    seq: int = 0
    epoch_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Entries:
    """``closed``: by day (YYYY-MM-DD), how it was valued when it closed."""

    closed: Mapping[str, tuple[Valued, ...]] = field(default_factory=dict)
    indicators: tuple[Indicator, ...] = ()
    verifications: tuple[Verification, ...] = ()


def read_entries(connection: sqlite3.Connection) -> Entries:
    """All of it, oldest first."""
    closed: dict[str, tuple[Valued, ...]] = {}
    for closing in closings(connection):
        if closing.impact:
            valued = closed_as(closing)
            closed[valued.day] = (*closed.get(valued.day, ()), valued)
    indicators = tuple(_indicator(row, told) for row, told in _told(connection, INDICATOR))
    verified = tuple(_verification(row, told) for row, told in _told(connection, VERIFICATION))
    return Entries(closed, indicators, verified)


def indicator_note(name: str, value: float, unit: str, day: str, evidence: str, by: str) -> Note:
    """The row of a number that a person entered."""
    return Note(INDICATOR, name, {"value": value, "unit": unit, "day": day, "evidence": evidence, "by": by})


def _told(connection: sqlite3.Connection, kind: str) -> Iterator[tuple[Row, dict[str, Json]]]:
    for row in read_rows(connection, 0, kind):
        figures = row.content.get("figures")
        if isinstance(figures, dict):
            yield row, figures


def _indicator(row: Row, told: Mapping[str, Json]) -> Indicator:
    unit, day, evidence, by = (str(told.get(name, "")) for name in ("unit", "day", "evidence", "by"))
    return Indicator(row.subject, _float(told.get("value")), unit, day, evidence, by, row.seq, row.epoch_s)


def _verification(row: Row, told: Mapping[str, Json]) -> Verification:
    first, last, by = (str(told.get(name, "")) for name in ("from", "to", "by"))
    role, note, digest = (str(told.get(name, "")) for name in ("role", "note", "digest"))
    return Verification(first, last, by, role, note, digest, row.seq, row.epoch_s)


def _float(value: object) -> float:
    return float(value) if isinstance(value, float | int) else 0.0
