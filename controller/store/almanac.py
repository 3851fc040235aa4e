"""Which day of the site a row of the ledger belongs to, from what the ledger itself says. Pure but for the look into the file.

A closing and the rows that come with it belong to the day that they close, every other row to the local day of its own time. The
zone stands in the boot rows; an older ledger, without it, shows it by its closings, which are made at local midnight.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from controller.store.chain import Json, Row
from controller.store.database import DAMAGE
from controller.store.scan import COLUMNS, to_row

CLOSING = ("day", "impact")
"""Kinds whose figures name the day that they belong to."""

STEP_S, NEAR_S, OFFSET_MAX_S = 900.0, 300.0, 14 * 3600.0
"""Zones differ from UTC by quarters of an hour; a closing made so soon after midnight shows which."""


def zone_of(connection: sqlite3.Connection) -> tuple[tzinfo, str]:
    """The site's zone and its name, as the ledger tells it: of a boot row, else by its closings, else UTC.

    A row that is whole is believed first.
    """
    spare: tuple[tzinfo, str] | None = None
    for kind, order in (("boot", "seq"), ("day", "epoch_s")):
        query = f"SELECT {COLUMNS} FROM ledger WHERE kind = '{kind}' ORDER BY {order}"
        try:
            for values in connection.execute(query):
                row = to_row(values)
                zone = _zone_in(row)
                if zone is not None and row.expected_hash() == row.hash:
                    return zone
                spare = spare or zone
        except DAMAGE:
            continue
    return spare or (UTC, "UTC")


def _zone_in(row: Row) -> tuple[tzinfo, str] | None:
    try:
        figures = figures_of(row)
        if row.kind == "boot":
            name = str(figures["timezone"])
            return ZoneInfo(name), name
        midnight = datetime.combine(date.fromisoformat(str(figures["day"])), datetime.min.time(), UTC)
        ahead_s = (midnight + timedelta(days=1)).timestamp() - row.epoch_s
    except (KeyError, ValueError, TypeError, OSError, AttributeError):
        return None
    offset_s = round(ahead_s / STEP_S) * STEP_S
    if abs(offset_s) > OFFSET_MAX_S or abs(offset_s - ahead_s) > NEAR_S:
        return None
    zone = timezone(timedelta(seconds=offset_s))
    return zone, str(zone)


def figures_of(row: Row) -> dict[str, Json]:
    """The figures of a row; empty where it has none that can be read."""
    try:
        figures = row.content.get("figures")
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {}
    return figures if isinstance(figures, dict) else {}


def day_of(row: Row, zone: tzinfo) -> str:
    """The local day of a row, YYYY-MM-DD; "" when its time is none."""
    if row.kind in CLOSING:
        named = str(figures_of(row).get("day", ""))
        if is_day(named):
            return named
    try:
        return datetime.fromtimestamp(row.epoch_s, zone).date().isoformat()
    except (OverflowError, ValueError, OSError, TypeError):
        return ""


def first_after(row: Row, zone: tzinfo) -> str:
    """The earliest day of a row that follows ``row``: the next one after the last row of a closing."""
    day = day_of(row, zone)
    return day_after(day) if row.kind == CLOSING[-1] and day and figures_of(row).get("day") == day else day


def day_after(day: str) -> str:
    """The next day of the calendar; "" of ""."""
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat() if day and day < "9999" else ""


def is_day(text: str) -> bool:
    """True for YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
