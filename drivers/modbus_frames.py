"""Modbus replies, checked byte by byte against the request that they claim to answer. Pure: bytes in, values out.

The client library accepts a reply of any length and function, and on a serial line a late reply as the answer to the next
question. So everything that arrives comes through here first. An ``Inbox`` cuts the stream into frames and lets pass only the
answer to the request in flight; ``values_of`` then compares every byte that the request determines.
Source: MODBUS Application Protocol V1.1b3, sections 4 and 6; MODBUS over Serial Line V1.02, section 2.5.
"""

from __future__ import annotations

import struct
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from pymodbus.framer.rtu import FramerRTU

from drivers.errors import BadReply, ExceptionReply, Refused
from drivers.heard import GLITCH, Heard
from drivers.transport import Read, Write

Request = Read | Write
_MAX_PDU = 253
_MAX_BUFFER = 4096
_ECHO_FUNCTIONS = (5, 6, 15, 16)


def check(request: Request) -> None:
    """Raise ``Refused`` for a request that the protocol cannot carry (unit, address, count, value out of range)."""
    wrong = _wrong(request)
    if wrong:
        raise Refused(
            f"{request.registers}: {wrong} out of range",
            hint="Correct the profile or the value",
            unit=request.unit,
            registers=request.registers,
        )


@lru_cache(maxsize=1024)
def _wrong(request: Request) -> str:
    """What is out of range first, "" when nothing is; polls ask the same all day."""
    return next((name for name, ok in _limits(request) if not ok), "")


def _limits(request: Request) -> tuple[tuple[str, bool], ...]:
    if isinstance(request, Read):
        most = 2000 if request.table.is_bits else 125
        count = request.count
        highest = 0xFFFF
    else:
        most = {5: 1, 6: 1, 15: 1968, 16: 123}.get(request.function, 0)
        count = len(request.values)
        highest = 1 if request.function == 15 else 0xFFFF
    least = 0 if most == 0 else 1
    values = () if isinstance(request, Read) else request.values
    return (
        ("unit", 0 <= request.unit <= 255),
        ("function", isinstance(request, Read) or 1 <= request.function <= 127),
        ("address", 0 <= request.address <= 0x10000 - max(count, 1)),
        ("count", least <= count <= most),
        ("value", all(0 <= value <= highest for value in values)),
    )


def body_of(request: Request) -> tuple[int, bytes]:
    """Function code and the bytes behind it. The request must have passed ``check``."""
    if isinstance(request, Read):
        return request.table.function, struct.pack(">HH", request.address, request.count)
    function, values = request.function, request.values
    if function in (5, 6):
        return function, struct.pack(">HH", request.address, values[0])
    if function == 15:
        packed = _pack_bits(values)
        return function, struct.pack(">HHB", request.address, len(values), len(packed)) + packed
    if function == 16:
        head = struct.pack(">HHB", request.address, len(values), 2 * len(values))
        return function, head + struct.pack(f">{len(values)}H", *values)
    return function, b""


def values_of(request: Request, pdu: bytes) -> tuple[int, ...]:
    """The values that ``pdu`` (function code and data) carries as the answer to ``request``; empty for a write.

    Raises ``ExceptionReply`` when the device refused, ``BadReply`` when any byte is not what the request determines.
    """
    function, body = body_of(request)
    if len(pdu) == 2 and pdu[0] == function | 0x80:
        raise ExceptionReply(pdu[1], unit=request.unit, registers=request.registers)
    if not pdu or pdu[0] != function:
        raise _bad(request, f"answer with function {pdu[0] if pdu else 'none'} instead of {function}")
    data = pdu[1:]
    if isinstance(request, Write):
        echo = body[:4]
        if data != echo:
            raise _bad(request, f"the write was answered with {data.hex(' ')}, expected {echo.hex(' ')}")
        return ()
    size = _data_size(request)
    if len(data) != size + 1 or data[0] != size:
        raise _bad(
            request, f"{len(data) - 1} data bytes (count byte {data[0] if data else '-'}), expected {size}"
        )
    return _unpack(request, data[1:])


def _data_size(request: Read) -> int:
    return (request.count + 7) // 8 if request.table.is_bits else 2 * request.count


def _unpack(request: Read, data: bytes) -> tuple[int, ...]:
    if not request.table.is_bits:
        return struct.unpack(f">{request.count}H", data)
    return tuple((data[i >> 3] >> (i & 7)) & 1 for i in range(request.count))


def _pack_bits(bits: tuple[int, ...]) -> bytes:
    packed = bytearray((len(bits) + 7) // 8)
    for index, bit in enumerate(bits):
        packed[index >> 3] |= bit << (index & 7)
    return bytes(packed)


def _bad(request: Request, what: str) -> BadReply:
    return BadReply(
        what,
        hint="Check the wiring, that every address exists once, and the profile",
        unit=request.unit,
        registers=request.registers,
    )


def fits(request: Request, pdu: bytes) -> BadReply | None:
    """None when ``pdu`` has the shape of the answer to ``request`` (or of its exception), else why not."""
    if isinstance(request, Read) and pdu[:1] == bytes((request.table.function,)):
        size = _data_size(request)
        if len(pdu) == size + 2 and pdu[1] == size:
            return None
    try:
        values_of(request, pdu)
    except ExceptionReply:
        return None
    except BadReply as error:
        return error
    return None


@dataclass(slots=True)
class RtuInbox:
    """Bytes of a serial line (or RTU over TCP), which carries no transaction number.

    Only a frame with a right checksum, of the unit asked, and of exactly the shape asked for is an answer. Anything else is
    skipped, because it may be the late answer to an older question, and the right one may still follow; ``rejected``
    remembers why, for the message at the time-out. ``heard`` is told the answer and all bytes that belong to none.
    """

    request: Request | None = None
    rejected: BadReply | None = None
    received: int = 0
    heard: Heard = field(default_factory=Heard)
    _buffer: bytes = b""
    _frame: bytes = b""

    def begin(self, request: Request) -> None:
        """Forget what the line said before and wait for the answer to ``request``."""
        self.request, self.rejected, self._buffer = request, None, b""
        self.heard.begin()

    def end(self) -> None:
        """Nothing is in flight any more: what comes now is stray, and so is what was no answer."""
        self.heard.stray(self._buffer)
        self.request, self._buffer = None, b""

    def feed(self, data: bytes) -> bytes | None:
        """The PDU that answers the request in flight once it is complete, else None."""
        self.received += len(data)
        if self.request is None:
            self.heard.stray(data)
            return None
        self._buffer = (self._buffer + data)[-_MAX_BUFFER:]
        if self.heard.answer:
            self._look_behind()
            return None
        start = 0
        while start + 4 <= len(self._buffer):
            pdu = self._frame_at(start)
            if pdu is None:
                start += 1
                continue
            self.rejected = fits(self.request, pdu)
            if self.rejected is None:
                self._take(pdu, start)
                return pdu
            self.heard.stray(self._buffer[: start + len(pdu) + 3])
            self._buffer = self._buffer[start + len(pdu) + 3 :]
            start = 0
        return None

    def _take(self, pdu: bytes, start: int) -> None:
        end = start + len(pdu) + 3
        self.heard.answer = pdu
        self.heard.stray(self._buffer[:start])
        self._frame, self._buffer = self._buffer[start:end], self._buffer[end:]
        self._look_behind()

    def _look_behind(self) -> None:
        """What follows the answer at once. The same frame again, or the start of it, is no reason to doubt it, nor are whole frames
        of other units: a neighbour's doubled answer says nothing of this one.
        """
        rest = self._buffer
        while rest and rest[0] != self._frame[0] and (size := _whole_frame(rest)):
            rest = rest[size:]
        self.heard.surplus = len(rest) > GLITCH and not rest.startswith(self._frame[: len(rest)])

    def _frame_at(self, start: int) -> bytes | None:
        """The PDU of a complete frame of the asked unit with a right checksum at ``start``."""
        buffer, request = self._buffer, self.request
        if request is None or (buffer[start] != request.unit and request.unit != 0):
            return None
        size = _whole_frame(buffer[start:], request)
        return buffer[start + 1 : start + size - 2] if size else None


def frames_in(data: bytes, units: Container[int]) -> Iterator[tuple[int, bytes]]:
    """(unit, function code and data) of every whole answer frame of these units in ``data``."""
    start = 0
    while start + 5 <= len(data):
        size = _whole_frame(data[start:]) if data[start] in units else 0
        if size:
            yield data[start], data[start + 1 : start + size - 2]
        start += size or 1


def _whole_frame(data: bytes, request: Request | None = None) -> int:
    """The length of the answer frame with a right checksum that ``data`` begins with, 0 when there is none. ``request``: what it
    would answer.
    """
    size = _rtu_size(data[1], data[2], request) if len(data) >= 4 else 0
    frame = data[:size]
    if size == 0 or len(frame) < size:
        return 0
    return size if FramerRTU.compute_CRC(frame[:-2]) == int.from_bytes(frame[-2:], "big") else 0


def _rtu_size(function: int, count: int, request: Request | None) -> int:
    """Length of a reply frame by its function code and the byte behind it, address and checksum included."""
    if function & 0x80:
        return 5
    if function <= 4:
        return 5 + count
    if function in _ECHO_FUNCTIONS:
        return 8
    return 4 if isinstance(request, Write) else 5 + count


@dataclass(slots=True)
class MbapInbox:
    """A Modbus TCP stream. Transaction numbers tell a late answer from the one that is awaited, so a late one is skipped.

    The stream is cut by its length fields over the whole life of the connection; ``broken`` tells why it cannot be followed
    any further (the connection must then be closed).
    """

    request: Request | None = None
    rejected: BadReply | None = None
    broken: str = ""
    received: int = 0
    _buffer: bytes = b""

    def begin(self, request: Request) -> None:
        """Wait for the answer to ``request``; the stream's alignment is kept."""
        self.request, self.rejected = request, None

    def end(self) -> None:
        """Nothing is in flight any more."""
        self.request = None

    def feed(self, data: bytes, transaction: int) -> bytes | None:
        """The PDU that answers ``transaction`` once it is complete, else None. Sets ``rejected`` or ``broken``."""
        self.received += len(data)
        self._buffer += data
        while len(self._buffer) >= 7 and not self.broken:
            tid, protocol, length, unit = struct.unpack(">HHHB", self._buffer[:7])
            if protocol != 0 or not 2 <= length <= _MAX_PDU + 1:
                self.broken = f"no Modbus TCP header: {self._buffer[:8].hex(' ')}"
                break
            if len(self._buffer) < 6 + length:
                break
            pdu, self._buffer = self._buffer[7 : 6 + length], self._buffer[6 + length :]
            if self.request is None or tid != transaction:
                continue
            if unit != self.request.unit:
                self.rejected = _bad(self.request, f"unit {unit} answered instead of {self.request.unit}")
                return None
            self.rejected = fits(self.request, pdu)
            return pdu if self.rejected is None else None
        return None


Inbox = RtuInbox | MbapInbox
