"""Words, colours and panels that more than one dashboard shows."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.influxql import course, rows
from dashboards.model import Column, Panel, Step, T, Word

ON_OFF: Mapping[float | str, Word] = {
    0.0: Word(T("Mati", "Off"), "#6e7687"),
    1.0: Word(T("Jalan", "Running"), "green"),
}
BUSY: Mapping[float | str, Word] = {
    0.0: Word(T("Mati / tutup", "Off / shut"), "#6e7687"),
    1.0: Word(T("Jalan / buka", "Running / open"), "blue"),
}
CLOCK: Mapping[float | str, Word] = {
    0.0: Word(T("Belum pasti", "Not certain"), "red"),
    1.0: Word(T("Tepat", "Right"), "green"),
}
RESTS_ON: Mapping[float | str, Word] = {
    0.0: Word(T("Kalender saja", "The calendar alone"), "red"),
    1.0: Word(T("Cuaca dan air", "Weather and water"), "orange"),
    2.0: Word(T("Sensor tanah", "Soil probes"), "green"),
}

STATUS: Mapping[float | str, Word] = {
    "running": Word(T("Jalan", "Running"), "green"),
    "standby": Word(T("Siaga", "Standby"), "#6e7687"),
    "off": Word(T("Mati", "Off"), "#6e7687"),
    "starting": Word(T("Mulai", "Starting"), "blue"),
    "waiting": Word(T("Menunggu", "Waiting"), "blue"),
    "derated": Word(T("Daya dikurangi", "Derated"), "orange"),
    "off_grid": Word(T("Lepas jaringan", "Off grid"), "orange"),
    "fault": Word(T("Gangguan", "Fault"), "red"),
}

PROBE_PAUSE_S = 4 * 3600.0
"""Wireless soil probes report every 20 minutes to a few hours: a line is drawn between such reports."""

PV, GRID, GENSET, WATER, PUMP, BATTERY = "yellow", "purple", "red", "blue", "light-blue", "green"
NEUTRAL = (Step(None, "text"),)
NONE_IS_GOOD = (Step(None, "green"), Step(1.0, "red"))

UNVERIFIED = T(
    "Perkiraan, belum diverifikasi: jumlah penutupan harian buku besar (ledger.db), setiap hari dengan faktor emisi dan tarif "
    "yang berlaku saat ditutup. Hari yang sedang berjalan belum ikut. Yang dapat diperiksa adalah buku besar, bukan grafik ini.",
    "Estimated, unverified: the sum of the ledger's daily closings (ledger.db), each with the emission factor and price it was "
    "closed with. The day that still runs is not in it. What an auditor checks is the ledger, not this graph.",
)

PV_NAME, GRID_NAME, GENSET_NAME = T("PLTS", "PV"), T("PLN", "Grid"), T("Genset", "Generator")


def coloured(name: T, colour: str) -> tuple[Column, Column]:
    """The colour of a series by its name, in whichever language it has."""
    return (Column(name.id, T("", ""), colour=colour), Column(name.en, T("", ""), colour=colour))


def power_flows() -> Panel:
    """Where the power comes from and where it goes."""
    could, load = T("PLTS sanggup", "PV could give"), T("Beban", "Loads")
    return Panel(
        T("Daya", "Power"),
        "lines",
        (
            course("pv", 'mean("power_w")', alias=PV_NAME),
            course("power", 'mean("potential_w")', alias=could),
            course("power", 'mean("grid_w")', alias=GRID_NAME),
            course("power", 'mean("genset_w")', alias=GENSET_NAME),
            course("power", 'mean("load_w")', alias=load),
            course("pump", 'mean("power_w")', "device", alias=T("Pompa $tag_device", "Pump $tag_device")),
        ),
        T(
            "PLTS, PLN, genset, beban, dan pompa menurut meter dan inverter; PLN positif berarti mengambil. \"PLTS sanggup\" dihitung "
            "dari iradiasi dan panel, bukan diukur. Alat yang tidak ada tidak digambar.",
            "PV, grid, generator, loads and pumps by the meters and the inverter; grid above zero is taken from it. \"PV could give\" "
            "is calculated from irradiance and the panels, not measured. What the site does not have is not drawn.",
        ),
        "watt",
        columns=(*coloured(PV_NAME, PV), *coloured(could, "#8a7a2a"), *coloured(GRID_NAME, GRID),
                 *coloured(GENSET_NAME, GENSET), *coloured(load, "orange"), Column("/^(Pompa|Pump) /", T("", ""), colour=PUMP)),
        width=16,
        height=9,
    )  # fmt: skip


def happenings(kinds: str, title: T, why: T, *, width: int = 24, sites: bool = False) -> Panel:
    """The ledger's events as rows, newest first; with the site where there may be several."""
    site, named = ('"site", ', (Column("site", T("Lokasi", "Site"), width=130),)) if sites else ("", ())
    return Panel(
        title,
        "table",
        (
            rows(
                "event",
                '"text_{language}" AS "text", ' + site + '"kind", "device", "zone", "seq"',
                extra=f'"kind" =~ /^({kinds})$/',
                tail=" ORDER BY time DESC LIMIT 500",
            ),
        ),
        why,
        columns=(
            Column("Time", T("Waktu", "Time"), width=170),
            *named,
            Column("text", T("Kejadian", "What happened")),
            Column("kind", T("Jenis", "Kind"), width=80),
            Column("device", T("Alat", "Device"), width=140),
            Column("zone", T("Petak", "Zone"), width=120),
            Column("seq", T("Baris", "Row"), width=90),
        ),
        width=width,
        height=10,
    )
