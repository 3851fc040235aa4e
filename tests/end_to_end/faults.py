"""What can go wrong on a site, by name. Each fault begins and ends on a running loop; ``excuses`` says what it makes physically
unavoidable, and nothing else is excused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from controller.core.site import Signal
from controller.core.snapshot import Order
from drivers.reading import Value
from tests.end_to_end.closed_loop import Lie, Loop

Act = Callable[[Loop], None]


@dataclass(frozen=True)
class Fault:
    """``begin``/``end`` it. ``excuses``: see ``Referee.excuse``."""

    begin: Act
    end: Act
    excuses: tuple[str, ...] = ()


def _nothing(_: Loop) -> None:
    """Nothing to undo."""


# ------------------------------------------------------------------------------------------------------ plant and motor


def _set(name: str, **values: float) -> Act:
    """Set attributes of every pump, tank or valve."""

    def act(loop: Loop) -> None:
        for part in getattr(loop.world, name).values():
            for key, value in values.items():
                setattr(part, key, value)

    return act


def _stick(position: float | None, nth: int = 0) -> Act:
    def act(loop: Loop) -> None:
        list(loop.world.valves.values())[nth].stuck = position

    return act


def _grid(ok: bool) -> Act:
    def act(loop: Loop) -> None:
        loop.world.supply.grid_ok = ok

    return act


def _sun(share: float) -> Act:
    return lambda loop: loop.world.shine(share)


def _clean(share: float) -> Act:
    """Dirt on the modules: the pyranometer does not see it."""

    def act(loop: Loop) -> None:
        loop.world.clean = share

    return act


def _weld(on: bool) -> Act:
    def act(loop: Loop) -> None:
        for pump in loop.site.file.pumps:
            (loop.world.welded.add if on else loop.world.welded.discard)(pump.run.key)
            if not on and not loop.world.latches.get(pump.run.key, 0.0):
                loop.world.pumps[pump.id].wanted = False

    return act


# ------------------------------------------------------------------------------------------------------------- sensors


def _signals(loop: Loop, what: str) -> list[Signal]:
    """The site's signals that play this part."""
    file = loop.site.file
    sources = {
        "flow": [p.flow for p in file.pumps],
        "power": [p.power for p in file.pumps],
        "suction": [p.suction for p in file.pumps],
        "level": [t.level for t in file.tanks],
        "irradiance": [file.power.irradiance],
        "inverter": [file.power.inverter_status],
        "relay": [p.run.feedback for p in file.pumps],
        "valves": [v.command.feedback for v in file.valves],
        "drive": [p.fault for p in file.pumps],
        "soil": [probe for zone in file.zones for probe in zone.probes],
    }
    return [signal for signal in sources[what] if signal is not None]


def silent(what: str) -> tuple[Act, Act]:
    """The devices behind this part fall off their wire."""

    def act(gone: bool) -> Act:
        def run(loop: Loop) -> None:
            for device in {signal.device for signal in _signals(loop, what)}:
                loop.silence(device, gone)

        return run

    return act(True), act(False)


def lying(what: str, lie: Callable[[], Lie]) -> tuple[Act, Act]:
    """The signals of this part say what the lie makes of the truth."""

    def begin(loop: Loop) -> None:
        for signal in _signals(loop, what):
            loop.world.lies[signal.key] = lie()

    def end(loop: Loop) -> None:
        for signal in _signals(loop, what):
            loop.world.lies.pop(signal.key, None)

    return begin, end


def fixed(value: float) -> Callable[[], Lie]:
    """Always this value."""
    return lambda: lambda true: value


def frozen() -> Lie:
    """The first value, for ever."""
    kept: list[Value | None] = []

    def lie(true: Value | None) -> Value | None:
        if not kept:
            kept.append(true)
        return kept[0]

    return lie


def jumping(step: float) -> Callable[[], Lie]:
    """Every other value is off by this much."""

    def make() -> Lie:
        count = [0]

        def lie(true: Value | None) -> Value | None:
            count[0] += 1
            return true + step * (count[0] % 2) if isinstance(true, float) else true

        return lie

    return make


# ------------------------------------------------------------------------------------------------ wires, clock, people


def _buses(scheme: str, gone: bool) -> Act:
    def act(loop: Loop) -> None:
        for bus in loop.site.file.buses:
            if bus.url.startswith(scheme):
                loop.cut(bus.id, gone)

    return act


def _deaf(loop: Loop) -> None:
    for bank in loop.rig.banks.values():
        for unit in bank.units.values():
            unit.outputs.deaf = 1  # type: ignore[attr-defined]


def _hear(loop: Loop) -> None:
    for bank in loop.rig.banks.values():
        for unit in bank.units.values():
            unit.outputs.deaf = 0  # type: ignore[attr-defined]


def _clock(error_s: float, trusted: bool = True) -> Act:
    def act(loop: Loop) -> None:
        loop.wall_error_s, loop.trusted = error_s, trusted

    return act


def _kill(in_cycle: bool) -> Act:
    return lambda loop: loop.kill(in_cycle)


def _hang(hangs: bool) -> Act:
    def act(loop: Loop) -> None:
        loop.hangs = hangs
        loop.died_s = loop.now_s if hangs else None

    return act


def _begin(reboot: bool) -> Act:
    def act(loop: Loop) -> None:
        loop.lose_writes = 0
        if loop.controller is not None:
            loop.kill()
        loop.begin(reboot)

    return act


def order(what: Order, target: str = "pump", amount: float = 20.0) -> Act:
    """A person's wish; ``target``: pump, zone (the first) or nothing."""

    def act(loop: Loop) -> None:
        names = {"pump": loop.site.file.pumps[0].id, "zone": loop.site.file.zones[0].id}
        loop.order(what, names.get(target, ""), amount)

    return act


YEAR_S = 365.25 * 86400.0

OUT_OF_HAND = ("dry", "rest", "starts", "shut", "overflow", "emergency", "lease", "max_run", "run", "supply")
"""Nobody but the motor protection switch can stop a motor on a welded contact."""

FAULTS: dict[str, Fault] = {
    "well runs dry": Fault(_set("pumps", rest_m=0.0, suction_m=0.0), _set("pumps", rest_m=3.0)),
    "well falls slowly": Fault(_set("pumps", rest_m=0.0), _set("pumps", rest_m=3.0)),
    "intake blocked": Fault(_set("pumps", blocked=1.0), _set("pumps", blocked=0.0)),
    "intake half blocked": Fault(_set("pumps", blocked=0.6), _set("pumps", blocked=0.0)),
    "riser broken": Fault(_set("pumps", broken=0.7), _set("pumps", broken=0.0)),
    "motor fault": Fault(_set("pumps", fault=7.0), _set("pumps", fault=0.0)),
    "valve stuck open": Fault(_stick(1.0), _stick(None), ("drain", "flood")),
    "valve stuck closed": Fault(_stick(0.0), _stick(None)),
    "tank leaks": Fault(_set("tanks", leak_m3_h=2.0), _set("tanks", leak_m3_h=0.0), ("drain",)),
    "grid outage": Fault(_grid(False), _grid(True)),
    "haze": Fault(_sun(0.3), _sun(1.0)),
    "darkness": Fault(_sun(0.02), _sun(1.0)),
    "dirty modules": Fault(_clean(0.4), _clean(1.0)),
    "covered modules": Fault(_clean(0.02), _clean(1.0)),
    "flow meter dead": Fault(*silent("flow")),
    "flow stuck at zero": Fault(*lying("flow", fixed(0.0))),
    "flow stuck plausible": Fault(*lying("flow", fixed(4.0))),
    "level dead": Fault(*silent("level")),
    "level frozen": Fault(*lying("level", frozen), ("overflow", "drain")),
    "cycles hang": Fault(_hang(True), _hang(False)),
    "level impossible": Fault(*lying("level", fixed(9.0))),
    "level jumping": Fault(*lying("level", jumping(0.3)), ("drain",)),
    "suction dead": Fault(*silent("suction")),
    "suction stuck plausible": Fault(*lying("suction", fixed(2.0))),
    "irradiance spikes": Fault(*lying("irradiance", jumping(900.0))),
    "irradiance dead": Fault(*silent("irradiance")),
    "inverter silent": Fault(*silent("inverter")),
    "drive silent": Fault(*silent("drive")),
    "power meter dead": Fault(*silent("power")),
    "soil dead": Fault(*silent("soil")),
    "relay silent": Fault(*silent("relay")),
    "valves silent": Fault(*silent("valves")),
    "off ignored once": Fault(_deaf, _hear),
    "contact welded": Fault(_weld(True), _weld(False), OUT_OF_HAND),
    "broker gone": Fault(_buses("mqtt", True), _buses("mqtt", False)),
    "tcp gone": Fault(_buses("tcp", True), _buses("tcp", False)),
    "serial gone": Fault(_buses("rtu", True), _buses("rtu", False)),
    "clock untrusted": Fault(_clock(-6 * YEAR_S, False), _clock(0.0)),
    "clock an hour back": Fault(_clock(-3600.0), _nothing),
    "clock a day ahead": Fault(_clock(86400.0), _clock(0.0)),
    "killed, same boot": Fault(_kill(False), _begin(False)),
    "killed, new boot": Fault(_kill(False), _begin(True)),
    "killed in a cycle": Fault(_kill(True), _begin(False)),
    "emergency stop": Fault(order(Order.EMERGENCY_STOP, ""), order(Order.RESUME, "")),
    "pump stopped": Fault(order(Order.STOP), _nothing),
    "zone by hand": Fault(order(Order.RUN_ZONE, "zone"), order(Order.STOP, "zone")),
    "pump by hand": Fault(order(Order.RUN_PUMP), _nothing),
    "reset": Fault(order(Order.RESET), _nothing),
}  # fmt: skip
"""Every fault, begun and ended."""
