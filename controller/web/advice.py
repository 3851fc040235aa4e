"""What a person should do about an alarm: interlock name -> (Bahasa Indonesia, English). Short imperatives, safest step first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # `tirta status` must not load the daemon to say what to do
    from controller.web.context import Language

ADVICE: Mapping[str, tuple[str, str]] = {
    "no_flow": (
        "Periksa air di sumur, pipa hisap, katup dan saringan, lalu meter air.",
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
        "Buka katup dengan tangan dan periksa apakah pipa tersumbat.",
        "Open a valve by hand and look for a blocked pipe.",
    ),
    "under_pressure": (
        "Cari pipa bocor atau sambungan lepas; periksa saringan hisap.",
        "Look for a leak or an open joint; check the suction strainer.",
    ),
    "drive_fault": (
        "Catat kode pada layar penggerak pompa (VFD), lalu hubungi teknisi.",
        "Read the code on the pump drive's display, then call the technician.",
    ),
    "drive_status": (
        "Lihat layar penggerak pompa (VFD), lalu hubungi teknisi.",
        "Look at the pump drive's display, then call the technician.",
    ),
    "pump_locked": (
        "Setelah penyebabnya diperbaiki, tekan “Sudah diperiksa”.",
        "When the cause is mended, press “Checked”.",
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
        "Cari pipa bocor atau katup yang tidak menutup rapat.",
        "Look for a broken pipe or a valve that does not shut.",
    ),
    "no_path": (
        "Periksa katup dan kabelnya.",
        "Check the valves and their cables.",
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
    "injector_stuck_on": (
        "Matikan pompa dosis dengan tangan, lalu hubungi teknisi.",
        "Turn the injector off by hand, then call the technician.",
    ),
    "sensor_missing": (
        "Periksa kabel, listrik atau baterai sensor itu.",
        "Check that sensor's cable, power or battery.",
    ),
    "devices_silent": (
        "Periksa listrik dan kabel datanya. Kalau banyak sekaligus, periksa gateway atau kabel RS485.",
        "Check their power and data cable. If there are many at once, check the gateway or the RS485 cable.",
    ),
    "pump_tank_unknown": (
        "Periksa kabel dan listrik sensor tinggi air tandon.",
        "Check the cable and the power of the tank's level sensor.",
    ),
    "pump_power_unknown": (
        "Periksa kabel dan listrik sensor matahari (piranometer) atau inverter.",
        "Check the cable and the power of the sun sensor (pyranometer) or the inverter.",
    ),
    "emergency_stop": (
        "Bila sudah aman, tekan “Jalankan lagi”.",
        "When it is safe, press “Resume”.",
    ),
    "suction_empty": (
        "Tunggu air di sumber naik; pompa menyala lagi sendiri.",
        "Wait for the water at the source to rise; the pump starts again by itself.",
    ),
    "source_empty": (
        "Tunggu tandon sumber terisi; pompa menyala lagi sendiri.",
        "Wait until the tank it draws from is filled; the pump starts again by itself.",
    ),
    "tank_empty": (
        "Penyiraman lanjut sendiri setelah tandon terisi.",
        "Watering goes on by itself when the tank has been filled.",
    ),
    "inverter_absent": (
        "Periksa lampu inverter dan MCB PLTS.",
        "Check the inverter's lamp and the PV plant's breaker.",
    ),
    "forecast_unreachable": (
        "Periksa sambungan internet: modem, kuota, kabel. Penyiraman tetap jalan; prakiraan diminta lagi sendiri.",
        "Check the internet connection: modem, data credit, cable. Watering goes on; it is asked for again by itself.",
    ),
    "forecast_refused": (
        "Periksa alamat dan kunci di weather.forecast.url pada config.yaml.",
        "Check the address and the key in weather.forecast.url of config.yaml.",
    ),
    "forecast_busy": (
        "Tunggu; prakiraan diminta lagi sendiri. Kalau sering terjadi, perbesar weather.forecast.every_s di config.yaml.",
        "Wait; it is asked for again by itself. If it happens often, raise weather.forecast.every_s in config.yaml.",
    ),
    "forecast_unreadable": (
        "Cocokkan weather.forecast.kind dan alamat atau topiknya di config.yaml dengan yang dikirim penyedia.",
        "Make weather.forecast.kind and its address or topic in config.yaml fit what the provider sends.",
    ),
    "forecast_address": (
        "Perbaiki weather.forecast.url di config.yaml.",
        "Correct weather.forecast.url in config.yaml.",
    ),
    "forecast_clock": (
        "Sambungkan internet, atau setel jam komputer ini (modul RTC).",
        "Connect the internet, or set this computer's clock (RTC module).",
    ),
    "forecast_tls": (
        "Periksa tanggal komputer ini dan https di weather.forecast.url pada config.yaml; perbarui paket ca-certificates.",
        "Check this computer's date and the https of weather.forecast.url in config.yaml; update the package ca-certificates.",
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
    "wire_silent": (
        "Periksa kabel A/B mulai dari adaptor. Satu alat rusak dapat membungkam semua: lepas satu per satu.",
        "Check the A/B wires from the adapter on. One broken device can silence all: unplug them one by one.",
    ),
    "device_silent": (
        "Periksa listrik alat itu dan kabel A/B-nya. Alat baru: periksa alamat, kecepatan (baud) dan paritas.",
        "Check that device's power and its A/B wires. A new device: check address, baud rate and parity.",
    ),
    "device_garbled": (
        "Dua alat beralamat sama, saluran terganggu, atau profil untuk model lain.",
        "Two devices share an address, the line is disturbed, or the profile is for another model.",
    ),
    "device_refuses": (
        "Bandingkan profil di config.yaml dengan model pada pelat namanya.",
        "Compare the profile in config.yaml with the model on its nameplate.",
    ),
    "device_refuses_part": (
        "Nilai lainnya tetap dipakai. Kalau nilai itu perlu, bandingkan profil dengan model dan firmware alat.",
        "The other values are used as usual. If one of these is needed, compare the profile with model and firmware.",
    ),
    "device_fails_part": (
        "Nilai lainnya tetap dipakai. Periksa kabel data, atau naikkan timeout_ms pada profil.",
        "The other values are used as usual. Check the data cable, or raise the profile's timeout_ms.",
    ),
    "device_offline": (
        "Periksa listrik alat itu dan sinyal Wi-Fi atau radionya.",
        "Check that device's power and its Wi-Fi or radio signal.",
    ),
    "device_quiet": (
        "Periksa listrik atau baterai alat itu dan sinyalnya.",
        "Check that device's power or battery and its signal.",
    ),
    "device_never": (
        "Bandingkan topic di config.yaml dengan nama alat itu di broker.",
        "Compare topic in config.yaml with the name of that device at the broker.",
    ),
    "port_missing": (
        "Colokkan lagi adaptor USB-RS485; `ls /dev/serial/by-id` menunjukkan yang ada.",
        "Plug the USB-RS485 adapter in again; `ls /dev/serial/by-id` lists what is there.",
    ),
    "port_forbidden": (
        "Masukkan pengguna layanan ke grup dialout, lalu mulai lagi.",
        "Add the service's user to the group dialout, then start again.",
    ),
    "port_busy": (
        "Hentikan program lain yang memakai port itu.",
        "End the other program that uses the port.",
    ),
    "refused": (
        "Periksa bahwa gateway atau broker itu berjalan, dan nomor portnya.",
        "Check that this gateway or broker runs, and its port number.",
    ),
    "unreachable": (
        "Periksa listrik gateway atau broker itu, kabel jaringan dan alamatnya.",
        "Check the power of that gateway or broker, the network cable and the address.",
    ),
    "unknown_host": (
        "Tulis alamatnya dengan angka, atau perbaiki namanya.",
        "Write the address in numbers, or correct the name.",
    ),
    "closed": (
        "Periksa listrik dan kabel alat itu.",
        "Check power and cable over there.",
    ),
    "one_client": (
        "Lepas logger atau aplikasi pabrik, atau program lain, yang membaca alat itu; nyalakan Modbus TCP di alatnya.",
        "Take the maker's logger or app, or the other program, off that device; switch Modbus TCP on in it.",
    ),
    "denied": (
        "Perbaiki username dan password_file pada bus itu di config.yaml.",
        "Correct username and password_file of that bus in config.yaml.",
    ),
    "gpio_missing": (
        "Pasang pustaka GPIO (make install ARGS=--gpio) di Raspberry Pi yang memegang relai.",
        "Install the GPIO library (make install ARGS=--gpio) on the Raspberry Pi that carries the relays.",
    ),
    "gpio_busy": (
        "Hentikan program lain yang memakai pin itu.",
        "End the other program that uses the pin.",
    ),
    "failed": (
        "Periksa listrik, kabel, alamat dan port.",
        "Check power, cable, address and port.",
    ),
}


def advice(key: str, cause: str, language: Language) -> str:
    """What to do about a reason and the interlock that caused it; "" where nothing needs to be done."""
    wanted = dict.fromkeys((cause.removesuffix("_held"), key.removesuffix("_held")))
    found = (ADVICE.get(name) for name in wanted)
    return " ".join(texts[0 if language == "id" else 1] for texts in found if texts is not None)
