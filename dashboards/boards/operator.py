"""For the caretaker: does the water run, is there enough, which plot waits, and what happened."""

from __future__ import annotations

from dashboards.boards.common import BUSY, NEUTRAL, ON_OFF, PROBE_PAUSE_S, WATER, happenings, power_flows
from dashboards.influxql import counted, course, newest, rows, state
from dashboards.model import Board, Column, Panel, Row, Step, T

NOW = Row(
    T("Sekarang", "Now"),
    (
        Panel(
            T("Pompa", "Pumps"),
            "stat",
            (newest("pump", 'last("running")', "device"),),
            T(
                "Keadaan terakhir tiap pompa: dari umpan balik kontaktor atau VFD bila ada, selain itu dari perintah pengendali.",
                "The newest state of each pump: read back from the contactor or drive where there is feedback, else the command.",
            ),
            words=ON_OFF,
            steps=NEUTRAL,
            width=5,
            height=5,
        ),
        Panel(
            T("Daya PLTS", "PV power"),
            "stat",
            (newest("pv", 'last("power_w")', "device"),),
            T("Daya keluar inverter, terakhir diukur.", "The inverter's output, as last measured."),
            "watt",
            steps=(Step(None, "#6e7687"), Step(50.0, "yellow")),
            width=5,
            height=5,
        ),
        Panel(
            T("Sisa daya untuk pompa", "Power free for pumps"),
            "stat",
            (newest("power", 'last("surplus_w")', alias=T("Sisa", "Free")),),
            T(
                "Dihitung pengendali: yang dapat diberikan PLTS dikurangi beban lain. Pompa mulai bila cukup lama di atas kebutuhannya.",
                "Calculated by the controller: what the PV plant could give less the other loads. A pump starts once this has been "
                "above its need for long enough.",
            ),
            "watt",
            steps=(Step(None, "#6e7687"), Step(1.0, "green")),
            width=4,
            height=5,
        ),
        Panel(
            T("Isi tandon", "Water in the tanks"),
            "stat",
            (newest("tank", 'last("volume_m3")', "device"),),
            T(
                "Tinggi air terukur dikali luas tandon dalam config.yaml. Batas kosong dan penuh berbeda di setiap lokasi, karena itu tanpa "
                "warna bahaya.",
                "Measured level times the tank's area of config.yaml. What is empty or full differs by site, so there is no colour of "
                "danger here.",
            ),
            "m3",
            1,
            steps=(Step(None, WATER),),
            width=5,
            height=5,
        ),
        Panel(
            T("Air dipompa dalam rentang ini", "Water pumped in this period"),
            "stat",
            (counted("pump", "volume_m3", "device", every="1h"),),
            T(
                "Selisih meter air pompa; meter yang mulai lagi dari nol tidak dihitung mundur. Tanpa meter air: kosong. Angka resmi per "
                "hari ada di dasbor CSR.",
                "What the pumps' water meters moved; a meter that starts again from zero is not counted backwards. Empty without a water "
                "meter. The official daily figure is on the CSR dashboard.",
            ),
            "m3",
            1,
            steps=(Step(None, WATER),),
            total=True,
            width=5,
            height=5,
        ),
        Panel(
            T("Pompa jalan, katup buka", "Pumps running, valves open"),
            "states",
            (
                state("pump", "running", "device", alias=T("Pompa $tag_device", "Pump $tag_device")),
                state("zone", "valve", "zone", alias=T("Petak $tag_zone", "Zone $tag_zone")),
            ),
            T(
                "Kapan setiap pompa jalan dan katup setiap petak terbuka. Perubahan dicatat saat itu juga.",
                "When each pump ran and the valves of each zone were open. Changes are recorded as they happen.",
            ),
            words=BUSY,
            width=24,
            height=8,
        ),
    ),
)

PLOTS = Row(
    T("Petak", "Zones"),
    (
        Panel(
            T("Petak yang harus disiram", "Zones that must be watered"),
            "table",
            (
                rows("zone", '1000 * last("due_epoch_s") AS "due"', "zone"),
                rows("zone", 'last("owed_mm") AS "owed"', "zone"),
                rows("zone", 'last("irrigated_mm") AS "given"', "zone"),
                rows("zone", '100 * last("depletion_mm") / last("raw_mm") AS "used"', "zone"),
            ),
            T(
                "Paling lambat air harus mengalir (perhitungan pengendali), air yang masih terutang, yang diberikan hari ini, dan berapa "
                "bagian air mudah tersedia yang sudah terpakai: di atas 100 % tanaman mulai kekurangan. Padi dan pot memakai batasnya sendiri.",
                "By when water must flow at the latest (the controller's calculation), water still owed, given today, and how much of the "
                "readily available water is used: above 100 % the crop begins to suffer. Paddies and pots have limits of their own.",
            ),
            columns=(
                Column("zone", T("Petak", "Zone")),
                Column("due", T("Paling lambat", "At the latest"), "dateTimeFromNow"),
                Column("owed", T("Terutang", "Owed"), "suffix:mm", 1),
                Column("given", T("Diberikan hari ini", "Given today"), "suffix:mm", 1),
                Column(
                    "used",
                    T("Air mudah terpakai", "Easy water used"),
                    "percent",
                    0,
                    steps=(Step(None, "green"), Step(80.0, "orange"), Step(100.0, "red")),
                ),
            ),
            join="zone",
            width=12,
            height=8,
        ),
        Panel(
            T("Air diberikan sejak tengah malam", "Water given since midnight"),
            "lines",
            (state("zone", "irrigated_mm", "zone"),),
            T(
                "Air irigasi sejak tengah malam setempat, per petak, dalam mm (1 mm = 1 liter per m2). Naik selama hari itu, lalu mulai lagi.",
                "Irrigation since local midnight, by zone, in mm (1 mm = 1 litre per m2). It rises over the day and begins again.",
            ),
            "suffix:mm",
            1,
            width=12,
            height=8,
        ),
        Panel(
            T("Air tanah yang terpakai", "Soil water used"),
            "lines",
            (course("zone", '100 * mean("depletion_mm") / mean("raw_mm")', "zone", fill="previous"),),
            T(
                "Kekurangan air dibagi air mudah tersedia. Dihitung setiap 15 menit dari cuaca, air yang diberikan, dan sensor tanah bila ada.",
                "Depletion over readily available water. Calculated every 15 minutes from weather, delivered water, and soil probes "
                "where there are any.",
            ),
            "percent",
            0,
            width=12,
        ),
        Panel(
            T("Lengas tanah terukur", "Measured soil moisture"),
            "lines",
            (course("soil", 'mean("vwc")', "zone", "device"),),
            T(
                "Bacaan sensor tanah dengan kalibrasi lokasi (m3 air per m3 tanah). Nilai yang meragukan tidak disimpan: celah adalah celah "
                "pengukuran.",
                "What the probes read, with the site's calibration (m3 of water per m3 of soil). Doubtful values are not stored: a gap is "
                "a gap in the measurement.",
            ),
            "percentunit",
            1,
            bridge_s=PROBE_PAUSE_S,
            width=12,
        ),
    ),
)

SUN = Row(
    T("Matahari, tandon, hujan", "Sun, tanks, rain"),
    (
        power_flows(),
        Panel(
            T("Tinggi air tandon", "Tank levels"),
            "lines",
            (course("tank", 'mean("level_m")', "device"),),
            T("Sensor tinggi air tiap tandon.", "Each tank's level sensor."),
            "suffix:m",
            2,
            minimum=0.0,
            width=8,
            height=9,
        ),
        Panel(
            T("Hujan per jam", "Rain by the hour"),
            "bars",
            (counted("weather", "rain_mm", "device", every="1h", alias=T("Hujan", "Rain"), fill="0"),),
            T(
                "Selisih penakar hujan per jam. Lokasi tanpa penakar: kosong.",
                "What the rain gauge counted in each hour. Empty at a site without a gauge.",
            ),
            "suffix:mm",
            1,
            soft=5.0,
            minimum=0.0,
            columns=(Column("Hujan", T("", ""), colour=WATER), Column("Rain", T("", ""), colour=WATER)),
        ),
        Panel(
            T("Kebutuhan air udara (ETo)", "What the air drinks (ETo)"),
            "lines",
            (course("weather", 'mean("eto_mm_d")', alias="ETo", fill="previous"),),
            T(
                "Evapotranspirasi acuan FAO-56 dalam mm per hari, dihitung dari data cuaca yang ada; tanpa stasiun cuaca memakai perkiraan "
                "musim.",
                "FAO-56 reference evapotranspiration in mm a day, calculated from what weather data there is; without a station it "
                "rests on the season.",
            ),
            "suffix:mm",
            1,
            minimum=0.0,
        ),
    ),
)

EVENTS = Row(
    T("Apa yang terjadi dan mengapa", "What happened, and why"),
    (
        happenings(
            "start|stop|trip|clear|press|order|close|day",
            T("Kejadian", "Events"),
            T(
                'Baris buku besar, terbaru di atas, paling banyak 500. "Baris" adalah nomor di ledger.db: `tirta ledger verify` memeriksanya.',
                'Rows of the ledger, newest first, at most 500. "Row" is the number in ledger.db: `tirta ledger verify` checks it.',
            ),
        ),
    ),
)

BOARD = Board(
    "operator",
    T("Pengelola air", "Operator"),
    T(
        "Air, matahari, petak, dan kejadian satu lokasi. Angka dari InfluxDB; bila jaringan putus data menyusul sendiri.",
        "Water, sun, zones and events of one site. Numbers from InfluxDB; after an outage of the network the data follows by itself.",
    ),
    (NOW, PLOTS, SUN, EVENTS),
    marks="start|stop|trip|order",
)
