"""What must never happen, judged by the world's truth: motors, water and valves as they really are, never the controller's state.

``Referee.found`` collects violations as sentences. What a fault makes physically unavoidable is excused by name (``excuse``), and
only that: everything else stays judged.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from controller.actuator import RESEND_MAX_S
from controller.core.decision import Decision, Event, EventKind, Reason
from controller.core.instant import Instant
from controller.core.interlocks_pumps import STANDS_L
from controller.core.leases import OUTLIVES, lease_s, valve_lease_s
from controller.core.snapshot import Order
from controller.core.wiring import wiring
from controller.i18n import placeholders, render, texts
from simulators.pump import PumpState
from tests.end_to_end.closed_loop import Loop

SOFT = ("pump_stop_done", "pump_stop_no_sun", "pump_stop_unseen")
"""Reasons of a stop that can wait for the minimum run."""

TOLD_S = 20.0
"""A device that speaks by itself does so every twenty seconds: what changed is seen that much later, beside the cycles."""

LIE_M3_H = 4.0
"""What a stuck meter claims in these tests."""

SUPPLY_S = 30.0
"""A motor without supply is taken off after this; shorter dips nobody can see."""

SAVED_S = 600.0
"""The state is saved at least this often: a kill -9 may lose so much of an irrigation's account."""


@dataclass
class Motor:
    """What one motor and its contactor have been through; moments in plant seconds, None: not now."""

    on_since: float | None = None
    off_since: float | None = None
    starts: list[float] = field(default_factory=list)
    still_since: float | None = None
    dry_s: float = 0.0
    shut_s: float = 0.0
    stuck: bool = False
    worst_dry_s: float = 0.0
    worst_shut_s: float = 0.0


class Referee:
    """Watches one loop. Join it before the loop runs."""

    def __init__(self, loop: Loop) -> None:
        self.loop, self.found, self.excused = loop, [], set[str]()
        self.motors = {name: Motor() for name in loop.world.pumps}
        self.emergency_s: float | None = None
        self.low_s: dict[str, float] = {}
        self.open_dead_s: dict[str, float] = {}
        self.stops: list[str] = []
        self.keys: set[str] = set()
        self.sentences: dict[str, str] = {}
        self.softly = False
        self.unheard_s, self.unheard_at_s = 0.0, -math.inf
        self.allowed = dict.fromkeys(loop.world.zones, 0.0)
        loop.world.watch = self.step
        loop.decisions.append(self.decided)

    # ---------------------------------------------------------------------------------------------------------- judging

    def excuse(self, *names: str) -> None:
        """A fault makes these unavoidable from now on: dry, starts, rest, shut, overflow, drain, emergency, lease."""
        self.excused |= set(names)

    def note(self, what: str, text: str) -> None:
        """A violation, unless it is excused; the first of its kind is enough."""
        if what not in self.excused and not any(found.startswith(what) for found in self.found):
            self.found.append(f"{what}: at {self.loop.now_s:.0f} s {text}")

    @property
    def slack_s(self) -> float:
        """Three cycles and what the wires may keep back."""
        return 3.0 * self.loop.cycle_s + TOLD_S

    def step(self, dt: float, end: float) -> None:
        """One step of the world is over."""
        now = end - self.loop.start.timestamp()
        for name, pump in self.loop.world.pumps.items():
            self._contactor(name, pump, now - dt)
            self._supply(name, pump, now - dt)
            self._dry(name, pump, dt)
            self._against_shut(name, pump, dt)
            self._orphaned(name, pump.wanted, self._pump_lease(pump), now)
        self._tanks(dt)
        self._emergency(now)
        self.unheard_s += 0.0 if self.loop.reachable else dt
        for name, valve in self.loop.world.valves.items():
            self._orphaned(name, valve.wanted, self._valve_lease(name), now)

    def _contactor(self, name: str, pump: PumpState, now: float) -> None:
        """Starts, rests and runs as the contactor switches."""
        motor, limits = self.motors[name], pump.pump.limits
        if pump.wanted and motor.on_since is None:
            rest = math.inf if motor.off_since is None else now - motor.off_since
            if rest < limits.min_rest_s - 1e-3:
                self.note("rest", f"{name} started after a rest of {rest:.1f} s of {limits.min_rest_s:.0f} s")
            motor.starts = [s for s in motor.starts if now - s < 86400.0] + [now]
            hour = sum(1 for s in motor.starts if now - s < 3600.0)
            if hour > limits.starts_per_hour:
                self.note("starts", f"{name} start number {hour} within an hour of {limits.starts_per_hour}")
            if len(motor.starts) > limits.starts_per_day:
                self.note(
                    "starts",
                    f"{name} start number {len(motor.starts)} within 24 h of {limits.starts_per_day}",
                )
            motor.on_since = now
        elif not pump.wanted and motor.on_since is not None:
            ran = now - motor.on_since
            if self.softly and ran < limits.min_run_s - 1e-3:
                self.note("run", f"{name} stopped softly after {ran:.0f} s of {limits.min_run_s:.0f} s")
            motor.on_since, motor.off_since = None, now
        if motor.on_since is not None and now - motor.on_since > limits.max_run_s + self.slack_s:
            self.note("max_run", f"{name} runs for {now - motor.on_since:.0f} s of {limits.max_run_s:.0f} s")

    def _supply(self, name: str, pump: PumpState, now: float) -> None:
        """A motor that lost its supply must not start again with it: its contactor has opened by then. A solar drive sleeps and
        wakes by itself.
        """
        motor = self.motors[name]
        if not pump.wanted or pump.pump.supply == "pv":
            motor.still_since = None
        elif pump.power_w <= 0.0:
            motor.still_since = now if motor.still_since is None else motor.still_since
        elif motor.still_since is not None:
            gap, motor.still_since = now - motor.still_since, None
            limit = SUPPLY_S + self.slack_s
            if gap > limit:
                self.note(
                    "supply",
                    f"{name} started by itself after {gap:.0f} s without supply, limit {limit:.0f} s",
                )

    def _dry(self, name: str, pump: PumpState, dt: float) -> None:
        """Turning with nothing to lift: no water at the intake, or a blocked one."""
        motor, protect = self.motors[name], pump.pump.protect
        source = self.loop.world.tanks.get(pump.pump.suction_tank or "")
        water = source.available_m3 > 0.0 if source is not None else pump.suction_m > 0.1
        dry = pump.power_w > 0.0 and (not water or pump.blocked >= 1.0)
        motor.dry_s = motor.dry_s + dt if dry else 0.0
        motor.worst_dry_s = max(motor.worst_dry_s, motor.dry_s)
        limit = protect.settle_s + protect.no_flow_after_s + self.slack_s
        if pump.pump.flow is not None and pump.pump.flow.key in self.loop.world.lies:
            # A meter that lies is only found out by its own counter, whose coarsest steps are 100 litres.
            limit = protect.settle_s + self.slack_s + max(protect.no_flow_after_s, STANDS_L * 3.6 / LIE_M3_H)
        if motor.dry_s > limit:
            self.note("dry", f"{name} turns without water for {motor.dry_s:.0f} s, limit {limit:.0f} s")

    def _against_shut(self, name: str, pump: PumpState, dt: float) -> None:
        """A direct pump that turns while no zone has a way open."""
        zones = [z for z in self.loop.world.zones.values() if z.zone.source == name]
        if pump.pump.into != "zones" or not zones:
            return
        motor, protect = self.motors[name], pump.pump.protect
        shut = pump.power_w > 0.0 and max(zone.opening for zone in zones) < 0.5
        motor.shut_s = motor.shut_s + dt if shut else 0.0
        motor.stuck = shut and (
            motor.stuck or any(v.stuck is not None for v in self.loop.world.valves.values())
        )
        motor.worst_shut_s = max(motor.worst_shut_s, motor.shut_s)
        limit = (
            protect.settle_s + protect.no_flow_after_s + self.slack_s
            if motor.stuck
            else 3.0 * self.loop.cycle_s
        )
        if motor.shut_s > limit:
            self.note(
                "shut", f"{name} pushes into closed valves for {motor.shut_s:.0f} s, limit {limit:.0f} s"
            )

    def _tanks(self, dt: float) -> None:
        for name, tank in self.loop.world.tanks.items():
            if tank.overflow_m3 > 0.0:
                self.note("overflow", f"{name} lost {1000.0 * tank.overflow_m3:.1f} litres over its rim")
            empty = tank.tank.empty_m
            drawn = [z for z in self.loop.world.zones.values() if z.zone.source == name and z.flow_m3_h > 0.0]
            flow = sum(z.flow_m3_h for z in drawn)
            travel = max((v.valve.open_s for z in drawn for v in z.valves), default=0.0)
            below = empty - flow / 3600.0 * (self.slack_s + travel) / tank.tank.area_m2
            if drawn and tank.level_m < below - 0.005:
                ids = ",".join(z.zone.id for z in drawn)
                self.note("drain", f"{ids} drains {name} to {tank.level_m:.3f} m, reserve {empty:.2f} m")

    def _emergency(self, now: float) -> None:
        """Two cycles after the stop everything is off, until somebody resumes; a device that cannot hear may use up its lease."""
        if not self.loop.reachable:
            self.unheard_at_s = now
        if self.emergency_s is None:
            return
        heard = self.emergency_s + 2.0 * self.loop.cycle_s + 1.0
        late = self.unheard_at_s + max(3.0 * self.loop.cycle_s, RESEND_MAX_S) + 1.0
        lapsed = self.emergency_s + OUTLIVES * self.lease_s + 10.0
        if now <= max(heard, min(late, lapsed)):
            return
        on = [p for p, pump in self.loop.world.pumps.items() if pump.wanted]
        on += [v for v, valve in self.loop.world.valves.items() if valve.wanted]
        if on:
            self.note(
                "emergency", f"{', '.join(on)} on, {now - self.emergency_s:.0f} s after an emergency stop"
            )

    def _orphaned(self, name: str, on: bool, lease: float, now: float) -> None:
        """Nothing outlives its lease when the controller is dead."""
        died = self.loop.died_s
        if on and died is not None and now - died > lease + 10.0:
            self.note(
                "lease", f"{name} is on {now - died:.0f} s after the controller died, lease {lease:.0f} s"
            )

    @property
    def lease_s(self) -> float:
        """The longest lease of a pump here."""
        return max(self._pump_lease(pump) for pump in self.loop.world.pumps.values())

    def _pump_lease(self, pump: PumpState) -> float:
        return lease_s(wiring(self.loop.site), pump.pump.run, pump.pump.lease_s, self.loop.cycle_s)

    def _valve_lease(self, name: str) -> float:
        w = wiring(self.loop.site)
        return valve_lease_s(w, w.valve[name], self.loop.cycle_s)

    # ------------------------------------------------------------------------------------------- what the people are told

    def decided(self, decision: Decision, at: Instant) -> None:
        """Orders set the emergency; every stop has a sentence with numbers in both languages."""
        self.softly = False
        for event in decision.events:
            if event.kind is EventKind.ORDER and event.figures.get("order") == Order.EMERGENCY_STOP:
                self.emergency_s = self.loop.now_s
            if event.kind is EventKind.ORDER and event.figures.get("order") == Order.RESUME:
                self.emergency_s = None
            if event.kind is EventKind.CLOSE:
                self._closed(event)
            if event.kind is EventKind.STOP:
                self.stops.append(event.reason.key)
                self.softly |= event.subject in self.motors and event.reason.key in SOFT
        for reason in [*decision.reasons, *(event.reason for event in decision.events)]:
            if reason.key not in self.keys:
                self.keys.add(reason.key)
                self._sentence(reason)

    def _closed(self, event: Event) -> None:
        """What this irrigation may have given: its target, or a person's minutes; and what flows while it is noticed."""
        zone = self.loop.world.zones[event.subject].zone
        figures = {
            name: float(value) for name, value in event.figures.items() if isinstance(value, float | int)
        }
        share = 1.2 * zone.flow_m3_h / 3.6
        travel = max(self.loop.world.valves[name].valve.open_s for name in zone.valves)
        wanted = figures["target_l"] or share * figures["run_s"]
        if figures["delivered_l"] > 0.0 or figures["run_s"] > 0.0:
            self.allowed[event.subject] += wanted + share * (self.slack_s + 2.0 * travel)

    def floods(self) -> None:
        """At the end, when every irrigation is closed: no zone has more than was planned or asked for by hand. A controller that
        was killed may not know what it gave since it last saved; a stop by the lease takes its time.
        """
        for name, zone in self.loop.world.zones.items():
            share = 1.2 * zone.zone.flow_m3_h / 3.6
            lost = self.loop.deaths * (SAVED_S + OUTLIVES * self.lease_s + self.slack_s)
            limit = 1.02 * self.allowed[name] + share * (lost + self.unheard_s)
            if 1000.0 * zone.volume_m3 > limit + 1.0:
                self.note("flood", f"{name} got {1000.0 * zone.volume_m3:.0f} litres, at most {limit:.0f}")

    def _sentence(self, reason: Reason) -> None:
        entry = texts()["reasons"].get(reason.key)
        if entry is None:
            self.note("sentence", f"{reason.key} has no sentence")
            return
        told = {language: render(reason, language) for language in ("id", "en")}  # type: ignore[arg-type]
        self.sentences[reason.key] = told["en"]
        for language, text in told.items():
            numbers = placeholders(entry[language])
            if (
                text.count("?") > entry[language].count("?")
                or "{" in text
                or "nan" in text.lower().split()
                or told["id"] == told["en"]
            ):
                self.note("sentence", f"{reason.key} reads in {language}: {text}")
            if numbers - set(reason.params):
                self.note("sentence", f"{reason.key} lacks {numbers - set(reason.params)}")
            if any(name.endswith(("_s", "_w", "_m", "_m3_h", "_l")) for name in numbers) and not re.search(
                r"\d", text
            ):
                self.note("sentence", f"{reason.key} without numbers: {text}")

    def assert_clean(self, *, expect: Sequence[str] = ()) -> None:
        """Fail with everything that was found; ``expect``: keys that must have been told."""
        assert not self.found, "\n".join(self.found)
        missing = [key for key in expect if key not in self.keys]
        assert not missing, f"never told: {missing}; told: {sorted(self.keys)}"
