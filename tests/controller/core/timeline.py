"""Timing diagrams: inputs at t, outputs and reasons expected at t, against a plant that answers like a good one.

A diagram is a list of ``at(t, inputs..., expected...)``: ``at(0, sun=900, level=0.5)`` sets inputs from t on,
``at(601).on("sumur").why("sumur", "pump_runs_plan")`` looks at the decision made at t. The plant mirrors each output in its
read-back a cycle later and lets water flow while a pump is on; ``flow=0.0`` and the like override it, SILENT stops a signal.
Levels and counters move a little while a pump is on, unless ``frozen=("level",)`` says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from controller.core.decide import decide
from controller.core.decision import Decision, Event, EventKind
from controller.core.instant import Instant
from controller.core.site import Site
from controller.core.snapshot import OperatorOrder, Order, Sample, Snapshot
from controller.core.state import ControllerState, initial_state
from drivers.reading import Quality
from schedules.plan import Fill, Plan, Run

SILENT = object()
AUTO = object()
SIGNALS = {
    "sun": ("sky", "irradiance_w_m2"),
    "level": ("probe", "level_m"),
    "flow": ("meter", "flow_m3_h"),
    "volume": ("meter", "volume_m3"),
    "power": ("meter", "power_w"),
    "energy": ("meter", "energy_wh"),
    "pressure": ("meter", "pressure_bar"),
    "fault": ("drive", "fault_code"),
    "status": ("drive", "status"),
    "suction": ("well", "level_m"),
    "inverter": ("inverter", "status"),
    "pv": ("inverter", "power_w"),
    "pv_wh": ("inverter", "energy_wh"),
    "grid": ("grid", "power_w"),
    "load": ("load", "power_w"),
    "load_wh": ("load", "energy_wh"),
    "import_wh": ("grid", "import_wh"),
    "export_wh": ("grid", "export_wh"),
    "soc": ("inverter", "soc_pct"),
    "rain": ("gauge", "rain_mm"),
    "temp": ("air", "temp_air_c"),
    "wind": ("air", "wind_m_s"),
    "ponding": ("paddy", "level_m"),
    "soil_1": ("tanah-1", "vwc"),
    "soil_2": ("tanah-2", "vwc_2"),
    "running_1": ("relay", "running_1"),
    "running_2": ("relay", "running_2"),
    "running_3": ("relay", "running_3"),
}
NOON = 1_790_053_200.0
"""2026-09-22 12:00 in Jakarta."""


@dataclass(slots=True)
class Step:
    """One line of a diagram."""

    t: float
    inputs: dict[str, Any]
    orders: list[OperatorOrder] = field(default_factory=list)
    checks: list[tuple[str, Any, Any]] = field(default_factory=list)

    def on(self, *outputs: str) -> Step:
        """Exactly these pumps and valves are on."""
        self.checks.append(("on", set(outputs), None))
        return self

    def why(self, subject: str, key: str) -> Step:
        """The subject's reasons include this key."""
        self.checks.append(("why", subject, key))
        return self

    def order(self, order: Order, target: str = "", amount: float = 0.0) -> Step:
        """An operator asks."""
        self.orders.append(OperatorOrder(order, target, amount))
        return self


def at(t: float, **inputs: Any) -> Step:
    """From ``t`` on these inputs hold."""
    return Step(t, inputs)


class Plant:
    """The world of a diagram: holds the inputs, answers the outputs, and keeps every decision."""

    def __init__(self, site: Site, cycle_s: float = 1.0, epoch_s: float = NOON, trusted: bool = True) -> None:
        self.site, self.cycle_s, self.epoch_s, self.trusted = site, cycle_s, epoch_s, trusted
        self.inputs: dict[str, Any] = {}
        self.readings: dict[tuple[str, str], Sample] = {}
        self.state: ControllerState = initial_state(site)
        self.boot, self.t, self.offset = "boot-1", 0.0, 0.0
        self.plan: Plan | None = None
        self.failed: frozenset[tuple[str, str]] = frozenset()
        self.decisions: list[tuple[float, Decision]] = []

    @property
    def last(self) -> Decision:
        """The newest decision."""
        return self.decisions[-1][1]

    def outputs(self) -> set[str]:
        """Pumps, valves and injectors that are on."""
        on = {name for name, pump in self.state.pumps.items() if pump.on}
        on |= {name for name, injector in self.state.injectors.items() if injector.on}
        return on | {name for name, valve in self.state.valves.items() if valve.on}

    def events(self, kind: EventKind | None = None) -> list[tuple[float, Event]]:
        """What happened, with its time."""
        return [(t, e) for t, d in self.decisions for e in d.events if kind is None or e.kind is kind]

    def reasons(self, subject: str) -> list[str]:
        """Why the subject is as it is now."""
        return [reason.key for reason in self.last.reasons if reason.subject == subject]

    def _answers(self) -> Mapping[str, Any]:
        on = {(c.device, c.quantity): c.value > 0.0 for c in self.last.commands} if self.decisions else {}
        answers: dict[str, Any] = {
            f"running_{i}": float(on.get(("relay", f"switch_{i}"), False)) for i in (1, 2, 3)
        }
        pumping = any(pump.on for pump in self.state.pumps.values())
        entry = self.site.file.pumps[0] if self.site.file.pumps else None
        if entry is not None:
            answers |= {"flow": entry.rated_flow_m3_h * pumping, "power": entry.rated_power_w * pumping}
        return answers | {"status": "running" if pumping else "standby", "fault": 0.0, "inverter": "running"}

    def _read(self) -> dict[tuple[str, str], Sample]:
        values = {
            **self._answers(),
            **{k: v for k, v in self.inputs.items() if v is not AUTO and k != "frozen"},
        }
        for name, value in values.items():
            if value is not SILENT:
                shown = self._alive(name, value)
                self.readings[SIGNALS[name]] = Sample(shown, Quality.GOOD, self.t + self.offset)
        return dict(self.readings)

    def _alive(self, name: str, value: Any) -> Any:
        """A counter and a level as a good plant has them while its pump is on: never quite still."""
        pumping = any(pump.on for pump in self.state.pumps.values())
        if not pumping or not isinstance(value, float | int) or name in self.inputs.get("frozen", ()):
            return value
        if name == "volume":
            return value + 1e-9 * self.t
        full = min((tank.full_m for tank in self.site.file.tanks), default=0.0)
        return value - 0.021 * (self.t // 100.0 % 2.0) if name == "level" and value < full else value

    def step(self, orders: tuple[OperatorOrder, ...] = ()) -> Decision:
        """One decision at the present time."""
        instant = Instant(self.epoch_s + self.t, self.t + self.offset, self.boot, self.trusted)
        snapshot = Snapshot(instant, self._read(), self.plan, orders, self.failed)
        decision = decide(self.site, self.state, snapshot)
        self.state = decision.state
        self.decisions.append((self.t, decision))
        return decision

    def until(self, t: float) -> None:
        """Cycle up to, not including, ``t``."""
        while self.t < t - 1e-9:
            self.step()
            self.t += self.cycle_s

    def reboot(self, dark_s: float = 0.0) -> None:
        """A new boot: monotonic time begins again somewhere else."""
        self.t += dark_s
        self.boot, self.offset = self.boot + "+", 7.0 - self.t


def play(plant: Plant, *steps: Step) -> Plant:
    """Run a diagram and check every line of it."""
    for step in steps:
        plant.until(step.t)
        plant.inputs.update(step.inputs)
        plant.step(tuple(step.orders))
        for what, one, two in step.checks:
            if what == "on":
                assert plant.outputs() == one, (
                    f"t={step.t}: on {plant.outputs()}, expected {one}\n{told(plant)}"
                )
            else:
                assert two in plant.reasons(one), (
                    f"t={step.t}: {one} says {plant.reasons(one)}, expected {two}"
                )
        plant.t += plant.cycle_s
    return plant


def told(plant: Plant) -> str:
    """The newest reasons, for messages."""
    return "\n".join(f"{r.subject}: {r.key} {dict(r.params)}" for r in plant.last.reasons)


def runs_plan(*runs: tuple[str, float, float, float], base: float = NOON, **changes: Any) -> Plan:
    """A plan of (zone, start, end, litres) with times in seconds of the diagram."""
    found = tuple(Run(zone, base + a, base + b, litres, True) for zone, a, b, litres in runs)
    return replace(Plan(f"plan-{runs}-{changes}", base, base + 86400.0, found), **changes)


def fill_plan(target_l: float, base: float = NOON) -> Plan:
    """A plan that only fills the tank."""
    return Plan(f"fill-{target_l}", base, base + 86400.0, (), (Fill("toren", "sumur", target_l),))
