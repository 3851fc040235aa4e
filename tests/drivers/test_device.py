"""Devices on real sockets and a real broker: readings by class, partial failures, leases, sequences, availability."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Iterable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drivers.device import Device, make_device
from drivers.device_modbus import ModbusDevice
from drivers.errors import BackingOff, Disconnected, ExceptionReply, Refused, TimeOut
from drivers.mqtt import Ack, Broker, MqttClient
from drivers.profile import Profile, load_profile
from drivers.reading import Command, Quality, Reading
from tests.drivers.conftest import MakeBus, MakeRogue
from tests.drivers.store import Store, serve
from tests.drivers.test_mqtt import until
from tests.fixtures_mqtt import Mosquitto

HEAD = "maker: Test\nmodel: Test\nconfidence: U\nsources: [written for a test]\n"

DRIVE = (
    HEAD
    + """
profile: drive
kind: pump_drive
limits: {timeout_ms: 100, gap_ms: 0}
points:
  - {name: state, address: 100, quantity: status, enum: {1: running, 2: standby}}
  - {name: frequency, address: 101, scale: 0.01, quantity: frequency_hz}
  - {name: temperature, address: 300, type: s16, scale: 0.1, quantity: temp_c, absent: [0x7FFF]}
  - {name: extra, address: 103, optional: true, quantity: current_a}
  - {name: energy, address: 200, type: u32, unit: kWh, quantity: energy_wh, poll: slow}
  - {name: model, address: 400, quantity: fault_code, poll: once}
commands:
  running:
    on:
      - {function: 6, address: 500, values: [1], wait_ms: 20}
      - {function: 6, address: 501, values: [2], until: {quantity: status, equals: running, within_ms: 400}}
      - {function: 6, address: 502, values: [3]}
    off:
      - {function: 6, address: 500, values: [0]}
    verify: {quantity: status, within_ms: 2000}
  frequency_set_hz:
    verify: {quantity: frequency_hz, within_ms: 2000}
    set: [{function: 16, address: 510, values: [value]}]
    value: {scale: 0.01, minimum: 0, maximum: 50}
"""
)

RELAY = (
    HEAD
    + """
profile: relay
kind: relay
limits: {timeout_ms: 100, gap_ms: 0}
points:
  - {name: "relay_{n}", table: coil, address: 0, type: bool, quantity: "switch_{n}", repeat: {count: 4, step: 1}}
commands:
  "switch_{n}":
    repeat: {count: 4, step: 1}
    on: [{function: 5, address: 0x0200, values: [lease]}]
    off: [{function: 5, address: 0, values: [0]}]
    lease: {pieces: [{max_s: 3276.7, unit_s: 0.1}]}
    verify: {quantity: "switch_{n}", within_ms: 1000}
    fail_safe: {kind: timed_on}
"""
)

SOIL = (
    HEAD
    + """
profile: soil
kind: soil
transport: mqtt
mqtt:
  messages:
    - topic: "{topic}/up"
      time: time
      fields:
        - {path: [moisture], quantity: vwc, unit: "%"}
        - {path: [temperature], quantity: temp_c}
    - topic: "{topic}/plain"
      fields: [{path: [ec], quantity: ec_us_cm}]
  availability: {topic: "{topic}/availability"}
"""
)

PLUG = (
    HEAD
    + """
profile: plug
kind: relay
transport: mqtt
mqtt:
  kind: control
  messages:
    - {topic: "{topic}/state", payload: text, fields: [{path: [""], quantity: switch_1}]}
  availability: {topic: "{topic}/lwt"}
commands:
  switch_1:
    on:
      - {topic: "{topic}/timer", payload: "$lease"}
      - {topic: "{topic}/set", payload: {on: true, toggle_after: $lease}}
    off: [{topic: "{topic}/set", payload: {on: false}}]
    lease: {pieces: [{max_s: 600}]}
    verify: {quantity: switch_1, within_ms: 1000}
    fail_safe: {kind: timed_on}
"""
)


def profile_of(text: str, folder: Path) -> Profile:
    """A profile from YAML text."""
    path = folder / "profile.yaml"
    path.write_text(text)
    return load_profile(path)


def values(readings: Iterable[Reading]) -> dict[str, object]:
    """Good values by quantity; absent ones as their quality."""
    return {r.quantity: r.value if r.quality is Quality.GOOD else r.quality for r in readings}


async def drive(tmp_path: Path, make_rogue: MakeRogue, make_bus: MakeBus) -> tuple[ModbusDevice, Store]:
    """The drive of DRIVE with all its registers."""
    rogue, store = await make_rogue("tcp"), Store()
    store.put(100, "H", 1, 2550, 0, 17)
    store.put(200, "I", 12)
    store.put(300, "h", -55)
    store.put(400, "H", 9)
    await serve(rogue, store, 7)
    device = make_device("pump", profile_of(DRIVE, tmp_path), make_bus(rogue.url), 7)
    assert isinstance(device, ModbusDevice)
    return device, store


async def test_each_class_is_read_and_decoded(
    tmp_path: Path, make_rogue: MakeRogue, make_bus: MakeBus
) -> None:
    """Fast, slow and once points come with their classes, in glossary units, from as few requests as the gaps allow."""
    device, _ = await drive(tmp_path, make_rogue, make_bus)
    assert set(device.polls) == {"fast", "slow", "once"}
    fast = values(await device.read("fast"))
    assert fast == {"status": "running", "frequency_hz": 25.5, "current_a": 17.0, "temp_c": -5.5}
    assert values(await device.read("slow")) == {"energy_wh": 12_000.0}
    assert values(await device.read("once")) == {"fault_code": 9.0}
    assert len(device.requests["fast"]) == 3  # an optional point is asked alone


async def test_one_bad_block_does_not_hide_the_others(
    tmp_path: Path, make_rogue: MakeRogue, make_bus: MakeBus
) -> None:
    """With one block refused the rest is delivered and the error kept by name; with all refused the reading fails."""
    device, store = await drive(tmp_path, make_rogue, make_bus)
    store.refuse = {300}
    fast = await device.read("fast")
    assert "temp_c" not in values(fast)
    assert values(fast)["frequency_hz"] == 25.5
    assert len(device.problems) == 1
    assert "pump (unit 7, holding 300)" in str(device.problems[0])
    store.refuse = {100, 103, 300}
    with pytest.raises(ExceptionReply, match="pump"):
        await device.read("fast")
    store.refuse = set()
    assert set(values(await device.read("fast"))) >= {"status", "frequency_hz", "temp_c"}
    assert device.problems == ()


async def test_a_dead_device_costs_one_time_out_for_all_its_blocks(
    tmp_path: Path, make_rogue: MakeRogue, make_bus: MakeBus
) -> None:
    """Of two blocks only the first is asked; the reading fails with the time-out, the next with the waiting time."""
    device, store = await drive(tmp_path, make_rogue, make_bus)
    store.silent = True
    loop = asyncio.get_running_loop()
    started = loop.time()
    with pytest.raises(TimeOut, match="pump"):
        await device.read("fast")
    with pytest.raises(BackingOff, match="pump"):
        await device.read("fast")
    assert loop.time() - started < 0.19


async def test_an_optional_point_that_is_missing_is_given_up(
    tmp_path: Path, make_rogue: MakeRogue, make_bus: MakeBus
) -> None:
    """Exception 2 because of an optional register: after one round the others are read without it, for good."""
    device, store = await drive(tmp_path, make_rogue, make_bus)
    del store.words[103]
    await device.read("fast")
    fast = values(await device.read("fast"))
    assert fast == {"status": "running", "frequency_hz": 25.5, "temp_c": -5.5}
    assert device.problems == ()


async def test_an_absent_value_is_told_as_absent(
    tmp_path: Path, make_rogue: MakeRogue, make_bus: MakeBus
) -> None:
    """A sentinel is a reading of quality absent without a value, not a number."""
    device, store = await drive(tmp_path, make_rogue, make_bus)
    store.words[300] = 0x7FFF
    reading = next(r for r in await device.read("fast") if r.quantity == "temp_c")
    assert (reading.value, reading.quality) == (None, Quality.ABSENT)


async def test_a_sequence_waits_for_its_condition(
    tmp_path: Path, make_rogue: MakeRogue, make_bus: MakeBus
) -> None:
    """The third step is only sent when the drive says running; without that the command fails and stops there."""
    device, store = await drive(tmp_path, make_rogue, make_bus)
    store.words[100] = 2
    with pytest.raises(TimeOut, match=r"status is standby, not running within 0\.4 s"):
        await device.command(Command("pump", "running", 1.0, 30))
    assert [address for _, address, _ in store.writes] == [500, 501]
    store.writes.clear()
    starting = asyncio.create_task(device.command(Command("pump", "running", 1.0, 30)))
    await asyncio.sleep(0.15)
    assert not starting.done()
    store.words[100] = 1
    await starting
    assert store.writes == [(6, 500, (1,)), (6, 501, (2,)), (6, 502, (3,))]


async def test_a_stop_ends_a_running_start_sequence(
    tmp_path: Path, make_rogue: MakeRogue, make_bus: MakeBus
) -> None:
    """A stop between the steps of a start is the last write of all: the start's remaining steps are never sent."""
    device, store = await drive(tmp_path, make_rogue, make_bus)
    store.words[100] = 2
    starting = asyncio.create_task(device.command(Command("pump", "running", 1.0, 30)))
    await asyncio.sleep(0.1)
    await device.command(Command("pump", "running", 0.0))
    store.words[100] = 1
    with pytest.raises(Refused, match="overtaken by a stop"):
        await starting
    assert store.writes[-1] == (6, 500, (0,))
    assert (6, 502, (3,)) not in store.writes


async def test_set_points_and_impossible_commands(
    tmp_path: Path, make_rogue: MakeRogue, make_bus: MakeBus
) -> None:
    """A set-point is coded and written with FC16; outside its bounds, or unknown, it is refused and nothing is sent."""
    device, store = await drive(tmp_path, make_rogue, make_bus)
    await device.command(Command("pump", "frequency_set_hz", 42.5))
    assert store.writes == [(16, 510, (4250,))]
    for quantity, value in (("frequency_set_hz", 51.0), ("switch_1", 1.0)):
        with pytest.raises(Refused, match="pump"):
            await device.command(Command("pump", quantity, value, 10))
    assert len(store.writes) == 1


async def test_a_relay_is_switched_on_for_its_lease_only(
    tmp_path: Path, make_rogue: MakeRogue, make_bus: MakeBus
) -> None:
    """On goes out as the board's own timer in its unit, cut to its maximum; off is its cancel; on without a lease is refused."""
    rogue, store = await make_rogue("rtu+tcp"), Store(coils={0: 0, 1: 1, 2: 0, 3: 1})
    await serve(rogue, store, 1)
    device = make_device("relays", profile_of(RELAY, tmp_path), make_bus(rogue.url), 1)
    assert values(await device.read("fast")) == {
        "switch_1": 0.0,
        "switch_2": 1.0,
        "switch_3": 0.0,
        "switch_4": 1.0,
    }
    await device.command(Command("relays", "switch_2", 1.0, 30.0))
    await device.command(Command("relays", "switch_3", 1.0, 9999.0))
    await device.command(Command("relays", "switch_2", 0.0))
    assert store.writes == [(5, 0x201, (300,)), (5, 0x202, (32767,)), (5, 1, (0,))]
    with pytest.raises(Refused, match="only switched on for a time"):
        await device.command(Command("relays", "switch_1", 1.0))


async def test_settings_are_asked_for() -> None:
    """A setting that the profile does not know is refused with the device's name."""
    profile = load_profile("sdm120")
    with pytest.raises(Refused, match="meter: sdm120 does not ask for the setting 'colour'"):
        make_device("meter", profile, None, settings={"colour": 1.0})  # type: ignore[arg-type]


# ---------------------------------------------------------------------------------------------------------------- MQTT


class Heard:
    """What a device delivered, with the acks."""

    def __init__(self) -> None:
        self.readings: list[Reading] = []
        self.acks: list[Ack | None] = []

    def __call__(self, readings: tuple[Reading, ...], ack: Ack | None) -> None:
        self.readings += readings
        self.acks.append(ack)


async def on_broker(
    text: str, tmp_path: Path, broker: Mosquitto, cleanup: AsyncExitStack
) -> tuple[Device, MqttClient, Heard, str]:
    """A device, its client, what it delivers, and its topic."""
    topic = f"t/{uuid.uuid4().hex}"
    client = MqttClient(Broker(broker.host, broker.port), uuid.uuid4().hex)
    device, heard = make_device("it", profile_of(text, tmp_path), client, topic=topic), Heard()
    device.listen(heard)
    client.start()
    cleanup.push_async_callback(client.stop)
    await until(lambda: client.connected)
    await asyncio.sleep(0.1)
    return device, client, heard, topic


async def test_measurements_are_acknowledged_by_the_committer(
    tmp_path: Path, mosquitto: Mosquitto, cleanup: AsyncExitStack
) -> None:
    """A measurement keeps the payload's own time and stays unacknowledged until its ack is called; rubbish is acknowledged."""
    device, client, heard, topic = await on_broker(SOIL, tmp_path, mosquitto, cleanup)
    client.publish(f"{topic}/up", json.dumps({"moisture": 31.4, "time": "2026-11-20T07:00:00Z"}).encode())
    await until(lambda: len(heard.readings) == 1)
    assert heard.readings == [
        Reading("it", "vwc", 0.314, Quality.GOOD, datetime(2026, 11, 20, 7, tzinfo=UTC))
    ]
    assert client.unacknowledged == 1
    ack = heard.acks[0]
    assert ack is not None
    ack()
    await until(lambda: client.unacknowledged == 0)
    for rubbish in (b"{", b"\xff\xfe", b"[]", b"{}", b""):
        client.publish(f"{topic}/up", rubbish)
    await until(lambda: len(device.problems) == 1 and client.unacknowledged == 0)
    client.publish(f"{topic}/up", b'{"temperature": 27.5}')
    await until(lambda: len(heard.readings) == 2)
    assert heard.readings[1] == Reading("it", "temp_c", 27.5)
    assert device.problems == ()


async def test_offline_makes_every_value_absent(
    tmp_path: Path, mosquitto: Mosquitto, cleanup: AsyncExitStack
) -> None:
    """The last will turns all quantities absent at once; the next message brings its own back."""
    _, client, heard, topic = await on_broker(SOIL, tmp_path, mosquitto, cleanup)
    client.publish(f"{topic}/availability", b"online")
    client.publish(f"{topic}/plain", b'{"ec": 800}')
    await until(lambda: values(heard.readings) == {"ec_us_cm": 800.0})
    client.publish(f"{topic}/availability", b"offline")
    await until(lambda: len(heard.readings) == 4)
    assert values(heard.readings[1:]) == dict.fromkeys(("vwc", "temp_c", "ec_us_cm"), Quality.ABSENT)
    client.publish(f"{topic}/plain", b'{"ec": 900}')
    await until(lambda: heard.readings[-1].value == 900.0)


async def test_a_retained_value_of_unknown_age_is_not_fresh(
    tmp_path: Path, mosquitto: Mosquitto, cleanup: AsyncExitStack
) -> None:
    """What the broker kept is only taken with its own time in it; the retained last will counts always."""
    topic = f"t/{uuid.uuid4().hex}"
    sender = MqttClient(Broker(mosquitto.host, mosquitto.port), uuid.uuid4().hex)
    sender.start()
    cleanup.push_async_callback(sender.stop)
    await until(lambda: sender.connected)
    sender.publish(f"{topic}/plain", b'{"ec": 800}', retain=True)
    sender.publish(f"{topic}/up", b'{"moisture": 20, "time": "2026-11-20T07:00:00Z"}', retain=True)
    sender.publish(f"{topic}/availability", b"offline", retain=True)
    await asyncio.sleep(0.1)
    client = MqttClient(Broker(mosquitto.host, mosquitto.port), uuid.uuid4().hex)
    heard = Heard()
    make_device("it", profile_of(SOIL, tmp_path), client, topic=topic).listen(heard)
    client.start()
    cleanup.push_async_callback(client.stop)
    await until(lambda: len(heard.readings) == 4)
    await asyncio.sleep(0.1)
    assert [r.value for r in heard.readings if r.quality is Quality.GOOD] == [0.2]
    assert sum(r.quality is Quality.ABSENT for r in heard.readings) == 3


async def test_control_is_acknowledged_at_once_and_commands_carry_the_lease(
    tmp_path: Path, mosquitto: Mosquitto, cleanup: AsyncExitStack
) -> None:
    """States come without an ack to call; on sends the timer first, then the switch with its own time limit, cut to 600 s."""
    device, client, heard, topic = await on_broker(PLUG, tmp_path, mosquitto, cleanup)
    sent: list[tuple[str, bytes]] = []

    def watch(name: str, payload: bytes, ack: Ack) -> None:
        ack()
        sent.append((name.removeprefix(topic), payload))

    client.subscribe(f"{topic}/#", watch)
    await asyncio.sleep(0.1)
    client.publish(f"{topic}/state", b"ON")
    await until(lambda: values(heard.readings) == {"switch_1": 1.0})
    assert heard.acks == [None]
    assert client.unacknowledged == 0
    sent.clear()
    await device.command(Command("it", "switch_1", 1.0, 5000.0))
    await device.command(Command("it", "switch_1", 0.0))
    await until(lambda: len(sent) == 3)
    assert sent[0] == ("/timer", b"600")
    assert sent[1][0] == "/set"
    assert json.loads(sent[1][1]) == {"on": True, "toggle_after": 600}
    assert json.loads(sent[2][1]) == {"on": False}


async def test_a_command_without_a_broker_is_an_error(tmp_path: Path) -> None:
    """No connection: the command is refused now, not delivered some day."""
    device = make_device("it", profile_of(PLUG, tmp_path), MqttClient(Broker("127.0.0.1", 1), "x"), topic="t")
    with pytest.raises(Disconnected, match=r"it on mqtt://127\.0\.0\.1:1"):
        await device.command(Command("it", "switch_1", 0.0))
