"""When Grafana calls somebody: the rules, each with what it means and what to do, in both languages at once.

A rule is one per database, not one per language: a site would otherwise call twice.
"""

from __future__ import annotations

from dataclasses import dataclass

from dashboards.model import T


@dataclass(frozen=True, slots=True)
class Ask:
    """One InfluxQL query over the last ``since_s`` seconds, reduced to a number for each series: "last", "max" or "sum"."""

    query: str
    since_s: int
    reducer: str = "last"


@dataclass(frozen=True, slots=True)
class Rule:
    """``when``: an expression over the queries' numbers, $A $B; it calls while that is not 0, for ``lasting``.

    ``silence_calls``: an answer without any series calls too.
    """

    name: str
    title: T
    what: T
    do: T
    asks: tuple[Ask, ...]
    when: str
    lasting: str = "5m"
    level: str = "warning"
    silence_calls: bool = False


HOUR, DAY = 3600, 86400


def _since(what: str, measurement: str, tags: str, extra: str = "", every: str = "") -> str:
    condition = f"{extra} AND $timeFilter" if extra else "$timeFilter"
    groups = f"{every}, {tags}" if every else tags
    return f'SELECT {what} FROM "{measurement}" WHERE {condition} GROUP BY {groups}'


def _quiet(measurement: str, field: str, tags: str, every: str) -> str:
    """Points in the newest two intervals together, 0 where there was none: who was heard this week and is not any more.

    Two, because the newest one has only just begun.
    """
    what = f'moving_average(count("{field}"), 2)'
    return _since(what, measurement, tags, every=f"time({every})") + " fill(0)"


RULES: tuple[Rule, ...] = (
    Rule(
        "site-silent",
        T("Lokasi diam", "Site silent"),
        T("Tidak ada data baru dari pengendali.", "Nothing new comes from the controller."),
        T(
            "Periksa listrik, jaringan, dan lampu komputer di lokasi. Pompa tetap diatur di sana; data menyusul sendiri.",
            "Check power, network and the computer at the site. It goes on running the pumps; the data follows by itself.",
        ),
        (Ask(_quiet("controller", "cycle_ms", '"site"', "15m"), 7 * DAY),),
        "$A <= 0",
        "5m",
        "critical",
        silence_calls=True,
    ),
    Rule(
        "pump-trip",
        T("Pengaman bekerja", "Interlock acted"),
        T("Pengaman menghentikan pompa atau katup.", "An interlock stopped a pump or a valve."),
        T(
            "Baca sebabnya di dasbor Teknisi, \"Gangguan dan tindakan orang\", dan di halaman lokasi.",
            "Read the reason on the Technician dashboard, \"Trips and what people did\", and on the site's page.",
        ),
        (Ask(_since('count("key")', "event", '"site", "device", "zone"', "\"kind\" = 'trip'"), 900, "sum"),),
        "$A > 0",
        "0s",
    ),
    Rule(
        "backlog-growing",
        T("Antrean data bertambah", "Backlog grows"),
        T("Data lebih cepat dibuat daripada diterima.", "Data is made faster than it is taken."),
        T(
            "Jaringan lambat atau InfluxDB menolak: `tirta status` di lokasi menunjukkan jawabannya.",
            "A slow network, or InfluxDB refuses: `tirta status` at the site shows its answer.",
        ),
        (
            Ask(_since('last("backlog_points")', "controller", '"site"'), HOUR),
            Ask(_since('first("backlog_points")', "controller", '"site"'), HOUR),
        ),
        "$A > 2000 && $A > $B",
        "15m",
    ),
    Rule(
        "points-dropped",
        T("Data hilang", "Data lost"),
        T("Antrean penuh dan data lama dibuang.", "The queue was full and old data was thrown away."),
        T(
            "Pulihkan jaringan ke InfluxDB; bila sering, naikkan `telemetry.max_mb`. Buku besar tidak terpengaruh.",
            "Mend the way to InfluxDB; if it happens often raise `telemetry.max_mb`. The ledger is not affected.",
        ),
        (Ask(_since('spread("dropped_points")', "controller", '"site"'), HOUR),),
        "$A > 0",
        "0s",
    ),
    Rule(
        "clock-untrusted",
        T("Jam belum pasti", "Clock not certain"),
        T("Komputer belum menyetel jamnya sejak menyala.", "The computer has not set its clock since it started."),
        T(
            "Beri internet sebentar atau pasang jam berbaterai (RTC). Selama itu jadwal menunggu.",
            "Give it the internet for a moment, or fit a battery clock (RTC). Until then schedules wait.",
        ),
        (Ask(_since('last("clock_trusted")', "controller", '"site"'), HOUR),),
        "$A < 1",
        "15m",
    ),
    Rule(
        "ledger-still",
        T("Buku besar tidak bergerak", "Ledger stands still"),
        T(
            "Kepala buku besar tidak berubah lebih dari sehari, padahal pengendali hidup: penutupan harian tidak tercatat.",
            "The ledger's head has not moved for over a day while the controller is alive: no daily closing was recorded.",
        ),
        T(
            "Jalankan `tirta ledger verify`; periksa apakah kartu penuh atau rusak.",
            "Run `tirta ledger verify`; see whether the card is full or broken.",
        ),
        (
            Ask(_since('count(distinct("ledger_head"))', "controller", '"site"'), 26 * HOUR),
            Ask(_since('count("cycle_ms")', "controller", '"site"'), 26 * HOUR),
        ),
        "$A < 2 && $B > 1400",
        "30m",
        "critical",
    ),
    Rule(
        "dry-while-sun",
        T("Petak kering padahal ada matahari", "Zone dry while the sun shines"),
        T(
            "Air tanah jauh di bawah batas, daya tersisa, dan katup tertutup dua jam terakhir.",
            "Soil water is far below its limit, power is left over, and the valve stayed shut for two hours.",
        ),
        T(
            "Lihat alasannya di halaman lokasi: tandon kosong, giliran, hujan yang diperkirakan, atau gangguan pompa.",
            "See the reason on the site's page: tank empty, turns, rain that is expected, or a tripped pump.",
        ),
        (
            Ask(_since('mean("depletion_mm") / mean("raw_mm")', "zone", '"site", "zone"', '"raw_mm" > 1'), 2 * HOUR),
            Ask(_since('max("valve")', "zone", '"site", "zone"'), 2 * HOUR),
            Ask(_since('min("surplus_w")', "power", '"site"'), HOUR),
        ),
        "$A > 1.2 && $B < 1 && $C > 300",
        "30m",
    ),
    Rule(
        "probe-silent",
        T("Sensor tanah diam", "Soil probe silent"),
        T("Sensor yang pekan ini melapor sudah empat sampai delapan jam diam.", "A probe that reported this week has been silent for four to eight hours."),
        T(
            "Baterai, antena, kabel, atau gateway. Petaknya kini bersandar pada cuaca dan air yang diberikan.",
            "Battery, aerial, cable or gateway. Its zone now rests on weather and delivered water.",
        ),
        (Ask(_quiet("soil", "vwc", '"site", "zone", "device"', "4h"), 7 * DAY),),
        "$A <= 0",
        "10m",
    ),
    Rule(
        "inverter-fault",
        T("Inverter melapor gangguan", "Inverter reports a fault"),
        T("Keadaan inverter: fault.", "The inverter's state: fault."),
        T("Catat kode di layar inverter sebelum dimatikan.", "Note the code on its display before switching it off."),
        (Ask(_since('count("status")', "pv", '"site", "device"', "\"status\" = 'fault'"), 900, "sum"),),
        "$A > 0",
        "10m",
    ),
    Rule(
        "cycle-late",
        T("Pengendali terlambat", "Controller is late"),
        T("Siklus terlambat lebih dari 10 detik.", "A cycle was more than 10 s late."),
        T(
            "Komputer sibuk, kartu lambat, atau kabel RS485 penuh: lihat dasbor Teknisi.",
            "A busy computer, a slow card or a crowded RS485 line: see the Technician dashboard.",
        ),
        (Ask(_since('max("lag_s")', "controller", '"site"'), 900, "max"),),
        "$A > 10",
        "10m",
    ),
    Rule(
        "memory",
        T("Memori pengendali berlebih", "Controller's memory too large"),
        T("Program memakai lebih dari 120 MB (anggaran 96 MB).", "The program uses more than 120 MB (its budget is 96 MB)."),
        T("Laporkan dengan lognya: `journalctl -u tirtasurya`.", "Report it with its log: `journalctl -u tirtasurya`."),
        (Ask(_since('min("rss_mb")', "controller", '"site"'), HOUR),),
        "$A > 120",
        "1h",
    ),
)  # fmt: skip
