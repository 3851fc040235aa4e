"""How devices that are commanded over MQTT stop when the controller dies; joined into `tests.end_to_end.ways`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from controller.core.leases import OUTLIVES
from drivers.profile import load_profile
from tests.end_to_end.living import Devices
from tests.end_to_end.small_site import AIR, LEASE_S, RELAY, SmallSite, pump, valve
from tests.end_to_end.watching import MqttWatch, Watch
from tests.end_to_end.way import Way, by_topic

LIMIT_S = 120.0
"""The limit that a technician set in a device that takes no time with its orders: short, so that it can be waited for."""

LIBRARY = Path(__file__).parents[2] / "drivers" / "profiles"


def valve_in_the_air(profile: str, output: str = "valve", **settings: Any) -> Callable[[Path], SmallSite]:
    """The pump on a relay, the valve a device that closes itself; a short lease by the site's word, so that it can be waited for
    (by itself it would be opened for the longest run of its program). As `tirta check` asks, the site waits for its word as long as
    its profile says it may take: a busy machine asks for water later than a minute after a valve last spoke.
    """
    shipped, name = load_profile(profile), f"katup-air.{output}"
    verify = shipped.commands[output].verify
    assert shipped.mqtt is not None
    assert verify is not None
    command = {
        "output": name, "verify_s": verify.within_ms / 1000,
        "feedback": {"signal": name, "stale_s": shipped.mqtt.stale_s},
    }  # fmt: skip

    def site(_folder: Path) -> SmallSite:
        device: dict[str, Any] = {"id": "katup-air", "profile": profile, "bus": AIR, "topic": "katup-air"}
        device |= {"settings": settings} if settings else {}
        return SmallSite(
            [RELAY, device], valve=valve(name, lease_s=OUTLIVES * LEASE_S) | {"command": command}
        )

    return site


def limited(profile: str, limit_s: str) -> Callable[[Path], SmallSite]:
    """A relay whose own limit ends the pump, and a valve that outlives it elsewhere."""

    def site(folder: Path) -> SmallSite:
        shipped = (LIBRARY / f"{profile}.yaml").read_text(encoding="utf-8")
        own = shipped.replace(f"max_s: {limit_s}", f"max_s: {LIMIT_S:g}")
        assert own != shipped
        (folder / f"{profile}.yaml").write_text(own, encoding="utf-8")
        relay = {"id": "relai", "profile": f"./{profile}.yaml", "bus": AIR, "topic": "relai-kebun"}
        return SmallSite([RELAY, relay], pump=pump("relai.switch_1", lease_s=LIMIT_S))

    return site


def by_payload(topic: str, on: Callable[[Any], bool | None]) -> Callable[[Devices, int], Watch]:
    """Listens to one topic; ``on`` is told what stands in its messages."""

    def read(where: str, payload: Any) -> bool | None:
        return on(payload) if where == topic else None

    return lambda devices, broker: MqttWatch(devices.now_s, broker, read)


def _uplink(payload: Any) -> bool:
    """The first valve in the decoded object of an uplink."""
    return bool(payload["object"]["valve_1"])


WAYS: Mapping[str, Way] = {
    "sonoff-swv": Way(
        valve_in_the_air("sonoff-swv"),
        ("katup-air", "valve"),
        by_topic("zigbee2mqtt/katup-air", "state", "ON"),
        OUTLIVES * LEASE_S,
    ),
    "tuya-ts0049-valve": Way(
        valve_in_the_air("tuya-ts0049-valve"),
        ("katup-air", "valve"),
        by_topic("zigbee2mqtt/katup-air", "state", "ON"),
        OUTLIVES * LEASE_S,
    ),
    "tuya-qt06-valve": Way(
        valve_in_the_air("tuya-qt06-valve"),
        ("katup-air", "valve"),
        by_topic("zigbee2mqtt/katup-air", "state", "ON"),
        OUTLIVES * LEASE_S,
    ),
    "milesight-uc511": Way(
        valve_in_the_air("milesight-uc511", "valve_1", server="chirpstack_v4", application="1"),
        ("katup-air", "valve_1"),
        by_payload("application/1/device/katup-air/event/up", _uplink),
        OUTLIVES * LEASE_S,
    ),
    "esphome-relay": Way(
        limited("esphome-relay", "900"),
        ("relai", "switch_1"),
        by_payload("relai-kebun/switch/relay_1/state", lambda payload: bool(payload == "ON")),
        LIMIT_S,
        "device_limit",
        LIMIT_S,
    ),
    "shelly-gen1-relay": Way(
        limited("shelly-gen1-relay", "1800"),
        ("relai", "switch_1"),
        by_payload("shellies/relai-kebun/relay/0", lambda payload: bool(payload == "on")),
        LIMIT_S,
        "device_limit",
        LIMIT_S,
    ),
}
