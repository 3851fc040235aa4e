"""Serve a bank of registers over sockets: Modbus TCP and RTU over TCP."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Literal

from drivers.line import monotonic, sleep
from simulators.faults import Fault, answer_in, honest
from simulators.frames import Bank, Garbled, Silent, answer, crc16, mbap, rtu, rtu_request_size

SILENCE_S = 0.1
"""After so long a pause an unfinished request is void (a device counts 3.5 characters; a computer may stutter longer)."""

Extra = Literal["served", "closed", "mute"]


@dataclass(slots=True)
class TcpServer:
    """Modbus TCP (``rtu_framing`` False) or RTU over TCP on 127.0.0.1. ``port`` 0 picks a free one and is updated.

    ``fault``: how it misbehaves. ``extra``: what becomes of a second client: served too, closed at once, or left waiting without
    a word.
    """

    bank: Bank
    port: int = 0
    rtu_framing: bool = False
    fault: Fault = honest
    host: str = "127.0.0.1"
    extra: Extra = "served"
    requests: int = 0
    connections: int = 0
    _server: asyncio.Server | None = None
    _clients: set[asyncio.StreamWriter] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _old_words: bytes = b""

    async def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        self._server = await asyncio.start_server(self._serve, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the port and all connections."""
        for task in self._tasks:
            task.cancel()
        self._close()

    def _close(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for client in list(self._clients):
            client.close()
        self._server = None

    async def _serve_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with self._client(writer):
            while True:
                head = await reader.readexactly(7)
                size = int.from_bytes(head[4:6], "big") - 1
                if not 1 <= size <= 253:
                    return
                pdu = await reader.readexactly(size)
                self.requests += 1
                with contextlib.suppress(Silent, Garbled):
                    reply = answer(self.bank, head[6], pdu)
                    await self._answer(mbap(int.from_bytes(head[:2], "big"), head[6], reply), writer)

    async def _serve_rtu(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = RtuLine(self.bank)
        async with self._client(writer):
            while data := await reader.read(512):
                for reply in line.feed(data):
                    self.requests += 1
                    await self._answer(reply, writer)

    async def _answer(self, frame: bytes, writer: asyncio.StreamWriter) -> None:
        """Send it, or let it befall it what must; that goes on beside the next request."""

        async def send(data: bytes) -> None:
            with contextlib.suppress(ConnectionError):
                writer.write(data)
                await writer.drain()

        if self.fault is honest:
            await send(frame)
            return
        reply = answer_in(frame, self.rtu_framing, send, writer.close, self._restart)
        self._begin(self.fault(reply))

    def _begin(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _restart(self, seconds: float, old_words: bytes) -> None:
        async def away() -> None:
            await sleep(seconds)
            self._old_words = old_words
            await self.start()

        if self._server is not None:
            self._close()
            self._begin(away())

    @contextlib.asynccontextmanager
    async def _client(self, writer: asyncio.StreamWriter):  # type: ignore[no-untyped-def]
        self._clients.add(writer)
        if self._old_words:
            writer.write(self._old_words)
            self._old_words = b""
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                yield
        finally:
            self._clients.discard(writer)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self._clients and self.extra != "served":
            async with self._client(writer):
                if self.extra == "mute":
                    await reader.read()
        elif self.rtu_framing:
            await self._serve_rtu(reader, writer)
        else:
            await self._serve_tcp(reader, writer)


@dataclass(slots=True)
class RtuLine:
    """Cuts a byte stream into request frames; anything that is no frame is thrown away."""

    bank: Bank
    _buffer: bytes = b""
    _heard_at: float = 0.0

    def feed(self, data: bytes) -> list[bytes]:
        """The reply frames for the requests that ``data`` completes."""
        now = monotonic()
        self._buffer = data if now - self._heard_at > SILENCE_S else self._buffer + data
        self._heard_at = now
        replies = []
        while (size := rtu_request_size(self._buffer)) is not None and len(self._buffer) >= size:
            frame, self._buffer = self._buffer[:size], self._buffer[size:]
            if crc16(frame[:-2]) != frame[-2:]:
                self._buffer = b""
                break
            with contextlib.suppress(Silent):
                replies.append(self._reply(frame))
        return replies

    def _reply(self, frame: bytes) -> bytes:
        """What the line carries as the answer. Raises Silent."""
        try:
            return rtu(frame[0], answer(self.bank, frame[0], frame[1:-2]))
        except Garbled:
            return bytes(byte ^ 0x5A for byte in frame[:-1])
