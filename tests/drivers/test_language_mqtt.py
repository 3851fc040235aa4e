"""LoRaWAN nodes behind any network server: lists of entries, envelopes, downlinks; both ways."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.codec_command import WirePublish, encode_command
from drivers.codec_hear import Heard, command_topics, hear_message
from drivers.codec_payload import PayloadCodec
from drivers.codec_scale import CodecError
from drivers.reading import Quality, Value
from tests.drivers.devices import device

EUI = "24e124785c389818"
UP = {
    "chirpstack_v4": f"application/7/device/{EUI}/event/up",
    "chirpstack_v3": f"application/7/device/{EUI}/event/up",
    "tts_v3": f"v3/farm@ttn/devices/{EUI}/up",
}
RAW = bytes.fromhex("01756403671901046873057FF000")


def codec(name: str = "em500", **settings: float | str) -> PayloadCodec:
    """The codec of a node."""
    return PayloadCodec(device(name), EUI, settings)


def body(
    server: str, *, data: bytes | None = None, decoded: dict[str, object] | None = None, port: int = 85
) -> bytes:
    """An uplink as the server publishes it."""
    packed = base64.b64encode(data).decode() if data is not None else None
    if server == "tts_v3":
        inner = {"f_port": port, "frm_payload": packed, "decoded_payload": decoded}
        message: dict[str, object] = {
            "received_at": "2026-03-15T01:02:03.5Z",
            "uplink_message": {k: v for k, v in inner.items() if v is not None},
        }
    elif server == "chirpstack_v3":
        message = {"devEUI": "JOEkeFw4mBg=", "fPort": port, "publishedAt": "2026-03-15T01:02:03.5Z"}
        message |= {"data": packed} if packed else {}
        message |= {"objectJSON": json.dumps(decoded)} if decoded else {}
    else:
        message = {"deviceInfo": {"devEui": EUI}, "time": "2026-03-15T01:02:03.5Z", "fPort": port}
        message |= {"data": packed} if packed else {}
        message |= {"object": decoded} if decoded else {}
    return json.dumps(message).encode()


def told(name: str, server: str, payload: bytes) -> dict[str, Value | None]:
    """Quantity to value of a message; each may come only once."""
    rows = codec(name).decode(UP[server], payload)
    assert len({row[0] for row in rows}) == len(rows)
    return {row[0]: row[1] for row in rows}


@pytest.mark.parametrize("server", UP)
def test_the_same_bytes_through_every_server(server: str) -> None:
    """The maker's example gives the same four values behind each network server, and the server's time."""
    rows = codec().decode(UP[server], body(server, data=RAW))
    assert {r[0]: r[1] for r in rows} == {
        "temp_c": pytest.approx(28.1), "vwc": pytest.approx(0.575), "ec_us_cm": 240, "node_battery_pct": 100,
    }  # fmt: skip
    assert len(rows) == 4
    assert {r[3] for r in rows} == {datetime(2026, 3, 15, 1, 2, 3, 500_000, UTC)}


@pytest.mark.parametrize("server", UP)
def test_decoded_by_the_server(server: str) -> None:
    """What the server's decoder made is taken first, also as a text with JSON in it, and by either of two names."""
    decoded: dict[str, object] = {"temperature": -3.4, "ec": 99, "battery": 51}
    assert told("em500", server, body(server, decoded=decoded)) == {
        "temp_c": -3.4, "ec_us_cm": 99, "node_battery_pct": 51,
    }  # fmt: skip


def test_other_ports_are_not_ours() -> None:
    """Settings answers come on another port and mean nothing here."""
    assert codec().decode(UP["tts_v3"], body("tts_v3", data=RAW, port=84)) == []


def test_entries_that_nobody_wants() -> None:
    """Known ones are skipped by their length; at one that nobody knows the list ends, and what came before counts."""
    skipped = told("em500", "tts_v3", body("tts_v3", data=bytes.fromhex("FF0B01") + RAW))
    assert len(skipped) == 4
    cut = told("em500", "tts_v3", body("tts_v3", data=RAW[:3] + bytes.fromhex("2099AA") + RAW[3:]))
    assert cut == {"node_battery_pct": 100}


def test_a_failed_sensor_has_no_value() -> None:
    """0xFFFF and 0xFFFD are errors of the sensor."""
    for word in ("FFFF", "FDFF"):
        rows = codec().decode(UP["tts_v3"], body("tts_v3", data=bytes.fromhex("057F" + word)))
        assert [(r[1], r[2]) for r in rows] == [(None, Quality.ABSENT)]


@given(st.integers(-400, 1250), st.integers(0, 100), st.integers(0, 20_000), st.integers(0, 100))
def test_a_simulated_node_says_what_it_means(temp: int, half: int, ec: int, battery: int) -> None:
    """Values, packed and decoded by a simulated node, come back the same; it speaks through one server only."""
    values = {
        "temp_c": temp / 10,
        "vwc": half / 200,
        "ec_us_cm": float(ec),
        "node_battery_pct": float(battery),
    }
    ((topic, payload),) = codec().encode(values, datetime(2026, 3, 15, tzinfo=UTC))
    assert topic == f"application/1/device/{EUI}/event/up"
    for part in ({"object"}, {"data"}):
        message = {k: v for k, v in json.loads(payload).items() if k not in {"object", "data"} - part}
        rows = codec().decode(topic, json.dumps(message).encode())
        assert {r[0]: r[1] for r in rows} == {k: pytest.approx(v) for k, v in values.items()}


SITE: dict[str, float | str] = {"server": "tts_v3", "application": "farm@ttn"}


@pytest.mark.parametrize("server", ["chirpstack_v4", "tts_v3"])
def test_a_valve_opens_for_a_time(server: str) -> None:
    """The downlink carries the duration in three bytes, little end first, in the body that the server wants; and is heard so."""
    valve = device("uc511")
    settings: dict[str, float | str] = {"server": server, "application": "farm"}
    (step,) = encode_command(valve, "valve_1", 1.0, 3600.0, settings, EUI)
    assert isinstance(step, WirePublish)
    message = json.loads(step.payload)
    if server == "tts_v3":
        assert step.topic == f"v3/farm/devices/{EUI}/down/push"
        (down,) = message["downlinks"]
        packed, port = down["frm_payload"], down["f_port"]
    else:
        assert step.topic == f"application/farm/device/{EUI}/command/down"
        assert message["devEui"] == EUI
        assert message["confirmed"] is False
        packed, port = message["data"], message["fPort"]
    assert (base64.b64decode(packed).hex(), port) == ("ff1da000100e00", 85)
    assert hear_message(valve, step.topic, EUI, step.payload, settings) == Heard("valve_1", 1.0, 3600.0)
    assert command_topics(valve, EUI, settings) == (step.topic,)


def test_a_valve_closes() -> None:
    """Off carries no time, and is told from on by its bytes."""
    valve = device("uc511")
    (step,) = encode_command(valve, "valve_1", 0.0, 0.0, SITE, EUI)
    assert isinstance(step, WirePublish)
    assert hear_message(valve, step.topic, EUI, step.payload, SITE) == Heard("valve_1", 0.0, None)
    assert hear_message(valve, step.topic, EUI, b'{"downlinks":[{"frm_payload":"AAAA"}]}', SITE) is None


def test_the_site_is_asked_for_server_and_application() -> None:
    """A profile with downlinks asks by itself; without an answer for the application nothing works."""
    asked = device("uc511").settings
    assert asked["server"].choices == ("chirpstack_v4", "tts_v3")
    assert asked["server"].default == "chirpstack_v4"
    assert asked["application"].default is None
    with pytest.raises(CodecError):
        encode_command(device("uc511"), "valve_1", 0.0, 0.0, {"server": "nowhere"}, EUI)


def test_an_older_server_tells_its_time_too() -> None:
    """ChirpStack v3 shares its topic with v4 and has object and time elsewhere: taken from wherever they stand."""
    at = datetime(2026, 3, 15, 1, 2, 3, 500_000, UTC)
    packed = base64.b64encode(RAW).decode()
    for extra in (
        {"publishedAt": "2026-03-15T01:02:03.5Z", "objectJSON": '{"battery":51}'},
        {"rxInfo": [{"time": "2026-03-15T01:02:03.5Z"}], "object": {"battery": 51}},
    ):
        message = json.dumps({"devEUI": "x", "fPort": 85, "data": packed} | extra).encode()
        assert [(r[0], r[1], r[3]) for r in codec().decode(UP["chirpstack_v3"], message)] == [
            ("node_battery_pct", 51, at)
        ]
