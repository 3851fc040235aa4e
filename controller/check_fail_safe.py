"""What stops an output when this computer dies, and whether leases suit the devices."""

from __future__ import annotations

from collections.abc import Iterator

from controller.check_base import Finding, Subject, error, warning
from controller.core.site import Injector, Output, Pump, Valve
from drivers.marked_yaml import Loc

LEASE_CYCLES = 3
"""A lease shorter than so many cycles would run out between two decisions."""


def check(subject: Subject) -> Iterator[Finding]:
    """All findings about the leases of pumps, valves and injectors."""
    for i, pump in enumerate(subject.file.pumps):
        yield from _fail_safe(subject, pump, ("pumps", i))
    for i, valve in enumerate(subject.file.valves):
        yield from _valve(subject, valve, ("valves", i))
    for i, injector in enumerate(subject.file.injectors):
        yield from _injector(subject, injector, ("injectors", i))


def _fail_safe(subject: Subject, pump: Pump, loc: Loc) -> Iterator[Finding]:
    limit, known = _device_limit(subject, pump.run)
    if known and limit is None and pump.accepts_risk is None:
        yield error((*loc, "run"), "pump-without-fail-safe", pump=pump.id, output=".".join(pump.run.key))
    elif known and limit is not None and pump.accepts_risk is not None:
        yield warning((*loc, "accepts_risk"), "risk-not-needed", pump=pump.id, limit=limit)
    yield from _power_on(subject, pump.run, (*loc, "run"))
    yield from _lease(subject, pump.lease_s, limit, loc)


def _valve(subject: Subject, valve: Valve, loc: Loc) -> Iterator[Finding]:
    limit, known = _device_limit(subject, valve.command)
    if known and limit is None:
        yield warning(
            (*loc, "command"), "valve-without-fail-safe", valve=valve.id, output=".".join(valve.command.key)
        )
    yield from _power_on(subject, valve.command, (*loc, "command"))
    yield from _lease(subject, valve.lease_s, limit, loc)


def _injector(subject: Subject, injector: Injector, loc: Loc) -> Iterator[Finding]:
    """Solution that runs on into still water harms plants and pipes: refused like a pump, unless the group accepts it."""
    output = injector.command
    limit, known = _device_limit(subject, output)
    if known and limit is None and injector.accepts_risk is None:
        name = ".".join(output.key)
        yield error((*loc, "command"), "injector-without-fail-safe", injector=injector.id, output=name)
    elif known and limit is not None and injector.accepts_risk is not None:
        yield warning((*loc, "accepts_risk"), "risk-not-needed", pump=injector.id, limit=limit)
    profile = subject.profiles.get(output.device)
    entry = profile.commands.get(output.quantity) if profile is not None else None
    if entry is not None and entry.lease is not None and not entry.lease.renew:
        yield error((*loc, "command"), "injector-too-slow", injector=injector.id, output=".".join(output.key))
    yield from _power_on(subject, output, (*loc, "command"))
    yield from _lease(subject, injector.lease_s, limit, loc)


def _power_on(subject: Subject, output: Output, loc: Loc) -> Iterator[Finding]:
    """An output that comes back by itself after a power failure does so without any timer of ours."""
    profile = subject.profiles.get(output.device)
    entry = profile.commands.get(output.quantity) if profile is not None else None
    if entry is not None and entry.power_on in ("last", "on"):
        yield warning(loc, "output-returns-on", output=".".join(output.key))


def _device_limit(subject: Subject, output: Output) -> tuple[float | None, bool]:
    """(the longest lease that the device enforces, whether its profile is known)."""
    profile = subject.profiles.get(output.device)
    if profile is None or output.quantity not in profile.commands:
        return None, False
    return profile.fail_safe_s(output.quantity), True


def _lease(subject: Subject, lease: float | None, limit: float | None, loc: Loc) -> Iterator[Finding]:
    if lease is None:
        return
    here = (*loc, "lease_s")
    if limit is not None and lease > limit:
        yield error(here, "lease-above-device", lease=lease, limit=limit)
    shortest = LEASE_CYCLES * subject.file.site.cycle_s
    if lease < shortest:
        yield error(here, "lease-too-short", lease=lease, shortest=shortest)
