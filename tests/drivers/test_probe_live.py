"""`drivers.probe_live`: raw words beside values, both numbers, ages; Modbus on a socket, MQTT at a real broker."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import AsyncExitStack

import pytest

from drivers.errors import Refused, TimeOut
from drivers.mqtt import Broker, MqttClient
from drivers.probe_live import Row, watch_modbus
from drivers.probe_mqtt import watch_mqtt
from drivers.profile import _parse as parse
from drivers.profile import load_profile
from drivers.tap import Tap
from drivers.transport import Write
from simulators.registers import RegisterDevice
from tests.drivers.cables import on_tcp, station
from tests.drivers.test_mqtt import until
from tests.fixtures_mqtt import Mosquitto
from tests.simulators.paper import Paper


def row(rows: list[Row], name: str) -> Row:
    """One line of the table."""
    return next(r for r in rows if r.name == name)


async def test_words_stand_beside_values(cleanup: AsyncExitStack) -> None:
    """A float shows its two words, its paper number, its wire place, value, unit, quality and age."""
    _, connection = await on_tcp(cleanup, station("sdm120", 4, values={"power_w": 345.0, "voltage_v": 230.5}))
    async with watch_modbus(load_profile("sdm120"), connection.url, 4, {}) as live:
        rows = await live.look()
        power = row(rows, "active_power")
        assert power.raw == (0x43AC, 0x8000)
        assert (power.value, power.unit, power.quality) == (345.0, "W", "good")
        assert power.place == "input 12"
        paper = next(p.doc for p in load_profile("sdm120").points if p.name == "active_power")
        assert power.doc == ("" if paper in (None, 12) else str(paper))
        assert power.age_s is not None
        assert power.age_s < 30.0
        assert live.errors == []


async def test_points_that_only_serve_others_are_decoded_too(cleanup: AsyncExitStack) -> None:
    """The decimal places of a level transmitter have no quantity and show all the same; settings are asked for."""
    _, connection = await on_tcp(cleanup, station("qdy30a", 4, values={"level_m": 1.5}))
    with pytest.raises(Refused, match="level_unit"):
        async with watch_modbus(load_profile("qdy30a"), connection.url, 4, {}):
            pass
    async with watch_modbus(load_profile("qdy30a"), connection.url, 4, {"level_unit": "m"}) as live:
        rows = await live.look()
        assert row(rows, "decimals").raw is not None
        assert row(rows, "level").value == pytest.approx(1.5, abs=0.06)


async def test_one_look_says_all_that_it_can(cleanup: AsyncExitStack) -> None:
    """A value scaled by a point of another class is there at the first look; on_demand points when everything is asked for."""
    drive = station("siemens-v20", 4, values={"frequency_set_hz": 25.0, "frequency_hz": 24.0})
    _, connection = await on_tcp(cleanup, drive)
    profile = load_profile("siemens-v20")
    on_demand = {p.name for p in profile.points if p.poll == "on_demand"}
    async with watch_modbus(profile, connection.url, 4, {}) as live:
        rows = await live.look()
        assert row(rows, "setpoint").value == pytest.approx(25.0)
        unread = {r.name for r in rows if r.quality == "on_demand"}
        assert "control_word" in unread
        assert unread <= on_demand
    async with watch_modbus(profile, connection.url, 4, {}, everything=True) as live:
        rows = await live.look()
        assert live.errors == []
        assert [r.name for r in rows if r.quality in ("on_demand", "unread")] == []
        assert row(rows, "control_word").raw is not None
        asked = len(live.tap.exchanges)
        await live.look()
        assert len(live.tap.exchanges) < asked, "what is read on demand waits for its time"


async def test_what_scales_a_point_without_a_quantity_is_known(cleanup: AsyncExitStack) -> None:
    """Such a point is decoded with the factors that were read and the settings of the site, not by its words alone."""
    profile = parse(SCALED, "it.yaml", SCALED)
    cable, connection = await on_tcp(cleanup, station("sdm120", 4))
    cable.stations[0].device = RegisterDevice("it", profile, {}, Paper(), Paper().clock.now)
    async with watch_modbus(profile, connection.url, 4, {}, everything=True) as live:
        rows = await live.look()
        assert (row(rows, "mark").raw, row(rows, "mark").value) == ((7,), 350.0)


SCALED = b"""
profile: it
maker: Test
model: T
kind: meter
confidence: U
sources: [test]
settings: {turns: {label: {en: turns, id: lilitan}, default: 5}}
points:
  - {name: power, address: 0, quantity: power_w}
  - {name: mark, address: 100, poll: on_demand, scale_by: [{point: factor}, {setting: turns}], simulate: {value: 350}}
  - {name: factor, address: 200, poll: slow, simulate: {value: 10}}
"""


async def test_silence_keeps_the_last_values_and_says_so(cleanup: AsyncExitStack) -> None:
    """When the device falls silent its values stay with their growing age, and the error is told."""
    cable, connection = await on_tcp(cleanup, station("sdm120", 4, values={"power_w": 345.0}))
    profile = load_profile("sdm120")
    quick = profile.model_copy(update={"limits": profile.limits.model_copy(update={"timeout_ms": 100.0})})
    async with watch_modbus(quick, connection.url, 4, {}) as live:
        before = row(await live.look(), "active_power").age_s
        cable.stations[0].cut()
        after = row(await live.look(), "active_power")
        assert any(isinstance(error, TimeOut) for error in live.errors)
        assert after.value == 345.0
        assert before is not None
        assert after.age_s is not None
        assert after.age_s > before


async def test_looking_never_writes() -> None:
    """The tap refuses every write before it reaches a wire."""
    with pytest.raises(Refused):
        await Tap(None, 7).write(Write(1, 6, 0, (1,)))  # type: ignore[arg-type]


async def test_payloads_stand_beside_values(mosquitto: Mosquitto, cleanup: AsyncExitStack) -> None:
    """An MQTT device shows the payload that each value came in, and what was never told."""
    topic = f"t/{uuid.uuid4().hex}"
    sender = MqttClient(Broker(mosquitto.host, mosquitto.port), uuid.uuid4().hex)
    sender.start()
    cleanup.push_async_callback(sender.stop)
    await until(lambda: sender.connected)
    async with watch_mqtt(load_profile("tasmota-energy"), f"{mosquitto.url}/{topic}", {}, 5.0) as live:
        await until(lambda: live.ear.client.connected)
        await asyncio.sleep(0.3)
        sender.publish(f"tele/{topic}/SENSOR", b'{"ENERGY": {"Power": 123, "Total": 4.5}}')
        rows = await live.look()
        power = row(rows, "power_w")
        assert power.value == 123.0
        assert '"Power": 123' in str(power.raw)
        assert power.place == f"tele/{topic}/SENSOR"
        assert any(r.age_s is None for r in rows)
    with pytest.raises(Refused):
        async with watch_mqtt(load_profile("tasmota-energy"), mosquitto.url, {}, 0.1):
            pass
    async with watch_mqtt(load_profile("tasmota-energy"), f"{mosquitto.url}/{topic}x", {}, 0.3) as live:
        await live.look()
        assert [error.key for error in live.errors] == ["driver.time_out"]
