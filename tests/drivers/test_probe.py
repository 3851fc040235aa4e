"""`tirta probe` without the command line: JSON for every outcome, over Modbus TCP, RTU and MQTT."""

from __future__ import annotations

import asyncio
import json
import uuid
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from drivers.mqtt import Broker, MqttClient
from drivers.probe import probe
from tests.drivers.conftest import MakeRogue
from tests.drivers.rogue import Rogue
from tests.drivers.store import Store, serve
from tests.drivers.test_device import HEAD, SOIL, profile_of
from tests.drivers.test_mqtt import until
from tests.fixtures_mqtt import Mosquitto
from tests.services import free_port

SUNSPEC = (
    HEAD
    + """
profile: sun
kind: inverter
limits: {timeout_ms: 150, gap_ms: 0}
sunspec:
  models:
    - ids: [103]
      name: inverter
      lengths: [50]
      points:
        - {name: w, address: 14, type: s16, quantity: power_w, scale_by: {point: w_sf, how: ten_to}}
        - {name: w_sf, address: 15, type: s16}
        - {name: hz, address: 16, type: u16, scale: 0.01, quantity: frequency_hz, poll: slow}
"""
)


async def meter(rogue: Rogue) -> Store:
    """An SDM120 at unit 5."""
    store = Store()
    for address in range(0x1A0):
        store.words[address] = 0
    for address, value in (
        (0, 230.2),
        (6, 1.5),
        (12, 345.0),
        (0x46, 50.0),
        (0x48, 12.5),
        (0x156, 1000.5),
        (0x1E, 1.0),
    ):
        store.put(address, "f", value)
    await serve(rogue, store, 5)
    return store


def row(result: dict[str, Any], quantity: str) -> dict[str, Any]:
    """One reading of a result."""
    return next(r for r in result["readings"] if r["quantity"] == quantity)


@pytest.mark.parametrize("kind", ["tcp", "rtu+tcp", "rtu"])
async def test_a_meter_by_every_transport(kind: str, make_rogue: MakeRogue) -> None:
    """Every quantity of the profile comes with name, SI value, unit and quality, and the result is plain JSON."""
    rogue = await make_rogue(kind)
    await meter(rogue)
    result = json.loads(json.dumps(await probe("sdm120", rogue.url, 5), allow_nan=False))
    assert result["device"] == "sdm120"
    assert result["errors"] == []
    assert row(result, "power_w") == {
        "quantity": "power_w", "name": "active_power", "value": 345.0, "unit": "W", "quality": "good",
    }  # fmt: skip
    assert row(result, "energy_wh")["value"] == 1_000_500.0
    assert row(result, "import_wh")["value"] == 12_500.0
    assert len(result["readings"]) == 10


async def test_what_cannot_be_reached_is_told(make_rogue: MakeRogue) -> None:
    """Refused, missing port, silent unit, wrong URL, unknown profile: no reading and one error that names it, no exception."""
    rogue = await make_rogue("tcp")
    await meter(rogue)
    rogue.replies[9] = Store(silent=True).reply
    cases = (
        (await probe("sdm120", f"tcp://127.0.0.1:{free_port()}"), "driver.disconnected", "refused"),
        (await probe("sdm120", "rtu:///dev/none?baud=9600"), "driver.disconnected", "No such file"),
        (await probe("sdm120", rogue.url, 9), "driver.time_out", "unit 9"),
        (await probe("sdm120", "rtu:///dev/ttyUSB0?baud=9601"), "driver.refused", "baud=9601"),
        (await probe("sdm120", "http://x"), "driver.refused", "unknown kind"),
        (await probe("sdm12", rogue.url), "driver.profile", "did you mean sdm120?"),
    )
    for result, key, text in cases:
        assert result["readings"] == []
        assert [error["key"] for error in result["errors"]] == [key]
        assert text in result["errors"][0]["message"]
        assert set(result) == {"device", "readings", "errors"}


async def test_a_partly_wrong_profile_shows_both(make_rogue: MakeRogue) -> None:
    """Blocks that answer are shown, those that are refused are told with their registers."""
    rogue = await make_rogue("tcp")
    store = await meter(rogue)
    store.refuse = {0x156}
    result = await probe("sdm120", rogue.url, 5)
    assert row(result, "voltage_v")["value"] == pytest.approx(230.2)
    assert [error["key"] for error in result["errors"]] == ["driver.exception_reply"]
    assert "input 342..343" in result["errors"][0]["message"]


@pytest.mark.parametrize("base", [40000, 0, 50000])
async def test_a_sunspec_device_is_walked(base: int, tmp_path: Path, make_rogue: MakeRogue) -> None:
    """Wherever the marker stands and however long the common block is, power and frequency are found; without it, a reason."""
    rogue, store = await make_rogue("tcp"), Store()
    words = [0x5375, 0x6E53, 1, 65, *[0] * 65, 103, 50, *[0] * 50, 0xFFFF, 0]
    store.put(base, "H", *words)
    inverter = base + 2 + 67
    store.put(inverter + 14, "h", 1234, -1)
    store.put(inverter + 16, "H", 5003)
    await serve(rogue, store, 1)
    profile = profile_of(SUNSPEC, tmp_path)
    result = await probe(profile, rogue.url)
    assert result["errors"] == []
    assert {r["quantity"]: r["value"] for r in result["readings"]} == pytest.approx(
        {"power_w": 123.4, "frequency_hz": 50.03}
    )
    store.words[base] = 0
    result = await probe(profile, rogue.url)
    assert result["readings"] == []
    assert "SunS" in result["errors"][0]["message"] or "marker" in result["errors"][0]["message"]


async def test_an_mqtt_device(tmp_path: Path, mosquitto: Mosquitto, cleanup: AsyncExitStack) -> None:
    """Messages that come while it listens are shown; silence and a missing broker are told apart."""
    profile = profile_of(SOIL, tmp_path)
    topic = f"t/{uuid.uuid4().hex}"
    sender = MqttClient(Broker(mosquitto.host, mosquitto.port), uuid.uuid4().hex)
    sender.start()
    cleanup.push_async_callback(sender.stop)
    await until(lambda: sender.connected)
    probing = asyncio.create_task(probe(profile, f"{mosquitto.url}/{topic}", wait_s=5.0))
    await asyncio.sleep(0.4)
    sender.publish(f"{topic}/up", b'{"moisture": 31.4, "temperature": 27}')
    sender.publish(f"{topic}/plain", b'{"ec": 800}')
    result = await probing
    assert {r["quantity"]: (r["value"], r["unit"]) for r in result["readings"]} == {
        "vwc": (0.314, "m3/m3"), "temp_c": (27.0, "°C"), "ec_us_cm": (800.0, "µS/cm"),
    }  # fmt: skip
    silent = await probe(profile, f"{mosquitto.url}/{topic}", wait_s=0.5)
    assert [error["key"] for error in silent["errors"]] == ["driver.time_out"]
    nobody = await probe(profile, f"mqtt://127.0.0.1:{free_port()}/{topic}", wait_s=0.5)
    assert [error["key"] for error in nobody["errors"]] == ["driver.disconnected"]
    no_topic = await probe(profile, mosquitto.url, wait_s=0.5)
    assert [error["key"] for error in no_topic["errors"]] == ["driver.refused"]
