"""A ledger's tables as text: CSV that a spreadsheet opens without harm, JSON lines, and InfluxDB line protocol."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from controller.store.almanac import zone_of
from controller.store.chain import Row
from controller.store.flat import ROW_COLUMNS, Cell, DayTable, Wanted, cells_of, last_second, rows_of, site_of
from controller.store.point import FieldValue, Series, render_fields

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a text begins that some spreadsheet takes for a formula, also in full width."""


def write_csv(file: TextIO, columns: Sequence[str], rows: Iterable[Sequence[Cell]], *, comma: bool) -> None:
    """A table. ``comma``: decimal commas, and semicolons between cells, as a spreadsheet in Indonesian reads them."""
    writer = csv.writer(file, lineterminator="\n", delimiter=";" if comma else ",")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell_text(cell, comma=comma) for cell in row])


def cell_text(cell: Cell, *, comma: bool) -> Cell:
    """A text that could be taken for a formula gets an apostrophe before it; numbers stay numbers."""
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(FORMULA) else cell
    if comma and isinstance(cell, float):
        return repr(cell).replace(".", ",")
    return cell


def json_rows(connection: sqlite3.Connection, wanted: Wanted) -> Iterator[str]:
    """One object a row, the payload as an object: its canonical JSON is what the hash is made of."""
    for row, day in rows_of(connection, wanted):
        record = dict(zip(ROW_COLUMNS, cells_of(row, day), strict=True)) | {"payload": _payload(row)}
        yield json.dumps(record, ensure_ascii=False)


def _payload(row: Row) -> object:
    try:
        return row.content
    except (ValueError, RecursionError):
        return row.payload


def json_days(table: DayTable) -> Iterator[str]:
    """One object a closing, without the figures that it lacks."""
    for row in table.rows():
        found = {name: cell for name, cell in zip(table.columns, row, strict=True) if cell is not None}
        yield json.dumps(found, ensure_ascii=False)


def line_rows(connection: sqlite3.Connection, wanted: Wanted) -> Iterator[str]:
    """Rows as points of ``ledger`` (tags site, kind), nanoseconds: all that is needed to check the chain again.

    Rows of one kind and instant stay apart: the row's number modulo 1,000 is added to the nanoseconds; ``epoch_s`` is exact.
    """
    site = site_of(connection)
    for row, day in rows_of(connection, wanted):
        fields: dict[str, FieldValue | None] = {
            "seq": float(row.seq), "epoch_s": row.epoch_s, "mono_s": row.mono_s, "boot": row.boot, "day": day,
            "trusted": float(row.trusted), "subject": row.subject, "payload": row.payload, "prev": row.prev, "hash": row.hash,
        }  # fmt: skip
        at_ns = round(row.epoch_s * 1e6) * 1000 + row.seq % 1000
        yield f"{Series.of('ledger', site=site, kind=row.kind).key} {render_fields(fields)} {at_ns}"


def line_days(connection: sqlite3.Connection, table: DayTable) -> Iterator[str]:
    """Closings as points of ``ledger_day`` (tag site), in the last second of their day, nanoseconds."""
    series, zone = Series.of("ledger_day", site=site_of(connection)), zone_of(connection)[0]
    for row in table.rows():
        cells = dict(zip(table.columns, row, strict=True))
        fields: dict[str, FieldValue | None] = {
            name: (str(cell) if name in table.texts else float(cell)) if cell is not None else None
            for name, cell in cells.items()
            if name != "day"
        }
        yield f"{series.key} {render_fields(fields)} {int(last_second(str(cells['day']), zone)) * 10**9}"
