"""Rows of telemetry.db against rows of a database, field by field. Independent of the code that wrote either.

`differences(stored(path), influxql(url, database))` is empty when both hold the same; for VictoriaMetrics
`differences(as_victoria(rows), victoria(server.export(match), rows), 1e-12)` with `rows = stored(path)`.
"""

from __future__ import annotations

import json
import sqlite3
import urllib.parse
import urllib.request
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from influxdb_client.client.write.point import Point as TheirPoint

Key = tuple[str, tuple[tuple[str, str], ...], int]
"""Measurement, tags sorted by name, epoch in milliseconds."""

Rows = dict[Key, dict[str, float | str]]


def stored(path: Path) -> Rows:
    """What telemetry.db holds. Points of one series in the same millisecond are one row, as in InfluxDB."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    query = (
        "SELECT measurement, tags, epoch_ms, fields FROM points "
        "JOIN series ON series.id = points.series ORDER BY seq"
    )
    rows: Rows = {}
    for measurement, tags, epoch_ms, fields in connection.execute(query):
        key = (measurement, tuple(sorted((k, v) for k, v in json.loads(tags).items() if v)), epoch_ms)
        rows.setdefault(key, {}).update(parsed(fields))
    connection.close()
    return rows


def parsed(fields: str) -> dict[str, float | str]:
    """The fields of a line, proven by writing them again with influxdb-client: the text must come out the same."""
    values: dict[str, float | str] = {}
    rest = fields
    while rest:
        name, rest = rest.split("=", 1)
        if rest.startswith('"'):
            end = 1
            while rest[end] != '"':
                end += 2 if rest[end] == "\\" else 1
            values[name], rest = rest[1:end].replace('\\"', '"').replace("\\\\", "\\"), rest[end + 1 :]
        else:
            text, comma, tail = rest.partition(",")
            values[name], rest = float(text), comma + tail
        rest = rest.removeprefix(",")
    point = TheirPoint("m")
    for name, value in values.items():
        point.field(name, value)
    assert point.to_line_protocol() == f"m {fields}", fields
    return values


def influxql(url: str, database: str, headers: Mapping[str, str] | None = None) -> Rows:
    """Everything that a database holds, by InfluxQL over HTTP (InfluxDB 1; 2 and 3 have the same address)."""
    query = urllib.parse.urlencode({"db": database, "epoch": "ms", "q": "SELECT * FROM /.*/ GROUP BY *"})
    request = urllib.request.Request(f"{url}/query?{query}", headers=dict(headers or {}))
    with urllib.request.urlopen(request, timeout=60) as answer:
        result: dict[str, Any] = json.loads(answer.read())["results"][0]
    assert "error" not in result, result
    rows: Rows = {}
    for series in result.get("series", []):
        tags = tuple(sorted((k, v) for k, v in series.get("tags", {}).items() if v))
        for values in series["values"]:
            row = dict(zip(series["columns"], values, strict=True))
            key = (series["name"], tags, int(row.pop("time")))
            fields = {k: v if isinstance(v, str) else float(v) for k, v in row.items() if v is not None}
            rows.setdefault(key, {}).update(fields)
    return rows


def victoria(export: Iterable[Mapping[str, Any]], expected: Rows) -> Rows:
    """The lines of VictoriaMetrics' ``/api/v1/export`` as rows of single fields (the metric's name is measurement_field).

    It has no strings (1.79 stores 0 for them, others nothing): metrics that are strings in ``expected`` are left out.
    """
    texts = {
        f"{measurement}_{name}"
        for (measurement, _, _), fields in expected.items()
        for name, value in fields.items()
        if isinstance(value, str)
    }
    rows: Rows = {}
    for series in export:
        tags = dict(series["metric"])
        tags.pop("db", None)
        name = tags.pop("__name__")
        for value, epoch_ms in zip(series["values"], series["timestamps"], strict=True):
            if name not in texts:
                rows[(name, tuple(sorted(tags.items())), int(epoch_ms))] = {"value": float(value)}
    return rows


def as_victoria(rows: Rows) -> Rows:
    """Rows as VictoriaMetrics holds them: one metric per field, numbers only."""
    return {
        (f"{measurement}_{name}", tags, epoch_ms): {"value": value}
        for (measurement, tags, epoch_ms), fields in rows.items()
        for name, value in fields.items()
        if isinstance(value, float)
    }


def differences(expected: Rows, actual: Rows, tolerance: float = 0.0) -> list[str]:
    """What differs, in words, at most twenty; ``tolerance``: relative, for databases that round."""
    found = [f"missing: {key} {expected[key]}" for key in sorted(expected.keys() - actual.keys())]
    found += [f"too many: {key} {actual[key]}" for key in sorted(actual.keys() - expected.keys())]
    for key in sorted(expected.keys() & actual.keys()):
        if not _same(expected[key], actual[key], tolerance):
            found.append(f"different: {key}: {expected[key]} is {actual[key]}")
    return found[:20]


def _same(one: Mapping[str, float | str], two: Mapping[str, float | str], tolerance: float) -> bool:
    if one.keys() != two.keys():
        return False
    for name, value in one.items():
        other = two[name]
        if isinstance(value, float) and isinstance(other, float):
            if abs(value - other) > tolerance * abs(value):
                return False
        elif value != other:
            return False
    return True
