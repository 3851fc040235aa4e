"""For the technician: which device is silent, drifts, wears or trips, and how the controller itself is."""

from __future__ import annotations

from dashboards.boards.common import (
    BATTERY,
    CLOCK,
    GENSET,
    NEUTRAL,
    NONE_IS_GOOD,
    PROBE_PAUSE_S,
    RESTS_ON,
    STATUS,
    happenings,
    power_flows,
)
from dashboards.influxql import course, newest, rows, state
from dashboards.model import Board, Column, Panel, Row, Step, T

OWN = Row(
    T("Pengendali", "Controller"),
    (
        Panel(
            T("Jam", "Clock"),
            "stat",
            (newest("controller", 'last("clock_trusted")', alias=T("Jam", "Clock")),),
            T(
                "Apakah jam komputer sudah pasti. Selama belum, jadwal menunggu dan data diberi waktu kemudian.",
                "Whether the computer's clock is trusted. Until it is, schedules wait and data is dated later.",
            ),
            words=CLOCK,
            steps=NEUTRAL,
            width=4,
            height=5,
        ),
        Panel(
            T("Data menunggu dikirim", "Points waiting"),
            "stat",
            (newest("controller", 'last("backlog_points")', alias=T("Menunggu", "Waiting")),),
            T(
                "Titik data di telemetry.db yang belum diterima basis data. Naik saat jaringan putus, turun sendiri sesudahnya.",
                "Points in telemetry.db that the database has not taken. It rises while the network is away and falls by itself after.",
            ),
            "short",
            0,
            steps=(Step(None, "green"), Step(2000.0, "orange"), Step(20000.0, "red")),
            width=4,
            height=5,
        ),
        Panel(
            T("Data hilang", "Points lost"),
            "stat",
            (newest("controller", 'last("dropped_points")', alias=T("Hilang", "Lost")),),
            T(
                "Titik yang dibuang karena antrean penuh (telemetry.max_mb), sejak program dijalankan. Harus nol.",
                "Points thrown away because the queue was full (telemetry.max_mb), since the program started. Must be none.",
            ),
            "short",
            0,
            steps=NONE_IS_GOOD,
            width=4,
            height=5,
        ),
        Panel(
            T("Kepala buku besar", "Ledger head"),
            "table",
            (rows("controller", 'last("ledger_head") AS "head"'),),
            T(
                "Nomor dan hash baris terakhir ledger.db, dicatat di luar komputer lokasi: ekor buku besar yang dipotong ketahuan bila tidak sampai ke sini.",
                "Number and hash of the last row of ledger.db, kept outside the site's computer: a ledger whose tail was cut off is found out because it does not reach this.",
            ),
            columns=(
                Column("Time", T("Dicatat", "Told"), "dateTimeFromNow", width=140),
                Column("head", T("Baris:hash", "Row:hash")),
            ),
            width=12,
            height=5,
        ),
        Panel(
            T("Siklus terlambat", "Cycles late"),
            "lines",
            (course("controller", 'max("lag_s")', alias=T("Terlambat", "Late")),),
            T(
                "Keterlambatan terburuk antara dua titik. Siklus normal 1 detik; pengawas mematikan program sesudah 60 detik.",
                "The worst delay between two points. A cycle normally takes its turn every second; the watchdog ends the program "
                "after 60 s.",
            ),
            "s",
            soft=5.0,
            width=8,
        ),
        Panel(
            T("Lama menghitung satu siklus", "Time to reckon a cycle"),
            "lines",
            (course("controller", 'max("cycle_ms")', alias=T("Terburuk", "Worst")),),
            T("Yang terburuk antara dua titik.", "The worst between two points."),
            "ms",
            1,
            width=8,
        ),
        Panel(
            T("Memori dan antrean", "Memory and queue"),
            "lines",
            (
                course("controller", 'max("rss_mb")', alias=T("Memori (MB)", "Memory (MB)")),
                course("controller", 'max("backlog_points")', alias=T("Data menunggu", "Points waiting")),
            ),
            T(
                "Memori program (anggaran 96 MB) dan titik data yang menunggu dikirim.",
                "The program's resident memory (its budget is 96 MB) and the points that wait to be sent.",
            ),
            "short",
            0,
            width=8,
        ),
    ),
)

PUMPS = Row(
    T("Pompa", "Pumps"),
    (
        Panel(
            T("Debit", "Flow"),
            "lines",
            (course("pump", 'mean("flow_m3_h")', "device"),),
            T("Meter air di pipa pompa.", "The water meter on the pump's pipe."),
            "suffix:m³/h",
            1,
            minimum=0.0,
            width=8,
        ),
        Panel(
            T("Daya pompa", "Pump power"),
            "lines",
            (course("pump", 'mean("power_w")', "device"),),
            T(
                "Daya listrik masuk. Jauh di bawah pelat nama dengan debit nol: pompa kering atau impeler lepas.",
                "Electric input. Far below the nameplate with no flow: a dry pump or a lost impeller.",
            ),
            "watt",
            width=8,
        ),
        Panel(
            T("Energi tiap meter kubik", "Energy for a cubic metre"),
            "lines",
            (
                course(
                    "pump",
                    'mean("power_w") / mean("flow_m3_h") / 1000',
                    "device",
                    extra='"running" > 0 AND "flow_m3_h" > 0.1',
                ),
            ),
            T(
                "Daya dibagi debit selagi pompa jalan. Naik perlahan: saringan, impeler, atau pipa. Naik turun bersama muka air sumur: wajar.",
                "Power over flow while the pump runs. A slow rise: strainer, impeller or pipe. Up and down with the well's level: normal.",
            ),
            "suffix:kWh/m³",
            2,
            minimum=0.0,
            width=8,
        ),
        Panel(
            T("Frekuensi VFD", "Drive frequency"),
            "lines",
            (course("pump", 'mean("frequency_hz")', "device"),),
            T(
                "Frekuensi keluar VFD; kosong pada pompa tanpa VFD.",
                "The drive's output frequency; empty for a pump without a drive.",
            ),
            "hertz",
            1,
            width=8,
        ),
        Panel(
            T("Tekanan", "Pressure"),
            "lines",
            (course("pump", 'mean("pressure_bar")', "device"),),
            T(
                "Sensor tekanan di sisi tekan; kosong bila tidak ada.",
                "The pressure sensor on the discharge side; empty where there is none.",
            ),
            "pressurebar",
            2,
            width=8,
        ),
        Panel(
            T("Mulai per hari", "Starts a day"),
            "lines",
            (course("pump", 'max("starts")', "device"),),
            T(
                "Berapa kali pompa mulai sejak tengah malam setempat. Mendekati batas `starts_per_day`: periksa tandon dan batas isi.",
                "How often the pump has started since local midnight. Near `starts_per_day`: look at the tank and its limits.",
            ),
            "short",
            0,
            minimum=0.0,
            width=8,
        ),
    ),
)

POWER = Row(
    T("PLTS dan sumber lain", "PV plant and other sources"),
    (
        power_flows(),
        Panel(
            T("Daya terhadap iradiasi", "Power against irradiance"),
            "lines",
            (
                course("pv", 'mean("irradiance_w_m2")', alias=T("Iradiasi W/m²", "Irradiance W/m²")),
                course("weather", 'mean("forecast_ghi_w_m2")', alias=T("Prakiraan W/m²", "Forecast W/m²"), fill="previous"),
            ),
            T(
                "Piranometer dan prakiraan untuk kuarter yang sama. Daya rendah saat iradiasi tinggi belum tentu rusak: inverter tanpa ekspor "
                "hanya memberi yang dipakai.",
                "The pyranometer, and the forecast for the same quarter of an hour. Low power at high irradiance need not be a fault: "
                "an inverter that may not export gives only what is used.",
            ),
            "suffix:W/m²",
            0,
            minimum=0.0,
            width=8,
            height=9,
        ),
        Panel(
            T("Keadaan inverter", "Inverter state"),
            "states",
            (course("pv", 'last("status")', "device"),),
            T(
                "Kata inverter sendiri, diterjemahkan profilnya ke delapan istilah bersama.",
                "What the inverter says, put by its profile into eight common words.",
            ),
            words=STATUS,
            width=12,
            height=6,
        ),
        Panel(
            T("Tegangan, arus, dan suhu inverter", "Inverter voltage, current and temperature"),
            "lines",
            (
                course("pv", 'mean("voltage_v")', "device", alias=T("V $tag_device", "V $tag_device")),
                course("pv", 'mean("current_a")', "device", alias=T("A $tag_device", "A $tag_device")),
                course("pv", 'mean("temp_cell_c")', "device", alias=T("°C $tag_device", "°C $tag_device")),
            ),
            T("Seperti dilaporkan inverter; suhu sel bila ada sensornya.", "As the inverter reports them; cell temperature where it is sensed."),
            "short",
            1,
            width=12,
            height=6,
        ),
        Panel(
            T("Baterai", "Battery"),
            "lines",
            (
                course("power", 'mean("soc_pct")', alias=T("Isi %", "Charge %")),
            ),
            T("Isi baterai menurut inverter; kosong di lokasi tanpa baterai.", "State of charge by the inverter; empty at a site without a battery."),
            "percent",
            0,
            minimum=0.0,
            maximum=100.0,
            width=12,
        ),
        Panel(
            T("Daya baterai dan genset", "Battery and generator power"),
            "lines",
            (
                course("power", 'mean("battery_w")', alias=T("Baterai", "Battery")),
                course("power", 'mean("genset_w")', alias=T("Genset", "Generator")),
            ),
            T(
                "Baterai positif berarti mengisi. Kosong di lokasi tanpa keduanya.",
                "Battery above zero is charging. Empty at a site that has neither.",
            ),
            "watt",
            columns=(Column("Baterai", T("", ""), colour=BATTERY), Column("Battery", T("", ""), colour=BATTERY),
                     Column("Genset", T("", ""), colour=GENSET), Column("Generator", T("", ""), colour=GENSET)),
            width=12,
        ),
    ),
)  # fmt: skip

PROBES = Row(
    T("Sensor", "Sensors"),
    (
        Panel(
            T("Terakhir terdengar: sensor tanah", "Last heard: soil probes"),
            "table",
            (rows("soil", 'last("vwc") AS "vwc"', "zone", "device", "depth_cm"),),
            T(
                "Waktu pengukuran baik yang terakhir tiap sensor. Sensor nirkabel biasanya melapor setiap 20 menit sampai beberapa jam.",
                "When each probe last gave a good value. Wireless probes usually report every 20 minutes to a few hours.",
            ),
            columns=(
                Column("Time", T("Terakhir", "Last"), "dateTimeFromNow"),
                Column("zone", T("Petak", "Zone")),
                Column("device", T("Sensor", "Probe")),
                Column("depth_cm", T("Dalam (cm)", "Depth (cm)"), width=100),
                Column("vwc", T("Lengas", "Moisture"), "percentunit", 1, width=100),
            ),
            width=12,
        ),
        Panel(
            T("Keputusan petak bersandar pada", "What a zone's decision rests on"),
            "states",
            (state("zone", "rests_on", "zone"),),
            T(
                "Sensor tanah, atau bila diam cuaca dan air yang diberikan, atau musim saja. Turun tangga: periksa sensor petak itu.",
                "Soil probes, or when they are silent weather and delivered water, or the season alone. A step down: look at that "
                "zone's probe.",
            ),
            words=RESTS_ON,
            width=12,
        ),
        Panel(
            T("Lengas tiap sensor", "Moisture of each probe"),
            "lines",
            (course("soil", 'mean("vwc")', "zone", "device", "depth_cm", alias="$tag_zone $tag_device"),),
            T(
                "Dengan kalibrasi lokasi; m3 air per m3 tanah.",
                "With the site's calibration; m3 of water per m3 of soil.",
            ),
            "percentunit",
            1,
            bridge_s=PROBE_PAUSE_S,
            width=8,
        ),
        Panel(
            T("Beda antarsensor satu petak", "Spread of a zone's probes"),
            "lines",
            (course("zone", 'mean("probe_spread")', "zone", fill="previous"),),
            T(
                "Sensor terbasah dikurangi terkering. Besar dan tetap: salah pasang; tiba-tiba: kebocoran atau sensor lepas.",
                "Wettest less driest probe. Large and steady: badly placed; suddenly large: a leak or a probe pulled out.",
            ),
            "percentunit",
            1,
            minimum=0.0,
            soft=0.1,
            width=8,
        ),
        Panel(
            T("Suhu tanah", "Soil temperature"),
            "lines",
            (course("soil", 'mean("temp_c")', "zone", "device"),),
            T("Dari sensor tanah yang mengukurnya.", "From the soil probes that measure it."),
            "celsius",
            1,
            bridge_s=PROBE_PAUSE_S,
            width=8,
        ),
        Panel(
            T("EC tanah", "Soil EC"),
            "lines",
            (course("soil", 'mean("ec_us_cm")', "zone", "device"),),
            T(
                "Daya hantar menurut sensor, bukan ekstrak jenuh: bandingkan dengan dirinya sendiri, bukan dengan tabel garam.",
                "Conductivity as the probe sees it, not of a saturation extract: compare it with itself, not with salinity tables.",
            ),
            "suffix:µS/cm",
            0,
            bridge_s=PROBE_PAUSE_S,
            width=8,
        ),
        Panel(
            T("pH tanah", "Soil pH"),
            "lines",
            (course("soil", 'mean("ph")', "zone", "device"),),
            T(
                "Sensor pH di tanah bergeser dalam beberapa bulan.",
                "A pH probe in the soil drifts within months.",
            ),
            "short",
            1,
            bridge_s=PROBE_PAUSE_S,
            width=8,
        ),
        Panel(
            T("Stasiun cuaca", "Weather station"),
            "lines",
            (
                course("weather", 'mean("temp_air_c")', alias=T("Suhu °C", "Air °C")),
                course("weather", 'mean("rh_pct")', alias=T("Kelembapan %", "Humidity %")),
                course("weather", 'mean("wind_m_s")', alias=T("Angin m/s", "Wind m/s")),
            ),
            T("Kosong di lokasi tanpa stasiun cuaca.", "Empty at a site without a weather station."),
            "short",
            1,
            width=8,
        ),
        Panel(
            T("Tinggi air sawah", "Water on paddies"),
            "lines",
            (course("zone", 'mean("ponding_mm")', "zone", fill="previous"),),
            T(
                "Pipa sawah: positif di atas tanah, negatif di bawahnya. Lokasi tanpa padi: nol.",
                "The field water tube: above zero over the soil, below zero under it. Nought without paddies.",
            ),
            "suffix:mm",
            0,
            width=12,
        ),
    ),
)

EVENTS = Row(
    T("Gangguan", "Faults"),
    (
        Panel(
            T("Pengaman bekerja, per alat", "Interlocks that acted, by device"),
            "bars",
            (course("event", 'count("key")', "device", extra="\"kind\" = 'trip'", fill="none"),),
            T(
                "Berapa kali pengaman menghentikan sesuatu (kering, tanpa aliran, tandon penuh, dan lain-lain).",
                "How often an interlock took something away (dry run, no flow, tank full and so on).",
            ),
            "short",
            0,
            total=True,
            width=8,
            height=10,
        ),
        happenings(
            "trip|clear|press|order",
            T("Gangguan dan tindakan orang", "Trips and what people did"),
            T("Baris buku besar, terbaru di atas.", "Rows of the ledger, newest first."),
            width=16,
        ),
    ),
)

BOARD = Board(
    "technician",
    T("Teknisi", "Technician"),
    T("Alat, sensor, dan pengendali satu lokasi.", "Devices, sensors and the controller of one site."),
    (OWN, PUMPS, POWER, PROBES, EVENTS),
    since="now-2d",
    marks="trip|clear|press|order",
)
