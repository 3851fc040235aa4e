"""Every way in which a shipped device stops when the controller dies: a small site that uses it, and eyes on its output.

The list is made from the library's profiles: one that has a fail-safe of its own and is not wired here, in `ways_air`,
`ways_boards` or `ways_drives`, fails the test of the list. A drive without one is stopped by its contactor, whatever its make:
one stands for all.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pymodbus.client import ModbusTcpClient

from drivers.profile import library, load_profile
from tests.end_to_end import ways_air, ways_boards, ways_drives
from tests.end_to_end.living import Devices
from tests.end_to_end.small_site import DRIVE, RELAY, SmallSite, pump
from tests.end_to_end.watching import ModbusWatch, Watch
from tests.end_to_end.way import Way, by_coil, by_topic, panel_port, wireless


def _by_power_of_drive(devices: Devices, _broker: int) -> Watch:
    """The drive's own output power, in tenths of a percent: it falls with its contactor."""

    def read(client: ModbusTcpClient) -> bool | None:
        answer = client.read_holding_registers(0x3006, count=1, device_id=DRIVE["unit"])
        return None if answer.isError() else bool(0 < answer.registers[0] < 0x8000)

    return ModbusWatch(devices.now_s, panel_port(devices), read)


def _contactor(folder: Path) -> SmallSite:
    """A drive that would run on is fed through a contactor on a timed-on relay."""
    drive = {**DRIVE, "profile": "invt-gd100-pv"}
    entry = pump(
        "relay.switch_1", supply="pv", power={"signal": "penggerak.power_w", "stale_s": 60},
        status="penggerak.status", fault="penggerak.fault_code",
    )  # fmt: skip
    del entry["energy"]
    return SmallSite([RELAY, drive], pump=entry)


WAYS: Mapping[str, Way] = {
    "waveshare-relay-8ch": Way(lambda folder: SmallSite(), ("relay", "switch_1"), by_coil(RELAY["unit"], 0)),
    "tasmota-relay": Way(
        wireless("tasmota-relay"),
        ("relay", "switch_1"),
        by_topic("stat/relay-kebun/RESULT", "POWER1", "ON"),
    ),
    "shelly-gen2-relay": Way(
        wireless("shelly-gen2-relay"),
        ("relay", "switch_1"),
        by_topic("relay-kebun/status/switch:0", "output", True),
    ),
    "invt-gd100-pv": Way(_contactor, ("relay", "switch_1"), _by_power_of_drive, kind="none"),
    **ways_air.WAYS,
    **ways_boards.WAYS,
    **ways_drives.WAYS,
}


def switching() -> dict[str, set[str]]:
    """The kinds of fail-safe of every shipped profile that can switch something on and ends it by itself."""
    found: dict[str, set[str]] = {}
    for name in library():
        kinds: set[str] = {entry.fail_safe.kind for entry in load_profile(name).commands.values() if entry.on}
        if kinds - {"none"}:
            found[name] = kinds
    return found
