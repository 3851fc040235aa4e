"""An independent Modbus master reads the simulators and gets what `tirta probe` prints; MQTT devices likewise."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.documents import Value, read_all
from tests.end_to_end.masters import Bridge, Mbpoll, Told, mbpoll_line, probe
from tests.end_to_end.sites import SITES, SUNNY, Devices, moved
from tests.fixtures_mqtt import Mosquitto
from tests.services import free_port, require

VIVID = "tests.end_to_end.vivid:Vivid"
READING_KEYS = {"quantity", "name", "value", "unit", "quality"}
Entry = Mapping[str, Any]
Serve = Callable[..., Devices]


@pytest.fixture
def serve(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[Serve]:
    """`tirta-sim serve` for a shipped site on addresses of its own."""
    with ExitStack() as stack:

        def make(kind: str, world: str | None = None, rate: float = 1e-3) -> Devices:
            devices = Devices(moved(SITES[kind], tmp_path, mosquitto.port), SUNNY, rate, world)
            stack.callback(devices.stop)
            devices.start()
            return devices

        yield make


def modbus_entries(devices: Devices) -> list[tuple[Entry, str]]:
    """Each Modbus device of the site with the URL of its bus."""
    urls = {bus["id"]: bus["url"] for bus in devices.site["buses"]}
    return [(d, urls[d["bus"]]) for d in devices.site["devices"] if not urls[d["bus"]].startswith("mqtt")]


def master(stack: ExitStack, folder: Path, url: str, unit: int) -> Mbpoll:
    """mbpoll on that bus, through socat where it speaks RTU over TCP."""
    if not url.startswith("rtu+tcp"):
        return Mbpoll(mbpoll_line(url), unit)
    bridge = Bridge(folder, int(url.rpartition(":")[2]))
    stack.callback(bridge.stop)
    bridge.start()
    return Mbpoll(mbpoll_line(url, bridge.end), unit)


def unlike(told: Mapping[str, Any], before: Mapping[str, Value], after: Mapping[str, Value]) -> list[str]:
    """Where probe says something that the document said neither before nor after it; a quantity that only one of them knows
    differs too.
    """
    found = [
        f"{quantity}: only {'probe' if quantity in told else 'document'}"
        for quantity in told.keys() ^ before.keys()
    ]
    for quantity in told.keys() & before.keys():
        ours, one, two = told[quantity], before[quantity], after[quantity]
        same = ours in (one, two)
        if isinstance(ours, float) and isinstance(one, float | int) and isinstance(two, float | int):
            slack = 1e-9 + 1e-6 * abs(ours)
            same = min(one, two) - slack <= ours <= max(one, two) + slack
        if not same:
            found.append(f"{quantity}: probe {ours}, document {one} and {two}")
    return found


def compare(devices: Devices, entry: Entry, url: str) -> list[str]:
    """One device read by both: mbpoll, probe, mbpoll again (the sun does not stand quite still)."""
    profile, unit, settings = entry["profile"], entry["unit"], entry.get("settings", {})
    with ExitStack() as stack:
        before = read_all(profile, settings, master(stack, devices.folder, url, unit).ask)
    told = probe(profile, url, unit, settings)
    with ExitStack() as stack:
        after = read_all(profile, settings, master(stack, devices.folder, url, unit).ask)
    assert told.code == 0, told
    assert told.err == ""
    assert told.document["errors"] == []
    assert all(reading.keys() == READING_KEYS for reading in told.document["readings"]), told.out
    return [f"{entry['id']} ({profile}) {text}" for text in unlike(told.readings, before, after)]


def pump_on(entries: list[tuple[Entry, str]]) -> None:
    """Switch the first relay of the site's first board on, as anybody can: there is a pump behind it."""
    boards = [(entry, url) for entry, url in entries if entry["profile"] == "waveshare-relay-8ch"]
    for entry, url in boards[:1]:
        Mbpoll(mbpoll_line(url), entry["unit"]).write("coil", 0, 1)


@pytest.mark.slow
@pytest.mark.parametrize("world", [None, VIVID], ids=["plant", "vivid"])
@pytest.mark.parametrize("kind", SITES)
def test_mbpoll_and_probe_agree(kind: str, world: str | None, serve: Serve) -> None:
    """Every Modbus device of the site, by TCP, by RTU on the paced pty, by RTU over TCP: probe prints what the maker's
    document says of the words that mbpoll got.
    """
    devices = serve(kind, world)
    entries = modbus_entries(devices)
    assert len(entries) >= 5
    pump_on(entries)
    time.sleep(1.0)
    assert [text for entry, url in entries for text in compare(devices, entry, url)] == []


def test_mbpolls_own_floats(serve: Serve) -> None:
    """The meter's floats as mbpoll itself decodes them are what probe prints."""
    devices = serve("nursery", VIVID)
    entry, url = next(pair for pair in modbus_entries(devices) if pair[0]["profile"] == "sdm120")
    line = Mbpoll(mbpoll_line(url), entry["unit"])
    told = probe("sdm120", url, entry["unit"]).readings
    for quantity, address, scale in [("voltage_v", 0, 1), ("power_w", 12, 1), ("energy_wh", 0x156, 1000)]:
        (value,) = line.floats(address, 1)
        assert told[quantity] == pytest.approx(value * scale, rel=1e-5), quantity


def test_what_mbpoll_switches_probe_sees(serve: Serve) -> None:
    """A coil written by the independent master is a relay that is on, for probe and for mbpoll."""
    devices = serve("nursery")
    entry, url = next(pair for pair in modbus_entries(devices) if pair[0]["id"] == "relay")
    line = Mbpoll(mbpoll_line(url), entry["unit"])
    assert line.ask("coil", 0, 8) == [0] * 8
    line.write("coil", 4, 1)
    assert line.ask("coil", 0, 8) == [0, 0, 0, 0, 1, 0, 0, 0]
    told = probe(entry["profile"], url, entry["unit"]).readings
    assert {quantity for quantity, value in told.items() if value == 1.0} == {"switch_5"}


# ------------------------------------------------------------------------------------------------------------ by MQTT


def heard(broker: Mosquitto, topic: str, count: int) -> list[tuple[str, str]]:
    """(topic, payload) as mosquitto_sub hears them."""
    command = [
        require("mosquitto_sub"), "-h", "127.0.0.1", "-p", str(broker.port), "-t", topic, "-v", "-C", str(count),
        "-W", "20",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, f"nothing on {topic}: {done.stderr}"
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in done.stdout.splitlines()]


def test_mosquitto_sub_and_probe_agree(serve: Serve, mosquitto: Mosquitto) -> None:
    """A pulse meter, a Zigbee and a LoRaWAN soil probe and a relay publish; probe prints what their payloads say."""
    devices = serve("nursery", VIVID, 600.0)
    url = f"mqtt://127.0.0.1:{mosquitto.port}"
    topics = {d["id"]: d["topic"] for d in devices.site["devices"] if "topic" in d}

    meter = probe("pulse-flow-meter", f"{url}/{topics['meter-air']}", None, {"pulses_per_litre": 1})
    said = dict(heard(mosquitto, f"{topics['meter-air']}/sensor/#", 2))
    litres_min = float(said[f"{topics['meter-air']}/sensor/flow/state"])
    assert meter.readings["flow_m3_h"] == pytest.approx(litres_min * 60 / 1000)
    assert meter.readings["volume_m3"] == float(said[f"{topics['meter-air']}/sensor/flow_total/state"]) / 1000

    soil = probe("zigbee2mqtt-soil", f"{url}/{topics['tanah-melon']}", None, {}, "--wait", "30")
    payload = json.loads(heard(mosquitto, f"zigbee2mqtt/{topics['tanah-melon']}", 1)[0][1])
    assert soil.readings["vwc"] == pytest.approx(payload["soil_moisture"] / 100)
    assert soil.readings["temp_c"] == payload["temperature"]

    node = probe("dragino-lse01", f"{url}/{topics['tanah-kacang']}", None, {}, "--wait", "30")
    uplink = json.loads(heard(mosquitto, f"application/+/device/{topics['tanah-kacang']}/event/up", 1)[0][1])
    assert node.readings["vwc"] == pytest.approx(float(uplink["object"]["water_SOIL"]) / 100)
    assert node.readings["ec_us_cm"] == float(uplink["object"]["conduct_SOIL"])

    relay = probe("shelly-gen2-relay", f"{url}/{topics['katup-jauh']}", None, {}, "--wait", "30")
    status = json.loads(heard(mosquitto, f"{topics['katup-jauh']}/status/switch:0", 1)[0][1])
    assert relay.readings["switch_1"] == float(status["output"])
    for told in (meter, soil, node, relay):
        assert told.code == 0, told


# ------------------------------------------------------------------------------------------------ when it goes wrong


def complains(told: Told, code: int) -> str:
    """No reading, an error with a hint, the exit code, no traceback; returns the words."""
    assert told.code == code, told
    assert "Traceback" not in told.out + told.err
    document = told.document
    assert document.keys() == {"device", "readings", "errors"}
    assert document["readings"] == []
    assert len(document["errors"]) >= 1
    for error in document["errors"]:
        assert error["message"], error
    return " ".join(f"{error['message']} {error['hint']}" for error in document["errors"])


def test_nobody_listens() -> None:
    """A host that does not answer: exit 2, and the words name the address and what to check."""
    port = free_port()
    words = complains(probe("sdm120", f"tcp://127.0.0.1:{port}", 1), 2)
    assert f"127.0.0.1:{port}" in words
    words = complains(probe("sdm120", "rtu:///dev/ttyUSB97?baud=9600", 1), 2)
    assert "ttyUSB97" in words
    words = complains(probe("zigbee2mqtt-soil", f"mqtt://127.0.0.1:{port}/tanah", None, {}, "--wait", "2"), 2)
    assert "broker" in words


def test_nobody_is_at_that_address(serve: Serve, mosquitto: Mosquitto) -> None:
    """A bus that answers for others: exit 2 for a unit or a topic that is not there."""
    devices = serve("nursery")
    for _entry, url in {url: (entry, url) for entry, url in modbus_entries(devices)}.values():
        assert "99" in complains(probe("sdm120", url, 99), 2)
    url = f"mqtt://127.0.0.1:{mosquitto.port}/tidak-ada"
    assert "tidak-ada" in complains(probe("zigbee2mqtt-soil", url, None, {}, "--wait", "1"), 2)


def test_another_device_is_at_that_address(serve: Serve) -> None:
    """A device that refuses the registers of the profile: exit 2 and its own words, not a reading."""
    devices = serve("nursery")
    entry, url = next(pair for pair in modbus_entries(devices) if pair[0]["id"] == "relay")
    assert complains(probe("sdm120", url, entry["unit"]), 2)


@pytest.mark.parametrize(
    ("profile", "url"),
    [
        ("tidak-ada", "tcp://127.0.0.1:1502"),
        ("sdm120", "ftp://127.0.0.1:1502"),
        ("sdm120", "tcp://"),
        ("sdm120", "rtu:///dev/ttyS9?baud=9601"),
        ("zigbee2mqtt-soil", "mqtt://127.0.0.1:1883"),
    ],
)
def test_wrong_words(profile: str, url: str) -> None:
    """An unknown profile and an address that cannot be: exit 1, and the words say what is right."""
    told = probe(profile, url, None)
    assert told.code == 1, told
    assert "Traceback" not in told.out + told.err
    assert told.document["errors"][0]["message"]


def test_words_for_people(serve: Serve) -> None:
    """Without --json the same is a table on stdout, and an error is on stderr with its hint."""
    devices = serve("nursery", VIVID)
    entry, url = next(pair for pair in modbus_entries(devices) if pair[0]["profile"] == "sdm120")
    told = probe("sdm120", url, entry["unit"], as_json=False)
    assert told.code == 0
    assert "power_w" in told.out
    assert "2345.6" in told.out
    silent = probe("sdm120", url, 99, as_json=False)
    assert silent.code == 2
    assert silent.out.strip() == ""
    assert "99" in silent.err
    assert len(silent.err.strip().splitlines()) >= 2, "no hint"


def test_a_profile_file_is_as_good_as_a_name(serve: Serve, tmp_path: Path) -> None:
    """A technician's own copy of a profile reads the same."""
    devices = serve("nursery", VIVID)
    entry, url = next(pair for pair in modbus_entries(devices) if pair[0]["profile"] == "sdm120")
    copy = tmp_path / "meterku.yaml"
    copy.write_bytes(resources.files("drivers.profiles").joinpath("sdm120.yaml").read_bytes())
    own = probe(str(copy), url, entry["unit"])
    assert own.code == 0, own
    assert own.readings == probe("sdm120", url, entry["unit"]).readings
