"""Serve a bank of registers as RTU on a pseudo-terminal, paced at its baud rate."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pty
import termios
import tty
from dataclasses import dataclass, field
from pathlib import Path

from drivers.line import sleep
from simulators.frames import Bank
from simulators.modbus_server import Mangle, RtuLine, faithful

BITS_PER_BYTE = 10
"""Start bit, eight data bits, stop bit (no parity)."""

PIECE = 4
"""Bytes that leave together: a timer cannot pace single bytes."""


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
