"""A world that stands still and shows telling numbers: negative, large, with decimals, different for each device."""

from __future__ import annotations

import zlib
from datetime import datetime
from typing import Any

from drivers.reading import Value

BASE: dict[str, Value] = {
    "power_w": 2345.6, "apparent_va": 2500.5, "reactive_var": -321.25, "power_factor": -0.87, "energy_wh": 12_345_600.0,
    "energy_today_wh": 8_700.0, "import_wh": 9_876_500.0, "export_wh": 7_654_300.0, "pv_energy_wh": 23_456_700.0,
    "load_wh": 34_567_800.0, "charge_wh": 6_789_000.0, "discharge_wh": 6_123_400.0, "rated_power_w": 7500.0,
    "voltage_v": 231.4, "current_a": 9.87, "frequency_hz": 49.93, "frequency_set_hz": 47.5, "dc_voltage_v": 541.2,
    "dc_current_a": 7.31, "dc_power_w": 2410.0, "pv_power_w": 3456.0, "pv_voltage_v": 361.5, "pv_current_a": 6.42,
    "load_w": 1790.0, "grid_w": -1234.0, "genset_w": 0.0, "battery_w": -876.0, "battery_voltage_v": 51.23,
    "battery_current_a": -17.1, "battery_temp_c": -4.5, "soc_pct": 63.0, "grid_connected": 1.0, "status": "running",
    "running": 1.0, "fault_code": 0.0, "fault_text": "", "warning_code": 0.0, "speed_rpm": 1432.0, "torque_pct": -12.3,
    "flow_m3_h": 4.32, "volume_m3": 1234.567, "level_m": 1.8, "vwc": 0.237, "temp_c": -3.4, "ec_us_cm": 812.0, "ph": 5.9,
    "nitrogen_mg_kg": 31.0, "phosphorus_mg_kg": 17.0, "potassium_mg_kg": 140.0, "permittivity": 12.34,
    "salinity_mg_l": 222.0, "tds_mg_l": 333.0, "irradiance_w_m2": 876.0, "temp_device_c": -1.5, "rain_mm": 123.4,
}  # fmt: skip

VARIES = ("vwc", "energy_wh", "level_m", "rain_mm", "voltage_v")
"""What differs from device to device, so that an answer of the wrong unit shows."""


class Vivid:
    """``FACTORY(site, seed, start)`` for ``--world``."""

    def __init__(self, site: Any, seed: int, start: datetime) -> None:
        self._set: dict[tuple[str, str], float] = {}

    def value(self, device: str, quantity: str, at: datetime) -> Value | None:
        """The same for ever, but for what was switched."""
        if (device, quantity) in self._set:
            return self._set[device, quantity]
        base = quantity.rstrip("0123456789").rstrip("_")
        if base in ("switch", "valve"):
            return float(zlib.crc32(f"{device}.{quantity}".encode()) % 2)
        number = BASE.get(quantity, BASE.get(base))
        if isinstance(number, float) and base in VARIES:
            return round(number * (1.0 - zlib.crc32(device.encode()) % 20 / 100.0), 3)
        return number

    def apply(self, device: str, quantity: str, value: float, at: datetime) -> None:
        """Only shown again."""
        self._set[device, quantity] = value

    def advance(self, at: datetime) -> None:
        """Nothing happens."""
