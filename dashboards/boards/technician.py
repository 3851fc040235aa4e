"""For the technician: which device is silent, drifts, wears or trips, and how the controller itself is."""

from __future__ import annotations

from dashboards.boards.common import (
    BATTERY,
    CLOCK,
    GENSET,
    NEUTRAL,
    NONE_IS_GOOD,
    STATUS,
    happenings,
    power_flows,
)
from dashboards.boards.technician_probes import PROBES
from dashboards.influxql import course, newest, rows
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
