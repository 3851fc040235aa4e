"""What SQL can say and InfluxQL cannot, for InfluxDB 3: calendar months, tables joined by site, how complete the closings are.

The same figures as the dashboards in InfluxQL; only the accounts, where joining and months matter, have this second form.
"""

from __future__ import annotations

from dashboards.boards.common import CLOCK, NONE_IS_GOOD, UNVERIFIED
from dashboards.boards.csr import (
    BY_FACTOR,
    BY_FACTOR_WHY,
    BY_MONTH,
    BY_MONTH_WHY,
    COLOURS,
    EACH_DAY,
    EACH_DAY_WHY,
    FIELDS,
    HEAD,
    SUMS,
    TAGS,
    TITLE,
    TITLES,
    daily_panels,
    figures,
    more,
    sum_panel,
)
from dashboards.model import Board, Column, Panel, Query, Row, Step, T

WHERE = "WHERE site IN (${site:singlequote}) AND $__timeFilter(time)"
LOCAL = "time + INTERVAL '7 hours'"
"""A closing is dated the last second of its local day; at UTC+7 those of all Indonesian zones fall on their own day."""

MONTH = f"date_trunc('month', {LOCAL})"
SUMMED = ", ".join(f"sum({name}) AS {name}" for name in FIELDS)
RAW = ", ".join(FIELDS)


def plain(expression: str) -> str:
    """An InfluxQL aggregate in SQL: the same, without quotes around names."""
    return expression.replace('"', "")


def total(what: str) -> Query:
    """One figure of the period."""
    return Query(f"SELECT {plain(SUMS[what])} AS value FROM impact {WHERE}", table=True)


def series(*fields: str) -> tuple[Query, ...]:
    """One point for each closing."""
    return (Query(f"SELECT time, {', '.join(fields)} FROM impact {WHERE} ORDER BY time"),)


CURVE = (
    Query(
        f"SELECT time, sum(co2_avoided_kg) OVER (ORDER BY time) AS co2_avoided_kg FROM impact {WHERE} ORDER BY time"
    ),
)
PAINT = {"solar_kwh": COLOURS["solar"], "grid_kwh": "purple", "diesel_kwh": "red", "water_m3": COLOURS["water"],
         "co2_avoided_kg": "green"}  # fmt: skip
DAILY = tuple(
    Panel(
        one.title,
        one.kind,
        one.queries,
        one.why,
        one.unit,
        one.decimals,
        columns=tuple(Column(name, TITLES[name][0], colour=colour) for name, colour in PAINT.items()),
        stack=one.stack,
        total=one.total,
        minimum=one.minimum,
        width=one.width,
    )
    for one in daily_panels(series("solar_kwh", "grid_kwh", "diesel_kwh"), series("water_m3"), CURVE)
)

MONTHS = f"SELECT {MONTH} AS month, count(*) AS days, {SUMMED} FROM impact {WHERE} GROUP BY {MONTH} ORDER BY month DESC"
FACTORS = f"SELECT baseline, factor, {SUMMED} FROM impact {WHERE} GROUP BY baseline, factor ORDER BY baseline, factor"
CLOSINGS = f"SELECT time, baseline, factor, {RAW} FROM impact {WHERE} ORDER BY time DESC"
DAYS = Column("days", T("Hari tertutup", "Days closed"), "short", 0)
AS_MONTH = Column("month", T("Bulan", "Month"), "time:YYYY-MM", width=110)

CSR = Board(
    "csr-sql",
    T(f"{TITLE.id} (SQL)", f"{TITLE.en} (SQL)"),
    T("Angka tertutup satu lokasi, dari InfluxDB 3.", "Closed figures of one site, from InfluxDB 3."),
    (
        Row(T("Rentang yang dipilih", "The period chosen"), (HEAD, *(sum_panel(what, total(what)) for what in SUMS))),
        Row(T("Hari demi hari", "Day by day"), DAILY),
        Row(
            T("Pembukuan", "Accounts"),
            (
                Panel(BY_MONTH, "table", (Query(MONTHS, table=True),), BY_MONTH_WHY, columns=(AS_MONTH, DAYS, *figures()), width=24),
                Panel(BY_FACTOR, "table", (Query(FACTORS, table=True),), BY_FACTOR_WHY, columns=(*TAGS, *figures()), width=24, height=5),
                Panel(EACH_DAY, "table", (Query(CLOSINGS, table=True),), EACH_DAY_WHY,
                      columns=(Column("time", T("Ditutup", "Closed"), width=170), *TAGS, *figures()), width=24, height=10),
            ),
        ),
    ),
    since="now-365d",
    refresh="15m",
    dialect="sql",
    tags=("day",),
)  # fmt: skip


def newest(table: str, field: str, *keys: str) -> str:
    """The newest value of each key."""
    over = f"PARTITION BY {', '.join(keys)} ORDER BY time DESC"
    known = f"{WHERE} AND {field} IS NOT NULL"
    ranked = f"SELECT {', '.join(keys)}, {field}, row_number() OVER ({over}) AS n FROM {table} {known}"
    return f"SELECT {', '.join(keys)}, {field} FROM ({ranked}) WHERE n = 1"


SITES = f"""\
WITH heard AS (SELECT site, max(time) AS heard FROM controller {WHERE} GROUP BY site),
backlog AS ({newest("controller", "backlog_points", "site")}),
dropped AS ({newest("controller", "dropped_points", "site")}),
clock AS ({newest("controller", "clock_trusted", "site")}),
pv AS (SELECT site, sum(power_w) AS pv_w FROM ({newest("pv", "power_w", "site", "device")}) GROUP BY site),
pumps AS (SELECT site, sum(running) AS pumps FROM ({newest("pump", "running", "site", "device")}) GROUP BY site),
trips AS (SELECT site, count(*) AS trips FROM event {WHERE} AND kind = 'trip' GROUP BY site)
SELECT heard.site, heard.heard, pv_w, pumps, backlog_points, dropped_points, clock_trusted, coalesce(trips, 0) AS trips
FROM heard LEFT JOIN backlog ON backlog.site = heard.site LEFT JOIN dropped ON dropped.site = heard.site
LEFT JOIN clock ON clock.site = heard.site LEFT JOIN pv ON pv.site = heard.site LEFT JOIN pumps ON pumps.site = heard.site
LEFT JOIN trips ON trips.site = heard.site ORDER BY heard.heard"""

ALL_KWH = "(sum(solar_kwh) + sum(grid_kwh) + sum(diesel_kwh))"
SPAN_DAYS = f"(date_part('epoch', max({LOCAL})) - date_part('epoch', min({LOCAL}))) / 86400 + 1"
BY_SITE = f"""\
SELECT site, {SUMMED}, 100 * sum(solar_kwh) / nullif({ALL_KWH}, 0) AS share, count(*) AS days,
100 * count(*) / round({SPAN_DAYS}) AS complete FROM impact {WHERE} GROUP BY site ORDER BY co2_avoided_kg DESC"""
SITE = Column("site", T("Lokasi", "Site"))
BY_SITE_MONTH = f"SELECT {MONTH} AS month, site, count(*) AS days, {SUMMED} FROM impact {WHERE} GROUP BY {MONTH}, site ORDER BY month DESC, site"

FLEET = Board(
    "fleet-sql",
    T("Semua lokasi (SQL)", "Fleet (SQL)"),
    T("Beberapa lokasi berdampingan, dari InfluxDB 3.", "Several sites side by side, from InfluxDB 3."),
    (
        Row(
            T("Sekarang", "Now"),
            (
                Panel(
                    T("Semua lokasi, yang paling lama diam di atas", "All sites, the longest silent first"),
                    "table",
                    (Query(SITES, table=True),),
                    T(
                        "Satu baris per lokasi: kapan terakhir terdengar, dan nilai terbaru alatnya dalam rentang ini, dijumlahkan.",
                        "One row for each site: when it was last heard, and its devices' newest values in this period, added up.",
                    ),
                    columns=(
                        SITE,
                        Column("heard", T("Terakhir terdengar", "Last heard"), "dateTimeFromNow"),
                        Column("pv_w", T("Daya PLTS", "PV power"), "watt"),
                        Column("pumps", T("Pompa jalan", "Pumps running"), "short", 0),
                        Column("backlog_points", T("Data menunggu", "Points waiting"), "short", 0,
                               steps=(Step(None, "green"), Step(2000.0, "orange"), Step(20000.0, "red"))),
                        Column("dropped_points", T("Data hilang", "Points lost"), "short", 0, steps=NONE_IS_GOOD),
                        Column("clock_trusted", T("Jam", "Clock"), words=CLOCK),
                        Column("trips", T("Gangguan", "Trips"), "short", 0, steps=(Step(None, "text"), Step(1.0, "orange"))),
                    ),
                    width=24,
                ),
            ),
        ),
        Row(
            T("Bersama", "Together"),
            (
                Panel(
                    T("Angka tertutup per lokasi", "Closed figures by site"),
                    "table",
                    (Query(BY_SITE, table=True),),
                    more(T(
                        "Lengkap: penutupan dibagi hari antara penutupan pertama dan terakhir.",
                        "Complete: closings over the days between the first and the last of them.",
                    )),
                    columns=(
                        SITE,
                        *figures(),
                        Column("share", T("Bagian PLTS", "Share of PV"), "percent", 0),
                        DAYS,
                        Column("complete", T("Lengkap", "Complete"), "percent", 0, steps=(Step(None, "orange"), Step(99.0, "green"))),
                    ),
                    width=24,
                ),
                Panel(
                    T("Per bulan dan lokasi", "By month and site"),
                    "table",
                    (Query(BY_SITE_MONTH, table=True),),
                    BY_MONTH_WHY,
                    columns=(AS_MONTH, SITE, DAYS, *figures()),
                    width=24,
                    height=10,
                ),
                Panel(
                    T("CO2 terhindarkan per hari", "CO2 avoided by day"),
                    "bars",
                    (Query(f"SELECT time, site, co2_avoided_kg FROM impact {WHERE} ORDER BY time"),),
                    UNVERIFIED,
                    "masskg",
                    1,
                    stack=True,
                    total=True,
                    minimum=0.0,
                    width=24,
                ),
            ),
        ),
    ),
    since="now-90d",
    refresh="5m",
    dialect="sql",
    many=True,
    tags=("day",),
)  # fmt: skip
