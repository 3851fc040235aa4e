"""Reading a ledger: rows, daily closings, and the check that nobody changed, cut or reordered it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from controller.store.chain import Head, Json
from controller.store.database import connect_readonly
from controller.store.outside import Heads, Noted
from controller.store.problem import Problem
from controller.store.scan import last_row, read_rows
from controller.store.verify import examine

__all__ = ["VALUED", "Closing", "Problem", "closings", "last_row", "read_rows", "verify_file", "verify_rows"]


@dataclass(frozen=True, slots=True)
class Closing:
    """One daily closing: the row's number and its figures (Wh and m3 by suffix), with the factor and the price that its impact
    row was valued at. ``impact``: all figures of that row; empty where there is none.
    """

    seq: int
    epoch_s: float
    subject: str
    figures: dict[str, float | str]
    impact: dict[str, float | str] = field(default_factory=dict)


VALUED = ("factor_kg_per_kwh", "price_idr_per_kwh", "co2_avoided_kg", "ch4_avoided_kg", "saved_idr")
"""What a closing keeps of its impact row: another factor in the site file tomorrow does not revalue yesterday."""


def closings(connection: sqlite3.Connection, since: int = 0) -> Iterator[Closing]:
    """All daily closings after row ``since``, oldest first."""
    impacts = read_rows(connection, since, "impact")
    impact = next(impacts, None)
    for row in read_rows(connection, since, "day"):
        figures, valued = _figures(row.content), dict[str, float | str]()
        while impact is not None and impact.seq < row.seq:
            impact = next(impacts, None)
        if impact is not None and impact.epoch_s == row.epoch_s:
            valued = _figures(impact.content)
            figures |= {name: valued[name] for name in VALUED if name in valued}
        yield Closing(row.seq, row.epoch_s, row.subject, figures, valued)


def _figures(content: dict[str, Json]) -> dict[str, float | str]:
    figures = content.get("figures")
    if not isinstance(figures, dict):
        return {}
    return {key: value for key, value in figures.items() if isinstance(value, float | int | str)}


def verify_rows(connection: sqlite3.Connection, expected: Head | None = None) -> tuple[Problem, ...]:
    """Every problem of a ledger, in order; empty when it is whole. ``expected``: a head that was noted elsewhere."""
    noted = () if expected is None or expected.seq == 0 else (Noted(expected.seq, expected.hash),)
    return examine(connection, Heads(noted)).problems


def verify_file(path: Path, expected: Head | None = None) -> tuple[Problem, ...]:
    """``verify_rows`` on a file that another process may be writing."""
    connection = connect_readonly(path)
    try:
        return verify_rows(connection, expected)
    finally:
        connection.close()
