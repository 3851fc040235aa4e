"""What a person should do about an alarm: interlock name -> (Bahasa Indonesia, English). Short imperatives, safest step first."""

from __future__ import annotations

from collections.abc import Mapping

from controller.web.context import Language

ADVICE: Mapping[str, tuple[str, str]] = {
    "no_flow": (
        "Periksa air di sumur dan pipa hisap, katup, saringan, lalu meter air.",
        "Check the water in the well and the suction pipe, the valves, the filter, then the flow meter.",
    ),
    "dry_power": (
        "Pompa mungkin tanpa air. Periksa sumur dan pipa hisap sebelum menyalakan lagi.",
        "The pump may be running dry. Check the well and the suction pipe before it starts again.",
    ),
    "meter_stands": (
        "Periksa meter air dan kabelnya: apakah berputar, apakah mengirim pulsa?",
        "Check the flow meter and its cable: does it turn, does it pulse?",
    ),
    "no_rise": (
        "Lihat ke dalam tandon. Periksa sensor muka air, pipa ke tandon, dan kebocoran.",
        "Look into the tank. Check the level sensor, the pipe to the tank, and for leaks.",
    ),
    "over_pressure": (
        "Buka katup secara manual dan periksa pipa yang tersumbat.",
        "Open a valve by hand and look for a blocked pipe.",
    ),
    "under_pressure": (
        "Cari pipa bocor atau sambungan lepas; periksa saringan hisap.",
        "Look for a leak or an open joint; check the suction strainer.",
    ),
    "drive_fault": (
        "Baca kode pada layar penggerak pompa, lalu hubungi teknisi.",
        "Read the code on the pump drive's display, then call the technician.",
    ),
    "drive_status": (
        "Lihat layar penggerak pompa, lalu hubungi teknisi.",
        "Look at the pump drive's display, then call the technician.",
    ),
    "pump_locked": (
        "Perbaiki penyebabnya, lalu tekan “Sudah diperiksa”.",
        "Mend the cause, then press “Checked”.",
    ),
    "write_failed": (
        "Periksa listrik dan kabel data alat itu. Kalau pompa masih menyala, matikan di panel.",
        "Check that device's power and data cable. If the pump still runs, switch it off at the panel.",
    ),
    "no_answer": (
        "Periksa MCB, kontaktor dan relai termal di panel.",
        "Check the breaker, the contactor and the thermal relay in the panel.",
    ),
    "still_on": (
        "Pompa tidak mau mati: matikan MCB di panel, lalu hubungi teknisi.",
        "The pump does not turn off: open the breaker in the panel, then call the technician.",
    ),
    "leak": (
        "Air mengalir padahal semua tertutup. Cari pipa bocor atau katup yang tidak rapat.",
        "Water flows though everything is closed. Look for a leak or a valve that does not shut.",
    ),
    "no_path": (
        "Tidak ada jalan air yang terbuka. Periksa katup dan kabelnya.",
        "No way for the water is open. Check the valves and their cables.",
    ),
    "stuck_valve": (
        "Tutup katup itu dengan tangan, lalu hubungi teknisi.",
        "Close that valve by hand, then call the technician.",
    ),
    "valve_stays_shut": (
        "Periksa kabel dan kotoran pada katup; buka dengan tangan bila perlu.",
        "Check the valve's cable and look for dirt; open it by hand if needed.",
    ),
    "valve_stuck_open": (
        "Tutup katup itu dengan tangan, lalu hubungi teknisi.",
        "Close that valve by hand, then call the technician.",
    ),
    "sensor_missing": (
        "Periksa kabel, listrik atau baterai sensor itu.",
        "Check that sensor's cable, power or battery.",
    ),
    "emergency_stop": (
        "Bila sudah aman, tekan “Jalankan lagi”.",
        "When it is safe, press “Resume”.",
    ),
    "suction_empty": (
        "Air di sumber rendah. Tunggu air naik; pompa mencoba lagi sendiri.",
        "The source is low. Wait for the water to rise; the pump tries again by itself.",
    ),
    "source_empty": (
        "Tandon sumber hampir kosong. Tunggu sampai terisi.",
        "The tank it draws from is nearly empty. Wait until it is filled.",
    ),
    "tank_empty": (
        "Tandon hampir kosong. Penyiraman lanjut setelah matahari mengisinya.",
        "The tank is nearly empty. Watering goes on when the sun has filled it.",
    ),
    "inverter_absent": (
        "Periksa lampu inverter dan MCB PLTS.",
        "Check the inverter's lamp and the PV plant's breaker.",
    ),
    "sink_hold": (
        "Periksa token, bucket dan alamat InfluxDB di config.yaml. Data tetap tersimpan di komputer ini.",
        "Check the InfluxDB token, bucket and address in config.yaml. The data stays on this computer.",
    ),
    "sink_refused": (
        "Sebagian data ditolak InfluxDB dan disimpan terpisah. Beri tahu teknisi.",
        "InfluxDB refused some data; it is kept aside. Tell the technician.",
    ),
    "sink_waiting": (
        "Periksa jaringan ke InfluxDB. Data tetap tersimpan dan dikirim nanti.",
        "Check the network to InfluxDB. The data is kept and sent later.",
    ),
    "clock_untrusted": (
        "Sambungkan internet sebentar atau setel jam, lalu tunggu.",
        "Connect the internet for a moment or set the clock, then wait.",
    ),
}


def advice(key: str, cause: str, language: Language) -> str:
    """What to do about a reason and the interlock that caused it; "" where nothing needs to be done."""
    wanted = dict.fromkeys((cause.removesuffix("_held"), key.removesuffix("_held")))
    found = (ADVICE.get(name) for name in wanted)
    return " ".join(texts[0 if language == "id" else 1] for texts in found if texts is not None)
