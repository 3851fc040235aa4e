"""Ids: each is there once and means one thing; nothing is switched by two masters; the time zone exists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time
from difflib import get_close_matches
from zoneinfo import ZoneInfo, available_timezones

from controller.check_base import Finding, Subject, error, outputs, signals, warning
from controller.check_references import near
from controller.core.site import Injector, Pump, Tank, Valve, Zone
from drivers.marked_yaml import Loc

RESERVED = ("site", "zones")
"""Names with a meaning of their own: ``into: zones``, and the site as the subject of a reason."""


def check(subject: Subject) -> Iterator[Finding]:
    """All findings about ids."""
    yield from _ids(subject)
    yield from _timezone(subject)
    yield from _shared_outputs(subject)
    yield from _renamed(subject)


def _ids(subject: Subject) -> Iterator[Finding]:
    file = subject.file
    yield from _unique([(("buses", i, "id"), bus.id) for i, bus in enumerate(file.buses)])
    yield from _unique([(("devices", i, "id"), device.id) for i, device in enumerate(file.devices)])
    groups: dict[str, Sequence[Pump | Tank | Valve | Zone | Injector]] = {
        "pumps": file.pumps,
        "tanks": file.tanks,
        "valves": file.valves,
        "zones": file.zones,
        "injectors": file.injectors,
    }
    places: list[tuple[Loc, str]] = []
    for group, items in groups.items():
        places += [((group, i, "id"), item.id) for i, item in enumerate(items)]
    yield from _unique(places)
    yield from (error(loc, "id-reserved", id=ident) for loc, ident in places if ident in RESERVED)


def _unique(places: Sequence[tuple[Loc, str]]) -> Iterator[Finding]:
    first: dict[str, Loc] = {}
    for loc, ident in places:
        other = first.setdefault(ident, loc)
        if other != loc:
            yield error(loc, "id-twice", id=ident, first="{}[{}]".format(*other))
            yield error(other, "id-twice", id=ident, first="{}[{}]".format(*loc))


def _timezone(subject: Subject) -> Iterator[Finding]:
    site = subject.file.site
    loc: Loc = ("site", "timezone")
    known = available_timezones()
    if site.timezone not in known:
        yield error(loc, "timezone-unknown", name=site.timezone, near=near(site.timezone, known))
        return
    if subject.today is None:
        return
    offset = datetime.combine(subject.today, time(12), ZoneInfo(site.timezone)).utcoffset()
    hours = offset.total_seconds() / 3600.0 if offset else 0.0
    away = abs((hours * 15.0 - site.longitude + 180.0) % 360.0 - 180.0)
    if away > 35.0:
        yield warning(loc, "timezone-far", name=site.timezone, longitude=site.longitude, hours=hours)


def _shared_outputs(subject: Subject) -> Iterator[Finding]:
    first: dict[tuple[str, str], Loc] = {}
    for loc, output in outputs(subject.file):
        other = first.setdefault(output.key, loc)
        if other != loc:
            name = ".".join(output.key)
            yield error(loc, "output-twice", name=name, first="{}[{}]".format(*other))
            yield error(other, "output-twice", name=name, first="{}[{}]".format(*loc))


def _renamed(subject: Subject) -> Iterator[Finding]:
    """An id that nothing uses while a similar one is missing was probably mistyped where it is defined."""
    file = subject.file
    sources = {zone.source for zone in file.zones}
    filled = {pump.into for pump in file.pumps if pump.into != "zones"}
    known = {tank.id for tank in file.tanks} | {pump.id for pump in file.pumps}
    devices = {signal.device for _, signal in signals(file)} | {output.device for _, output in outputs(file)}
    uses: list[tuple[str, list[str], set[str]]] = [
        ("buses", [bus.id for bus in file.buses], {device.bus for device in file.devices}),
        ("devices", [device.id for device in file.devices], devices),
        (
            "valves",
            [valve.id for valve in file.valves],
            {name for zone in file.zones for name in zone.valves},
        ),
        ("tanks", [tank.id for tank in file.tanks], sources | filled),
        (
            "pumps",
            [pump.id for pump in file.pumps],
            sources | {pump.id for pump in file.pumps if pump.into != "zones"},
        ),
    ]
    for group, ids, names in uses:
        missing = names - (known if group in ("tanks", "pumps") else set(ids))
        unused = [ident for ident in ids if ident not in names]
        for ident in unused if missing else ():
            close = get_close_matches(ident, missing, n=1, cutoff=0.6 if len(unused) > 1 else 0.0)
            if close:
                yield error((group, ids.index(ident), "id"), "id-renamed", id=ident, wanted=close[0])
