"""Which signals of a site become which point, worked out once: the schema of docs/telemetry.md as a table of groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from controller.core.decision import Decision
from controller.core.site import DeviceEntry, Pump, Signal, Site, Zone
from controller.core.snapshot import Snapshot
from controller.core.state import ControllerState
from controller.store.point import Series
from drivers.quantities import split_channel
from drivers.reading import Value

NONE = "-"
"""A tag that does not apply. Tags are never left out: InfluxDB 3 fixes a table's tags with its first point."""

Key: TypeAlias = tuple[str, str]
Derived: TypeAlias = tuple[float | None, ...]
Derive: TypeAlias = Callable[[Snapshot, Decision], Derived]


@dataclass(slots=True)
class Read:
    """One field that is a signal's value, in the site's calibration, while it is good, not stale and within bounds.

    The signal's parts lie flat here: this is read for every field of every point. ``part``: the field's text for the value
    ``raw``, the last one seen ("": not to be shown); ``shown``: what of it stands in the point now, "" while it is stale.
    """

    name: str
    key: Key
    scale: float
    offset: float
    minimum: float
    maximum: float
    stale_s: float
    raw: Value | None = None
    part: str = ""
    shown: str = ""

    @classmethod
    def of(cls, name: str, signal: Signal) -> Read:
        """The field ``name`` from ``signal``."""
        return cls(
            name, signal.key, signal.scale, signal.offset, signal.minimum, signal.maximum, signal.stale_s
        )


@dataclass(slots=True)
class Group:
    """One series and where its fields come from. ``derive`` returns the values of the fields ``names``; these and ``reads``
    never share a name.

    A group of reads alone is dated by its newest sample and written only when there is a newer one: a probe that
    reports every 20 minutes gives three points an hour, at the times it measured. ``pump``: the pump whose running
    makes the group due more often. ``watch``: readings whose change makes it due at once; ``each``: so does every new
    measurement (a wireless probe's report is acknowledged to the broker once its point is on the disk).
    """

    series: Series
    reads: tuple[Read, ...]
    names: tuple[str, ...] = ()
    derive: Derive | None = None
    pump: str = ""
    watch: tuple[Key, ...] = ()
    each: tuple[Key, ...] = ()
    due_s: float = field(default=float("-inf"))
    newest_s: float = field(default=float("-inf"))
    derived: Derived | None = None
    derived_parts: tuple[str, ...] = ()
    parts: list[str] = field(default_factory=list)
    text: str = ""
    texts: list[str] = field(default_factory=list)
    """The text of each of ``derived``, "" for none: most values are the same minute after minute."""
    rows: tuple[tuple[Key, float, Read], ...] = ()
    """``reads`` with what is looked at first beside them: these are walked for every point."""
    read_parts: list[str] = field(default_factory=list)
    """The texts of ``reads`` that are shown."""
    now: list[str] = field(default_factory=list)
    moved: bool = True
    """All texts together as they were last; whether some were made anew since then."""

    def __post_init__(self) -> None:
        self.rows = tuple((read.key, read.stale_s, read) for read in self.reads)


def groups_of(site: Site) -> list[Group]:
    """Every group of the site, in a fixed order."""
    found = [*_pv(site), _power(site)]
    found += [_pump(site, pump) for pump in site.file.pumps]
    found += [_tank(site, tank.id, tank.level, tank.area_m2) for tank in site.file.tanks]
    for zone in site.file.zones:
        found += [*_soil(site, zone), _zone(site, zone)]
    return [*found, *_weather(site)]


def _reads(signals: Mapping[str, Signal | None]) -> tuple[Read, ...]:
    return tuple(Read.of(name, signal) for name, signal in sorted(signals.items()) if signal is not None)


def _beside(signal: Signal, *quantities: str) -> dict[str, Signal]:
    """Other quantities that the same device (and channel) may report: taken as they come."""
    channel = split_channel(signal.quantity)[1]
    tail = "" if channel is None else f"_{channel}"
    return {
        name: Signal.model_validate({"signal": f"{signal.device}.{name}{tail}", "stale_s": signal.stale_s})
        for name in quantities
    }


def _by_device(signals: Mapping[str, Signal | None]) -> dict[str, dict[str, Signal]]:
    devices: dict[str, dict[str, Signal]] = {}
    for name, signal in signals.items():
        if signal is not None:
            devices.setdefault(signal.device, {})[name] = signal
    return devices


def _pv(site: Site) -> Iterable[Group]:
    power = site.file.power
    signals = {
        "power_w": power.pv_power,
        "energy_wh": power.pv_energy,
        "irradiance_w_m2": power.irradiance,
        "status": power.inverter_status,
    }
    inverter = power.pv_power or power.pv_energy or power.inverter_status
    for device, own in _by_device(signals).items():
        if inverter is not None and device == inverter.device:
            own = _beside(inverter, "voltage_v", "current_a", "temp_cell_c") | own  # noqa: PLW2901
        elif power.irradiance is not None and device == power.irradiance.device:
            own = _beside(power.irradiance, "temp_cell_c") | own  # noqa: PLW2901
        watch = (own["status"].key,) if "status" in own else ()
        series = Series.of("pv", site=site.file.site.id, device=device)
        yield Group(series, _reads(own), watch=watch)


def _power(site: Site) -> Group:
    power = site.file.power
    signals: dict[str, Signal] = {}
    inverter = power.pv_power or power.inverter_status
    if inverter is not None:
        signals |= _beside(inverter, "genset_w", "battery_w", "soc_pct", "load_w", "grid_w")
    named = {"load_w": power.load_power, "grid_w": power.grid_power}
    signals |= {name: signal for name, signal in named.items() if signal is not None}

    def derive(_: Snapshot, decision: Decision) -> Derived:
        state = decision.state.power
        return (state.potential_w, state.budget_w)

    series = Series.of("power", site=site.file.site.id)
    return Group(series, _reads(signals), ("potential_w", "surplus_w"), derive)


def _pump(site: Site, pump: Pump) -> Group:
    signals = {
        "power_w": pump.power,
        "flow_m3_h": pump.flow,
        "pressure_bar": pump.pressure,
        "energy_wh": pump.energy,
        "volume_m3": pump.volume,
    }
    if pump.frequency is not None:
        signals["frequency_hz"] = _beside(pump.frequency.feedback or _command(pump), "frequency_hz")[
            "frequency_hz"
        ]
    proof = pump.run.feedback

    def derive(snapshot: Snapshot, decision: Decision) -> Derived:
        state = decision.state.pumps[pump.id]
        proven = snapshot.number(proof)
        running = float(state.on) if proven is None else float(proven > 0)
        return (running, float(state.starts_today))

    series = Series.of("pump", site=site.file.site.id, device=pump.id)
    names = ("running", "starts")
    return Group(series, _reads(signals), names, derive, pump.id, (proof.key,) if proof else ())


def _command(pump: Pump) -> Signal:
    output = pump.frequency or pump.run
    return Signal.model_validate(f"{output.device}.{output.quantity}")


def _tank(site: Site, ident: str, level: Signal, area_m2: float) -> Group:
    volume = level.model_copy(
        update={
            "scale": level.scale * area_m2,
            "offset": level.offset * area_m2,
            "minimum": level.minimum * area_m2,
            "maximum": level.maximum * area_m2,
        }
    )
    series = Series.of("tank", site=site.file.site.id, device=ident)
    return Group(series, _reads({"level_m": level, "volume_m3": volume}))


def _soil(site: Site, zone: Zone) -> Iterable[Group]:
    entries = {entry.id: entry for entry in site.file.devices}
    wireless = {bus.id for bus in site.file.buses if bus.url.startswith("mqtt")}
    for probe in zone.probes:
        channel = split_channel(probe.quantity)[1]
        device = probe.device if channel is None else f"{probe.device}:{channel}"
        depth = _depth(entries.get(probe.device), channel)
        series = Series.of("soil", site=site.file.site.id, zone=zone.id, device=device, depth_cm=depth)
        entry = entries.get(probe.device)
        each = (probe.key,) if entry is not None and entry.bus in wireless else ()
        yield Group(series, _reads({**_beside(probe, "temp_c", "ec_us_cm", "ph"), "vwc": probe}), each=each)


def _depth(entry: DeviceEntry | None, channel: int | None) -> str:
    settings = entry.settings if entry else {}
    depth = settings.get(f"depth_cm_{channel}", settings.get("depth_cm", NONE))
    return f"{depth:g}" if isinstance(depth, float | int) else depth


ZONE_FIELDS = (
    "depletion_mm", "due_epoch_s", "etc_mm_d", "irrigated_mm", "ks", "owed_mm", "ponding_mm", "probe_spread",
    "raw_mm", "rests_on", "taw_mm", "valve",
)  # fmt: skip

RESTS_ON = {"calendar": 0.0, "balance": 1.0, "sensor": 2.0}
"""The rungs of the ladder as a number that a graph can show."""


def _due_epoch_s(zone: str, state: ControllerState) -> float | None:
    """When the zone's water must flow at the latest, POSIX s; None where it can wait. Changes with the demands only."""
    for one in state.demands:
        if one.zone == zone:
            return one.latest_start_s
    return None


def _zone(site: Site, zone: Zone) -> Group:
    seen: tuple[object, object, float] = (None, None, 0.0)
    told: Derived = ()
    ident, valves, ponding = zone.id, zone.valves, zone.ponding  # out of the model: looked at every minute

    def derive(snapshot: Snapshot, decision: Decision) -> Derived:
        nonlocal seen, told
        state = decision.state
        balance = state.zones[ident].balance
        level = None if ponding is None else snapshot.number(ponding)
        valve = 0.0
        for name in valves:
            if state.valves[name].on:
                valve = 1.0
        if level is None and balance is seen[0] and state.demands is seen[1] and valve == seen[2]:
            return told  # frozen values: the very same ones say the same
        seen = (None if level is not None else balance, state.demands, valve)
        told = (
            balance.depletion_mm,
            _due_epoch_s(ident, state),
            balance.etc_mm_d,
            balance.irrigated_mm,
            balance.ks,
            balance.owed_mm,
            balance.ponding_mm if level is None else level * 1000.0,
            balance.probe_spread,
            balance.raw_mm,
            RESTS_ON[balance.level],
            balance.taw_mm,
            valve,
        )
        return told

    return Group(Series.of("zone", site=site.file.site.id, zone=zone.id), (), ZONE_FIELDS, derive)


def _weather(site: Site) -> Iterable[Group]:
    weather, ident = site.file.weather, site.file.site.id
    signals = {
        "rain_mm": weather.rain,
        "temp_air_c": weather.temp_air,
        "rh_pct": weather.humidity,
        "wind_m_s": weather.wind,
        "ghi_w_m2": site.file.power.irradiance,
    }
    for device, own in _by_device(signals).items():
        yield Group(Series.of("weather", site=ident, device=device), _reads(own))
    zones = site.file.zones

    def derive(snapshot: Snapshot, decision: Decision) -> Derived:
        et0 = decision.state.zones[zones[0].id].balance.et0_mm_d if zones else None
        return et0, _expected_ghi(snapshot)

    yield Group(Series.of("weather", site=ident, device=NONE), (), ("eto_mm_d", "forecast_ghi_w_m2"), derive)


def _expected_ghi(snapshot: Snapshot) -> float | None:
    """What the newest outlook expects of this quarter, W/m2; None without one that holds."""
    seen, now_s = snapshot.outlook, snapshot.at.epoch_s
    if seen is None or not seen.ghi_w_m2 or not seen.holds(now_s):
        return None
    return seen.moment(seen.ghi_w_m2, now_s - 0.5 * seen.step_s)
