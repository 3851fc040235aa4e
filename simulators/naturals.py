"""What each quantity of each device would show: the site's own parts first, then what such a device naturally shows.

A getter is made once per (device, quantity) and then only called, so that a season's polls stay cheap.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Final

from drivers.reading import Value
from simulators.plant import Plant
from simulators.pump import RATED_HZ, PumpState
from simulators.roles import Key, Part, Roles
from simulators.supply import Supply

Getter = Callable[[], Value | None]
Number = Callable[[], float]

PUMP_FAULT: Final = 7.0
"""The fault number that a faulty drive shows."""

_CHANNEL = re.compile(r"_(\d+)$")

DEVICE_ONLY: Final = frozenset(
    {
        "maker", "model", "serial_number", "version", "valve_status", "node_battery_v", "node_battery_pct", "node_battery_state",
        "moisture_raw", "device_time",
        "slot_start_min", "slot_end_min", "running_s", "air_pressure_hpa", "illuminance_lx", "uv_index", "wind_from_deg",
        "wind_gust_m_s", "line_voltage_v", "mode", "derating_text", "output_source", "charge_source",
    }
)  # fmt: skip
"""What only the device itself knows: its profile says what a simulated one shows."""

LATCHED: Final[Mapping[str, float]] = {
    "switch": 0.0, "valve": 0.0, "input": 0.0, "run_permit": 1.0, "grid_charge": 0.0, "power_limit_pct": 100.0,
}  # fmt: skip
"""What only holds what it was told, and what it holds before anybody tells it anything."""

CONSTANTS: Final[Mapping[str, Value]] = {
    "power_factor": 0.98,
    "ph": 6.2,
    "nitrogen_mg_kg": 42.0,
    "phosphorus_mg_kg": 18.0,
    "potassium_mg_kg": 95.0,
    "fault_code": 0.0,
    "warning_code": 0.0,
    "fault_text": "",
    "status": "running",
    "grid_connected": 1.0,
    "battery_voltage_v": 51.8,
    "dc_voltage_v": 360.0,
    "voltage_v": 230.0,
    "grid_voltage_v": 230.0,
    "grid_frequency_hz": RATED_HZ,
    "soc_pct": 0.0,
    "level_m": 0.0,
    "pulse_count": 0.0,
}


def getter(plant: Plant, roles: Roles, latches: Mapping[Key, float], device: str, quantity: str) -> Getter:
    """The function that says this quantity of this device now. Never fails: an unknown quantity is 0."""
    key = (device, quantity)
    if key in roles.outputs:
        return _output(plant, roles.outputs[key], latches, key)
    part = roles.signals.get(key)
    if part is not None:
        return _signal(plant, part)
    base = _CHANNEL.sub("", quantity)
    if base in DEVICE_ONLY:
        return lambda: None
    if base in LATCHED:
        return lambda: latches.get(key, LATCHED[base])
    channel = _CHANNEL.search(quantity)
    if channel is not None and int(channel.group(1)) > 1 and base.startswith("pv_"):
        return lambda: 0.0  # a plant of one string
    return natural(plant, roles.devices.get(device, Part("none")), base)


def _output(plant: Plant, part: Part, latches: Mapping[Key, float], key: Key) -> Getter:
    """A command as the device reads it back: what it was told, and 0 from a drive that has tripped."""
    if part.what == "pump.frequency":
        pump = plant.pumps[part.whose]
        return lambda: pump.set_hz
    if part.what == "pump.run" and key[1] == "running":
        drive = plant.pumps[part.whose]
        return lambda: 1.0 if drive.wanted and not drive.fault else 0.0
    return lambda: latches.get(key, 0.0)


def _signal(plant: Plant, part: Part) -> Getter:
    """A reading that the site file gives a part to, with the site's own correction undone."""
    group, _, what = part.what.partition(".")
    if what == "status":
        return _inverter_status(plant) if group == "power" else _pump_status(plant.pumps[part.whose])
    makers = {"pump": _of_pump, "tank": _of_tank, "zone": _of_zone, "valve": _of_valve}
    read = makers[group](plant, part.whose, what) if group in makers else _of_site(plant, f"{group}.{what}")
    if part.scale == 1.0 and part.offset == 0.0:
        return read
    return lambda: part.raw(read())


def _of_pump(plant: Plant, whose: str, what: str) -> Number:
    pump = plant.pumps[whose]
    table: dict[str, Number] = {
        "power": lambda: pump.power_w,
        "energy": lambda: pump.energy_wh,
        "flow": lambda: pump.flow_m3_h,
        "volume": lambda: pump.volume_m3,
        "pressure": lambda: pump.pressure_bar,
        "suction": lambda: max(0.0, pump.suction_m),
        "fault": lambda: pump.fault,
        "running": lambda: 1.0 if pump.wanted and not pump.fault else 0.0,
        "speed": lambda: pump.speed * RATED_HZ,
    }
    return table[what]


def _of_tank(plant: Plant, whose: str, _what: str) -> Number:
    tank = plant.tanks[whose]
    return lambda: tank.level_m


def _of_zone(plant: Plant, whose: str, what: str) -> Number:
    zone = plant.zones[whose]
    ground = zone.ground
    if what == "flow":
        return lambda: zone.flow_m3_h
    if what == "ponding":
        return lambda: ground.ponding_m
    return lambda: ground.vwc


def _of_valve(plant: Plant, whose: str, _what: str) -> Number:
    valve = plant.valves[whose]
    return lambda: 1.0 if valve.position >= 0.5 else 0.0


def _of_site(plant: Plant, what: str) -> Number:
    supply, counters = plant.supply, plant.supply.energy
    apart = _genset_apart(plant)
    table: dict[str, Number] = {
        "power.irradiance": lambda: plant.pv_day.poa_w_m2[plant.minute],
        "power.pv_power": lambda: supply.pv_w,
        "power.pv_energy": lambda: supply.energy.pv_yield,
        "power.grid": lambda: supply.grid_w + (0.0 if apart else supply.genset_w),
        "power.grid_import": lambda: counters.imported + (0.0 if apart else counters.genset),
        "power.grid_export": lambda: counters.exported,
        "power.load": lambda: supply.load_w,
        "power.load_energy": lambda: counters.load,
        "power.genset": lambda: supply.genset_w,
        "power.genset_energy": lambda: counters.genset,
        "power.battery": lambda: supply.battery_w,
        "power.battery_charge": lambda: counters.charged,
        "power.battery_discharge": lambda: counters.discharged,
        "power.battery_soc": lambda: _soc_pct(supply),
        "weather.rain": lambda: plant.rain_mm,
        "weather.temp": lambda: plant.day.temp_c[plant.minute],
        "weather.humidity": lambda: plant.day.rh_pct[plant.minute],
        "weather.wind": lambda: plant.day.wind_m_s[plant.minute],
    }
    return table[what]


def _soc_pct(supply: Supply) -> float:
    """The battery's state of charge, %; 0 without one."""
    return 100.0 * supply.battery.soc if supply.battery is not None else 0.0


def _genset_apart(plant: Plant) -> bool:
    """Whether the genset has a meter of its own; else it feeds through the one at the grid's place."""
    power = plant.site.file.power
    return power.genset_power is not None or power.genset_energy is not None


def _inverter_status(plant: Plant) -> Getter:
    """One of the three states that every make of inverter has."""
    supply = plant.supply

    def read() -> Value:
        awake = supply.potential_w > 0.0 or supply.battery is not None
        return "running" if awake and not supply.islanded else "standby"

    return read


def _pump_status(pump: PumpState) -> Getter:
    """One of the three states that every drive has; a drive that waits for the sun stands by."""

    def read() -> Value:
        if pump.fault:
            return "fault"
        return "running" if pump.power_w > 0.0 else "standby"

    return read


def natural(plant: Plant, part: Part, base: str) -> Getter:
    """A quantity that the site file does not name, by what the device mostly is."""
    if base == "status":
        if part.what == "pump":
            return _pump_status(plant.pumps[part.whose])
        return _inverter_status(plant) if part.what == "inverter" else lambda: "running"
    power, energy = _meter(plant, part)
    table = _electric(plant, power, energy) | _air(plant) | _flows(plant) | _ground(plant, part)
    if part.what == "inverter":
        table |= _inverter(plant)
    elif part.what == "pump":
        table |= _drive(plant.pumps[part.whose])
    elif part.what in ("tank", "suction"):
        table["level_m"] = (
            _of_tank(plant, part.whose, "level")
            if part.what == "tank"
            else _of_pump(plant, part.whose, "suction")
        )
    if base in table:
        return table[base]
    constant = CONSTANTS.get(base, 0.0)
    return lambda: constant


def _meter(plant: Plant, part: Part) -> tuple[Number, Number]:
    """Power (W) and energy (Wh) that the device as a meter would count."""
    supply = plant.supply
    if part.what == "pump":
        pump = plant.pumps[part.whose]
        return (lambda: pump.power_w), (lambda: pump.energy_wh)
    if part.what == "inverter":
        return _fed(supply), (lambda: supply.energy.pv_yield)
    if part.what == "grid":
        return (lambda: supply.grid_w + supply.genset_w), (
            lambda: supply.energy.imported + supply.energy.genset
        )
    return (lambda: 0.0), (lambda: 0.0)


def _fed(supply: Supply) -> Number:
    """What the inverter gives, W: the sun's and the battery's. Asked several times a minute: no min()."""

    def read() -> float:
        battery_w = supply.battery_w
        return supply.pv_w - battery_w if battery_w < 0.0 else supply.pv_w

    return read


def _electric(plant: Plant, power: Number, energy: Number) -> dict[str, Number]:
    """What every electric meter shows, from its power."""
    supply, counters = plant.supply, plant.supply.energy
    return {
        "power_w": power,
        "apparent_va": lambda: abs(power()) / 0.98,
        "reactive_var": lambda: abs(power()) * 0.2,
        "current_a": lambda: abs(power()) / 0.98 / 230.0,
        "frequency_hz": lambda: RATED_HZ,
        "rated_power_w": lambda: plant.plant.limit_w,
        "energy_wh": energy,
        "energy_today_wh": energy,
        "import_wh": lambda: counters.imported + counters.genset,
        "export_wh": lambda: counters.exported,
        "load_wh": lambda: counters.load,
        "pv_energy_wh": lambda: counters.pv_yield,
        "charge_wh": lambda: counters.charged,
        "discharge_wh": lambda: counters.discharged,
        "import_today_wh": lambda: counters.imported + counters.genset,
        "export_today_wh": lambda: counters.exported,
        "load_today_wh": lambda: counters.load,
        "pv_energy_today_wh": lambda: counters.pv_yield,
        "charge_today_wh": lambda: counters.charged,
        "discharge_today_wh": lambda: counters.discharged,
        "load_w": lambda: supply.load_w,
        "grid_w": lambda: supply.grid_w + supply.genset_w,
        "grid_current_a": lambda: (supply.grid_w + supply.genset_w) / 230.0,
        "genset_w": lambda: supply.genset_w,
        "battery_w": lambda: supply.battery_w,
        "battery_current_a": lambda: supply.battery_w / 51.8,
        "soc_pct": lambda: _soc_pct(supply),
        "grid_connected": lambda: 1.0 if supply.has_grid and supply.grid_ok else 0.0,
    }


def _inverter(plant: Plant) -> dict[str, Number]:
    supply = plant.supply
    return {
        "pv_power_w": lambda: supply.pv_w,  # as the site's pv_power: one figure, conversion loss left out
        "pv_voltage_v": lambda: 340.0 if supply.potential_w > 0.0 else 0.0,
        "pv_current_a": lambda: supply.pv_w / 0.96 / 340.0,
        "dc_power_w": lambda: supply.pv_w / 0.96,
        "dc_voltage_v": lambda: 340.0 if supply.potential_w > 0.0 else 0.0,
        "dc_current_a": lambda: supply.pv_w / 0.96 / 340.0,
        "running": lambda: 1.0 if supply.pv_w > 0.0 else 0.0,
        "temp_device_c": _warmth(plant),
    }


def _warmth(plant: Plant) -> Number:
    """What the inverter's thermometers tell, in tenths: several of them, and rounding costs more than all the rest."""
    supply, told, tenths = plant.supply, math.nan, math.nan

    def read() -> float:
        nonlocal told, tenths
        temp_c = plant.day.temp_c[plant.minute] + 8.0 + 25.0 * supply.pv_w / plant.plant.rated_w
        if temp_c != told:
            told, tenths = temp_c, round(temp_c, 1)
        return tenths

    return read


def _drive(pump: PumpState) -> dict[str, Number]:
    return {
        "rated_power_w": lambda: pump.curve.rated_w,
        "running": lambda: 1.0 if pump.power_w > 0.0 else 0.0,
        "frequency_hz": lambda: pump.speed * RATED_HZ,
        "frequency_set_hz": lambda: pump.set_hz,
        "speed_rpm": lambda: pump.speed * 2850.0,
        "torque_pct": lambda: 100.0 * pump.speed**2,
        "flow_m3_h": lambda: pump.flow_m3_h,
        "volume_m3": lambda: pump.volume_m3,
        "pulse_count": lambda: float(int(pump.volume_m3 * 100.0)),
        "pressure_bar": lambda: pump.pressure_bar,
        "fault_code": lambda: pump.fault,
        "load_w": lambda: pump.power_w,
    }


def _air(plant: Plant) -> dict[str, Number]:
    return {
        "temp_air_c": _of_site(plant, "weather.temp"),
        "rh_pct": _of_site(plant, "weather.humidity"),
        "wind_m_s": _of_site(plant, "weather.wind"),
        "rain_mm": _of_site(plant, "weather.rain"),
        "irradiance_w_m2": _of_site(plant, "power.irradiance"),
        "temp_cell_c": lambda: plant.pv_day.cell_c[plant.minute],
        "temp_device_c": lambda: round(
            plant.day.temp_c[plant.minute] + 6.0, 1
        ),  # such a thermometer tells tenths
        "temp_c": lambda: 27.0 + 0.15 * (plant.day.temp_c[plant.minute] - 27.0),
        "battery_temp_c": lambda: plant.day.temp_c[plant.minute] + 3.0,
    }


def _flows(plant: Plant) -> dict[str, Number]:
    """A meter of which the site file says nothing sits on the first pump."""
    first = next(iter(plant.pumps.values()), None)
    if first is None:
        return {}
    return {
        "flow_m3_h": lambda: first.flow_m3_h,
        "volume_m3": lambda: first.volume_m3,
        "pressure_bar": lambda: first.pressure_bar,
    }


def _ground(plant: Plant, part: Part) -> dict[str, Number]:
    """Soil quantities of the device's zone (the first zone for a device without one)."""
    zone = plant.zones.get(part.whose) if part.what == "zone" else next(iter(plant.zones.values()), None)
    if zone is None:
        return {}
    ground = zone.ground
    return {
        "vwc": lambda: ground.vwc,
        "ec_us_cm": lambda: 150.0 + 900.0 * ground.vwc,
        "salinity_mg_l": lambda: 80.0 + 480.0 * ground.vwc,
        "tds_mg_l": lambda: 75.0 + 450.0 * ground.vwc,
        "permittivity": lambda: min(80.0, 3.0 + 70.0 * ground.vwc),
        "level_m": lambda: max(0.0, ground.ponding_m),
        "flow_m3_h": lambda: zone.flow_m3_h,
        "volume_m3": lambda: zone.volume_m3,
    }
