"""The codec: what one side encodes the other decodes, for every type, order, scale, mask and sentinel."""

from __future__ import annotations

import math
import struct

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from drivers.codec import (
    BlockCodec,
    CodecError,
    compile_blocks,
    decode_point,
    encode_number,
    encode_point,
    settings_for,
)
from drivers.packing import Block
from drivers.profile import load_profile
from drivers.profile_derived import Derived, Signed
from drivers.profile_points import Factor, Point, Simulate
from drivers.reading import Quality

GOOD, ABSENT, SUSPECT = Quality.GOOD, Quality.ABSENT, Quality.SUSPECT
ORDERS = ("abcd", "cdab", "badc", "dcba")
RANGES = {
    "u8": (0, 255), "s8": (-128, 127), "u16": (0, 0xFFFF), "s16": (-0x8000, 0x7FFF), "u32": (0, 2**32 - 1),
    "s32": (-(2**31), 2**31 - 1), "u64": (0, 2**53), "s64": (-(2**53), 2**53), "acc32": (1, 2**32 - 1), "acc64": (1, 2**53),
}  # fmt: skip
SCALES = (1.0, 0.1, 0.01, 0.001, 0.5, 10.0, 100.0, -1.0, -0.1, 0.25)


def point(**given: object) -> Point:
    return Point.model_validate({"name": "p", "address": 0, "minimum": -1e30, "maximum": 1e30, **given})


@given(kind=st.sampled_from(sorted(RANGES)), order=st.sampled_from(ORDERS), scale=st.sampled_from(SCALES),
       offset=st.sampled_from((0.0, -40.0, 1.5)), pre=st.sampled_from((0.0, -1000.0)), data=st.data())  # fmt: skip
def test_round_trip_within_half_a_step(
    kind: str, order: str, scale: float, offset: float, pre: float, data: st.DataObject
) -> None:
    """decode(encode(v)) is within half a step of v, whatever type, word order, scale and offsets."""
    low, high = RANGES[kind]
    raw = data.draw(st.integers(low, high))
    wobble = data.draw(st.floats(-0.49, 0.49))
    value = (raw + wobble + pre) * scale + offset
    p = point(type=kind, order=order, scale=scale, offset=offset, pre_offset=pre)
    assume(low < raw < high)
    words = encode_point(p, value)
    assert len(words) == p.size
    assert all(0 <= w <= 0xFFFF for w in words)
    back, quality = decode_point(p, words)
    assert quality is GOOD
    assert isinstance(back, float | int)
    assert abs(back - value) <= abs(scale) / 2 * (1 + 1e-9) + abs(value) * 1e-12


@given(
    st.floats(width=32, allow_nan=False, allow_infinity=False),
    st.sampled_from(ORDERS),
    st.sampled_from(("f32", "f64")),
)
def test_floats_round_trip_exactly(value: float, order: str, kind: str) -> None:
    """Floats come back bit for bit."""
    p = point(type=kind, order=order, quantity=None)
    assert decode_point(p, encode_point(p, value))[0] == value


@given(st.binary(min_size=60, max_size=60))
def test_any_words_decode(raw: bytes) -> None:
    """No bit pattern on the wire makes the decoder raise, and every value it calls good is in its range."""
    words = struct.unpack(">30H", raw)
    kinds = ["u16", "s16", "u32", "s32", "f32", "u64", "f64", "acc32", "str", "bits32", "enum16", "s8"]
    points, address = [], 0
    for i, kind in enumerate(kinds):
        extra: dict[str, object] = {"count": 2} if kind == "str" else {}
        quantity = {"str": "model", "bits32": "fault_text", "enum16": "status"}.get(kind, f"power_w_{i}")
        extra |= (
            {"bits": {0: "a"}} if kind == "bits32" else {"enum": {1: "running"}} if kind == "enum16" else {}
        )
        place: dict[str, object] = {
            "name": f"p{i}",
            "address": address,
            "type": kind,
            "quantity": quantity,
            "order": "abcd",
        }
        p = Point.model_validate(place | extra)
        points.append(p)
        address += p.size
    for _, value, quality in BlockCodec(Block("holding", 0, 30, tuple(points)), {}).decode(words):
        assert (value is None) == (quality is ABSENT)
        if quality is GOOD and isinstance(value, float):
            assert -1e6 <= value <= 1e6


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ("abcd", (0x4366, 0x3333)),
        ("cdab", (0x3333, 0x4366)),
        ("badc", (0x6643, 0x3333)),
        ("dcba", (0x3333, 0x6643)),
    ],
)
def test_word_orders_of_one_float(order: str, words: tuple[int, int]) -> None:
    """230.2 V in the four orders that devices use."""
    value, quality = decode_point(
        point(type="f32", order=order, quantity="voltage_v", minimum=0, maximum=300), words
    )
    assert quality is GOOD
    assert value == pytest.approx(230.2, rel=1e-6)


def test_words_apart() -> None:
    """A value whose words are not neighbours is put together, most significant first, whatever the profile's word order."""
    p = Point.model_validate({"name": "p", "words": [80, 78], "type": "u32", "order": "cdab"})
    frequency = point(name="f", address=79, quantity="frequency_hz", minimum=0, maximum=99)
    codec = BlockCodec(Block("holding", 78, 3, (p, frequency)), {})
    words = codec.encode({"frequency_hz": 50})
    assert words[1] == 50
    q = p.model_copy(update={"quantity": "import_wh"})
    codec = BlockCodec(Block("holding", 78, 3, (q,)), {})
    assert codec.encode({"import_wh": 0x00020001}) == [1, 0, 2]
    assert codec.decode([1, 999, 2]) == [("import_wh", 0x00020001, GOOD)]


@pytest.mark.parametrize(("value", "told"), [(0, 2), (1, 2), (2, 2), (65535.0, 65534), (3, 4)])
def test_a_number_that_means_absent_is_never_told(value: float, told: int) -> None:
    """A simulated device whose value's number means "absent" tells the next one that does not: towards zero, else away from it."""
    p = point(
        type="u16",
        quantity="voltage_v",
        minimum=None,
        maximum=None,
        absent=[0, 1, 65535, *([2, 3] if value == 3 else [])],
    )
    codec = BlockCodec(Block("holding", 0, 1, (p,)), {})
    assert codec.encode({"voltage_v": float(value)}) == [told]


@pytest.mark.parametrize(
    ("given", "raw", "expected"),
    [
        ({"type": "u16", "absent": [0xFFFF]}, (0xFFFF,), (None, ABSENT)),
        ({"type": "s16", "absent": [-0x8000]}, (0x8000,), (None, ABSENT)),
        ({"type": "u32", "absent": [0xFFFFFFFF]}, (0xFFFF, 0xFFFF), (None, ABSENT)),
        ({"type": "f32"}, (0x7FC0, 0), (None, ABSENT)),
        ({"type": "acc32"}, (0, 0), (None, ABSENT)),
        ({"type": "u16", "quantity": "voltage_v", "minimum": None, "maximum": None}, (1600,), (1600.0, SUSPECT)),
        ({"type": "u16", "quantity": "ph", "scale": 0.1, "minimum": 3, "maximum": 9}, (95,), (9.5, SUSPECT)),
        ({"type": "u16", "quantity": "vwc", "unit": "%", "maximum": 1, "out_of_range": "absent"}, (101,), (None, ABSENT)),
        ({"type": "f32", "quantity": "voltage_v", "minimum": 0, "maximum": 300}, (0x7F80, 0), (math.inf, SUSPECT)),
        ({"type": "u16", "mask": 0x0F00}, (0x3A51,), (10.0, GOOD)),
        ({"type": "u16", "byte": "hi"}, (0x3A51,), (0x3A, GOOD)),
        ({"type": "u8", "byte": "lo"}, (0x3A51,), (0x51, GOOD)),
        ({"type": "s8", "byte": "hi"}, (0xFF51,), (-1.0, GOOD)),
        ({"type": "enum16", "quantity": "status", "enum": {3: "running"}}, (3,), ("running", GOOD)),
        ({"type": "enum16", "quantity": "status", "enum": {3: "running"}}, (9,), (9, SUSPECT)),
        ({"type": "enum16", "quantity": "status", "enum": {3: "running"}, "otherwise": "fault"}, (9,), ("fault", GOOD)),
        ({"type": "bits16", "quantity": "fault_text", "bits": {0: "hot", 3: "wet"}}, (0b1001,), ("hot; wet", GOOD)),
        ({"type": "bits16", "quantity": "fault_text", "bits": {0: "hot"}}, (0,), ("", GOOD)),
        ({"type": "bits16", "quantity": "fault_text", "bits": {0: "hot"}}, (2,), ("bit 1", GOOD)),
        ({"type": "str", "count": 3, "quantity": "model"}, (0x5344, 0x4D20, 0), ("SDM", GOOD)),
        ({"type": "str", "count": 1, "quantity": "model"}, (0,), (None, ABSENT)),
        ({"type": "u16", "pre_offset": -1000, "scale": 0.1, "quantity": "temp_c"}, (1350,), (35.0, GOOD)),
    ],
)  # fmt: skip
def test_decoding_rules(
    given: dict[str, object], raw: tuple[int, ...], expected: tuple[object, Quality]
) -> None:
    """Sentinels, ranges, masks, bytes, words and faults come out as the language promises, alone and in a block."""
    given = {k: v for k, v in ({"minimum": -1e30, "maximum": 1e30} | given).items() if v is not None}
    p = Point.model_validate({"name": "p", "address": 0, **given})
    assert decode_point(p, raw) == expected
    block = BlockCodec(
        Block("holding", 0, p.size, (p.model_copy(update={"quantity": p.quantity or "power_w"}),)), {}
    )
    assert block.decode(raw)[0][1:] == expected


def test_decimal_scales_stay_decimal() -> None:
    """0.1 steps give 0.3 and not 0.30000000000000004: scales are kept as fractions."""
    p = point(type="u16", scale=0.1)
    assert [decode_point(p, (n,))[0] for n in (1, 3, 7, 2305)] == [0.1, 0.3, 0.7, 230.5]
    q = point(type="u16", scale=0.1, unit="%", quantity="vwc", minimum=0, maximum=1)
    assert decode_point(q, (184,))[0] == 0.184


def test_scale_by_register() -> None:
    """A scale factor read in the same block applies to the value, whatever their order; unknown factors make it absent."""
    sf = point(name="sf", address=1, type="s16")
    value = point(name="v", address=0, quantity="power_w", scale_by=[Factor(point="sf", how="ten_to")])
    codec = BlockCodec(Block("holding", 0, 2, (value, sf)), {})
    assert codec.decode([1234, 0xFFFF]) == [("power_w", 123.4, GOOD)]
    assert codec.decode([1234, 2]) == [("power_w", 123400.0, GOOD)]
    assert codec.decode([1234, 99]) == [("power_w", None, ABSENT)]
    places = value.model_copy(update={"scale_by": (Factor(point="sf", how="ten_to_minus"),)})
    assert BlockCodec(Block("holding", 0, 2, (places, sf)), {}).decode([1234, 2]) == [
        ("power_w", 12.34, GOOD)
    ]


def test_scale_factor_from_another_block() -> None:
    """The device's memory carries a factor from one request to the next, and forgets it when it turns absent."""
    sf = point(name="sf", address=1, type="s16", absent=[-0x8000])
    value = point(name="v", address=50, quantity="power_w", scale_by=[Factor(point="sf", how="ten_to")])
    needed = frozenset({"sf"})
    first, second = (
        BlockCodec(Block("holding", 1, 1, (sf,)), {}, needed),
        BlockCodec(Block("holding", 50, 1, (value,)), {}, needed),
    )
    memory: dict[str, float] = {}
    assert second.decode([7], memory) == [("power_w", None, ABSENT)]
    assert first.decode([1], memory) == []
    assert second.decode([7], memory) == [("power_w", 70.0, GOOD)]
    first.decode([0x8000], memory)
    assert second.decode([7], memory) == [("power_w", None, ABSENT)]


def test_scale_by_setting() -> None:
    """Nameplate percent and unit tables come from the site's settings; a missing setting is an error that names it."""
    p = point(type="s16", scale=0.1, quantity="power_w", scale_by=[Factor(setting="rated", how="percent")])
    assert decode_point(p, (825,), {"rated": 5500.0}) == (4537.5, GOOD)
    assert encode_point(p, 4537.5, {"rated": 5500.0}) == (825,)
    with pytest.raises(CodecError, match="'rated' is not known"):
        decode_point(p, (825,), {})
    with pytest.raises(CodecError, match="cannot be"):
        decode_point(p, (825,), {"rated": 0.0})


def test_derived() -> None:
    """Two unsigned registers make one signed value and split again; absent parts make it absent; sums and products add up."""
    a, b = (point(name=n, address=i, absent=[0xFFFF], minimum=0, maximum=1e6) for i, n in enumerate("ab"))
    grid = Derived(quantity="grid_w", signed=Signed(plus="a", minus="b"))
    both = Derived(quantity="load_w", sum={"a": 1.0, "b": 2.0})
    power = Derived(quantity="power_w", product=("a", "b"), maximum=100)
    codec = BlockCodec(Block("holding", 0, 2, (a, b)), {}, None, [grid])
    assert codec.decode([0, 70]) == [("grid_w", -70.0, GOOD)]
    assert codec.encode({"grid_w": -70.0}) == [0, 70]
    assert codec.encode({"grid_w": 30.0}) == [30, 0]
    assert codec.decode([0xFFFF, 70]) == [("grid_w", None, ABSENT)]
    codec = BlockCodec(Block("holding", 0, 2, (a, b)), {}, None, [both, power])
    assert codec.decode([3, 4]) == [("load_w", 11.0, GOOD), ("power_w", 12.0, GOOD)]
    assert codec.decode([30, 40])[1] == ("power_w", 1200.0, SUSPECT)


def test_views_share_registers() -> None:
    """Two points over one register both speak, and a simulator's words hold both."""
    hi = point(name="hi", type="u16", byte="hi", quantity="speed_rpm", minimum=0, maximum=999)
    lo = point(name="lo", type="u16", byte="lo", quantity="voltage_v", minimum=0, maximum=999)
    codec = BlockCodec(Block("holding", 0, 1, (hi, lo)), {})
    assert codec.encode({"speed_rpm": 0x12, "voltage_v": 0x34}) == [0x1234]
    assert sorted(codec.decode([0x1234])) == [("speed_rpm", 0x12, GOOD), ("voltage_v", 0x34, GOOD)]


def test_encoding_clamps_for_simulators_and_refuses_for_commands() -> None:
    """A device's register saturates; a command that does not fit is an error."""
    p = point(type="u16", scale=0.1, quantity="voltage_v", minimum=0, maximum=1500, absent=[0xFFFF])
    codec = BlockCodec(Block("holding", 0, 1, (p,)), {})
    assert codec.encode({"voltage_v": 1e6}) == [0xFFFE]
    assert codec.encode({"voltage_v": -5.0}) == [0]
    assert codec.encode({"voltage_v": None}) == [0xFFFF]
    assert codec.encode({}) == [0xFFFF]
    with pytest.raises(CodecError, match="does not fit"):
        encode_point(p, 1e6)
    with pytest.raises(CodecError, match="does not fit"):
        encode_number("u16", 70000)
    with pytest.raises(CodecError, match="cannot be written"):
        codec.encode({"voltage_v": math.inf})


def test_hints_fill_what_the_world_does_not_know() -> None:
    """A simulator shows the profile's own hint where nobody gave a value."""
    p = point(quantity="ph", scale=0.1, minimum=3, maximum=9).model_copy(
        update={"simulate": Simulate(value=6.2)}
    )
    assert BlockCodec(Block("holding", 0, 1, (p,)), {}).encode({}) == [62]


def test_wrong_length() -> None:
    """An answer with too few or too many words is never decoded."""
    codec = BlockCodec(Block("holding", 0, 2, (point(quantity="power_w"),)), {})
    for words in ([1], [1, 2, 3]):
        with pytest.raises(CodecError, match="words where 2"):
            codec.decode(words)


def test_coils() -> None:
    """Coils are one value each, 0 or 1, also as truth values."""
    profile = load_profile("waveshare-relay-8ch")
    codec = BlockCodec(Block("coil", 0, 8, profile.of_class("fast")), {})
    assert codec.encode({"switch_2": 1.0, "switch_8": 1.0}) == [0, 1, 0, 0, 0, 0, 0, 1]
    assert codec.decode([True] + [False] * 7)[0] == ("switch_1", 1.0, GOOD)


@pytest.mark.parametrize(
    ("given", "message"),
    [({}, "is missing"), ({"level_unit": "km"}, "must be one of"), ({"level_unit": 3.0}, "must be one of"),
     ({"level_unit": "m", "x": 1}, "does not ask")],
)  # fmt: skip
def test_settings_are_checked(given: dict[str, float | str], message: str) -> None:
    """Missing, unknown and impossible settings are named."""
    with pytest.raises(CodecError, match=message):
        settings_for(load_profile("qdy30a"), given)


def test_settings_numbers_and_defaults() -> None:
    """Numbers have bounds, words are refused for them, defaults fill in."""
    assert settings_for(load_profile("deye-hybrid-1p"), {}) == {"power_step": 1}
    with pytest.raises(CodecError, match="outside"):
        settings_for(load_profile("deye-hybrid-1p"), {"power_step": 99})
    with pytest.raises(CodecError, match="must be a number"):
        settings_for(load_profile("deye-hybrid-1p"), {"power_step": "big"})


def test_states_that_a_maker_does_not_tell_apart() -> None:
    """A simulated drive that knows no "derated" shows running, and one that knows no "standby" shows off."""
    p = point(type="enum16", quantity="status", enum={1: "running", 5: "off"})
    codec = BlockCodec(Block("holding", 0, 1, (p,)), {})
    assert codec.encode({"status": "derated"}) == [1]
    assert codec.encode({"status": "standby"}) == [5]
    with pytest.raises(CodecError, match="has no 'fault'"):
        codec.encode({"status": "fault"})


def test_two_views_of_one_state() -> None:
    """Over one state register both "status" and "running" speak; either alone sets it, and "status" wins over "running"."""
    drive = load_profile("invt-gd100-pv")
    codec = compile_blocks(drive, "fast", {"rated_power_w": 5500.0})[0]
    assert codec.encode({"status": "fault", "running": 0.0})[0] == 4
    assert codec.encode({"running": 1.0})[0] == 1
    assert codec.encode({"running": 0.0})[0] == 3
    assert codec.encode({"status": "running", "running": 1.0})[0] == 1
    assert codec.encode({})[0] == 3
