"""Simulated devices on real wires: TCP, RTU over TCP and a paced pseudo-terminal, asked by mbpoll and by the shipped driver."""

from __future__ import annotations

import asyncio
import contextlib
import os
import termios
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from drivers.bus import Bus
from drivers.device import make_device
from drivers.errors import DriverError
from drivers.modbus import ModbusLink
from drivers.modbus_url import parse_connection
from drivers.profile import load_profile
from drivers.reading import Command
from simulators.faults import Answer
from simulators.modbus_server import TcpServer
from simulators.pty_server import PtyServer
from simulators.registers import RegisterBank, RegisterDevice
from tests.services import require
from tests.simulators.paper import Paper

KINDS = ["tcp", "rtu+tcp", "rtu"]


class Wire:
    """A meter (unit 2) and a relay board (unit 4) on one kind of wire."""

    def __init__(self, kind: str, folder: Path, baud: int = 0) -> None:
        self.kind, self.world = kind, Paper()
        self.world.values = {("meter", "voltage_v"): 230.5, ("meter", "power_w"): 1234.0}
        now = self.world.clock.now
        self.bank = RegisterBank(
            {
                2: RegisterDevice("meter", load_profile("sdm120"), {}, self.world, now),
                4: RegisterDevice("relay", load_profile("waveshare-relay-8ch"), {}, self.world, now),
            }
        )
        self.path = folder / "ttyRS485"
        if kind == "rtu":
            self.server: TcpServer | PtyServer = PtyServer(self.bank, self.path, baud)
        else:
            self.server = TcpServer(self.bank, 0, rtu_framing=kind == "rtu+tcp")

    @property
    def url(self) -> str:
        """Where it is."""
        if isinstance(self.server, PtyServer):
            return f"rtu://{self.path}?baud=9600"
        return f"{self.kind}://127.0.0.1:{self.server.port}"


@contextlib.asynccontextmanager
async def served(kind: str, folder: Path, baud: int = 0) -> AsyncIterator[Wire]:
    """The wire, open."""
    wire = Wire(kind, folder, baud)
    await wire.server.start()
    try:
        yield wire
    finally:
        await wire.server.stop()


async def mbpoll(wire: Wire, *arguments: str) -> str:
    """What the independent master says (addresses count from 0, one poll)."""
    where = ["-m", "tcp", "-p", str(wire.server.port), "127.0.0.1"] if isinstance(wire.server, TcpServer) else [
        "-m", "rtu", "-b", "9600", "-P", "none", str(wire.path)]  # fmt: skip
    # mbpoll wants its values after the device
    values = [argument for argument in arguments if not argument.startswith("-") and argument.startswith("v")]
    options = [argument for argument in arguments if argument not in values]
    process = await asyncio.create_subprocess_exec(
        require("mbpoll"), "-0", "-1", "-q", *options, *where, *(value[1:] for value in values),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    return output.decode()


@pytest.mark.parametrize("kind", ["tcp", "rtu"])
async def test_an_independent_master_reads_and_writes(kind: str, tmp_path: Path) -> None:
    """mbpoll reads the meter's floats, switches a relay by its coil, reads it back, and hears refusals and silence."""
    async with served(kind, tmp_path) as wire:
        assert "230.5" in await mbpoll(wire, "-a", "2", "-t", "3:float", "-B", "-r", "0", "-c", "1")
        assert "1234" in await mbpoll(wire, "-a", "2", "-t", "3:float", "-B", "-r", "12", "-c", "1")
        assert "Written" in await mbpoll(wire, "-a", "4", "-t", "0", "-r", "2", "v1")
        assert wire.world.told == [("relay", "switch_3", 1.0)]
        coils = await mbpoll(wire, "-a", "4", "-t", "0", "-r", "0", "-c", "8")
        assert [line.split()[-1] for line in coils.splitlines() if line.startswith("[")] == list("00100000")
        assert "Illegal data address" in await mbpoll(wire, "-a", "2", "-t", "4", "-r", "5000", "-c", "1")
        assert "timed out" in (await mbpoll(wire, "-a", "77", "-t", "4", "-r", "0", "-o", "0.2")).lower()


@pytest.mark.parametrize("kind", KINDS)
async def test_the_shipped_driver_sees_what_the_loopback_shows(kind: str, tmp_path: Path) -> None:
    """Readings and commands over each kind of wire are what the registers say."""
    async with served(kind, tmp_path) as wire:
        bus = Bus(ModbusLink(parse_connection(wire.url)))
        bus.start()
        try:
            meter = make_device("meter", load_profile("sdm120"), bus, 2)
            relay = make_device("relay", load_profile("waveshare-relay-8ch"), bus, 4)
            readings = {reading.quantity: reading.value for reading in await meter.read("fast")}
            assert (readings["voltage_v"], readings["power_w"]) == (230.5, 1234.0)
            await relay.command(Command("relay", "switch_1", 1.0, 30.0))
            switches = {reading.quantity: reading.value for reading in await relay.read("fast")}
            assert (switches["switch_1"], switches["switch_2"]) == (1.0, 0.0)
            wire.bank.silent.add("meter")
            with pytest.raises(DriverError):
                await meter.read("fast")
        finally:
            await bus.stop()


@pytest.mark.serial
async def test_a_serial_line_is_no_faster_than_its_baud_rate(tmp_path: Path) -> None:
    """Ten reads of 28 registers at 9600 baud (8 bytes there, 61 back, 10 bits each) take at least 0.7 s."""
    async with served("rtu", tmp_path, baud=9600) as wire:
        bus = Bus(ModbusLink(parse_connection(wire.url)))
        bus.start()
        try:
            meter = make_device("meter", load_profile("sdm120"), bus, 2)
            await meter.read("fast")
            before, requests = time.monotonic(), wire.server.requests
            for _ in range(10):
                await meter.read("fast")
            seconds, requests = time.monotonic() - before, wire.server.requests - requests
            assert seconds >= requests * (8 + 5 + 28) * 10 / 9600
        finally:
            await bus.stop()


async def test_requests_in_any_pieces_and_in_one_piece(tmp_path: Path) -> None:
    """A TCP stream that comes byte by byte, or with three requests in one segment, is answered request by request."""
    async with served("tcp", tmp_path) as wire:
        assert isinstance(wire.server, TcpServer)
        reader, writer = await asyncio.open_connection("127.0.0.1", wire.server.port)
        request = bytes.fromhex("0001 0000 0006 02 04 0000 0002")
        for byte in request:
            writer.write(bytes((byte,)))
            await writer.drain()
        first = await reader.readexactly(13)
        assert first[:9] == bytes.fromhex("0001 0000 0007 02 04 04")
        writer.write(request * 3)
        assert await reader.readexactly(39) == first * 3
        writer.close()


async def test_garbage_ends_one_connection_only(tmp_path: Path) -> None:
    """A client that speaks something else is cut off; the others and the port stay."""
    async with served("tcp", tmp_path) as wire:
        assert isinstance(wire.server, TcpServer)
        _, good = await asyncio.open_connection("127.0.0.1", wire.server.port)
        reader, bad = await asyncio.open_connection("127.0.0.1", wire.server.port)
        bad.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" + b"\xff" * 500)
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        assert "230.5" in await mbpoll(wire, "-a", "2", "-t", "3:float", "-B", "-r", "0", "-c", "1")
        good.close()
        bad.close()


async def test_a_misbehaviour_is_between_bank_and_wire(tmp_path: Path) -> None:
    """What a fault makes of a right answer is what goes out: here nothing, and the fault has seen the answer."""
    async with served("tcp", tmp_path) as wire:
        lost: list[bytes] = []

        async def lose(answer: Answer) -> None:
            lost.append(answer.pdu)

        wire.server.fault = lose
        said = await mbpoll(wire, "-a", "2", "-t", "3:float", "-r", "0", "-o", "0.2")
        assert "timed out" in said.lower()
        assert [pdu[0] for pdu in lost] == [4]


async def test_a_taken_port_is_an_error(tmp_path: Path) -> None:
    """Opening a port that somebody has raises OSError."""
    async with served("tcp", tmp_path) as wire:
        assert isinstance(wire.server, TcpServer)
        with pytest.raises(OSError):
            await TcpServer(wire.bank, wire.server.port).start()


def open_files() -> int:
    """How many file descriptors this process has."""
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_the_link_goes_with_the_line(tmp_path: Path) -> None:
    """The path is a link while the line is served, replaces an old one, and is gone afterwards; nothing stays open."""
    path = tmp_path / "ttyRS485"
    path.symlink_to("/dev/null")
    before = open_files()
    async with served("rtu", tmp_path):
        assert str(path.readlink()).startswith("/dev/pts/")
    assert not path.is_symlink()
    assert open_files() == before


async def test_a_line_without_a_reader_does_not_end(tmp_path: Path) -> None:
    """Requests whose replies nobody reads fill the line; it loses bytes and goes on answering when somebody comes."""
    async with served("rtu", tmp_path) as wire:
        end = os.open(wire.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        from simulators.frames import rtu

        for _ in range(200):
            with contextlib.suppress(BlockingIOError):
                os.write(end, rtu(2, bytes.fromhex("04 0000 0050")))
            await asyncio.sleep(0)
        await asyncio.sleep(0.2)
        termios.tcflush(end, termios.TCIOFLUSH)  # as a master does when it opens the line
        os.close(end)
        assert "230.5" in await mbpoll(wire, "-a", "2", "-t", "3:float", "-B", "-r", "0", "-c", "1")
