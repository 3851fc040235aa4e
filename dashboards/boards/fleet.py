"""For who looks after many sites: which one is silent, which one needs somebody, and what they did together."""

from __future__ import annotations

from dashboards.boards.common import CLOCK, NONE_IS_GOOD, PV, UNVERIFIED, happenings
from dashboards.boards.csr import figures
from dashboards.influxql import course, group, rows, where
from dashboards.model import DAYS_ZONE, Board, Column, Panel, Query, Row, Step, T


def last_of_all(measurement: str, field: str, name: str) -> Query:
    """The newest value of each device, added up by site."""
    inner = f'SELECT last("{field}") AS "v" FROM "{measurement}" {where()}{group("site", "device")}'
    return Query(f'SELECT sum("v") AS "{name}" FROM ({inner}) WHERE $timeFilter{group("site")}', table=True)


def by_day(field: str) -> Query:
    """Closings by calendar day and site: closed at the midnights of different zones, counted on the same day."""
    days = group("site", every="1d", fill="none")
    return Query(f'SELECT sum("{field}") FROM "impact" {where()}{days} tz(\'{DAYS_ZONE}\')', "$tag_site")


HEARD = Panel(
    T("Terakhir terdengar", "Last heard"),
    "table",
    (rows("controller", 'last("backlog_points") AS "backlog"', "site"),),
    T(
        "Waktu titik data terbaru pengendali dalam rentang ini; lokasi yang diam selama seluruh rentang tidak muncul.",
        "The time of the controller's newest point in this period; a site that was silent all the time is not listed.",
    ),
    columns=(
        Column("site", T("Lokasi", "Site")),
        Column("Time", T("Terdengar", "Heard"), "dateTimeFromNow"),
        Column("backlog", T("Menunggu", "Waiting"), "short", 0, width=100,
               steps=(Step(None, "green"), Step(2000.0, "orange"), Step(20000.0, "red"))),
    ),
    width=8,
)  # fmt: skip

SITES_TABLE = Panel(
    T("Semua lokasi", "All sites"),
    "table",
    (
        rows("controller", 'last("dropped_points") AS "dropped"', "site"),
        rows("controller", 'last("clock_trusted") AS "clock"', "site"),
        last_of_all("pv", "power_w", "pv_w"),
        last_of_all("pump", "running", "pumps"),
        rows("event", 'count("key") AS "trips"', "site", extra="\"kind\" = 'trip'"),
    ),
    T(
        "Nilai terbaru tiap alat dalam rentang ini, dijumlahkan per lokasi; gangguan: pengaman yang bekerja dalam rentang ini.",
        "Each device's newest value in this period, added up by site; trips: interlocks that acted in this period.",
    ),
    columns=(
        Column("site", T("Lokasi", "Site")),
        Column("pv_w", T("Daya PLTS", "PV power"), "watt"),
        Column("pumps", T("Pompa jalan", "Pumps running"), "short", 0),
        Column("dropped", T("Data hilang", "Points lost"), "short", 0, steps=NONE_IS_GOOD),
        Column("clock", T("Jam", "Clock"), words=CLOCK),
        Column("trips", T("Gangguan", "Trips"), "short", 0, steps=(Step(None, "text"), Step(1.0, "orange")), empty="0"),
    ),
    join="site",
    width=16,
)  # fmt: skip

NOW = Row(
    T("Sekarang", "Now"),
    (
        HEARD,
        SITES_TABLE,
        Panel(
            T("Terdengar", "Heard"),
            "lines",
            (course("controller", 'count("cycle_ms")', "site", fill="0"),),
            T(
                "Titik data pengendali tiap selang. Nol: lokasi diam (listrik, jaringan, atau program). Data yang menyusul mengisi celah.",
                "The controller's points in each interval. Zero: the site was silent (power, network or program). What arrives later "
                "fills the gap.",
            ),
            "short",
            0,
            minimum=0.0,
        ),
        Panel(
            T("Data menunggu", "Points waiting"),
            "lines",
            (course("controller", 'max("backlog_points")', "site"),),
            T(
                "Antrean yang belum diterima basis data, per lokasi.",
                "What the database has not taken yet, by site.",
            ),
            "short",
            0,
            minimum=0.0,
        ),
    ),
)

BY_SITE = (
    "SELECT "
    + ", ".join(f'sum("{column.name}") AS "{column.name}"' for column in figures())
    + ', count("solar_kwh") AS "days" FROM "impact" '
    + where()
    + group("site")
)

TOGETHER = Row(
    T("Bersama", "Together"),
    (
        Panel(
            T("Angka tertutup per lokasi", "Closed figures by site"),
            "table",
            (Query(BY_SITE, table=True),),
            UNVERIFIED,
            columns=(
                Column("Time"),
                Column("site", T("Lokasi", "Site")),
                *figures(),
                Column("days", T("Hari tertutup", "Days closed")),
            ),
            width=24,
        ),
        Panel(
            T("CO2 terhindarkan per hari", "CO2 avoided by day"),
            "bars",
            (by_day("co2_avoided_kg"),),
            UNVERIFIED,
            "masskg",
            1,
            stack=True,
            total=True,
            minimum=0.0,
            from_start=True,
        ),
        Panel(
            T("Air dipompa per hari", "Water pumped by day"),
            "bars",
            (by_day("water_m3"),),
            UNVERIFIED,
            "m3",
            1,
            stack=True,
            total=True,
            minimum=0.0,
            from_start=True,
        ),
        Panel(
            T("Daya PLTS per lokasi", "PV power by site"),
            "lines",
            (course("pv", 'mean("power_w")', "site"),),
            T("Rata-rata inverter tiap lokasi.", "The mean of each site's inverters."),
            "watt",
            minimum=0.0,
            columns=(Column("PV", T("", ""), colour=PV),),
        ),
        Panel(
            T("Air terutang pada petak", "Water owed to zones"),
            "lines",
            (course("zone", 'max("owed_mm")', "site", fill="previous"),),
            T(
                "Petak yang paling banyak terutang di setiap lokasi: air yang sudah waktunya tetapi belum dapat diberikan.",
                "The zone that is owed most at each site: water that was due and could not be given yet.",
            ),
            "suffix:mm",
            1,
            minimum=0.0,
        ),
    ),
)

TROUBLE = Row(
    T("Gangguan", "Trouble"),
    (
        Panel(
            T("Pengaman bekerja, per lokasi", "Interlocks that acted, by site"),
            "bars",
            (course("event", 'count("key")', "site", extra="\"kind\" = 'trip'", fill="none"),),
            T("Dari baris buku besar berjenis trip.", "From the ledger's rows of kind trip."),
            "short",
            0,
            stack=True,
            total=True,
            width=8,
            height=10,
        ),
        happenings(
            "trip",
            T("Gangguan terbaru", "Latest trips"),
            T("Semua lokasi yang dipilih, terbaru di atas.", "All chosen sites, newest first."),
            width=16,
            sites=True,
        ),
    ),
)

BOARD = Board(
    "fleet",
    T("Semua lokasi", "Fleet"),
    T("Beberapa lokasi berdampingan.", "Several sites side by side."),
    (NOW, TOGETHER, TROUBLE),
    since="now-7d",
    refresh="5m",
    many=True,
    marks="trip",
    tags=("day",),
)
