"""Doses of pots: sizes that contradict each other, sums without their sensor, doses that no pot can hold or no valve can give."""

from __future__ import annotations

from collections.abc import Iterator

from controller.check_base import Finding, Subject, error, warning
from controller.check_texts import Param
from controller.core.site import Zone
from drivers.marked_yaml import Loc
from schedules.container import store_mm
from schedules.dosing import size_mm
from schedules.program import ContainerProgram

SUMS = {"radiation": ("radiation_j_cm2", "radiation_mj_m2"), "vpd": ("vpd_kpa_h",)}
"""What each way of dosing is tuned by."""

PAIRS = (("dose_mm", "dose_l"), ("radiation_j_cm2", "radiation_mj_m2"))
"""Two ways to say the same: one is enough."""


def check(subject: Subject) -> Iterator[Finding]:
    """All findings about the doses of container programs and of the zones that use them."""
    for name, program in subject.programs.items():
        if isinstance(program, ContainerProgram):
            yield from _alone(name, program)
    for i, zone in enumerate(subject.file.zones):
        found = subject.program_of(zone)
        if isinstance(found, ContainerProgram):
            yield from _signal(subject, zone, found)
            yield from _size(zone, found, ("zones", i))


def _alone(name: str, program: ContainerProgram) -> Iterator[Finding]:
    written = program.model_fields_set
    for one, other in PAIRS:
        if one in written and other in written:
            for key in (one, other):
                yield error((key,), "said-twice", {"one": one, "other": other}, program=name)
    for by, keys in SUMS.items():
        for key in keys:
            if key in written and program.dose_by != by:
                yield warning((key,), "dose-limit-unused", {"key": key, "by": by}, program=name)


def _signal(subject: Subject, zone: Zone, program: ContainerProgram) -> Iterator[Finding]:
    """A sum needs its sensor: without one the zone would be dosed by pot water for ever."""
    name = zone.program_name
    if program.dose_by == "radiation" and subject.file.power.irradiance is None:
        yield error(("dose_by",), "dose-without-sun", zone=zone.id, program=name)
    if program.dose_by == "vpd" and not has_air(subject, zone):
        yield error(("dose_by",), "dose-without-air", zone=zone.id, program=name)


def has_air(subject: Subject, zone: Zone) -> bool:
    """True if temperature and humidity of the zone are measured, by its own sensors or the site's."""
    weather = subject.file.weather
    if zone.temp_air is not None or zone.humidity is not None:
        return zone.temp_air is not None and zone.humidity is not None
    return weather.temp_air is not None and weather.humidity is not None


def _size(zone: Zone, program: ContainerProgram, loc: Loc) -> Iterator[Finding]:
    store = store_mm(program, zone.area_m2)
    size = size_mm(program, store)
    if size is None:
        return
    key, name = ("dose_l" if program.dose_l is not None else "dose_mm"), zone.program_name
    if size > store:
        yield error((key,), "dose-above-pot", {"dose": size, "store": store}, program=name)
    seconds = size / program.efficiency * zone.area_m2 / zone.flow_m3_h * 3.6
    if seconds < program.min_run_s:
        params: dict[str, Param] = {"seconds": seconds, "minimum": program.min_run_s, "zone": zone.id}
        yield error((key,), "dose-below-run", params, program=name)
        yield error((*loc, "flow_m3_h"), "dose-below-run", params)
