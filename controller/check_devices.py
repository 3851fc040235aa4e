"""Devices against their profiles: addresses, settings, the quantities that signals want and the commands that outputs want."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from controller.check_base import Finding, Subject, error, outputs, signals, warning
from controller.check_references import near
from controller.core.site import DeviceEntry, Signal
from drivers.marked_yaml import Loc
from drivers.profile_model import Profile, Setting
from drivers.profile_points import expand
from drivers.quantities import quantity

TEXT_ROLES = frozenset({"inverter_status", "status"})
"""Roles that read words; every other role reads numbers (``fault`` reads either)."""

ROLE_UNITS = {
    "irradiance": "W/m2", "pv_power": "W", "grid_power": "W", "load_power": "W", "power": "W", "pv_energy": "Wh", "energy": "Wh",
    "flow": "m3/h", "volume": "m3", "pressure": "bar", "suction": "m", "level": "m", "ponding": "m", "probes": "m3/m3",
    "rain": "mm", "temp_air": "°C", "humidity": "%", "wind": "m/s",
}  # fmt: skip
"""The unit that each role needs; another one is only right with a calibration."""

LONGEST_STALE_S = 7 * 86_400.0
"""Nothing is worth a decision a week later."""


def offered(profile: Profile) -> list[str]:
    """Every quantity that a device of this profile may report, SunSpec models included."""
    names = list(profile.quantities)
    for layout in profile.sunspec.models if profile.sunspec else ():
        names += [point.quantity for point in expand(layout.points) if point.quantity]
    return list(dict.fromkeys(names))


def check(subject: Subject) -> Iterator[Finding]:
    """All findings about devices and what is wanted from them."""
    kinds = {bus.id: bus.url.partition(":")[0] for bus in subject.file.buses}
    for i, device in enumerate(subject.file.devices):
        profile = subject.profiles.get(device.id)
        if profile is not None:
            yield from _transport(device, profile, ("devices", i), kinds.get(device.bus))
            yield from _settings(device, profile, ("devices", i))
    yield from _clashes(subject)
    yield from _signals(subject)
    yield from _outputs(subject)


def _transport(device: DeviceEntry, profile: Profile, loc: Loc, kind: str | None) -> Iterator[Finding]:
    if kind is not None and (kind == "mqtt") != (profile.transport == "mqtt"):
        params = {"device": device.id, "profile": profile.name, "bus": device.bus}
        yield Finding(
            (*loc, "bus"), "bus-needs-mqtt" if profile.transport == "mqtt" else "bus-needs-modbus", params
        )
        return
    if profile.transport == "modbus":
        if device.unit is None:
            yield error((*loc, "id"), "unit-missing", device=device.id, unit=profile.serial.unit)
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
            what = f"{setting.label.en} / {setting.label.id}"
            yield error(place, "setting-missing", device=device.id, name=name, what=what, unit=setting.unit)
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


def _signals(subject: Subject) -> Iterator[Finding]:
    ids = [device.id for device in subject.file.devices]
    for loc, signal in signals(subject.file):
        if signal.device not in ids:
            yield error(loc, "device-unknown", name=signal.device, near=near(signal.device, ids))
            continue
        profile = subject.profiles.get(signal.device)
        if profile is None:
            continue
        names = offered(profile)
        if signal.quantity not in names:
            yield _no_quantity(loc, signal, profile, names)
        else:
            yield from _fits_role(loc, signal)
            yield from _fresh(subject, loc, signal, profile)
        if signal.minimum >= signal.maximum:
            yield error((*loc, "minimum"), "bounds-order", minimum=signal.minimum, maximum=signal.maximum)


def _no_quantity(loc: Loc, signal: Signal, profile: Profile, names: Sequence[str]) -> Finding:
    params: dict[str, float | str] = {
        "device": signal.device,
        "quantity": signal.quantity,
        "profile": profile.name,
    }
    return Finding(loc, "quantity-unknown", params | {"near": near(signal.quantity, names)})


def _fits_role(loc: Loc, signal: Signal) -> Iterator[Finding]:
    role = next(str(part) for part in reversed(loc) if isinstance(part, str))
    row = quantity(signal.quantity)
    if row is None or role in ("fault", "feedback"):
        return
    if row.is_text != (role in TEXT_ROLES):
        params = {"role": role, "quantity": signal.quantity}
        yield Finding(loc, "quantity-not-number" if row.is_text else "quantity-not-text", params)
        return
    wanted = ROLE_UNITS.get(role)
    if wanted and row.unit != wanted and signal.scale == 1.0 and signal.offset == 0.0:
        unit = row.unit or "-"
        yield error(loc, "quantity-unit", role=role, wanted=wanted, quantity=signal.quantity, unit=unit)


def _fresh(subject: Subject, loc: Loc, signal: Signal, profile: Profile) -> Iterator[Finding]:
    period = _period(subject, signal, profile)
    if signal.stale_s > LONGEST_STALE_S:
        name, low = "stale_s", period or 1.0
        yield error(
            (*loc, "stale_s"), "implausible", name=name, value=signal.stale_s, low=low, high=LONGEST_STALE_S
        )
    if period is not None and signal.stale_s < period:
        name = ".".join(signal.key)
        yield error((*loc, "stale_s"), "stale-before-poll", name=name, stale=signal.stale_s, period=period)


def _period(subject: Subject, signal: Signal, profile: Profile) -> float | None:
    """Seconds between two readings of the signal; None for what comes by itself (MQTT)."""
    if profile.transport != "modbus":
        return None
    points = [
        *profile.points,
        *(p for m in (profile.sunspec.models if profile.sunspec else ()) for p in m.points),
    ]
    parts = next((d.parts for d in profile.derived if d.quantity == signal.quantity), ())
    poll = next((p.poll for p in points if p.quantity == signal.quantity or p.name in parts), None)
    if poll is None:
        return None
    entry = next(device for device in subject.file.devices if device.id == signal.device)
    return entry.poll_s.get(poll, float(getattr(profile.poll_s, poll)))


def _outputs(subject: Subject) -> Iterator[Finding]:
    ids = [device.id for device in subject.file.devices]
    for loc, output in outputs(subject.file):
        if output.device not in ids:
            yield error(loc, "device-unknown", name=output.device, near=near(output.device, ids))
            continue
        profile = subject.profiles.get(output.device)
        if profile is None:
            continue
        entry = profile.commands.get(output.quantity)
        if entry is None:
            known = near(output.quantity, profile.commands) or "-"
            name = profile.name
            yield error(
                loc,
                "command-unknown",
                device=output.device,
                quantity=output.quantity,
                profile=name,
                near=known,
            )
        elif loc[-1] == "frequency" and entry.value is None:
            yield error(loc, "command-not-number", quantity=output.quantity)
        elif loc[-1] != "frequency" and not (entry.on and entry.off):
            yield error(loc, "command-not-switch", quantity=output.quantity)
        elif entry.verify is not None and entry.verify.within_ms / 1000.0 > output.verify_s:
            seconds = entry.verify.within_ms / 1000.0
            name = ".".join(output.key)
            yield warning(
                (*loc, "verify_s"), "verify-too-soon", name=name, verify=output.verify_s, needs=seconds
            )
