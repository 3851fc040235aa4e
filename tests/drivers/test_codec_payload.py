"""MQTT payloads: every spelling that devices use, partial updates, envelopes, times; and the way back."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.codec import settings_for
from drivers.codec_paths import MISSING, as_number, as_time, look_up, parse_path, put
from drivers.codec_payload import PayloadCodec, topic_matches
from drivers.codec_scale import CodecError
from drivers.profile import library, load_profile
from drivers.quantities import quantity as glossary
from drivers.reading import Quality
from tests.simulators.paper import settings_of

GOOD, ABSENT, SUSPECT = Quality.GOOD, Quality.ABSENT, Quality.SUSPECT


def codec(name: str, **given: float | str) -> PayloadCodec:
    return PayloadCodec(load_profile(name), "dev", given)


@pytest.mark.parametrize(
    ("raw", "number"),
    [("3.3 V", 3.3), ("-12", -12.0), ("ON", 1.0), ("off", 0.0), (True, 1.0), ("closed", 0.0), ("nan", None), (None, None),
     ("unavailable", None), ("", None), ("abc", MISSING), ([1], MISSING), ("1e3", 1000.0), (5, 5.0), ("23.4°C", 23.4),
     ("1.2.3", MISSING), (10**400, MISSING)],
)  # fmt: skip
def test_words_as_numbers(raw: Any, number: Any) -> None:
    """Numbers with units, truth words and the many words for nothing."""
    assert as_number(raw) == number


@pytest.mark.parametrize(
    ("path", "value"),
    [("a.b", 1), ("list[1].x", 3), ("list[id=7].x", 2), ("text.inner", 5), ("a.c", MISSING), ("list[9]", MISSING),
     ("a.b.c", MISSING), ("switch:0", 4), ("nothing", None)],
)  # fmt: skip
def test_paths(path: str, value: Any) -> None:
    """Keys, indices, entries found by a field, and JSON inside a text."""
    data = {
        "a": {"b": 1},
        "list": [{"id": 7, "x": 2}, {"id": 8, "x": 3}],
        "text": '{"inner": 5}',
        "switch:0": 4,
        "nothing": None,
    }
    assert look_up(data, parse_path(path)) == value


def test_put_is_the_way_back() -> None:
    """What is put at a path is found there."""
    data: dict[str, Any] = {}
    for i, path in enumerate(("a.b", "a.c", "list[2].x", "list[0]", "others[id=7].y")):
        put(data, parse_path(path), i)
    for i, path in enumerate(("a.b", "a.c", "list[2].x", "list[0]", "others[id=7].y")):
        assert look_up(data, parse_path(path)) == i


def test_bad_paths() -> None:
    """A path that cannot be read is refused."""
    with pytest.raises(ValueError, match="no path"):
        parse_path("a[")


@pytest.mark.parametrize(
    ("raw", "stamp"),
    [("2026-03-15T01:02:03.123456789Z", datetime(2026, 3, 15, 1, 2, 3, 123456, UTC)),
     ("2026-03-15T08:02:03+07:00", datetime(2026, 3, 15, 1, 2, 3, tzinfo=UTC)), ("2026-03-15T08:02:03", None),
     (1710000000, datetime(2024, 3, 9, 16, 0, tzinfo=UTC)), (1710000000000, datetime(2024, 3, 9, 16, 0, tzinfo=UTC)),
     ("1710000000", datetime(2024, 3, 9, 16, 0, tzinfo=UTC)), ("soon", None), (None, None), (1e300, None), ("1" * 400, None)],
)  # fmt: skip
def test_times(raw: Any, stamp: datetime | None) -> None:
    """ISO with offset and Unix times are understood; a local time without offset is nobody's time."""
    assert as_time(raw) == stamp


def test_partial_update_tells_only_what_it_says() -> None:
    """A NotifyStatus with one key gives one value; other methods give none."""
    shelly = codec("shelly-gen2-relay")
    message = {"method": "NotifyStatus", "params": {"ts": 1.5, "switch:1": {"apower": 12.5}}}
    assert shelly.decode("dev/events/rpc", json.dumps(message).encode()) == [("power_w_2", 12.5, GOOD, None)]
    message["method"] = "NotifyEvent"
    assert shelly.decode("dev/events/rpc", json.dumps(message).encode()) == []


def test_lorawan_time_is_the_payloads_own() -> None:
    """A ChirpStack uplink carries its own time; another port is not ours; a duplicate decodes alike."""
    dragino = codec("dragino-lse01")
    body = {"time": "2026-03-15T01:02:03Z", "fPort": 2, "object": {"water_SOIL": 12.34, "temp_SOIL": None}}
    topic = "application/5/device/dev/event/up"
    at = datetime(2026, 3, 15, 1, 2, 3, tzinfo=UTC)
    expected = [("vwc", pytest.approx(0.1234), GOOD, at), ("temp_c", None, ABSENT, at)]
    assert dragino.decode(topic, json.dumps(body).encode()) == expected
    assert dragino.decode(topic, json.dumps(body).encode()) == expected
    assert dragino.decode(topic, json.dumps(body | {"fPort": 5}).encode()) == []
    assert dragino.decode("application/5/device/other/event/up", json.dumps(body).encode()) == []


RAW_MODE = base64.b64encode(b"\x0c\xe4\x7f\xff\x04\xd2\xff\xf6\x00\x80\x80").decode()


@pytest.mark.parametrize("data", ["!!!", "AAAA", 7, None, RAW_MODE])
def test_packed_bytes_that_are_not_ours(data: Any) -> None:
    """Broken base64 and too few bytes tell nothing; in the raw mode only what is no calibrated value."""
    body = json.dumps({"fPort": 2, "data": data}).encode()
    told = codec("dragino-lse01").decode("application/1/device/dev/event/up", body)
    assert [quantity for quantity, *_ in told] == (["permittivity"] if data == RAW_MODE else [])


def test_suspects() -> None:
    """A value out of range is kept for the technician as suspect; a word that is no number too."""
    soil = codec("zigbee2mqtt-soil")
    out = soil.decode("zigbee2mqtt/dev", b'{"soil_moisture": 180, "temperature": "warm"}')
    assert out == [("vwc", 1.8, SUSPECT, None), ("temp_c", "warm", SUSPECT, None)]


def test_unreadable_payloads() -> None:
    """Broken JSON is an error of its own kind; an empty payload (a cleared retained topic) is silence."""
    soil = codec("zigbee2mqtt-soil")
    with pytest.raises(CodecError, match="not JSON"):
        soil.decode("zigbee2mqtt/dev", b"{")
    assert soil.decode("zigbee2mqtt/dev", b"") == []
    assert soil.decode("zigbee2mqtt/dev", b"[1]") == []


@pytest.mark.parametrize(
    ("name", "topic", "payload", "online"),
    [("zigbee2mqtt-soil", "zigbee2mqtt/dev/availability", b"online", True),
     ("zigbee2mqtt-soil", "zigbee2mqtt/dev/availability", b'{"state":"offline"}', False),
     ("zigbee2mqtt-soil", "zigbee2mqtt/dev/availability", b'{"state":"online"}', True),
     ("tasmota-relay", "tele/dev/LWT", b"Offline", False), ("shelly-gen2-relay", "dev/online", b"true", True),
     ("shelly-gen2-relay", "dev/other", b"true", None), ("dragino-lse01", "x", b"online", None)],
)  # fmt: skip
def test_availability(name: str, topic: str, payload: bytes, online: bool | None) -> None:
    """Plain words and JSON states; other topics say nothing."""
    assert codec(name).online(topic, payload) is online


def test_subscriptions() -> None:
    """All topics once, the availability topic among them."""
    assert codec("tasmota-relay").topics == ("stat/dev/RESULT", "tele/dev/STATE", "tele/dev/LWT")
    assert codec("dragino-lse01").topics == ("application/+/device/dev/event/up", "v3/+/devices/dev/up")


@pytest.mark.parametrize(
    ("pattern", "topic", "fits"),
    [
        ("a/+/c", "a/b/c", True),
        ("a/+/c", "a/b/d", False),
        ("a/#", "a/b/c", True),
        ("a/#", "a", True),
        ("a/+", "a/b/c", False),
    ],
)
def test_topic_filters(pattern: str, topic: str, fits: bool) -> None:
    """MQTT's own wildcards."""
    assert topic_matches(pattern, topic) is fits


def test_simulated_messages_come_back() -> None:
    """For every MQTT profile: what a simulator sends for its quantities, the driver reads as the same values."""
    seen = 0
    for name in library():
        profile = load_profile(name)
        if profile.mqtt is None:
            continue
        payloads = PayloadCodec(profile, "dev", settings_for(profile, settings_of(profile)))
        values: dict[str, Any] = dict.fromkeys(profile.quantities, 1.0)
        values |= {"vwc": 0.35, "energy_wh": 12345.0, "air_pressure_hpa": 1008.0, "run_duration_s": 120.0}
        values |= {
            name: "high" for name in profile.quantities if (row := glossary(name)) is not None and row.is_text
        }
        at = datetime(2026, 3, 15, 1, 2, 3, tzinfo=UTC)
        for topic, payload in payloads.encode(values, at):
            for quantity, value, quality, stamp in payloads.decode(topic, payload):
                assert quality is GOOD, (name, quantity, payload)
                assert value == (
                    pytest.approx(values[quantity], rel=0.01)
                    if isinstance(value, float)
                    else values[quantity]
                )
                assert stamp in (None, at)
                seen += 1
    assert seen > 50


def test_simulated_absence_comes_back() -> None:
    """A quantity without value is absent on the other side too, as text and as JSON."""
    flow = codec("pulse-flow-meter", pulses_per_litre=10.0)
    (message,) = flow.encode({"flow_m3_h": None})
    assert flow.decode(*message) == [("flow_m3_h", None, ABSENT, None)]
    soil = codec("zigbee2mqtt-soil")
    (message,) = soil.encode({"vwc": None})
    assert ("vwc", None, ABSENT, None) in soil.decode(*message)


def test_packed_bytes_come_back_without_an_object() -> None:
    """The simulator's packed bytes alone carry the same values as its decoded object."""
    dragino = codec("dragino-lse01")
    ((topic, payload),) = dragino.encode({"vwc": 0.2567, "temp_c": -3.21, "ec_us_cm": 512.0})
    body = json.loads(payload)
    del body["object"]
    values = {q: v for q, v, _, _ in dragino.decode(topic, json.dumps(body).encode())}
    assert values["vwc"] == pytest.approx(0.2567)
    assert values["temp_c"] == pytest.approx(-3.21)
    assert values["ec_us_cm"] == 512.0
    assert values["node_battery_v"] == pytest.approx(3.6)


KEYS = st.sampled_from(("object", "data", "fPort", "water_SOIL", "Bat", "time", "params", "method"))
JSONISH = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(KEYS, inner, max_size=5),
    ),
    max_leaves=12,
)


@given(st.one_of(st.binary(max_size=60), JSONISH.map(lambda d: json.dumps(d).encode())))
@settings(max_examples=400, deadline=None)
def test_any_payload_is_values_or_an_error(payload: bytes) -> None:
    """Whatever arrives, the answer is a list of values or CodecError; a good number is never NaN or infinite."""
    for name, topic in (("dragino-lse01", "application/1/device/dev/event/up"), ("shelly-gen2-relay", "dev/events/rpc"),
                        ("tasmota-energy", "tele/dev/SENSOR")):  # fmt: skip
        try:
            out = codec(name).decode(topic, payload)
        except CodecError:
            continue
        for _, value, quality, _ in out:
            assert quality is not GOOD or isinstance(value, str) or (value is not None and abs(value) < 1e15)
