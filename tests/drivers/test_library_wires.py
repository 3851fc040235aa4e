"""Every shipped profile on a real wire: what the world gives its simulated device is what the shipped driver tells, and back."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from drivers.bus import Bus
from drivers.device import Device, make_device
from drivers.errors import DriverError
from drivers.modbus import ModbusLink
from drivers.modbus_url import parse_connection
from drivers.profile import Profile, library, load_profile
from drivers.reading import Command, Quality, Reading
from simulators.loopback import LoopbackPort
from simulators.modbus_server import TcpServer
from simulators.pty_server import PtyServer
from simulators.registers import RegisterBank, RegisterDevice
from tests.drivers.round_trip import Pass, differs, excused, hasty, passes
from tests.simulators.paper import Paper, settings_of

Settings = Mapping[str, float | str]
POLLS = ("once", "slow", "fast")
AT_ONCE = 6
"""Conversations at the same time."""


@dataclass
class Shelf:
    """All Modbus profiles in one bank, a unit each."""

    bank: RegisterBank
    units: dict[str, int]

    def place(self, name: str, profile: Profile, settings: Settings) -> Paper:
        """A new simulated device in the profile's place; what it shows is in the world that comes back."""
        world = Paper()
        device = RegisterDevice(name, profile, settings, world, world.clock.now)
        self.bank.units[self.units[name]] = device
        return world


def shelf() -> Shelf:
    """Nobody answers yet."""
    names = [name for name in library() if load_profile(name).mqtt is None]
    assert 10 <= len(names) < 247
    return Shelf(RegisterBank(), {name: unit for unit, name in enumerate(names, 1)})


@contextlib.asynccontextmanager
async def connected(url: str) -> AsyncIterator[Bus]:
    """A bus of the shipped driver."""
    bus = Bus(ModbusLink(parse_connection(url)))
    bus.start()
    try:
        yield bus
    finally:
        await bus.stop()


async def met(profile: Profile, settings: Settings) -> Profile:
    """The profile as its simulated device turns out to be."""
    world = Paper()
    bank = RegisterBank({1: RegisterDevice("it", profile, settings, world, world.clock.now)})
    device = make_device("it", profile, LoopbackPort(bank, "loop"), 1, settings)
    await seen_by(device)
    return device.profile


async def seen_by(device: Device) -> dict[str, Reading]:
    """Every reading; a second round for what hangs on factors and conditions of the first."""
    readings: dict[str, Reading] = {}
    for _ in range(2):
        for poll in (p for p in POLLS if p in device.polls):
            readings |= {reading.quantity: reading for reading in await device.read(poll)}
    return readings


def unlike(name: str, one: Pass, seen: dict[str, Reading]) -> Iterator[str]:
    """Where the driver does not tell what the world gave."""
    for quantity, wanted in one.values.items():
        reading = seen.get(quantity)
        if reading is None or reading.quality is not Quality.GOOD:
            yield f"{name}: {quantity} should be {wanted!r}, told {reading}"
        elif differs(reading.value, wanted, one.steps[quantity]):
            yield f"{name}: {quantity} should be {wanted!r}, is {reading.value!r}"


async def read_all(shelf: Shelf, bus: Bus, name: str, most: int | None = None) -> tuple[list[str], set[str]]:
    """Everything that a profile tells, in its passes: complaints, and what was told as it should be."""
    profile = hasty(load_profile(name))
    wrong: list[str] = []
    told: set[str] = set()
    for variant in [v.name for v in profile.variants][:most] or [""]:
        settings = settings_of(profile) | ({"variant": variant} if variant else {})
        known = await met(profile, settings)
        for one in passes(known)[:most]:
            shelf.place(name, profile, settings).values = {(name, q): v for q, v in one.values.items()}
            device = make_device(name, profile, bus, shelf.units[name], settings)
            try:
                wrong += unlike(f"{name} {variant}", one, await seen_by(device))
            except DriverError as error:
                wrong.append(f"{name} {variant}: {error}")
            told |= one.values.keys()
        told |= set(excused(known, profile))
    if most is None:
        wrong += [
            f"{name}: nobody looked at {quantity}" for quantity in profile.quantities if quantity not in told
        ]
    return wrong, told


async def obeyed(shelf: Shelf, bus: Bus, name: str) -> list[str]:
    """Every command of a profile, there and back."""
    profile = hasty(load_profile(name))
    world = shelf.place(name, profile, settings_of(profile))
    device = make_device(name, profile, bus, shelf.units[name], settings_of(profile))
    wrong: list[str] = []
    if profile.commands:
        await seen_by(device)  # factors of set-points are known once it was read
    for quantity, entry in profile.commands.items():
        value = 1.0 if entry.value is None else min(entry.value.maximum, max(entry.value.minimum, 20.0))
        stops = bool(entry.off) or (entry.value is not None and entry.value.minimum <= 0.0)
        if entry.press and entry.verify is not None and entry.verify.equals:
            result = (name, entry.verify.quantity), entry.verify.equals[0]
            world.presses[name, quantity] = {(name, "fault_code"): 0.0} | dict([result])
            world.values[result[0]] = "fault" if entry.verify.quantity == "status" else 7.0
        for wanted in (value, 0.0) if stops else (value,):
            try:
                await device.command(Command(name, quantity, wanted, 60.0 if wanted else 0.0))
            except DriverError as error:
                wrong.append(f"{name}: {quantity} = {wanted:g}: {error}")
                continue
            told = world.told[-1] if world.told else None
            if told is None or told[1] != quantity or told[2] != pytest.approx(wanted, rel=0.02):
                wrong.append(f"{name}: {quantity} = {wanted:g} became {told}")
    return wrong


async def test_every_profile_by_modbus_tcp() -> None:
    """World -> registers -> socket -> driver for every quantity of every Modbus profile, and every command the other way."""
    all_of_them, server = shelf(), TcpServer(RegisterBank())
    server.bank = all_of_them.bank
    await server.start()
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> tuple[list[str], set[str]]:
        async with gate, connected(f"tcp://127.0.0.1:{server.port}") as bus:
            wrong, told = await read_all(all_of_them, bus, name)
            return wrong + await obeyed(all_of_them, bus, name), told

    try:
        done = await asyncio.gather(*(one(name) for name in all_of_them.units))
    finally:
        await server.stop()
    complaints = [text for wrong, _ in done for text in wrong]
    assert not complaints, "\n".join(complaints)
    assert all(told for _, told in done), "a profile told nothing"


async def test_every_profile_by_rtu(tmp_path: Path) -> None:
    """The same on one serial line: every profile's first pass, one unit after the other, checksums and all."""
    all_of_them = shelf()
    server = PtyServer(all_of_them.bank, tmp_path / "ttyRS485", 0)
    await server.start()
    wrong: list[str] = []
    try:
        async with connected(f"rtu://{server.path}?baud=115200") as bus:
            for name in all_of_them.units:
                wrong += (await read_all(all_of_them, bus, name, 1))[0]
    finally:
        await server.stop()
    assert not wrong, "\n".join(wrong)


async def test_the_comparison_sees_a_wrong_profile() -> None:
    """A driver whose profile has one wrong scale, address, sign or word order is complained about, so the tests above can fail."""
    all_of_them, server = shelf(), TcpServer(RegisterBank())
    server.bank = all_of_them.bank
    await server.start()
    profile = hasty(load_profile("deye-hybrid-1p"))
    known = await met(profile, settings_of(profile))
    changes: list[tuple[str, dict[str, object]]] = [
        ("frequency_hz", {"scale": 0.1}), ("energy_wh", {"order": "abcd"}), ("voltage_v", {"address": 151}),
        ("battery_w", {"scale": 1.0}),
    ]  # fmt: skip
    try:
        async with connected(f"tcp://127.0.0.1:{server.port}") as bus:
            for quantity, change in changes:
                one = next(p for p in passes(known) if quantity in p.values)
                world = all_of_them.place(profile.name, profile, settings_of(profile))
                world.values = {(profile.name, q): v for q, v in one.values.items()}
                points = [
                    p.model_copy(update=change) if p.quantity == quantity else p for p in profile.points
                ]
                device = make_device(
                    profile.name, profile.with_points(points), bus, all_of_them.units[profile.name]
                )
                complaints = list(unlike(profile.name, one, await seen_by(device)))
                assert [text.split()[1] for text in complaints] == [quantity], (quantity, complaints)
    finally:
        await server.stop()
