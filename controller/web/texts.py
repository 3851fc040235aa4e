"""The page's own words: key -> (Bahasa Indonesia, English). Sentences about what runs and why come from ``controller.i18n``.

"Solar" is diesel in Indonesian; the sun's plant is PLTS.
"""

from __future__ import annotations

from collections.abc import Mapping

from controller.web.context import Language

TEXTS: Mapping[str, tuple[str, str]] = {
    # ------------------------------------------------------------------------------------------------ head and foot
    "title": ("Irigasi tenaga matahari", "Irrigation by the sun"),
    "simulated": ("Waktu simulasi {rate}×", "Simulated time {rate}×"),
    "clock_untrusted": (
        "Jam komputer ini belum pasti. Jadwal menunggu sampai jam tersetel.",
        "This computer's clock is not certain yet. The schedule waits until it is set.",
    ),
    "other_language": ("English", "Bahasa Indonesia"),
    "skip": ("Langsung ke isi", "Skip to content"),
    "sign_in": ("Masuk dengan PIN", "Sign in with the PIN"),
    "signed_in": ("Sudah masuk", "Signed in"),
    "sign_out": ("Keluar", "Sign out"),
    "offline": (
        "Sambungan ke pengendali putus. Yang tampil adalah keadaan terakhir yang diterima.",
        "The connection to the controller is lost. This is the last state that arrived.",
    ),
    "foot": ("Tirtasurya – air dari matahari", "Tirtasurya – water from the sun"),
    "foot_cycle": ("Siklus ke-{cycles}, {ms} ms", "Cycle {cycles}, {ms} ms"),
    "foot_head": ("Kepala buku besar", "Ledger head"),
    "foot_backlog": ("Data menunggu dikirim", "Data waiting to be sent"),
    "points": ("{count} titik data", "{count} points"),
    # ------------------------------------------------------------------------------------------------------- orders
    "stop_all": ("HENTI DARURAT", "EMERGENCY STOP"),
    "stop_all_hint": ("Matikan semua pompa dan katup sekarang", "Turn off all pumps and valves now"),
    "resume": ("Jalankan lagi…", "Resume…"),
    "resume_title": ("Jalankan lagi?", "Resume?"),
    "resume_text": (
        "Pompa dan katup bisa menyala sendiri tanpa peringatan. Pastikan tidak ada orang yang bekerja di dekatnya atau di panel.",
        "Pumps and valves may start by themselves without warning. Make sure that nobody works near them or at the panel.",
    ),
    "resume_yes": ("Ya, sudah aman: jalankan lagi", "Yes, it is safe: resume"),
    "back": ("Batal, kembali", "Cancel, go back"),
    "stopped_title": ("Semua dihentikan", "Everything is stopped"),
    "stopped_text": (
        "Pompa dan katup tidak akan menyala sampai Anda menjalankannya lagi. Air yang terutang tetap dicatat.",
        "No pump or valve will start until you resume. Water that is owed stays on record.",
    ),
    "water_minutes": ("Siram {minutes} menit", "Water {minutes} min"),
    "fill_minutes": ("Isi tandon {minutes} menit", "Fill the tank {minutes} min"),
    "stop_zone": ("Hentikan", "Stop"),
    "stop_pump": ("Matikan pompa", "Stop the pump"),
    "reset": ("Sudah diperiksa, boleh dipakai lagi", "Checked, may be used again"),
    "done_emergency_stop": ("Henti darurat diterima.", "Emergency stop received."),
    "done_resume": ("Diterima: pengendali bekerja lagi.", "Received: the controller works again."),
    "done_run_zone": ("Diterima: zona akan disiram.", "Received: the zone will be watered."),
    "done_run_pump": ("Diterima: pompa akan mengisi tandon.", "Received: the pump will fill the tank."),
    "done_stop": ("Diterima: dihentikan.", "Received: stopped."),
    "done_reset": ("Diterima: pompa boleh dipakai lagi.", "Received: the pump may be used again."),
    "not_unknown_target": ("Pompa atau zona itu tidak ada.", "There is no such pump or zone."),
    "not_bad_amount": ("Lamanya harus 1 sampai 240 menit.", "The time must be 1 to 240 minutes."),
    "not_emergency": (
        "Henti darurat masih aktif. Jalankan lagi dulu.",
        "The emergency stop is still active. Resume first.",
    ),
    "not_no_tank": ("Pompa itu tidak mengisi tandon.", "That pump does not fill a tank."),
    "not_not_locked": ("Pompa itu tidak terkunci.", "That pump is not locked."),
    "not_too_many": (
        "Terlalu banyak perintah menunggu. Coba lagi sebentar lagi.",
        "Too many orders are waiting. Try again in a moment.",
    ),
    "not_form": (
        "Formulir ini sudah lama. Muat ulang halaman lalu coba lagi.",
        "This form is old. Load the page again and retry.",
    ),
    "not_origin": (
        "Perintah ini tidak berasal dari halaman ini dan ditolak.",
        "This order did not come from this page and is refused.",
    ),
    "not_sent": (
        "TIDAK TERKIRIM. Kalau mendesak, matikan di panel!",
        "NOT SENT. If it is urgent, switch off at the panel!",
    ),
    # ---------------------------------------------------------------------------------------------------------- PIN
    "pin_title": ("Masukkan PIN", "Enter the PIN"),
    "pin_text": (
        "PIN diberikan kepada kelompok tani saat pemasangan.",
        "The farm group was given the PIN at installation.",
    ),
    "pin_then_stop": (
        "Setelah PIN benar, semua langsung dihentikan.",
        "With the right PIN everything stops at once.",
    ),
    "pin_then_order": (
        "Setelah PIN benar, perintah Anda langsung dijalankan.",
        "With the right PIN your order is carried out at once.",
    ),
    "pin": ("PIN", "PIN"),
    "pin_enter": ("Masuk", "Sign in"),
    "pin_stop": ("Hentikan semua", "Stop everything"),
    "pin_wrong": ("PIN salah. Coba lagi.", "Wrong PIN. Try again."),
    "pin_wait": (
        "Terlalu banyak PIN salah. Tunggu {time}, lalu coba lagi.",
        "Too many wrong PINs. Wait {time}, then try again.",
    ),
    "pin_none": ("Halaman ini tidak memakai PIN.", "This page uses no PIN."),
    # ---------------------------------------------------------------------------------------------------- headlines
    "mode_starting": ("Pengendali sedang mulai", "The controller is starting"),
    "mode_emergency": ("Semua dihentikan", "Everything is stopped"),
    "mode_stale": ("Pengendali tidak menjawab", "The controller does not answer"),
    "mode_watering": ("Sedang menyiram", "Watering now"),
    "mode_filling": ("Pompa mengisi tandon", "The pump fills the tank"),
    "mode_running": ("Pompa menyala", "The pump is running"),
    "mode_locked": ("Pompa terkunci, perlu diperiksa", "The pump is locked, please check it"),
    "mode_waiting_sun": ("Menunggu matahari", "Waiting for the sun"),
    "mode_alarm": ("Ada yang perlu diperiksa", "Something needs a look"),
    "mode_idle": ("Tenang, tidak ada yang perlu menyala", "All calm, nothing needs to run"),
    "starting_text": (
        "Semua keluaran dimatikan dulu dan diperiksa.",
        "All outputs are first turned off and proven off.",
    ),
    "stale_text": (
        "Keputusan terakhir {time} yang lalu. Tanpa keputusan baru pompa berhenti sendiri. Periksa komputer pengendali.",
        "The last decision was {time} ago. Without new ones the pumps stop by themselves. Check the controller's computer.",
    ),
    "gap": (
        "Pengendali sempat mati {time}. Semua pompa dan katup dimatikan dulu dan diperiksa. Catatan air tetap utuh.",
        "The controller was off for {time}. All pumps and valves were first turned off and checked. The water records are intact.",
    ),
    # ------------------------------------------------------------------------------------------------------ headings
    "alarms": ("Perlu perhatian", "Needs attention"),
    "what_to_do": ("Yang harus dilakukan", "What to do"),
    "sun": ("Matahari", "Sun"),
    "pump": ("Pompa", "Pump"),
    "tank": ("Tandon", "Tank"),
    "zones": ("Zona", "Zones"),
    "today": ("Hari ini", "Today"),
    "why": ("Mengapa begitu?", "Why so?"),
    "devices": ("Alat", "Devices"),
    "notices": ("Catatan untuk teknisi", "Notes for the technician"),
    # ----------------------------------------------------------------------------------------------------------- sun
    "sun_now": ("Tersedia sekarang", "Available now"),
    "sun_mean": ("rata-rata {time}", "mean of {time}"),
    "sun_need": ("Pompa butuh {power} untuk menyala", "The pump needs {power} to start"),
    "sun_enough": ("cukup untuk pompa", "enough for the pump"),
    "sun_short": ("belum cukup", "not enough yet"),
    "sun_unknown": ("Daya matahari tidak diketahui", "The sun's power is not known"),
    "sun_bar": (
        "Daya matahari {power}, pompa butuh {need}",
        "Sun's power {power}, the pump needs {need}",
    ),
    "irradiance": ("Iradiasi matahari", "Irradiance"),
    "plts": ("PLTS menghasilkan", "PV plant delivers"),
    "grid_in": ("Dari PLN", "From the grid"),
    "grid_out": ("Ke PLN", "To the grid"),
    # ---------------------------------------------------------------------------------------------------------- pump
    "phase_stopped": ("mati", "off"),
    "phase_starting": ("sedang mulai", "starting"),
    "phase_running": ("menyala", "running"),
    "phase_stopping": ("sedang berhenti", "stopping"),
    "phase_resting": ("istirahat", "resting"),
    "phase_locked": ("terkunci", "locked"),
    "since": ("sejak {clock} · {time}", "since {clock} · {time}"),
    "for_time": ("selama {time}", "for {time}"),
    "power": ("Daya", "Power"),
    "flow": ("Debit", "Flow"),
    "pressure": ("Tekanan", "Pressure"),
    "starts": ("Menyala hari ini", "Starts today"),
    "times_of": ("{count} dari {most}×", "{count} of {most}"),
    "flow_unit": ("{value} m³/jam", "{value} m³/h"),
    # ---------------------------------------------------------------------------------------------------------- tank
    "tank_level": ("Tandon berisi {share}, {litres}", "The tank holds {share}, {litres}"),
    "tank_of": ("dari {litres}", "of {litres}"),
    "tank_unknown": ("Tinggi air tidak diketahui", "The level is not known"),
    "tank_height": ("Tinggi air {level} m", "Level {level} m"),
    "tank_rising": ("sedang diisi", "filling"),
    "tank_filling": ("perlu diisi", "to be filled"),
    "tank_full": ("penuh", "full"),
    "tank_empty": ("kosong", "empty"),
    # --------------------------------------------------------------------------------------------------------- zones
    "zone_watering": ("disiram", "watering"),
    "zone_waiting": ("menunggu air", "waiting for water"),
    "zone_paused": ("dijeda {time}", "paused {time}"),
    "zone_stress": ("kekurangan air", "short of water"),
    "zone_due": ("perlu disiram", "due"),
    "zone_good": ("cukup air", "well watered"),
    "zone_calendar": ("menurut jadwal", "by the calendar"),
    "soil_water": ("Air tanah", "Soil water"),
    "pot_water": ("Air di polibag", "Water in the pots"),
    "paddy_water": ("Air di petak", "Water on the field"),
    "soil_bar": (
        "Air tersimpan {share}; disiram di bawah {mark}",
        "Stored water {share}; watered below {mark}",
    ),
    "ponding_above": ("{mm} mm di atas tanah", "{mm} mm above the soil"),
    "ponding_below": ("{mm} mm di bawah muka tanah", "{mm} mm below the surface"),
    "paddy_rule": (
        "disiram di bawah {lower} mm sampai {upper} mm",
        "watered below {lower} mm, up to {upper} mm",
    ),
    "soil_mark": ("siram di bawah {mark}", "water below {mark}"),
    "level_sensor": ("dari sensor", "by probe"),
    "level_balance": ("dari neraca air", "by water balance"),
    "level_calendar": ("dari kalender iklim", "by climate calendar"),
    "given_today": ("Diberi hari ini", "Given today"),
    "owed": ("Air terutang", "Water owed"),
    "none_owed": ("tidak ada", "none"),
    "doses": ("{count}× hari ini", "{count}× today"),
    "delivered": ("{litres} dari {target}", "{litres} of {target}"),
    "time_left": ("sisa {time}", "{time} left"),
    "next_run": ("Berikutnya {clock}, {litres}", "Next {clock}, {litres}"),
    "next_sun": ("bila matahari cukup", "if the sun is enough"),
    "tomorrow": ("besok {clock}", "tomorrow {clock}"),
    # --------------------------------------------------------------------------------------------- today, why, devices
    "solar_used": ("Listrik matahari terpakai", "Solar power used"),
    "grid_used": ("Dari PLN atau genset", "From grid or genset"),
    "water_pumped": ("Air dipompa", "Water pumped"),
    "pump_time": ("Pompa menyala", "Pump ran"),
    "co2_today": ("Emisi CO₂ terhindarkan hari ini", "CO₂ avoided today"),
    "co2_total": ("sejak awal {mass}", "{mass} since the beginning"),
    "estimated": ("perkiraan, belum diverifikasi", "estimated, unverified"),
    "why_none": ("Belum ada keputusan.", "No decision yet."),
    "site": ("Seluruh lokasi", "Whole site"),
    "answers": ("menjawab", "answers"),
    "silent": ("tidak menjawab", "silent"),
    "not_asked": ("belum ditanya", "not asked yet"),
    "devices_all": ("Semua {count} alat menjawab", "All {count} devices answer"),
    "devices_some": ("{count} dari {total} alat tidak menjawab", "{count} of {total} devices are silent"),
    "devices_wait": ("Menunggu jawaban {count} dari {total} alat", "Waiting for {count} of {total} devices"),
    "notice_ledger_wrong": (
        "Buku besar tidak cocok dengan rantainya; jangan hapus berkasnya, hubungi teknisi:",
        "The ledger does not match its chain; keep the file, call the technician:",
    ),
}


class Words:
    """The texts of one language; ``words(key, name=value)`` fills the braces. An unknown key is a programming error (KeyError)."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._column = 0 if language == "id" else 1

    def __call__(self, key: str, **params: object) -> str:
        """The text of a key."""
        text = TEXTS[key][self._column]
        return text.format(**params) if params else text
