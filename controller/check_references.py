"""References: every name leads somewhere, and everything that is there is used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from controller.check_base import Finding, Subject, error, warning
from controller.core.site import Pump, Zone
from drivers.marked_yaml import Loc


def near(name: str, known: Iterable[str]) -> str:
    """The known name that was probably meant, else the whole (shortened) list of them, - for none."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return close[0]
    return (", ".join(names[:12]) or "-") + (", ..." if len(names) > 12 else "")


def check(subject: Subject) -> Iterator[Finding]:
    """All findings about references."""
    yield from _buses(subject)
    yield from _pumps(subject)
    yield from _zones(subject)
    yield from _unused(subject)


def _buses(subject: Subject) -> Iterator[Finding]:
    known = [bus.id for bus in subject.file.buses]
    for i, device in enumerate(subject.file.devices):
        if device.bus not in known:
            yield error(("devices", i, "bus"), "bus-unknown", name=device.bus, near=near(device.bus, known))


def _pumps(subject: Subject) -> Iterator[Finding]:
    tanks = [tank.id for tank in subject.file.tanks]
    for i, pump in enumerate(subject.file.pumps):
        for key, name, known in _pump_references(pump, tanks):
            if name not in known:
                yield error(("pumps", i, key), "tank-unknown", name=name, near=near(name, known))


def _pump_references(pump: Pump, tanks: list[str]) -> Iterator[tuple[str, str, list[str]]]:
    yield "into", pump.into, [*tanks, "zones"]
    if pump.suction_tank is not None:
        yield "suction_tank", pump.suction_tank, tanks


def _zones(subject: Subject) -> Iterator[Finding]:
    for i, zone in enumerate(subject.file.zones):
        yield from _zone_valves(subject, zone, i)
        yield from _zone_source(subject, zone, i)
        if zone.program_name not in subject.programs:
            loc: Loc = ("zones", i, "program" if zone.program else "id")
            known = subject.programs
            yield error(
                loc,
                "program-unknown",
                zone=zone.id,
                name=zone.program_name,
                near=near(zone.program_name, known),
                folder=subject.file.programs,
            )


def _zone_valves(subject: Subject, zone: Zone, index: int) -> Iterator[Finding]:
    known = [valve.id for valve in subject.file.valves]
    for j, name in enumerate(zone.valves):
        loc: Loc = ("zones", index, "valves", j)
        if name not in known:
            yield error(loc, "valve-unknown", name=name, near=near(name, known))
        elif name in zone.valves[:j]:
            yield error(loc, "valve-twice", name=name)


def _zone_source(subject: Subject, zone: Zone, index: int) -> Iterator[Finding]:
    loc: Loc = ("zones", index, "source")
    pump = subject.pump(zone.source)
    if pump is None and subject.tank(zone.source) is None:
        known = [tank.id for tank in subject.file.tanks] + [pump.id for pump in subject.file.pumps]
        yield error(loc, "source-unknown", name=zone.source, near=near(zone.source, known))
    elif pump is not None and pump.into != "zones":
        yield error(loc, "source-pump-fills-tank", zone=zone.id, pump=pump.id, tank=pump.into)


def _unused(subject: Subject) -> Iterator[Finding]:
    file = subject.file
    used = {name for zone in file.zones for name in zone.valves}
    yield from (
        warning(("valves", i, "id"), "valve-unused", name=v.id)
        for i, v in enumerate(file.valves)
        if v.id not in used
    )
    filled = {pump.into for pump in file.pumps}
    yield from (
        warning(("tanks", i, "id"), "tank-unfilled", name=t.id)
        for i, t in enumerate(file.tanks)
        if t.id not in filled
    )
    sources = {zone.source for zone in file.zones}
    for i, pump in enumerate(file.pumps):
        if pump.into == "zones" and pump.id not in sources:
            yield warning(("pumps", i, "into"), "pump-feeds-nothing", name=pump.id)
    wanted = {zone.program_name for zone in file.zones}
    for name in subject.programs:
        if name not in wanted:
            yield warning(("program",), "program-unused", program=name, name=name)
