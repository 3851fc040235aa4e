"""The demo site with hand-made readings and the real decide(): a page to look at without wires."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from controller.config import load_site
from controller.core.decide import decide
from controller.core.instant import Instant
from controller.core.site import Site
from controller.core.snapshot import OperatorOrder, Order, Sample, Snapshot
from controller.core.state import ControllerState, initial_state
from controller.live import Live
from controller.poller import Health
from controller.web.context import WebContext
from drivers.reading import Quality
from schedules.plan import Fill, Plan, Run

CONFIG = Path(__file__).resolve().parents[3] / "config.yaml"
MORNING = datetime(2026, 7, 14, 2, 40, tzinfo=UTC).timestamp()
"""09.40 WIB on a dry day."""

GOOD_DAY = {
    ("surya", "irradiance_w_m2"): 812.0,
    ("inverter", "power_w"): 1180.0,
    ("inverter", "energy_wh"): 812_000.0,
    ("inverter", "status"): "running",
    ("meter-pompa", "power_w"): 0.0,
    ("meter-pompa", "energy_wh"): 144_000.0,
    ("meter-pln", "power_w"): -310.0,
    ("level-tandon", "level_m"): 0.98,
    ("meter-air", "flow_m3_h"): 0.0,
    ("meter-air", "volume_m3"): 803.0,
    ("hujan", "rain_mm"): 120.0,
    ("tanah-melon", "vwc"): 0.27,
    ("tanah-cabai", "vwc"): 0.19,
    ("tanah-kacang", "vwc"): 0.24,
}


class Station:
    """One site whose world is a table of readings. ``at`` is its clock."""

    def __init__(self, site: Site | None = None, rate: float = 60.0) -> None:
        self.site = site if site is not None else load_site(CONFIG)[0]
        self.live = Live(self.site)
        self.rate = rate
        self.at = Instant(MORNING, 5000.0, "boot-a", True)
        self.state: ControllerState = initial_state(self.site)
        self.values: dict[tuple[str, str], float | str] = dict(GOOD_DAY)
        self.plan: Plan | None = None
        self.health = {entry.id: Health(True, "", "", 4000.0, 0) for entry in self.site.file.devices}
        self.outputs: dict[tuple[str, str], float] = {}

    def now(self) -> Instant:
        """The station's clock."""
        return self.at

    def cycle(self, count: int = 1, seconds: float = 10.0, world: Callable[[], None] | None = None) -> None:
        """So many decisions, so many seconds apart, each published as the daemon does."""
        for _ in range(count):
            self.at = replace(self.at, epoch_s=self.at.epoch_s + seconds, mono_s=self.at.mono_s + seconds)
            self._follow(seconds)
            if world is not None:
                world()
            samples = {key: Sample(value, Quality.GOOD, self.at.mono_s) for key, value in self.values.items()}
            snapshot = Snapshot(self.at, samples, self.plan, self.live.take_orders())
            decision = decide(self.site, self.state, snapshot)
            self.state = decision.state
            self.outputs = {(c.device, c.quantity): c.value for c in decision.commands}
            self.live.publish(snapshot, decision, 0.4)

    def order(self, order: Order, target: str = "", amount: float = 0.0) -> None:
        """A wish for the next cycle."""
        assert self.live.order(OperatorOrder(order, target, amount))

    def plan_for(self, *zones: str) -> None:
        """Offer a plan that waters these zones in half an hour and fills the tank."""
        now = self.at.epoch_s
        runs = tuple(Run(zone, now + 1800.0, now + 3600.0, 420.0, False) for zone in zones)
        self.plan = Plan(f"plan-{now}", now, now + 86400.0, runs, (Fill("tandon", "pompa", 4500.0),))

    def context(
        self, pin_hash: str | None = None, host: str = "127.0.0.1", rate: float | None = None
    ) -> WebContext:
        """What the page is given."""
        return WebContext(
            live=self.live,
            health=self.health,
            rate=self.rate if rate is None else rate,
            now=self.now,
            pin_hash=pin_hash,
            backlog=lambda: {"points": 118, "dropped": 0},
            ledger_head=lambda: "9f2c4e7ab1d05566778899aabbccddeeff00112233445566778899aabbccddee",
            impact_totals=lambda: {"today": {"co2_avoided_kg": 1.83}, "total": {"co2_avoided_kg": 412.6}},
            host=host,
        )

    def _follow(self, seconds: float) -> None:
        """The devices obey: switches show what was commanded, a pump that is on draws and lifts."""
        for output in [p.run for p in self.site.file.pumps] + [v.command for v in self.site.file.valves]:
            if output.feedback is not None:
                self.values[output.feedback.key] = self.outputs.get(output.key, 0.0)
        for pump in self.site.file.pumps:
            on = self.outputs.get(pump.run.key, 0.0) > 0.0
            self._meter(pump.power, 748.0 if on else 0.0)
            self._meter(pump.flow, 4.36 if on else 0.0)
            if pump.volume is not None and on:
                self._add(pump.volume.key, 4.36 * seconds / 3600.0)
            if pump.energy is not None and on:
                self._add(pump.energy.key, 748.0 * seconds / 3600.0)
            if on and self._number(pump.flow) > 0.0:
                self._fill(pump.into, 4.36 * seconds / 3600.0)

    def _fill(self, tank: str, volume_m3: float) -> None:
        for entry in self.site.file.tanks:
            if entry.id == tank and entry.level.key in self.values:
                self._add(entry.level.key, volume_m3 / entry.area_m2)

    def _number(self, signal: object) -> float:
        value = self.values.get(getattr(signal, "key", ("", "")), 0.0)
        assert isinstance(value, float)
        return value

    def _meter(self, signal: object, value: float) -> None:
        key = getattr(signal, "key", None)
        if key is not None:
            self.values[key] = value

    def _add(self, key: tuple[str, str], amount: float) -> None:
        before = self.values.get(key, 0.0)
        assert isinstance(before, float)
        self.values[key] = before + amount
