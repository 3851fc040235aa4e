"""The checking adapter against devices that misbehave, on sockets and pseudo-terminals, and against pymodbus's own server."""

from __future__ import annotations

import asyncio
import struct
import termios

import pytest
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from drivers.bus import Bus
from drivers.errors import (
    BackingOff,
    BadReply,
    Disconnected,
    DriverError,
    ExceptionReply,
    Refused,
    TimeOut,
)
from drivers.modbus import ModbusLink
from drivers.modbus_url import parse_connection
from drivers.transport import Read, Table, Timing, Write
from simulators.frames import mbap, rtu
from tests.drivers import rogue as r
from tests.drivers.conftest import MakeBus, MakeRogue
from tests.fixtures_serial import SerialCable
from tests.services import free_port

KINDS = ("tcp", "rtu+tcp", "rtu")
FAST = Timing(timeout_s=0.12)
FAULTS = {
    "late": r.late(0.15), "later": r.late(0.2), "silent": r.silent, "short": r.short, "long": r.long,
    "odd": r.wrong_count, "function": r.wrong_function, "unit": r.wrong_unit, "garbage_first": r.garbage_first,
    "garbage": r.garbage, "split": r.slow(1, 0.001), "doubled": r.doubled(0), "doubled_soon": r.doubled(0.002),
    "chattering": r.doubled(0.003, 6),
    "checksum": r.broken, "closes": r.closes, "half": r.half_then_closes, "empty": r.empty,
    "exc1": r.refusing(1), "exc2": r.refusing(2), "exc4": r.refusing(4), "exc6": r.refusing(6), "exc11": r.refusing(11),
}  # fmt: skip


async def outcome(bus: Bus, address: int, count: int = 2) -> tuple[int, ...] | DriverError:
    """The values, or the error, of one read of holding registers of unit 3; waits out the back-off and the reconnecting."""
    for _ in range(200):
        if bus.status().lost is not None and not bus.status().connected:
            await asyncio.sleep(0.02)
            continue
        try:
            return tuple(await bus.read(Read(3, Table.HOLDING, address, count), timing=FAST))
        except BackingOff:
            await asyncio.sleep(0.02)
        except DriverError as error:
            return error
    raise AssertionError("backed off for ever")


@pytest.mark.serial  # faults are told apart by milliseconds on lines without transaction numbers
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", FAULTS)
async def test_no_fault_delivers_a_wrong_value(
    name: str, kind: str, make_rogue: MakeRogue, make_bus: MakeBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever one reply does, each read ends in the right values or a DriverError, and the bus is right again afterwards."""
    monkeypatch.setattr("drivers.bus_units.BACK_OFF_S", (0.02,))
    device = await make_rogue(kind)
    device.faults = [FAULTS[name]]
    bus = make_bus(device.url)
    results = []
    for address in (100, 200, 300, 400):
        got = await outcome(bus, address)
        assert isinstance(got, DriverError) or got == (address, address + 1)
        results.append(got)
    assert results[-1] == (400, 401)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_late_reply_is_never_the_next_answer_even_after_many(
    kind: str, make_rogue: MakeRogue, make_bus: MakeBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten late replies in a row shift nothing: every value that is delivered belongs to its address."""
    monkeypatch.setattr("drivers.bus_units.BACK_OFF_S", (0.0,))
    device = await make_rogue(kind)
    device.faults = [r.late(0.14), r.honest] * 5
    bus = make_bus(device.url)
    right = 0
    for address in range(100, 1100, 100):
        got = await outcome(bus, address)
        assert isinstance(got, TimeOut) or got == (address, address + 1)
        right += got == (address, address + 1)
    assert right == 5


@pytest.mark.parametrize(
    ("fault", "kind", "error", "text"),
    [
        (r.short, "tcp", BadReply, "expected 4"),
        (r.short, "rtu", BadReply, "expected 4"),
        (r.wrong_function, "tcp", BadReply, "instead of 3"),
        (r.wrong_function, "rtu+tcp", BadReply, "instead of 3"),
        (r.wrong_unit, "tcp", BadReply, "unit 4 answered instead of 3"),
        (r.wrong_count, "tcp", BadReply, "expected 4"),
        (r.garbage, "tcp", BadReply, "no Modbus TCP header"),
        (r.wrong_transaction, "tcp", TimeOut, "no answer within 0.12 s"),
        (r.zero_transaction, "tcp", TimeOut, "no answer within 0.12 s"),
        (r.wrong_unit, "rtu", TimeOut, "no answer within 0.12 s"),
        (r.wrong_unit, "rtu+tcp", TimeOut, "no answer within 0.12 s"),
        (r.silent, "rtu", TimeOut, "no answer within 0.12 s"),
        (r.closes, "tcp", Disconnected, "closed"),
        (r.refusing(2), "tcp", ExceptionReply, "illegal data address"),
        (r.refusing(4), "rtu", ExceptionReply, "device failure"),
        (r.refusing(6), "rtu+tcp", ExceptionReply, "device busy"),
        (r.refusing(11), "tcp", ExceptionReply, "gateway target silent"),
    ],
)  # fmt: skip
async def test_the_error_names_who_what_and_why(
    fault: r.Fault, kind: str, error: type[DriverError], text: str, make_rogue: MakeRogue, make_bus: MakeBus
) -> None:
    """Each fault is told as its own error with unit, registers and bus in its text."""
    device = await make_rogue(kind)
    device.faults = [fault]
    got = await outcome(make_bus(device.url), 100)
    assert isinstance(got, error)
    assert text in str(got)
    assert "unit 3, holding 100..101" in str(got)
    assert device.url.split("?")[0] in str(got)
    assert got.key.startswith("driver.")


async def test_a_socket_closed_in_mid_request_is_told_at_once(
    make_rogue: MakeRogue, make_bus: MakeBus
) -> None:
    """A close ends the waiting request in well under its time-out."""
    device = await make_rogue("tcp")
    device.faults = [r.closes]
    bus = make_bus(device.url)
    loop = asyncio.get_running_loop()
    started = loop.time()
    with pytest.raises(Disconnected):
        await bus.read(Read(3, Table.HOLDING, 1, 1), timing=Timing(timeout_s=5.0))
    assert loop.time() - started < 1.0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "write",
    [
        Write(3, 5, 0x200, (7,)),
        Write(3, 5, 1, (0xFF00,)),
        Write(3, 6, 9, (0xFFFF,)),
        Write(3, 16, 5, (1, 2, 3)),
        Write(3, 15, 5, (1, 0, 1, 1, 0, 0, 0, 0, 1)),
    ],
)
async def test_a_write_is_sent_once_and_its_echo_checked(
    kind: str, write: Write, make_rogue: MakeRogue, make_bus: MakeBus
) -> None:
    """A right echo is success; a wrong echo, a wrong function and silence are errors, and nothing is ever sent twice."""
    device = await make_rogue(kind)
    bus = make_bus(device.url)
    await bus.write(write, timing=FAST)
    for fault in (r.wrong_echo, r.wrong_function, r.silent):
        device.faults = [fault]
        with pytest.raises((BadReply, TimeOut)):
            await bus.write(write, timing=FAST)
    assert len(device.asked) == 4
    assert len({pdu for _, pdu in device.asked}) == 1


async def test_fc5_carries_any_value(make_rogue: MakeRogue, make_bus: MakeBus) -> None:
    """The timed-on of the Waveshare board goes out as its wiki prints it: 01 05 02 00 00 07, checksum 8D B0."""
    device = await make_rogue("rtu+tcp")
    await make_bus(device.url).write(Write(1, 5, 0x200, (7,)), timing=FAST)
    assert rtu(*device.asked[0]) == bytes.fromhex("01 05 02 00 00 07 8D B0")


@pytest.mark.parametrize(
    "request_",
    [
        Read(1, Table.HOLDING, 0, 126), Read(1, Table.COIL, 0, 2001), Read(1, Table.HOLDING, 65535, 2),
        Read(1, Table.INPUT, 0, 0), Read(256, Table.HOLDING, 0, 1), Read(1, Table.HOLDING, -1, 1),
        Write(1, 6, 0, (-5,)), Write(1, 6, 0, (70000,)), Write(1, 16, 0, (0,) * 124), Write(1, 6, 0, ()),
        Write(1, 15, 0, (2,)), Write(1, 6, 0, (1, 2)), Write(1, 0, 0, ()), Write(1, 16, 65535, (1, 2)),
    ],
)  # fmt: skip
async def test_impossible_requests_are_refused_before_a_byte_is_sent(
    request_: Read | Write, make_rogue: MakeRogue, make_bus: MakeBus
) -> None:
    """Values that the library would crash on, or send, are refused with the register named."""
    device = await make_rogue("tcp")
    bus = make_bus(device.url)
    asked = bus.read(request_) if isinstance(request_, Read) else bus.write(request_)
    with pytest.raises(Refused, match="out of range"):
        await asked
    assert device.asked == []


async def test_against_the_librarys_own_server(make_bus: MakeBus) -> None:
    """Four tables and four write functions agree with pymodbus's simulator, an independent implementation of the server."""
    port = free_port()
    words = [SimData(0, values=list(range(1000, 1050)), datatype=DataType.REGISTERS)]
    bits = [SimData(0, values=[True, False, False, True] * 4, datatype=DataType.BITS)]
    tables = (bits, [SimData(0, values=[False, True] * 8, datatype=DataType.BITS)], words, words)
    server = ModbusTcpServer([SimDevice(3, simdata=tables)], address=("127.0.0.1", port))
    await server.serve_forever(background=True)
    try:
        bus = make_bus(f"tcp://127.0.0.1:{port}")
        assert tuple(await bus.read(Read(3, Table.HOLDING, 5, 3))) == (1005, 1006, 1007)
        assert tuple(await bus.read(Read(3, Table.INPUT, 0, 1))) == (1000,)
        assert tuple(await bus.read(Read(3, Table.COIL, 0, 5))) == (1, 0, 0, 1, 1)
        assert tuple(await bus.read(Read(3, Table.DISCRETE, 1, 3))) == (1, 0, 1)
        await bus.write(Write(3, 6, 7, (65535,)))
        await bus.write(Write(3, 16, 8, (1, 2)))
        await bus.write(Write(3, 5, 2, (0xFF00,)))
        await bus.write(Write(3, 15, 3, (0, 0, 1)))
        assert tuple(await bus.read(Read(3, Table.HOLDING, 7, 3))) == (65535, 1, 2)
        assert tuple(await bus.read(Read(3, Table.COIL, 2, 4))) == (1, 0, 0, 1)
    finally:
        await server.shutdown()


async def test_a_serial_cable_to_the_librarys_own_server(
    serial_cable: SerialCable, make_bus: MakeBus
) -> None:
    """RTU over two pseudo-terminals against pymodbus's serial server, and again after the cable was pulled and put back."""
    words = [SimData(0, values=list(range(1000, 1125)), datatype=DataType.REGISTERS)]

    async def serve() -> ModbusSerialServer:
        server = ModbusSerialServer(SimDevice(3, simdata=words), port=str(serial_cable.b), baudrate=115200)
        await server.serve_forever(background=True)
        return server

    server = await serve()
    bus = make_bus(f"rtu://{serial_cable.a}?baud=115200")
    assert tuple(await bus.read(Read(3, Table.HOLDING, 0, 125))) == tuple(range(1000, 1125))
    await bus.write(Write(3, 16, 100, (7, 8)))
    assert tuple(await bus.read(Read(3, Table.HOLDING, 99, 4))) == (1099, 7, 8, 1102)
    await server.shutdown()
    serial_cable.kill()
    with pytest.raises(Disconnected):
        await bus.read(Read(3, Table.HOLDING, 0, 1))
    serial_cable.start()
    server = await serve()
    try:
        await asyncio.sleep(1.0)
        assert tuple(await bus.read(Read(3, Table.HOLDING, 5, 2))) == (1005, 1006)
    finally:
        await server.shutdown()


async def test_a_pulled_serial_port_fails_at_once_and_comes_back(
    make_rogue: MakeRogue, make_bus: MakeBus
) -> None:
    """An unplugged adapter ends the request as disconnected, not after the time-out of one day."""
    device = await make_rogue("rtu")
    bus = make_bus(device.url)
    assert await outcome(bus, 100) == (100, 101)
    device.faults = [r.silent]
    asking = asyncio.create_task(bus.read(Read(3, Table.HOLDING, 1, 1), timing=Timing(timeout_s=5.0)))
    await asyncio.sleep(0.05)
    await device.stop()
    with pytest.raises(Disconnected):
        await asyncio.wait_for(asking, 1.0)


@pytest.mark.parametrize("parity", ["N", "E", "O"])
async def test_a_pseudo_terminal_is_opened_whatever_the_parity(
    parity: str, make_rogue: MakeRogue, make_bus: MakeBus
) -> None:
    """socat and serial servers give pseudo-terminals, which know no parity: 8E1 works there too."""
    device = await make_rogue("rtu")
    bus = make_bus(f"{device.url.partition('?')[0]}?baud=9600&parity={parity}")
    assert await outcome(bus, 100) == (100, 101)


async def test_a_port_that_refuses_its_settings_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """An adapter that cannot do the wanted settings ends as disconnected with the system's words, not as a surprise."""

    async def refuse(*_: object) -> bool:
        raise termios.error(22, "Invalid argument")

    monkeypatch.setattr("drivers.modbus.AsyncModbusSerialClient.connect", refuse)
    link = ModbusLink(parse_connection("rtu:///dev/ttyUSB0"), connect_timeout_s=0.5)
    with pytest.raises(Disconnected, match="Invalid argument"):
        await link.connect()


async def test_the_reason_of_a_failed_connect_is_the_systems_own() -> None:
    """Refused, missing and forbidden are told apart: the technician needs to know which."""
    for url, text in (
        (f"tcp://127.0.0.1:{free_port()}", "refused"),
        ("rtu:///dev/no-such-port", "No such file"),
    ):
        link = ModbusLink(parse_connection(url), connect_timeout_s=0.5)
        with pytest.raises(Disconnected, match=text):
            await link.connect()
        assert not link.connected


@pytest.mark.parametrize("kind", KINDS)
def test_frames_survive_every_split(kind: str) -> None:
    """However the stream is cut into chunks, the same answer comes out (200 cuts of a reply behind noise)."""
    from drivers.modbus_frames import MbapInbox, RtuInbox, values_of

    request = Read(3, Table.HOLDING, 100, 4)
    pdu = r.right_answer(3, struct.pack(">BHH", 3, 100, 4))
    noise = b"" if kind == "tcp" else b"\x03\x03\x00"
    stream = noise + (rtu(3, pdu) if kind != "tcp" else mbap(9, 3, pdu))
    for cut in range(1, len(stream)):
        for second in range(cut, len(stream)):
            inbox = RtuInbox() if kind != "tcp" else MbapInbox()
            inbox.begin(request)
            chunks = (stream[:cut], stream[cut:second], stream[second:])
            answers = [inbox.feed(c) if isinstance(inbox, RtuInbox) else inbox.feed(c, 9) for c in chunks]
            found = [answer for answer in answers if answer]
            assert [values_of(request, pdu) for pdu in found] == [(100, 101, 102, 103)]
