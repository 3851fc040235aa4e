"""Where `tirta scan` looks, in which order, and how long that takes: worked out of the library alone, nothing is sent here."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from drivers.codec_point import settings_for
from drivers.modbus_url import Connection, Parity
from drivers.packing import pack
from drivers.profile import ProfileError, library, load_profile
from drivers.profile_identity import IdentityCheck
from drivers.profile_model import Profile
from drivers.profile_variants import serials_of
from drivers.transport import Table

_log = logging.getLogger(__name__)

BAUDS = (9600, 4800, 19200, 2400, 38400, 115200)
ENDINGS: tuple[tuple[Parity, int], ...] = (("N", 1), ("E", 1), ("N", 2))
TCP_PORTS = (502, 1502, 6607, 8899)
"""Modbus TCP; SMA and others; Huawei's own Wi-Fi; the Wi-Fi sticks of Sofar, Deye and Solis."""

COMMON_UNITS = (1, 2, 3, 4, 5, 10, 11, 144, 247)
LAST_UNIT = 247
_TURN_S = 0.2  # what a device may take before it begins to answer
_WORDS = 10  # characters of a short question and its answer, with room


class Format(NamedTuple):
    """How a serial line is set."""

    baud: int
    parity: Parity = "N"
    stop: int = 1

    @property
    def text(self) -> str:
        """``9600 8N1``."""
        return f"{self.baud} 8{self.parity}{self.stop}"

    @property
    def patience_s(self) -> float:
        """How long an answer to a short question may take at this rate."""
        return _TURN_S + 2 * _WORDS * 11 / self.baud


class Question(NamedTuple):
    """A read that a device certainly understands."""

    table: Table
    address: int
    size: int = 1


PLAIN = (Question(Table.HOLDING, 0), Question(Table.INPUT, 0))
"""Almost every device answers one of them, with an exception if with nothing better."""


class Call(NamedTuple):
    """One unit to look for, and what it is asked until it says anything. ``find``: any address answers, alone on the cable."""

    unit: int
    questions: tuple[Question, ...]
    find: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """One place of the sweep: a connection and the units that are called there."""

    connection: Connection
    calls: tuple[Call, ...]
    patience_s: float

    @property
    def longest_s(self) -> float:
        """How long it takes when nobody answers."""
        return sum(len(call.questions) for call in self.calls) * (
            self.patience_s + self.connection.frame_gap_s
        )


def modbus_profiles() -> tuple[Profile, ...]:
    """Every shipped profile that speaks Modbus; one that cannot be read does not keep the others from being tried."""
    found: list[Profile] = []
    for name in library():
        try:
            found.append(load_profile(name))
        except ProfileError as error:
            _log.warning("%s", error)
    return tuple(p for p in found if p.transport == "modbus")


def formats_of(profile: Profile) -> tuple[Format, ...]:
    """Line settings that the device is sold with, the factory's first."""
    lines = serials_of(profile)
    own = [Format(one.baud, one.parity, one.stop) for one in lines]
    more = [Format(baud, one.parity, one.stop) for one in lines for baud in one.other_bauds]
    return tuple(dict.fromkeys((*own, *more)))


def formats(profiles: Iterable[Profile], *, full: bool) -> tuple[Format, ...]:
    """Line settings to try: those of the library, the most frequent first, then all others when the sweep is full."""
    counts: Counter[Format] = Counter()
    for profile in profiles:
        for place, one in enumerate(formats_of(profile)):
            counts[one] += 4 if place == 0 else 1
    likely = [one for one, _ in counts.most_common()]
    if not full:
        return tuple(likely)
    every = [Format(baud, parity, stop) for parity, stop in ENDINGS for baud in BAUDS]
    return tuple(dict.fromkeys((*likely, *every)))


def first_question(profile: Profile) -> Question | None:
    """The first read that a device of the profile surely answers; None for one whose places must be found (SunSpec)."""
    if profile.sunspec is not None:
        return Question(Table.HOLDING, profile.sunspec.bases[0], 2)
    points = [p for p in profile.points if p.access != "write" and not p.optional and p.poll != "on_demand"]
    if not points:
        return None
    block = pack(points[:1], profile.limits)[0]
    return Question(Table(block.table), block.address, block.count)


def looks_of(profile: Profile) -> tuple[IdentityCheck, ...]:
    """Everything that the profile looks at to know its device, of all variants."""
    return (*profile.identify, *(check for variant in profile.variants for check in variant.identify))


def calls_at(profiles: Sequence[Profile], line: Format | None, *, full: bool) -> tuple[Call, ...]:
    """Whom to call on a line (None: a network port): any-address calls, factory addresses, common ones, all when full."""
    own: dict[int, list[Question]] = {}
    finders: dict[int, list[Question]] = {}
    for profile in profiles:
        question = first_question(profile)
        if question is None or (line is not None and line not in formats_of(profile)):
            continue
        for serial in serials_of(profile):
            own.setdefault(serial.unit, []).extend([question] if line is not None else [])
            if line is not None and serial.find_unit is not None:
                finders.setdefault(serial.find_unit, []).append(question)
    likely = sorted(own, key=lambda unit: (-len(own[unit]), unit))
    units = [u for u in dict.fromkeys((*likely, *COMMON_UNITS)) if 1 <= u <= 255 and u not in finders]
    calls = [Call(u, _asked(own.get(u, ()))) for u in units]
    calls += [Call(u, tuple(dict.fromkeys(q)), find=True) for u, q in finders.items()]
    if full:
        known = {call.unit for call in calls}
        calls += [Call(u, PLAIN) for u in range(1, LAST_UNIT + 1) if u not in known]
    return tuple(calls)


def _asked(own: Iterable[Question]) -> tuple[Question, ...]:
    return tuple(dict.fromkeys((*PLAIN, *own)))


def serial_stops(
    profiles: Sequence[Profile], device: str, lines: Sequence[Format], *, full: bool
) -> list[Stop]:
    """The sweep of a serial port."""
    return [
        Stop(Connection("rtu", device=device, baud=b, parity=p, stop=s),
             calls_at(profiles, Format(b, p, s), full=full), Format(b, p, s).patience_s)
        for b, p, s in lines
    ]  # fmt: skip


def network_ports(profiles: Iterable[Profile]) -> tuple[int, ...]:
    """Ports where Modbus TCP may listen: the usual ones, then those of the library."""
    return tuple(dict.fromkeys((*TCP_PORTS, *(p.tcp_port for p in profiles if p.tcp_port is not None))))


def stand_in_settings(profile: Profile) -> dict[str, float | str]:
    """Settings with which the profile can be tried: its defaults, and anything allowed where only the site knows."""
    given: dict[str, float | str] = {}
    for name in open_questions(profile):
        entry = profile.settings[name]
        low = 1.0 if entry.minimum is None else max(1.0, entry.minimum)
        number = low if entry.maximum is None else min(low, entry.maximum)
        given[name] = entry.choices[0] if entry.choices else "x" if entry.text else number
    return settings_for(profile, given)


def open_questions(profile: Profile) -> tuple[str, ...]:
    """Settings that only the site can answer."""
    return tuple(name for name, entry in profile.settings.items() if entry.default is None)
