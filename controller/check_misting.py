"""Misting: limits without a gap, air that nobody measures, pumps that cannot make short pulses."""

from __future__ import annotations

from collections.abc import Iterator

from controller.check_base import Finding, Subject, error
from controller.check_dosing import has_air
from schedules.program import MistingProgram

PAIRS = (("temp_off_c", "temp_on_c"), ("vpd_off_kpa", "vpd_on_kpa"))


def check(subject: Subject) -> Iterator[Finding]:
    """All findings about misting programs and the zones that use them."""
    for name, program in subject.programs.items():
        if isinstance(program, MistingProgram):
            for off, on in PAIRS:
                if getattr(program, off) >= getattr(program, on):
                    yield error((off,), "mist-order", {"off": off, "on": on}, program=name)
    for i, zone in enumerate(subject.file.zones):
        found = subject.program_of(zone)
        if not isinstance(found, MistingProgram):
            continue
        if not has_air(subject, zone):
            yield error(("zones", i, "id"), "mist-without-air", zone=zone.id)
        pump = subject.pump(zone.source)
        if pump is not None and pump.limits.min_run_s > found.pulse_s:
            params = {
                "zone": zone.id,
                "pump": pump.id,
                "minimum": pump.limits.min_run_s,
                "pulse": found.pulse_s,
            }
            yield error(("zones", i, "source"), "mist-below-pump", params)  # type: ignore[arg-type]
