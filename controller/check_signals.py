"""Signals and outputs against the profiles: what a device reports and takes, in which unit, how often."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from controller.check_base import Finding, Subject, error, outputs, signals, warning
from controller.check_references import near
from controller.core.site import Signal
from drivers.marked_yaml import Loc
from drivers.profile_model import Profile
from drivers.profile_points import expand
from drivers.quantities import quantity

TEXT_ROLES = frozenset({"inverter_status", "status"})
"""Roles that read words; every other role reads numbers (``fault`` reads either)."""

ROLE_UNITS = {
    "irradiance": "W/m2", "pv_power": "W", "grid_power": "W", "load_power": "W", "power": "W", "pv_energy": "Wh", "energy": "Wh",
    "grid_import": "Wh", "grid_export": "Wh", "load_energy": "Wh", "genset_power": "W", "genset_energy": "Wh", "battery_power": "W",
    "battery_charge": "Wh", "battery_discharge": "Wh", "battery_soc": "%",
    "flow": "m3/h", "volume": "m3", "pressure": "bar", "suction": "m", "level": "m", "ponding": "m", "probes": "m3/m3",
    "rain": "mm", "temp_air": "°C", "humidity": "%", "wind": "m/s",
}  # fmt: skip
"""The unit that each role needs; another one is only right with a calibration."""

LONGEST_STALE_S = 7 * 86_400.0
"""Nothing is worth a decision a week later."""

MESSAGE_SHARE = 0.25
"""A signal whose age limit is below this share of its device's longest silence is stale most of the time."""


def check(subject: Subject) -> Iterator[Finding]:
    """All findings about what is wanted from devices."""
    yield from _signals(subject)
    yield from _outputs(subject)


def offered(profile: Profile) -> list[str]:
    """Every quantity that a device of this profile may report, SunSpec models included."""
    names = list(profile.quantities)
    for layout in profile.sunspec.models if profile.sunspec else ():
        names += [point.quantity for point in expand(layout.points) if point.quantity]
    return list(dict.fromkeys(names))


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
    if profile.mqtt is not None and signal.stale_s < MESSAGE_SHARE * profile.mqtt.stale_s:
        name, longest = ".".join(signal.key), profile.mqtt.stale_s
        yield warning(
            (*loc, "stale_s"), "stale-before-message", name=name, stale=signal.stale_s, period=longest
        )


def _period(subject: Subject, signal: Signal, profile: Profile) -> float | None:
    """Seconds between two readings of the signal; None for what comes by itself (MQTT)."""
    if profile.transport == "mqtt":
        return None
    points = [
        *profile.points,
        *(p for m in (profile.sunspec.models if profile.sunspec else ()) for p in m.points),
    ]
    parts = next((d.parts for d in profile.derived if d.quantity == signal.quantity), ())
    poll = next((p.poll for p in points if p.quantity == signal.quantity or p.name in parts), None)
    if poll is None or poll == "on_demand":
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
