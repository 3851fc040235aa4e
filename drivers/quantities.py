"""The glossary: what a device may report or take, in which SI unit, within which bounds. docs/nomenclature.md shows it.

A name may carry a channel index: ``switch_3``, ``pv_power_w_1``. Bounds are physical ones that no healthy device leaves on
a village site; a profile's point may narrow them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType

STATES = ("off", "standby", "starting", "running", "derated", "fault", "off_grid", "waiting")
"""The only words that `status` may hold; profiles map each maker's own states to them."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """One row of the glossary. ``unit`` is "" for counts and flags, "text" for words; bounds are in that unit."""

    unit: str
    description_en: str
    description_id: str
    minimum: float
    maximum: float

    @property
    def is_text(self) -> bool:
        """True when values are words, not numbers."""
        return self.unit == "text"


_ROWS: tuple[tuple[str, str, str, str, float, float], ...] = (
    # name, unit, English, Indonesian, minimum, maximum
    ("power_w", "W", "active power (inverter: given; meter: drawn)", "daya aktif (inverter: keluar; meter: dipakai)", -1e6, 1e6),
    ("apparent_va", "VA", "apparent power", "daya semu", -1e6, 1e6),
    ("reactive_var", "var", "reactive power", "daya reaktif", -1e6, 1e6),
    ("power_factor", "", "power factor", "faktor daya", -1, 1),
    ("rated_power_w", "W", "rated power from the nameplate", "daya pengenal di pelat nama", 0, 1e6),
    ("energy_wh", "Wh", "energy counter over the device's life", "total energi sepanjang umur alat", 0, 1e12),
    ("energy_today_wh", "Wh", "energy counter of the device's own day", "energi hari ini menurut alat", 0, 1e8),
    ("import_wh", "Wh", "energy taken from the grid (counter)", "energi diambil dari jaringan (total)", 0, 1e12),
    ("export_wh", "Wh", "energy fed into the grid (counter)", "energi dikirim ke jaringan (total)", 0, 1e12),
    ("pv_energy_wh", "Wh", "energy of the PV array (counter)", "energi larik surya (total)", 0, 1e12),
    ("load_wh", "Wh", "energy of the loads (counter)", "energi beban (total)", 0, 1e12),
    ("charge_wh", "Wh", "energy into the battery (counter)", "energi masuk baterai (total)", 0, 1e12),
    ("discharge_wh", "Wh", "energy out of the battery (counter)", "energi keluar baterai (total)", 0, 1e12),
    ("pv_energy_today_wh", "Wh", "energy of the PV array, device's day", "energi larik surya hari ini menurut alat", 0, 1e8),
    ("import_today_wh", "Wh", "energy from the grid, device's day", "energi dari jaringan hari ini menurut alat", 0, 1e8),
    ("export_today_wh", "Wh", "energy to the grid, device's day", "energi ke jaringan hari ini menurut alat", 0, 1e8),
    ("load_today_wh", "Wh", "energy of the loads, device's day", "energi beban hari ini menurut alat", 0, 1e8),
    ("charge_today_wh", "Wh", "energy into the battery, device's day", "energi masuk baterai hari ini menurut alat", 0, 1e8),
    ("discharge_today_wh", "Wh", "energy out of the battery, device's day", "energi keluar baterai hari ini menurut alat", 0, 1e8),
    ("line_voltage_v", "V", "AC voltage between two lines", "tegangan AC antarfasa", 0, 2600),
    ("voltage_v", "V", "AC voltage to neutral, or the only voltage", "tegangan AC fasa-netral, atau satu-satunya", 0, 1500),
    ("current_a", "A", "AC current, or the only current", "arus AC, atau satu-satunya arus", -2000, 2000),
    ("frequency_hz", "Hz", "AC frequency; of a drive: output frequency", "frekuensi AC; pada VFD: frekuensi keluaran", 0, 400),
    ("frequency_set_hz", "Hz", "frequency that a drive is told to run at", "setelan frekuensi VFD", 0, 400),
    ("dc_voltage_v", "V", "DC voltage of PV array or DC bus", "tegangan DC larik surya atau bus DC", 0, 1500),
    ("dc_current_a", "A", "DC current", "arus DC", -2000, 2000),
    ("dc_power_w", "W", "DC power", "daya DC", -1e6, 1e6),
    ("pv_power_w", "W", "power of the PV array or of one string", "daya larik surya atau satu string", 0, 1e6),
    ("pv_voltage_v", "V", "voltage of one PV string", "tegangan satu string surya", 0, 1500),
    ("pv_current_a", "A", "current of one PV string", "arus satu string surya", -50, 200),
    ("load_w", "W", "power of the loads", "daya beban", -1e6, 1e6),
    ("grid_charge_wh", "Wh", "grid energy put into the battery (counter)", "energi jaringan ke baterai (total)", 0, 1e12),
    ("self_use_wh", "Wh", "own PV energy used by the loads (counter)", "energi surya yang dipakai sendiri (total)", 0, 1e12),
    ("efficiency_pct", "%", "efficiency of the conversion", "efisiensi pengubahan", 0, 105),
    ("insulation_kohm", "kΩ", "insulation of the PV array to earth", "tahanan isolasi larik surya ke tanah", 0, 1e6),
    ("load_pct", "%", "load in percent of rated", "beban, persen dari pengenal", 0, 400),
    ("grid_w", "W", "grid power, import positive", "daya jaringan, impor positif", -1e6, 1e6),
    ("grid_voltage_v", "V", "AC voltage at the grid side of a hybrid", "tegangan AC di sisi jaringan hibrida", 0, 1500),
    ("grid_current_a", "A", "AC current of the grid, import positive", "arus jaringan, impor positif", -2000, 2000),
    ("grid_frequency_hz", "Hz", "AC frequency at the grid side of a hybrid", "frekuensi AC di sisi jaringan hibrida", 0, 100),
    ("grid_charge_w", "W", "power from grid or generator into the battery", "daya dari jaringan atau genset ke baterai", 0, 1e6),
    ("genset_w", "W", "power of the generator set", "daya genset", -1e6, 1e6),
    ("battery_w", "W", "battery power, charging positive", "daya baterai, pengisian positif", -1e6, 1e6),
    ("battery_voltage_v", "V", "battery voltage", "tegangan baterai", 0, 1000),
    ("battery_current_a", "A", "battery current, charging positive", "arus baterai, pengisian positif", -2000, 2000),
    ("battery_temp_c", "°C", "battery temperature", "suhu baterai", -40, 100),
    ("soc_pct", "%", "battery state of charge", "isi baterai", 0, 100),
    ("grid_connected", "", "1 while the grid is there", "1 bila jaringan tersambung", 0, 1),
    ("status", "text", "normal state: " + ", ".join(STATES), "keadaan baku: " + ", ".join(STATES), 0, 0),
    ("mode", "text", "working mode in the maker's words", "mode kerja menurut pembuat", 0, 0),
    ("derating_text", "text", "why it gives less than it could, else empty", "sebab daya dikurangi, atau kosong", 0, 0),
    ("output_source", "text", "which source feeds the loads first", "sumber yang didahulukan untuk beban", 0, 0),
    ("charge_source", "text", "which source charges the battery first", "sumber yang didahulukan untuk mengisi baterai", 0, 0),
    ("running_s", "s", "time that it has run over its life", "lama bekerja sepanjang umur alat", 0, 1e10),
    ("device_time", "text", "the device's own local clock, ISO 8601 without zone", "jam alat sendiri, ISO 8601 tanpa zona", 0, 0),
    ("slot_start_min", "min", "start of a time slot, minutes after midnight", "awal slot waktu, menit sejak tengah malam", 0, 1440),
    ("slot_end_min", "min", "end of a time slot, minutes after midnight", "akhir slot waktu, menit sejak tengah malam", 0, 1440),
    ("fault_code", "", "fault number or bits, 0 none", "kode gangguan, 0 tidak ada", 0, 2**64),
    ("last_fault_code", "", "number of the last fault, though it is over", "kode gangguan terakhir, walau sudah lewat", 0, 2**64),
    ("fault_text", "text", "names of the active faults, empty when none", "nama gangguan yang aktif, kosong bila tidak ada", 0, 0),
    ("warning_code", "", "warning number or bits, 0 none", "kode peringatan, 0 tidak ada", 0, 2**64),
    ("running", "", "1 while it runs", "1 selagi berjalan", 0, 1),
    ("run_permit", "", "1 while the drive may be started", "1 selagi VFD boleh dijalankan", 0, 1),
    ("fault_reset", "", "write 1 to clear a fault", "tulis 1 untuk menghapus gangguan", 0, 1),
    ("counter_reset", "", "write 1 to set the device's counters to 0", "tulis 1 untuk menolkan penghitung alat", 0, 1),
    ("setpoint_pct", "%", "set-point of a pump's own controller", "setelan pengatur bawaan pompa", 0, 100),
    ("power_limit_pct", "%", "limit of the active power in percent of rated", "batas daya aktif, persen dari pengenal", 0, 110),
    ("power_limit_w", "W", "limit of the active power", "batas daya aktif", 0, 1e6),
    ("grid_charge", "", "1 while the battery may be charged from the grid", "1 bila baterai boleh diisi dari jaringan", 0, 1),
    ("switch", "", "output: 1 on, 0 off", "keluaran: 1 hidup, 0 mati", 0, 1),
    ("input", "", "digital input: 1 active", "masukan digital: 1 aktif", 0, 1),
    ("valve", "", "valve: 1 open, 0 closed", "katup: 1 terbuka, 0 tertutup", 0, 1),
    ("valve_pulses", "", "raw pulses of a valve's own flow meter", "jumlah pulsa meter pada katup", 0, 2**63),
    ("valve_status", "text", "what a valve says of itself", "keadaan katup menurut katup", 0, 0),
    ("speed_rpm", "rpm", "motor speed", "putaran motor", 0, 20000),
    ("torque_pct", "%", "motor torque in percent of rated", "torsi motor, persen dari pengenal", -400, 400),
    ("flow_m3_h", "m3/h", "volume flow", "debit", -1000, 1000),
    ("volume_m3", "m3", "volume counter", "total volume", 0, 1e9),
    ("volume_today_m3", "m3", "volume counter of the device's own day", "volume hari ini menurut alat", 0, 1e6),
    ("run_volume_m3", "m3", "water of the present or last run", "air pada siraman ini atau terakhir", 0, 1e6),
    ("run_duration_s", "s", "length of the present or last run", "lama siraman ini atau terakhir", 0, 1e7),
    ("pulse_count", "", "raw pulses counted", "jumlah pulsa", 0, 2**63),
    ("pressure_bar", "bar", "gauge pressure", "tekanan", -1, 100),
    ("level_m", "m", "level of water above the sensor", "tinggi air di atas sensor", -5, 500),
    ("vwc", "m3/m3", "volumetric water content of the soil", "kadar air tanah (volumetrik)", 0, 1),
    ("moisture_raw", "", "raw counts of a soil probe, for its calibration", "angka mentah probe tanah, untuk kalibrasi", 0, 65535),
    ("temp_c", "°C", "temperature of what is measured (soil, water)", "suhu yang diukur (tanah, air)", -40, 100),
    ("ec_us_cm", "µS/cm", "electrical conductivity", "daya hantar listrik", 0, 30000),
    ("ph", "pH", "acidity", "keasaman (pH)", 0, 14),
    ("nitrogen_mg_kg", "mg/kg", "nitrogen (derived from conductivity)", "nitrogen (turunan daya hantar)", 0, 10000),
    ("phosphorus_mg_kg", "mg/kg", "phosphorus (derived from conductivity)", "fosfor (turunan daya hantar)", 0, 10000),
    ("potassium_mg_kg", "mg/kg", "potassium (derived from conductivity)", "kalium (turunan daya hantar)", 0, 10000),
    ("permittivity", "", "relative permittivity of the soil", "permitivitas relatif tanah", 1, 100),
    ("salinity_mg_l", "mg/L", "salinity", "salinitas", 0, 50000),
    ("tds_mg_l", "mg/L", "total dissolved solids", "zat padat terlarut", 0, 50000),
    ("irradiance_w_m2", "W/m2", "solar irradiance on the sensor's plane", "iradiasi matahari pada bidang sensor", -20, 2000),
    ("temp_cell_c", "°C", "temperature of the PV modules", "suhu modul surya", -40, 120),
    ("temp_device_c", "°C", "temperature inside the device", "suhu di dalam alat", -40, 150),
    ("rain_mm", "mm", "rain counter", "total hujan", 0, 1e6),
    ("temp_air_c", "°C", "air temperature", "suhu udara", -20, 60),
    ("rh_pct", "%", "relative humidity", "kelembapan relatif", 0, 100),
    ("wind_m_s", "m/s", "wind speed", "kecepatan angin", 0, 75),
    ("wind_gust_m_s", "m/s", "wind gust", "hembusan angin", 0, 100),
    ("wind_from_deg", "°", "direction that the wind comes from", "arah asal angin", 0, 360),
    ("air_pressure_hpa", "hPa", "air pressure at the station", "tekanan udara di stasiun", 500, 1100),
    ("illuminance_lx", "lx", "illuminance", "kuat penerangan", 0, 250000),
    ("uv_index", "", "UV index", "indeks UV", 0, 20),
    ("node_battery_v", "V", "battery voltage of a wireless node", "tegangan baterai node nirkabel", 0, 48),
    ("node_battery_pct", "%", "battery of a wireless node", "isi baterai node nirkabel", 0, 100),
    ("node_battery_state", "text", "what a wireless node says of its battery", "keadaan baterai menurut node nirkabel", 0, 0),
    ("maker", "text", "maker as the device says it", "pembuat menurut alat", 0, 0),
    ("model", "text", "model as the device says it", "model menurut alat", 0, 0),
    ("serial_number", "text", "serial number", "nomor seri", 0, 0),
    ("version", "text", "firmware version", "versi perangkat tegar", 0, 0),
)  # fmt: skip

QUANTITIES: Mapping[str, Quantity] = MappingProxyType({name: Quantity(*rest) for name, *rest in _ROWS})  # type: ignore[arg-type]
"""Every quantity by its glossary name, without channel index."""

Conversion = tuple[float, float, float]
"""(times, divided by, plus): value in the glossary's unit = number * times / by + plus."""

_FACTORS: Mapping[str, Mapping[str, str]] = {
    # the glossary's unit -> unit on the maker's paper -> factor as an exact fraction
    "W": {"kW": "1000", "MW": "1000000", "mW": "1/1000"},
    "VA": {"kVA": "1000"},
    "var": {"kvar": "1000"},
    "Wh": {"kWh": "1000", "MWh": "1000000"},
    "V": {"mV": "1/1000"},
    "A": {"mA": "1/1000"},
    "Hz": {"kHz": "1000"},
    "kΩ": {"MΩ": "1000"},
    "s": {"h": "3600", "min": "60", "ms": "1/1000"},
    "m3/h": {"L/min": "60/1000", "L/h": "1/1000", "L/s": "3600/1000", "m3/s": "3600"},
    "m3": {"L": "1/1000"},
    "bar": {"kPa": "1/100", "MPa": "10", "Pa": "1/100000", "mbar": "1/1000", "psi": "68947573/1000000000"},
    "m": {"mm": "1/1000", "cm": "1/100", "kPa of water": "101972/1000000", "mbar of water": "101972/10000000",
          "bar of water": "101972/10000"},
    "mm": {"in": "254/10"},
    "µS/cm": {"mS/cm": "1000", "dS/m": "1000"},
    "m/s": {"km/h": "1000/3600", "mph": "44704/100000", "knot": "1852/3600"},
    "hPa": {"kPa": "10", "Pa": "1/100", "mbar": "1"},
    "lx": {"klx": "1000"},
    "m3/m3": {"%": "1/100"},
    "%": {"ratio": "100"},
    "°C": {"°F": "5/9", "K": "1"},
}  # fmt: skip

_PLUS: Mapping[tuple[str, str], str] = {("°F", "°C"): "-160/9", ("K", "°C"): "-27315/100"}
"""What is added after the factor."""

UNITS = tuple(dict.fromkeys(unit for units in _FACTORS.values() for unit in units))
"""Every unit that a profile may write beside those of the glossary."""


@lru_cache(maxsize=4096)
def split_channel(name: str) -> tuple[str, int | None]:
    """``switch_3`` -> ("switch", 3); a name without index gives None. Names of the glossary themselves stay whole."""
    base, _, tail = name.rpartition("_")
    if name in QUANTITIES or not tail.isdecimal() or not tail.isascii():
        return name, None
    return base, int(tail)


def quantity(name: str) -> Quantity | None:
    """The glossary row of a name, with or without channel index; None when the glossary does not know it."""
    return QUANTITIES.get(split_channel(name)[0])


_COUNTERS = frozenset(
    ("energy_wh", "import_wh", "export_wh", "pv_energy_wh", "load_wh", "charge_wh", "discharge_wh", "grid_charge_wh", "self_use_wh",
     "rain_mm", "pulse_count", "valve_pulses", "running_s")
)  # fmt: skip


def is_counter(name: str) -> bool:
    """Whether the quantity only grows over a device's life (a total; not what begins anew every day)."""
    return split_channel(name)[0] in _COUNTERS


def unit_factor(unit: str | None, target: str) -> Fraction | None:
    """Factor from the unit on the maker's paper to the glossary's unit; 1 when equal or not given, None when impossible."""
    if unit is None or unit == target:
        return Fraction(1)
    factor = _FACTORS.get(target, {}).get(unit)
    return None if factor is None else Fraction(factor)


def conversion(unit: str | None, target: str) -> Conversion | None:
    """Factor and zero point from a unit to the glossary's, None when impossible."""
    factor = unit_factor(unit, target)
    if factor is None:
        return None
    plus = float(Fraction(_PLUS.get((unit or "", target), "0")))
    return float(factor.numerator), float(factor.denominator), plus


def units_for(target: str) -> list[str]:
    """All units that a profile may write for a quantity of the unit ``target``."""
    return [target, *_FACTORS.get(target, ())]


def markdown() -> str:
    """The glossary as the table that docs/nomenclature.md shows."""
    head = "| quantity | unit | English | Bahasa Indonesia | bounds |\n|---|---|---|---|---|\n"
    return head + "".join(
        f"| `{name}` | {q.unit or '–'} | {q.description_en} | {q.description_id} | "
        f"{'–' if q.is_text else f'{q.minimum:g} … {q.maximum:g}'} |\n"
        for name, q in QUANTITIES.items()
    )
