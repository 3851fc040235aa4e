"""Every query of every dashboard, asked of a real InfluxDB that simulated sites filled through the shipped telemetry."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.dashboards.filled import DEMO, FULL, GENSET, PADDY, Filled, Lived
from tests.dashboards.grafana import Json, Shown, board, boards, expanded, only, panels, shown, span_s

pytestmark = pytest.mark.slow

TAGS = {"time", "site", "device", "zone", "kind", "depth_cm", "baseline", "factor", "seq"}

ELSEWHERE = {
    "Battery": GENSET,
    "Battery and generator power": GENSET,
    "Interlocks that acted, by device": GENSET,
    "Interlocks that acted, by site": GENSET,
    "Latest trips": GENSET,
    "Trips and what people did": GENSET,
    "Water on paddies": PADDY,
    "Drive frequency": FULL,
    "Pressure": FULL,
    "Weather station": FULL,
}
"""Panels that are rightly empty on the demo site, and who has what they show. All others show something on the demo site."""

PARTS_ELSEWHERE = {("Power", "D"): GENSET, ("Power", "E"): GENSET, ("All sites", "E"): GENSET,
                   ("Inverter voltage, current and temperature", "C"): FULL}  # fmt: skip
"""The same for single queries of a panel."""


def answer(filled: Filled, one: Shown, *sites: str) -> list[dict[str, Any]]:
    """What the database says to this query, with the dashboard's own time range."""
    made = board(one.board, one.language)
    from_s = filled.now_s - span_s(made["time"]["from"])
    return filled.ask(expanded(one.target["query"], sites, from_s, filled.now_s))


def values(rows: list[dict[str, Any]]) -> list[Any]:
    """What is no tag and not nothing."""
    return [value for row in rows for name, value in row.items() if name not in TAGS and value is not None]


def english(one: Shown) -> str:
    """The panel's English title, in whichever language the dashboard is."""
    number = one.panel["id"]
    return str(next(panel["title"] for panel in panels(board(one.board)) if panel["id"] == number))


@pytest.mark.parametrize("language", ["id", "en"])
def test_no_panel_is_empty(filled: Filled, language: str) -> None:
    """Each query of each dashboard finds data on the demo site, or on the site that has what it shows."""
    empty, asked = [], 0
    for one in shown():
        if one.language != language:
            continue
        title = english(one)
        site = ELSEWHERE.get(title) or PARTS_ELSEWHERE.get((title, one.target["refId"])) or DEMO
        asked += 1
        if not values(answer(filled, one, site)):
            empty.append(f"{one.name} at {site}")
    assert asked > 80
    assert not empty, empty


def test_the_fleet_shows_all_sites(filled: Filled) -> None:
    """With several sites chosen, what a query groups by site has a row or a line for each that has such data."""
    sites = (DEMO, GENSET, PADDY)
    for one in shown():
        if one.board == "fleet" and '"site"' in one.target["query"].partition("GROUP BY")[2]:
            found = {row["site"] for row in answer(filled, one, *sites) if values([row])}
            trips = "'trip'" in one.target["query"]
            assert found == ({GENSET} if trips else set(sites)), one.name


def test_the_site_variable_lists_the_sites(filled: Filled) -> None:
    """What the variable of each dashboard asks for is the sites that send."""
    for name, language, made in boards():
        (variable,) = made["templating"]["list"]
        assert {row["value"] for row in filled.ask(variable["query"])} == {DEMO, GENSET, PADDY}, (
            name,
            language,
        )


def test_marks_are_the_events_of_the_ledger(filled: Filled) -> None:
    """Each annotation of the operator's graphs is one row of the ledger, with its sentence in the dashboard's language."""
    for language in ("id", "en"):
        (mark,) = board("operator", language)["annotations"]["list"]
        site = filled.sites[GENSET]
        rows = filled.ask(expanded(mark["target"]["query"], [GENSET], site.start_s, site.end_s))
        kinds = re.findall(r"\^\(([a-z|]+)\)", mark["target"]["query"])[0].split("|")
        assert len(rows) == sum(len(site.events(kind)) for kind in kinds) > 3
        assert {row["kind"] for row in rows} >= {"start", "stop", "trip"}
        assert all(row[mark["target"]["textColumn"]] for row in rows)


# ------------------------------------------------------------------------------------------------ equal to the ledger

FIELDS = ("solar_kwh", "grid_kwh", "diesel_kwh", "water_m3", "co2_avoided_kg", "ch4_avoided_kg", "saved_idr")


def csr(filled: Filled, site: Lived, title: str) -> list[list[dict[str, Any]]]:
    """The rows of each query of a panel of the CSR dashboard, over all that the site lived."""
    panel = only(title, panels(board("csr")))
    asked = [expanded(target["query"], [site.ident], site.start_s, site.end_s) for target in panel["targets"]]
    return [filled.ask(query) for query in asked]


@pytest.mark.parametrize("site", [DEMO, GENSET, PADDY])
def test_the_sums_are_those_of_the_closings(filled: Filled, site: str) -> None:
    """Each figure of the period is the sum of the ledger's daily closings."""
    lived = filled.sites[site]
    closed = lived.rows("impact")
    total = {name: sum(day[name] for day in closed) for name in FIELDS}
    stats = {"CO2 avoided": "co2_avoided_kg", "PV energy used": "solar_kwh", "Water pumped": "water_m3",
             "Cost saved": "saved_idr", "Methane avoided": "ch4_avoided_kg"}  # fmt: skip
    for title, name in stats.items():
        ((row,),) = csr(filled, lived, title)
        assert row["sum"] == pytest.approx(total[name], rel=1e-12, abs=1e-12), title
    ((days,),) = csr(filled, lived, "Days closed")
    assert days["count"] == len(closed) >= 1
    if site == DEMO:
        assert total["co2_avoided_kg"] > 0.1
        ((share,),) = csr(filled, lived, "Share of PV")
        used = total["solar_kwh"] + total["grid_kwh"] + total["diesel_kwh"]
        assert list(values([share])) == [pytest.approx(100.0 * total["solar_kwh"] / used)]


def test_each_day_is_its_closing(filled: Filled) -> None:
    """The table of closings has one row for each, on its own local day, with the ledger's figures; bars and curve agree."""
    lived = filled.sites[DEMO]
    closed = lived.rows("impact")
    (rows,) = csr(filled, lived, "Daily closings")
    assert [{name: row[name] for name in FIELDS} for row in reversed(rows)] == [
        {name: pytest.approx(day[name], rel=1e-12, abs=1e-12) for name in FIELDS} for day in closed
    ]
    assert [local_day(row["time"]) for row in reversed(rows)] == [day["day"] for day in lived.rows("day")]
    (water,) = csr(filled, lived, "Water by day")
    assert [row["water_m3"] for row in water] == pytest.approx([day["water_m3"] for day in closed])
    (curve,) = csr(filled, lived, "CO2 avoided, adding up")
    assert curve[-1]["cumulative_sum"] == pytest.approx(sum(day["co2_avoided_kg"] for day in closed))


def test_the_fleets_days_are_the_closings(filled: Filled) -> None:
    """The bars of several sites have each closing on its own local day, whatever the site's time zone."""
    panel = only("Water pumped by day", panels(board("fleet")))
    query = expanded(panel["targets"][0]["query"], [DEMO, GENSET], filled.now_s - 7 * 86400.0, filled.now_s)
    found = {(row["site"], local_day(row["time"])): row["sum"] for row in filled.ask(query)}
    assert found == {
        (ident, day["day"]): pytest.approx(closing["water_m3"])
        for ident in (DEMO, GENSET)
        for day, closing in zip(
            filled.sites[ident].rows("day"), filled.sites[ident].rows("impact"), strict=True
        )
    }


def test_months_add_up(filled: Filled) -> None:
    """Grouped by month in the dashboard's time zone, as the panel's transformations do, the daily rows give the closings' sums."""
    panel = only("By month", panels(board("csr")))
    as_month, grouped, _ = panel["transformations"]
    assert (as_month["id"], grouped["id"]) == ("formatTime", "groupBy")
    assert as_month["options"] == {"timeField": "Time", "outputFormat": "YYYY-MM", "useTimezone": True}
    summed = {name for name, how in grouped["options"]["fields"].items() if how["aggregations"] == ["sum"]}
    assert summed >= set(FIELDS)
    zone = ZoneInfo(board("csr")["timezone"])
    lived = filled.sites[GENSET]
    (rows,) = csr(filled, lived, "By month")
    months = {datetime.fromtimestamp(row["time"] / 1e9, zone).strftime("%Y-%m") for row in rows}
    assert months == {day["day"][:7] for day in lived.rows("day")}
    assert sum(row["water_m3"] for row in rows) == pytest.approx(
        sum(day["water_m3"] for day in lived.rows("impact"))
    )


def test_pumped_water_of_a_day_is_the_ledgers(filled: Filled) -> None:
    """What the operator's panel counts over one local day is the closing's water, within the meter's last steps."""
    lived = filled.sites[DEMO]
    panel = only("Water pumped in this period", panels(board("operator")))
    closed = lived.rows("impact")
    most = max(range(len(closed)), key=lambda day: float(closed[day]["water_m3"]))
    start_s = lived.start_s + 86400.0 * most
    query = expanded(panel["targets"][0]["query"], [DEMO], start_s, start_s + 86400.0)
    counted = sum(row["sum"] for row in filled.ask(query))
    assert counted == pytest.approx(closed[most]["water_m3"], rel=0.02)
    assert counted > 0.5


def local_day(time_ns: float) -> str:
    """The day on which a closing is drawn."""
    return datetime.fromtimestamp(time_ns / 1e9, UTC).astimezone(ZoneInfo("Asia/Jakarta")).date().isoformat()


def titles(made: Json) -> list[str]:
    """Panel titles in their order."""
    return [str(panel["title"]) for panel in panels(made)]


def test_what_is_excused_exists() -> None:
    """No panel is excused from showing something on the demo site that is not there any more."""
    known = {title for name, language, made in boards() if language == "en" for title in titles(made)}
    assert set(ELSEWHERE) | {title for title, _ in PARTS_ELSEWHERE} <= known
