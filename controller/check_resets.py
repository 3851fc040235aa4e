"""The reset of a drive's fault: which device takes it, and what the site file says that cannot work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from controller.check_base import Finding, Subject, warning
from controller.core.site import Pump, SiteFile
from drivers.marked_yaml import Loc
from drivers.profile_model import Profile

FAULT_RESET = "fault_reset"


def resets_of(file: SiteFile, profiles: Mapping[str, Profile]) -> dict[str, tuple[str, str]]:
    """By pump: the command that resets its drive's fault. The drive is the device that tells the fault, or else runs the motor."""
    found: dict[str, tuple[str, str]] = {}
    for pump in file.pumps:
        for part in (pump.fault, pump.status, pump.run):
            profile = None if part is None else profiles.get(part.device)
            if part is not None and profile is not None and FAULT_RESET in profile.commands:
                found.setdefault(pump.id, (part.device, FAULT_RESET))
    return found


def check(subject: Subject) -> Iterator[Finding]:
    """Pumps that nobody resets, or whose fault nobody sees."""
    resets = resets_of(subject.file, subject.profiles)
    for i, pump in enumerate(subject.file.pumps):
        loc: Loc = ("pumps", i)
        drive = resets.get(pump.id, ("", ""))[0]
        trips_s = _trips_s(subject, pump)
        if not drive:
            if pump.protect.reset_faults and "reset_faults" in pump.protect.model_fields_set:
                yield warning((*loc, "protect", "reset_faults"), "reset-impossible", pump=pump.id)
        elif not pump.protect.reset_faults:
            if trips_s is not None:
                here = (*loc, "protect", "reset_faults")
                yield warning(here, "reset-forbidden", pump=pump.id, drive=drive, limit=trips_s)
        elif pump.fault is None and pump.status is None:
            yield warning((*loc, "run"), "fault-unseen", pump=pump.id, drive=drive)


def _trips_s(subject: Subject, pump: Pump) -> float | None:
    """The silence, s, after which the pump's drive trips and waits for a reset; None where it does not."""
    profile = subject.profiles.get(pump.run.device)
    entry = None if profile is None else profile.commands.get(pump.run.quantity)
    return None if entry is None or entry.fail_safe.fault is None else entry.fail_safe.max_s
