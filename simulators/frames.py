"""Modbus frames from the device's side: PDUs answered from a bank of registers, with MBAP or RTU framing around them.

Written against the Modbus Application Protocol V1.1b3 and Modbus over Serial Line V1.02, on purpose without the library
that the driver uses: the two sides check each other.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Protocol

from drivers.profile_commands import OWN_FUNCTIONS
from drivers.transport import Table

READS = {1: Table.COIL, 2: Table.DISCRETE, 3: Table.HOLDING, 4: Table.INPUT}
BIT_READS = (1, 2)
MAX_BITS, MAX_WORDS = 2000, 125

ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE = 1, 2, 3


class RefusedByDevice(Exception):
    """The device answers with a Modbus exception ``code``."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Silent(Exception):
    """The device does not answer (no such unit, asleep, broadcast)."""


class Garbled(Exception):
    """Several devices answer at once: on a serial line bytes arrive, but no frame."""


class Bank(Protocol):
    """The registers behind a bus."""

    def read(self, unit: int, table: Table, address: int, count: int) -> Sequence[int]:
        """The words or bits; raises RefusedByDevice or Silent."""
        ...

    def write(self, unit: int, function: int, address: int, values: Sequence[int]) -> None:
        """Take a write; for function 5 the value is the raw 16-bit word. Raises RefusedByDevice or Silent."""
        ...


def answer(bank: Bank, unit: int, pdu: bytes) -> bytes:
    """The response PDU for a request PDU. Raises Silent when there is none."""
    function = pdu[0]
    try:
        if function in READS:
            return _read(bank, unit, function, pdu)
        if function in (5, 6):
            address, value = struct.unpack_from(">HH", pdu, 1)
            bank.write(unit, function, address, (value,))
            return pdu[:5]
        if function in (15, 16):
            return _write_many(bank, unit, function, pdu)
        if function in OWN_FUNCTIONS and len(pdu) == 1:
            bank.write(unit, function, 0, ())
            return pdu
        raise RefusedByDevice(ILLEGAL_FUNCTION)
    except RefusedByDevice as fault:
        return bytes((function | 0x80, fault.code))
    except struct.error:
        return bytes((function | 0x80, ILLEGAL_VALUE))


def _read(bank: Bank, unit: int, function: int, pdu: bytes) -> bytes:
    address, count = struct.unpack_from(">HH", pdu, 1)
    if not 1 <= count <= (MAX_BITS if function in BIT_READS else MAX_WORDS):
        raise RefusedByDevice(ILLEGAL_VALUE)
    values = bank.read(unit, READS[function], address, count)
    if function not in BIT_READS:
        return struct.pack(f">BB{count}H", function, 2 * count, *values)
    packed = bytearray((count + 7) // 8)
    for index, bit in enumerate(values):
        packed[index // 8] |= (1 if bit else 0) << (index % 8)
    return bytes((function, len(packed))) + bytes(packed)


def _write_many(bank: Bank, unit: int, function: int, pdu: bytes) -> bytes:
    address, count, size = struct.unpack_from(">HHB", pdu, 1)
    body = pdu[6 : 6 + size]
    if len(body) != size or size != ((count + 7) // 8 if function == 15 else 2 * count):
        raise RefusedByDevice(ILLEGAL_VALUE)
    if function == 15:
        values: Sequence[int] = [body[i // 8] >> (i % 8) & 1 for i in range(count)]
    else:
        values = struct.unpack(f">{count}H", body)
    bank.write(unit, function, address, values)
    return pdu[:5]


def crc16(data: bytes) -> bytes:
    """The serial line's CRC, low byte first (Modbus over Serial Line V1.02, 6.2.2)."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc.to_bytes(2, "little")


def rtu(unit: int, pdu: bytes) -> bytes:
    """One frame on the serial line."""
    frame = bytes((unit,)) + pdu
    return frame + crc16(frame)


def mbap(transaction: int, unit: int, pdu: bytes) -> bytes:
    """One frame on TCP."""
    return struct.pack(">HHHB", transaction, 0, len(pdu) + 1, unit) + pdu


def rtu_request_size(buffer: bytes) -> int | None:
    """How long the request frame at the start of ``buffer`` is, bytes with CRC; None while that cannot be known."""
    if len(buffer) < 2:
        return None
    if buffer[1] in OWN_FUNCTIONS:
        return 4
    if buffer[1] in (15, 16):
        return 9 + buffer[6] if len(buffer) >= 7 else None
    return 8
