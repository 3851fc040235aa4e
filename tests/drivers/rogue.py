"""A Modbus device that misbehaves on purpose, on a real socket or pseudo-terminal.

Honest by default: every register holds its own address, so a value delivered for the wrong register shows. A test gives
faults; each request takes the next one, and is answered honestly when none is left.
"""

from __future__ import annotations

import asyncio
import os
import pty
import struct
import tty
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pymodbus.framer.rtu import FramerRTU

Send = Callable[[bytes], None]


@dataclass
class Ask:
    """One request as it came, and how to send raw bytes back."""

    tid: int
    unit: int
    pdu: bytes
    rtu: bool
    send: Send
    close: Callable[[], None]

    def frame(self, pdu: bytes, *, unit: int | None = None, tid: int | None = None) -> bytes:
        """``pdu`` framed as a right answer, or with another unit or transaction number."""
        unit = self.unit if unit is None else unit
        if self.rtu:
            body = bytes((unit,)) + pdu
            return body + FramerRTU.compute_CRC(body).to_bytes(2, "big")
        return struct.pack(">HHHB", self.tid if tid is None else tid, 0, len(pdu) + 1, unit) + pdu

    @property
    def honest(self) -> bytes:
        """The PDU of a right answer."""
        function = self.pdu[0]
        if function in (5, 6, 15, 16):
            return self.pdu[:5]
        address, count = struct.unpack(">HH", self.pdu[1:5])
        if function in (1, 2):
            bits = sum(((address + i) & 1) << i for i in range(count))
            data = bits.to_bytes((count + 7) // 8, "little")
        else:
            data = struct.pack(f">{count}H", *((address + i) & 0xFFFF for i in range(count)))
        return bytes((function, len(data))) + data


Fault = Callable[[Ask], Awaitable[None]]


async def honest(ask: Ask) -> None:
    ask.send(ask.frame(ask.honest))


def late(seconds: float) -> Fault:
    async def fault(ask: Ask) -> None:
        await asyncio.sleep(seconds)
        ask.send(ask.frame(ask.honest))

    return fault


async def silent(ask: Ask) -> None:
    pass


async def short(ask: Ask) -> None:
    """One register too few, consistent in itself."""
    pdu = ask.honest
    ask.send(ask.frame(bytes((pdu[0], pdu[1] - 2)) + pdu[2:-2]))


async def long(ask: Ask) -> None:
    pdu = ask.honest
    ask.send(ask.frame(bytes((pdu[0], pdu[1] + 2)) + pdu[2:] + b"\x12\x34"))


async def odd_count_byte(ask: Ask) -> None:
    """The count byte says one byte more than there are whole registers: the library would take it."""
    pdu = ask.honest
    ask.send(ask.frame(bytes((pdu[0], pdu[1] + 1)) + pdu[2:] + b"\x07"))


async def wrong_function(ask: Ask) -> None:
    pdu = ask.honest
    ask.send(ask.frame(bytes((pdu[0] ^ 7,)) + pdu[1:]))


async def wrong_unit(ask: Ask) -> None:
    ask.send(ask.frame(ask.honest, unit=ask.unit + 1))


async def garbage_first(ask: Ask) -> None:
    ask.send(b"\x00\x01\xfe\x03\x02" + ask.frame(ask.honest))


async def garbage(ask: Ask) -> None:
    ask.send(bytes(range(7, 60)))


async def split(ask: Ask) -> None:
    for byte in ask.frame(ask.honest):
        ask.send(bytes((byte,)))
        await asyncio.sleep(0.001)


async def doubled(ask: Ask) -> None:
    ask.send(ask.frame(ask.honest) * 2)


async def doubled_soon(ask: Ask) -> None:
    ask.send(ask.frame(ask.honest))
    await asyncio.sleep(0.002)
    ask.send(ask.frame(ask.honest))


async def chattering(ask: Ask) -> None:
    """The same answer six times, 3 ms apart."""
    for _ in range(6):
        ask.send(ask.frame(ask.honest))
        await asyncio.sleep(0.003)


async def broken_checksum(ask: Ask) -> None:
    frame = ask.frame(ask.honest)
    ask.send(frame[:-1] + bytes((frame[-1] ^ 0x55,)) if ask.rtu else frame[:4] + b"\xff\xff" + frame[6:])


async def wrong_transaction(ask: Ask) -> None:
    ask.send(ask.frame(ask.honest, tid=(ask.tid + 7) & 0xFFFF))


async def zero_transaction(ask: Ask) -> None:
    ask.send(ask.frame(ask.honest, tid=0))


async def closes(ask: Ask) -> None:
    ask.close()


async def half_then_closes(ask: Ask) -> None:
    ask.send(ask.frame(ask.honest)[:5])
    await asyncio.sleep(0.005)
    ask.close()


async def wrong_echo(ask: Ask) -> None:
    pdu = ask.honest
    ask.send(ask.frame(pdu[:-1] + bytes((pdu[-1] ^ 1,))))


async def empty(ask: Ask) -> None:
    """Not even a function code."""
    ask.send(ask.frame(b""))


def exception(code: int) -> Fault:
    async def fault(ask: Ask) -> None:
        ask.send(ask.frame(bytes((ask.pdu[0] | 0x80, code))))

    return fault


class Rogue:
    """The device. ``kind`` as in connection URLs; ``asked`` lists (unit, pdu) of every request it saw."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.faults: list[Fault] = []
        self.by_unit: dict[int, Fault] = {}
        self.asked: list[tuple[int, bytes]] = []
        self.connections = 0
        self.url = ""
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._fds: tuple[int, ...] = ()

    async def start(self, port: int = 0) -> None:
        if self.kind == "rtu":
            self._open_pty()
            return
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"{self.kind}://127.0.0.1:{self.port}"

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        for writer in self._writers:
            writer.close()
        self._writers.clear()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None
        if self._fds:
            asyncio.get_running_loop().remove_reader(self._fds[0])
            for fd in self._fds:
                os.close(fd)
            self._fds = ()
        await asyncio.sleep(0)

    def _open_pty(self) -> None:
        master, slave = pty.openpty()
        tty.setraw(master)
        tty.setraw(slave)
        self._fds = (master, slave)
        self.url = f"rtu://{os.ttyname(slave)}?baud=115200"
        buffer = bytearray()

        def ready() -> None:
            buffer.extend(os.read(master, 1024))
            self._cut(buffer, lambda data: void(os.write(master, data)), lambda: None)

        asyncio.get_running_loop().add_reader(master, ready)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.append(writer)
        buffer = bytearray()
        try:
            while data := await reader.read(1024):
                buffer.extend(data)
                self._cut(buffer, writer.write, writer.close)
        except ConnectionError:
            pass
        finally:
            writer.close()

    def _cut(self, buffer: bytearray, send: Send, close: Callable[[], None]) -> None:
        while len(buffer) >= 8:
            if self.kind == "tcp":
                tid, _, length, unit = struct.unpack(">HHHB", buffer[:7])
                size, pdu = 6 + length, bytes(buffer[7 : 6 + length])
            else:
                size = 9 + buffer[6] if buffer[1] in (15, 16) else 8
                tid, unit, pdu = 0, buffer[0], bytes(buffer[1 : size - 2])
            if len(buffer) < size:
                return
            del buffer[:size]
            self._answer(Ask(tid, unit, pdu, self.kind != "tcp", send, close))

    def _answer(self, ask: Ask) -> None:
        self.asked.append((ask.unit, ask.pdu))
        fault = self.by_unit.get(ask.unit) or (self.faults.pop(0) if self.faults else honest)
        task = asyncio.create_task(fault(ask))  # type: ignore[arg-type]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def void(_: object) -> None:
    """Drop a result."""
