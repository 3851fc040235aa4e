"""Which device.quantity plays which part in the physics, read off the site file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from controller.core.site import Pump, Signal, SiteFile

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """One part in the play: ``what`` it is and ``whose`` (pump, tank, zone or valve id; "" for the site).

    A signal's own correction (value = raw * scale + offset) is undone by ``raw``.
    """

    what: str
    whose: str = ""
    scale: float = 1.0
    offset: float = 0.0

    def raw(self, value: float) -> float:
        """What the device itself must say so that the site sees ``value``."""
        return (value - self.offset) / self.scale if self.scale else value


@dataclass(frozen=True, slots=True)
class Roles:
    """``signals``: what each known reading is; ``outputs``: what each command moves; ``devices``: what each device is
    mostly (inverter, grid, pump, tank, suction, zone, weather, valve), for all its other quantities.
    """

    signals: dict[Key, Part] = field(default_factory=dict)
    outputs: dict[Key, Part] = field(default_factory=dict)
    devices: dict[str, Part] = field(default_factory=dict)


def roles_of(file: SiteFile) -> Roles:
    """The parts of a site. The first part of a reading counts: one meter may serve a pump and a zone."""
    roles = Roles()
    for what, whose, output in _outputs(file):
        roles.outputs.setdefault(output, Part(what, whose))
    for what, whose, signal, device in _signals(file):
        if signal is None:
            continue
        if signal.key not in roles.outputs:
            roles.signals.setdefault(signal.key, Part(what, whose, signal.scale, signal.offset))
        if device:
            roles.devices.setdefault(signal.device, Part(device, whose))
    for valve in file.valves:
        roles.devices.setdefault(valve.command.device, Part("valve", valve.id))
    for pump in file.pumps:
        roles.devices.setdefault(pump.run.device, Part("pump", pump.id))
    return roles


def _outputs(file: SiteFile) -> Iterator[tuple[str, str, Key]]:
    for pump in file.pumps:
        yield "pump.run", pump.id, pump.run.key
        if pump.frequency is not None:
            yield "pump.frequency", pump.id, pump.frequency.key
    for valve in file.valves:
        yield "valve.command", valve.id, valve.command.key


def _signals(file: SiteFile) -> Iterator[tuple[str, str, Signal | None, str]]:
    """(what, whose, signal, kind of the device that carries it; "" when that says nothing of the device)."""
    power, weather = file.power, file.weather
    yield "power.irradiance", "", power.irradiance, "weather"
    yield "power.pv_power", "", power.pv_power, "" if _is_pump_device(file, power.pv_power) else "inverter"
    yield "power.pv_energy", "", power.pv_energy, "" if _is_pump_device(file, power.pv_energy) else "inverter"
    yield (
        "power.status",
        "",
        power.inverter_status,
        "" if _is_pump_device(file, power.inverter_status) else "inverter",
    )
    yield "power.grid", "", power.grid_power, "grid"
    yield "power.load", "", power.load_power, "grid"
    yield "power.grid_import", "", power.grid_import, "grid"
    yield "power.grid_export", "", power.grid_export, "grid"
    yield "power.load_energy", "", power.load_energy, "grid"
    yield "power.genset", "", power.genset_power, "genset"
    yield "power.genset_energy", "", power.genset_energy, "genset"
    yield "power.battery", "", power.battery_power, ""
    yield "power.battery_charge", "", power.battery_charge, ""
    yield "power.battery_discharge", "", power.battery_discharge, ""
    yield "power.battery_soc", "", power.battery_soc, ""
    for pump in file.pumps:
        yield from _pump_signals(pump)
    for tank in file.tanks:
        yield "tank.level", tank.id, tank.level, "tank"
    for zone in file.zones:
        for probe in zone.probes:
            yield "zone.vwc", zone.id, probe, "zone"
        yield "zone.ponding", zone.id, zone.ponding, "zone"
        yield "zone.flow", zone.id, zone.flow, "zone"
    for valve in file.valves:
        yield "valve.position", valve.id, valve.command.feedback, ""
    yield "weather.rain", "", weather.rain, "weather"
    yield "weather.temp", "", weather.temp_air, "weather"
    yield "weather.humidity", "", weather.humidity, "weather"
    yield "weather.wind", "", weather.wind, "weather"


def _pump_signals(pump: Pump) -> Iterator[tuple[str, str, Signal | None, str]]:
    yield "pump.power", pump.id, pump.power, "pump"
    yield "pump.energy", pump.id, pump.energy, "pump"
    yield "pump.fault", pump.id, pump.fault, "pump"
    yield "pump.status", pump.id, pump.status, "pump"
    yield "pump.flow", pump.id, pump.flow, "pump"
    yield "pump.volume", pump.id, pump.volume, "pump"
    yield "pump.pressure", pump.id, pump.pressure, "pump"
    if pump.suction is not None and pump.suction_tank is not None:
        yield "tank.level", pump.suction_tank, pump.suction, "tank"
    else:
        yield "pump.suction", pump.id, pump.suction, "suction"
    yield "pump.running", pump.id, pump.run.feedback, ""
    if pump.frequency is not None:
        yield "pump.speed", pump.id, pump.frequency.feedback, ""


def _is_pump_device(file: SiteFile, signal: Signal | None) -> bool:
    """A solar drive that also serves as the plant's meter is a pump first."""
    return signal is not None and any(
        other is not None and other.device == signal.device
        for pump in file.pumps
        for other in (pump.power, pump.status, pump.fault)
    )
