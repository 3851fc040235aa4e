"""For the company: energy, water, CO2 and money from the ledger's daily closings, with their limits written beside them."""

from __future__ import annotations

from dashboards.boards.common import (
    GENSET,
    GENSET_NAME,
    GRID,
    GRID_NAME,
    PV,
    PV_NAME,
    UNVERIFIED,
    WATER,
    coloured,
)
from dashboards.influxql import where
from dashboards.model import Board, Column, Panel, Query, Row, Step, T

ABOUT = T(
    "**Perkiraan, belum diverifikasi.** Angka di sini adalah jumlah *penutupan harian* buku besar lokasi. Sebuah penutupan muncul sesudah "
    "tengah malam setempat; hari ini belum ikut. Yang dihitung hanya listrik PLTS yang **terpakai** oleh pompa dan alat yang diukur, bukan "
    "yang dapat dibuat panel. Rumus, faktor, dan ketidakpastiannya: `docs/impact.id.md` dan laporan `tirta`. Yang diperiksa auditor adalah "
    "`ledger.db`: `tirta ledger verify`.",
    "**Estimated, unverified.** The numbers here are sums of the *daily closings* of the site's ledger. A closing appears after local "
    "midnight; today is not in it. Only PV energy that pumps and metered loads **used** is counted, not what the panels could have made. "
    "Formula, factors and their uncertainty: `docs/impact.md` and the `tirta` report. What an auditor checks is `ledger.db`: "
    "`tirta ledger verify`.",
)

NAMES = {
    "co2": T("CO2 terhindarkan", "CO2 avoided"),
    "ch4": T("Metana terhindarkan", "Methane avoided"),
    "solar": T("Listrik PLTS terpakai", "PV energy used"),
    "water": T("Air dipompa", "Water pumped"),
    "saved": T("Biaya dihemat", "Cost saved"),
    "share": T("Bagian PLTS", "Share of PV"),
    "days": T("Hari tertutup", "Days closed"),
    "specific": T("Air tiap kWh", "Water for a kWh"),
}


def more(why: T) -> T:
    """A reason, followed by the statement that every accounted figure carries."""
    return T(f"{why.id} {UNVERIFIED.id}", f"{why.en} {UNVERIFIED.en}")


METHANE = T(
    "Dari petak padi yang diairi basah-kering bergantian, hanya hari yang dibuktikan kering oleh sensor tinggi air (IPCC 2019, Tier 1). "
    "Kosong tanpa padi.",
    "From paddies under alternate wetting and drying, only days that the level sensor proves drained (IPCC 2019, Tier 1). Empty without "
    "paddies.",
)
WHY = {
    "co2": more(
        T(
            "Listrik PLTS terpakai dikali faktor emisi lokasi.",
            "PV energy used times the site's emission factor.",
        )
    ),
    "ch4": more(METHANE),
    "solar": more(
        T(
            "Pompa dan beban terukur, dikurangi PLN dan genset.",
            "Pumps and metered loads, less grid and generator.",
        )
    ),
    "water": more(
        T(
            "Meter air pompa; tanpa meter: waktu kali debit pelat nama.",
            "The pumps' water meters; without: time and rated flow.",
        )
    ),
    "saved": more(T("Listrik PLTS terpakai dikali tarif lokasi.", "PV energy used times the site's tariff.")),
    "share": more(T("PLTS dibagi PLTS + PLN + genset.", "PV over PV + grid + generator.")),
    "days": T(
        "Banyaknya penutupan harian dalam rentang ini. Kurang dari jumlah harinya: pengendali mati saat tengah malam atau data belum sampai.",
        "How many daily closings are in this period. Fewer than its days: the controller was off at midnight, or data is still to come.",
    ),
    "specific": more(
        T("Air dipompa dibagi semua listrik yang dihitung.", "Water pumped over all energy counted.")
    ),
}
UNITS = {"co2": ("masskg", 1), "ch4": ("masskg", 2), "solar": ("kwatth", 1), "water": ("m3", 1), "saved": ("currency:financial:Rp", 0),
         "share": ("percent", 0), "days": ("short", 0), "specific": ("suffix:m³/kWh", 2)}  # fmt: skip
COLOURS = {
    "co2": "green",
    "ch4": "green",
    "solar": PV,
    "water": WATER,
    "saved": "text",
    "share": PV,
    "days": "text",
    "specific": WATER,
}

ALL_KWH = '(sum("solar_kwh") + sum("grid_kwh") + sum("diesel_kwh"))'
SUMS = {
    "co2": 'sum("co2_avoided_kg")',
    "solar": 'sum("solar_kwh")',
    "water": 'sum("water_m3")',
    "saved": 'sum("saved_idr")',
    "share": f'100 * sum("solar_kwh") / {ALL_KWH}',
    "specific": f'sum("water_m3") / {ALL_KWH}',
    "ch4": 'sum("ch4_avoided_kg")',
    "days": 'count("solar_kwh")',
}


def sum_panel(what: str, query: Query) -> Panel:
    """One figure of the period."""
    unit, decimals = UNITS[what]
    steps = (Step(None, COLOURS[what]),)
    return Panel(NAMES[what], "stat", (query,), WHY[what], unit, decimals, steps=steps, width=6, height=4)


def influx_sum(what: str) -> Query:
    """The figure in InfluxQL."""
    return Query(f'SELECT {SUMS[what]} FROM "impact" {where()}', NAMES[what])


def daily(field: str, alias: T, function: str = "") -> Query:
    """One value for each closing, dated the last second of its day."""
    what = f'{function}("{field}")' if function else f'"{field}"'
    return Query(f'SELECT {what} FROM "impact" {where()}', alias)


ENERGY_COLOURS = (*coloured(PV_NAME, PV), *coloured(GRID_NAME, GRID), *coloured(GENSET_NAME, GENSET))
WATER_COLOURS = coloured(NAMES["water"], WATER)
CO2_COLOURS = coloured(NAMES["co2"], "green")

SOURCES_WHY = more(
    T(
        "Dari mana listrik pompa dan beban terukur, per hari.",
        "Where the energy of pumps and metered loads came from, by day.",
    )
)


def daily_panels(
    energy: tuple[Query, ...], water: tuple[Query, ...], co2: tuple[Query, ...]
) -> tuple[Panel, ...]:
    """Days as bars, and how the CO2 adds up."""
    return (
        Panel(T("Listrik menurut sumber", "Energy by source"), "bars", energy, SOURCES_WHY, "kwatth", 1,
              columns=ENERGY_COLOURS, stack=True, total=True, minimum=0.0),
        Panel(T("Air per hari", "Water by day"), "bars", water, WHY["water"], "m3", 1,
              columns=WATER_COLOURS, total=True, minimum=0.0),
        Panel(T("CO2 terhindarkan, terkumpul", "CO2 avoided, adding up"), "lines", co2, WHY["co2"], "masskg", 1,
              columns=CO2_COLOURS, minimum=0.0, width=24),
    )  # fmt: skip


FIELDS = ("solar_kwh", "grid_kwh", "diesel_kwh", "water_m3", "co2_avoided_kg", "ch4_avoided_kg", "saved_idr")
TITLES = {
    "solar_kwh": (T("PLTS", "PV"), "kwatth", 2),
    "grid_kwh": (T("PLN", "Grid"), "kwatth", 2),
    "diesel_kwh": (T("Genset", "Generator"), "kwatth", 2),
    "water_m3": (T("Air", "Water"), "m3", 2),
    "co2_avoided_kg": (T("CO2 terhindarkan", "CO2 avoided"), "masskg", 2),
    "ch4_avoided_kg": (T("Metana terhindarkan", "Methane avoided"), "masskg", 3),
    "saved_idr": (T("Dihemat", "Saved"), "currency:financial:Rp", 0),
}


def figures(suffix: str = "") -> tuple[Column, ...]:
    """The columns of accounted figures."""
    return tuple(Column(name + suffix, title, unit, places) for name, (title, unit, places) in TITLES.items())


RAW = ", ".join(f'"{name}"' for name in FIELDS)
SUMMED = ", ".join(f'sum("{name}") AS "{name}"' for name in FIELDS)
BY_MONTH = T("Per bulan", "By month")
BY_MONTH_WHY = more(
    T("Penutupan harian dijumlahkan per bulan kalender.", "Daily closings summed by calendar month.")
)
BY_FACTOR = T("Menurut acuan dan faktor", "By baseline and factor")
BY_FACTOR_WHY = more(
    T(
        "Faktor lain berlaku sejak harinya sendiri; setiap baris memakai satu faktor.",
        "Another factor counts from its own day on; each row was closed with one.",
    )
)
EACH_DAY = T("Penutupan harian", "Daily closings")
EACH_DAY_WHY = more(
    T(
        "Satu baris setiap penutupan. Bandingkan dengan `tirta ledger`: angkanya sama.",
        "One row for each closing. Compare with `tirta ledger`: the numbers are the same.",
    )
)
TAGS = (
    Column("baseline", T("Acuan", "Baseline"), width=90),
    Column("factor", T("Faktor", "Factor"), width=260),
)

ACCOUNTS = (
    Panel(BY_MONTH, "table", (Query(f'SELECT {RAW} FROM "impact" {where()}', table=True),), BY_MONTH_WHY,
          columns=(Column("Time", T("Bulan", "Month"), width=110), *figures(" (sum)")), month="Time", width=24),
    Panel(BY_FACTOR, "table", (Query(f'SELECT {SUMMED} FROM "impact" {where()} GROUP BY "baseline", "factor"', table=True),),
          BY_FACTOR_WHY, columns=(Column("Time"), *TAGS, *figures()), width=24, height=5),
    Panel(EACH_DAY, "table", (Query(f'SELECT "baseline", "factor", {RAW} FROM "impact" {where()} ORDER BY time DESC', table=True),),
          EACH_DAY_WHY, columns=(Column("Time", T("Ditutup", "Closed"), width=170), *TAGS, *figures()), width=24, height=10),
)  # fmt: skip

TITLE = T("CSR: energi, air, CO2", "CSR: energy, water, CO2")
HEAD = Panel(T("", ""), "text", body=ABOUT, width=24, height=4)
DAILY = daily_panels(
    (daily("solar_kwh", PV_NAME), daily("grid_kwh", GRID_NAME), daily("diesel_kwh", GENSET_NAME)),
    (daily("water_m3", NAMES["water"]),),
    (daily("co2_avoided_kg", NAMES["co2"], "cumulative_sum"),),
)

BOARD = Board(
    "csr",
    TITLE,
    T(
        "Angka harian yang ditutup dalam buku besar satu lokasi.",
        "Figures of one site, closed in its ledger day by day.",
    ),
    (
        Row(
            T("Rentang yang dipilih", "The period chosen"),
            (HEAD, *(sum_panel(what, influx_sum(what)) for what in SUMS)),
        ),
        Row(T("Hari demi hari", "Day by day"), DAILY),
        Row(T("Pembukuan", "Accounts"), ACCOUNTS),
    ),
    since="now-30d",
    refresh="15m",
    tags=("day",),
)
