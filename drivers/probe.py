"""Look at one device from the command line (``tirta probe``): every reading, and every error in words. Nothing is written."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from drivers import line
from drivers.device import make_device
from drivers.errors import BackingOff, Disconnected, DriverError, Refused, TimeOut
from drivers.mqtt import Ack, Broker, MqttClient, parse_broker
from drivers.probe_bus import bus_for
from drivers.profile import ProfileError, load_profile
from drivers.profile_model import Poll, Profile
from drivers.quantities import quantity
from drivers.reading import Reading

_MORE_S = 1.0  # after a message, others of the same device are waited for this long


async def probe(
    profile: Profile | str,
    connection: str,
    unit: int | None = None,
    *,
    settings: Mapping[str, float | str] | None = None,
    wait_s: float = 15.0,
) -> dict[str, Any]:
    """``{"device", "readings": [{"quantity", "name", "value", "unit", "quality"}], "errors": [...]}``, where an error is
    ``{"key", "message", "hint", "params"}``.

    ``profile``: a profile, its name or its file. ``connection``: see ``drivers.modbus_url``, or ``mqtt://host:port/topic``.
    ``unit``: Modbus address, None for the factory's. ``wait_s``: how long an MQTT device may be silent. Never raises for
    what the world or the user's words can do: an empty ``readings`` with ``errors`` means that nothing was found.
    """
    name = profile if isinstance(profile, str) else profile.name
    readings: list[Reading] = []
    errors: list[DriverError] = []
    try:
        known = load_profile(profile) if isinstance(profile, str) else profile
        name = known.name
        if known.mqtt is not None:
            known = await _listen(known, connection, settings or {}, wait_s, readings, errors)
        else:
            known = await _ask(known, connection, unit, settings or {}, readings, errors)
    except ProfileError as error:
        return {"device": name, "readings": [], "errors": [_problem("driver.profile", str(error), "")]}
    except DriverError as error:
        return {"device": name, "readings": [], "errors": [told(error)]}
    return {"device": name, "readings": _rows(known, readings), "errors": [told(error) for error in errors]}


async def _ask(
    profile: Profile, url: str, unit: int | None, settings: Mapping[str, float | str],
    readings: list[Reading], errors: list[DriverError],
) -> Profile:  # fmt: skip
    """Read every poll class once over Modbus; the profile as it was found (SunSpec)."""
    bus = bus_for(profile, url, unit, settings)
    device = make_device(profile.name, profile, bus, unit, settings)
    bus.start()
    try:
        for poll in [p for p in get_args(Poll) if p in device.polls]:
            try:
                # a refused request is taken apart; what the device has after all comes with the next one
                readings += await device.read(poll) or await device.read(poll)
            except DriverError as error:
                errors.append(error)
                if isinstance(error, TimeOut | Disconnected | BackingOff):
                    break
            errors += [error for error in device.problems if error not in errors]
    finally:
        await bus.stop()
    return device.profile


async def _listen(
    profile: Profile, url: str, settings: Mapping[str, float | str], wait_s: float,
    readings: list[Reading], errors: list[DriverError],
) -> Profile:  # fmt: skip
    """Wait for the messages of an MQTT device."""
    broker, topic = parse_broker(url)
    if not topic:
        raise no_topic(broker)
    client = MqttClient(broker, f"tirta-probe-{uuid.uuid4().hex[:8]}", keep_session=False)
    device = make_device(profile.name, profile, client, settings=settings, topic=topic)
    arrived = asyncio.Event()

    def deliver(new: tuple[Reading, ...], ack: Ack | None) -> None:
        readings.extend(new)
        arrived.set()
        if ack is not None:
            ack()

    device.listen(deliver)
    client.start()
    try:
        left = line.monotonic() + wait_s
        while not {r.quantity for r in readings} >= set(profile.quantities):
            arrived.clear()
            most = left - line.monotonic()
            if not await line.wait_for(arrived, min(most, _MORE_S) if readings else most):
                break
        errors += device.problems
        if not readings and not errors:
            errors.append(silence(client, topic, wait_s))
    finally:
        await client.stop()
    return profile


def no_topic(broker: Broker) -> Refused:
    """A broker alone is no device."""
    words = {"case": "topic", "url": broker.url}
    return Refused(
        f"{broker.url}: no topic", hint="Write mqtt://host:port/topic", bus=broker.url, params=words
    )


def silence(client: MqttClient, topic: str, wait_s: float) -> DriverError:
    """Why no message came: no broker, or a broker without this device."""
    if not client.connected:
        hint = "Check that the broker runs, and its address, user and password"
        case = {"case": client.lost_case or "failed"}
        return Disconnected(
            client.last_error or "no connection to the broker", hint=hint, bus=client.name, params=case
        )
    silent = TimeOut(
        f"the broker answers, but nothing came for {topic} within {wait_s:g} s",
        hint="Wait longer (some devices report every few minutes), and compare the topic with what the device publishes",
        bus=client.name,
        params={"seconds": wait_s, "topic": topic},
    )
    silent.means = "The device is off, out of reach, or publishes under another topic"
    return silent


def _rows(profile: Profile, readings: Iterable[Reading]) -> list[dict[str, Any]]:
    """The newest reading of each quantity, in the order of arrival, as JSON values."""
    names = {point.quantity: point.name for point in profile.points if point.quantity}
    newest = {reading.quantity: reading for reading in readings}
    return [
        {
            "quantity": reading.quantity,
            "name": names.get(reading.quantity, reading.quantity),
            "value": reading.value,
            "unit": row.unit if (row := quantity(reading.quantity)) else "",
            "quality": str(reading.quality),
        }
        for reading in newest.values()
    ]


def told(error: DriverError) -> dict[str, Any]:
    """An error as plain values: ``{"key", "message", "hint", "params"}``."""
    head = f"{error.where}: {error.what}" if error.where else error.what
    return _problem(
        error.key, ". ".join(part for part in (head, error.means) if part), error.hint, error.params
    )


def _problem(
    key: str, message: str, hint: str, params: Mapping[str, float | str] | None = None
) -> dict[str, Any]:
    return {"key": key, "message": message, "hint": hint, "params": dict(params or {})}
