"""The commands of a decision: every output's wanted value with its lease, in the safe order. Reads the draft, writes nothing."""

from __future__ import annotations

from controller.core.draft import Draft
from controller.core.site import Output
from controller.core.wiring import InjectorWiring, ValveWiring, Wiring
from drivers.reading import Command

LEASE_MIN_S = 30.0
CYCLES = 3.0
OUTLIVES = 2.0
"""A valve's lease is this many times its pump's (or its opening time longer), so that a dying controller never shuts a valve on a
running pump: leases are renewed after a third and a cycle is up to a third of the pump's, so half of the valve's may be gone when
the pump's has just begun.
"""


def lease_s(w: Wiring, output: Output, wish: float | None, cycle_s: float) -> float:
    """How long "on" holds without renewal: what the site says, else three cycles (at least 30 s); never longer than the device
    itself can enforce.
    """
    lease = wish if wish is not None else max(LEASE_MIN_S, CYCLES * cycle_s)
    return min(lease, w.site.fail_safe_s.get(output.key, lease))


def valve_lease_s(w: Wiring, valve: ValveWiring, cycle_s: float) -> float:
    """The lease of a valve: its own, or one that outlives those of its pumps. A valve that cannot be renewed in seconds gets the
    longest run of its programs.
    """
    wish = valve.entry.lease_s
    if wish is None and valve.key in w.site.whole_run:
        wish = max((zone.program.max_run_s for zone in valve.zones), default=LEASE_MIN_S) + 2.0 * valve.open_s
    lease = lease_s(w, valve.entry.command, wish, cycle_s)
    if valve.entry.lease_s is not None or not valve.pumps:
        return lease
    longest = max(lease_s(w, pump.entry.run, pump.entry.lease_s, cycle_s) for pump in valve.pumps)
    lease = max(lease, OUTLIVES * longest, longest + valve.open_s)
    return min(lease, w.site.fail_safe_s.get(valve.key, lease))


def injector_lease_s(w: Wiring, injector: InjectorWiring, cycle_s: float) -> float:
    """The lease of an injector: its own, or half of the shortest of the pumps and valves that bring its water, so that a dying
    controller never leaves it on in still water (their leases may be two thirds through when its own has just begun).
    """
    if injector.entry.lease_s is not None:
        return lease_s(w, injector.entry.command, injector.entry.lease_s, cycle_s)
    wish = max(LEASE_MIN_S, CYCLES * cycle_s)
    for zone in injector.zones:
        wish = min(wish, *(valve_lease_s(w, valve, cycle_s) for valve in zone.valves))
        if zone.pump is not None:
            wish = min(wish, lease_s(w, zone.pump.entry.run, zone.pump.entry.lease_s, cycle_s))
    return lease_s(w, injector.entry.command, wish / OUTLIVES, cycle_s)


def commands(c: Draft) -> tuple[Command, ...]:
    """Stops first, injector before pump before valve; starts last, the other way round. Built once per combination."""
    cycle = c.cycle_s or c.wiring.site.file.site.cycle_s
    on = tuple(c.pumps[pump.id].on for pump in c.wiring.pumps)
    opened = tuple(c.valves[valve.id].on for valve in c.wiring.valves)
    speeds = tuple(
        c.pumps[pump.id].hertz if pump.entry.frequency is not None else 0.0 for pump in c.wiring.pumps
    )
    fed = tuple(c.injectors[one.id].on for one in c.wiring.injectors)
    key = ("commands", on, opened, speeds, fed, max(LEASE_MIN_S, round(CYCLES * cycle, 1)))
    memo = c.wiring.memo
    found = memo.get(key)
    if found is None:
        if len(memo) > 512:
            memo.clear()
        found = memo[key] = _build(c.wiring, on, opened, speeds, key[-1] / CYCLES, fed)
    return found  # type: ignore[return-value]


def _build(
    w: Wiring,
    on: tuple[bool, ...],
    opened: tuple[bool, ...],
    speeds: tuple[float, ...],
    cycle_s: float,
    fed: tuple[bool, ...],
) -> tuple[Command, ...]:
    stops = [Command(*one.key, 0.0) for one, is_on in zip(w.injectors, fed, strict=True) if not is_on]
    feeds = [
        Command(*one.key, 1.0, injector_lease_s(w, one, cycle_s))
        for one, is_on in zip(w.injectors, fed, strict=True)
        if is_on
    ]
    closes: list[Command] = []
    opens: list[Command] = []
    starts: list[Command] = []
    for pump, is_on, hertz in zip(w.pumps, on, speeds, strict=True):
        run, frequency = pump.entry.run, pump.entry.frequency
        lease = lease_s(w, run, pump.entry.lease_s, cycle_s)
        if is_on and frequency is not None:
            own = min(lease, w.site.fail_safe_s.get(frequency.key, lease))
            starts.append(Command(frequency.device, frequency.quantity, hertz, own))
        (starts if is_on else stops).append(
            Command(run.device, run.quantity, float(is_on), lease if is_on else 0.0)
        )
        if not is_on and frequency is not None:
            stops.append(Command(frequency.device, frequency.quantity, 0.0))
    for valve, is_open in zip(w.valves, opened, strict=True):
        output = valve.entry.command
        if is_open:
            opens.append(Command(output.device, output.quantity, 1.0, valve_lease_s(w, valve, cycle_s)))
        else:
            closes.append(Command(output.device, output.quantity, 0.0))
    return (*stops, *closes, *opens, *starts, *feeds)
