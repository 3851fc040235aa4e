"""Serve a bank of registers as RTU on a pseudo-terminal, paced at its baud rate."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pty
import termios
import tty
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from drivers.line import monotonic, sleep
from drivers.transport import Table
from simulators.faults import Fault, answer_in, honest
from simulators.frames import Bank, Silent
from simulators.modbus_server import RtuLine

Format = tuple[int, int]
"""Baud rate and stop bits. The parity is not part of it: a pseudo-terminal has none, the kernel takes it away."""

BAUDS = {getattr(termios, f"B{baud}"): baud for baud in (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)}

BITS_PER_BYTE = 10
"""Start bit, eight data bits, stop bit (no parity)."""

PIECE = 4
"""Bytes that leave together: a timer cannot pace single bytes."""


@dataclass(slots=True)
class PtyServer:
    """RTU on a pseudo-terminal; ``path`` becomes a link to it. Bytes leave no faster than ``baud`` allows (0: unpaced).

    ``fault``: how it misbehaves. ``hears``: whether a unit understands what is sent in a format; who asks at another speed hears
    nothing from it.
    """

    bank: Bank
    path: Path
    baud: int = 9600
    fault: Fault = honest
    hears: Callable[[int, Format], bool] | None = None
    requests: int = 0
    _master: int = -1
    _slave: int = -1
    _line: RtuLine = field(init=False)
    _task: asyncio.Task[None] | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _away_until: float = 0.0
    _data: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)

    async def start(self) -> None:
        """Open the pair and link ``path`` to the device's end."""
        self._line = RtuLine(self.bank if self.hears is None else _Hearing(self, self.hears))
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
        for task in (self._task, *self._tasks):
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._task = None
        for end in (self._master, self._slave):
            os.close(end)
        with contextlib.suppress(FileNotFoundError):
            self.path.unlink()

    @property
    def format(self) -> Format:
        """How the other end has set the line: a pseudo-terminal's master sees it."""
        settings = termios.tcgetattr(self._master)
        return BAUDS.get(settings[5], 0), 2 if settings[2] & termios.CSTOPB else 1

    def _readable(self) -> None:
        with contextlib.suppress(OSError):
            self._data.put_nowait(os.read(self._master, 512))

    async def _serve(self) -> None:
        while True:
            data = await self._data.get()
            for reply in self._line.feed(data):
                self.requests += 1
                if monotonic() < self._away_until:
                    continue
                if self.baud:
                    await sleep(len(data) * BITS_PER_BYTE / self.baud)
                await self._answer(reply)

    async def _answer(self, frame: bytes) -> None:
        """Send it, or let it befall it what must; that goes on beside the next request."""
        if self.fault is honest:
            await self._pace(frame)
        else:
            self._begin(self.fault(answer_in(frame, True, self._pace, lambda: None, self._restart)))

    def _begin(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _restart(self, seconds: float, old_words: bytes) -> None:
        async def away() -> None:
            await sleep(seconds)
            await self._pace(old_words)

        self._away_until = monotonic() + seconds
        self._begin(away())

    async def _pace(self, frame: bytes) -> None:
        """The wire carries the bytes piece by piece."""
        if not self.baud:
            self._send(frame)
            return
        for start in range(0, len(frame), PIECE):
            piece = frame[start : start + PIECE]
            await sleep(len(piece) * BITS_PER_BYTE / self.baud)
            self._send(piece)

    def _send(self, data: bytes) -> None:
        """Nobody listens and the line is full: the bytes are lost, as on copper."""
        with contextlib.suppress(OSError):
            os.write(self._master, data)


@dataclass(slots=True)
class _Hearing:
    """The bank as it is reached in the line's present format."""

    server: PtyServer
    hears: Callable[[int, Format], bool]

    def read(self, unit: int, table: Table, address: int, count: int) -> Sequence[int]:
        """See `simulators.frames.Bank`."""
        if not self.hears(unit, self.server.format):
            raise Silent
        return self.server.bank.read(unit, table, address, count)

    def write(self, unit: int, function: int, address: int, values: Sequence[int]) -> None:
        """See `simulators.frames.Bank`."""
        if not self.hears(unit, self.server.format):
            raise Silent
        self.server.bank.write(unit, function, address, values)
