"""Word orders: every 32- and 64-bit type in all four orders against struct, by bytes that are written out by hand."""

from __future__ import annotations

import struct

import pytest

from drivers.codec import decode_point, encode_point
from drivers.profile_points import Point

Vector = tuple[str, float, dict[str, str]]

VECTORS: list[Vector] = [
    # type, value, the bytes as they come on the wire in each order
    ("u32", 0x12345678, {"abcd": "12 34 56 78", "badc": "34 12 78 56", "cdab": "56 78 12 34", "dcba": "78 56 34 12"}),
    ("u32", 4_000_000_000, {"abcd": "EE 6B 28 00", "badc": "6B EE 00 28", "cdab": "28 00 EE 6B", "dcba": "00 28 6B EE"}),
    ("s32", -1234, {"abcd": "FF FF FB 2E", "badc": "FF FF 2E FB", "cdab": "FB 2E FF FF", "dcba": "2E FB FF FF"}),
    ("s32", 70_000, {"abcd": "00 01 11 70", "badc": "01 00 70 11", "cdab": "11 70 00 01", "dcba": "70 11 01 00"}),
    ("f32", 230.25, {"abcd": "43 66 40 00", "badc": "66 43 00 40", "cdab": "40 00 43 66", "dcba": "00 40 66 43"}),
    ("f32", -0.15625, {"abcd": "BE 20 00 00", "badc": "20 BE 00 00", "cdab": "00 00 BE 20", "dcba": "00 00 20 BE"}),
    ("u64", 0x000123456789ABCD, {
        "abcd": "00 01 23 45 67 89 AB CD", "badc": "01 00 45 23 89 67 CD AB",
        "cdab": "AB CD 67 89 23 45 00 01", "dcba": "CD AB 89 67 45 23 01 00"}),
    ("s64", -2, {
        "abcd": "FF FF FF FF FF FF FF FE", "badc": "FF FF FF FF FF FF FE FF",
        "cdab": "FF FE FF FF FF FF FF FF", "dcba": "FE FF FF FF FF FF FF FF"}),
    ("f64", -345.0625, {
        "abcd": "C0 75 91 00 00 00 00 00", "badc": "75 C0 00 91 00 00 00 00",
        "cdab": "00 00 00 00 91 00 C0 75", "dcba": "00 00 00 00 00 91 75 C0"}),
]  # fmt: skip
FORMS = {"u32": "I", "s32": "i", "f32": "f", "u64": "Q", "s64": "q", "f64": "d"}
CASES = [(kind, value, order, text) for kind, value, orders in VECTORS for order, text in orders.items()]


def words_of(text: str) -> tuple[int, ...]:
    """Registers of bytes as they come on the wire."""
    data = bytes.fromhex(text)
    return struct.unpack(f">{len(data) // 2}H", data)


@pytest.mark.parametrize(("kind", "value", "order", "text"), CASES)
def test_every_order_of_every_type(kind: str, value: float, order: str, text: str) -> None:
    """The bytes decode to the value and the value encodes to the bytes; struct says the same of the two plain orders."""
    point = Point.model_validate({"name": "p", "address": 0, "type": kind, "order": order})
    assert decode_point(point, words_of(text))[0] == value
    assert tuple(encode_point(point, value)) == words_of(text)
    if order in ("abcd", "dcba"):
        assert struct.unpack((">" if order == "abcd" else "<") + FORMS[kind], bytes.fromhex(text))[0] == value


def test_orders_differ() -> None:
    """In each vector the four orders are four different byte strings, so that none stands in for another."""
    alike = [(kind, value) for kind, value, orders in VECTORS if len(set(orders.values())) != 4]
    assert alike == []
