"""Frames from the device's side, against published examples and against nonsense."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.transport import Table
from simulators.frames import RefusedByDevice, Silent, answer, crc16, mbap, rtu, rtu_request_size
from simulators.modbus_server import RtuLine


class Shelf:
    """A bank with a hundred registers and coils on unit 1; unit 9 is silent, register 50 refuses."""

    def __init__(self) -> None:
        self.words = dict.fromkeys(range(100), 0)
        self.writes: list[tuple[int, int, tuple[int, ...]]] = []

    def read(self, unit: int, table: Table, address: int, count: int) -> Sequence[int]:
        """Words, or bits of them."""
        if unit == 9:
            raise Silent
        if address + count > 100 or address <= 50 < address + count:
            raise RefusedByDevice(2)
        words = [self.words[address + offset] for offset in range(count)]
        return [word & 1 for word in words] if table.is_bits else words

    def write(self, unit: int, function: int, address: int, values: Sequence[int]) -> None:
        """Keep it."""
        if unit == 9:
            raise Silent
        self.writes.append((function, address, tuple(values)))


@pytest.mark.parametrize(
    ("words", "request_", "reply"),
    [  # Modbus Application Protocol V1.1b3, 6.3, 6.1, 6.6, 6.5, 6.12, 6.11; addresses moved into the shelf
        ({10: 0x022B, 11: 0x0000, 12: 0x0064}, "03 000A 0003", "03 06 022B 0000 0064"),
        ({20: 1, 21: 0, 22: 1, 23: 1, 24: 0, 25: 0, 26: 1, 27: 1, 28: 1}, "01 0014 0009", "01 02 CD 01"),
        ({}, "06 0001 0003", "06 0001 0003"),
        ({}, "05 00AC FF00", "05 00AC FF00"),
        ({}, "10 0001 0002 04 000A 0102", "10 0001 0002"),
        ({}, "0F 0013 000A 02 CD01", "0F 0013 000A"),
    ],
)
def test_the_examples_of_the_specification(words: dict[int, int], request_: str, reply: str) -> None:
    """The protocol's own request and response pairs."""
    shelf = Shelf()
    shelf.words |= words
    assert answer(shelf, 1, bytes.fromhex(request_)) == bytes.fromhex(reply)


def test_bits_are_written_lowest_first() -> None:
    """CD 01 for ten coils is 1011001110 from the lowest address up, as in the specification."""
    shelf = Shelf()
    answer(shelf, 1, bytes.fromhex("0F 0013 000A 02 CD01"))
    assert shelf.writes == [(15, 0x13, (1, 0, 1, 1, 0, 0, 1, 1, 1, 0))]


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ("2B 0E 01 00", 1),  # not supported
        ("03 0032 0001", 2),  # refused by the bank
        ("03 0000 007E", 3),  # 126 registers
        ("03 0000 0000", 3),
        ("03 00", 3),  # cut off
        ("10 0000 0002 02 0001", 3),  # sizes that do not agree
        ("0F 0000 0009 01 FF", 3),
    ],
)
def test_refusals(request_: str, code: int) -> None:
    """Each kind of wrong request gets its exception code with the function's high bit."""
    pdu = bytes.fromhex(request_)
    assert answer(Shelf(), 1, pdu) == bytes((pdu[0] | 0x80, code))


@settings(max_examples=300, deadline=None)
@given(st.binary(min_size=1, max_size=260))
def test_nonsense_is_answered_or_ignored(pdu: bytes) -> None:
    """Whatever arrives, the answer is a response or an exception of the same function, never a crash."""
    reply = answer(Shelf(), 1, pdu)
    assert reply[0] & 0x7F == pdu[0] & 0x7F


def test_the_crc_is_the_published_one() -> None:
    """Modbus over Serial Line V1.02 gives 0x1241 for the frame 02 07, sent low byte first."""
    assert crc16(bytes((0x02, 0x07))) == bytes((0x41, 0x12))
    assert rtu(1, bytes.fromhex("05 0200 0007")) == bytes.fromhex("01 05 02 00 00 07 8D B0")


def test_tcp_framing() -> None:
    """Transaction, protocol 0, length, unit."""
    assert mbap(0x1501, 0xFF, b"\x03\x02\x00\x01") == bytes.fromhex("1501 0000 0005 FF 03020001")


def test_a_serial_request_is_cut_at_its_length() -> None:
    """Eight bytes, or as many as the byte count of a multiple write says."""
    assert rtu_request_size(b"\x01") is None
    assert rtu_request_size(b"\x01\x03") == 8
    assert rtu_request_size(bytes.fromhex("01 10 0001 0002")) is None
    assert rtu_request_size(bytes.fromhex("01 10 0001 0002 04")) == 13


def test_a_torn_request_is_put_together_and_noise_is_dropped() -> None:
    """Bytes may come in any pieces; a frame with a wrong CRC is never answered, the next good one is."""
    shelf = Shelf()
    line, request = RtuLine(shelf), rtu(1, bytes.fromhex("03 000A 0001"))
    assert line.feed(request[:3]) == []
    assert line.feed(request[3:]) == [rtu(1, bytes.fromhex("03 02 0000"))]
    assert line.feed(request[:-1] + b"\x00") == []
    assert len(line.feed(request + request)) == 2
    assert line.feed(rtu(9, bytes.fromhex("03 000A 0001"))) == []


def test_an_unfinished_request_is_void_after_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a frame and a silence: the next request is answered as if nothing had been."""
    now = [100.0]
    monkeypatch.setattr("simulators.modbus_server.monotonic", lambda: now[0])
    line, request = RtuLine(Shelf()), rtu(1, bytes.fromhex("03 000A 0001"))
    line.feed(bytes.fromhex("01 10 0001 00FF FE"))
    now[0] += 0.5
    assert len(line.feed(request)) == 1
