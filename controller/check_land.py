"""Zones against their programs and their source: water that cannot come, windows without sun."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from controller.check_base import Finding, Subject, error, warning
from controller.check_programs import DAY_MIN, overlap, span
from controller.core.site import Pump, SiteFile, Zone
from drivers.marked_yaml import Loc
from schedules.program import ContainerProgram, PaddyProgram, Program

HALF_DAY_OF_SUN_MIN = 6 * 60
"""From sunrise to solar noon anywhere in Indonesia, give or take 25 minutes."""

RAIN_LIKE_MM_H = 150.0
"""More than the heaviest rain: water would run off; paddies and pots may take it."""

FLOOD_MM_H = 1000.0
"""No field is watered a metre deep in an hour."""


def check(subject: Subject) -> Iterator[Finding]:
    """All findings about zones."""
    for i, zone in enumerate(subject.file.zones):
        loc: Loc = ("zones", i)
        program_or_none = subject.program_of(zone)
        pump = subject.pump(zone.source)
        if pump is not None and zone.flow_m3_h > 1.05 * pump.rated_flow_m3_h:
            yield error(
                (*loc, "flow_m3_h"),
                "zone-above-pump",
                flow=zone.flow_m3_h,
                pump=pump.id,
                most=pump.rated_flow_m3_h,
            )
        if program_or_none is not None:
            yield from _zone(subject, zone, program_or_none, pump, loc)


def _zone(subject: Subject, zone: Zone, program: Program, pump: Pump | None, loc: Loc) -> Iterator[Finding]:
    if isinstance(program, PaddyProgram) and zone.ponding is None:
        yield warning((*loc, "id"), "paddy-without-level", zone=zone.id)
    if zone.ponding is not None and not isinstance(program, PaddyProgram):
        yield warning((*loc, "ponding"), "level-without-paddy", zone=zone.id, program_name=zone.program_name)
    rate = 1000.0 * zone.flow_m3_h / zone.area_m2
    if rate > FLOOD_MM_H:
        for key in ("flow_m3_h", "area_m2"):
            yield error((*loc, key), "zone-floods", zone=zone.id, rate=rate)
    elif rate > RAIN_LIKE_MM_H and not isinstance(program, PaddyProgram):
        yield warning((*loc, "flow_m3_h"), "zone-floods", zone=zone.id, rate=rate)
    if isinstance(program, ContainerProgram):
        yield from _pots(zone, program, loc)
    if pump is not None:
        yield from _direct(subject, zone, program, pump)


def _pots(zone: Zone, program: ContainerProgram, loc: Loc) -> Iterator[Finding]:
    available_mm = program.pots * program.pot_volume_l * program.available_share / zone.area_m2
    if available_mm > 400.0:
        params = {"available": available_mm, "area": zone.area_m2}
        yield error(("pots",), "pots-too-many", params, program=zone.program_name)
        yield Finding((*loc, "area_m2"), "pots-too-many", params)


def _direct(subject: Subject, zone: Zone, program: Program, pump: Pump) -> Iterator[Finding]:
    """A zone straight from a pump: without a tank or another source of power it can only drink while the sun shines."""
    longest = max(60 * (end - begin) for begin, end in map(span, program.windows) if end > begin)
    name = zone.program_name
    if longest < pump.limits.min_run_s:
        minimum = pump.limits.min_run_s
        yield error(
            ("windows",), "window-below-pump", program=name, length=longest, minimum=minimum, pump=pump.id
        )
    if pump.supply == "pv" or subject.file.power.backup == "none":
        rise, down = daylight(subject.file)
        if not any(overlap(span(window), (rise, down)) for window in program.windows):
            hours = {"sunrise": _clock(rise), "sunset": _clock(down)}
            yield error(("windows",), "window-without-sun", hours, program=name, pump=pump.id)


def daylight(file: SiteFile) -> tuple[int, int]:
    """(sunrise, sunset) in local minutes, within half an hour near the equator, from longitude and time zone alone."""
    site = file.site
    if site.timezone not in available_timezones():
        return 0, DAY_MIN
    offset = datetime(2026, 3, 20, 12, tzinfo=ZoneInfo(site.timezone)).utcoffset()
    hours = offset.total_seconds() / 3600.0 if offset else 0.0
    noon = round(12 * 60 + 4 * (hours * 15.0 - site.longitude))
    if abs(noon - 12 * 60) > 150:
        return (
            0,
            DAY_MIN,
        )  # place and time zone do not fit: that is told elsewhere, and says nothing of the sun
    return noon - HALF_DAY_OF_SUN_MIN, noon + HALF_DAY_OF_SUN_MIN


def _clock(minute: int) -> str:
    return f"{minute % DAY_MIN // 60:02d}:{minute % 60:02d}"
