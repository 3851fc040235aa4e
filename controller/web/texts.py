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
        "Jam komputer ini belum pasti. Jadwal menunggu; pengisian tandon tetap jalan.",
        "This computer's clock is not certain yet. The schedule waits; filling the tank goes on.",
    ),
    "clock_what_to_do": (
        "Sambungkan internet sebentar, atau setel jamnya.",
        "Connect the internet for a moment, or set the clock.",
    ),
    "other_language": ("English", "Bahasa Indonesia"),
    "skip": ("Langsung ke isi", "Skip to content"),
    "sign_in": ("Masuk dengan PIN", "Sign in with the PIN"),
    "signed_in": ("Sudah masuk", "Signed in"),
    "sign_out": ("Keluar", "Sign out"),
    "offline": (
        "Sambungan ke pengendali putus. Yang tampil adalah keadaan terakhir.",
        "The connection to the controller is lost. This is the last state that arrived.",
    ),
    "foot": ("Tirtasurya – air dari matahari", "Tirtasurya – water from the sun"),
    "foot_cycle": ("Keputusan ke-{cycles}, {ms} ms", "Decision {cycles}, {ms} ms"),
    "report_month": ("Laporan bulan ini", "This month's report"),
    "not_report_busy": (
        "Laporan lain sedang dibuat. Coba lagi sebentar lagi.",
        "Another report is being made. Try again in a moment.",
    ),
    "not_report_none": (
        "Belum ada laporan: hari pertama ditutup pada tengah malamnya. Bila sudah lewat, periksa dengan `tirta report`.",
        "There is no report yet: the first day closes at its midnight. If that is over, look with `tirta report`.",
    ),
    "foot_head": ("Buku besar", "Ledger"),
    "foot_backlog": ("Menunggu dikirim ke InfluxDB", "Waiting to be sent to InfluxDB"),
    "points": ("{count} data", "{count} points"),
    # ------------------------------------------------------------------------------------------------------- orders
    "stop_all": ("HENTI DARURAT", "EMERGENCY STOP"),
    "stop_all_hint": ("Matikan semua pompa dan katup sekarang", "Turn off all pumps and valves now"),
    "resume": ("Jalankan lagi…", "Resume…"),
    "resume_title": ("Jalankan lagi?", "Resume?"),
    "resume_text": (
        "Pompa dan katup bisa menyala sendiri tanpa tanda. Pastikan tidak ada orang yang bekerja di dekat pompa, pipa atau panel.",
        "Pumps and valves may start without warning. Make sure that nobody works near the pump, the pipes or the panel.",
    ),
    "resume_yes": ("Ya, sudah aman: jalankan lagi", "Yes, it is safe: resume"),
    "back": ("Batal, kembali", "Cancel, go back"),
    "stopped_title": ("Semua dihentikan", "Everything is stopped"),
    "stopped_text": (
        "Pompa dan katup tidak akan menyala sampai Anda menekan “Jalankan lagi”. Air yang belum diberikan tetap dicatat.",
        "No pump or valve will start until you press “Resume”. Water that is owed stays on record.",
    ),
    "water_minutes": ("Siram {minutes} menit", "Water {minutes} min"),
    "fill_minutes": ("Isi tandon {minutes} menit", "Fill the tank {minutes} min"),
    "stop_zone": ("Hentikan", "Stop"),
    "stop_pump": ("Matikan pompa", "Stop the pump"),
    "reset": ("Sudah diperiksa, boleh dipakai lagi", "Checked, may be used again"),
    "done_emergency_stop": ("Henti darurat diterima.", "Emergency stop received."),
    "done_resume": ("Diterima: sistem bekerja lagi.", "Received: the system works again."),
    "done_run_zone": ("Diterima: petak akan disiram.", "Received: the zone will be watered."),
    "done_run_pump": ("Diterima: pompa akan mengisi tandon.", "Received: the pump will fill the tank."),
    "done_stop": (
        "Diterima: dihentikan satu jam, setelah itu otomatis lagi.",
        "Received: stopped for an hour, then automatic again.",
    ),
    "done_reset": ("Diterima: pompa boleh dipakai lagi.", "Received: the pump may be used again."),
    "done_note": ("Tercatat di buku besar.", "Written into the ledger."),
    "not_other_ledger": (
        "Layanan ini memegang buku besar lain. Sebutkan alamat layanan yang benar (--url atau -c).",
        "This daemon keeps another ledger. Name the right daemon (--url or -c).",
    ),
    "not_written": (
        "Kartu SD belum menerima catatan ini; ia menunggu di memori. Periksa buku besar sebelum memasukkannya lagi.",
        "The SD card has not taken this row; it waits in memory. Look into the ledger before entering it again.",
    ),
    "not_unknown_target": ("Pompa atau petak itu tidak ada.", "There is no such pump or zone."),
    "not_bad_amount": ("Lamanya harus 1 sampai 240 menit.", "The time must be 1 to 240 minutes."),
    "not_emergency": (
        "Henti darurat masih aktif. Tekan “Jalankan lagi” dulu.",
        "The emergency stop is still active. Press “Resume” first.",
    ),
    "not_no_tank": ("Pompa itu tidak mengisi tandon.", "That pump does not fill a tank."),
    "not_not_locked": ("Pompa itu tidak terkunci.", "That pump is not locked."),
    "not_too_many": (
        "Terlalu banyak perintah menunggu. Coba lagi sebentar.",
        "Too many orders are waiting. Try again in a moment.",
    ),
    "not_form": (
        "Halaman ini sudah lama terbuka. Muat ulang, lalu coba lagi.",
        "This page has been open for long. Load it again and retry.",
    ),
    "not_origin": (
        "Perintah ini tidak datang dari halaman ini, jadi ditolak.",
        "This order did not come from this page and is refused.",
    ),
    "not_sent": (
        "TIDAK TERKIRIM. Kalau mendesak, matikan di panel!",
        "NOT SENT. If it is urgent, switch off at the panel!",
    ),
    # ---------------------------------------------------------------------------------------------------------- PIN
    "pin_title": ("Masukkan PIN", "Enter the PIN"),
    "pin_text": ("PIN dipegang pengurus kelompok tani.", "The heads of the farm group keep the PIN."),
    "pin_then_stop": (
        "Setelah PIN benar, semua langsung dihentikan. Mendesak? Matikan di panel.",
        "With the right PIN everything stops at once. Urgent? Switch off at the panel.",
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
    "mode_stale": ("Pengendali tidak bekerja", "The controller does not work"),
    "mode_watering": ("Sedang menyiram", "Watering now"),
    "mode_filling": ("Pompa mengisi tandon", "The pump fills the tank"),
    "mode_running": ("Pompa menyala", "The pump is running"),
    "mode_locked": ("Pompa terkunci, perlu diperiksa", "The pump is locked, please check it"),
    "mode_waiting_sun": ("Menunggu matahari", "Waiting for the sun"),
    "mode_alarm": ("Ada yang perlu diperiksa", "Something needs a look"),
    "mode_paused": ("Pompa dihentikan orang", "A person stopped the pump"),
    "mode_idle": ("Semua baik, belum ada yang perlu menyala", "All is well, nothing needs to run"),
    "starting_text": (
        "Semua pompa dan katup dimatikan dulu dan diperiksa.",
        "All pumps and valves are first turned off and checked.",
    ),
    "stale_text": (
        "Sudah {time} tanpa keputusan; pompa berhenti sendiri. Angka di bawah sudah lama. Periksa komputer pengendali.",
        "No decision for {time}; the pumps stop by themselves. The numbers below are old. Check the controller's computer.",
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
    "zones": ("Petak", "Zones"),
    "today": ("Hari ini", "Today"),
    "since_day": ("Sejak {day}", "Since {day}"),
    "since_start": ("Sejak pengendali menyala", "Since the controller started"),
    "why": ("Alasan lengkap", "All reasons"),
    "devices": ("Alat", "Devices"),
    "notices": ("Catatan untuk teknisi", "Notes for the technician"),
    # ----------------------------------------------------------------------------------------------------------- sun
    "sun_now": ("tersedia untuk pompa", "free for the pump"),
    "sun_mean": ("rata-rata {time}:", "mean of {time}:"),
    "sun_need": ("Pompa butuh {power} untuk mulai menyala", "The pump needs {power} to start"),
    "sun_keep": ("Pompa butuh {power} supaya tetap menyala", "The pump needs {power} to go on"),
    "sun_enough": ("cukup untuk pompa", "enough for the pump"),
    "sun_short": ("belum cukup", "not enough yet"),
    "sun_unknown": ("Daya matahari tidak terukur", "The sun's power is not measured"),
    "sun_bar": (
        "Daya matahari {power}, pompa butuh {need}",
        "Sun's power {power}, the pump needs {need}",
    ),
    "forecast_power": (
        "Satu jam ke depan kira-kira {power} ({low} – {high})",
        "Next hour about {power} ({low} – {high})",
    ),
    "forecast_rain": (
        "Kemungkinan hujan sampai tengah malam {chance}; tiga hari ke depan kira-kira {mm} mm",
        "Chance of rain until midnight {chance}; about {mm} mm in the next three days",
    ),
    "forecast_error": (
        "Prakiraan satu jam biasanya meleset {error} W/m²",
        "The one-hour forecast is usually off by {error} W/m²",
    ),
    "forecast_told": (
        "prakiraan dari luar dipercaya {weight}",
        "the forecast from outside has {weight} of the say",
    ),
    "irradiance": ("Sinar matahari", "Irradiance"),
    "plts": ("PLTS menghasilkan", "PV plant delivers"),
    "battery": ("Isi baterai", "Battery charge"),
    "grid_in": ("Diambil dari PLN", "From the grid"),
    "genset_in": ("Diambil dari genset", "From the genset"),
    "grid_out": ("Dikirim ke PLN", "To the grid"),
    # ---------------------------------------------------------------------------------------------------------- pump
    "phase_stopped": ("mati", "off"),
    "phase_starting": ("sedang mulai", "starting"),
    "phase_running": ("menyala", "running"),
    "phase_stopping": ("sedang berhenti", "stopping"),
    "phase_resting": ("istirahat", "resting"),
    "phase_locked": ("terkunci", "locked"),
    "since": ("sejak {clock} · {time}", "since {clock} · {time}"),
    "for_time": ("selama {time}", "for {time}"),
    "power": ("Daya pompa", "Pump's power"),
    "flow": ("Debit air", "Flow"),
    "pressure": ("Tekanan", "Pressure"),
    "starts": ("Menyala hari ini", "Starts today"),
    "times_of": ("{count} dari {most} kali", "{count} of {most}"),
    "flow_unit": ("{value} m³/jam", "{value} m³/h"),
    # ---------------------------------------------------------------------------------------------------------- tank
    "tank_level": ("Tandon berisi {share}, {litres}", "The tank holds {share}, {litres}"),
    "tank_of": ("dari {litres}", "of {litres}"),
    "tank_unknown": ("Tinggi air tidak diketahui", "The level is not known"),
    "tank_height": ("Tinggi air {level} m", "Level {level} m"),
    "tank_rising": ("sedang diisi", "filling"),
    "tank_low": ("perlu diisi", "to be filled"),
    "tank_partly": ("belum penuh", "not full yet"),
    "tank_full": ("penuh", "full"),
    "tank_empty": ("habis", "empty"),
    # --------------------------------------------------------------------------------------------------------- zones
    "zone_watering": ("disiram", "watering"),
    "zone_waiting": ("menunggu air", "waiting for water"),
    "zone_paused": ("berhenti {time}", "paused {time}"),
    "zone_held": ("dihentikan", "stopped"),
    "zone_unplanted": ("belum ditanami", "not planted"),
    "zone_over": ("selesai panen", "season over"),
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
    "soil_mark": ("disiram di bawah {mark}", "watered below {mark}"),
    "level_sensor": ("Diukur sensor tanah", "Measured by a soil probe"),
    "level_balance": (
        "Dihitung dari penguapan, hujan dan siraman",
        "Reckoned from evaporation, rain and watering",
    ),
    "level_calendar": ("Perkiraan menurut musim", "Estimated by the season"),
    "given_today": ("Diberi hari ini", "Given today"),
    "owed": ("Masih kurang", "Water owed"),
    "none_owed": ("tidak ada", "none"),
    "doses": ("{count} kali", "{count}×"),
    "delivered": ("{litres} dari {target}", "{litres} of {target}"),
    "time_left": ("sisa {time}", "{time} left"),
    "next_run": ("Berikutnya {clock}, {litres}", "Next {clock}, {litres}"),
    "next_clock": ("Mulai {clock}", "Begins {clock}"),
    "next_sun": ("bila matahari cukup", "if the sun is enough"),
    "latest_start": ("Paling lambat mulai {clock}", "Must begin by {clock}"),
    "latest_over": ("Seharusnya sudah mulai {clock}", "Should have begun {clock}"),
    "tomorrow": ("besok {clock}", "tomorrow {clock}"),
    # --------------------------------------------------------------------------------------------- today, why, devices
    "solar_used": ("Listrik PLTS untuk pompa", "Solar power for the pumps"),
    "solar_used_all": ("Listrik PLTS terpakai", "Solar power used"),
    "grid_used": ("Listrik PLN atau genset", "Grid or genset power"),
    "water_pumped": ("Air dipompa", "Water pumped"),
    "pump_time": ("Pompa menyala", "Pump ran"),
    "co2_today": ("Emisi CO₂ terhindarkan hari ini", "CO₂ avoided today"),
    "co2": ("Emisi CO₂ terhindarkan", "CO₂ avoided"),
    "co2_total": ("{mass} sejak awal", "{mass} since the beginning"),
    "estimated": ("perkiraan, belum diverifikasi", "estimated, unverified"),
    "co2_how": ("listrik PLTS terpakai × {value} kg/kWh", "used solar energy × {value} kg/kWh"),
    "co2_how_litre": (
        "BBM diesel tak terpakai × {value} kg/liter, bagian fosil",
        "diesel not burnt × {value} kg/l, fossil part",
    ),
    "co2_how_gj": (
        "panas BBM tak terpakai × {value} kg/GJ, bagian fosil",
        "diesel heat not burnt × {value} kg/GJ, fossil part",
    ),
    "ch4_total": ("Metana terhindarkan {mass} sejak awal", "Methane avoided {mass} since the beginning"),
    "co2_year": ("data {year}", "data of {year}"),
    "why_none": ("Belum ada keputusan.", "No decision yet."),
    "site": ("Seluruh lokasi", "Whole site"),
    "unverified": (
        "belum diverifikasi: cocokkan dengan layar alatnya",
        "unverified: compare with the device's own display",
    ),
    "answers": ("menjawab", "answers"),
    "silent": ("tidak menjawab", "silent"),
    "not_asked": ("menunggu kabar pertama", "waiting for its first word"),
    "asleep": ("tidur selagi gelap", "asleep in the dark"),
    "devices_all": ("Semua {count} alat menjawab", "All {count} devices answer"),
    "devices_some": ("{count} dari {total} alat tidak menjawab", "{count} of {total} devices are silent"),
    "devices_wait": ("Menunggu jawaban {count} dari {total} alat", "Waiting for {count} of {total} devices"),
    "silent_since": (
        "{device} tidak menjawab sejak {clock} ({time})",
        "{device} has been silent since {clock} ({time})",
    ),
    "silent_for": ("{device} tidak menjawab selama {time}", "{device} has been silent for {time}"),
    "silent_more": ("… dan {count} alat lain", "… and {count} more"),
    "notice_ledger_wrong": (
        "Buku besar tidak cocok dengan rantainya. Jangan hapus berkasnya; hubungi teknisi:",
        "The ledger does not match its chain. Keep the file and call the technician:",
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
