"""A ledger's tables as Parquet, in groups of rows. Needs pyarrow (the extra ``parquet``); nothing else of the program does."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from controller.store.flat import DAY_FIRST, ROW_COLUMNS, Cell, DayTable, Wanted, cells_of, rows_of

GROUP = 5000
"""Rows that are in memory at once."""


def write_rows(path: Path, connection: sqlite3.Connection, wanted: Wanted) -> int:
    """Write the rows; how many. Raises ImportError without pyarrow, OSError."""
    import pyarrow as pa

    types = {"seq": pa.int64(), "time": pa.timestamp("us", "UTC"), "trusted": pa.bool_(), "epoch_s": pa.float64(),
             "mono_s": pa.float64(), "day": pa.date32()}  # fmt: skip
    schema = pa.schema([(name, types.get(name, pa.string())) for name in ROW_COLUMNS])
    rows = (cells_of(row, day) for row, day in rows_of(connection, wanted))
    return _write(path, schema, (_typed(ROW_COLUMNS, row) for row in rows))


def write_days(path: Path, table: DayTable) -> int:
    """Write the closings; how many. Raises ImportError without pyarrow, OSError."""
    import pyarrow as pa

    def kind(name: str) -> Any:
        if name == "day":
            return pa.date32()
        if name in table.texts:
            return pa.string()
        return pa.int64() if name in DAY_FIRST else pa.float64()

    schema = pa.schema([(name, kind(name)) for name in table.columns])
    rows = (_typed(table.columns, row) for row in table.rows())
    as_texts = (
        {n: str(v) if n in table.texts and v is not None else v for n, v in row.items()} for row in rows
    )
    return _write(path, schema, as_texts)


def _typed(columns: Sequence[str], row: Sequence[Cell]) -> dict[str, object]:
    cells: dict[str, object] = dict(zip(columns, row, strict=True))
    if "time" in cells:
        cells["time"] = datetime.fromisoformat(str(cells["time"])).astimezone(UTC) if cells["time"] else None
    cells["day"] = date.fromisoformat(str(cells["day"])) if cells["day"] else None
    return cells


def _write(path: Path, schema: Any, rows: Iterable[dict[str, object]]) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    count, source = 0, iter(rows)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for group in _groups(source):
            writer.write_table(pa.Table.from_pylist(group, schema=schema))
            count += len(group)
    return count


def _groups(rows: Iterator[dict[str, object]]) -> Iterator[list[dict[str, object]]]:
    while group := list(islice(rows, GROUP)):
        yield group
