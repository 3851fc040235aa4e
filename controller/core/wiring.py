"""The site as decide() runs over it: names resolved to objects, limits in one place, signals ready to be read. A pure function
of the site, built once and remembered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from controller.core.site import Injector, Power, Pump, Signal, Site, Tank, Valve, Zone
from controller.core.snapshot import Sample
from controller.core.speeds import Speeds, speeds_of
from drivers.reading import GOOD
from schedules.catalog import Catalog, catalog
from schedules.program import Program
from schedules.solar import Array

Key = tuple[str, str]
Readings = Mapping[Key, Sample]

ON_WORDS = frozenset({"on", "running", "starting", "derated"})
"""Normal states of a ``status`` that mean: the output is on."""


class Reader:
    """One signal, compiled. ``read`` is ``Snapshot.number`` with the look-ups done beforehand."""

    __slots__ = ("key", "maximum", "minimum", "name", "offset", "scale", "stale_s")

    def __init__(self, signal: Signal) -> None:
        self.key = signal.key
        self.name = f"{signal.device}.{signal.quantity}"
        self.stale_s = signal.stale_s
        self.scale, self.offset = signal.scale, signal.offset
        self.minimum, self.maximum = signal.minimum, signal.maximum

    def read(self, readings: Readings, mono_s: float) -> float | None:
        """The value, if it is GOOD, a number, within bounds and not stale; else None."""
        sample = readings.get(self.key)
        if sample is None or sample.quality is not GOOD:
            return None
        value = sample.value
        if value.__class__ is not float and (value is None or isinstance(value, str)):
            return None
        if mono_s - sample.mono_s > self.stale_s:
            return None
        value = value * self.scale + self.offset
        return value if self.minimum <= value <= self.maximum else None

    def text(self, readings: Readings, mono_s: float) -> str | None:
        """The text, if it is GOOD and not stale; else None."""
        sample = readings.get(self.key)
        if sample is None or sample.quality is not GOOD or not isinstance(sample.value, str):
            return None
        return sample.value if mono_s - sample.mono_s <= self.stale_s else None

    def switch(self, readings: Readings, mono_s: float) -> bool | None:
        """A read-back as on or off, from a number (0.5 and more is on) or from a normal state; None when unknown."""
        number = self.read(readings, mono_s)
        if number is not None:
            return number >= 0.5
        word = self.text(readings, mono_s)
        return None if word is None else word in ON_WORDS


def reader(signal: Signal | None) -> Reader | None:
    """A Reader, or None where the site names no signal."""
    return None if signal is None else Reader(signal)


@dataclass(slots=True, eq=False)
class TankWiring:
    """One tank. ``refill_m``: where filling begins; default 15 % of the usable height below full. ``zones``: fed from it."""

    id: str
    entry: Tank
    level: Reader
    refill_m: float
    pump: str = ""
    zones: list[ZoneWiring] = field(default_factory=list)

    def litres(self, level_m: float) -> float:
        """Usable litres at this level, above ``empty_m``."""
        entry = self.entry
        above_m = level_m - entry.empty_m
        return (above_m if above_m > 0.0 else 0.0) * entry.area_m2 * 1000.0

    @property
    def capacity_l(self) -> float:
        """Usable litres when full."""
        return self.litres(self.entry.full_m)


@dataclass(slots=True, eq=False)
class ValveWiring:
    """One valve and the zones that it belongs to. ``pumps``: those that can push water through it."""

    id: str
    entry: Valve
    key: Key
    feedback: Reader | None
    verify_s: float
    open_s: float
    zones: list[ZoneWiring] = field(default_factory=list)
    pumps: list[PumpWiring] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class ZoneWiring:
    """One zone. Exactly one of ``pump`` (direct) and ``tank`` (gravity) feeds it. ``air``: its own temperature and humidity."""

    id: str
    entry: Zone
    program: Program
    valves: tuple[ValveWiring, ...]
    pump: PumpWiring | None
    tank: TankWiring | None
    flow: Reader | None
    probes: tuple[Reader, ...]
    ponding: Reader | None
    air: tuple[Reader | None, Reader | None] = (None, None)
    injector: InjectorWiring | None = None
    content: tuple[object, object] = (None, None)
    doubt: tuple[object, object] = (None, None)
    """A balance, and what was said of that very balance (explain, probes): caches of pure results, never state."""

    @property
    def lead_s(self) -> float:
        """The time that its slowest valve takes."""
        return max(valve.open_s for valve in self.valves)


@dataclass(slots=True, eq=False)
class InjectorWiring:
    """One injector and the zones whose water it doses into."""

    id: str
    entry: Injector
    key: Key
    feedback: Reader | None
    zones: list[ZoneWiring] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class PumpWiring:
    """One pump. ``follows``: its speed follows the sun. ``need_w``: what it needs to lift water; ``start_w``: the mean that starts
    it; ``hold_w``: the power that must be there at that moment too. ``inverter``: the status of the inverter that feeds it.
    ``reset``: the command that resets its drive's fault, None where there is none or the site forbids it. ``ride_s``: how long it
    waits for the sun to come back before it stops, in time without any of it where the grid ``buys`` the rest. ``speeds``: of a
    drive with a set-point. ``place``, ``water``: its energy and its water in the accounts.
    """

    id: str
    entry: Pump
    key: Key
    follows: bool
    need_w: float
    start_w: float
    hold_w: float
    min_flow_m3_h: float
    feedback: Reader | None
    flow: Reader | None
    volume: Reader | None
    power: Reader | None
    energy: Reader | None
    pressure: Reader | None
    fault: Reader | None
    status: Reader | None
    suction: Reader | None
    inverter: Reader | None
    tank: TankWiring | None
    suction_tank: TankWiring | None
    zones: list[ZoneWiring] = field(default_factory=list)
    lag_s: float = 0.0
    reset: Key | None = None
    ride_s: float = 180.0
    buys: bool = False
    speeds: Speeds = (0.0, ())
    place: str = ""
    water: str = ""


@dataclass(slots=True, eq=False)
class Wiring:
    """The whole site, resolved."""

    site: Site
    catalog: Catalog
    zoneinfo: ZoneInfo
    pumps: tuple[PumpWiring, ...]
    tanks: tuple[TankWiring, ...]
    valves: tuple[ValveWiring, ...]
    zones: tuple[ZoneWiring, ...]
    pump: dict[str, PumpWiring]
    tank: dict[str, TankWiring]
    valve: dict[str, ValveWiring]
    zone: dict[str, ZoneWiring]
    irradiance: Reader | None
    pv_power: Reader | None
    pv_energy: Reader | None
    grid_power: Reader | None
    load_power: Reader | None
    rain: Reader | None
    air: tuple[Reader | None, Reader | None, Reader | None]
    peak_w: float
    array: Array
    drives: tuple[PumpWiring, ...]
    memo: dict[object, object] = field(default_factory=dict)
    """Tuples that were built before (commands by wanted values): a cache of pure results, never state."""
    injectors: tuple[InjectorWiring, ...] = ()
    grid_import: Reader | None = None
    grid_export: Reader | None = None
    load_energy: Reader | None = None
    genset_power: Reader | None = None
    genset_energy: Reader | None = None
    battery_power: Reader | None = None
    battery_charge: Reader | None = None
    battery_discharge: Reader | None = None
    battery_soc: Reader | None = None
    load_w: float = 0.0
    """All pumps on the inverter and the other loads together."""
    genset: bool = False
    """Whether the genset has a meter of its own."""
    misting: set[str] = field(init=False)
    """The zones that mist."""
    power: Power = field(init=False)
    """``site.file.power``, which many ask for in every decision."""

    def __post_init__(self) -> None:
        self.misting = {zone.id for zone in self.zones if zone.program.kind == "misting"}
        self.power = self.site.file.power


def follows(pump: Pump) -> bool:
    """True if the pump's speed can follow the sun."""
    return pump.supply == "pv" or pump.frequency is not None


def needed_power(pump: Pump) -> float:
    """The electric power, W, at which this pump is worth starting: what a drive with a frequency output takes at its lowest useful
    speed; the threshold of a solar drive, or where the site file states one; else its rated power, which a fixed-speed motor
    always draws.
    """
    if pump.frequency is not None and pump.supply == "inverter":
        return speeds_of(pump)[1][0]
    return pump.threshold if follows(pump) or pump.threshold_w is not None else pump.rated_power_w


def _pump(entry: Pump, site: Site, tanks: dict[str, TankWiring], peak_w: float) -> PumpWiring:
    surplus = site.file.power.surplus
    need = needed_power(entry)
    # A plant that can hardly reach the start margin would never start: the margin gives way, the need does not.
    drive = entry.supply == "pv"
    start_margin = surplus.drive_start_margin if drive else surplus.start_margin
    hold_margin = surplus.drive_hold_margin if drive else surplus.hold_margin
    start = max(need, min(need * start_margin, 0.85 * peak_w))
    bought_wh = surplus.ride_wh if site.file.power.backup == "grid" and not drive else 0.0
    return PumpWiring(
        id=entry.id,
        entry=entry,
        key=entry.run.key,
        follows=follows(entry),
        need_w=need,
        start_w=start,
        hold_w=min(start, need * hold_margin),
        min_flow_m3_h=entry.protect.min_flow_m3_h or 0.05 * entry.rated_flow_m3_h,
        feedback=reader(entry.run.feedback),
        flow=reader(entry.flow),
        volume=reader(entry.volume),
        power=reader(entry.power),
        energy=reader(entry.energy),
        pressure=reader(entry.pressure),
        fault=reader(entry.fault),
        status=reader(entry.status),
        suction=reader(entry.suction),
        inverter=reader(site.file.power.inverter_status) if entry.supply == "inverter" else None,
        tank=tanks.get(entry.into),
        suction_tank=tanks.get(entry.suction_tank or ""),
        reset=site.fault_resets.get(entry.id) if entry.protect.reset_faults else None,
        ride_s=surplus.ride_s if drive else max(surplus.stop_after_s, 3600.0 * bought_wh / need),
        buys=bought_wh > 0.0,
        speeds=speeds_of(entry) if entry.frequency is not None else (0.0, ()),
        place=f"drive/{entry.id}" if drive else f"pump/{entry.id}",
        water=f"lift/{entry.id}" if entry.suction_tank in tanks else f"water/{entry.id}",
    )


def _tank(entry: Tank) -> TankWiring:
    refill = (
        entry.refill_m if entry.refill_m is not None else entry.full_m - 0.15 * (entry.full_m - entry.empty_m)
    )
    return TankWiring(entry.id, entry, Reader(entry.level), min(refill, entry.full_m))


def _valve(entry: Valve) -> ValveWiring:
    command = entry.command
    return ValveWiring(entry.id, entry, command.key, reader(command.feedback), command.verify_s, entry.open_s)


def _zone(
    entry: Zone,
    site: Site,
    valves: dict[str, ValveWiring],
    pumps: dict[str, PumpWiring],
    tanks: dict[str, TankWiring],
) -> ZoneWiring:
    zone = ZoneWiring(
        id=entry.id,
        entry=entry,
        program=site.programs[entry.program_name],
        valves=tuple(valves[name] for name in entry.valves),
        pump=pumps.get(entry.source),
        tank=tanks.get(entry.source),
        flow=reader(entry.flow),
        probes=tuple(Reader(probe) for probe in entry.probes),
        ponding=reader(entry.ponding),
        air=(reader(entry.temp_air), reader(entry.humidity)),
    )
    for valve in zone.valves:
        valve.zones.append(zone)
        if zone.pump is not None and zone.pump not in valve.pumps:
            valve.pumps.append(zone.pump)
    if zone.tank is not None:
        zone.tank.zones.append(zone)
    if zone.pump is not None:
        zone.pump.zones.append(zone)
        zone.pump.lag_s = max(zone.pump.lag_s, zone.lead_s)
    return zone


def _injectors(site: Site, zones: dict[str, ZoneWiring]) -> dict[str, InjectorWiring]:
    found = {
        one.id: InjectorWiring(one.id, one, one.command.key, reader(one.command.feedback)) for one in site.file.injectors
    }  # fmt: skip
    for zone in zones.values():
        if zone.entry.injector is not None:
            zone.injector = found[zone.entry.injector]
            zone.injector.zones.append(zone)
    return found


def build(site: Site) -> Wiring:
    """Resolve the site. Raises KeyError for a name that the site file does not define (``tirta check`` refuses such a file)."""
    file, power = site.file, site.file.power
    peak_w = power.pv_kwp * 1000.0 * power.derate
    peak_w = min(peak_w, power.inverter_w) if power.inverter_w is not None else peak_w
    tanks = {entry.id: _tank(entry) for entry in file.tanks}
    pumps = {entry.id: _pump(entry, site, tanks, peak_w) for entry in file.pumps}
    for pump in pumps.values():
        if pump.tank is not None:
            pump.tank.pump = pump.tank.pump or pump.id
    valves = {entry.id: _valve(entry) for entry in file.valves}
    zones = {entry.id: _zone(entry, site, valves, pumps, tanks) for entry in file.zones}
    injectors = _injectors(site, zones)
    weather = file.weather
    return Wiring(
        site=site,
        catalog=catalog(),
        zoneinfo=ZoneInfo(file.site.timezone),
        pumps=tuple(pumps.values()),
        tanks=tuple(tanks.values()),
        valves=tuple(valves.values()),
        zones=tuple(zones.values()),
        pump=pumps,
        tank=tanks,
        valve=valves,
        zone=zones,
        irradiance=reader(power.irradiance),
        pv_power=reader(power.pv_power),
        pv_energy=reader(power.pv_energy),
        grid_power=reader(power.grid_power),
        load_power=reader(power.load_power),
        rain=reader(weather.rain),
        air=(reader(weather.temp_air), reader(weather.humidity), reader(weather.wind)),
        peak_w=peak_w,
        injectors=tuple(injectors.values()),
        array=array_of(site),
        drives=tuple(pump for pump in pumps.values() if pump.entry.frequency is not None),
        grid_import=reader(power.grid_import),
        grid_export=reader(power.grid_export),
        load_energy=reader(power.load_energy),
        genset_power=reader(power.genset_power),
        genset_energy=reader(power.genset_energy),
        battery_power=reader(power.battery_power),
        battery_charge=reader(power.battery_charge),
        battery_discharge=reader(power.battery_discharge),
        battery_soc=reader(power.battery_soc),
        load_w=power.other_load_w + sum(one.rated_power_w for one in file.pumps if one.supply == "inverter"),
        genset=power.genset_power is not None or power.genset_energy is not None,
    )


_REMEMBERED: dict[int, Wiring] = {}


def array_of(site: Site) -> Array:
    """The site's PV array as estimates and expectations see it."""
    power, place = site.file.power, site.file.site
    return Array(
        latitude_deg=place.latitude,
        longitude_deg=place.longitude,
        pv_kwp=power.pv_kwp,
        tilt_deg=power.tilt_deg,
        azimuth_deg=power.azimuth_deg,
        limit_w=power.inverter_w,
    )


def wiring(site: Site) -> Wiring:
    """The wiring of this very site object, built at its first use. Raises what ``build`` raises."""
    found = _REMEMBERED.get(id(site))
    if (
        found is None or found.site is not site
    ):  # the wiring keeps its site alive, so an id is never another site's
        found = build(site)
        if len(_REMEMBERED) >= 16:
            _REMEMBERED.clear()
        _REMEMBERED[id(site)] = found
    return found
