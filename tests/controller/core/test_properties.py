"""Whatever the sensors, the clock and the people do, no interlock is ever violated. The referee below knows the rules only from the
outside: readings in, commands out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller.core.decide import decide
from controller.core.decision import Decision, EventKind
from controller.core.instant import Instant
from controller.core.planning_request import plan_request
from controller.core.site import Site
from controller.core.snapshot import OperatorOrder, Order, Sample, Snapshot
from controller.core.state import initial_state
from controller.core.state_json import from_json, to_json
from controller.i18n import placeholders, texts
from drivers.reading import Quality
from schedules.planner import plan as make_plan
from tests.controller.core.sites import ALL_DAY, direct_site, program, tank_site
from tests.controller.core.timeline import NOON, SIGNALS

LIMITS = {
    "min_run_s": 10.0,
    "min_rest_s": 20.0,
    "max_run_s": 120.0,
    "starts_per_hour": 3,
    "starts_per_day": 12,
}
PROTECT = {"settle_s": 4.0, "no_flow_after_s": 4.0, "retry_after_s": 30.0, "retries": 2}
SURPLUS = {"surplus": {"average_s": 10.0, "stop_after_s": 5.0}}
THIRSTY = program(windows=ALL_DAY, kind="calendar", depth_mm=5.0)
TANK = tank_site(
    {"limits": LIMITS, "protect": PROTECT, "volume": "meter.volume_m3", "status": "drive.status"},
    SURPLUS | {"pv_power": "inverter.power_w", "grid_power": "grid.power_w"},
    prog=THIRSTY,
).model_copy(update={"fault_resets": {"sumur": ("drive", "fault_reset")}})
DIRECT = direct_site(
    {"limits": LIMITS, "protect": PROTECT, "pressure": "meter.pressure_bar"}, SURPLUS, prog=THIRSTY
)

GRID = tank_site(
    {"limits": LIMITS | {"min_run_s": 60.0}, "protect": PROTECT, "power": "meter.power_w"},
    SURPLUS | {"inverter_status": "inverter.status", "backup": "grid", "backup_for_forced": True},
    prog=THIRSTY,
)

CHOICES: dict[str, list[Any]] = {
    "sun": [0.0, 300.0, 600.0, 1200.0, 1200.0, None],
    "level": [0.1, 0.5, 0.5, 1.2, 1.79, 1.8, 2.5, None, float("nan"), "?"],
    "flow": [0.0, 4.0, 12.0, 12.0, -5.0, 1e9, None],
    "volume": [0.0, 1.0, 5.0, 1e6, None],
    "pressure": [0.0, 2.0, 9.0, None],
    "status": ["running", "standby", "fault", 3.0, None],
    "inverter": ["running", "running", "standby", "waiting", "off", "fault", None],
    "power": ["drawn", "drawn", 0.0, 200.0, None],
    "pv": [0.0, 1500.0, None],
    "grid": [-800.0, 500.0, None],
    "running_1": ["auto", "auto", "auto", 0.0, 1.0, None],
    "running_2": ["auto", "auto", "auto", 0.0, 1.0, None],
    "running_3": ["auto", "auto", "auto", 0.0, 1.0, None],
}
ASLEEP = ("standby", "waiting", "off")
TARGETS = ["sumur", "sungai", "z1", "a", "b", "", "nobody"]

changes = st.one_of(
    *(st.tuples(st.just("set"), st.just(name), st.sampled_from(values)) for name, values in CHOICES.items())
)
orders = st.tuples(
    st.just("order"), st.sampled_from(list(Order)), st.sampled_from(TARGETS), st.sampled_from([1.0, 5.0, 1e9, -1.0, float("nan")])
)  # fmt: skip
waits = st.tuples(st.just("wait"), st.sampled_from([0.0, 1.0, 1.0, 1.0, 2.0, 20.0, 60.0]), st.integers(1, 25))
others = st.one_of(
    st.tuples(st.just("gap"), st.sampled_from([10.0, 100.0, 90_000.0])),
    st.tuples(st.just("boot"), st.sampled_from([1.0, 500.0])),
    st.tuples(st.just("clock"), st.sampled_from([-90_000.0, -3600.0, 3600.0, 5e6])),
    st.tuples(st.just("trust"), st.booleans()),
    st.tuples(st.just("fail"), st.sampled_from(["", "switch_1", "switch_2"])),
    st.tuples(st.just("restore"), st.just(0)),
)
scripts = st.lists(st.one_of(changes, waits, waits, orders, others), min_size=5, max_size=60)


@dataclass
class Referee:
    """Watches the commands of one site and knows what must never be."""

    site: Site
    on_since: dict[tuple[str, str], float] = field(default_factory=dict)
    off_since: float = 0.0
    starts: list[float] = field(default_factory=list)
    emergency: bool = False
    boot: str = ""
    mono: float = 0.0
    cycles: list[float] = field(default_factory=list)
    asked: bool = False
    pressed: int = 0

    def look(self, snapshot: Snapshot, decision: Decision) -> None:
        """Raise AssertionError if this decision is not allowed after those before it."""
        now = snapshot.at.mono_s
        pump = self.site.file.pumps[0]
        on = {(c.device, c.quantity): c for c in decision.commands if c.value > 0.0}
        wired = {pump.run.key, *(valve.command.key for valve in self.site.file.valves)}
        wired |= {one.command.key for one in self.site.file.injectors}
        assert {(c.device, c.quantity) for c in decision.commands} == wired, "every output, every cycle"
        for order in snapshot.orders:
            if order.order in (Order.EMERGENCY_STOP, Order.RESUME):
                self.emergency = order.order is Order.EMERGENCY_STOP
        fresh = snapshot.at.boot != self.boot
        if fresh:
            self.starts = [now] * len(self.starts)
        if fresh or (self.cycles and now - self.mono > 3.0 * max([1.0, *self.cycles])):
            assert not on, "outputs start from off"
            self.off_since = now
            self.on_since.clear()
        if self.emergency:
            assert not on, "on during an emergency stop"
        self._valves(now, on)
        self._pump(snapshot, decision, now, on)
        self._presses(snapshot, decision, on)
        self.on_since = {key: self.on_since.get(key, now) for key in on}
        self.cycles = [] if fresh else [*self.cycles, now - self.mono]
        self.boot, self.mono = snapshot.at.boot, now

    def _valves(self, now: float, on: dict[tuple[str, str], Any]) -> None:
        for command in on.values():
            assert command.lease_s > 0.0

    def _presses(self, snapshot: Snapshot, decision: Decision, on: dict[tuple[str, str], Any]) -> None:
        """A person's reset owes one press at most; without one it takes a rest and is counted until the pump starts again."""
        pump = self.site.file.pumps[0]
        key = pump.run.key
        wishes = [order for order in snapshot.orders if (order.order, order.target) == (Order.RESET, pump.id)]
        self.asked |= bool(wishes)
        self.pressed = 0 if wishes or key in on else self.pressed
        if not decision.presses:
            return
        assert len(decision.presses) == 1
        assert not {key} & (on.keys() | self.on_since.keys()), "pressed while on"
        assert not self.emergency, "pressed during an emergency stop"
        assert key not in snapshot.failed, "pressed though off could not be written"
        assert snapshot.number(pump.run.feedback) == 0.0, "pressed without a proof of off"
        if not self.asked:
            assert snapshot.text(pump.status) == "fault", "pressed without a fault"
            assert snapshot.at.mono_s - self.off_since >= pump.protect.retry_after_s, (
                "pressed within the rest"
            )
            self.pressed += 1
            assert self.pressed <= pump.protect.retries, "pressed more often than the pump may be retried"
        self.asked = False

    def _early(self, snapshot: Snapshot, decision: Decision) -> None:
        """A run within its minimum: only what protects the pump or the field, or a person, may have ended it."""
        (pump,), power = self.site.file.pumps, self.site.file.power
        ended = [e.reason for e in decision.events if e.kind is EventKind.STOP and e.subject == pump.id]
        assert ended, "a stop without an event"
        assert ended[0].group in ("interlock", "emergency") or ended[0].key == "stopped_by_operator", ended[0]
        if ended[0].key == "inverter_absent" and snapshot.text(power.inverter_status) in ASLEEP:
            meter = snapshot.readings.get(pump.power.key)
            age_s = snapshot.at.mono_s - meter.mono_s
            assert age_s > 10.0 or snapshot.number(pump.power) < 0.3 * pump.rated_power_w, "fed, yet chopped"

    def _pump(
        self, snapshot: Snapshot, decision: Decision, now: float, on: dict[tuple[str, str], Any]
    ) -> None:
        pump = self.site.file.pumps[0]
        key, limits = pump.run.key, pump.limits
        if key not in on:
            if key in self.on_since:
                self.off_since = now
                if now - self.on_since[key] < limits.min_run_s:
                    self._early(snapshot, decision)
            return
        if key not in self.on_since:
            assert now - self.off_since >= limits.min_rest_s, "start within the minimum rest"
            self.starts = [start for start in self.starts if now - start < 3600.0] + [now]
            assert len(self.starts) <= limits.starts_per_hour, "too many starts an hour"
            assert key not in snapshot.failed or now > 0.0
        assert now - self.on_since.get(key, now) < limits.max_run_s, "beyond the maximum run"
        assert snapshot.number(pump.flow) is not None, "on without a fresh flow"
        if pump.status is not None:
            assert snapshot.text(pump.status) not in (None, "fault"), "on with a faulty or silent drive"
        for tank in self.site.file.tanks:
            level = snapshot.number(tank.level)
            assert level is not None, "on without knowing the level"
            assert level < tank.full_m, "on with a full tank"
        if pump.into == "zones":
            ways = {valve.command.key for valve in self.site.file.valves}
            assert any(self._open(snapshot, now, zone, on) for zone in self.site.file.zones), (
                "on without a way for the water"
            )
            assert on[key].lease_s < min(on[k].lease_s for k in ways if k in on), (
                "a valve's lease outlives its pump's"
            )

    def _open(self, snapshot: Snapshot, now: float, zone: Any, on: dict[tuple[str, str], Any]) -> bool:
        for valve in self.site.file.valves:
            if valve.id in zone.valves:
                since = self.on_since.get(valve.command.key)
                proven = snapshot.number(valve.command.feedback)
                if (
                    valve.command.key not in on
                    or since is None
                    or now - since < valve.open_s
                    or proven != 1.0
                ):
                    return False
        return True


@dataclass
class World:
    """Carries a script out, decision by decision."""

    site: Site
    values: dict[str, Any] = field(
        default_factory=lambda: {"sun": 1200.0, "level": 0.5, "flow": 12.0, "volume": 0.0, "pressure": 2.0,
                                 "status": "running", "inverter": "running", "power": "drawn", "pv": 1500.0,
                                 "grid": -800.0, "running_1": "auto",
                                 "running_2": "auto", "running_3": "auto"}
    )  # fmt: skip
    mono: float = 0.0
    epoch: float = NOON
    boot: str = "b0"
    trusted: bool = True
    failed: frozenset[tuple[str, str]] = frozenset()
    twice: bool = True
    pressed: int = 0

    def __post_init__(self) -> None:
        self.state = initial_state(self.site)
        self.referee = Referee(self.site)
        self.readings: dict[tuple[str, str], Sample] = {}
        self.plan = None
        self.on: dict[str, float] = {}

    def cycle(self, wishes: tuple[OperatorOrder, ...] = ()) -> None:
        """One decision, made twice, judged."""
        for name, wish in self.values.items():
            value = self.on.get(f"switch_{name[-1]}", 0.0) if wish == "auto" else wish
            value = 750.0 * self.on.get("switch_1", 0.0) if wish == "drawn" else value
            if value is not None:
                self.readings[SIGNALS[name]] = Sample(value, Quality.GOOD, self.mono)
        instant = Instant(self.epoch, self.mono, self.boot, self.trusted)
        snapshot = Snapshot(instant, dict(self.readings), self.plan, wishes, self.failed)
        decision = decide(self.site, self.state, snapshot)
        if self.twice:
            assert decide(self.site, self.state, snapshot) == decision, "deterministic"
        self.referee.look(snapshot, decision)
        self.pressed += len(decision.presses)
        for reason in (*decision.reasons, *(event.reason for event in decision.events)):
            sentence = texts()["reasons"][reason.key]["id"]
            assert placeholders(sentence) <= set(reason.params), f"{reason.key} lacks numbers"
        self.state = decision.state
        self.on = {c.quantity: float(c.value > 0.0) for c in decision.commands}
        request = plan_request(self.site, self.state, snapshot, [1500.0] * 24)
        self.plan = make_plan(request) if request is not None else self.plan

    def pass_time(self, seconds: float) -> None:
        """Both clocks."""
        self.mono += seconds
        self.epoch += seconds

    def do(self, action: tuple[Any, ...]) -> None:
        """One action of the script."""
        match action:
            case ("set", name, value):
                self.values[name] = value
            case ("wait", dt, count):
                for _ in range(count):
                    self.cycle()
                    self.pass_time(dt)
            case ("order", order, target, amount):
                self.cycle((OperatorOrder(order, target, amount),))
                self.pass_time(1.0)
            case ("gap", seconds):
                self.pass_time(seconds)
            case ("boot", mono):
                self.boot, self.mono, self.readings = self.boot + "+", mono, {}
            case ("clock", seconds):
                self.epoch += seconds
            case ("trust", trusted):
                self.trusted = trusted
            case ("fail", quantity):
                self.failed = frozenset({("relay", quantity)} if quantity else set())
            case _:
                again = from_json(to_json(self.state))
                assert again == self.state, "the state survives its JSON exactly"
                self.state = again


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(scripts, st.sampled_from([TANK, DIRECT, GRID]))
def test_no_script_makes_it_unsafe(script, site):
    """For any sequence of readings, gaps, boots, clock steps, failed writes and orders: decide() raises nothing, is
    deterministic, its state survives JSON, and the referee finds no violation."""
    world = World(site)
    world.do(("wait", 1.0, 30))
    for action in script:
        world.do(action)
    world.do(("wait", 1.0, 10))
    world.do(("restore", 0))


@pytest.mark.parametrize(
    "between",
    [
        ("wait", 1.0, 1),
        ("boot", 1.0),
        ("gap", 100.0),
        ("order", Order.STOP, "sumur", 1.0),
        ("order", Order.RESET, "sumur", 1.0),
    ],
)
def test_a_drive_that_stays_in_fault(between):
    """Whatever comes between, a drive whose fault no press mends is pressed as the referee allows, and the pump ends locked."""
    world = World(TANK)
    world.do(("wait", 1.0, 60))
    world.do(("set", "status", "fault"))
    for _ in range(3):
        world.do(between)
        world.do(("wait", 1.0, 45))
    world.do(("wait", 20.0, 300))
    assert world.pressed >= 1
    assert world.state.pumps["sumur"].phase == "locked"


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(scripts, st.sampled_from([TANK, DIRECT]))
def test_it_recovers(script, site):
    """After any script, good conditions, a reset and a day later the pump has run again: no state is a dead end."""
    world = World(site)
    for action in script:
        world.do(action)
    good = World(site).values
    world.values, world.failed, world.trusted = dict(good), frozenset(), True
    target = site.file.pumps[0].id
    for order in (Order.RESUME, Order.RESET):
        world.do(("order", order, target, 1.0))
    ran = world.twice = False
    for hour in range(26):
        if hour == 25:
            zone = site.file.zones[0].id
            world.do(
                (
                    "order",
                    Order.RUN_PUMP if site is TANK else Order.RUN_ZONE,
                    target if site is TANK else zone,
                    60.0,
                )
            )
        for _ in range(60):
            world.cycle()
            world.pass_time(60.0)
            ran = ran or any(pump.on for pump in world.state.pumps.values())
        world.values["volume"] = world.values["volume"] + 0.1
    assert ran
