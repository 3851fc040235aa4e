"""Serve a bank of registers over real wires: Modbus TCP, RTU over TCP, and RTU on a pseudo-terminal paced at its baud rate."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pty
import termios
import tty
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from drivers.line import monotonic, sleep
from simulators.frames import Bank, Silent, answer, crc16, mbap, rtu, rtu_request_size

BITS_PER_BYTE = 10
"""Start bit, eight data bits, stop bit (no parity)."""

SILENCE_S = 0.1
"""After so long a pause an unfinished request is void (a device counts 3.5 characters; a computer may stutter longer)."""

PIECE = 4
"""Bytes that leave together: a timer cannot pace single bytes."""

Mangle = Callable[[bytes], Awaitable[bytes]]
"""A misbehaviour: what happens to a reply frame on its way out (b"" loses it)."""


async def faithful(frame: bytes) -> bytes:
    """No misbehaviour."""
    return frame


@dataclass(slots=True)
class TcpServer:
    """Modbus TCP (``rtu_framing`` False) or RTU over TCP on 127.0.0.1. ``port`` 0 picks a free one and is updated."""

    bank: Bank
    port: int = 0
    rtu_framing: bool = False
    mangle: Mangle = faithful
    host: str = "127.0.0.1"
    requests: int = 0
    _server: asyncio.Server | None = None
    _clients: set[asyncio.StreamWriter] = field(default_factory=set)

    async def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        serve = self._serve_rtu if self.rtu_framing else self._serve_tcp
        self._server = await asyncio.start_server(serve, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the port and all connections."""
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
                with contextlib.suppress(Silent):
                    reply = answer(self.bank, head[6], pdu)
                    writer.write(await self.mangle(mbap(int.from_bytes(head[:2], "big"), head[6], reply)))
                    await writer.drain()

    async def _serve_rtu(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = RtuLine(self.bank)
        async with self._client(writer):
            while data := await reader.read(512):
                for reply in line.feed(data):
                    self.requests += 1
                    writer.write(await self.mangle(reply))
                    await writer.drain()

    @contextlib.asynccontextmanager
    async def _client(self, writer: asyncio.StreamWriter):  # type: ignore[no-untyped-def]
        self._clients.add(writer)
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                yield
        finally:
            self._clients.discard(writer)
            writer.close()


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
                replies.append(rtu(frame[0], answer(self.bank, frame[0], frame[1:-2])))
        return replies


@dataclass(slots=True)
class PtyServer:
    """RTU on a pseudo-terminal; ``path`` becomes a link to it. Bytes leave no faster than ``baud`` allows (0: unpaced)."""

    bank: Bank
    path: Path
    baud: int = 9600
    mangle: Mangle = faithful
    requests: int = 0
    _master: int = -1
    _slave: int = -1
    _line: RtuLine = field(init=False)
    _task: asyncio.Task[None] | None = None
    _data: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)

    async def start(self) -> None:
        """Open the pair and link ``path`` to the device's end."""
        self._line = RtuLine(self.bank)
        self._master, self._slave = pty.openpty()
        tty.setraw(self._master, termios.TCSANOW)
        os.set_blocking(self._master, False)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            self.path.unlink()
        self.path.symlink_to(os.ttyname(self._slave))
        asyncio.get_running_loop().add_reader(self._master, self._readable)
        self._task = asyncio.create_task(self._serve(), name=f"pty {self.path.name}")

    async def stop(self) -> None:
        """Unplug: the link and both ends are gone."""
        if self._task is None:
            return
        asyncio.get_running_loop().remove_reader(self._master)
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._task = None
        for end in (self._master, self._slave):
            os.close(end)
        with contextlib.suppress(FileNotFoundError):
            self.path.unlink()

    def _readable(self) -> None:
        with contextlib.suppress(OSError):
            self._data.put_nowait(os.read(self._master, 512))

    async def _serve(self) -> None:
        while True:
            data = await self._data.get()
            for reply in self._line.feed(data):
                self.requests += 1
                frame = await self.mangle(reply)
                await self._pace(frame, len(data))

    async def _pace(self, frame: bytes, heard: int) -> None:
        """The wire carried ``heard`` bytes of the request, then carries the reply, piece by piece."""
        if not self.baud:
            self._send(frame)
            return
        await sleep(heard * BITS_PER_BYTE / self.baud)
        for start in range(0, len(frame), PIECE):
            piece = frame[start : start + PIECE]
            await sleep(len(piece) * BITS_PER_BYTE / self.baud)
            self._send(piece)

    def _send(self, data: bytes) -> None:
        """Nobody listens and the line is full: the bytes are lost, as on copper."""
        with contextlib.suppress(OSError):
            os.write(self._master, data)
