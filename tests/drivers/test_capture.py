"""`drivers.capture`: anonymised fixtures of devices; files in tests/drivers/captures/ are played against decoder and simulator."""

from __future__ import annotations

import json
import uuid
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from controller.commands.capture import text_of
from drivers.capture import Capture, CaptureError, load_capture
from drivers.capture_make import answers_of, capture_modbus, capture_mqtt, hash_of
from drivers.capture_mask import is_identity, mask_exchanges, mask_payload, mask_text, mask_topic
from drivers.capture_replay import Replay, decoded, play, read_all, worth_simulating
from drivers.device import make_device
from drivers.errors import DriverError, TimeOut
from drivers.mqtt import Broker, MqttClient
from drivers.profile import load_profile
from drivers.profile_model import Profile
from drivers.scan_plan import modbus_profiles
from drivers.tap import Tap
from drivers.transport import Read, Table
from simulators.loopback import LoopbackPort
from simulators.registers import RegisterBank, RegisterDevice
from tests.drivers.cables import on_tcp, station
from tests.drivers.test_mqtt import until
from tests.fixtures_mqtt import Mosquitto
from tests.simulators.paper import Paper, settings_of

FOLDER = Path(__file__).parent / "captures"
FILES = sorted([*FOLDER.glob("*.yaml"), *FOLDER.glob("*.json")])


async def round_trip(capture: Capture, profile: Profile) -> dict[str, tuple[object, object]]:
    """What the simulator of the profile shows otherwise than captured: quantity to (captured, shown)."""
    wanted, world = worth_simulating(capture), Paper()
    world.values = {("it", name): value for name, value in wanted.items()}
    settings = dict(capture.settings)
    if "variant" in profile.settings and settings.get("variant") == "auto":
        settings.pop("variant")
    one = RegisterDevice("it", profile, settings, world, world.clock.now)
    device = make_device("it", profile, LoopbackPort(RegisterBank({7: one}), "bus"), 7, settings)
    for _ in range(2):  # factors and conditions are known at the second look
        shown: dict[str, object] = {}
        for poll in ("once", "slow", "fast"):
            if poll in device.polls:
                shown |= {r.quantity: r.value for r in await device.read(poll)}
    return {n: (v, shown[n]) for n, v in wanted.items() if n in shown and not _near(v, shown[n])}


def _near(one: object, other: object) -> bool:
    if isinstance(one, float | int) and isinstance(other, float | int):
        return other == pytest.approx(one, rel=0.02, abs=0.06)
    return one == other


async def complaints_of(path: Path) -> list[str]:
    """What is wrong with a captured file: decoder and simulator of today against the day of the capture."""
    capture = load_capture(path)
    profile = load_profile(capture.profile)
    found = await play(capture, profile)
    if profile.mqtt is None:
        found += [f"simulated {name}: {pair}" for name, pair in (await round_trip(capture, profile)).items()]
    return found


async def test_captured_devices_stay_right(tmp_path: Path) -> None:
    """Each file in tests/drivers/captures/ is of a real device, decodes to the values of its day, and its simulator shows them;
    a file with one changed word is found out.
    """
    for path in FILES:
        assert load_capture(path).origin == "device", "a simulator proves nothing about a device"
        assert await complaints_of(path) == [], path.name
    capture, _ = await captured(load_profile("sdm120"))
    path = tmp_path / "bench.yaml"
    path.write_text(text_of(capture), "utf-8")
    assert await complaints_of(path) == []
    data = capture.as_data()
    data["exchanges"][0]["words"][0] ^= 0x0040
    path.write_text(json.dumps(data), "utf-8")
    assert await complaints_of(path) != []


async def captured(profile: Profile, values: dict[str, float | str] | None = None) -> tuple[Capture, Profile]:
    """A capture of a simulated device in process, masked."""
    one = station(profile.name, 7, values=values) if values is not None else station(profile.name, 7)  # type: ignore[arg-type]
    tap = Tap(LoopbackPort(RegisterBank({7: one.device}), "bus"), 7)
    settings = settings_of(profile)
    readings, errors, met = await read_all(profile, tap, 7, settings)
    assert readings, errors
    draft = Capture(
        profile.name,
        hash_of(profile),
        "simulated",
        settings,
        tuple(mask_exchanges(answers_of(tap.exchanges), met)),
    )
    told = await decoded(draft, profile)
    hidden = {p.quantity for p in met.points if is_identity(p)}
    for reading in readings:
        if reading.quantity not in hidden:
            assert told[reading.quantity] == (reading.value, str(reading.quality)), reading.quantity
    return Capture(
        draft.profile, draft.profile_hash, draft.origin, settings, draft.exchanges, readings=told
    ), met


@pytest.mark.parametrize("name", [profile.name for profile in modbus_profiles()])
async def test_masking_changes_no_value_of_any_profile(name: str, tmp_path: Path) -> None:
    """For every profile: masked, written to a file, loaded again and replayed, each value but the identity is as it was."""
    capture, _ = await captured(load_profile(name))
    path = tmp_path / "capture.yaml"
    path.write_text(text_of(capture), "utf-8")
    again = load_capture(path)
    assert again.exchanges == tuple((Read(1, r.table, r.address, r.count), a) for r, a in capture.exchanges)
    assert await play(again, load_profile(name)) == []


async def test_a_capture_over_the_wire_says_no_serial_number(cleanup: AsyncExitStack) -> None:
    """A device on a socket is captured; its serial number has the same length and none of its digits, the model stays."""
    profile = load_profile("huawei-sun2000")
    values: dict[str, float | str] = {
        "serial_number": "HV2140987654",
        "power_w": 3210.0,
        "model": "SUN2000-5KTL-L1",
    }
    _, connection = await on_tcp(cleanup, station(profile.name, 3, values=values))  # type: ignore[arg-type]
    capture = await capture_modbus(profile, connection.url, 3, {}, note="bench")
    readings = dict(capture.readings or {})
    assert readings["serial_number"][0] == "XX0000000000"
    assert readings["model"][0] == "SUN2000-5KTL-L1"
    assert readings["power_w"] == (3210.0, "good")
    assert "0987654" not in text_of(capture)
    assert str(connection.port) not in text_of(capture)


async def test_a_wrong_decoder_is_found_out() -> None:
    """A capture complains, by quantity, when the profile reads another register or scale than on the day of the capture."""
    profile = load_profile("sdm120")
    capture, _ = await captured(profile)
    wrong = profile.with_points(
        p.model_copy(update={"scale": 10.0}) if p.name == "active_power" else p for p in profile.points
    )
    complaints = await play(capture, wrong)
    assert [c.split(":")[0] for c in complaints] == ["power_w"]


async def test_the_simulator_shows_a_capture_again() -> None:
    """What a capture says can be simulated; a simulator that showed something else would be found out."""
    profile = load_profile("sn-3002-soil-7in1")
    capture, _ = await captured(profile, {"vwc": 0.312, "temp_c": 27.5})
    assert await round_trip(capture, profile) == {}
    told = {"vwc": (0.3, "good"), "ec_us_cm": (70000.0, "good")}
    other = Capture(capture.profile, "", "simulated", capture.settings, readings=told)
    assert list(await round_trip(other, profile)) == ["ec_us_cm"]


async def test_what_was_not_captured_is_silence() -> None:
    """Replay never invents a register."""
    one = Capture("sdm120", "", "simulated", {}, ((Read(1, Table.INPUT, 0, 2), (1, 2)),))
    assert await Replay(one).read(Read(1, Table.INPUT, 1, 1)) == [2]
    with pytest.raises(TimeOut):
        await Replay(one).read(Read(1, Table.INPUT, 1, 2))


async def test_silence_is_no_capture(cleanup: AsyncExitStack) -> None:
    """A device that does not answer leaves an error, not an empty file."""
    profile = load_profile("sdm120")
    quick = profile.model_copy(update={"limits": profile.limits.model_copy(update={"timeout_ms": 100.0})})
    _, connection = await on_tcp(cleanup, station("sdm120", 4))
    with pytest.raises(DriverError):
        await capture_modbus(quick, connection.url, 9, {})


async def test_messages_lose_their_names(mosquitto: Mosquitto, cleanup: AsyncExitStack) -> None:
    """Device names, EUIs and places in an MQTT message are masked, in its topic too, and it still says the same."""
    profile, topic = load_profile("tasmota-energy"), f"kebun-{uuid.uuid4().hex[:12]}"
    sender = MqttClient(Broker(mosquitto.host, mosquitto.port), uuid.uuid4().hex)
    sender.start()
    cleanup.push_async_callback(sender.stop)
    await until(lambda: sender.connected)
    message = {
        "ENERGY": {"Power": 123, "Total": 4.5},
        "SSId": "RumahPakBudi",
        "IPAddress": "10.1.2.3",
        "latitude": -3.75,
    }
    ticker = _tell_often(sender, f"tele/{topic}/SENSOR", json.dumps(message).encode())
    cleanup.push_async_callback(ticker)
    capture = await capture_mqtt(profile, f"{mosquitto.url}/{topic}", {}, 1.0)
    text = text_of(capture)
    for name in ("RumahPakBudi", "10.1.2.3", "-3.75", topic):
        assert name not in text
    assert dict(capture.readings or {})["power_w"] == (123.0, "good")
    assert await play(capture, profile) == []


def _tell_often(sender: MqttClient, topic: str, payload: bytes):  # type: ignore[no-untyped-def]
    import asyncio

    async def tell() -> None:
        while True:
            sender.publish(topic, payload)
            await asyncio.sleep(0.1)

    task = asyncio.create_task(tell())

    async def end() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    return end


def test_masks() -> None:
    """Same length, no letter and no digit of the original, but what a look needs; unknown JSON numbers under names go too."""
    assert mask_text("SN-12ab/9") == "XX-00xx/0"
    assert mask_text("SS2ES120", lambda text: text.startswith("SS2")) == "SS2XX000"
    masked = json.loads(mask_payload('{"deviceName": "Budi", "n": 5, "gps": {"lat": 1.5}}', lambda _: True))
    assert masked == {"deviceName": "Xxxx", "n": 5, "gps": {"lat": 0}}
    assert mask_payload('{"a": "keep"}', lambda text: "keep" in text) == '{"a": "keep"}'
    assert mask_topic(
        "application/5f0c1a2b/device/a84041000181c061/event/up", "a84041000181c061", "device"
    ) == ("application/0x0x0x0x/device/device/event/up")


@pytest.mark.parametrize(
    "text",
    ["", "a: 1", "capture: 1", "capture: 1\nprofile: x\nprofile_hash: y\norigin: device\nexchanges: [{table: input}]",
     "capture: 1\nprofile: x\nprofile_hash: y\norigin: device\nexchanges: [{table: input, address: 0, count: 2, words: [1]}]"],
)  # fmt: skip
def test_a_broken_file_is_told(text: str, tmp_path: Path) -> None:
    """No capture, a missing key, too few words: a sentence, not a traceback."""
    path = tmp_path / "c.yaml"
    path.write_text(text)
    with pytest.raises(CaptureError):
        load_capture(path)
