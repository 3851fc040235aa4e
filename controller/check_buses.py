"""Buses: URLs, one serial format per cable, and whether there is time for everything that is to be asked."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import get_args
from urllib.parse import urlsplit

from controller.check_base import Finding, Subject, error, warning
from controller.check_gpio import check_gpio
from controller.check_stops import stop_waits
from controller.core.site import Bus, DeviceEntry
from drivers.errors import Refused
from drivers.marked_yaml import Loc
from drivers.modbus_url import Connection, parse_connection
from drivers.packing import HOLE_WORDS_RTU, HOLE_WORDS_TCP, PackingError, hole_of, pack
from drivers.profile_gpio import is_gpio
from drivers.profile_model import Poll, Profile
from drivers.profile_variants import serial_of

TURN_S = 0.02
"""What a device or a gateway needs to begin its answer, s."""

GATEWAY_BAUD = 9600
"""Behind a gateway or converter the serial speed is not in the file; most devices allow this one."""

NOTICE_SHARE, FULL_SHARE = 0.7, 1.0
SLOW_STOP_S = 2.0
REQUEST_BYTES, REPLY_BYTES = 8, 5
_OWN_HOST, _OWN_NAMES = "127.0.0.1", ("localhost", "::1")
"""This computer under its other names. Names of others are not looked up: the check works without a network."""


def check(subject: Subject) -> Iterator[Finding]:
    """All findings about buses."""
    first: dict[str, int] = {}
    for i, bus in enumerate(subject.file.buses):
        loc: Loc = ("buses", i)
        if bus.url.partition(":")[0] == "mqtt":
            yield from _mqtt(bus, loc)
            wire = bus.url
        elif is_gpio(bus.url):
            yield from check_gpio(subject, bus, loc)
            wire = "gpio"
        else:
            try:
                connection = parse_connection(bus.url)
            except Refused as refused:
                yield error((*loc, "url"), f"bus-{refused.params['case']}", refused.params)
                continue
            host = connection.host.lower()
            wire = connection.device or f"{_OWN_HOST if host in _OWN_NAMES else host}:{connection.port}"
            yield from _cable(subject, bus, connection)
            yield from _time(subject, bus, connection, loc)
        other = first.setdefault(wire, i)
        for here, there in ((i, other), (other, i)) if other != i else ():
            names = {"id": subject.file.buses[here].id, "other": subject.file.buses[there].id}
            yield error(("buses", here, "url"), "bus-twice", names, wire=wire)


def _mqtt(bus: Bus, loc: Loc) -> Iterator[Finding]:
    parts = urlsplit(bus.url)
    try:
        good = bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.path not in ("", "/") or parts.query:
        yield error((*loc, "url"), "bus-broker", url=bus.url)
    if bus.password_file is not None and bus.username is None:
        yield error((*loc, "password_file"), "password-without-user", id=bus.id)


def _members(subject: Subject, bus: Bus) -> Iterator[tuple[Loc, DeviceEntry, Profile]]:
    for i, device in enumerate(subject.file.devices):
        profile = subject.profiles.get(device.id)
        if device.bus == bus.id and profile is not None and profile.transport == "modbus":
            yield ("devices", i), device, profile


def _cable(subject: Subject, bus: Bus, connection: Connection) -> Iterator[Finding]:
    """One cable carries one format; a device that leaves the factory with another speed must be able to take this one."""
    if connection.kind == "tcp":
        return
    parity, stop = connection.parity, connection.stop
    for i, (loc, device, profile) in enumerate(_members(subject, bus)):
        serial = serial_of(profile, device.settings)
        if i == 0 and connection.kind == "rtu+tcp":
            parity, stop = (
                serial.parity,
                serial.stop,
            )  # the converter's own setting is unknown: they must agree
        if (serial.parity, serial.stop) != (parity, stop):
            needs, has = f"8{serial.parity}{serial.stop}", f"8{parity}{stop}"
            yield error((*loc, "bus"), "serial-format", device=device.id, needs=needs, bus=bus.id, has=has)
        elif connection.kind == "rtu" and connection.baud not in (serial.baud, *serial.other_bauds):
            bauds = ", ".join(map(str, (serial.baud, *serial.other_bauds)))
            yield error(
                (*loc, "bus"), "serial-baud", device=device.id, needs=bauds, bus=bus.id, has=connection.baud
            )


def _time(subject: Subject, bus: Bus, connection: Connection, loc: Loc) -> Iterator[Finding]:
    line_share = 0.0
    for at, device, profile in _members(subject, bus):
        try:
            busy, own = load(device, profile, connection, bus)
        except PackingError as failed:
            yield error((*at, "profile"), "profile-unreadable", device=device.id, why=str(failed))
            continue
        line_share += busy
        yield from _patience(device, profile, bus, connection, (*at, "profile"))
        if own > FULL_SHARE:
            yield error((*at, "id"), "device-too-slow", device=device.id, share=100.0 * own)
    if line_share > FULL_SHARE:
        yield error((*loc, "url"), "bus-overloaded", bus=bus.id, share=100.0 * line_share)
    elif line_share > NOTICE_SHARE:
        yield warning((*loc, "url"), "bus-busy", bus=bus.id, share=100.0 * line_share)
    waits = [wait for wait in stop_waits(subject.file, subject.profiles) if wait.bus == bus.id]
    worst = max(waits, key=lambda wait: wait.seconds, default=None)
    if worst is not None and worst.seconds > SLOW_STOP_S:
        yield warning((*loc, "url"), "stop-slow", bus=bus.id, seconds=worst.seconds, device=worst.silent)


def load(device: DeviceEntry, profile: Profile, connection: Connection, bus: Bus) -> tuple[float, float]:
    """(share of the line's time, share of the device's own time with its gaps) that its polls take. Raises PackingError."""
    wire = _wire(profile, connection)
    busy = own = 0.0
    for poll in ("fast", "slow"):
        period = device.poll_s.get(poll, getattr(profile.poll_s, poll))
        sizes = _sizes(profile, wire, poll)
        if poll == "fast" and profile.sunspec is not None:
            sizes += [max((max(model.lengths, default=50) for model in profile.sunspec.models), default=50)]
        seconds = [exchange_s(wire, 2 * words) for words in sizes]
        busy += sum(seconds) / period
        own += sum(s + _gap_s(profile, bus) for s in seconds) / period
    return busy, own


def _wire(profile: Profile, connection: Connection) -> Connection:
    """The slowest that is between us and the device: a serial line, unless it has a TCP port of its own."""
    return connection if profile.tcp_port is not None and connection.kind == "tcp" else _assumed(connection)


def _sizes(profile: Profile, wire: Connection, poll: Poll) -> list[int]:
    """Words in the answer to each request of a poll class. Raises PackingError."""
    hole = hole_of(HOLE_WORDS_TCP if wire.kind == "tcp" else HOLE_WORDS_RTU, profile.tcp_port is not None)
    return [
        (block.count + 15) // 16 if block.table in ("coil", "discrete") else block.count
        for block in pack(profile.of_class(poll), profile.limits, hole)
    ]


def _patience(
    device: DeviceEntry, profile: Profile, bus: Bus, connection: Connection, loc: Loc
) -> Iterator[Finding]:
    """The longest answer needs less time on the wire than it is waited for. Behind a gateway the speed is a guess: a warning."""
    wire = _wire(profile, connection)
    words = max((size for poll in get_args(Poll) for size in _sizes(profile, wire, poll)), default=0)
    needs, waits = exchange_s(wire, 2 * words), bus.timeout_s or profile.limits.timeout_ms / 1000.0
    if needs > waits:
        tell = error if connection.kind == "rtu" else warning
        yield tell(
            loc, "answer-longer-than-time-out", device=device.id, words=words, baud=wire.baud, needs=needs,
            waits=waits, timeout_ms=100.0 * math.ceil(20.0 * needs),
        )  # fmt: skip


def exchange_s(connection: Connection, data_bytes: int) -> float:
    """Seconds that one request with an answer of so many data bytes holds the line."""
    if connection.kind == "tcp":
        return TURN_S
    return (
        (REQUEST_BYTES + REPLY_BYTES + data_bytes) * connection.char_s + 2 * connection.frame_gap_s + TURN_S
    )


def _assumed(connection: Connection) -> Connection:
    return connection if connection.kind == "rtu" else replace(connection, kind="rtu", baud=GATEWAY_BAUD)


def _gap_s(profile: Profile, bus: Bus) -> float:
    return (bus.gap_ms if bus.gap_ms is not None else profile.limits.gap_ms) / 1000.0
