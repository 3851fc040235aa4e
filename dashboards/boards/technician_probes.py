"""The technician's sensors: which is silent, which drifts, and what a zone's decision rests on."""

from __future__ import annotations

from dashboards.boards.common import PROBE_PAUSE_S, RESTS_ON
from dashboards.influxql import course, rows, state
from dashboards.model import Column, Panel, Row, T

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
