"""A site's readings over a day, without simulators: sun, pump and tank that follow the commands, in a few lines.

Good for tests of what is made of snapshots and decisions; no claim that the physics is right.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from controller.core.decide import decide
from controller.core.decision import Decision
from controller.core.instant import Instant
from controller.core.planning_request import plan_request
from controller.core.site import Signal, Site
from controller.core.snapshot import OperatorOrder, Order, Sample, Snapshot
from controller.core.state import ControllerState, initial_state
from drivers.reading import Quality
from schedules.planner import plan
from tests.controller.site_files import TODAY

ROOT = Path(__file__).resolve().parents[2]
DAWN = 1_790_028_000.0  # 2026-09-22 05:00 in Palembang


@cache
def demo_site() -> Site:
    """The site of the repository's config.yaml."""
    from controller.config import load

    loaded = load(ROOT / "config.yaml", today=TODAY)
    assert loaded.site is not None, [str(problem) for problem in loaded.problems]
    return loaded.site


class LittleWorld:
    """Steps of ``step_s`` from dawn on: ``for snapshot, decision in world.run(hours): ...``."""

    def __init__(self, site: Site, state: ControllerState | None = None, step_s: float = 10.0) -> None:
        self.site, self.step_s = site, step_s
        self.state = state or initial_state(site)
        self.now_s, self.plan, self.level_m = 0.0, None, 0.6
        self.volume_m3 = self.energy_wh = 0.0
        self.table: dict[tuple[str, str], Sample] = {}
        self.on: dict[tuple[str, str], float] = {}
        self.orders: list[OperatorOrder] = []

    def run(self, hours: float) -> Iterator[tuple[Snapshot, Decision]]:
        """Yield what each cycle saw and decided."""
        for _ in range(int(hours * 3600 / self.step_s)):
            yield self.step()

    def step(self) -> tuple[Snapshot, Decision]:
        """One cycle."""
        at = Instant(DAWN + self.now_s, 1000.0 + self.now_s, "boot-1")
        self._measure(at)
        orders, self.orders = tuple(self.orders), []
        snapshot = Snapshot(at, dict(self.table), self.plan, orders)
        decision = decide(self.site, self.state, snapshot)
        self.state = decision.state
        self.on = {(c.device, c.quantity): c.value for c in decision.commands}
        request = plan_request(self.site, self.state, snapshot, self._expected())
        if request is not None:
            self.plan = plan(request)
        self.now_s += self.step_s
        return snapshot, decision

    def run_zone(self, zone: str, minutes: float) -> None:
        """A person's wish for the next cycle."""
        self.orders.append(OperatorOrder(Order.RUN_ZONE, zone, minutes))

    def _expected(self) -> tuple[float, ...]:
        return tuple(self._sun_w(self.now_s + 900.0 * n) for n in range(192))

    def _sun_w(self, now_s: float) -> float:
        hour = (5.0 + now_s / 3600.0) % 24.0
        return max(0.0, math.sin((hour - 6.0) / 12.0 * math.pi)) * self.site.file.power.pv_kwp * 800.0

    def _measure(self, at: Instant) -> None:
        file = self.site.file
        sun_w = self._sun_w(self.now_s)
        cloud = 0.5 + 0.5 * math.sin(self.now_s / 700.0)
        self._put(at, file.power.irradiance, sun_w / file.power.pv_kwp * 1.2 * cloud)
        self._put(at, file.power.pv_power, sun_w * cloud)
        self._put(at, file.power.pv_energy, self.now_s / 10.0)
        self._put(at, file.power.inverter_status, "running" if sun_w else "standby")
        self._put(at, file.power.grid_power, 300.0 - sun_w * cloud / 2)
        self._put(at, file.power.load_power, 300.0)
        for pump in file.pumps:
            running = self.on.get(pump.run.key, 0.0) > 0
            flow = pump.rated_flow_m3_h * 0.9 if running else 0.0
            self.volume_m3 += flow * self.step_s / 3600.0
            self.energy_wh += (pump.rated_power_w * 0.9 if running else 0.0) * self.step_s / 3600.0
            self.level_m += 0.02 * running * self.step_s / 60.0
            self._put(at, pump.flow, flow)
            self._put(at, pump.volume, self.volume_m3)
            self._put(at, pump.energy, self.energy_wh)
            self._put(at, pump.power, pump.rated_power_w * 0.9 if running else 2.0)
            self._put(at, pump.pressure, 2.0 if running else 0.1)
            self._put(at, pump.suction, 3.0)
            self._put(at, pump.fault, 0.0)
            self._put(at, pump.status, "running" if running else "standby")
            self._put(at, pump.run.feedback, float(running))
        for tank in file.tanks:
            self._put(at, tank.level, min(self.level_m, tank.full_m))
        for valve in file.valves:
            self._put(at, valve.command.feedback, self.on.get(valve.command.key, 0.0))
        for index, zone in enumerate(file.zones):
            self._put(at, zone.flow, 0.1)
            self._put(at, zone.ponding, 0.01)
            for probe in zone.probes:
                if self.now_s % 600.0 == 0.0:  # a probe that speaks seldom
                    self._put(at, probe, 0.22 + index / 50.0 - self.now_s / 1e7, late_s=4.25)
        self._put(at, file.weather.rain, 12.0)
        self._put(at, file.weather.temp_air, 29.5 + cloud)
        self._put(at, file.weather.humidity, 80.0 - 5 * cloud)
        self._put(at, file.weather.wind, 1.5)

    def _put(self, at: Instant, signal: Signal | None, value: float | str, late_s: float = 0.0) -> None:
        if signal is None:
            return
        if isinstance(value, float):
            value = (value - signal.offset) / signal.scale
        self.table[signal.key] = Sample(value, Quality.GOOD, at.mono_s - late_s)
