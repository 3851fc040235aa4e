"""Devices against their profiles and their buses: addresses and settings."""

from __future__ import annotations

from collections.abc import Iterator

from controller.check_base import Finding, Subject, error, warning
from controller.check_references import near
from controller.core.site import DeviceEntry
from drivers.marked_yaml import Loc
from drivers.profile_base import CONFIDENCE, UNVERIFIED
from drivers.profile_model import Profile, Setting
from drivers.profile_variants import serial_of


def check(subject: Subject) -> Iterator[Finding]:
    """All findings about devices themselves."""
    known = (
        "tcp",
        "rtu",
        "rtu+tcp",
        "mqtt",
        "gpio",
    )  # a bus whose address is wrong is told there, not at all its devices
    schemes = {bus.id: bus.url.partition(":")[0] for bus in subject.file.buses}
    kinds = {bus: scheme for bus, scheme in schemes.items() if scheme in known}
    for i, device in enumerate(subject.file.devices):
        profile = subject.profiles.get(device.id)
        if profile is not None:
            yield from _transport(device, profile, ("devices", i), kinds.get(device.bus))
            yield from _settings(device, profile, ("devices", i))
            if profile.confidence in UNVERIFIED:
                how = CONFIDENCE[profile.confidence]
                place: Loc = ("devices", i, "profile")
                yield warning(place, "profile-unverified", device=device.id, profile=profile.name, how=how)
    yield from _clashes(subject)


def _transport(device: DeviceEntry, profile: Profile, loc: Loc, kind: str | None) -> Iterator[Finding]:
    if kind is not None and (kind if kind in ("mqtt", "gpio") else "modbus") != profile.transport:
        params = {"device": device.id, "profile": profile.name, "bus": device.bus}
        yield Finding((*loc, "bus"), f"bus-needs-{profile.transport}", params)
        return
    if profile.transport != "mqtt":
        if device.unit is None:
            key = "unit-missing" if profile.transport == "modbus" else "unit-missing-gpio"
            yield error((*loc, "id"), key, device=device.id, unit=serial_of(profile, device.settings).unit)
        elif device.unit == 0 and profile.serial.unit != 0:
            yield error((*loc, "unit"), "unit-broadcast", device=device.id)
        if device.topic is not None:
            yield error((*loc, "topic"), "topic-without-mqtt", device=device.id)
    elif device.topic is None:
        yield error((*loc, "id"), "topic-missing", device=device.id)
    elif device.unit is not None:
        yield error((*loc, "unit"), "unit-without-modbus", device=device.id)


def _settings(device: DeviceEntry, profile: Profile, loc: Loc) -> Iterator[Finding]:
    for name, setting in profile.settings.items():
        if name in device.settings:
            yield from _value(name, device.settings[name], setting, (*loc, "settings", name))
        elif setting.default is None:
            place = (*loc, "settings") if device.settings else (*loc, "profile")
            what = (setting.label.en, setting.label.id)
            value = " | ".join(setting.choices) or f"... {setting.unit}".strip()
            yield error(place, "setting-missing", device=device.id, name=name, what=what, value=value)
    for name in device.settings:
        if name not in profile.settings:
            known = near(name, profile.settings) or "-"
            yield Finding(
                (*loc, "settings", name), "setting-unknown", {"name": name, "near": known}, at_key=True
            )


def _value(name: str, value: float | str, setting: Setting, loc: Loc) -> Iterator[Finding]:
    if setting.choices:
        if str(value) not in setting.choices:
            yield error(
                loc, "setting-choice", name=name, value=str(value), choices=", ".join(setting.choices)
            )
    elif setting.text and not isinstance(value, str):
        yield error(loc, "setting-text", name=name, value=value)
    elif isinstance(value, str) and (isinstance(setting.default, float | int) or setting.minimum is not None):
        yield error(loc, "setting-number", name=name, value=value)
    elif isinstance(value, float | int):
        low, high = setting.minimum, setting.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            bounds = f"{'' if low is None else f'{low:g}'} .. {'' if high is None else f'{high:g}'}"
            yield error(loc, "setting-range", name=name, value=value, bounds=bounds)


def _clashes(subject: Subject) -> Iterator[Finding]:
    """Two devices with one address; told at both, because either may be the wrong one."""
    first: dict[tuple[str, str | int, str], int] = {}
    devices = subject.file.devices
    for i, device in enumerate(devices):
        for field, value in (("unit", device.unit), ("topic", device.topic)):
            if value is None:
                continue
            other = first.setdefault((device.bus, value, device.profile if field == "topic" else ""), i)
            for here, there in ((i, other), (other, i)) if other != i else ():
                names = {
                    "device": devices[here].id,
                    "other": devices[there].id,
                    "bus": device.bus,
                    field: value,
                }
                yield error(("devices", here, field), f"{field}-twice", names)
