"""A Modbus device that misbehaves on purpose, on a real socket or pseudo-terminal.

Honest by default: every register holds its own address (or what ``words`` says), so a value delivered for the wrong register
shows. A test gives faults; each request takes the next one, and is answered honestly when none is left.
"""

from __future__ import annotations

import asyncio
import os
import pty
import struct
import tty
from collections.abc import Awaitable, Callable, Sequence

from simulators.faults import (
    Answer,
    Fault,
    broken,
    doubled,
    garbage,
    half_then_closes,
    honest,
    late,
    long,
    refusing,
    short,
    silent,
    slow,
    wrong_count,
    wrong_function,
    wrong_unit,
)

__all__ = [
    "Answer", "Fault", "broken", "doubled", "garbage", "half_then_closes", "honest", "late", "long", "refusing", "short",
    "silent", "slow", "wrong_count", "wrong_function", "wrong_unit",
]  # fmt: skip

Words = Callable[[int, int, int], Sequence[int]]
"""(unit, address, count) -> the words that are read there now."""


async def garbage_first(answer: Answer) -> None:
    await answer.send(b"\x00\x01\xfe\x03\x02" + answer.frame(answer.pdu))


async def wrong_transaction(answer: Answer) -> None:
    await answer.send(answer.frame(answer.pdu, tid=(answer.tid + 7) & 0xFFFF))


async def zero_transaction(answer: Answer) -> None:
    await answer.send(answer.frame(answer.pdu, tid=0))


async def closes(answer: Answer) -> None:
    answer.close()


async def wrong_echo(answer: Answer) -> None:
    await answer.say(answer.pdu[:-1] + bytes((answer.pdu[-1] ^ 1,)))


async def empty(answer: Answer) -> None:
    """Not even a function code."""
    await answer.say(b"")


def address_words(unit: int, address: int, count: int) -> Sequence[int]:
    """Every register holds its address."""
    return [(address + i) & 0xFFFF for i in range(count)]


def right_answer(unit: int, pdu: bytes, words: Words = address_words) -> bytes:
    """The PDU that answers the request ``pdu``; bits are the lowest bits of their words."""
    function = pdu[0]
    if function in (5, 6, 15, 16):
        return pdu[:5]
    address, count = struct.unpack(">HH", pdu[1:5])
    values = words(unit, address, count)
    if function in (1, 2):
        bits = sum((word & 1) << i for i, word in enumerate(values))
        data = bits.to_bytes((count + 7) // 8, "little")
    else:
        data = struct.pack(f">{count}H", *values)
    return bytes((function, len(data))) + data


class Rogue:
    """The device. ``kind`` as in connection URLs; ``asked`` lists (unit, pdu) of every request it saw.

    ``replies``: units that answer in their own way (None: not at all). A request takes the next of ``faults``, else that of its
    unit in ``by_unit``, else ``always``. ``in_order``: one answer after the other, however late, as from a single device or
    through a network that stalls; else each goes its own way.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.faults: list[Fault] = []
        self.by_unit: dict[int, Fault] = {}
        self.always: Fault = honest
        self.words: Words = address_words
        self.replies: dict[int, Callable[[bytes], bytes | None]] = {}
        self.asked: list[tuple[int, bytes]] = []
        self.asked_at: list[float] = []
        self.in_order = False
        self.connections = 0
        self.url = ""
        self.port = 0
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Future[None]] = set()
        self._newest: asyncio.Future[None] | None = None
        self._fds: tuple[int, ...] = ()
        self._deaf = False
        self._old_words = b""

    async def start(self, port: int = 0) -> None:
        if self.kind == "rtu":
            self._open_pty()
            return
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"{self.kind}://127.0.0.1:{self.port}"

    async def stop(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._close()
        if self._fds:
            asyncio.get_running_loop().remove_reader(self._fds[0])
            for fd in self._fds:
                os.close(fd)
            self._fds = ()
        await asyncio.sleep(0)

    async def _close(self) -> None:
        writers, self._writers = self._writers, []
        for writer in writers:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)
        server, self._server = self._server, None
        if server is not None:
            server.close()
            await server.wait_closed()

    def _restart(self, seconds: float, old_words: bytes) -> None:
        if not self._deaf:
            self._deaf = True
            self._begin(self._away(seconds, old_words))

    async def _away(self, seconds: float, old_words: bytes) -> None:
        await self._close()
        await asyncio.sleep(seconds)
        self._deaf, self._old_words = False, old_words
        if self.kind == "rtu":
            self._write(old_words)
        else:
            await self.start(self.port)

    def _open_pty(self) -> None:
        master, slave = pty.openpty()
        tty.setraw(master)
        tty.setraw(slave)
        os.set_blocking(master, False)
        self._fds = (master, slave)
        self.url = f"rtu://{os.ttyname(slave)}?baud=115200"
        buffer = bytearray()

        async def send(data: bytes) -> None:
            self._write(data)

        def ready() -> None:
            buffer.extend(os.read(master, 1024))
            self._cut(buffer, send, lambda: None)

        asyncio.get_running_loop().add_reader(master, ready)

    def _write(self, data: bytes) -> None:
        if self._fds:
            os.write(self._fds[0], data)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.append(writer)
        buffer = bytearray()
        writer.write(self._old_words)
        self._old_words = b""

        async def send(data: bytes) -> None:
            if not writer.is_closing():
                writer.write(data)

        try:
            while data := await reader.read(1024):
                buffer.extend(data)
                self._cut(buffer, send, writer.close)
        except ConnectionError:
            pass
        finally:
            writer.close()

    def _cut(
        self, buffer: bytearray, send: Callable[[bytes], Awaitable[None]], close: Callable[[], None]
    ) -> None:
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
            self._heard(unit, pdu)
            own = self.replies.get(unit)
            reply = right_answer(unit, pdu, self.words) if own is None else own(pdu)
            if reply is not None and not self._deaf:
                self._answer(Answer(tid, unit, reply, self.kind != "tcp", send, close, self._restart))

    def _heard(self, unit: int, pdu: bytes) -> None:
        self.asked.append((unit, pdu))
        self.asked_at.append(asyncio.get_running_loop().time())

    def _answer(self, answer: Answer) -> None:
        fault = self.faults.pop(0) if self.faults else self.by_unit.get(answer.unit, self.always)
        self._begin(self._after(self._newest, fault, answer) if self.in_order else fault(answer))

    async def _after(self, other: asyncio.Future[None] | None, fault: Fault, answer: Answer) -> None:
        if other is not None:
            await asyncio.wait([other])
        await fault(answer)

    def _begin(self, work: Awaitable[None]) -> None:
        task = self._newest = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
