"""The SQL of the dashboards for InfluxDB 3, run by DataFusion, that database's own engine; equal to the ledger's closings."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.dashboards.filled import DEMO, GENSET, PADDY, Filled
from tests.dashboards.grafana import board, boards, only, panels, shown
from tests.influx_compare import stored

datafusion = pytest.importorskip("datafusion")
pyarrow = pytest.importorskip("pyarrow")

pytestmark = pytest.mark.slow

FIELDS = ("solar_kwh", "grid_kwh", "diesel_kwh", "water_m3", "co2_avoided_kg", "ch4_avoided_kg", "saved_idr")
SITES = (DEMO, GENSET, PADDY)


class Engine:
    """The sites' telemetry as InfluxDB 3 keeps it: a table for each measurement, a column for each tag and field."""

    def __init__(self, filled: Filled) -> None:
        self.context = datafusion.SessionContext()
        tables: dict[str, list[dict[str, Any]]] = {}
        for site in filled.sites.values():
            for (measurement, tags, epoch_ms), fields in stored(site.folder / "telemetry.db").items():
                tables.setdefault(measurement, []).append(
                    {"time": epoch_ms * 1_000_000, **dict(tags), **fields}
                )
        for name, rows in tables.items():
            columns = {key for row in rows for key in row}
            data = {key: [row.get(key) for row in rows] for key in columns}
            data["time"] = pyarrow.array(data["time"], pyarrow.timestamp("ns"))
            self.context.register_record_batches(name, [pyarrow.table(data).to_batches()])

    def ask(self, sql: str, sites: tuple[str, ...], from_s: float, to_s: float) -> list[dict[str, Any]]:
        """Rows of a query, its macros and variables as Grafana fills them in."""
        quoted = ",".join(f"'{site}'" for site in sites)
        span = f"time >= '{stamp(from_s)}' AND time <= '{stamp(to_s)}'"
        text = sql.replace("${site:singlequote}", quoted).replace("$__timeFilter(time)", span)
        assert "$" not in text
        rows: list[dict[str, Any]] = self.context.sql(text).to_pylist()
        return rows


def stamp(epoch_s: float) -> str:
    """As Grafana writes a moment."""
    return datetime.fromtimestamp(epoch_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture(scope="module")
def engine(filled: Filled) -> Engine:
    """DataFusion with everything that the sites stored."""
    return Engine(filled)


def rows_of(engine: Engine, filled: Filled, name: str, title: str, *sites: str) -> list[dict[str, Any]]:
    """The rows of a panel's only query, over all that was lived."""
    (target,) = only(title, panels(board(name, "en", "sql")))["targets"]
    return engine.ask(target["rawSql"], sites, filled.now_s - 10 * 86400.0, filled.now_s)


def test_no_panel_is_empty(engine: Engine, filled: Filled) -> None:
    """Each query is understood and finds data; each column that a panel names is one of the answer's."""
    empty = []
    for one in shown("sql"):
        sites = SITES if one.board == "fleet-sql" else (DEMO,)
        rows = engine.ask(one.target["rawSql"], sites, filled.now_s - 10 * 86400.0, filled.now_s)
        if not [
            row
            for row in rows
            if any(value is not None for key, value in row.items() if key not in {"time", "site"})
        ]:
            empty.append(one.name)
        named = {
            override["matcher"]["options"] for override in one.panel["fieldConfig"]["overrides"]
            if one.panel["type"] == "table"
        }  # fmt: skip
        assert named <= set(rows[0]), (one.name, named - set(rows[0]))
    assert not empty


def test_the_sites_are_found(engine: Engine) -> None:
    """The variable of both dashboards lists the sites."""
    for name, language, made in boards("sql"):
        (variable,) = made["templating"]["list"]
        found = engine.ask(variable["query"]["rawSql"], (), 0.0, 0.0)
        assert {row["site"] for row in found} == set(SITES), (name, language)


@pytest.mark.parametrize("site", SITES)
def test_sums_months_and_days_are_the_closings(engine: Engine, filled: Filled, site: str) -> None:
    """Figures, months and single days are those of the ledger, each month a calendar month of the site's days."""
    lived = filled.sites[site]
    closed, days = lived.rows("impact"), [day["day"] for day in lived.rows("day")]
    for title, name in {
        "CO2 avoided": "co2_avoided_kg",
        "Water pumped": "water_m3",
        "Cost saved": "saved_idr",
    }.items():
        ((row,),) = [rows_of(engine, filled, "csr-sql", title, site)]
        assert row["value"] == pytest.approx(sum(day[name] for day in closed), abs=1e-12)
    each = rows_of(engine, filled, "csr-sql", "Daily closings", site)
    assert [[row[name] for name in FIELDS] for row in reversed(each)] == [
        [pytest.approx(day[name], abs=1e-12) for name in FIELDS] for day in closed
    ]
    months = rows_of(engine, filled, "csr-sql", "By month", site)
    assert {row["month"].strftime("%Y-%m") for row in months} == {day[:7] for day in days}
    assert sum(row["days"] for row in months) == len(closed)
    curve = rows_of(engine, filled, "csr-sql", "CO2 avoided, adding up", site)
    assert curve[-1]["co2_avoided_kg"] == pytest.approx(sum(day["co2_avoided_kg"] for day in closed))


def test_the_fleet_says_what_influxql_says(engine: Engine, filled: Filled) -> None:
    """One row for each site: the newest values of its devices, its trips, and closings without a gap."""
    rows = {
        row["site"]: row
        for row in rows_of(engine, filled, "fleet-sql", "All sites, the longest silent first", *SITES)
    }
    assert set(rows) == set(SITES)
    for ident, row in rows.items():
        site = filled.sites[ident]
        newest = filled.ask(f"SELECT last(power_w) FROM pv WHERE site = '{ident}' GROUP BY device")
        assert row["pv_w"] == pytest.approx(sum(one["last"] for one in newest))
        assert row["trips"] == len(site.events("trip"))
        assert row["clock_trusted"] == 1.0
        assert abs(row["heard"].replace(tzinfo=UTC).timestamp() - site.end_s) < 120.0
    complete = rows_of(engine, filled, "fleet-sql", "Closed figures by site", *SITES)
    assert {row["site"]: (row["days"], row["complete"]) for row in complete} == {
        ident: (len(site.rows("impact")), 100.0) for ident, site in filled.sites.items()
    }


def test_only_recorded_columns_are_asked_for() -> None:
    """No query names a Grafana macro or variable that the test does not fill in as Grafana does."""
    for one in shown("sql"):
        assert set(re.findall(r"\$\w+|\$\{[^}]+\}", one.target["rawSql"])) <= {
            "$__timeFilter",
            "${site:singlequote}",
        }
