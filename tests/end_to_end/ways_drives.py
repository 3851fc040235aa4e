"""How drives that stop without communication stop when the controller dies; joined into `tests.end_to_end.ways`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from drivers.profile import load_profile
from tests.end_to_end.living import Devices
from tests.end_to_end.small_site import DRIVE, RELAY, SmallSite, pump
from tests.end_to_end.watching import ModbusWatch, Watch, draws_power
from tests.end_to_end.way import Way, panel_port

DRIVES = (
    "invt-goodrive",
    "schneider-atv320",
    "schneider-atv312",
    "abb-acs355",
    "danfoss-fc102",
    "siemens-v20",
)

VERIFY_S = 60.0
"""A start in several steps takes its time on the wire, in real seconds: two of them at this rate."""


def _by_power(devices: Devices, _broker: int) -> Watch:
    """A meter of its own: asking the drive itself would be a word to it."""
    return ModbusWatch(devices.now_s, panel_port(devices), draws_power(2))


def _longest_s(name: str) -> float:
    """The drive's own communication time-out."""
    seconds = load_profile(name).fail_safe_s("running")
    assert seconds is not None
    return seconds


def trips(name: str) -> bool:
    """Whether its time-out leaves a fault that somebody must reset."""
    return load_profile(name).commands["running"].fail_safe.fault is not None


def _site(name: str) -> Callable[[Path], SmallSite]:
    """The pump is run by the drive itself, its valve by the relay board."""
    drive = {**DRIVE, "profile": name, "settings": {"rated_power_w": 750}}
    if "rated_power_w" not in load_profile(name).settings:
        del drive["settings"]
    entry = pump("penggerak.running", supply="pv", lease_s=_longest_s(name))
    entry["run"]["verify_s"] = VERIFY_S
    if trips(name):
        entry["status"] = "penggerak.status"
    return lambda _folder: SmallSite([RELAY, drive], pump=entry)


WAYS: Mapping[str, Way] = {
    name: Way(_site(name), ("penggerak", "running"), _by_power, _longest_s(name), "comm_loss")
    for name in DRIVES
}
