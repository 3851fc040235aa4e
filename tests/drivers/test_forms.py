"""Values that are not one binary number, words, and bent scales: there and back again."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.codec import decode_point, encode_point
from drivers.codec_curves import CurveError, bend_of
from drivers.codec_words import version_number, version_text
from drivers.profile_coding import Coding
from drivers.profile_points import Point
from drivers.reading import Quality


def point(**keys: object) -> Point:
    """A point at address 0."""
    return Point.model_validate({"name": "it", "address": 0, **keys})


def back(it: Point, value: float | str, context: dict[str, float | str] | None = None) -> float | str | None:
    """The value after the way through the registers."""
    found, quality = decode_point(
        it, encode_point(it, value, context=dict(context or {})), context=dict(context or {})
    )
    assert quality is Quality.GOOD
    return found


@given(st.integers(0, 99_999_999))
def test_bcd(number: int) -> None:
    """Decimal digits in half bytes come back; the words read as the digits do."""
    it = point(type="bcd32", quantity="warning_code")
    words = encode_point(it, float(number))
    assert f"{words[0]:04x}{words[1]:04x}" == f"{number:08d}"
    assert decode_point(it, words) == (number, Quality.GOOD)


@pytest.mark.parametrize("words", [(0x1A34,), (0xFFFF,)])
def test_bcd_that_is_none(words: tuple[int, ...]) -> None:
    """A digit above nine is no value."""
    assert decode_point(point(type="bcd16", quantity="warning_code"), words) == (None, Quality.ABSENT)


@given(st.integers(0, 1440))
def test_hhmm(minutes: int) -> None:
    """HHMM as a decimal number is minutes after midnight."""
    it = point(type="hhmm", quantity="slot_start_min")
    assert encode_point(it, float(minutes)) == (100 * (minutes // 60) + minutes % 60,)
    assert back(it, float(minutes)) == minutes


@pytest.mark.parametrize("word", [1860, 2500, 65535])
def test_hhmm_that_is_none(word: int) -> None:
    """Sixty minutes and the twenty-fifth hour are no time."""
    assert decode_point(point(type="hhmm", quantity="slot_start_min"), (word,))[0] is None


STAMPS = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31))  # noqa: DTZ001 - a device's clock knows no zone


@given(
    STAMPS,
    st.booleans(),
    st.sampled_from([None, ("yyyy", "-", "mo", "-", "dd", "-", "hh", "-", "mi", "-", "ss")]),
)
def test_clock(stamp: object, bcd: bool, parts: tuple[str, ...] | None) -> None:
    """A packed clock comes back to the second, in binary and in decimal half bytes, packed or a register each."""
    it = point(type="clock", quantity="device_time", clock=parts, clock_bcd=bcd)
    text = f"{stamp:%Y-%m-%dT%H:%M:%S}"
    assert len(encode_point(it, text)) == (3 if parts is None else 6)
    assert back(it, text) == text


def test_clock_of_a_real_dump() -> None:
    """GoodWe's dump 1509 0606 3801 is the sixth of September 2021, 06:56:01; a month 13 is no time."""
    it = point(type="clock", quantity="device_time")
    assert decode_point(it, (0x1509, 0x0606, 0x3801))[0] == "2021-09-06T06:56:01"
    assert decode_point(it, (0x150D, 0x0606, 0x3801))[0] is None
    assert decode_point(it, (0xFFFF, 0xFFFF, 0xFFFF))[0] is None
    assert decode_point(it, encode_point(it, None))[0] is None


@given(st.integers(0, 65535), st.integers(0, 9999))
def test_weights(high: int, low: int) -> None:
    """Thousands and tenths in two registers, as the MUST inverters count, both ways without loss."""
    it = point(weights=[1000, 0.1], quantity="energy_wh", unit="kWh")
    value, _ = decode_point(it, (high, low))
    assert value == pytest.approx((1000 * high + 0.1 * low) * 1000)
    assert encode_point(it, value) == (high, low)


@given(st.integers(0, 65535), st.integers(0, 59), st.integers(0, 59))
def test_hours_minutes_seconds(h: int, m: int, s: int) -> None:
    """A triple of registers is one time in seconds."""
    it = point(weights=[3600, 60, 1], quantity="running_s")
    assert decode_point(it, (h, m, s))[0] == 3600 * h + 60 * m + s
    assert encode_point(it, 3600.0 * h + 60 * m + s) == (h, m, s)


def test_signed_weights() -> None:
    """Integer and fraction of a negative flow are both negative."""
    it = point(weights=[1, 0.0001], type="s16", quantity="flow_m3_h")
    assert encode_point(it, -2.5) == (0xFFFE, (-5000) & 0xFFFF)
    assert back(it, -2.5) == -2.5


@given(st.sets(st.integers(0, 79)))
def test_eighty_bits(bits: set[int]) -> None:
    """Fault names of eighty bits come back, named or not."""
    it = point(type="bits80", quantity="fault_text", bits={3: "three", 70: "seventy"})
    names = "; ".join({3: "three", 70: "seventy"}.get(b, f"bit {b}") for b in sorted(bits))
    words = encode_point(it, names)
    assert sum(w << 16 * (4 - i) for i, w in enumerate(words)) == sum(1 << b for b in bits)
    assert decode_point(it, words)[0] == names


@given(st.integers(0, 255))
def test_active_low(flags: int) -> None:
    """Bits that mean the opposite are turned before anything else, and back."""
    it = point(quantity="fault_code", active_low=0x30)
    assert decode_point(it, (flags,))[0] == flags ^ 0x30
    assert encode_point(it, float(flags ^ 0x30)) == (flags,)


@pytest.mark.parametrize(
    ("raw", "pattern", "text"),
    [(10101, "#.##.##", "1.01.01"), (200, "#.##", "2.00"), (0x01020304, "x.x.x.x", "1.2.3.4"), (0x021A, "b.b", "2.26"),
     (305, "#.##", "3.05"), (7, "##", "7"), (123456, "#.##", "1234.56")],
)  # fmt: skip
def test_versions(raw: int, pattern: str, text: str) -> None:
    """Version numbers read as the maker prints them, and back."""
    assert version_text(raw, pattern) == text
    assert version_number(text, pattern) == raw


def test_first_that_fits() -> None:
    """Of several tests of bits the first one counts; every word has a number that means it."""
    it = point(
        quantity="status", otherwise="standby",
        first=[
            {"mask": 8, "value": "fault"},
            {"mask": 0x6F, "is": 0x27, "value": "running"},
            {"mask": 0x10, "is": 0, "value": "off"},
        ],
    )  # fmt: skip
    seen = {raw: decode_point(it, (raw,))[0] for raw in (0x08, 0x2F, 0x27, 0x37, 0x40, 0x50)}
    assert seen == {
        0x08: "fault",
        0x2F: "fault",
        0x27: "running",
        0x37: "running",
        0x40: "off",
        0x50: "standby",
    }
    for word in ("fault", "running", "off", "standby"):
        assert back(it, word) == word


@given(st.floats(0, 0.5))
def test_curve_both_ways(vwc: float) -> None:
    """A calibration through points, falling or rising, is its own reverse within a step of the register."""
    for curve in ([[292, 0], [400, 20], [650, 60]], [[650, 0], [292, 60]]):
        it = point(quantity="vwc", unit="%", curve=curve, maximum=2, minimum=-1)
        assert back(it, vwc) == pytest.approx(vwc, abs=0.002)


def test_curve_beyond_its_ends() -> None:
    """The first and the last line go on: a little beyond calibration is still a value."""
    bend = bend_of(Coding.model_validate({"curve": [[100, 0], [200, 10]]}), {})
    assert bend is not None
    assert (bend.forward(90), bend.forward(210), bend.back(11)) == (-1, 11, 210)


@pytest.mark.parametrize("curve", [[[1, 1], [1, 2]], [[1, 1], [2, 5], [3, 2]]])
def test_curves_that_cannot_be(curve: list[list[float]]) -> None:
    """Two values at one place, or up and down: there is no way back."""
    with pytest.raises(CurveError):
        bend_of(Coding.model_validate({"curve": curve}), {})


@given(st.integers(0, 60000))
def test_polynomial_both_ways(raw: int) -> None:
    """A polynomial that rises over the register's range finds its way back to within one count."""
    it = point(quantity="fault_code", polynomial=[10, 0.5, 0.0001])
    value, _ = decode_point(it, (raw,))
    assert value == pytest.approx(10 + 0.5 * raw + 0.0001 * raw * raw)
    assert encode_point(it, value)[0] == pytest.approx(raw, abs=1)


@given(st.integers(-(2**15), 2**15 - 1))
def test_fahrenheit_and_kelvin(raw: int) -> None:
    """Units with another zero convert with it, both ways."""
    f, k = (
        point(type="s16", scale=0.1, unit="°F", quantity="temp_c"),
        point(type="s16", scale=0.1, unit="K", quantity="temp_c"),
    )
    assert decode_point(f, (raw & 0xFFFF,))[0] == pytest.approx((0.1 * raw - 32) * 5 / 9)
    assert decode_point(k, (raw & 0xFFFF,))[0] == pytest.approx(0.1 * raw - 273.15)
    for it in (f, k):
        assert encode_point(it, decode_point(it, (raw & 0xFFFF,))[0]) == (raw & 0xFFFF,)


@given(st.floats(-3e6, 3e6))
def test_sign_from_another_point(watts: float) -> None:
    """The magnitude stands in one place and the sign in another; absent while the sign is not known."""
    it = point(
        type="s32",
        absolute=True,
        quantity="battery_w",
        sign_by={"point": "way", "negative": 1},
        minimum=-4e6,
        maximum=4e6,
    )
    assert back(it, watts, {"way": 1.0 if watts < 0 else 0.0}) == pytest.approx(watts, abs=0.5)
    assert decode_point(it, (0, 5))[0] is None


def test_a_text_of_another_length_is_cut() -> None:
    """A simulator never writes beyond its registers."""
    assert back(point(type="str", count=2, quantity="model"), "ABCDEFG") == "ABCD"
