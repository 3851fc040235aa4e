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

SILENT = ("TimeOut", "BackingOff")
"""Kinds of failure in which nothing at all came back."""


def trouble(entry: DeviceEntry, health: Health) -> Reason:
    """Why a device does not speak: its bus, and its address or topic."""
    words = {"bus": entry.bus, "unit": str(entry.unit), "topic": entry.topic or "", "error": health.error}
    return Reason(entry.id, KEYS.get(health.key, "device_failed"), words, Level.WARNING, "interlock")


def part_trouble(entry: DeviceEntry, health: Health) -> Reason:
    """What of a device that answers does not come: registers that it refuses are left out for hours, others are tried again."""
    key = "device_refuses_part" if health.key == "ExceptionReply" else "device_fails_part"
    return Reason(entry.id, key, {"registers": health.registers}, Level.WARNING, "interlock")


def cut_trouble(entry: DeviceEntry, state: WireState) -> Reason:
    """A device whose wire has no connection."""
    words = {"bus": entry.bus, "why": state.case, "cause": state.case}
    return Reason(entry.id, "device_cut", words, Level.WARNING, "interlock")


def wire_trouble(site: Site, bus: str, state: WireState, rate: float) -> Reason:
    """Why a wire has no connection, since when, its address (without user and password), and who hangs on it.

    ``rate``: plant seconds per real second.
    """
    why: dict[str, float | str] = {"why": state.case, "cause": state.case, "lost_s": state.lost_s * rate}
    return Reason(bus, "wire_lost", _wire(site, bus) | why, Level.ALARM, "interlock")


def silent_wires(site: Site, health: Mapping[str, Health]) -> dict[str, float]:
    """Buses on which two or more devices are asked and none of them answers: bus -> since when (monotonic, plant seconds)."""
    members: dict[str, list[Health]] = {}
    for entry in site.file.devices:
        one = health.get(entry.id, Health())
        if entry.unit is not None and not one.waived:
            members.setdefault(entry.bus, []).append(one)
    return {
        bus: max(one.since_mono_s for one in asked)
        for bus, asked in members.items()
        if len(asked) > 1 and all(not one.ok and one.failures and one.key in SILENT for one in asked)
    }


def sleeps(site: Site, bus: str, health: Mapping[str, Health]) -> bool:
    """Whether a network connection may be gone because all that hangs on it may sleep: an inverter's own dongle sleeps too."""
    url = next(one.url for one in site.file.buses if one.id == bus)
    members = [health.get(entry.id, Health()) for entry in site.file.devices if entry.bus == bus]
    return not url.startswith("rtu:") and bool(members) and all(one.waived and not one.ok for one in members)


def silent_trouble(site: Site, bus: str) -> Reason:
    """A wire that works as far as we can see, and on which nobody answers."""
    return Reason(bus, "wire_silent", _wire(site, bus), Level.ALARM, "interlock")


def _wire(site: Site, bus: str) -> dict[str, float | str]:
    url = next(one.url for one in site.file.buses if one.id == bus)
    names = ", ".join(one.id for one in site.file.devices if one.bus == bus)
    return {"bus": bus, "wire": url.split("@")[-1].partition("?")[0], "devices": names}
