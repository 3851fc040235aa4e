"""The plant and its land: weather -> sun's power -> pump -> water -> soil, coupled, stepped, with its own truth.

Time only moves by ``advance``; within a step of at most a minute all
flows are constant, so a caller's smaller steps are taken exactly and larger ones are cut at the minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from controller.core.site import Site, Valve, Zone
from schedules.program import ContainerProgram, Program
from simulators.field import Ground, ground_of
from simulators.pump import DRY_SHARE, Curve, PumpState
from simulators.pv import PvPlant
from simulators.supply import supply_of
from simulators.tank import TankState
from simulators.weather import GeneratedWeather, WeatherSource, sky_of

OVERFLOW_SHARE = 1.15
"""A direct pump pushes at most this much more than the open zones' nominal flow; the rest is pressure."""


@dataclass(slots=True)
class ValveState:
    """One valve: commanded, and how far it is open (0..1). ``stuck``: a fault knob, the position it cannot leave."""

    valve: Valve
    wanted: bool = False
    position: float = 0.0
    stuck: float | None = None

    def move(self, dt_s: float) -> None:
        """Travel towards the command for ``dt_s``."""
        target = 1.0 if self.wanted else 0.0
        if self.stuck is not None:
            self.position = self.stuck
        elif self.position != target:
            travel = dt_s / self.valve.open_s if self.valve.open_s > 0.0 else 1.0
            gap = target - self.position
            self.position = (
                target if abs(gap) <= travel else self.position + (travel if gap > 0.0 else -travel)
            )


@dataclass(slots=True)
class ZoneState:
    """One zone: its valves, where its water comes from, its ground, and what has flowed in (m3/h now, m3 in all)."""

    zone: Zone
    valves: tuple[ValveState, ...]
    ground: Ground
    roofed: bool
    flow_m3_h: float = 0.0
    volume_m3: float = 0.0

    @property
    def opening(self) -> float:
        """How open the path is: all its valves are in one line."""
        opening = 1.0
        for valve in self.valves:
            if valve.position < opening:
                opening = valve.position
        return opening


class Plant:
    """One site's physics. Public state (``pumps``, ``tanks``, ``valves``, ``zones``, ``supply``) is open to fault scripts."""

    def __init__(
        self,
        site: Site,
        seed: int,
        start: datetime,
        *,
        weather: WeatherSource | None = None,
        export: bool | None = None,
    ) -> None:
        """``start``: aware. ``weather``: default the South Sumatra generator of ``seed``. ``export``: see supply_of."""
        file = site.file
        self.site, self.seed, self.start = site, seed, start
        self.now_s = start.timestamp()
        self.sky = sky_of(file.site)
        self.weather: WeatherSource = weather or GeneratedWeather(file.site, seed, self.sky)
        self.plant = PvPlant(file.power, self.sky.latitude)
        self.supply = supply_of(file, export)
        self.clean = 1.0
        """Fault knob: share of the irradiance that dust and haze let through to the modules."""
        self.pumps = {pump.id: PumpState(pump, Curve(pump)) for pump in file.pumps}
        self.tanks = {tank.id: TankState(tank, 0.6 * tank.full_m * tank.area_m2) for tank in file.tanks}
        self.valves = {valve.id: ValveState(valve) for valve in file.valves}
        self.zones = {zone.id: self._zone(zone) for zone in file.zones}
        for pump in self.pumps.values():
            rest = (pump.pump.min_suction_m or 0.5) + 2.0
            pump.rest_m = pump.suction_m = rest
        self.rain_mm = 0.0
        """Rain since the start, mm."""
        self._fed = self._feeding()
        self.started_m3 = self.stored_m3()
        self.started_useful_m3 = self.useful_m3()
        self._ordinal = 0
        self.minute = 0
        self._next_day_s = self._midnight_s = 0.0
        self._open_day(self.sky.ordinal(self.now_s))

    def advance(self, at: datetime) -> None:
        """Let time pass up to ``at`` (aware). A moment that is not later changes nothing."""
        target = at.timestamp()
        now = self.now_s
        while now < target:
            if now >= self._next_day_s:
                self._open_day(self._ordinal + 1)
            into_day = now - self._midnight_s
            self.minute = minute = int(into_day / 60.0)
            until = min(target, self._midnight_s + 60.0 * (minute + 1))
            if until <= now:  # a rounding error short of the minute's end
                until = min(target, now + 1.0)
            self._step(until - now, minute, until)
            now = self.now_s = until

    # ------------------------------------------------------------------------------------------------------ one step

    def _step(self, dt_s: float, minute: int, end_s: float) -> None:
        for valve in self.valves.values():
            valve.move(dt_s)
        self._power(dt_s, minute, end_s)
        self._gravity(dt_s)
        rain = self.day.rain_mm[minute] * dt_s / 60.0
        et0 = self.day.et0_mm[minute] * dt_s / 60.0
        self.rain_mm += rain
        hours = dt_s / 3600.0
        for zone in self.zones.values():
            delivered = zone.flow_m3_h * hours
            zone.volume_m3 += delivered
            zone.ground.step(
                dt_s,
                et0,
                0.0 if zone.roofed else rain,
                1000.0 * delivered / zone.zone.area_m2 if delivered else 0.0,
            )
        for tank in self.tanks.values():
            tank.settle(dt_s)

    def _power(self, dt_s: float, minute: int, end_s: float) -> None:
        """Sun, pumps and the supply's balance; pumps push their water."""
        supply = self.supply
        potential = self.pv_day.potential_w[minute] * self.clean
        if supply.islanded:
            potential = 0.0
        load = self.site.file.power.other_load_w
        free, pumping = max(0.0, potential - load), 0.0
        stored = supply.battery.available_w(dt_s) if supply.battery is not None else 0.0
        for pump in self.pumps.values():
            drawn = 0.0
            if pump.wanted:
                sun = pump.pump.supply == "pv"
                drawn = pump.draw(free if sun else 1e9 if supply.firm else free + stored)
                pump.power_w = drawn = self._push(pump, drawn, dt_s)
                free = max(0.0, free - drawn)
            elif pump.speed > 0.0:
                pump.stop()
            if (drawn > 0.0) is not pump.wear.turning:
                pump.wear.note(drawn > 0.0, end_s - dt_s)
            pump.recover(dt_s)
            if drawn > 0.0:
                pump.energy_wh += drawn * dt_s / 3600.0
                pump.wear.run_s += dt_s
                pumping += drawn
        supply.balance(potential, load + pumping, pumping, dt_s)

    def _push(self, pump: PumpState, power_w: float, dt_s: float) -> float:
        """Move the pump's water for one step; returns the power that it really draws."""
        curve, zones = pump.curve, self._fed[pump.pump.id]
        share = curve.flow_share(pump.speed) * (1.0 - pump.blocked)
        source = self.tanks.get(pump.pump.suction_tank or "")
        room = 1e9
        if zones is not None:
            room = sum([zone.opening * zone.zone.flow_m3_h for zone in zones])
            share = min(share, OVERFLOW_SHARE * room / curve.rated_m3_h)
        dry = (source.available_m3 if source is not None else pump.suction_m - 0.1) <= 0.0
        if power_w <= 0.0:
            share = 0.0
        elif dry:
            share, power_w = 0.0, power_w * DRY_SHARE
        elif share < curve.flow_share(pump.speed):
            least = 0.7 * curve.rated_w * pump.speed**3
            power_w = min(
                power_w, least + (power_w - least) * share / max(1e-9, curve.flow_share(pump.speed))
            )
        flow = share * curve.rated_m3_h
        moved = flow * dt_s / 3600.0
        if source is not None and moved > source.available_m3:
            moved = source.available_m3
            flow = moved * 3600.0 / dt_s
        if source is not None:
            source.volume_m3 -= moved
        pump.flow_m3_h = flow
        pump.pressure_bar = 0.0 if dry or power_w <= 0.0 else curve.pressure_bar(pump.speed, share)
        pump.volume_m3 += moved
        self._deliver(pump, moved, flow, zones, room)
        return power_w

    def _deliver(
        self, pump: PumpState, moved_m3: float, flow_m3_h: float, zones: list[ZoneState] | None, room: float
    ) -> None:
        """Into the tank or over the open zones; a broken riser keeps its share."""
        lost = moved_m3 * pump.broken
        pump.lost_m3 += lost
        if zones is None:
            self.tanks[pump.pump.into].volume_m3 += moved_m3 - lost
            return
        for zone in zones:
            zone.flow_m3_h = (
                flow_m3_h * (1.0 - pump.broken) * zone.opening * zone.zone.flow_m3_h / room if room else 0.0
            )

    def _gravity(self, dt_s: float) -> None:
        """Water from tanks to zones, as much as there is; zones behind a resting pump get nothing."""
        for zone in self.zones.values():
            tank = self.tanks.get(zone.zone.source)
            if tank is None:
                pump = self.pumps.get(zone.zone.source)
                if pump is None or pump.flow_m3_h == 0.0:
                    zone.flow_m3_h = 0.0
                continue
            opening = zone.opening
            if opening <= 0.0:
                zone.flow_m3_h = 0.0
                continue
            moved = min(opening * zone.zone.flow_m3_h * tank.gravity * dt_s / 3600.0, tank.available_m3)
            tank.volume_m3 -= moved
            zone.flow_m3_h = moved * 3600.0 / dt_s

    # -------------------------------------------------------------------------------------------------- building it

    def _open_day(self, ordinal: int) -> None:
        self._ordinal = ordinal
        self._midnight_s = self.sky.midnight(ordinal)
        self._next_day_s = self._midnight_s + 86400.0
        self.day = self.weather.day(ordinal)
        self.pv_day = self.plant.day(self.sky.day(ordinal), self.day)
        self.minute = min(1439, max(0, int((self.now_s - self._midnight_s) / 60.0)))
        for zone in self.zones.values():
            zone.ground.new_day(ordinal)

    def _zone(self, zone: Zone) -> ZoneState:
        program: Program = self.site.programs[zone.program_name]
        roofed = isinstance(program, ContainerProgram) and not program.rain_skip
        valves = tuple(self.valves[name] for name in zone.valves)
        return ZoneState(zone, valves, ground_of(program, zone.area_m2), roofed)

    def _feeding(self) -> dict[str, list[ZoneState] | None]:
        """For each pump the zones that it feeds directly, or None when it fills a tank."""
        fed: dict[str, list[ZoneState] | None] = {}
        for ident, pump in self.pumps.items():
            direct = pump.pump.into not in self.tanks
            fed[ident] = (
                [zone for zone in self.zones.values() if zone.zone.source == ident] if direct else None
            )
        return fed

    def stored_m3(self) -> float:
        """Water in tanks and ground, m3."""
        ground = sum(zone.ground.storage_mm * zone.zone.area_m2 for zone in self.zones.values()) / 1000.0
        return sum(tank.volume_m3 for tank in self.tanks.values()) + ground

    def useful_m3(self) -> float:
        """Water that irrigation need not bring again, m3 as it is pumped: tanks up to their full mark, ground up to what it
        holds for its crop, over the share that reaches the roots.
        """
        ground = sum(
            zone.ground.useful_mm * zone.zone.area_m2 / zone.ground.efficiency for zone in self.zones.values()
        )
        tanks = (min(t.volume_m3, t.tank.full_m * t.tank.area_m2) for t in self.tanks.values())
        return sum(tanks) + ground / 1000.0
