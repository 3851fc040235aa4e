"""Devices and gateways that misbehave, on real wires: what becomes of a right answer on its way out.

A server hands every answer to a ``Fault`` and lets it do what it likes. ``FAULTS`` has them by name, for `tirta-sim serve --fault`;
tests build their own from the functions. They are seen on copper: late and doubled answers, cheap gateways that restart, two
devices on one address, worn transceivers that lose bits.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from drivers.line import sleep
from simulators.frames import mbap, rtu


@dataclass(slots=True)
class Answer:
    """The right answer to one request: ``unit`` and ``pdu``, ``tid`` on TCP (without meaning where ``rtu``).

    ``send`` puts raw bytes on the wire, ``close`` ends the connection, ``restart`` is gone for some seconds and says some old
    bytes first when it is back (a serial line has no connection: it is deaf so long).
    """

    tid: int
    unit: int
    pdu: bytes
    rtu: bool
    send: Callable[[bytes], Awaitable[None]]
    close: Callable[[], None]
    restart: Callable[[float, bytes], None]

    def frame(self, pdu: bytes, *, unit: int | None = None, tid: int | None = None) -> bytes:
        """``pdu`` framed as this answer, or as one of another unit or transaction."""
        unit = self.unit if unit is None else unit
        return rtu(unit, pdu) if self.rtu else mbap(self.tid if tid is None else tid, unit, pdu)

    async def say(self, pdu: bytes | None = None) -> None:
        """Send the answer, or another PDU in its place."""
        await self.send(self.frame(self.pdu if pdu is None else pdu))


Fault = Callable[[Answer], Awaitable[None]]


async def honest(answer: Answer) -> None:
    """No misbehaviour."""
    await answer.say()


async def silent(answer: Answer) -> None:
    """Lost."""


def late(seconds: float) -> Fault:
    """Later than it is waited for; the next question may be on the wire already."""

    async def fault(answer: Answer) -> None:
        await sleep(seconds)
        await answer.say()

    return fault


def slow(bytes_: int, seconds: float) -> Fault:
    """Piece by piece."""

    async def fault(answer: Answer) -> None:
        frame = answer.frame(answer.pdu)
        for start in range(0, len(frame), bytes_):
            await answer.send(frame[start : start + bytes_])
            await sleep(seconds)

    return fault


def doubled(seconds: float, copies: int = 2) -> Fault:
    """The answer again and again, so many seconds apart (0: in one piece)."""

    async def fault(answer: Answer) -> None:
        frame = answer.frame(answer.pdu)
        if not seconds:
            await answer.send(frame * copies)
            return
        for _ in range(copies):
            await answer.send(frame)
            await sleep(seconds)

    return fault


async def short(answer: Answer) -> None:
    """One register too few, consistent in itself; a write's echo cut short."""
    pdu = answer.pdu
    await answer.say(bytes((pdu[0], max(0, pdu[1] - 2))) + pdu[2:-2])


async def long(answer: Answer) -> None:
    """One register too many."""
    pdu = answer.pdu
    await answer.say(bytes((pdu[0], (pdu[1] + 2) & 0xFF)) + pdu[2:] + b"\x12\x34")


async def wrong_count(answer: Answer) -> None:
    """The count byte says one more than there are whole registers, and so many bytes come."""
    pdu = answer.pdu
    await answer.say(bytes((pdu[0], (pdu[1] + 1) & 0xFF)) + pdu[2:] + b"\x07")


async def wrong_function(answer: Answer) -> None:
    """The answer to another question: function 4 for 3 and the like."""
    await answer.say(bytes((answer.pdu[0] ^ 7,)) + answer.pdu[1:])


async def wrong_unit(answer: Answer) -> None:
    """A neighbour answers."""
    await answer.send(answer.frame(answer.pdu, unit=(answer.unit + 1) & 0xFF))


async def garbage(answer: Answer) -> None:
    """Bytes, but no frame."""
    await answer.send(bytes(range(7, 60)))


async def broken(answer: Answer) -> None:
    """A wrong checksum; on TCP a wrong length."""
    frame = answer.frame(answer.pdu)
    await answer.send(
        frame[:-1] + bytes((frame[-1] ^ 0x55,)) if answer.rtu else frame[:4] + b"\xff\xff" + frame[6:]
    )


def refusing(code: int) -> Fault:
    """Exception ``code``: 2 no such register, 4 failed, 6 busy, 11 the gateway's device is silent."""

    async def fault(answer: Answer) -> None:
        await answer.say(bytes((answer.pdu[0] | 0x80, code)))

    return fault


async def half_then_closes(answer: Answer) -> None:
    """A restart in mid answer, short enough to be back at once."""
    await answer.send(answer.frame(answer.pdu)[:5])
    answer.close()


class Busy:
    """Exception 6, then right: each question is answered the second time."""

    def __init__(self) -> None:
        self._asked = False

    async def __call__(self, answer: Answer) -> None:
        """See ``Fault``."""
        self._asked = not self._asked
        await (refusing(6)(answer) if self._asked else answer.say())


class HalfDead:
    """A worn transceiver: of each answer one to three bits are turned or some bytes are missing; some are lost altogether.

    On TCP, where checksums below us throw damaged segments away, the answer is lost or comes in time.
    """

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)

    async def __call__(self, answer: Answer) -> None:
        """See ``Fault``."""
        chance = self._random.random()
        if chance < 0.2 or not answer.rtu:
            return
        frame = bytearray(answer.frame(answer.pdu))
        if chance < 0.6:
            for bit in self._random.sample(range(8 * len(frame)), self._random.randint(1, 3)):
                frame[bit // 8] ^= 1 << bit % 8
        else:
            for _ in range(self._random.randint(1, 3)):
                del frame[self._random.randrange(len(frame))]
        await answer.send(bytes(frame))


class Stale:
    """The last answer to another question first, and then, after some seconds, the right one."""

    def __init__(self, seconds: float = 0.0) -> None:
        self._seconds = seconds
        self._last: dict[int, tuple[int, bytes]] = {}

    async def __call__(self, answer: Answer) -> None:
        """See ``Fault``."""
        tid, pdu = self._last.get(answer.unit, (answer.tid, b""))
        self._last[answer.unit] = answer.tid, answer.pdu
        if pdu:
            await answer.send(answer.frame(pdu, tid=tid))
            await sleep(self._seconds)
        await answer.say()


class Restarting:
    """A gateway that restarts in mid answer, is away for some seconds, and then says first what it still had to say."""

    def __init__(self, seconds: float, kept: int = 2) -> None:
        self._seconds, self._kept = seconds, kept
        self._frames: list[bytes] = []

    async def __call__(self, answer: Answer) -> None:
        """See ``Fault``."""
        frame = answer.frame(answer.pdu)
        self._frames = [*self._frames, frame][-self._kept :]
        await answer.send(frame[: len(frame) // 2])
        answer.restart(self._seconds, b"".join(self._frames))


FAULTS: Mapping[str, Callable[[], Fault]] = {
    "late": lambda: late(1.3),
    "silent": lambda: silent,
    "short": lambda: short,
    "long": lambda: long,
    "wrong-count": lambda: wrong_count,
    "wrong-function": lambda: wrong_function,
    "wrong-unit": lambda: wrong_unit,
    "garbage": lambda: garbage,
    "broken": lambda: broken,
    "doubled": lambda: doubled(0.03),
    "exception-2": lambda: refusing(2),
    "exception-4": lambda: refusing(4),
    "exception-6": lambda: refusing(6),
    "exception-11": lambda: refusing(11),
    "busy": Busy,
    "slow": lambda: slow(4, 0.02),
    "half-dead": HalfDead,
    "stale": lambda: Stale(0.02),
    "closing": lambda: half_then_closes,
    "restarting": lambda: Restarting(3.0),
}
"""By name, with times that suit a time-out of one second."""


@dataclass(slots=True)
class Sometimes:
    """A fault that befalls a share (0..1) of the answers, the same ones for the same seed; ``count`` of them so far."""

    fault: Fault
    share: float
    seed: int = 1
    count: int = 0
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    async def __call__(self, answer: Answer) -> None:
        """See ``Fault``."""
        if self._random.random() < self.share:
            self.count += 1
            await self.fault(answer)
        else:
            await answer.say()


def parse_fault(text: str) -> Sometimes:
    """``name`` or ``name:share``, as ``late:0.2``. Raises ValueError for an unknown name or a share that is none."""
    name, _, share = text.partition(":")
    if name not in FAULTS:
        raise ValueError(name)
    chance = float(share or 1.0)
    if not 0.0 < chance <= 1.0:
        raise ValueError(share)
    return Sometimes(FAULTS[name](), chance)


def answer_in(
    frame: bytes, is_rtu: bool, send: Callable[[bytes], Awaitable[None]],
    close: Callable[[], None], restart: Callable[[float, bytes], None],
) -> Answer:  # fmt: skip
    """The answer that a right frame holds."""
    if is_rtu:
        return Answer(0, frame[0], frame[1:-2], True, send, close, restart)
    tid, _, _, unit = struct.unpack(">HHHB", frame[:7])
    return Answer(tid, unit, frame[7:], False, send, close, restart)
