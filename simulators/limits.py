"""The limits that hold for every strategy that is played: those of the shipped controller, written a second time.

A pump: minimum run and rest, longest run, starts per hour and day, full tank, low suction, sun (and the part of a charged battery
that the site names) or an allowed back-up. Ways: a valve opens before its pump and closes after it; a running pump is handed from
zone to zone; an empty tank closes its zones. A zone gets water within its program's windows only, a pond up to its upper level. A
strategy wishes; this guard decides what is switched, as the daemon's interlocks do (docs/safety.md).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Set
from dataclasses import dataclass, field
from typing import Final

from controller.core.site import Power, Pump, Zone
from controller.core.wiring import needed_power
from schedules.program import Program
from schedules.windows import DAYS
from simulators.field import PaddyGround
from simulators.sky import MINUTES
from simulators.world import World

HOUR_S: Final = 3600.0
SUCTION_M: Final = 0.1
"""The least suction level where the site states none."""

BACK_M: Final = 0.05
"""A level that was too low must rise by so much before it counts as good again."""

SUNK_MM: Final = 1.0
"""A pond that was full must sink by so much before it is filled up again."""


@dataclass(frozen=True, slots=True)
class Wants:
    """What a strategy wishes now: pumps that should fill their tank or run for the wanted zones, zones that should get water,
    and whether a back-up supply (grid, genset) may carry the pumps, which the site must allow too.
    """

    pumps: Set[str] = frozenset()
    zones: Set[str] = frozenset()
    backup: bool = False


@dataclass(slots=True)
class PumpGuard:
    """One pump's memory; times in POSIX seconds. ``ride_s``: how long it waits for the sun to come back; ``lag_s``: how long its
    valves stay open after it.
    """

    pump: Pump
    need_w: float
    ride_s: float
    lag_s: float
    zones: tuple[str, ...] | None
    on: bool = False
    since_s: float = float("-inf")
    short_s: float | None = None
    low: bool = False
    starts: deque[float] = field(default_factory=deque)
    starts_today: int = 0
    fed: frozenset[str] = frozenset()


class Limits:
    """The guard of one plant. ``step`` turns wishes into switches; only changes are written."""

    def __init__(self, plant: World) -> None:
        """``plant``: as it starts, with everything closed and rested."""
        file = plant.site.file
        self._plant = plant
        self._backup = file.power.backup != "none" and file.power.backup_for_forced
        self._travel = {zone.id: _travel(plant, zone) for zone in file.zones}
        self._guards = {pump.id: self._guard(pump) for pump in file.pumps}
        self._opened_s: dict[str, float] = {}
        self._dry: dict[str, bool] = dict.fromkeys(plant.tanks, False)
        self._brimming: set[str] = set()
        self._windows = {zone.id: open_minutes(plant.site.programs[zone.program_name]) for zone in file.zones}
        self._keys = {valve.id: valve.command.key for valve in file.valves}
        self._day = -1

    def is_on(self, pump: str) -> bool:
        """Whether the pump is switched on."""
        return self._guards[pump].on

    def rested_s(self, pump: str) -> float:
        """POSIX time from which the pump may start again as far as its rest goes."""
        guard = self._guards[pump]
        return guard.since_s + guard.pump.limits.min_rest_s

    def is_open(self, zone: str, day: int, minute: int) -> bool:
        """Whether the zone's windows let water flow in a minute (0..1439) of a local day (date ordinal)."""
        return bool(self._windows[zone][(day - 1) % 7][minute])

    def step(self, now_s: float, day: int, minute: int, power_w: float, wants: Wants) -> None:
        """Switch what ``wants`` asks for as far as the limits allow. ``power_w``: what the sun leaves for pumps."""
        allowed = frozenset(z for z in wants.zones if self.is_open(z, day, minute) and not self._is_full(z))
        wants = Wants(wants.pumps, allowed, wants.backup)
        if day != self._day:
            self._day = day
            for guard in self._guards.values():
                guard.starts_today = 0
        opened: set[str] = set()
        self._gravity(wants, opened)
        for guard in self._guards.values():
            self._pump(guard, now_s, power_w, wants)
            opened |= guard.fed
        self._valves(now_s, opened)

    def _is_full(self, zone: str) -> bool:
        """Whether a pond stands at the upper level of its program."""
        ground = self._plant.zones[zone].ground
        if not isinstance(ground, PaddyGround):
            return False
        if ground.water_mm >= ground.upper_mm:
            self._brimming.add(zone)
        elif ground.water_mm < ground.upper_mm - SUNK_MM:
            self._brimming.discard(zone)
        return zone in self._brimming

    # ----------------------------------------------------------------------------------------------------------- pumps

    def _pump(self, guard: PumpGuard, now_s: float, power_w: float, wants: Wants) -> None:
        way = frozenset(guard.zones or ()) & wants.zones
        wanted = guard.pump.id in wants.pumps and (guard.zones is None or bool(way))
        carried = wants.backup and self._backup and guard.pump.supply != "pv"
        reserved = sum(g.need_w for g in self._guards.values() if g.on and g is not guard)
        enough = carried or power_w - reserved >= self._least_w(guard)
        blocked = self._blocked(guard)
        if guard.on:
            if blocked or self._ends(guard, now_s, wanted, enough):
                self._switch(guard, False, now_s)
            elif way:
                ready = any(self._is_ready(zone, now_s) for zone in way)
                guard.fed = way if ready or not guard.fed else way | guard.fed
            return
        if now_s - guard.since_s >= guard.lag_s:
            guard.fed = frozenset()
        if not wanted or not enough or blocked or not self._may_start(guard, now_s):
            return
        guard.fed |= way
        if guard.zones is None or any(self._is_ready(zone, now_s) for zone in way):
            self._switch(guard, True, now_s)

    def _least_w(self, guard: PumpGuard) -> float:
        """The sun that a pump needs, W: less the part that a charged battery may bring where the site says so."""
        power, battery = self._plant.site.file.power, self._plant.supply.battery
        if battery is None or not battery_may_help(power, guard.pump, guard.zones is None):
            return guard.need_w
        charged = 100.0 * battery.soc >= power.surplus.battery_from_pct
        return guard.need_w * (1.0 - power.surplus.battery_share) if charged else guard.need_w

    def _ends(self, guard: PumpGuard, now_s: float, wanted: bool, enough: bool) -> bool:
        """Whether a running pump stops: its longest run, no more wish, or too little sun for too long."""
        limits, ran = guard.pump.limits, now_s - guard.since_s
        if ran >= limits.max_run_s:
            return True
        if not wanted:
            return ran >= limits.min_run_s
        if enough:
            guard.short_s = None
            return False
        if guard.short_s is None:
            guard.short_s = now_s
        return now_s - guard.short_s >= guard.ride_s and ran >= limits.min_run_s

    def _may_start(self, guard: PumpGuard, now_s: float) -> bool:
        limits, starts = guard.pump.limits, guard.starts
        if now_s - guard.since_s < limits.min_rest_s or guard.starts_today >= limits.starts_per_day:
            return False
        while starts and now_s - starts[0] >= HOUR_S:
            starts.popleft()
        return len(starts) < limits.starts_per_hour

    def _blocked(self, guard: PumpGuard) -> bool:
        """A full tank above, or no water below."""
        plant, pump = self._plant, guard.pump
        target = plant.tanks.get(pump.into)
        if target is not None and target.level_m >= target.tank.full_m:
            return True
        source = plant.tanks.get(pump.suction_tank or "")
        if source is not None:
            level, least = source.level_m, source.tank.empty_m
        elif pump.suction is not None:
            level = plant.pumps[pump.id].suction_m
            least = SUCTION_M if pump.min_suction_m is None else pump.min_suction_m
        else:
            return False
        guard.low = level <= least + (BACK_M if guard.low else 0.0)
        return guard.low

    def _switch(self, guard: PumpGuard, on: bool, now_s: float) -> None:
        guard.on, guard.since_s, guard.short_s = on, now_s, None
        if on:
            guard.starts.append(now_s)
            guard.starts_today += 1
        self._apply(guard.pump.run.key, on)

    # ---------------------------------------------------------------------------------------------------------- valves

    def _gravity(self, wants: Wants, opened: set[str]) -> None:
        """Zones below a tank: open while wanted and there is water."""
        plant = self._plant
        for ident, tank in plant.tanks.items():
            again = BACK_M if self._dry[ident] else 0.0
            self._dry[ident] = tank.level_m <= tank.tank.empty_m + again
        for zone in wants.zones:
            source = plant.zones[zone].zone.source
            if source in self._dry and not self._dry[source]:
                opened.add(zone)

    def _is_ready(self, zone: str, now_s: float) -> bool:
        """Whether all valves of a zone were told to open long enough ago."""
        state = self._plant.zones[zone]
        return all(
            valve.valve.id in self._opened_s
            and now_s - self._opened_s[valve.valve.id] >= self._travel[zone]
            and valve.wanted
            for valve in state.valves
        )

    def _valves(self, now_s: float, zones: set[str]) -> None:
        wanted = {valve.valve.id for zone in zones for valve in self._plant.zones[zone].valves}
        for ident in [ident for ident in self._opened_s if ident not in wanted]:
            del self._opened_s[ident]
            self._apply(self._keys[ident], False)
        for ident in wanted:
            if ident not in self._opened_s:
                self._opened_s[ident] = now_s
                self._apply(self._keys[ident], True)

    def _apply(self, key: tuple[str, str], on: bool) -> None:
        self._plant.apply(*key, float(on))

    def _guard(self, pump: Pump) -> PumpGuard:
        surplus = self._plant.site.file.power.surplus
        ride_s = surplus.ride_s if pump.supply == "pv" else surplus.stop_after_s
        if pump.into in self._plant.tanks:
            return PumpGuard(pump, needed_power(pump), ride_s, 0.0, None)
        zones = tuple(zone.id for zone in self._plant.site.file.zones if zone.source == pump.id)
        lag_s = max((self._travel[zone] for zone in zones), default=0.0)
        return PumpGuard(pump, needed_power(pump), ride_s, lag_s, zones)


def battery_may_help(power: Power, pump: Pump, fills: bool) -> bool:
    """Whether the site lets its battery carry a part of this pump's need: where it fills a tank, and the charge is known."""
    return power.battery_soc is not None and pump.supply == "inverter" and fills


def open_minutes(program: Program) -> tuple[bytes, ...]:
    """For each weekday (Monday first) the 1440 minutes: 1 where one of the program's windows is open."""
    week = [bytearray(MINUTES) for _ in DAYS]
    for window in program.windows:
        begin, end = _minute(window.begin), _minute(window.end)
        for index, name in enumerate(DAYS):
            if window.days and name not in window.days:
                continue
            for minute in range(begin, end if end >= begin else end + MINUTES):
                week[(index + minute // MINUTES) % 7][minute % MINUTES] = 1
    return tuple(bytes(day) for day in week)


def _minute(clock: str) -> int:
    return 60 * int(clock[:2]) + int(clock[3:])


def _travel(plant: World, zone: Zone) -> float:
    return max(plant.valves[valve].valve.open_s for valve in zone.valves)
