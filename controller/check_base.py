"""What all checks share: the thing they look at, and how they say what they found. Pure values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from pydantic import BaseModel

from controller.check_texts import Param
from controller.core.site import Output, Pump, Signal, SiteFile, Tank, Valve, Zone
from drivers.marked_yaml import Loc
from drivers.profile_model import Profile
from schedules.program import Program


class Severity(StrEnum):
    """An error blocks the daemon, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


Params = Mapping[str, Param]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: where (in config.yaml, or in the file of ``program``), a text key and its numbers and words.

    ``at_key`` points at the key rather than at its value. The texts are in ``controller.check_texts``.
    """

    loc: Loc
    key: str
    params: Params = field(default_factory=dict)
    severity: Severity = Severity.ERROR
    program: str | None = None
    at_key: bool = False


def warning(
    loc: Loc, text: str, params: Params | None = None, /, program: str | None = None, **more: Param
) -> Finding:
    """A finding that does not block."""
    return Finding(loc, text, {**(params or {}), **more}, Severity.WARNING, program)


def error(
    loc: Loc, text: str, params: Params | None = None, /, program: str | None = None, **more: Param
) -> Finding:
    """A finding that blocks."""
    return Finding(loc, text, {**(params or {}), **more}, Severity.ERROR, program)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is checked: the site file, its programs by name, and the profile of each device that has a readable one.

    ``today``: the local date, None where the clock is not to be asked (the daemon at start).
    """

    file: SiteFile
    programs: Mapping[str, Program]
    profiles: Mapping[str, Profile]
    today: date | None = None

    def pump(self, ident: str) -> Pump | None:
        """The pump of that id."""
        return next((p for p in self.file.pumps if p.id == ident), None)

    def tank(self, ident: str) -> Tank | None:
        """The tank of that id."""
        return next((t for t in self.file.tanks if t.id == ident), None)

    def valve(self, ident: str) -> Valve | None:
        """The valve of that id."""
        return next((v for v in self.file.valves if v.id == ident), None)

    def program_of(self, zone: Zone) -> Program | None:
        """The program that tunes the zone, if it was readable."""
        return self.programs.get(zone.program_name)

    def bus_of(self, device: str) -> str | None:
        """The id of the bus that the device hangs on."""
        return next((d.bus for d in self.file.devices if d.id == device), None)

    @property
    def sun_peak_w(self) -> float:
        """What the PV plant gives at most, W: nameplate x derate, and no more than the inverter."""
        power = self.file.power
        peak = power.pv_kwp * 1000.0 * power.derate
        return min(peak, power.inverter_w) if power.inverter_w else peak


def _walk(value: object, loc: Loc) -> Iterator[tuple[Loc, Signal | Output]]:
    if isinstance(value, Signal | Output):
        yield loc, value
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _walk(getattr(value, name), (*loc, name))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _walk(item, (*loc, index))


def signals(file: SiteFile) -> Iterator[tuple[Loc, Signal]]:
    """Every signal of the site with its place in the file."""
    return ((loc, value) for loc, value in _walk(file, ()) if isinstance(value, Signal))


def outputs(file: SiteFile) -> Iterator[tuple[Loc, Output]]:
    """Every output of the site with its place in the file."""
    return ((loc, value) for loc, value in _walk(file, ()) if isinstance(value, Output))
