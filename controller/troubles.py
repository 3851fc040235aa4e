"""Why a device or a wire does not speak, as a reason that people can read. Pure values."""

from __future__ import annotations

from collections.abc import Mapping

from controller.core.decision import Level, Reason
from controller.core.site import DeviceEntry, Site
from controller.poller import Health
from controller.wires import WireState

KEYS: Mapping[str, str] = {
    "TimeOut": "device_silent", "BackingOff": "device_silent", "BadReply": "device_garbled", "ExceptionReply": "device_refuses",
    "Offline": "device_offline", "Quiet": "device_quiet", "Never": "device_never",
}  # fmt: skip
"""Kind of failure (``Health.key``) -> its sentence."""


def trouble(entry: DeviceEntry, health: Health) -> Reason:
    """Why a device does not speak: its bus, and its address or topic."""
    words = {"bus": entry.bus, "unit": str(entry.unit), "topic": entry.topic or "", "error": health.error}
    return Reason(entry.id, KEYS.get(health.key, "device_failed"), words, Level.WARNING, "interlock")


def cut_trouble(entry: DeviceEntry, state: WireState) -> Reason:
    """A device whose wire has no connection."""
    words = {"bus": entry.bus, "why": state.case, "cause": state.case}
    return Reason(entry.id, "device_cut", words, Level.WARNING, "interlock")


def wire_trouble(site: Site, bus: str, state: WireState, rate: float) -> Reason:
    """Why a wire has no connection, since when, its address (without user and password), and who hangs on it.

    ``rate``: plant seconds per real second.
    """
    url = next(one.url for one in site.file.buses if one.id == bus)
    names = ", ".join(one.id for one in site.file.devices if one.bus == bus)
    wire = url.split("@")[-1].partition("?")[0]
    words: dict[str, float | str] = {
        "bus": bus,
        "wire": wire,
        "why": state.case,
        "cause": state.case,
        "devices": names,
    }
    return Reason(bus, "wire_lost", words | {"lost_s": state.lost_s * rate}, Level.ALARM, "interlock")
